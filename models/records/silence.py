"""Silences: what people asked not to be told of for a while."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ForeignKey, Index, Select, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record


class Silence(Record):
    """One silence: of an incident, or of every alert with some labels.

    by: the platform handle of who asked for it. ended_at: when it was taken back, or a later one took its place.
    """

    __tablename__ = "silence"
    __table_args__ = (Index(None, "until"), Index(None, "incident_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    labels: Mapped[dict[str, str] | None]
    at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    platform: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(200))
    why: Mapped[str] = mapped_column(Text, default="")

    def is_of(self, labels: Mapping[str, str]) -> bool:
        """Say whether an alert with some labels is meant."""
        return bool(self.labels) and all(labels.get(name) == value for name, value in (self.labels or {}).items())


def of_labels(session: Session, now: datetime) -> Sequence[Silence]:
    """Give the silences of labels that hold at an instant, the one that ends last before the others."""
    return session.scalars(_finding_of_labels(), {"now": now}).all()


@cache
def _finding_of_labels() -> Select[Silence]:
    """Give the statement, built once: every delivery of alerts asks."""
    of = (Silence.until > bindparam("now"), Silence.ended_at.is_(None), Silence.incident_id.is_(None))
    return select(Silence).where(*of).order_by(Silence.until.desc(), Silence.id)


def of_incident(session: Session, number: int, now: datetime) -> Sequence[Silence]:
    """Give the silences of an incident that hold at an instant."""
    found = select(Silence).where(Silence.incident_id == number, Silence.until > now, Silence.ended_at.is_(None))
    return session.scalars(found.order_by(Silence.id)).all()
