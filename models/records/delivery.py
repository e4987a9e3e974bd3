"""The outbox: what is owed to the chat, one row an effect, written with the decision it follows from.

A row goes `pending → sending → sent`, or to `failed` for good, or is `dropped` where it is no longer wanted.
What is claimed is a lane (platform, channel): one replica at a time sends in it, in the order of rank and number.
Source: DESIGN §3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from models import effects
from models.effects import Edit, Effect
from models.records.base import Id, Record, UtcDateTime, Word, changed, put


class OutboxState(StrEnum):
    """How far a row has come."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Rank(IntEnum):
    """What goes first in a lane."""

    PAGE = 0
    POST = 1
    EDIT = 2
    REACTION = 3


class Purpose(StrEnum):
    """What a row is for, where somebody asks later."""

    PAGE = "page"
    QUESTION = "question"
    NOTICE = "notice"
    REPLY = "reply"
    HANDOVER = "handover"


class OutboxRow(Record):
    """One effect owed to a platform. post_id: for an edit, the row whose post it changes.

    is_doubtful: the platform may have done it already; it is looked for before it is tried again.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "state", "platform", "lane", "rank", "id"),
        Index(None, "request_id", "purpose"),
        Index(None, "post_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    platform: Mapped[str] = mapped_column(String(20))
    lane: Mapped[str] = mapped_column(String(200))
    rank: Mapped[int] = mapped_column(Integer)
    purpose: Mapped[Purpose] = mapped_column(Word(Purpose))
    effect: Mapped[dict[str, Any]]
    state: Mapped[OutboxState] = mapped_column(Word(OutboxState))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"))
    request_id: Mapped[int | None] = mapped_column(Id)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    is_doubtful: Mapped[bool] = mapped_column(default=False)
    sent_at: Mapped[datetime | None]
    remote_channel: Mapped[str | None] = mapped_column(String(200))
    remote_message: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[str | None] = mapped_column(String(500))


class Lane(Record):
    """The order and rate of one channel: who may send in it until when, and not before when."""

    __tablename__ = "lane"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    lane: Mapped[str] = mapped_column(String(200), primary_key=True)
    holder: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    next_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Owed:
    """One row as the delivery loop takes it, apart from any session."""

    id: int
    key: str
    platform: str
    lane: str
    rank: int
    effect: Effect
    purpose: Purpose
    request_id: int | None
    attempts: int
    is_doubtful: bool
    created_at: datetime
    target_channel: str | None = None
    target_message: str | None = None


def owe(
    session: Session,
    *,
    key: str,
    platform: str,
    effect: Effect,
    purpose: Purpose,
    now: datetime,
    request_id: int | None = None,
) -> int:
    """Write one effect into the outbox, and give its row."""
    post = session.get_one(OutboxRow, effect.row) if isinstance(effect, Edit) else None
    if post is not None:
        _drop_older_edits(session, post.id)
    return put(
        session,
        OutboxRow,
        key=key,
        platform=platform,
        lane=post.lane if post is not None else effects.lane(effect),
        rank=_rank(effect, purpose),
        purpose=purpose,
        effect=effects.to_json(effect),
        state=OutboxState.PENDING,
        post_id=post.id if post is not None else None,
        request_id=request_id,
        created_at=now,
    )


def _rank(effect: Effect, purpose: Purpose) -> Rank:
    if purpose is Purpose.PAGE and not isinstance(effect, Edit):
        return Rank.PAGE
    ranks = {"edit": Rank.EDIT, "react": Rank.REACTION, "topic": Rank.EDIT, "user-group": Rank.EDIT}
    return ranks.get(effect.kind, Rank.POST)


def _drop_older_edits(session: Session, post_id: int) -> None:
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.post_id == post_id, OutboxRow.state == OutboxState.PENDING)
        .values(state=OutboxState.DROPPED)
    )


def drop_pending_pages(session: Session, request_id: int) -> list[int]:
    """Drop the pages of a request that were not sent yet, and give their numbers."""
    pending = select(OutboxRow.id).where(
        OutboxRow.request_id == request_id,
        OutboxRow.purpose == Purpose.PAGE,
        OutboxRow.state == OutboxState.PENDING,
    )
    rows = list(session.scalars(pending))
    if rows:
        session.execute(update(OutboxRow).where(OutboxRow.id.in_(rows)).values(state=OutboxState.DROPPED))
    return rows


def is_dropped(session: Session, row: int) -> bool:
    """Say whether a row was dropped before it was sent."""
    return session.scalar(select(OutboxRow.state).where(OutboxRow.id == row)) is OutboxState.DROPPED


def sent_as(session: Session, platform: str, channel: str, message: str) -> OutboxRow | None:
    """Give the row that posted a message of ours; None for a message of somebody else's."""
    return session.scalar(
        select(OutboxRow).where(
            OutboxRow.platform == platform,
            OutboxRow.remote_channel == channel,
            OutboxRow.remote_message == message,
            OutboxRow.post_id.is_(None),
        )
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims what: a holder, until when, in which ranks. instant, lease_until: in the database's time."""

    platform: str
    holder: str
    instant: datetime
    lease_until: datetime
    ranks: Sequence[int]


def claim(session: Session, wanted: Claim, limit: int) -> list[Owed]:
    """Take the head of up to `limit` free lanes, and give them marked as being sent.

    A head is the first row in rank and number that may go now; an edit waits for its post.
    """
    taken = [row for row in _heads(session, wanted, limit) if _take_lane(session, row, wanted)]
    if taken:
        session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_([row.id for row in taken]))
            .values(state=OutboxState.SENDING, attempts=OutboxRow.attempts + 1)
        )
    return [_owed(session, row) for row in taken]


