"""Swaps and covers that people asked each other for, from asked to settled. Source: DESIGN §5."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import JSON, Date, Index, Select, String, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models.records.base import Id, Record, Word, changed
from models.records.roster import StoredShift


class ExchangeKind(StrEnum):
    """A swap gives a shift for another's; a cover gives one away."""

    SWAP = "swap"
    COVER = "cover"


class ExchangeState(StrEnum):
    """How far a wish has come. `refused`: the rules refused it when it was accepted; `lapsed`: its time has passed."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    LAPSED = "lapsed"


class Exchange(Record):
    """One wish. mine: the shift that the asker gives; his: the one wanted for it, None for a cover.

    other: who was asked; None for a cover, which anybody may take. mine_day, his_day: the shifts' days, so that an id
    that came to name another shift is noticed. lapses_at: from then on it cannot be accepted.
    posts: the outbox rows that ask for it, to be changed when it is settled.
    """

    __tablename__ = "exchange"
    __table_args__ = (Index(None, "state", "lapses_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rotation: Mapped[str] = mapped_column(String(100))
    kind: Mapped[ExchangeKind] = mapped_column(Word(ExchangeKind))
    state: Mapped[ExchangeState] = mapped_column(Word(ExchangeState))
    asker: Mapped[str] = mapped_column(String(100))
    other: Mapped[str | None] = mapped_column(String(100))
    mine: Mapped[int] = mapped_column(Id)
    mine_day: Mapped[date] = mapped_column(Date)
    his: Mapped[int | None] = mapped_column(Id)
    his_day: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(500), default="")
    made_at: Mapped[datetime]
    lapses_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(100))
    posts: Mapped[list[int]] = mapped_column(JSON)


def get(session: Session, number: int) -> Exchange | None:
    """Give one wish by its number, as it stands now."""
    return session.get(Exchange, number, populate_existing=True)


def settle(session: Session, number: int, state: ExchangeState, by: str | None, now: datetime) -> bool:
    """Settle an open wish; False where somebody else did so first."""
    is_open = (Exchange.id == number, Exchange.state == ExchangeState.OPEN)
    values = {"state": state, "settled_by": by, "settled_at": now}
    return changed(session, update(Exchange).where(*is_open).values(**values)) == 1


def open_of(session: Session, person: str) -> Sequence[Exchange]:
    """Give the open wishes that somebody made or is asked for, the oldest first."""
    theirs = or_(Exchange.asker == person, Exchange.other == person)
    found = select(Exchange).where(Exchange.state == ExchangeState.OPEN, theirs).order_by(Exchange.id)
    return session.scalars(found).all()


def open_about(session: Session, rotation: str, shift: int) -> Exchange | None:
    """Give the open wish in which its asker gives a shift; None where there is none."""
    about = and_(Exchange.rotation == rotation, Exchange.mine == shift)
    return session.scalar(select(Exchange).where(Exchange.state == ExchangeState.OPEN, about).limit(1))


def lapsed(session: Session, now: datetime) -> Sequence[Exchange]:
    """Give the open wishes whose time has passed."""
    passed = (Exchange.state == ExchangeState.OPEN, Exchange.lapses_at <= now)
    return session.scalars(select(Exchange).where(*passed).order_by(Exchange.id)).all()


def void(session: Session) -> Sequence[Exchange]:
    """Give the open wishes in which the shift is no longer the asker's, or the other one no longer theirs."""
    return session.scalars(_void()).all()


@cache
def _void() -> Select[Exchange]:
    """Give the statement, built once: every look at the clock asks, and building it costs more than running it."""
    mine, his = aliased(StoredShift), aliased(StoredShift)
    found = (
        select(Exchange)
        .outerjoin(mine, and_(mine.id == Exchange.mine, mine.day == Exchange.mine_day))
        .outerjoin(his, and_(his.id == Exchange.his, his.day == Exchange.his_day))
        .where(
            Exchange.state == ExchangeState.OPEN,
            or_(
                mine.engineer.is_distinct_from(Exchange.asker),
                and_(Exchange.his.is_not(None), his.engineer.is_distinct_from(Exchange.other)),
            ),
        )
    )
    return found.order_by(Exchange.id)


def next_lapse(session: Session, now: datetime) -> datetime | None:
    """Give when the next open wish lapses; None where there is none."""
    coming = (Exchange.state == ExchangeState.OPEN, Exchange.lapses_at > now)
    return session.scalar(select(func.min(Exchange.lapses_at)).where(*coming))
