"""Handovers, and the on-call log that they are drawn from."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, Word


class HandoverState(StrEnum):
    """How far a handover has come. `automatic`: filed by the bot because nobody submitted one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AUTOMATIC = "automatic"
    ACCEPTED = "accepted"


FILED = (HandoverState.SUBMITTED, HandoverState.AUTOMATIC, HandoverState.ACCEPTED)


class Handover(Record):
    """What one shift hands to the next.

    shift_start, shift_end: the outgoing shift, half-open. outgoing, incoming: people's ids; None where nobody.
    body: the drafted sections as JSON, frozen when it is filed. watch: what the engineer adds to watch;
    is_quiet: "nothing notable". due_at: when its acceptance is asked after next.
    post_id, accept_id: the outbox rows of the post in operations and of the message with the Accept button.
    """

    __tablename__ = "handover"
    __table_args__ = (
        Index(None, "rotation", "shift_start", unique=True),
        Index(None, "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rotation: Mapped[str] = mapped_column(String(100))
    shift_start: Mapped[datetime]
    shift_end: Mapped[datetime]
    outgoing: Mapped[str | None] = mapped_column(String(100))
    incoming: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[HandoverState] = mapped_column(Word(HandoverState))
    summary: Mapped[str] = mapped_column(Text, default="")
    watch: Mapped[str] = mapped_column(Text, default="")
    is_quiet: Mapped[bool] = mapped_column(default=False)
    body: Mapped[dict[str, Any] | None]
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str | None] = mapped_column(String(100))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None] = mapped_column(String(100))
    reminders: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    post_id: Mapped[int | None] = mapped_column(Id)
    accept_id: Mapped[int | None] = mapped_column(Id)


class LogEntry(Record):
    """One line of a rotation's on-call log. author: a person's id; None for the bot."""

    __tablename__ = "log_entry"
    __table_args__ = (Index(None, "rotation", "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rotation: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    author: Mapped[str | None] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    request_id: Mapped[int | None] = mapped_column(Id)


def of_shift(session: Session, rotation: str, shift_start: datetime) -> Handover | None:
    """Give the handover of the shift that began at an instant; None where none was drafted."""
    return session.scalar(select(Handover).where(Handover.rotation == rotation, Handover.shift_start == shift_start))


def get(session: Session, number: int) -> Handover | None:
    """Give a handover by its number."""
    return session.get(Handover, number)


def latest(session: Session, rotation: str, count: int = 1) -> Sequence[Handover]:
    """Give the last handovers filed, the newest first."""
    filed = select(Handover).where(Handover.rotation == rotation, Handover.state.in_(FILED))
    return session.scalars(filed.order_by(Handover.shift_start.desc()).limit(count)).all()


def filed_since(session: Session, since: datetime | None, rotation: str | None = None) -> Sequence[Handover]:
    """Give the handovers filed for shifts that ended at or after an instant (None: all), the oldest first."""
    filed = select(Handover).where(Handover.state.in_(FILED)).order_by(Handover.shift_start, Handover.id)
    if since is not None:
        filed = filed.where(Handover.shift_end >= since)
    if rotation is not None:
        filed = filed.where(Handover.rotation == rotation)
    return session.scalars(filed).all()


def unaccepted_due(session: Session, now: datetime) -> Sequence[Handover]:
    """Give the handovers whose acceptance is to be asked after now."""
    waiting = (HandoverState.SUBMITTED, HandoverState.AUTOMATIC)
    return session.scalars(
        select(Handover).where(Handover.state.in_(waiting), Handover.due_at <= now).order_by(Handover.due_at)
    ).all()


def next_due(session: Session) -> datetime | None:
    """Give the earliest instant at which an acceptance is asked after."""
    waiting = (HandoverState.SUBMITTED, HandoverState.AUTOMATIC)
    return session.scalar(select(func.min(Handover.due_at)).where(Handover.state.in_(waiting)))


def log_between(session: Session, rotation: str, start: datetime, end: datetime) -> Sequence[LogEntry]:
    """Give a rotation's log in [start, end), in order."""
    return session.scalars(
        select(LogEntry)
        .where(LogEntry.rotation == rotation, LogEntry.at >= start, LogEntry.at < end)
        .order_by(LogEntry.at, LogEntry.id)
    ).all()
