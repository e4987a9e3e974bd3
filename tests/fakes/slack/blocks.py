"""Slack's limits on blocks and views, checked with slack_sdk's own validators and where they say nothing by ours."""

import json
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block, BlockElement
from slack_sdk.models.views import View as SdkView

from tests.fakes.slack.workspace import Json, SlackError

MOST_TEXT_IN_BLOCKS = 9_600
"""The most that is reported as taken; 11,341 characters were refused. Slack does not say how it counts."""

LARGEST_VIEW = 250_000
LONGEST_TEXT, LONGEST_ID, LONGEST_INPUT = 3_000, 255, 3_000
MOST_OPTIONS, OPTION_TEXT, OPTION_VALUE = 100, 75, 150
LAYOUT_TEXT = {"plain_text", "mrkdwn"}


def check_blocks(blocks: Any, most: int = 50) -> None:
    """Refuse blocks that Slack would refuse."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = list(_problems(blocks, most))
    if problems:
        messages = [f"[ERROR] {one}" for one in problems]
        raise SlackError("invalid_blocks", errors=problems, response_metadata={"messages": messages})
    if sum(len(one["text"]) for one in _texts(blocks)) > MOST_TEXT_IN_BLOCKS:
        raise SlackError("msg_blocks_too_long")


def _problems(blocks: list[Any], most: int) -> Iterator[str]:
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:/blocks]"
    seen: set[str] = set()
    for at, block in enumerate(blocks):
        where = f"[json-pointer:/blocks/{at}]"
        if not isinstance(block, dict):
            yield f"must be an object {where}"
            continue
        yield from (f"{one} {where}" for one in _block_problems(block))
        block_id = block.get("block_id")
        if block_id in seen:
            yield f"`block_id` already exists {where}"
        if block_id:
            seen.add(block_id)


def _block_problems(block: Json) -> Iterator[str]:
    parsed = _parsed(block)
    if isinstance(parsed, str):
        yield parsed
        return
    yield from (f"invalid additional property: {key}" for key in set(block) - parsed.attributes)
    yield from _text_problems(block)
    yield from _element_problems(block)


def _parsed(block: Json) -> Block | str:
    """Give the block as slack_sdk reads it, or what its validators say against it."""
    try:
        parsed = Block.parse(block)
        if parsed is None:
            return f"unsupported type: {block.get('type')}"
        parsed.to_dict()
    except (SlackObjectFormationError, KeyError, TypeError, AttributeError, ValueError) as problem:
        return str(problem) or "failed to match all allowed schemas"
    return parsed


def _id_problems(part: Json, name: str) -> Iterator[str]:
    """An id that is given has 1 to 255 characters."""
    if name in part and not 0 < len(str(part[name])) <= LONGEST_ID:
        yield f"must be between 1 and {LONGEST_ID} characters: {name}"


def _plain_problems(part: Json, *names: str) -> Iterator[str]:
    """Some texts take no markup."""
    for name in names:
        if part.get(name) is not None and not (isinstance(part[name], dict) and part[name].get("type") == "plain_text"):
            yield f"must be plain_text: {name}"


def _text_problems(block: Json) -> Iterator[str]:
    yield from _id_problems(block, "block_id")
    for text in _texts(block):
        if not 0 < len(text["text"]) <= LONGEST_TEXT:
            yield f"must be more than 0 and less than {LONGEST_TEXT + 1} characters"
    for part in block.get("fields") or []:
        if len(part.get("text", "")) > 2000:
            yield "must be less than 2001 characters"
    if block.get("type") == "header":
        yield from _plain_problems(block, "text")
    if block.get("type") == "input":
        yield from _plain_problems(block, "label", "hint")
    if block.get("type") == "section" and isinstance(block.get("text"), str):
        yield "text must be an object"


def _element_problems(block: Json) -> Iterator[str]:
    elements = _interactive(block)
    if block.get("type") in {"actions", "context"} and not elements:
        yield "no fewer than 1 items allowed: elements"
    ids = [one["action_id"] for one in elements if one.get("action_id")]
    if len(ids) != len(set(ids)):
        yield "`action_id` already exists in this block"
    for element in elements:
        yield from _one_element(element)


def _one_element(element: Json) -> Iterator[str]:
    if element.get("type") in LAYOUT_TEXT:
        return
    parsed = BlockElement.parse(element)
    if parsed is None or not element.get("type"):
        yield f"unsupported type: {element.get('type')}"
        return
    yield from (f"invalid additional property: {key}" for key in set(element) - parsed.attributes)
    yield from _id_problems(element, "action_id")
    yield from _plain_problems(element, "placeholder")
    match element["type"]:
        case "button":
            yield from _button_problems(element)
        case "static_select":
            yield from _select_problems(element)
        case "plain_text_input":
            yield from _input_problems(element)


def _button_problems(element: Json) -> Iterator[str]:
    yield from _plain_problems(element, "text")
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield "must be a valid enum value: style"
    if element.get("value") == "":
        yield "must be more than 0 characters: value"


def _select_problems(element: Json) -> Iterator[str]:
    options = element.get("options")
    if not isinstance(options, list) or not 0 < len(options) <= MOST_OPTIONS:
        yield f"must have between 1 and {MOST_OPTIONS} items: options"
        return
    for one in options:
        yield from _plain_problems(one, "text")
        if not 0 < len(one["text"]["text"]) <= OPTION_TEXT:
            yield f"must be less than {OPTION_TEXT + 1} characters: an option's text"
        if not 0 < len(one["value"]) <= OPTION_VALUE:
            yield f"must be less than {OPTION_VALUE + 1} characters: an option's value"
    if len({one["value"] for one in options}) < len(options):
        yield "an option's value must be unique"
    if element.get("initial_option") not in (None, *options):
        yield "must be one of the options: initial_option"


def _input_problems(element: Json) -> Iterator[str]:
    most, initial = element.get("max_length", LONGEST_INPUT), element.get("initial_value", "")
    if not 0 < most <= LONGEST_INPUT:
        yield f"must be between 1 and {LONGEST_INPUT}: max_length"
    if "max_length" in element and len(initial) > most:
        yield "must not be longer than max_length: initial_value"


def _interactive(block: Json) -> list[Json]:
    if block.get("type") not in {"section", "actions", "context", "input"}:
        return []
    found = [*block.get("elements", []), block.get("accessory"), block.get("element")]
    return [one for one in found if isinstance(one, dict)]


def _texts(part: Any) -> Iterator[Json]:
    """Give every text object inside, at any depth."""
    if isinstance(part, list):
        for one in part:
            yield from _texts(one)
    elif isinstance(part, dict):
        if part.get("type") in LAYOUT_TEXT and isinstance(part.get("text"), str):
            yield part
        for one in part.values():
            yield from _texts(one)


def check_view(view: Any, kind: str | None = None) -> None:
    """Refuse a view that Slack would refuse.

    kind: the type it must have (modal or home), None for either.
    """
    if not isinstance(view, dict) or not isinstance(view.get("blocks"), list):
        raise SlackError(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: blocks"]}
        )
    if len(json.dumps(view)) > LARGEST_VIEW:
        raise SlackError("view_too_large")
    problems = [*_view_problems(view, kind), *_problems(view["blocks"], 100)]
    if problems:
        raise SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in problems]})


def _view_problems(view: Json, kind: str | None) -> Iterator[str]:
    if view.get("type") not in ({kind} if kind else {"modal", "home"}):
        yield "must be a valid view type [json-pointer:/view/type]"
        return
    if view["type"] == "modal" and not view.get("title"):
        yield "missing required field: title [json-pointer:/view]"
    if view["type"] == "modal" and not view.get("submit") and any(one.get("type") == "input" for one in view["blocks"]):
        yield "`submit` is required when an `input` block is within the blocks array [json-pointer:/view]"
    if view["type"] == "home" and view.get("title"):
        yield "a home view has no title"
    yield from _plain_problems(view, "title", "submit", "close")
    yield from _id_problems(view, "external_id")
    try:
        parsed = SdkView(**{key: part for key, part in view.items() if key != "blocks"}, blocks=view["blocks"])
        parsed.to_dict()
    except (SlackObjectFormationError, KeyError, TypeError, AttributeError, ValueError) as problem:
        yield str(problem) or "failed to match all allowed schemas"
        return
    yield from (f"invalid additional property: {key} [json-pointer:/view]" for key in set(view) - _VIEW_KEYS)


_VIEW_KEYS = frozenset(
    [
        "type",
        "title",
        "blocks",
        "close",
        "submit",
        "private_metadata",
        "callback_id",
        "clear_on_close",
        "notify_on_close",
        "external_id",
        "submit_disabled",
    ]
)


def with_ids(blocks: list[Json], new_id: Any) -> list[Json]:
    """Give the blocks with the ids that Slack adds where none was set."""
    return [{**block, "block_id": block.get("block_id") or new_id("b")} for block in blocks]
