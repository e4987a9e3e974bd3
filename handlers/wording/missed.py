"""What the bot says about what was asked while it was away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.wording import times
from models.message import Bullets, Button, Buttons, Line, Message, MessageRef, Span, line, message, note, paragraph
from models.triage.verdict import RequestClass

EXCERPT = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """One request in the list. waited: since it was written."""

    number: int
    request_class: RequestClass
    author: str
    channel: str
    root: str
    place: str
    text: str
    waited: timedelta


def summary(mentions: Sequence[Span], asked: Sequence[Asked], left_out: int) -> Message:
    """Page for all that was missed, the gravest first."""
    who = [part for mention in mentions for part in (mention, " ")]
    total = len(asked) + max(0, left_out)
    is_urgent = any(one.request_class is RequestClass.URGENT for one in asked)
    value = ",".join(str(one.number) for one in asked)
    return message(
        paragraph(*who, f"while I was away {total} people asked for help, and nobody has answered them yet."),
        Bullets(tuple(map(_item, asked))),
        note(f"And {left_out} more, each told in its thread.") if left_out > 0 else None,
        Buttons((Button("ack", "I'm on all of them" if left_out <= 0 else "I'm on these", value, "primary"),)),
        note("Where nobody takes an urgent one, the next on the list is asked in its thread.") if is_urgent else None,
        summary=f"{total} people asked for help while I was away",
    )


def _item(one: Asked) -> Line:
    words = " ".join(one.text.split())
    shown = words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1]}…"
    return line(
        MessageRef(one.channel, one.root, f"#{one.number}"),
        f" {one.request_class}, {times.span(one.waited)} ago, {one.author or 'somebody'} in {one.place}: {shown}",
    )


def told_late(names: Sequence[str]) -> Message:
    """Tell an author that their request was read late, and who knows of it now."""
    who = " and ".join(names) or "Nobody who is on call can be reached; the leads"
    verb = "are" if len(names) > 1 or not names else "is"
    return message(paragraph(f"I was away when you wrote this. {who} {verb} told of it now."))


def logged(count: int, names: str) -> str:
    """Log one page for several requests."""
    return f"Paged {names} for {times.count(count, 'request')} that came while the bot was away"
