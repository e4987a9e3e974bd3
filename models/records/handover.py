"""Handovers, and the on-call log that they are drawn from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Index, Select, String, Text, bindparam, delete, false, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, Word, changed, table_of
from models.records.delivery import OutboxRow
from models.records.roster import StoredShift


class HandoverState(StrEnum):
    """How far a handover has come. `automatic`: filed by the bot because nobody submitted one."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    AUTOMATIC = "automatic"
    ACCEPTED = "accepted"


FILED = (HandoverState.SUBMITTED, HandoverState.AUTOMATIC, HandoverState.ACCEPTED)
WAITING = (HandoverState.SUBMITTED, HandoverState.AUTOMATIC)
MOST_WAITING = 10


@dataclass(frozen=True, slots=True)
class DraftedRequest:
    """One request as a handover keeps it. excerpt: the beginning of its text, one line.

    owner: the name of who is on it, or who resolved it. opened_at: or reopened last. last: what happened to it last.
    request_class, state, due are plain words, so that an old handover can be read when a word has gone out of use.
    is_overdue: for the platform team, and nobody took it in the time that is allowed.
    channel, root: where it is talked about; is_private: with its author alone.
    """

    number: int
    platform: str
    channel: str
    root: str
    request_class: str
    state: str
    author: str
    owner: str | None
    excerpt: str
    opened_at: datetime
    last: str = ""
    last_at: datetime | None = None
    due: str = ""
    due_at: datetime | None = None
    resolved_at: datetime | None = None
    is_overdue: bool = False
    is_private: bool = False


