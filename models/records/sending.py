"""The outbox as its senders see it: what may go now, who claims it, and what became of each attempt.

Whoever holds a lane claims its first row; each claim counts as an attempt, and what became of one is kept only while
no later claim was made. Source: DESIGN §3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from models.records import lane as lanes
from models.records.base import UtcDateTime, changed
from models.records.delivery import OutboxRow, OutboxState, Purpose
from models.records.lane import Claim, Lane

DOUBT = timedelta(seconds=15)
"""How long a platform may take to show what it did: nothing of unknown outcome is looked for before."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One row as the delivery loop takes it, apart from any session. document: its effect, not read yet.

    holder: the claim that took it. attempts: with this one.
    """

    id: int
    key: str
    platform: str
    lane: str
    holder: str
    rank: int
    document: dict[str, Any]
    purpose: Purpose
    request_id: int | None
    attempts: int
    is_doubtful: bool
    is_unwanted: bool
    created_at: datetime
    target_channel: str | None = None
    target_message: str | None = None


def claim(session: Session, wanted: Claim, limit: int) -> list[Owed]:
    """Take the head of up to `limit` open lanes, and give them marked as being sent.

    A head is the first row in rank and number that may go now; an edit waits for its post. Another replica may have
    taken or dropped it since it was looked up: what counts is the state at the moment of the change.
    """
    heads = sorted(_heads(session, wanted, limit), key=lambda head: head.lane)  # in one order, or two would deadlock
    taken = [head for head in heads if lanes.take(session, head.lane, wanted)]
    rows = _mark_sending(session, [head.id for head in taken], wanted.instant)
    marked = {row.id for row in rows}
    for head in taken:
        if head.id not in marked:
            lanes.free(session, wanted.platform, head.lane, wanted.holder)
    return [_owed(session, row, wanted.holder) for row in rows]


def _mark_sending(session: Session, rows: Sequence[int], instant: datetime) -> list[OutboxRow]:
    if not rows:
        return []
    statement = (
        update(OutboxRow)
        .where(OutboxRow.id.in_(rows), OutboxRow.state == OutboxState.PENDING, _is_due(OutboxRow, instant))
        .values(state=OutboxState.SENDING, attempts=OutboxRow.attempts + 1)
        .returning(OutboxRow)
    )
    options = {"synchronize_session": False, "populate_existing": True}
    marked = session.scalars(statement, execution_options=options).all()
    return sorted(marked, key=lambda row: (row.rank, row.id))


def _is_due(row: type[OutboxRow], instant: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    return or_(row.due_at.is_(None), row.due_at <= instant)


def _heads(session: Session, wanted: Claim, limit: int) -> Sequence[Row[int, str]]:
    """Give (id, lane) of each open lane's first row; each is looked up by itself, as much may wait behind it."""
    platform, instant, ranks = wanted.platform, wanted.instant, list(wanted.ranks)
    found = session.execute(_finding_heads(), {"of": platform, "instant": instant, "ranks": ranks, "most": limit})
    return found.all()


@cache
def _finding_heads() -> Select[int, str]:
    """Give the statement, built once: every round asks."""
    head, post = aliased(OutboxRow), aliased(OutboxRow)
    of, instant = bindparam("of", type_=String()), bindparam("instant", type_=UtcDateTime())
    waiting = select(OutboxRow.lane).where(OutboxRow.platform == of, OutboxRow.state == OutboxState.PENDING)
    queues = waiting.distinct().subquery()
    first = (
        select(head.id)
        .where(
            head.state == OutboxState.PENDING,
            head.platform == of,
            head.lane == queues.c.lane,
            head.rank.in_(bindparam("ranks", expanding=True)),
            _is_due(head, instant),
            or_(head.post_id.is_(None), exists().where(post.id == head.post_id, post.state == OutboxState.SENT)),
        )
        .order_by(head.rank, head.id)
        .limit(1)
        .scalar_subquery()
    )
    heads = (
        select(first)
        .select_from(queues)
        .outerjoin(Lane, and_(Lane.platform == of, Lane.lane == queues.c.lane))
        .where(lanes.is_open(instant))
    )
    return (
        select(OutboxRow.id, OutboxRow.lane)
        .where(OutboxRow.id.in_(heads))
        .order_by(OutboxRow.rank, OutboxRow.id)
        .limit(bindparam("most", type_=Integer()))
    )


def _owed(session: Session, row: OutboxRow, holder: str) -> Owed:
    post = session.get(OutboxRow, row.post_id) if row.post_id is not None else None
    return Owed(
        id=row.id,
        key=row.key,
        platform=row.platform,
        lane=row.lane,
        holder=holder,
        rank=row.rank,
        document=row.effect,
        purpose=row.purpose,
        request_id=row.request_id,
        attempts=row.attempts,
        is_doubtful=row.is_doubtful,
        is_unwanted=row.is_unwanted,
        created_at=row.created_at,
        target_channel=post.remote_channel if post is not None else None,
        target_message=post.remote_message if post is not None else None,
    )


