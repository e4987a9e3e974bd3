"""The list of live incidents, as `/incident list` and the line in operations say it: the same words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.incidents import cut
from models.message import Block, Bullets, Code, Line, Message, MessageRef, Span, Strong, line, message, note, paragraph
from models.severity import Severity

MOST = 10
TITLE = 100
NONE = "No incident is live."
_SIGNS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One live incident. place: channel and message where it stands; None: elsewhere than where this is read.

    owner: the name of who is on it, or who declared it; None: nobody is. requests: how many asked about it.
    """

    number: int
    title: str
    severity: Severity
    service: str | None
    since: datetime
    owner: str | None
    next_update_at: datetime | None
    silenced_until: datetime | None
    requests: int
    place: tuple[str, str] | None = None


def board(listed: Sequence[Listed], total: int, zone: ZoneInfo) -> Message:
    """Give the list: how many, then a line each, the gravest first."""
    if not total:
        return message(paragraph(f"🟢 {NONE}"), summary=NONE)
    head = f"{times.count(total, 'incident is', 'incidents are')} live"
    left = total - len(listed)
    return message(
        paragraph(Strong(head)),
        Bullets(tuple(item(one, zone) for one in listed)),
        note(f"and {left} more, less grave or younger") if left > 0 else None,
        note("How one goes is said with ", Code("/incident update <number> <text>"), "."),
        summary=head,
    )


def section(listed: Sequence[Listed], total: int, zone: ZoneInfo) -> list[Block]:
    """Give the live incidents as a part of another message; nothing where there is none."""
    if not total:
        return []
    left = total - len(listed)
    more = line(f"and {left} more: ", Code("/incident list"))
    lines = (*(item(one, zone) for one in listed), *((more,) if left > 0 else ()))
    return [paragraph(Strong(f"Live incidents ({total})")), Bullets(tuple(lines))]


def item(one: Listed, zone: ZoneInfo) -> Line:
    """Give one live incident in a line. Its times have their day, so that it stays right however long it stands."""
    about = f" · {one.service}" if one.service and one.service.casefold() not in one.title.casefold() else ""
    on_it = f" · {one.owner} is on it" if one.owner else " · nobody is on it"
    asked = f" · {times.count(one.requests, 'request')}" if one.requests else ""
    return line(
        f"{_SIGNS[one.severity]} ",
        _number(one),
        f" {cut(one.title, TITLE) or '(no title)'}{about} · {one.severity} since {_when(one.since, zone)}{on_it}",
        f" · next update {_when(one.next_update_at, zone)}" if one.next_update_at is not None else None,
        f" · silenced until {_when(one.silenced_until, zone)}" if one.silenced_until is not None else None,
        asked,
    )


def _number(one: Listed) -> Span:
    label = f"incident {one.number}"
    return MessageRef(*one.place, label) if one.place is not None else label


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{times.day(at.astimezone(zone).date())} {times.clock(at, zone)}"
