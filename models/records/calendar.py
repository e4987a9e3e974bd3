"""What the calendar feeds showed, so that a change can be told as one: sequences, and what was cancelled."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.feed import Key, Shown
from models.records.base import Id, Record, changed
from models.records.roster import StoredRotation


class ShownRotation(Record):
    """How far what is kept of a rotation's feeds has come: its rota's stamp at that time, and since when they show."""

    __tablename__ = "calendar_feed"

    rotation: Mapped[str] = mapped_column(String(100), primary_key=True)
    stamp: Mapped[str] = mapped_column(String(16))
    since: Mapped[datetime]


class ShownEvent(Record):
    """One event of a feed. person: whose feed; empty: the rotation's own. digest: of what a reader sees of it."""

    __tablename__ = "calendar_event"
    __table_args__ = (Index(None, "rotation", "person", "starts_at", unique=True),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rotation: Mapped[str] = mapped_column(String(100))
    person: Mapped[str] = mapped_column(String(100))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    engineer: Mapped[str | None] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(32))
    sequence: Mapped[int]
    modified_at: Mapped[datetime]
    is_cancelled: Mapped[bool]


@dataclass(frozen=True, slots=True)
class Stamps:
    """A rotation's stamp now, and what is kept of its feeds: from which stamp, since when; None: nothing is kept."""

    now: str
    kept: str | None
    since: datetime | None

    def is_behind(self, since: datetime) -> bool:
        """Say whether the rota changed meanwhile, or feeds now begin later."""
        return (self.now, since) != (self.kept, self.since)


def stamps(session: Session) -> Mapping[str, Stamps]:
    """Give the stamps of every rotation in the store."""
    columns = StoredRotation.name, StoredRotation.stamp, ShownRotation.stamp, ShownRotation.since
    joined = select(*columns).outerjoin(ShownRotation, ShownRotation.rotation == StoredRotation.name)
    return {name: Stamps(now, kept, since) for name, now, kept, since in session.execute(joined)}


def shown(session: Session, rotation: str) -> Mapping[Key, Shown]:
    """Give what the feeds of a rotation showed, the people's among them."""
    rows = session.scalars(select(ShownEvent).where(ShownEvent.rotation == rotation))
    return {one.key: one for one in map(_shown, rows)}


def keep(session: Session, before: Mapping[Key, Shown], after: Mapping[Key, Shown]) -> None:
    """Keep what the feeds of a rotation show from now on, in place of what they showed before."""
    for key, old in before.items():
        if key not in after:
            changed(session, delete(ShownEvent).where(*_is(old)))
    for key, one in after.items():
        if key not in before:
            session.add(ShownEvent(rotation=one.rotation, person=one.person, starts_at=one.start, **_values(one)))
        elif one != before[key]:
            changed(session, update(ShownEvent).where(*_is(one)).values(**_values(one)))
    session.flush()


def keep_stamp(session: Session, rotation: str, stamp: str, since: datetime) -> None:
    """Keep how far a rotation's feeds have been kept."""
    session.merge(ShownRotation(rotation=rotation, stamp=stamp, since=since))
    session.flush()


def _is(one: Shown) -> tuple[ColumnElement[bool], ...]:
    return ShownEvent.rotation == one.rotation, ShownEvent.person == one.person, ShownEvent.starts_at == one.start


def _values(one: Shown) -> dict[str, object]:
    return {
        "ends_at": one.end,
        "engineer": one.engineer,
        "digest": one.digest,
        "sequence": one.sequence,
        "modified_at": one.modified,
        "is_cancelled": one.is_cancelled,
    }


def _shown(row: ShownEvent) -> Shown:
    return Shown(
        rotation=row.rotation,
        person=row.person,
        start=row.starts_at,
        end=row.ends_at,
        engineer=row.engineer,
        digest=row.digest,
        sequence=row.sequence,
        modified=row.modified_at,
        is_cancelled=row.is_cancelled,
    )
