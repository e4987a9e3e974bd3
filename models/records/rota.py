"""A rotation read from the store as `models.rota` takes it: its list, its shifts, what overlays them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, literal, select
from sqlalchemy.orm import Session

from models.records.base import Record, UtcDateTime, table_of
from models.records.roster import (
    RENAMED,
    StoredAbsence,
    StoredCycle,
    StoredMember,
    StoredOverride,
    StoredRotation,
    StoredShift,
)
from models.rota.calendar import WorkCalendar
from models.rota.duty import look_ahead
from models.rota.roster import Member, Roster
from models.rota.rota import Cycle, Rota
from models.rota.shift import Absence, Override, Shift
from models.rota.shuffle import Draw, Mend

FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)  # in place of no bound
MOST_CYCLES = 2**31 - 1


@dataclass(frozen=True, slots=True)
class ComingCycle:
    """A planned cycle that has not begun. order: who has a turn in it; is_drawn: it was shuffled."""

    number: int
    day: date
    starts_at: datetime
    order: tuple[str, ...]
    is_drawn: bool


def coming_cycles(session: Session, rotation: str, at: datetime) -> list[ComingCycle]:
    """Give the planned cycles of which no shift has begun at an instant, in their order."""
    ours = StoredShift.rotation == rotation
    begun = session.scalar(select(func.max(StoredShift.cycle)).where(ours, StoredShift.starts_at <= at)) or 0
    first = select(StoredShift.cycle, func.min(StoredShift.day), func.min(StoredShift.starts_at))
    found = session.execute(first.where(ours, StoredShift.cycle > begun).group_by(StoredShift.cycle))
    cycles = {cycle.number: cycle for cycle in _cycles(session, rotation, begun + 1)}
    return [
        ComingCycle(number, day, starts_at, cycles[number].order, cycles[number].draw is not None)
        for number, day, starts_at in sorted((number, day, starts_at) for number, day, starts_at in found)
        if number in cycles
    ]


def load(
    session: Session, calendar: WorkCalendar, since: datetime | None = None, until: datetime | None = None
) -> Rota:
    """Give a rotation as the pure rules take it; with its shifts that touch [since, until), None: without bound.

    Behind `until` come as many more as the resolver looks through for somebody who is there, so that it answers within
    the span as it would with everything.
    """
    name = calendar.rotation.name
    rota = _overlaid(session, calendar, load_roster(session, name), since, until)
    numbers = _numbers(rota.shifts) if since is not None or until is not None else ()
    return replace(rota, cycles=tuple(_cycles(session, name, *numbers)))


def around(session: Session, calendar: WorkCalendar, since: datetime, until: datetime) -> tuple[str, Rota]:
    """Give the stamp of a rotation and what says who is on duty in [since, until).

    It is without its cycles, and not for a plan. The stamp was read first: what comes between is no older than it.
    """
    stamp, listed = _stamped_roster(session, calendar.rotation.name)
    return stamp, _overlaid(session, calendar, listed, since, until)


def _overlaid(
    session: Session, calendar: WorkCalendar, listed: Roster, since: datetime | None, until: datetime | None
) -> Rota:
    """Give a list with its shifts and what overlays them; without its cycles."""
    name = calendar.rotation.name
    shifts = tuple(_shifts(session, name, since, until, look_ahead(listed)))
    end = None if until is None else max(until, shifts[-1].end if shifts else until)
    # An absence acts until the first hours after it, which can be days later.
    first = None if since is None else calendar.last_working(calendar.day_of(since))
    last = None if end is None else calendar.day_of(end)
    return Rota(
        calendar=calendar,
        roster=listed,
        shifts=shifts,
        overrides=tuple(_overrides(session, name, since, end)),
        absences=tuple(_absences(session, name, first, last)),
    )


def load_roster(session: Session, rotation: str) -> Roster:
    """Give a rotation's list; an empty one where the store does not have it."""
    return _stamped_roster(session, rotation)[1]


def _stamped_roster(session: Session, rotation: str) -> tuple[str, Roster]:
    session.flush()
    rows = session.connection().execute(_listed(), {"rotation": rotation}).all()
    if not rows:
        return "", Roster()
    members = tuple(Member(*columns) for _, _, place, *columns in rows if place is not None)
    return rows[0][0], Roster(members, rows[0][1])


@cache
def _listed() -> Select[Any]:
    """Give the head of a list with each of its members in their order; alone where there are none."""
    head, member = table_of(StoredRotation), table_of(StoredMember)
    listed = head.outerjoin(member, member.c.rotation == head.c.name)
    columns = (head.c.stamp, head.c.cycle, member.c.place, *_columns(StoredMember, Member))
    return select(*columns).select_from(listed).where(head.c.name == bindparam("rotation")).order_by(member.c.place)


