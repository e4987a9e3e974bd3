"""What lies ahead: the days on which nobody is on duty in working hours, and everybody who is due to serve."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.rota.calendar import DAY
from models.rota.duty import Duty, duties
from models.rota.plan import ALL_AWAY, EMPTY_LIST
from models.rota.rota import Rota
from models.rota.shift import ShiftSource


@dataclass(frozen=True, slots=True)
class Unserved:
    """A working day with hours that are nobody's, all of them (is_whole) or a part.

    start, end: the first such stretch of it. why: the resolver's reason for that.
    """

    day: date
    start: datetime
    end: datetime
    is_whole: bool
    why: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """A span of days. last: its last working day, None without one.

    first_days: everybody who is on the list or due to serve, each with the first day on which they serve in the span.
    """

    unserved: tuple[Unserved, ...]
    first_days: Mapping[str, date | None]
    last: date | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a day's hours, as the resolver answers for it."""

    start: datetime
    end: datetime
    engineer: str | None
    why: str


def outlook(rota: Rota, now: datetime, until: date) -> Outlook:
    """Give what lies ahead from an instant up to, and not including, a civil day."""
    unserved: list[Unserved] = []
    served: dict[str, date | None] = {}
    last = None
    day = rota.calendar.day_of(now)
    while day < until:
        if rota.calendar.is_working(day):
            last = day
            parts = list(_parts(rota, day))
            unserved += _unserved(parts, day, now)
            for person in (part.engineer for part in parts if part.end > now and part.engineer is not None):
                served.setdefault(person, day)
        day += DAY
    return Outlook(tuple(unserved), dict.fromkeys(rota.roster.order(now)) | served, last)


def _parts(rota: Rota, day: date) -> Iterator[_Part]:
    begin, end = rota.calendar.hours_of(day)
    for duty in duties(rota, begin, end):
        yield _Part(max(duty.start, begin), min(duty.end, end), duty.engineer, _why(rota, duty))


def _why(rota: Rota, duty: Duty) -> str:
    """Give the resolver's reason; where nobody could stand in, that of a plan, which is the same for each such day."""
    if duty.source is not ShiftSource.ABSENCE:
        return duty.why
    return ALL_AWAY if rota.roster.order(duty.start) else EMPTY_LIST


def _unserved(parts: Sequence[_Part], day: date, now: datetime) -> Iterator[Unserved]:
    """Yield the day where hours of it that are still to come are nobody's."""
    gaps = [part for part in parts if part.engineer is None]
    ahead = [part for part in gaps if part.end > now]
    if ahead:
        end = ahead[0].end
        for part in ahead[1:]:
            end = part.end if part.start == end else end
        yield Unserved(day, ahead[0].start, end, len(gaps) == len(parts), ahead[0].why)
