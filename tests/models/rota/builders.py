"""Builders that name only what matters."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from models.policy import Holidays, Hours, Rotation, Weekday
from models.rota.calendar import DAY, WorkCalendar
from models.rota.plan import Plan, plan
from models.rota.roster import Roster
from models.rota.rota import Cycle, Rota
from models.rota.shift import Absence, Override, Shift
from models.rota.zone import zone

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MONDAY = date(2026, 11, 2)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


def seeds(number: int) -> int:
    return number


def rotation(**changed: Any) -> Rotation:
    return Rotation(name="platform", **changed)


def calendar(zone_name: str = "UTC", **changed: Any) -> WorkCalendar:
    return WorkCalendar(rotation(**changed), zone(zone_name))


def canada(**changed: Any) -> WorkCalendar:
    return calendar("America/Vancouver", holidays=Holidays(country="CA", subdivision="BC"), **changed)


def hours(start: time, end: time) -> Hours:
    return Hours(start=start, end=end)


def working(*days: str) -> frozenset[Weekday]:
    return frozenset(Weekday(name) for name in days)


def rota(*people: str, on: WorkCalendar | None = None, **changed: Any) -> Rota:
    return Rota(on or calendar(), Roster.of(*people), **changed)


def planned(before: Rota, since: date = MONDAY, days: int = 28) -> Rota:
    """Give a rota with shifts planned from a day's handover on, and stored."""
    return stored(before, plan(before, since=before.calendar.handover_at(since), until=since + days * DAY, seeds=seeds))


def replanned(before: Rota, since: date, until: date | None = None) -> Rota:
    at = before.calendar.handover_at(since)
    return stored(before, plan(before, since=at, until=until or before.shifts[-1].day, seeds=seeds))


def stored(before: Rota, made: Plan) -> Rota:
    """Give the rota as a store would hold it after a plan."""
    kept = [shift for shift in before.shifts if shift.start < made.since]
    if made.joint is not None:
        kept[-1] = made.joint
    shifts = tuple(replace(shift, id=number) for number, shift in enumerate((*kept, *made.shifts)))
    cycles = {cycle.number: cycle for cycle in (*before.cycles, *made.cycles)}
    return replace(before, shifts=shifts, cycles=tuple(cycles.values()))


def away(engineer: str, first: str, last: str | None = None) -> Absence:
    return Absence(engineer, day(first), day(last or first), LONG_AGO)


def override(engineer: str | None, start: str, end: str, made_at: datetime = LONG_AGO, **changed: Any) -> Override:
    return Override("platform", utc(start), utc(end), engineer, made_at, "lea", **changed)


def names(shifts: Iterable[Shift]) -> str:
    """Give the engineers of shifts as one word of their first letters; a dash for nobody."""
    return "".join((shift.engineer or "-")[0] for shift in shifts)


def with_shift(before: Rota, changed: Shift) -> Rota:
    return replace(before, shifts=tuple(changed if old.day == changed.day else old for old in before.shifts))


def cycle_of(cycles: Sequence[Cycle], number: int) -> Cycle:
    return next(cycle for cycle in cycles if cycle.number == number)
