"""What the status page is computed from: incidents as frozen rows, without a word that is not meant for everybody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from models.records import figures
from models.records.incident import Incident, IncidentEntry, IncidentSource, IncidentState
from models.severity import Severity


@dataclass(frozen=True, slots=True)
class Row:
    """One incident. declared: what it was called by whoever declared it; empty for one of alerts.

    alert: what its alerts are called; empty where they have no name in common. sender: whose alerts they are. note: the
    last words that somebody wrote for this page.
    """

    number: int
    service: str | None
    severity: Severity
    alert: str
    declared: str
    sender: str
    opened_at: datetime
    reopened_at: datetime | None
    resolved_at: datetime | None
    next_update_at: datetime | None
    note: str


_SEEN = (
    Incident.id,
    Incident.service,
    Incident.severity,
    Incident.source,
    Incident.sender,
    Incident.title,
    Incident.labels["alertname"].as_string().label("alert"),
    Incident.opened_at,
    Incident.reopened_at,
    Incident.resolved_at,
    Incident.next_update_at,
    Incident.public_note,
)


def incidents(session: Session, since: datetime) -> Sequence[Row]:
    """Give the incidents that are open, or were after an instant, in the order in which they began."""
    wanted = (Incident.state == IncidentState.OPEN, Incident.resolved_at >= since)  # each by its index
    found: Iterable[Any] = session.execute(union_all(*(select(*_SEEN).where(one) for one in wanted)))
    rows = {row.id: _row(row) for row in found if row.severity is not Severity.INFO}
    return sorted(rows.values(), key=lambda one: (one.opened_at, one.number))


def _row(row: Any) -> Row:
    is_declared = row.source is IncidentSource.DECLARED
    return Row(
        number=row.id,
        service=row.service,
        severity=row.severity,
        alert="" if is_declared else row.alert or "",
        declared=row.title if is_declared else "",
        sender=row.sender,
        opened_at=row.opened_at,
        reopened_at=row.reopened_at,
        resolved_at=row.resolved_at,
        next_update_at=row.next_update_at,
        note=row.public_note,
    )


def last(session: Session, numbers: Iterable[int], what: str) -> dict[int, datetime]:
    """Give when something of a kind happened last to each of some incidents."""
    found = select(IncidentEntry.incident_id, func.max(IncidentEntry.at))
    found = found.where(IncidentEntry.incident_id.in_(list(numbers)), IncidentEntry.what == what)
    return {row[0]: row[1] for row in session.execute(found.group_by(IncidentEntry.incident_id))}


def began(session: Session) -> datetime | None:
    """Give since when there is anything in the store: how services stood before, nobody can say."""
    found = (figures.began(session), session.scalar(select(func.min(Incident.opened_at))))
    return min((at for at in found if at is not None), default=None)
