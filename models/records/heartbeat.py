"""Heartbeats: alerts that must keep coming, when each came last, and when it counts as lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Index, String, func, select, update
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, changed

HEARTBEAT = "heartbeat"
"""The sender of the incidents that heartbeats open."""


class Heartbeat(Record):
    """One heartbeat that was heard of at least once. key: names it, as the configuration does.

    due_at: when it counts as lost unless it is heard of before; None: it was told already that it is lost.
    incident_id: the incident that tells so; None: it is heard of.
    """

    __tablename__ = "heartbeat"
    __table_args__ = (
        Index(
            None, "due_at", sqlite_where=sql_text("due_at IS NOT NULL"), postgresql_where=sql_text("due_at IS NOT NULL")
        ),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    first_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    incident_id: Mapped[int | None] = mapped_column(Id)


def heartbeat(session: Session, key: str) -> Heartbeat | None:
    """Give a heartbeat, locked until the transaction ends; None where it was never heard of."""
    return session.get(Heartbeat, key, with_for_update=True, populate_existing=True)


def seen(session: Session) -> Mapping[str, datetime]:
    """Give when each heartbeat was heard of last, by key."""
    return {row.key: row.seen_at for row in session.execute(select(Heartbeat.key, Heartbeat.seen_at))}


def due(session: Session, now: datetime) -> Sequence[tuple[str, datetime]]:
    """Give the heartbeats that count as lost by now, each with since when."""
    found = select(Heartbeat.key, Heartbeat.due_at).where(Heartbeat.due_at <= now).order_by(Heartbeat.due_at)
    return [(key, at) for key, at in session.execute(found) if at is not None]


def next_due(session: Session, after: datetime) -> datetime | None:
    """Give the earliest instant after another at which one counts as lost."""
    return session.scalar(select(func.min(Heartbeat.due_at)).where(Heartbeat.due_at > after))


def postpone(session: Session, key: str, until: datetime) -> int:
    """Let a heartbeat that is not lost yet count as lost no earlier than an instant; give how many that was."""
    earlier = (Heartbeat.key == key, Heartbeat.due_at < until)
    return changed(session, update(Heartbeat).where(*earlier).values(due_at=until))
