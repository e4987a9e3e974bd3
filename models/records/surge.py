"""Surges that the engineer on call was asked about: many requests about one service without an incident."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import JSON, Index, Select, String, and_, bindparam, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.incidents.surge import Plea
from models.records.base import Id, Record
from models.records.incident import Incident, IncidentLink, IncidentState
from models.records.request import Request, RequestState
from models.triage.verdict import RequestClass

GRAVE = tuple(one for one in RequestClass if one.is_grave)
NO_PLEA = (RequestState.DISMISSED, RequestState.WITHDRAWN, RequestState.REROUTED)


class AskedSurge(Record):
    """One question whether a surge is an incident. since: when its first request came; authors: of how many people.

    numbers: of the requests that it names. post_id: the outbox row of the question. incident_id: what was declared;
    None: nothing was.
    """

    __tablename__ = "surge"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    service: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    since: Mapped[datetime]
    authors: Mapped[int]
    numbers: Mapped[list[int]] = mapped_column(JSON)
    platform: Mapped[str | None] = mapped_column(String(20))
    post_id: Mapped[int | None] = mapped_column(Id)
    incident_id: Mapped[int | None] = mapped_column(Id)


def pleas(session: Session, since: datetime) -> Sequence[tuple[Plea, str]]:
    """Give the requests since an instant that may be signs of an incident, each with its platform.

    Those are the grave ones, and those whose author is asked whether they are, about a service of the catalogue, which
    belong to no incident yet.
    """
    rows = session.execute(_pleas(), {"since": since})
    return [(Plea(row.id, row.service, row.author, row.opened_at), row.platform) for row in rows]


@cache
def _pleas() -> Select[int, str | None, str, datetime, str]:
    """Give the statement, built once: every look at the clock asks, and building it costs more than running it."""
    is_grave = or_(Request.request_class.in_(GRAVE), Request.asked_class.in_(GRAVE))
    return (
        select(Request.id, Request.service, Request.author, Request.opened_at, Request.platform)
        .outerjoin(IncidentLink, IncidentLink.request_id == Request.id)
        .outerjoin(Incident, Incident.request_id == Request.id)
        .where(
            Request.opened_at > bindparam("since"),
            Request.service.is_not(None),
            is_grave,
            Request.state.not_in(NO_PLEA),
        )
        .where(Request.author != "")  # what alerts page for
        .where(IncidentLink.id.is_(None), Incident.id.is_(None))
        .order_by(Request.opened_at, Request.id)
    )


def add(session: Session, asked: AskedSurge) -> None:
    """Write a question at once, so that it has its number."""
    session.add(asked)
    session.flush()


def surge(session: Session, number: int) -> AskedSurge | None:
    """Give a question by its number, held; None where there is none."""
    return session.get(AskedSurge, number, with_for_update=True, populate_existing=True)


def asked_since(session: Session, since: datetime) -> set[str]:
    """Give the services about which somebody was asked since an instant, and nothing was declared."""
    found = select(AskedSurge.service).where(AskedSurge.at > since, AskedSurge.incident_id.is_(None))
    return set(session.scalars(found))


def open_of(session: Session, service: str, since: datetime) -> Sequence[AskedSurge]:
    """Give the questions about a service since an instant that nothing was declared on, held."""
    found = select(AskedSurge).where(AskedSurge.service == service, AskedSurge.at > since)
    found = found.where(AskedSurge.incident_id.is_(None)).order_by(AskedSurge.id)
    return session.scalars(found.with_for_update()).all()


def known(session: Session, since: datetime) -> dict[str, datetime | None]:
    """Give the services with an incident that is live (None), or was resolved since an instant (when it was last)."""
    is_over = and_(Incident.state == IncidentState.RESOLVED, Incident.resolved_at > since)
    live, over = Incident.state == IncidentState.OPEN, select(Incident.service, func.max(Incident.resolved_at))
    found: dict[str, datetime | None] = {
        row[0]: row[1] for row in session.execute(over.where(is_over).group_by(Incident.service)) if row[0]
    }
    return found | dict.fromkeys(filter(None, session.scalars(select(Incident.service).where(live).distinct())))
