"""The on-call lists, the planned shifts and what overlays them, as `models.rota` takes them."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Index, Select, String, and_, bindparam, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, Word, changed, table_of
from models.rota.roster import Roster
from models.rota.rota import Cycle
from models.rota.shift import Absence, Override, Shift, ShiftSource

RENAMED = {"start": "starts_at", "end": "ends_at", "first": "first_day", "last": "last_day"}
"""The columns whose names differ from those of the values: some of those are words of SQL."""


class StoredRotation(Record):
    """One rotation whose list is in the store.

    version: counts the list's changes, so that two at once are noticed. stamp: another one after every change of
    anything that its rota is made of; random, because a number counted up by a transaction that fails comes again.
    """

    __tablename__ = "rotation"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    cycle: Mapped[int]
    version: Mapped[int] = mapped_column(default=1)
    stamp: Mapped[str] = mapped_column(String(16), default="")


class StoredMember(Record):
    """One stay of one person on a list, at its place in the list's order."""

    __tablename__ = "rotation_member"
    __table_args__ = (Index(None, "rotation", "place", unique=True),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rotation: Mapped[str] = mapped_column(String(100))
    place: Mapped[int]
    engineer: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime | None]
    until: Mapped[datetime | None]
    placed_in: Mapped[int | None]
    shadows_from: Mapped[datetime | None]


