"""How long a request took, told by its thread: by the clock on the wall, and in the hours of its rotation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.records.request import Request
from models.rota.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class Elapsed:
    """One span, twice. working: how much of it lay in the hours of the rotation; None where there is no rotation."""

    wall: timedelta
    working: timedelta | None


@dataclass(frozen=True, slots=True)
class Timing:
    """From when a request was opened, or reopened last, to what came of it; None: that has not come.

    answered: to the first word of somebody else in its thread.
    """

    answered: Elapsed | None
    acknowledged: Elapsed | None
    resolved: Elapsed | None


def timing(request: Request, calendar: WorkCalendar | None) -> Timing:
    """Give how long a request took. calendar: its rotation's; None where it has none."""

    def until(at: datetime | None) -> Elapsed | None:
        return None if at is None else elapsed(request.waits_since, at, calendar)

    return Timing(until(request.first_answer_at), until(request.acknowledged_at), until(request.resolved_at))


def elapsed(start: datetime, end: datetime, calendar: WorkCalendar | None) -> Elapsed:
    """Give the span between two instants; none where the second is not after the first."""
    working = calendar.working_time_between(start, end) if calendar is not None else None
    return Elapsed(max(timedelta(), end - start), working)
