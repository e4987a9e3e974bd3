"""Who changed what, when: one line for each change that somebody may be asked about."""

import json
from collections import Counter
from collections.abc import Mapping
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


def count(session: Session, action: str, subject: str, counts: Mapping[str, int], now: datetime) -> None:
    """Count something in one line for each subject, as JSON: `{"request": 12}`."""
    one = select(AuditEntry).where(AuditEntry.subject == subject, AuditEntry.action == action)
    row = session.scalar(one.with_for_update())
    if row is None:
        session.add(AuditEntry(at=now, actor="", action=action, subject=subject, detail=json.dumps(dict(counts))))
    else:
        row.detail = json.dumps(Counter(json.loads(row.detail)) + Counter(counts))
    session.flush()
