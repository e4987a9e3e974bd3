"""What being on call asked of people: the pages that reached them, and the urgent requests that they handled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, changed, put
from models.records.request import Request, TimelineEntry
from models.triage.verdict import RequestClass

HANDLED = ("acknowledged", "resolved")


class Page(Record):
    """One person whom one page asked for. row: the outbox row of the page, which may ask for several people.

    person: their id. delivered_at: when it reached the chat; None where it has not, or never will.
    is_out_of_hours: whether that was outside the rotation's hours, as they were then.
    """

    __tablename__ = "page"
    __table_args__ = (Index(None, "row"), Index(None, "rotation", "delivered_at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    row: Mapped[int] = mapped_column(Id)
    request_id: Mapped[int] = mapped_column(Id)
    rotation: Mapped[str] = mapped_column(String(100))
    person: Mapped[str] = mapped_column(String(100))
    delivered_at: Mapped[datetime | None]
    is_out_of_hours: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class Handled:
    """An urgent request that somebody took or resolved.

    platform: the request's. actor: their handle on the platform they did it on. at: when they did last.
    """

    request: int
    platform: str
    actor: str
    at: datetime


def keep_page(session: Session, row: int, request: int, rotation: str, people: Iterable[str]) -> None:
    """Keep whom a page asks for."""
    for person in people:
        put(
            session,
            Page,
            row=row,
            request_id=request,
            rotation=rotation,
            person=person,
            delivered_at=None,
            is_out_of_hours=False,
        )


def page_delivered(session: Session, row: int, now: datetime, *, is_out_of_hours: bool) -> None:
    """Keep that a page has reached the chat."""
    of_row = update(Page).where(Page.row == row, Page.delivered_at.is_(None))
    changed(session, of_row.values(delivered_at=now, is_out_of_hours=is_out_of_hours))


def pinged_out_of_hours(session: Session, rotation: str, since: datetime) -> Sequence[tuple[str, datetime]]:
    """Give who was pinged outside a rotation's hours, and when, from an instant on: once for each page."""
    found = select(Page.person, Page.delivered_at).where(
        Page.rotation == rotation, Page.delivered_at >= since, Page.is_out_of_hours
    )
    return [(person, at) for person, at in session.execute(found) if at is not None]


def handled(session: Session, rotation: str, since: datetime) -> Sequence[Handled]:
    """Give who took or resolved an urgent request of a rotation from an instant on: once each, at the last time."""
    found = (
        select(TimelineEntry.request_id, Request.platform, TimelineEntry.actor, func.max(TimelineEntry.at))
        .join(Request, Request.id == TimelineEntry.request_id)
        .where(
            Request.rotation == rotation,
            Request.request_class == RequestClass.URGENT,
            TimelineEntry.what.in_(HANDLED),
            TimelineEntry.at >= since,
        )
        .group_by(TimelineEntry.request_id, Request.platform, TimelineEntry.actor)
    )
    return [Handled(*row) for row in session.execute(found)]