def free_lane(session: Session, row: Owed, next_at: datetime | None) -> None:
    """Give the lane of a row back; nothing goes in it before `next_at` (database time)."""
    lanes.free(session, row.platform, row.lane, row.holder, next_at)


def record_sent(session: Session, row: Owed | OutboxRow, now: datetime, channel: str, message: str | None) -> bool:
    """Keep that a row was sent, and the ids that the platform gave it; False where a later claim was made."""
    sent = {"sent_at": now, "remote_channel": channel, "remote_message": message, "error": None}
    return _record(session, row, state=OutboxState.SENT, **sent) is not None


def record_failed(session: Session, row: Owed | OutboxRow, error: str) -> bool:
    """Keep that a row failed for good; False where a later claim was made."""
    return _record(session, row, state=OutboxState.FAILED, error=error[:500]) is not None


def record_dropped(session: Session, row: Owed) -> bool:
    """Keep that a row is not there and is no longer wanted; False where a later claim was made."""
    return _record(session, row, state=OutboxState.DROPPED) is not None


def record_retry(
    session: Session, row: Owed | OutboxRow, due_at: datetime, error: str, *, is_doubtful: bool
) -> OutboxState | None:
    """Keep that a row has to be tried again at `due_at` (database time), and give its state then.

    One that is no longer wanted is dropped; a post that may be there is looked for before that, and its edits with it.
    None where a later claim was made.
    """
    dropped, pending = (literal(word, OutboxRow.state.type) for word in (OutboxState.DROPPED, OutboxState.PENDING))
    is_over = and_(OutboxRow.is_unwanted, or_(literal(not is_doubtful), OutboxRow.post_id.is_not(None)))
    state = case((is_over, dropped), else_=pending)
    return _record(session, row, state=state, due_at=due_at, error=error[:500], is_doubtful=is_doubtful)


def put_back(session: Session, row: Owed) -> None:
    """Give a row back unsent, in the transaction that claimed it; no try is counted."""
    _record(session, row, state=OutboxState.PENDING, attempts=row.attempts - 1)


def _record(session: Session, row: Owed | OutboxRow, **values: Any) -> OutboxState | None:
    """Write what became of one attempt, and give the state; None where the next attempt was made.

    An attempt that was taken back meanwhile counts until then.
    """
    is_latest = and_(
        OutboxRow.id == row.id,
        OutboxRow.attempts == row.attempts,
        OutboxRow.state.in_((OutboxState.SENDING, OutboxState.PENDING)),
    )
    statement = update(OutboxRow).where(is_latest).values(**values).returning(OutboxRow.state)
    return session.execute(statement, execution_options={"synchronize_session": False}).scalar()


def take_back_expired(session: Session, platform: str, instant: datetime) -> int:
    """Make what a sender held when it died sendable again, as doubtful; give how many rows."""
    held = (
        select(OutboxRow)
        .outerjoin(Lane, and_(Lane.platform == OutboxRow.platform, Lane.lane == OutboxRow.lane))
        .where(
            OutboxRow.platform == platform,
            OutboxRow.state == OutboxState.SENDING,
            lanes.is_unheld(instant),
        )
    )
    rows = session.scalars(held, execution_options={"populate_existing": True}).all()
    states = [
        record_retry(session, row, instant + DOUBT, "its sender died, or froze", is_doubtful=True) for row in rows
    ]
    return sum(state is not None for state in states)


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


def seconds_to_next(session: Session, platform: str, instant: datetime) -> float:
    """Give how long it is until a row that waits for its time or its lane may go; a minute where none does."""
    found = session.execute(_finding_next(), {"of": platform, "instant": instant}).one()
    spans = [(at - instant).total_seconds() for at in found if at is not None]
    return max(0.01, min(spans, default=60.0))


@cache
def _finding_next() -> Select[datetime | None, datetime | None]:
    """Give the statement, built once: every round asks for the first time of a row, and of a lane with rows in it."""
    of, instant = bindparam("of", type_=String()), bindparam("instant", type_=UtcDateTime())
    is_pending = and_(OutboxRow.platform == of, OutboxRow.state == OutboxState.PENDING)
    waits_for_lane = exists().where(is_pending, OutboxRow.lane == Lane.lane)
    lanes_open = select(func.min(Lane.next_at)).where(Lane.platform == of, Lane.next_at > instant, waits_for_lane)
    rows_due = select(func.min(OutboxRow.due_at)).where(is_pending, OutboxRow.due_at > instant)
    return select(rows_due.scalar_subquery(), lanes_open.scalar_subquery())
