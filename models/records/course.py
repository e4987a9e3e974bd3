"""Requests by what becomes of them: what is due, what goes on in another or elsewhere, what helpers may answer."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from models.records.base import changed, table_of
from models.records.request import LIVE, Due, ReadMessage, Request, RequestState
from models.triage.verdict import RequestClass

ANEW = {"populate_existing": True}
WAITING = (Request.state == RequestState.OPEN, Request.request_class == RequestClass.COMMUNITY)


class DueQuestion(NamedTuple):
    """A request whose author has not answered in time, and when that was."""

    number: int
    at: datetime


class DueRequest(NamedTuple):
    """A request whose due time has come, and what it waited for."""

    number: int
    due: Due | None
    step: int
    at: datetime


def duplicates(session: Session, number: int) -> Sequence[Request]:
    """Give the requests that go on in another one, in order.

    They are not held: who holds a duplicate waits for its original, and nobody may wait the other way round.
    """
    found = select(Request).where(Request.duplicate_of == number, Request.state == RequestState.DUPLICATE)
    return session.scalars(found.order_by(Request.id)).all()


def lead_on(session: Session, number: int, to: int) -> int:
    """Let what goes on in one request go on in another, which that one is a duplicate of; give how many there are."""
    session.flush()
    statement = update(Request).where(Request.duplicate_of == number).values(duplicate_of=to)
    return changed(session, statement)


def pointed(
    session: Session, platform: str, channels: Collection[str], author: str, since: datetime
) -> Sequence[Request]:
    """Give an author's questions, written to since an instant, that were pointed from some channels to another."""
    of_author = (Request.platform == platform, Request.channel.in_(channels), Request.author == author)
    found = select(Request).where(*of_author, *WAITING, Request.last_message_at >= since)
    return session.scalars(
        found.where(Request.pointer_id.is_not(None)).order_by(Request.id).with_for_update().execution_options(**ANEW)
    ).all()


def for_helpers(session: Session, now: datetime) -> Iterable[tuple[int, datetime]]:
    """Give number and due time of the questions that helpers are to be told of, the earliest first."""
    found = select(Request.id, Request.helpers_at).where(Request.helpers_at <= now)
    return [(number, at) for number, at in session.execute(found.order_by(Request.helpers_at, Request.id)) if at]


def next_for_helpers(session: Session, after: datetime) -> datetime | None:
    """Give the earliest instant after another at which helpers are to be told of a question."""
    return session.scalar(select(func.min(Request.helpers_at)).where(Request.helpers_at > after))


def due_with(session: Session, request: Request, now: datetime, limit: int) -> Sequence[Request]:
    """Give the questions that helpers are to be told of together with one, of its platform and rotation, in order.

    They are held; what somebody else decides about just now is left out, and told by itself.
    """
    alike = (Request.platform == request.platform, Request.rotation == request.rotation, Request.id != request.id)
    found = select(Request).where(*alike, Request.helpers_at <= now, Request.state.in_(LIVE))
    found = found.order_by(Request.helpers_at, Request.id).limit(limit)
    return session.scalars(found.with_for_update(skip_locked=True).execution_options(**ANEW)).all()


def unanswered(session: Session, now: datetime) -> Iterable[DueQuestion]:
    """Give the requests whose author was asked for their class and has not answered in time."""
    for row in session.execute(_unanswered(), {"now": now}):
        yield DueQuestion(*row)


@cache
def _unanswered() -> Select[Any]:
    columns = table_of(Request).c
    found = select(columns.id, columns.asked_until).where(columns.asked_until <= bindparam("now"))
    return found.order_by(columns.asked_until, columns.id)


def next_unanswered(session: Session, after: datetime) -> datetime | None:
    """Give the earliest instant after another at which a question's time is over."""
    return session.scalar(select(func.min(Request.asked_until)).where(Request.asked_until > after))


def due(session: Session, now: datetime) -> Iterable[DueRequest]:
    """Give the live requests whose due time has come, the earliest first."""
    for row in session.execute(_due(), {"now": now}):
        yield DueRequest(*row)


@cache
def _due() -> Select[Any]:
    columns = table_of(Request).c
    found = select(columns.id, columns.due, columns.step, columns.due_at)
    found = found.where(columns.state.in_(LIVE), columns.due_at <= bindparam("now"))
    return found.order_by(columns.due_at, columns.id)


def next_due(session: Session, after: datetime) -> datetime | None:
    """Give the earliest due time of a live request after an instant; what was given up before it hides nothing."""
    return session.scalar(select(func.min(Request.due_at)).where(Request.state.in_(LIVE), Request.due_at > after))


def texts(session: Session, request_id: int) -> Sequence[str]:
    """Give the texts of a request's messages in order; without those that were taken back."""
    return session.scalars(
        select(ReadMessage.text)
        .where(ReadMessage.request_id == request_id, ReadMessage.text != "")
        .order_by(ReadMessage.id)
    ).all()
