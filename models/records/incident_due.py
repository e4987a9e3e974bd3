"""What becomes due about incidents, and when: in one statement, as every look at the clock asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import ColumnElement, CompoundSelect, Select, bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from models.records.alert import Alert, AlertState, AlertStorm
from models.records.base import table_of
from models.records.incident import Incident, IncidentState

AT_ONCE = 100


class Due(StrEnum):
    """What is due: a message or a storm's summary is behind, a silence ends, kept alerts are to be looked at."""

    SHOW = "show"
    STORM = "storm"
    SILENCE = "silence"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is due. number: of the incident, the storm or, of all alerts that were only kept, the first."""

    what: Due
    number: int
    at: datetime


def come(session: Session, now: datetime) -> Sequence[Item]:
    """Give what has come, the earliest first; nothing is locked."""
    rows = session.connection().execute(_come(), {"now": now})
    return [Item(Due(what), number, at) for what, number, at in rows if at is not None]


def coming(session: Session, after: datetime) -> datetime | None:
    """Give the earliest instant after another at which something comes; None where nothing does."""
    found = session.connection().execute(_coming(), {"now": after}).scalars()
    return min(filter(None, found), default=None)


@cache
def _come() -> CompoundSelect[str, int, datetime]:
    incident, storm, alert = table_of(Incident).c, table_of(AlertStorm).c, table_of(Alert).c
    now = bindparam("now", type_=incident.refresh_at.type)
    is_held = alert.state == AlertState.FIRING
    is_open = incident.state == IncidentState.OPEN
    found = union_all(
        select(literal(Due.SHOW.value), incident.id, incident.refresh_at.label("at")).where(incident.refresh_at <= now),
        select(literal(Due.STORM.value), storm.id, storm.refresh_at).where(storm.refresh_at <= now),
        select(literal(Due.SILENCE.value), incident.id, incident.silenced_until).where(
            incident.silenced_until <= now, is_open
        ),
        select(literal(Due.HELD.value), func.min(alert.id), func.min(alert.due_at)).where(alert.due_at <= now, is_held),
    )
    return found.order_by("at").limit(AT_ONCE)


@cache
def _coming() -> CompoundSelect[datetime]:
    incident, storm, alert = table_of(Incident).c, table_of(AlertStorm).c, table_of(Alert).c
    is_open, is_held = incident.state == IncidentState.OPEN, alert.state == AlertState.FIRING
    now = bindparam("now", type_=incident.refresh_at.type)

    def first(column: ColumnElement[datetime], *where: ColumnElement[bool]) -> Select[datetime]:
        return select(func.min(column)).where(column > now, *where)

    return union_all(
        first(incident.refresh_at),
        first(storm.refresh_at),
        first(incident.silenced_until, is_open),
        first(alert.due_at, is_held),
    )
