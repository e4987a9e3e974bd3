"""What the bot says of the changes of an on-call list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Bullets, Line, Message, Strong, line, message, paragraph

MOST_SEEDS = 2

LABELS = {
    "engineer": "",
    "other": "for",
    "position": "position",
    "shadow": "shadow days",
    "start": "from",
    "last": "to",
    "day": "on",
    "his_day": "against",
    "seeds": "seed",
    "redrawn": "drawn anew with seed",
    "old": "before",
    "new": "after",
}
DATES = ("start", "last", "day", "his_day")
SEEDS = ("seeds", "redrawn")


@dataclass(frozen=True, slots=True)
class Happened:
    """One change. actor: a name; empty for the bot. detail: what was kept of it, with names in place of ids."""

    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Sequence[str]]


def history(rotation: str, changes: Sequence[Happened], zone: ZoneInfo) -> Message:
    """List the changes of a list, the newest first."""
    if not changes:
        return message(paragraph(f"The list of {rotation} has not been changed since it was first planned."))
    return message(
        paragraph(Strong(f"Changes of the list of {rotation}"), ", the newest first"),
        Bullets(tuple(_happened(one, zone) for one in changes)),
    )


def _happened(one: Happened, zone: ZoneInfo) -> Line:
    when = f"{times.day(one.at.astimezone(zone).date())} {times.clock(one.at, zone)}"
    facts = [f"{label} {_fact(key, one.detail[key])}".strip() for key, label in LABELS.items() if key in one.detail]
    return line(f"{when} — ", Strong(one.actor or "Watchbill"), f": {one.action} {'; '.join(facts)}")


def _fact(key: str, values: Sequence[str]) -> str:
    if key in DATES:
        return ", ".join(times.day(date.fromisoformat(value)) for value in values)
    return seeds(values) if key in SEEDS else ", ".join(values)


def seeds(drawn: Sequence[str]) -> str:
    """Give the first seeds; those of the cycles after them are kept as well."""
    more = len(drawn) - MOST_SEEDS
    return f"{', '.join(drawn[:MOST_SEEDS])}{f' and {more} more' if more > 0 else ''}"
