"""A message of ours as Slack's blocks, within every limit that Slack sets. Pure.

Source of the limits: Slack, Block Kit reference. How much all blocks of a message may hold together Slack does not say:
9,597 characters are reported as taken, 11,341 as refused with msg_blocks_too_long (slackapi/bolt-js, issue 2867).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.chat.slack import mrkdwn
from models.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Fields,
    Heading,
    Line,
    Message,
    Note,
    Paragraph,
    Quote,
)

Json = dict[str, Any]

MOST_BLOCKS = 50
MOST_TEXT = 8_500
"""In all blocks together; a thousand are left for what buttons say."""

MOST_PARTS = 5
"""So often an answer may be given to one command, as Slack has it."""

SECTION, HEADER, NOTE, FIELD, FIELD_LABEL = 2_900, 150, 1_900, 1_900, 150
MOST_FIELDS, MOST_BUTTONS = 10, 25
LABEL, VALUE, ACTION, FALLBACK, WORDS = 75, 2_000, 200, 1_000, 3_800
REPEATED = "#"
"""Between an action and its number where one message has several buttons for it: Slack wants each id once."""


def fallback(message: Message) -> str:
    """Give what a notification and a screen reader say."""
    return mrkdwn.clipped(mrkdwn.escape(" ".join(message.notification().split())), FALLBACK) or "…"


def blocks(message: Message, workspace: str = "", most: int = MOST_BLOCKS, *, most_text: int = MOST_TEXT) -> list[Json]:
    """Give the blocks of a message. workspace: its address, to which links to messages lead."""
    rendering = _Rendering(workspace, most_text)
    return _within(most, [made for block in message.blocks for made in rendering.block(block)])


def parts(message: Message, workspace: str = "") -> list[list[Json]]:
    """Give the blocks of a message in as many messages as they need, as far as anybody reads."""
    rendering, found, used = _Rendering(workspace, MOST_TEXT * MOST_PARTS), list[list[Json]]([[]]), 0
    for one in (made for block in message.blocks for made in rendering.block(block)):
        size = sum(map(len, _texts_in(one)))
        if found[-1] and (used + size > MOST_TEXT or len(found[-1]) == MOST_BLOCKS):
            found.append([])
            used = 0
        found[-1].append(one)
        used += size
    return found[:MOST_PARTS]


def words(message: Message, workspace: str = "") -> str:
    """Give what the blocks of a message say as one text, without its buttons."""
    texts = [text for block in blocks(message, workspace) for text in _texts_in(block)]
    return mrkdwn.clipped("\n".join(texts), WORDS) or "…"


def _texts_in(block: Json) -> Iterator[str]:
    shown = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
    for one in filter(None, shown):
        if one["type"] == "mrkdwn":
            yield str(one["text"])
        elif one["type"] == "plain_text":
            yield mrkdwn.escape(str(one["text"]))


def action_of(action_id: str) -> str:
    """Give the action that a button's id stands for."""
    return action_id.split(REPEATED, 1)[0]


def _within(most: int, made: list[Json]) -> list[Json]:
    """Leave out text from the end until the blocks fit; buttons stay, for without them nobody can act."""
    over = len(made) - most
    if over <= 0:
        return made
    spare = [at for at, one in enumerate(made) if one["type"] != "actions"][-(over + 1) :]
    kept = [one for at, one in enumerate(made) if at not in set(spare)]
    kept.insert(min(spare[0], len(kept)), _context("…"))
    return kept[:most]


@dataclass
class _Rendering:
    """One message on its way into blocks. left: the characters that may still be used."""

    workspace: str
    left: int
    seen: Counter[str] = field(default_factory=Counter)

    def block(self, block: Block) -> Iterator[Json]:
        """Give the blocks of one part."""
        match block:
            case Heading(text):
                yield from self._texts(mrkdwn.cut(mrkdwn.defused(text), HEADER), HEADER, _header)
            case Paragraph(line):
                yield from self._texts(self._line(line), SECTION, _section)
            case Bullets(items):
                yield from self._texts("\n".join(f"• {self._line(item)}" for item in items), SECTION, _section)
            case Quote(text):
                yield from self._texts(_quoted(text), SECTION, _section)
            case Note(line):
                yield from self._texts(self._line(line), NOTE, _context)
            case Fields(pairs):
                yield from self._fields(pairs)
            case Buttons(buttons):
                yield from self._buttons(buttons)

    def _line(self, line: Line) -> str:
        return mrkdwn.line(line, self.workspace)

    def _spend(self, text: str) -> str:
        """Give as much of a text as may still be said."""
        kept = mrkdwn.clipped(text, self.left) if self.left > 1 else ""
        self.left -= len(kept)
        return kept

    def _texts(self, text: str, most: int, make: Callable[[str], Json]) -> Iterator[Json]:
        for chunk in mrkdwn.chunks(self._spend(text), most):
            if chunk.strip():
                yield make(chunk)

    def _fields(self, pairs: Sequence[tuple[str, Line]]) -> Iterator[Json]:
        made = [text for label, line in pairs if (text := self._spend(self._field(label, line)))]
        for start in range(0, len(made), MOST_FIELDS):
            yield {"type": "section", "fields": [_mrkdwn(one) for one in made[start : start + MOST_FIELDS]]}

    def _field(self, label: str, line: Line) -> str:
        name = mrkdwn.escape(mrkdwn.cut(label.replace("*", ""), FIELD_LABEL)).strip()
        return mrkdwn.clipped(f"*{name}*\n{self._line(line)}" if name else self._line(line), FIELD)

    def _buttons(self, buttons: Sequence[Button]) -> Iterator[Json]:
        for start in range(0, len(buttons), MOST_BUTTONS):
            row = [self._button(one) for one in buttons[start : start + MOST_BUTTONS]]
            yield {"type": "actions", "elements": row}

    def _button(self, button: Button) -> Json:
        self.seen[button.action] += 1
        number = self.seen[button.action]
        text = {"type": "plain_text", "text": _plain(button.label, LABEL), "emoji": True}
        action = button.action[:ACTION] + (f"{REPEATED}{number}" if number > 1 else "")
        made: Json = {"type": "button", "action_id": action, "text": text}
        if button.value:
            made["value"] = button.value[:VALUE]
        return made if button.style == "plain" else made | {"style": button.style}


def _plain(text: str, most: int) -> str:
    return mrkdwn.cut(mrkdwn.defused(text).strip(), most) or "…"


def plain_text(text: str, most: int) -> Json:
    """Give a plain-text object; never empty, because Slack refuses an empty one."""
    return {"type": "plain_text", "text": _plain(text, most), "emoji": True}


def _mrkdwn(text: str) -> Json:
    # verbatim: Slack looks for no names, channels and addresses of its own in the text
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _header(text: str) -> Json:
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": True}}


def _section(text: str) -> Json:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(text: str) -> Json:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def _quoted(text: str) -> str:
    return "\n".join(f">{mrkdwn.escape(one)}" for one in text.splitlines())
