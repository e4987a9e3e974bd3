"""Who changed what, when: one line for each change that somebody may be asked about."""

from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record


class AuditEntry(Record):
    """One change. actor: a person's id or handle; empty for the bot. subject: what was changed, as `request:142`."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "subject", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(String(2000), default="")


def of_subject(session: Session, subject: str, limit: int = 20) -> list[AuditEntry]:
    """Give the last changes of a subject, the newest first."""
    found = select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.id.desc()).limit(limit)
    return list(session.scalars(found))
