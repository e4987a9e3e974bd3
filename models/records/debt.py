"""Runbook debts: requests that were resolved without documentation, and who owes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, Word
from models.records.request import Request, RequestState


class DebtState(StrEnum):
    """How far the documentation of a resolved request has come. `needless`: somebody said there is nothing to write."""

    ASKED = "asked"
    OWED = "owed"
    PAID = "paid"
    NEEDLESS = "needless"

    @property
    def is_open(self) -> bool:
        """Whether the link is still to come."""
        return self in OPEN


OPEN = (DebtState.ASKED, DebtState.OWED)


class RunbookDebt(Record):
    """What somebody was asked for when they resolved a request: the link to its documentation. One a request.

    person: the id of whoever owes it; None where only `request.resolved_by` tells. due_at: where they were off, when
    they are asked; then the end of the shift in which they were, by which no answer means later; then when they are
    reminded next. promised_for: the day by which the link is to be there; None until it is owed. settled_by: who gave
    the link or said that none is needed. ask_id: the outbox row of the question; None where it was not put yet.
    """

    __tablename__ = "runbook_debt"
    __table_args__ = (
        Index(None, "request_id", unique=True),
        Index(None, "state", "due_at"),
        Index(None, "person", "reminded_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    person: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[DebtState] = mapped_column(Word(DebtState))
    asked_at: Mapped[datetime]
    promised_for: Mapped[date | None]
    due_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(220))
    ask_id: Mapped[int | None] = mapped_column(Id)


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """A link that is still to come, with its request. since: when that was resolved."""

    debt: RunbookDebt
    request: Request

    @property
    def since(self) -> datetime:
        """When the request was resolved."""
        return self.request.resolved_at or self.debt.asked_at


def of_request(session: Session, request_id: int) -> RunbookDebt | None:
    """Give what is asked for a request, to decide about it; None where nobody was asked."""
    found = select(RunbookDebt).where(RunbookDebt.request_id == request_id)
    return session.scalar(found.with_for_update().execution_options(populate_existing=True))


def hold(session: Session, request_id: int) -> RunbookDebt | None:
    """Give what is asked for a request, and hold all that the same person owes: they are reminded of it together.

    All of it is held in one order, after its request, so that no two decisions wait for each other.
    """
    person = select(RunbookDebt.person).where(RunbookDebt.request_id == request_id).scalar_subquery()
    theirs = or_(RunbookDebt.request_id == request_id, RunbookDebt.person == person)
    found = select(RunbookDebt).where(RunbookDebt.state.in_(OPEN), theirs).order_by(RunbookDebt.id).with_for_update()
    held = session.scalars(found.execution_options(populate_existing=True)).all()
    return next((one for one in held if one.request_id == request_id), None)


def open_debts(session: Session, rotation: str | None = None) -> Sequence[OpenDebt]:
    """Give the links that are still to come, of one rotation or of all, the newest first.

    What was reopened since owes nothing until it is resolved again.
    """
    found = select(RunbookDebt, Request).join(Request, Request.id == RunbookDebt.request_id)
    found = found.where(RunbookDebt.state.in_(OPEN)).order_by(Request.resolved_at.desc(), Request.id.desc())
    if rotation is not None:
        found = found.where(Request.rotation == rotation)
    owed = (OpenDebt(*row) for row in session.execute(found))
    # Asked for in SQL, SQLite would begin with all that were ever resolved, and look for the debt of each.
    return [one for one in owed if one.request.state is RequestState.RESOLVED]


def due(session: Session, now: datetime) -> Sequence[RunbookDebt]:
    """Give what something is to be done about now, the earliest first."""
    found = select(RunbookDebt).where(RunbookDebt.state.in_(OPEN), RunbookDebt.due_at <= now)
    return session.scalars(found.order_by(RunbookDebt.due_at, RunbookDebt.id)).all()


def next_due(session: Session, after: datetime) -> datetime | None:
    """Give the first instant after another at which something is to be done about one."""
    later = (RunbookDebt.state.in_(OPEN), RunbookDebt.due_at > after)
    return session.scalar(select(func.min(RunbookDebt.due_at)).where(*later))


def last_reminded(session: Session, person: str | None) -> datetime | None:
    """Give when somebody was last reminded of any of their debts."""
    return session.scalar(select(func.max(RunbookDebt.reminded_at)).where(RunbookDebt.person == person))
