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
    """Give the surges of the last while, in the order of their services; one is seen as long as it may last.

    pleas: of the last two such spans, so that one is found however late within it is looked.
    """
    past = sorted((one for one in pleas if one.at <= now), key=lambda one: (one.at, one.number))
    found = (_of([one for one in past if one.service == service], now) for service in sorted({p.service for p in past}))
    return [one for one in found if one is not None]


def _of(theirs: Sequence[Plea], now: datetime) -> Surge | None:
    for last in theirs:
        within = [one for one in theirs if last.at - WITHIN < one.at <= last.at]
        if last.at > now - WITHIN and len({one.author for one in within}) >= AUTHORS:
            return _since(within[0].at, last.at, theirs)
    return None


def _since(since: datetime, at: datetime, theirs: Sequence[Plea]) -> Surge:
    members = [one for one in theirs if one.at >= since]
    numbers = tuple(one.number for one in members)
    return Surge(members[0].service, numbers, len({one.author for one in members}), since, at)
