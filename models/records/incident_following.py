"""Which requests belong to which incident, and who is still to be told of its end."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from models.records.alert import Alert, AlertState
from models.records.incident import Incident, IncidentLink, IncidentState

MOST_ALERTS = 200


def joined(session: Session, request_id: int) -> int | None:
    """Give the incident that a request belongs to, or pages for; None where there is none."""
    found = linked_to(session, request_id)
    return found or session.scalar(select(Incident.id).where(Incident.request_id == request_id))


def live_paged_by(session: Session, request_id: int) -> int | None:
    """Give the live incident that a request pages for, and whose alerts fire; None where there is none."""
    of = (Incident.request_id == request_id, Incident.state == IncidentState.OPEN, Incident.firing > 0)
    return session.scalar(select(Incident.id).where(*of))


def linked_to(session: Session, request_id: int) -> int | None:
    """Give the incident that a request of somebody's is linked to; None where it is to none."""
    return session.scalar(select(IncidentLink.incident_id).where(IncidentLink.request_id == request_id))


def linked(session: Session, number: int) -> Sequence[IncidentLink]:
    """Give what joins requests to an incident, held, in order."""
    found = select(IncidentLink).where(IncidentLink.incident_id == number).order_by(IncidentLink.id)
    return session.scalars(found.with_for_update()).all()


def is_known(session: Session, request_id: int) -> bool:
    """Say whether a request belongs to an incident that is live."""
    found = select(IncidentLink.id).join(Incident, Incident.id == IncidentLink.incident_id)
    which = (IncidentLink.request_id == request_id, Incident.state == IncidentState.OPEN)
    return session.scalar(found.where(*which)) is not None


def link_of(session: Session, request_id: int) -> IncidentLink | None:
    """Give what joins a request to an incident, held; None where nothing does."""
    return session.scalar(select(IncidentLink).where(IncidentLink.request_id == request_id).with_for_update())


def part(session: Session, one: IncidentLink) -> None:
    """Let a request belong to no incident any more."""
    session.delete(one)
    session.flush()


def said_by_alerts(session: Session, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Give of each incident what its firing alerts say, as `name: summary`; of many, some."""
    if not numbers:
        return {}
    which = (Alert.incident_id.in_(numbers), Alert.state == AlertState.FIRING)
    found = select(Alert.incident_id, Alert.name, Alert.summary).where(*which).distinct().limit(MOST_ALERTS)
    said: dict[int, list[str]] = {}
    for number, name, summary in session.execute(found):
        said.setdefault(number or 0, []).append(f"{name}: {summary}"[:300])
    return {number: sorted(each) for number, each in said.items()}


def over(session: Session, now: datetime, settled: datetime, limit: int = 20) -> Sequence[tuple[int, datetime]]:
    """Give the incidents that are over and whose authors are not all told: each with when it was over.

    settled: what ended by itself before it does not come back as the same incident any more.
    """
    found = (
        select(Incident.id, Incident.resolved_at)
        .join(IncidentLink, IncidentLink.incident_id == Incident.id)
        .where(IncidentLink.told_at.is_(None), Incident.state == IncidentState.RESOLVED, _is_over(now, settled))
        .distinct()
    )
    return _when(session, found.order_by(Incident.id).limit(limit))


def next_settled(session: Session, settled: datetime) -> datetime | None:
    """Give the earliest end after an instant of an incident whose authors are not all told."""
    found = select(func.min(Incident.resolved_at)).join(IncidentLink, IncidentLink.incident_id == Incident.id)
    return session.scalar(found.where(IncidentLink.told_at.is_(None), Incident.resolved_at > settled))


def _when(session: Session, found: Select[int, datetime | None]) -> list[tuple[int, datetime]]:
    return [(number, at) for number, at in session.execute(found) if at is not None]


def _is_over(now: datetime, settled: datetime) -> ColumnElement[bool]:
    by_hand = and_(Incident.resolved_by.is_not(None), Incident.resolved_at <= now)
    return or_(by_hand, Incident.resolved_at <= settled)


def promised(session: Session, now: datetime) -> Sequence[tuple[int, datetime]]:
    """Give the live incidents whose next update is due, each with when it was promised for."""
    found = select(Incident.id, Incident.next_update_at).where(
        Incident.next_update_at <= now, Incident.state == IncidentState.OPEN
    )
    return _when(session, found.order_by(Incident.next_update_at, Incident.id))


def next_promised(session: Session, after: datetime) -> datetime | None:
    """Give the earliest instant after another for which an update is promised."""
    found = select(func.min(Incident.next_update_at)).where(Incident.state == IncidentState.OPEN)
    return session.scalar(found.where(Incident.next_update_at > after))


def resolved_between(session: Session, start: datetime, end: datetime) -> Sequence[Incident]:
    """Give the incidents that were resolved in [start, end), in order."""
    found = select(Incident).where(Incident.resolved_at >= start, Incident.resolved_at < end)
    return session.scalars(found.where(Incident.state == IncidentState.RESOLVED).order_by(Incident.id)).all()


def newest(session: Session) -> int | None:
    """Give the number of the newest incident; None where there is none."""
    return session.scalar(select(func.max(Incident.id)))
