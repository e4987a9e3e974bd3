"""The line in operations that says which incidents are live, and what it is made of."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record
from models.records.incident import Incident, IncidentLink, IncidentState
from models.severity import Severity


class IncidentBoard(Record):
    """The one message of a platform's operations that is kept equal to the list of incidents.

    post_id: the outbox row of the message. digest: of what it says, so that it is changed only where that differs.
    """

    __tablename__ = "incident_board"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    channel: Mapped[str] = mapped_column(String(200))
    post_id: Mapped[int] = mapped_column(Id)
    digest: Mapped[str] = mapped_column(String(64))


def board(session: Session, platform: str) -> IncidentBoard | None:
    """Give the line of a platform, held; None where there is none yet."""
    return session.get(IncidentBoard, platform, with_for_update=True, populate_existing=True)


def said(session: Session, platform: str) -> tuple[str, str] | None:
    """Give where the line of a platform stands and the digest of what it says; None where there is none yet."""
    row = session.execute(
        select(IncidentBoard.channel, IncidentBoard.digest).where(IncidentBoard.platform == platform)
    ).one_or_none()
    return None if row is None else (row.channel, row.digest)


def gravest(session: Session, most: int) -> Sequence[Incident]:
    """Give the live incidents, the gravest and oldest first, at most so many."""
    gravity = case({one: one.gravity for one in Severity}, value=Incident.severity)
    since = func.coalesce(Incident.reopened_at, Incident.opened_at)
    found = select(Incident).where(Incident.state == IncidentState.OPEN)
    return session.scalars(found.order_by(gravity.desc(), since, Incident.id).limit(most)).all()


def count(session: Session) -> int:
    """Give how many incidents are live."""
    return session.scalar(select(func.count()).select_from(Incident).where(Incident.state == IncidentState.OPEN)) or 0


def asked(session: Session, numbers: Sequence[int]) -> dict[int, int]:
    """Give how many requests belong to each of some incidents; those without any are left out."""
    if not numbers:
        return {}
    found = select(IncidentLink.incident_id, func.count()).where(IncidentLink.incident_id.in_(numbers))
    return {row[0]: row[1] for row in session.execute(found.group_by(IncidentLink.incident_id))}


def resolved(session: Session, start: datetime, end: datetime, most: int) -> Sequence[Incident]:
    """Give the incidents that were resolved in [start, end), the latest first, at most so many."""
    found = select(Incident).where(*_resolved_in(start, end)).order_by(Incident.resolved_at.desc(), Incident.id.desc())
    return session.scalars(found.limit(most)).all()


def count_resolved(session: Session, start: datetime, end: datetime) -> int:
    """Give how many incidents were resolved in [start, end)."""
    return session.scalar(select(func.count()).select_from(Incident).where(*_resolved_in(start, end))) or 0


def count_opened(session: Session, start: datetime, end: datetime) -> int:
    """Give how many incidents began in [start, end)."""
    span = (Incident.opened_at >= start, Incident.opened_at < end)
    return session.scalar(select(func.count()).select_from(Incident).where(*span)) or 0


def _resolved_in(start: datetime, end: datetime) -> tuple[ColumnElement[bool], ...]:
    span = (Incident.resolved_at >= start, Incident.resolved_at < end)
    return (*span, Incident.state == IncidentState.RESOLVED)