class StoredCycle(Record):
    """One round of a list: its order, and what it was drawn from."""

    __tablename__ = "cycle"

    rotation: Mapped[str] = mapped_column(String(100), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    order: Mapped[list[str]]
    draw: Mapped[dict[str, Any] | None]
    late: Mapped[list[str]]
    passed_over: Mapped[list[str]]
    mend: Mapped[dict[str, Any] | None]


class StoredShift(Record):
    """One planned shift: [starts_at, ends_at)."""

    __tablename__ = "shift"
    __table_args__ = (Index(None, "rotation", "starts_at", unique=True),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rotation: Mapped[str] = mapped_column(String(100))
    day: Mapped[date] = mapped_column(Date)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    engineer: Mapped[str | None] = mapped_column(String(100))
    source: Mapped[ShiftSource] = mapped_column(Word(ShiftSource))
    cycle: Mapped[int]
    turn: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(500))


class StoredOverride(Record):
    """Somebody, or explicitly nobody, put on duty for a span."""

    __tablename__ = "duty_override"
    __table_args__ = (Index(None, "rotation", "ends_at", "starts_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rotation: Mapped[str] = mapped_column(String(100))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    engineer: Mapped[str | None] = mapped_column(String(100))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(500), default="")
    revoked_at: Mapped[datetime | None]
    source: Mapped[ShiftSource] = mapped_column(
        Word(ShiftSource), default=ShiftSource.OVERRIDE, server_default=ShiftSource.OVERRIDE.value
    )


class StoredAbsence(Record):
    """Somebody away on civil days, first and last included."""

    __tablename__ = "absence"
    __table_args__ = (Index(None, "last_day", "first_day"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    engineer: Mapped[str] = mapped_column(String(100))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    rotation: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


def is_known(session: Session, rotation: str) -> bool:
    """Say whether a rotation's list is in the store."""
    return session.get(StoredRotation, rotation) is not None


def names(session: Session) -> list[str]:
    """Give every rotation whose list is in the store, whatever the configuration has now."""
    return list(session.scalars(select(StoredRotation.name).order_by(StoredRotation.name)))


def lock(session: Session, rotation: str) -> None:
    """Let one transaction at a time change a rotation's list and plan, until it ends.

    On SQLite every writer waits anyway. What was read before may be old: read again after it.
    """
    held = select(StoredRotation).where(StoredRotation.name == rotation).with_for_update()
    session.scalar(held.execution_options(populate_existing=True))


def version(session: Session, rotation: str) -> int:
    """Give how often a rotation's list has been changed, from 1; 0 where the store does not have it."""
    head = session.get(StoredRotation, rotation)
    return 0 if head is None else head.version


def stamp(session: Session, rotation: str) -> str:
    """Give what changes with everything that a rotation's rota is made of; empty where the store does not have it."""
    # A stamp is always written at once, so that nothing has to be flushed first.
    return session.connection().execute(_stamp(), {"rotation": rotation}).scalar() or ""


@cache
def _stamp() -> Select[Any]:
    columns = table_of(StoredRotation).c
    return select(columns.stamp).where(columns.name == bindparam("rotation"))


def _restamp(session: Session, rotation: str | None) -> None:
    """Say that a rotation's rota changed; None: every rotation's."""
    every = update(StoredRotation)
    named = every if rotation is None else every.where(StoredRotation.name == rotation)
    changed(session, named.values(stamp=secrets.token_hex(8)))


def last_day(session: Session, rotation: str) -> date | None:
    """Give the day of the last shift that is planned; None where none is."""
    return session.scalar(_last_day(), {"rotation": rotation})


@cache
def _last_day() -> Select[date]:
    columns = table_of(StoredShift).c
    return select(func.max(columns.day)).where(columns.rotation == bindparam("rotation"))


def running_since(session: Session, rotation: str, at: datetime) -> datetime | None:
    """Give when the shift that runs at an instant began; None where none runs."""
    running = (StoredShift.rotation == rotation, StoredShift.starts_at <= at, StoredShift.ends_at > at)
    return session.scalar(select(StoredShift.starts_at).where(*running).order_by(StoredShift.starts_at.desc()).limit(1))


def next_start(session: Session, rotation: str, at: datetime) -> datetime | None:
    """Give when the first shift after an instant begins; None where none is planned."""
    coming = (StoredShift.rotation == rotation, StoredShift.starts_at > at)
    return session.scalar(select(func.min(StoredShift.starts_at)).where(*coming))


def save_roster(session: Session, rotation: str, roster: Roster) -> None:
    """Keep a rotation's list in place of what was there."""
    head = session.get(StoredRotation, rotation)
    if head is None:
        session.add(StoredRotation(name=rotation, cycle=roster.cycle))
    else:
        head.cycle, head.version = roster.cycle, head.version + 1
    session.execute(delete(StoredMember).where(StoredMember.rotation == rotation))
    session.flush()
    session.add_all(
        StoredMember(
            rotation=rotation,
            place=place,
            engineer=member.engineer,
            since=member.since,
            until=member.until,
            placed_in=member.placed_in,
            shadows_from=member.shadows_from,
        )
        for place, member in enumerate(roster.members)
    )
    session.flush()
    _restamp(session, rotation)


def save_cycles(session: Session, rotation: str, cycles: Iterable[Cycle]) -> None:
    """Keep cycles, each in place of an earlier record of it."""
    for cycle in cycles:
        session.merge(
            StoredCycle(
                rotation=rotation,
                number=cycle.number,
                order=list(cycle.order),
                draw=None if cycle.draw is None else asdict(cycle.draw),
                late=list(cycle.late),
                passed_over=list(cycle.passed_over),
                mend=None if cycle.mend is None else asdict(cycle.mend),
            )
        )
    session.flush()
    _restamp(session, rotation)


def replace_shifts(session: Session, rotation: str, since: datetime, shifts: Iterable[Shift]) -> None:
    """Keep shifts in place of all that start at or after an instant; a shift with an id keeps its row."""
    wanted = list(shifts)
    kept = {shift.id for shift in wanted if shift.id is not None}
    old = session.scalars(
        select(StoredShift).where(StoredShift.rotation == rotation, StoredShift.starts_at >= since)
    ).all()
    by_start = {row.starts_at: row for row in old}
    starts = {shift.start for shift in wanted}
    for row in old:
        if row.id not in kept and row.starts_at not in starts:
            session.delete(row)
    session.flush()
    for shift in wanted:
        row = by_start.get(shift.start) or StoredShift(rotation=rotation, starts_at=shift.start)
        row.day, row.ends_at, row.engineer, row.source = shift.day, shift.end, shift.engineer, shift.source
        row.cycle, row.turn, row.reason = shift.cycle, shift.turn, shift.reason
        session.add(row)
    session.flush()
    _restamp(session, rotation)


def end_shift(session: Session, shift_id: int, end: datetime, engineer: str | None, reason: str) -> None:
    """Change a shift that is running: its end, and who serves the rest of it."""
    session.execute(
        update(StoredShift).where(StoredShift.id == shift_id).values(ends_at=end, engineer=engineer, reason=reason)
    )
    _restamp(session, session.scalar(select(StoredShift.rotation).where(StoredShift.id == shift_id)))


def exchange(session: Session, before: Shift, after: Shift) -> bool:
    """Give a coming shift to somebody else; False where it is no longer as it was."""
    as_it_was = (
        StoredShift.id == before.id,
        StoredShift.starts_at == before.start,
        StoredShift.engineer.is_not_distinct_from(before.engineer),
    )
    values = {"engineer": after.engineer, "source": after.source, "reason": after.reason[:500]}
    is_changed = changed(session, update(StoredShift).where(*as_it_was).values(**values)) == 1
    _restamp(session, before.rotation)
    return is_changed


def add_override(session: Session, override: Override) -> None:
    """Keep an override."""
    session.add(
        StoredOverride(
            rotation=override.rotation,
            starts_at=override.start,
            ends_at=override.end,
            engineer=override.engineer,
            made_at=override.made_at,
            made_by=override.made_by,
            reason=override.reason,
            source=override.source,
        )
    )
    session.flush()
    _restamp(session, override.rotation)


def revoke_stand_ins(session: Session, rotation: str, since: datetime) -> None:
    """Let nobody stand in from an instant on; what has passed stays."""
    _revoke(session, rotation, StoredOverride.source == ShiftSource.ABSENCE, since)


def revoke_overrides_of(session: Session, rotation: str, engineer: str, since: datetime) -> None:
    """Put somebody on duty no more from an instant on, whoever decided it; what has passed stays."""
    _revoke(session, rotation, StoredOverride.engineer == engineer, since)


def revoke_assignments(session: Session, rotation: str, start: datetime, end: datetime, since: datetime) -> bool:
    """Take back what leads assigned within [start, end), from an instant on; False where there is nothing."""
    within = and_(StoredOverride.starts_at >= start, StoredOverride.ends_at <= end)
    return _revoke(session, rotation, and_(within, StoredOverride.source == ShiftSource.OVERRIDE), since)


def _revoke(session: Session, rotation: str, which: ColumnElement[bool], since: datetime) -> bool:
    acting = (StoredOverride.rotation == rotation, StoredOverride.ends_at > since, StoredOverride.revoked_at.is_(None))
    is_any = changed(session, update(StoredOverride).where(which, *acting).values(revoked_at=since)) > 0
    if is_any:
        _restamp(session, rotation)
    return is_any


def add_absence(session: Session, absence: Absence) -> None:
    """Keep an absence."""
    session.add(
        StoredAbsence(
            engineer=absence.engineer,
            first_day=absence.first,
            last_day=absence.last,
            rotation=absence.rotation,
            reason=absence.reason,
            made_at=absence.made_at,
        )
    )
    session.flush()
    _restamp(session, absence.rotation)


def cancel_absence(session: Session, absence: Absence, now: datetime) -> bool:
    """End an absence from now on; False where it was cancelled already. What has passed of it stays."""
    open_ = (StoredAbsence.id == absence.id, StoredAbsence.cancelled_at.is_(None))
    is_changed = changed(session, update(StoredAbsence).where(*open_).values(cancelled_at=now)) == 1
    _restamp(session, absence.rotation)
    return is_changed


def absences_of(session: Session, engineer: str, since: date) -> list[Absence]:
    """Give somebody's absences that end on a day or later and were not cancelled, the earliest first."""
    theirs = (
        StoredAbsence.engineer == engineer,
        StoredAbsence.last_day >= since,
        StoredAbsence.cancelled_at.is_(None),
    )
    found = select(StoredAbsence).where(*theirs).order_by(StoredAbsence.first_day, StoredAbsence.id)
    return [_absence(row) for row in session.scalars(found)]


def _absence(row: StoredAbsence) -> Absence:
    return Absence(*(getattr(row, RENAMED.get(one.name, one.name)) for one in fields(Absence)))