@dataclass(frozen=True, slots=True)
class DraftedLine:
    """One line of the log as a handover keeps it. author: a name; empty for the bot.

    platform, channel, message: of the message that it was noted from; empty where it was from none.
    """

    at: datetime
    text: str
    author: str = ""
    platform: str = ""
    channel: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Requests:
    """One section of requests: its first ones, and how many there are in all."""

    items: tuple[DraftedRequest, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class DraftedIncident:
    """One incident as a handover keeps it. excerpt: the beginning of its title.

    owner: the name of who is on it, or who said that it is over; None: nobody is, or it ended by itself. platform,
    channel, message: of its message; empty where it has none.
    """

    number: int
    excerpt: str
    severity: str
    service: str
    owner: str | None
    opened_at: datetime
    resolved_at: datetime | None = None
    next_update_at: datetime | None = None
    silenced_until: datetime | None = None
    platform: str = ""
    channel: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Incidents:
    """The incidents that are live, and those that were resolved in the shift: the first ones, and how many in all."""

    live: tuple[DraftedIncident, ...] = ()
    live_total: int = 0
    resolved: tuple[DraftedIncident, ...] = ()
    resolved_total: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """What the store knows of a shift when it is handed over; `Handover.body` is this as JSON.

    outgoing, incoming: names; None where nobody. waiting: came outside hours and has not been paged yet.
    debts: resolved without documentation, of any shift. log: the last lines, log_total of all.
    acknowledged_after: the median over the requests of the shift that somebody took; None where there were none.
    is_part: of a part of a shift, because duty passed on within it.
    """

    rotation: str
    shift_start: datetime
    shift_end: datetime
    outgoing: str | None
    incoming: str | None
    open: Requests = field(default_factory=Requests)
    waiting: Requests = field(default_factory=Requests)
    resolved: Requests = field(default_factory=Requests)
    debts: Requests = field(default_factory=Requests)
    incidents: Incidents = field(default_factory=Incidents)
    log: tuple[DraftedLine, ...] = ()
    log_total: int = 0
    by_class: tuple[tuple[str, int], ...] = ()
    acknowledged_after: timedelta | None = None
    is_part: bool = False


_DRAFTS: TypeAdapter[Draft] = TypeAdapter(Draft)


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """Give a draft as plain JSON values, as a handover keeps it."""
    document: dict[str, Any] = _DRAFTS.dump_python(draft, mode="json")
    return document


def draft_from_json(document: Mapping[str, Any]) -> Draft:
    """Give back the draft that `draft_to_json` wrote."""
    return _DRAFTS.validate_python(document, strict=False)


class Handover(Record):
    """What one shift hands to the next.

    shift_start, shift_end: the outgoing shift, half-open. outgoing, incoming: people's ids; None where nobody.
    body: the drafted sections as JSON, frozen when it is filed. watch: what the engineer adds to watch;
    is_quiet: "nothing notable". due_at: when its acceptance is asked after next.
    submitted_by: None where the bot filed it, at submitted_at.
    post_id, accept_id: the outbox rows of the post in operations and of the message with the Accept button.
    posts: the outbox row of the post on each platform; post_id is the first of them.
    is_part: of a part of a shift, [shift_start, shift_end), because duty passed on within it; due_at of its draft is
    when the bot files it.
    """

    __tablename__ = "handover"
    __table_args__ = (
        Index(None, "rotation", "shift_start", "is_part", unique=True),
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
    posts: Mapped[dict[str, Any] | None]
    is_part: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def is_filed(self) -> bool:
        """Whether it is more than a draft."""
        return self.state in FILED


class LogEntry(Record):
    """One line of a rotation's on-call log. author: a person's id; None for the bot.

    platform, channel, channel_name, message: what it was noted from by a reaction; None for any other line.
    """

    __tablename__ = "log_entry"
    __table_args__ = (
        Index(None, "rotation", "at"),
        Index(None, "platform", "channel", "message", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rotation: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    author: Mapped[str | None] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    request_id: Mapped[int | None] = mapped_column(Id)
    platform: Mapped[str | None] = mapped_column(String(20))
    channel: Mapped[str | None] = mapped_column(String(200))
    channel_name: Mapped[str | None] = mapped_column(String(200))
    message: Mapped[str | None] = mapped_column(String(200))


def of_shift(session: Session, rotation: str, shift_start: datetime, *, is_part: bool = False) -> Handover | None:
    """Give the handover of the shift, or the part of one, that began at an instant; None where none was drafted."""
    of_it = (Handover.rotation == rotation, Handover.shift_start == shift_start, Handover.is_part.is_(is_part))
    return session.scalar(select(Handover).where(*of_it))


def part_of(session: Session, rotation: str, outgoing: str, since: datetime) -> Handover | None:
    """Give the newest handover within a shift of somebody who left duty after an instant; None where there is none."""
    theirs = (Handover.rotation == rotation, Handover.is_part, Handover.outgoing == outgoing)
    found = select(Handover).where(*theirs, Handover.shift_end > since).order_by(Handover.shift_end.desc()).limit(1)
    return session.scalar(found)


def unfiled_parts(session: Session, now: datetime) -> Sequence[Handover]:
    """Give the drafts of parts of shifts that are to be filed by now."""
    drafted = (Handover.state == HandoverState.DRAFT, Handover.is_part, Handover.due_at <= now)
    return session.scalars(select(Handover).where(*drafted).order_by(Handover.due_at, Handover.id)).all()


def next_part_due(session: Session, after: datetime) -> datetime | None:
    """Give the first instant after another at which the draft of a part is filed."""
    drafted = (Handover.state == HandoverState.DRAFT, Handover.is_part, Handover.due_at > after)
    return session.scalar(select(func.min(Handover.due_at)).where(*drafted))


def get(session: Session, number: int) -> Handover | None:
    """Give a handover by its number."""
    return session.get(Handover, number)


def latest(session: Session, rotation: str, count: int = 1) -> Sequence[Handover]:
    """Give the last handovers filed, the newest first."""
    filed = select(Handover).where(Handover.rotation == rotation, Handover.state.in_(FILED))
    return session.scalars(filed.order_by(Handover.shift_end.desc(), Handover.id.desc()).limit(count)).all()


def waiting_for(session: Session, person: str, rotations: Collection[str], now: datetime) -> Handover | None:
    """Give the newest handover of some rotations that somebody is yet to accept, and can; None where there is none."""
    theirs = (Handover.rotation.in_(rotations), Handover.incoming == person, Handover.state.in_(WAITING))
    found = select(Handover).where(*theirs).order_by(Handover.shift_end.desc(), Handover.id.desc()).limit(MOST_WAITING)
    return next((row for row in session.scalars(found).all() if newer(session, row, now) is None), None)


def newer(session: Session, handover: Handover, now: datetime) -> Handover | None:
    """Give the handover that took the place of another: a later one of its kind, or of a shift that is over by now."""
    later = (Handover.rotation == handover.rotation, Handover.state.in_(FILED), Handover.shift_end > handover.shift_end)
    kind = or_(Handover.is_part.is_(handover.is_part), Handover.shift_end <= now)
    return session.scalar(select(Handover).where(*later, kind).order_by(Handover.shift_end.desc()).limit(1))


def filed_since(
    session: Session, since: datetime | None, rotation: str | None = None, until: datetime | None = None
) -> Sequence[Handover]:
    """Give the handovers filed for shifts that ended at or after an instant (None: all), the oldest first.

    until: only those that ended before it; None: all.
    """
    filed = select(Handover).where(Handover.state.in_(FILED)).order_by(Handover.shift_end, Handover.id)
    if since is not None:
        filed = filed.where(Handover.shift_end >= since)
    if until is not None:
        filed = filed.where(Handover.shift_end < until)
    if rotation is not None:
        filed = filed.where(Handover.rotation == rotation)
    return session.scalars(filed).all()


def unaccepted_due(session: Session, now: datetime) -> Sequence[Handover]:
    """Give the handovers whose acceptance is to be asked after now."""
    return session.scalars(
        select(Handover).where(Handover.state.in_(WAITING), Handover.due_at <= now).order_by(Handover.due_at)
    ).all()


def next_due(session: Session, after: datetime) -> datetime | None:
    """Give the first instant after another at which an acceptance is asked after."""
    later = (Handover.state.in_(WAITING), Handover.due_at > after)
    return session.scalar(select(func.min(Handover.due_at)).where(*later))


def log_between(session: Session, rotation: str, start: datetime, end: datetime) -> Sequence[LogEntry]:
    """Give a rotation's log in [start, end), in order."""
    return session.scalars(
        select(LogEntry)
        .where(LogEntry.rotation == rotation, LogEntry.at >= start, LogEntry.at < end)
        .order_by(LogEntry.at, LogEntry.id)
    ).all()


def noted_from(session: Session, platform: str, channel: str, message: str) -> LogEntry | None:
    """Give the line of the log that was noted from a message; None where there is none."""
    of_it = (LogEntry.platform == platform, LogEntry.channel == channel, LogEntry.message == message)
    return session.scalar(select(LogEntry).where(*of_it))


def take_back(session: Session, entry: LogEntry) -> bool:
    """Take a line out of the log; False where a handover that was filed has it already."""
    told = (Handover.rotation == entry.rotation, Handover.submitted_at >= entry.at)
    within = (Handover.shift_start <= entry.at, Handover.shift_end > entry.at)
    if session.scalar(select(Handover.id).where(*told, *within, Handover.state.in_(FILED)).limit(1)) is not None:
        return False
    return changed(session, delete(LogEntry).where(LogEntry.id == entry.id)) > 0


def covering(session: Session, rotation: str, start: datetime, end: datetime) -> Handover | None:
    """Give the handover filed of the last shift that touches [start, end): of the shift of a civil day."""
    found = select(Handover).where(
        Handover.rotation == rotation,
        Handover.state.in_(FILED),
        Handover.shift_start < end,
        Handover.shift_end > start,
        Handover.is_part.is_(False),
    )
    return session.scalar(found.order_by(Handover.shift_start.desc()).limit(1))


def accept(session: Session, handover: Handover, by: str, now: datetime) -> bool:
    """Mark a handover as accepted; False where somebody was faster, or it is not filed."""
    waiting = (Handover.id == handover.id, Handover.state.in_(WAITING))
    values = {"state": HandoverState.ACCEPTED, "accepted_at": now, "accepted_by": by, "due_at": None}
    is_first = changed(session, update(Handover).where(*waiting).values(**values)) == 1
    session.refresh(handover)
    return is_first


def platform_of(session: Session, row: int) -> str | None:
    """Give the platform that an outbox row was for."""
    return session.scalar(select(OutboxRow.platform).where(OutboxRow.id == row))


def shift_ends(session: Session, rotation: str, since: datetime, until: datetime) -> Sequence[datetime]:
    """Give when the stored shifts that ended in (since, until] did, the newest first."""
    ended = (StoredShift.rotation == rotation, StoredShift.ends_at > since, StoredShift.ends_at <= until)
    return session.scalars(select(StoredShift.ends_at).where(*ended).order_by(StoredShift.ends_at.desc())).all()


def shift_spans(session: Session, rotation: str, after: datetime, limit: int) -> Sequence[tuple[datetime, datetime]]:
    """Give the start and end of the first stored shifts that end after an instant."""
    asked = {"rotation": rotation, "after": after, "limit": limit}
    return [(start, end) for start, end in session.execute(_shift_spans(), asked)]


@cache
def _shift_spans() -> Select[datetime, datetime]:
    """Give the statement, built once: every look at the clock asks, and building it costs more than running it."""
    columns = table_of(StoredShift).c
    found = select(columns.starts_at, columns.ends_at).where(
        columns.rotation == bindparam("rotation"), columns.ends_at > bindparam("after")
    )
    return found.order_by(columns.ends_at).limit(bindparam("limit"))


def shift_start_of(session: Session, rotation: str, end: datetime) -> datetime | None:
    """Give when the stored shift that ended at an instant began; None where none ended then."""
    ended = (StoredShift.rotation == rotation, StoredShift.ends_at == end)
    return session.scalar(select(StoredShift.starts_at).where(*ended).order_by(StoredShift.starts_at.desc()).limit(1))