def _shifts(
    session: Session, rotation: str, since: datetime | None, until: datetime | None, more: int
) -> Iterable[Shift]:
    wanted = {"rotation": rotation, "since": since or FIRST, "until": until or LAST, "more": more}
    return (Shift(*row) for row in session.connection().execute(_shifts_of(), wanted).all())


@cache
def _shifts_of() -> Select[Any]:
    """Give the shifts from the one that runs at `since` to so many after `until`, each found by the index."""
    columns, since = table_of(StoredShift).c, bindparam("since", type_=UtcDateTime)
    here, starts = columns.rotation == bindparam("rotation"), columns.starts_at
    running = select(func.max(starts)).where(here, starts <= since).scalar_subquery()
    behind = select(starts).where(here, starts >= bindparam("until", type_=UtcDateTime)).order_by(starts)
    end = func.coalesce(behind.offset(bindparam("more")).limit(1).scalar_subquery(), literal(LAST, UtcDateTime))
    bounds = (here, starts >= func.coalesce(running, since), columns.ends_at > since, starts < end)
    return select(*_columns(StoredShift, Shift)).where(*bounds).order_by(starts)


def _columns(record: type[Record], value: type[Any]) -> list[Any]:
    """Give the columns of a record in the order in which a frozen value takes them."""
    return [table_of(record).c[RENAMED.get(one.name, one.name)] for one in fields(value)]


def _cycles(session: Session, rotation: str, low: int = 0, high: int = MOST_CYCLES) -> Iterable[Cycle]:
    """Give the cycles from one number to another, both included."""
    wanted = {"rotation": rotation, "low": low, "high": high}
    for number, order, drawn, late, passed_over, mend in session.connection().execute(_cycles_of(), wanted):
        draw, mended = (None if kept is None else _tuples(kept) for kept in (drawn, mend))
        yield Cycle(
            number,
            tuple(order),
            None if draw is None else Draw(**draw),
            tuple(late),
            tuple(passed_over),
            None if mended is None else Mend(**mended),
        )


def _numbers(shifts: Sequence[Shift]) -> tuple[int, int]:
    """Give the first and the last number of the cycles of some shifts, and of those beside them."""
    numbers = [shift.cycle for shift in shifts] or [0]
    return min(numbers) - 1, max(numbers) + 1


@cache
def _cycles_of() -> Select[Any]:
    columns = table_of(StoredCycle).c
    numbered = columns.number.between(bindparam("low"), bindparam("high"))
    found = select(*_columns(StoredCycle, Cycle)).where(columns.rotation == bindparam("rotation"), numbered)
    return found.order_by(columns.number)


def _tuples(kept: dict[str, Any]) -> dict[str, Any]:
    """Give what was kept of a draw or a mend with tuples in place of JSON's lists."""
    return {**kept, "base": tuple(kept["base"]), "recent": tuple(kept["recent"])}


def _overrides(session: Session, rotation: str, since: datetime | None, until: datetime | None) -> Iterable[Override]:
    wanted = {"rotation": rotation, "since": since or FIRST, "until": until or LAST}
    return (Override(*row) for row in session.connection().execute(_overrides_of(), wanted).all())


@cache
def _overrides_of() -> Select[Any]:
    columns = table_of(StoredOverride).c
    bounds = (
        columns.rotation == bindparam("rotation"),
        columns.ends_at > bindparam("since", type_=UtcDateTime),
        columns.starts_at < bindparam("until", type_=UtcDateTime),
    )
    return select(*_columns(StoredOverride, Override)).where(*bounds).order_by(columns.id)


def _absences(session: Session, rotation: str, first: date | None, last: date | None) -> Iterable[Absence]:
    wanted = {"rotation": rotation, "first": first or FIRST.date(), "last": last or LAST.date()}
    found = (Absence(*row) for row in session.connection().execute(_absences_of(), wanted).all())
    return sorted(found, key=lambda one: one.id)


@cache
def _absences_of() -> Select[Any]:
    columns = table_of(StoredAbsence).c
    bounds = (
        columns.rotation.is_(None) | (columns.rotation == bindparam("rotation")),
        columns.last_day >= bindparam("first", type_=Date),
        columns.first_day <= bindparam("last", type_=Date),
    )
    # Put in order here: for an order by number SQLite reads every absence in place of asking the index.
    return select(*_columns(StoredAbsence, Absence)).where(*bounds)
