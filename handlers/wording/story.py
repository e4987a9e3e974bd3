"""What the bot says of what happened to a request: a line each, the oldest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Bullets, Line, Message, Quote, Span, Strong, line, message, note, paragraph
from models.records.request import RequestState
from models.timing import Elapsed, Timing
from models.triage.verdict import RequestClass

MOST_LINES = 20
FIRST_LINES = 3
EXCERPT = 300
WAITS = "waits for the hours"


@dataclass(frozen=True, slots=True)
class Told:
    """A request as its story needs it. place: its channel's name; None: a direct conversation. words: empty: kept back.

    answered_by: the name of who answered first. duty_of: of whose duty it is to see the outcome documented.
    """

    link: Span
    request_class: RequestClass
    state: RequestState
    author: str
    place: str | None
    service: str | None
    words: str
    owner: str | None
    duty_of: str | None
    original: Span | None
    answered_by: str | None
    took: Timing


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened. actor: a name; empty for the bot. times: how often, one after the other."""

    at: datetime
    what: str
    actor: str
    detail: str
    source: str
    times: int = 1


_SAID: Mapping[str, str] = {
    "opened": "asked",
    "message added": "wrote more",
    "acknowledged": "on it",
    "first answer": "first answer",
    "duplicate": "joined as a duplicate",
    "not-a-request": "closed as no request",
    "stale": "closed silently: nobody said anything for days",
    "withdrawn": "withdrawn: its message was deleted",
}
_BY: Mapping[str, str] = {
    "button": "by button",
    "reaction": "by reaction",
    "command": "by command",
    "form": "by form",
    "thread": "in the thread",
}
_UNTOLD = ("page delivered", "wrote without answering")


def story(told: Told, happened: Sequence[Happened], zone: ZoneInfo) -> Message:
    """Give what happened to a request."""
    kept = _together([one for one in happened if one.what not in _UNTOLD])
    shown, left = kept, len(kept) - MOST_LINES
    if left > 0:
        shown = [*kept[:FIRST_LINES], *kept[FIRST_LINES + left :]]
    lines = [_line(one, before, zone) for one, before in zip(shown, [None, *shown], strict=False)]
    if left > 0:
        lines.insert(FIRST_LINES, line(f"… {times.count(left, 'thing')} more …"))
    return message(
        paragraph(*_head(told)),
        Quote(_excerpt(told.words)) if told.words else None,
        Bullets(tuple(lines)) if lines else None,
        note(" · ".join(_spans(told))) if _spans(told) else None,
    )


def _head(told: Told) -> Line:
    place = f" in #{told.place}" if told.place is not None else " in a direct message"
    service = f" · {told.service}" if told.service else ""
    return line(
        Strong("Request "),
        told.link,
        f" · {told.request_class} · ",
        *_state(told),
        f" · from {told.author}{place}{service}",
    )


def _state(told: Told) -> Line:
    if told.state is RequestState.DUPLICATE and told.original is not None:
        return line("goes on in ", told.original)
    if told.state is RequestState.ACKNOWLEDGED and told.owner is not None:
        return line(f"{told.owner} is on it")
    return line(told.state.value)


def _together(happened: Sequence[Happened]) -> list[Happened]:
    """Give what happened with repetitions as one, at the first of their times."""
    found: list[Happened] = []
    for one in happened:
        last = found[-1] if found else None
        if last is not None and (last.what, last.actor, last.detail) == (one.what, one.actor, one.detail):
            found[-1] = replace(last, times=last.times + 1)
        else:
            found.append(one)
    return found


def _line(one: Happened, before: Happened | None, zone: ZoneInfo) -> Line:
    """Give `10:04 on it: Dana Petrov, by button`; with the day where it is another one than before."""
    local = one.at.astimezone(zone)
    earlier: date | None = before.at.astimezone(zone).date() if before is not None else None
    day = f"{times.day(local.date())} " if local.date() != earlier else ""
    often = f" ({one.times} times)" if one.times > 1 else ""
    who = ", ".join(filter(None, (one.actor, _BY.get(one.source, ""))))
    return line(
        f"{day}{local:%H:%M} {_SAID.get(one.what, one.what)}{_detail(one, zone)}{often}", f": {who}" if who else None
    )


def _detail(one: Happened, zone: ZoneInfo) -> str:
    """Give what more is known: of what the bot did, whom it did it to, or until when it waits."""
    if one.what == WAITS:
        begins = datetime.fromisoformat(one.detail)
        return f": {times.day(begins.astimezone(zone).date())} {times.clock(begins, zone)}"
    if not one.detail:
        return ""
    return f" ({one.detail})" if one.actor else f": {one.detail}"


def _spans(told: Told) -> list[str]:
    took, by = told.took, f" by {told.answered_by}" if told.answered_by else ""
    named = ((f"first answer{by}", took.answered), ("taken", took.acknowledged), ("resolved", took.resolved))
    spans = [f"{what} after {_span(elapsed)}" for what, elapsed in named if elapsed is not None]
    return [*spans, *([f"{told.duty_of} sees the outcome documented"] if told.duty_of is not None else [])]


def _span(elapsed: Elapsed) -> str:
    """Give a span by the clock, and within the hours where that is another."""
    if elapsed.working is None or elapsed.working == elapsed.wall:
        return times.span(elapsed.wall)
    working = times.span(elapsed.working) if elapsed.working else "nothing"
    return f"{times.span(elapsed.wall)} ({working} of it within hours)"


def _excerpt(words: str) -> str:
    short = " ".join(words[: EXCERPT * 4].split())
    return short if len(short) <= EXCERPT else f"{short[: EXCERPT - 1]}…"
