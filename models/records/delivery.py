"""The outbox: what is owed to the chat, one row an effect, written with the decision it follows from.

A row goes `pending → sending → sent`, or to `failed` for good, or is `dropped` where it is no longer wanted.
What is claimed and sent, and what became of it, is the business of `models.records.sending`.
Source: DESIGN §3.
"""

from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    ForeignKey,
    Index,
    Integer,
    String,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import effects
from models.effects import Edit, Effect
from models.records.base import Id, Record, Word, put, table_of


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
    REQUEST = "request"


class OutboxRow(Record):
    """One effect owed to a platform. post_id: for an edit, the row whose post it changes.

    is_doubtful: the platform may have done it already; it is looked for before it is tried again.
    is_unwanted: where it is not there by the call that is under way, or by one before it, it never will be.
    is_blank: its words were taken out, because they are old or somebody's to be forgotten.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "state", "platform", "lane", "rank", "id"),
        Index(None, "request_id", "purpose"),
        Index(None, "post_id"),
        Index(None, "platform", "remote_channel", "remote_message"),
        Index(
            None,
            "created_at",
            postgresql_where=sql_text("is_blank IS false"),
            sqlite_where=sql_text("is_blank IS 0"),
        ),
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
    is_unwanted: Mapped[bool] = mapped_column(default=False)
    is_blank: Mapped[bool] = mapped_column(default=False, server_default=false())
    sent_at: Mapped[datetime | None]
    remote_channel: Mapped[str | None] = mapped_column(String(200))
    remote_message: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[str | None] = mapped_column(String(500))


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
    ranks = {"edit": Rank.EDIT, "react": Rank.REACTION, "topic": Rank.EDIT, "user-group": Rank.EDIT, "home": Rank.EDIT}
    return ranks.get(effect.kind, Rank.POST)


def _drop_older_edits(session: Session, post_id: int) -> None:
    _drop(session, _dropping_edits(), post_id)


def drop_pending_pages(session: Session, request_id: int) -> list[int]:
    """Drop the pages of a request that were not sent yet, and give their numbers.

    One that is going out just now, or may be there already, is not among them; should it not be there, it is not tried
    again.
    """
    return _drop(session, _dropping_pages(), request_id)


def _drop(session: Session, statement: Executable, of: int) -> list[int]:
    """Drop what waits, give its numbers, and mark what is under way as unwanted."""
    rows = session.connection().execute(statement, {"of": of}).all()
    return [row.id for row in rows if row.state is OutboxState.DROPPED]


@cache
def _dropping_edits() -> Executable:
    return _dropping(OutboxRow.post_id == bindparam("of"), OutboxRow.state == OutboxState.PENDING)


@cache
def _dropping_pages() -> Executable:
    """Give the statement, built once: every page that is stopped asks, and building it costs more than running it."""
    pages = and_(OutboxRow.request_id == bindparam("of"), OutboxRow.purpose == Purpose.PAGE)
    return _dropping(pages, and_(OutboxRow.state == OutboxState.PENDING, OutboxRow.is_doubtful.is_(False)))


def _dropping(which: ColumnElement[bool], is_unsent: ColumnElement[bool]) -> Executable:
    """Give one statement, so that no sender comes between the look and the change."""
    is_unsettled = or_(OutboxRow.state == OutboxState.PENDING, OutboxRow.state == OutboxState.SENDING)
    dropped = literal(OutboxState.DROPPED, OutboxRow.state.type)
    return (
        update(table_of(OutboxRow))
        .where(which, is_unsettled)
        .values(state=case((is_unsent, dropped), else_=OutboxRow.state), is_unwanted=True)
        .returning(OutboxRow.id, OutboxRow.state)
    )


def pages(session: Session, request_id: int, since: datetime) -> list[int]:
    """Give the rows of a request's pages, owed since an instant, that somebody has seen or may yet see, in order."""
    seen = OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING, OutboxState.SENT))
    of_request = and_(OutboxRow.request_id == request_id, OutboxRow.purpose == Purpose.PAGE)
    of_request = and_(of_request, OutboxRow.created_at >= since)
    return list(session.scalars(select(OutboxRow.id).where(of_request, seen).order_by(OutboxRow.id)))


def newest_pages(session: Session, request_id: int) -> dict[int, OutboxState]:
    """Give the states of the pages that were owed last for a request: those of its newest step."""
    owed = and_(OutboxRow.request_id == request_id, OutboxRow.purpose == Purpose.PAGE, OutboxRow.post_id.is_(None))
    newest = select(func.max(OutboxRow.created_at)).where(owed).scalar_subquery()
    found = session.execute(select(OutboxRow.id, OutboxRow.state).where(owed, OutboxRow.created_at == newest))
    return {row.id: row.state for row in found}


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


def place(session: Session, row: int) -> tuple[str, str] | None:
    """Give the channel and the message that a row became; None where it was not sent."""
    found = session.get(OutboxRow, row, populate_existing=True)
    if found is None or found.remote_channel is None or found.remote_message is None:
        return None
    return found.remote_channel, found.remote_message


def is_lost(session: Session, row: int) -> bool:
    """Say whether a row never became a message, and never will."""
    state = session.scalar(select(OutboxRow.state).where(OutboxRow.id == row))
    return state in (None, OutboxState.FAILED, OutboxState.DROPPED)


def recipient(session: Session, row: int) -> tuple[str, str] | None:
    """Give the platform and the user of a direct message; None for a row that is none."""
    found = session.get(OutboxRow, row)
    if found is None or not found.lane.startswith("@"):
        return None
    return found.platform, found.lane.removeprefix("@")


def is_owed(session: Session, platform: str) -> bool:
    """Say whether anything is owed to a platform."""
    return session.connection().execute(_finding_owed(), {"of": platform}).scalar() is not None


@cache
def _finding_owed() -> Executable:
    """Give the statement, built once: every event wakes a sender, who asks."""
    owed = or_(OutboxRow.state == OutboxState.PENDING, OutboxRow.state == OutboxState.SENDING)
    table = table_of(OutboxRow)
    return select(table.c.id).where(OutboxRow.platform == bindparam("of"), owed).limit(1)


def count_unsettled(session: Session) -> int:
    """Give how many rows are still owed."""
    owed = OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING))
    return session.scalar(select(func.count()).select_from(OutboxRow).where(owed)) or 0


def platform_of(session: Session, row: int) -> str:
    """Give the platform that an outbox row is owed to. Raises NoResultFound where there is no such row."""
    return session.get_one(OutboxRow, row).platform


def wanted_place(session: Session, row: int) -> tuple[str, str]:
    """Give the platform and the channel that a post is owed to. Raises NoResultFound where there is no such row."""
    found = session.get_one(OutboxRow, row)
    return found.platform, found.lane
