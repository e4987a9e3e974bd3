"""When the next word on an incident is promised: `next 30m` or `next 11:30` at the end of an update."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.written import parse_time

LONGEST = timedelta(days=1)
FARTHEST = timedelta(hours=12)  # a time of day that comes later than this has passed, rather
_SPAN = re.compile(r"(?:(\d+)\s*h)?(?:(\d+)\s*m(?:in)?)?", re.ASCII)
_TIME = re.compile(r"\d{1,2}:\d{2}", re.ASCII)
_LINKS = frozenset({"update", "at", "in"})


class NoTime(ValueError):
    """A word stands where a time is promised, and is none. Its text is the word."""


class Passed(ValueError):
    """A time of day was promised that has passed, or is a day away. Its text is the word."""


@dataclass(frozen=True, slots=True)
class Said:
    """An update: its words, and when the next is promised; None: nothing is."""

    text: str
    next_at: datetime | None


def said(words: Sequence[str], now: datetime, zone: ZoneInfo) -> Said:
    """Give an update and its promise. zone: the civil time of whoever writes. Raises NoTime, Passed.

    A word after `next` that does not begin with a digit belongs to the text: `we restart the next node`.
    """
    at = _promise(words)
    if at is None:
        return Said(" ".join(words), None)
    return Said(" ".join(words[:at]).rstrip(" ,;"), _instant(words[-1].rstrip("."), now, zone))


def _promise(words: Sequence[str]) -> int | None:
    """Give where the promise begins; None where there is none."""
    if not words or not words[-1][:1].isdigit():
        return None
    at = len(words) - 2
    while at >= 0 and words[at].lower() in _LINKS:
        at -= 1
    return at if at >= 0 and words[at].lower().rstrip(":") == "next" else None


def _instant(word: str, now: datetime, zone: ZoneInfo) -> datetime:
    if _TIME.fullmatch(word):
        return _at(word, now, zone)
    span = _SPAN.fullmatch(word.lower())
    if span is None or not any(span.groups()):
        raise NoTime(word)
    hours, minutes = (min(int(part or 0), 10_000) for part in span.groups())
    length = timedelta(hours=hours, minutes=minutes)
    if not timedelta() < length <= LONGEST:
        raise NoTime(word)
    return now + length


def _at(word: str, now: datetime, zone: ZoneInfo) -> datetime:
    try:
        wanted = parse_time(word)
    except ValueError:
        raise NoTime(word) from None
    today = now.astimezone(zone).date()
    for day in (today, today + timedelta(days=1)):
        instant = datetime.combine(day, wanted, zone).astimezone(now.tzinfo)  # type: ignore[arg-type]
        if now < instant <= now + FARTHEST:
            return instant
    raise Passed(word)
