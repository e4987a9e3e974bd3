"""Many people asking about one service within a short time: itself the sign of an incident. Source: DESIGN §1, §4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

AUTHORS = 3
WITHIN = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Plea:
    """One request about a service. author: one name for each person, whichever platform they write on."""

    number: int
    service: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Surge:
    """Requests of several authors about one service. at: when the author came who made it one."""

    service: str
    numbers: tuple[int, ...]
    authors: int
    since: datetime
    at: datetime


def surges(pleas: Sequence[Plea], now: datetime) -> list[Surge]:
    """Give the surges that last at an instant, in the order of their services."""
    recent = [one for one in pleas if now - WITHIN < one.at <= now]
    found = (_of(service, recent) for service in sorted({one.service for one in recent}))
    return [one for one in found if one is not None]


def _of(service: str, recent: Sequence[Plea]) -> Surge | None:
    theirs = sorted((one for one in recent if one.service == service), key=lambda one: (one.at, one.number))
    firsts: dict[str, datetime] = {}
    for one in theirs:
        firsts.setdefault(one.author, one.at)
    if len(firsts) < AUTHORS:
        return None
    numbers = tuple(one.number for one in theirs)
    return Surge(service, numbers, len(firsts), theirs[0].at, sorted(firsts.values())[AUTHORS - 1])
