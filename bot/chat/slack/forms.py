"""A form of ours as Slack's modal, and what a submitted one says. Pure.

Every field is a block of its own name, so that Slack shows an error beside it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat.slack import mrkdwn, render
from bot.chat.slack.render import Json, plain_text
from handlers.wording.forms import CANCEL
from models.message import Form, FormField, Message, paragraph

TITLE, LABEL, HINT, INPUT, OPTION, OPTION_VALUE = 24, 2_000, 2_000, 3_000, 75, 150
MOST_BLOCKS, MOST_OPTIONS, METADATA = 100, 100, 3_000


@dataclass(frozen=True, slots=True)
class Origin:
    """What a form was opened for, and where; carried in the form itself. channel: empty where there is none."""

    subject: str
    channel: str = ""

    def to_text(self) -> str:
        """Give it as the form carries it."""
        return json.dumps([self.subject, self.channel], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> "Origin":
        """Read what `to_text` wrote; anything else is taken for a subject."""
        try:
            subject, channel = json.loads(text)
        except (ValueError, TypeError):
            return cls(text)
        return cls(str(subject), str(channel))


def view(form: Form, channel: str = "", workspace: str = "") -> Json:
    """Give the modal of a form. channel: where it was asked for, so that its answer can be shown there."""
    inputs = [one for field in form.fields if (one := _input(field)) is not None]
    room = MOST_BLOCKS - len(inputs)
    intro = render.blocks(Message(form.intro), workspace, room) if form.intro else []
    return {
        "type": "modal",
        "callback_id": form.name[:255],
        "title": plain_text(form.title, TITLE),
        "submit": plain_text(form.submit, TITLE),
        "close": plain_text(CANCEL, TITLE),
        "private_metadata": Origin(form.subject, channel).to_text()[:METADATA],
        "blocks": [*intro, *inputs],
    }


def home(message: Message, workspace: str = "") -> Json:
    """Give somebody's own page; never empty, because Slack refuses an empty one."""
    made = render.blocks(message, workspace, MOST_BLOCKS)
    return {"type": "home", "blocks": made or render.blocks(Message((paragraph("…"),)))}


def _input(field: FormField) -> Json | None:
    element = _choice(field) if field.kind == "choice" else _typed(field)
    if element is None:
        return None
    block: Json = {"type": "input", "block_id": field.name, "label": plain_text(field.label, LABEL), "element": element}
    if field.hint:
        block["hint"] = plain_text(field.hint, HINT)
    return block | ({"optional": True} if field.is_optional else {})


def _typed(field: FormField) -> Json:
    most = min(field.max_length, INPUT)
    element: Json = {"type": "plain_text_input", "action_id": field.name, "max_length": most}
    if field.kind == "text":
        element["multiline"] = True
    return element | ({"initial_value": mrkdwn.cut(field.initial, most)} if field.initial else {})


def _choice(field: FormField) -> Json | None:
    kept = [(value[:OPTION_VALUE], label) for value, label in field.options[:MOST_OPTIONS] if value]
    options = {value: {"text": plain_text(label, OPTION), "value": value} for value, label in kept}
    if not options:
        return None
    element: Json = {"type": "static_select", "action_id": field.name, "options": list(options.values())}
    initial = options.get(field.initial[:OPTION_VALUE])
    return element | ({"initial_option": initial} if initial is not None else {})


def values(state: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, str]:
    """Give what was filled in, by field; an empty field is an empty text."""
    return {name: _value(inputs) for name, inputs in state.items() if inputs}


def _value(inputs: Mapping[str, Mapping[str, Any]]) -> str:
    answer = next(iter(inputs.values()))
    chosen = answer.get("selected_option") or {}
    return str(answer.get("value") or chosen.get("value") or "")


def errors(found: Mapping[str, str], fields: list[str]) -> dict[str, str]:
    """Give the errors to show, each at a field that the form has: Slack refuses all where one has none."""
    shown: dict[str, str] = {}
    for name, text in found.items():
        at = name if name in fields else next(iter(fields), "")
        shown[at] = f"{shown[at]} {text}" if at in shown else text
    return {name: mrkdwn.cut(text, LABEL) for name, text in shown.items() if name}