def drop_orphaned_edits(session: Session, platform: str) -> int:
    """Drop the edits whose post will never be there; give how many."""
    post = aliased(OutboxRow)
    lost = select(post.id).where(post.state.in_((OutboxState.FAILED, OutboxState.DROPPED)))
    return changed(
        session,
        update(OutboxRow)
        .where(
            OutboxRow.platform == platform,
            OutboxRow.state == OutboxState.PENDING,
            OutboxRow.post_id.is_not(None),
            OutboxRow.post_id.in_(lost),
        )
        .values(state=OutboxState.DROPPED),
    )


def _heads(session: Session, wanted: Claim, limit: int) -> Sequence[OutboxRow]:
    """Give the first row of each free lane; each is looked up by itself, because what waits behind it may be much."""
    platform, instant, ranks = wanted.platform, wanted.instant, list(wanted.ranks)
    found = session.scalars(_finding_heads(), {"of": platform, "instant": instant, "ranks": ranks, "most": limit})
    return found.all()


@cache
def _finding_heads() -> Select[OutboxRow]:
    """Give the statement, built once: every round asks."""
    head, post = aliased(OutboxRow), aliased(OutboxRow)
    of, instant = bindparam("of", type_=String()), bindparam("instant", type_=UtcDateTime())
    waiting = select(OutboxRow.lane).where(OutboxRow.platform == of, OutboxRow.state == OutboxState.PENDING)
    lanes = waiting.distinct().subquery()
    first = (
        select(head.id)
        .where(
            head.state == OutboxState.PENDING,
            head.platform == of,
            head.lane == lanes.c.lane,
            head.rank.in_(bindparam("ranks", expanding=True)),
            or_(head.due_at.is_(None), head.due_at <= instant),
            or_(head.post_id.is_(None), exists().where(post.id == head.post_id, post.state == OutboxState.SENT)),
        )
        .order_by(head.rank, head.id)
        .limit(1)
        .scalar_subquery()
    )
    heads = (
        select(first)
        .select_from(lanes)
        .outerjoin(Lane, and_(Lane.platform == of, Lane.lane == lanes.c.lane))
        .where(
            or_(Lane.lease_until.is_(None), Lane.lease_until <= instant),
            or_(Lane.next_at.is_(None), Lane.next_at <= instant),
        )
    )
    return (
        select(OutboxRow)
        .where(OutboxRow.id.in_(heads))
        .order_by(OutboxRow.rank, OutboxRow.id)
        .limit(bindparam("most", type_=Integer()))
    )


def _take_lane(session: Session, row: OutboxRow, wanted: Claim) -> bool:
    free = and_(
        Lane.platform == row.platform,
        Lane.lane == row.lane,
        or_(Lane.lease_until.is_(None), Lane.lease_until <= wanted.instant),
    )
    lease = {"holder": wanted.holder, "lease_until": wanted.lease_until}
    if changed(session, update(Lane).where(free).values(**lease)):
        return True
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    new = dialect.insert(Lane).values(platform=row.platform, lane=row.lane, **lease)
    return session.execute(new.on_conflict_do_nothing().returning(Lane.lane)).scalar() is not None


