"""The lanes of the outbox: one for each channel of a platform, held by one sender at a time. Source: DESIGN §3.

A lane keeps the order and the rate of its channel, across replicas. All instants are in the database's time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record, changed


class Lane(Record):
    """Who may send in a channel until when, and not before when. holder: names one claim, never another."""

    __tablename__ = "lane"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    lane: Mapped[str] = mapped_column(String(200), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    next_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims what: a holder, until when, in which ranks. instant, lease_until: in the database's time.

    holder: names this claim and no other, so that one who comes back late touches nothing of those after it.
    """

    platform: str
    holder: str
    instant: datetime
    lease_until: datetime
    ranks: Sequence[int]


def is_unheld(instant: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Say of a lane, in SQL, that nobody sends in it at an instant."""
    return or_(Lane.lease_until.is_(None), Lane.lease_until <= instant)


def is_open(instant: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Say of a lane, in SQL, that something may be sent in it at an instant."""
    return and_(is_unheld(instant), or_(Lane.next_at.is_(None), Lane.next_at <= instant))


def take(session: Session, lane: str, wanted: Claim) -> bool:
    """Take a lane that is open; False where another sender was first."""
    lease = {"holder": wanted.holder, "lease_until": wanted.lease_until}
    open_one = and_(Lane.platform == wanted.platform, Lane.lane == lane, is_open(wanted.instant))
    if changed(session, update(Lane).where(open_one).values(**lease)):
        return True
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    new = dialect.insert(Lane).values(platform=wanted.platform, lane=lane, **lease)
    return session.execute(new.on_conflict_do_nothing().returning(Lane.lane)).scalar() is not None


def free(session: Session, platform: str, lane: str, holder: str, next_at: datetime | None = None) -> None:
    """Give a lane back; nothing goes in it before `next_at`. What another claim holds by now stays with it."""
    changed(
        session,
        update(Lane)
        .where(Lane.platform == platform, Lane.lane == lane, Lane.holder == holder)
        .values(holder=None, lease_until=None, next_at=next_at),
    )


def free_all(session: Session, platform: str) -> None:
    """Free every lane of a platform: at the start of the only process there is."""
    changed(session, update(Lane).where(Lane.platform == platform).values(holder=None, lease_until=None))