def _owed(session: Session, row: OutboxRow) -> Owed:
    post = session.get(OutboxRow, row.post_id) if row.post_id is not None else None
    return Owed(
        id=row.id,
        key=row.key,
        platform=row.platform,
        lane=row.lane,
        rank=row.rank,
        effect=effects.from_json(row.effect),
        purpose=row.purpose,
        request_id=row.request_id,
        attempts=row.attempts,
        is_doubtful=row.is_doubtful,
        created_at=row.created_at,
        target_channel=post.remote_channel if post is not None else None,
        target_message=post.remote_message if post is not None else None,
    )


def free_lane(session: Session, row: Owed, next_at: datetime | None) -> None:
    """Give a lane back; nothing goes in it before `next_at` (database time)."""
    session.execute(
        update(Lane)
        .where(Lane.platform == row.platform, Lane.lane == row.lane)
        .values(holder=None, lease_until=None, next_at=next_at)
    )


def record_sent(session: Session, row: int, now: datetime, channel: str, message: str | None) -> None:
    """Keep that a row was sent, and the ids that the platform gave it."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row)
        .values(state=OutboxState.SENT, sent_at=now, remote_channel=channel, remote_message=message, error=None)
    )


def record_failed(session: Session, row: int, error: str) -> None:
    """Keep that a row failed for good."""
    session.execute(update(OutboxRow).where(OutboxRow.id == row).values(state=OutboxState.FAILED, error=error[:500]))


def record_retry(session: Session, row: int, due_at: datetime, error: str, *, is_doubtful: bool) -> None:
    """Keep that a row has to be tried again at `due_at` (database time)."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row)
        .values(state=OutboxState.PENDING, due_at=due_at, error=error[:500], is_doubtful=is_doubtful)
    )


def put_back(session: Session, row: int) -> None:
    """Give a row back unsent; no try is counted."""
    session.execute(
        update(OutboxRow).where(OutboxRow.id == row).values(state=OutboxState.PENDING, attempts=OutboxRow.attempts - 1)
    )


def is_owed(session: Session, platform: str) -> bool:
    """Say whether anything is owed to a platform."""
    owed = OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING))
    return session.scalar(select(OutboxRow.id).where(OutboxRow.platform == platform, owed).limit(1)) is not None


def take_back_expired(session: Session, platform: str, instant: datetime) -> int:
    """Make what a sender held when it died sendable again, as doubtful; give how many rows."""
    held = (
        select(OutboxRow.id)
        .outerjoin(Lane, and_(Lane.platform == OutboxRow.platform, Lane.lane == OutboxRow.lane))
        .where(
            OutboxRow.platform == platform,
            OutboxRow.state == OutboxState.SENDING,
            or_(Lane.lease_until.is_(None), Lane.lease_until <= instant),
        )
    )
    back = update(OutboxRow).where(OutboxRow.id.in_(held)).values(state=OutboxState.PENDING, is_doubtful=True)
    return changed(session, back)


def release_all_lanes(session: Session, platform: str) -> None:
    """Free every lane of a platform: at the start of the only process there is."""
    session.execute(update(Lane).where(Lane.platform == platform).values(holder=None, lease_until=None))


def count_unsettled(session: Session) -> int:
    """Give how many rows are still owed."""
    owed = OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING))
    return session.scalar(select(func.count()).select_from(OutboxRow).where(owed)) or 0


def seconds_to_next(session: Session, platform: str, instant: datetime) -> float:
    """Give how long the next row that waits for its time or its lane has to wait; a minute where none does."""
    waits = (
        select(OutboxRow.due_at, Lane.next_at)
        .outerjoin(Lane, and_(Lane.platform == OutboxRow.platform, Lane.lane == OutboxRow.lane))
        .where(OutboxRow.platform == platform, OutboxRow.state == OutboxState.PENDING)
        .where(or_(OutboxRow.due_at > instant, Lane.next_at > instant))
        .limit(100)
    )
    spans = [max(filter(None, row)) - instant for row in session.execute(waits)]
    return max(0.01, min((span.total_seconds() for span in spans), default=60.0))
