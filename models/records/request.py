"""Requests, the messages they are made of, and what happened to each: the life of a request."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Executable,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    bindparam,
    func,
    or_,
    select,
    update,
)
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, Session, make_transient_to_detached, mapped_column
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from models.records.base import Id, Record, Word, put, table_of
from models.triage.verdict import RequestClass

FoundT = TypeVar("FoundT", bound=Record)


class RequestState(StrEnum):
    """How far a request has come."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REROUTED = "rerouted"
    DUPLICATE = "duplicate"
    DISMISSED = "not-a-request"
    WITHDRAWN = "withdrawn"
    STALE = "stale"

    @property
    def is_live(self) -> bool:
        """Whether somebody may still have to do something."""
        return self in (RequestState.OPEN, RequestState.ACKNOWLEDGED)

    @property
    def may_come_back(self) -> bool:
        """Whether it is over and can be reopened: not what its author took back, or what goes on in another request."""
        return not self.is_live and self not in (RequestState.WITHDRAWN, RequestState.DUPLICATE)


LIVE = (RequestState.OPEN, RequestState.ACKNOWLEDGED)


class Due(StrEnum):
    """What a request waits for at its `due_at`."""

    PAGE = "page"
    SILENCE = "silence"
    RESUME = "resume"
    ENGINEER = "engineer"
    STALE = "stale"
    MISSED = "missed"


def _index_where_set(column: str, other: str) -> Index:
    """Give an index that holds only the few rows in which some column has a value."""
    where = sql_text(f"{other} IS NOT NULL")
    return Index(None, column, postgresql_where=where, sqlite_where=where)


class Request(Record):
    """One request for help: a message, or a burst of one author's in one channel.

    is_direct: in a direct conversation with the bot, which has no channel_name; some other places have none either.
    root: the message that its thread hangs on. asked_class: the class the bot asked the author about, which applies at
    asked_until unless they answer; None when it did not ask, or the answer came. asked_otherwise: the class that a no
    means. step: the escalation step that comes
    next. due, due_at: what it waits for next, and when; None while nothing is due or a page is on its way. owner: the
    platform handle of who acknowledged it. page_id, question_id, pointer_id: the outbox rows of
    the first page, of the question, and of the word that points to another channel. helpers_at: when the helpers are
    told, unless somebody answers before. first_answer_at, acknowledged_at, resolved_at: in this life, from waits_since.
    duplicate_of: the request that it goes on in. escalated_by: the platform handle of who asked the team last. duty_of:
    the id of who was on call then, whose duty it is to see the outcome documented; None: that is its resolver's.
    """

    __tablename__ = "request"
    __table_args__ = (
        Index(None, "platform", "channel", "root", unique=True),
        Index(None, "platform", "channel", "author", "last_message_at"),
        Index(None, "state", "due_at"),
        Index(None, "asked_until"),
        _index_where_set("helpers_at", "helpers_at"),
        _index_where_set("duplicate_of", "duplicate_of"),
        _index_where_set("resolved_at", "runbook_url"),
        Index(None, "opened_at"),
        Index(None, "first_answer_at"),
        Index(None, "resolved_at", "state"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(200))
    channel_name: Mapped[str | None] = mapped_column(String(200))
    is_direct: Mapped[bool] = mapped_column(default=False)
    root: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(200))
    author_name: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    reopened_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime]
    request_class: Mapped[RequestClass] = mapped_column(Word(RequestClass))
    confidence: Mapped[float]
    reasons: Mapped[list[str]]
    runner_up: Mapped[RequestClass] = mapped_column(Word(RequestClass))
    asked_class: Mapped[RequestClass | None] = mapped_column(Word(RequestClass))
    asked_otherwise: Mapped[RequestClass | None] = mapped_column(Word(RequestClass))
    asked_until: Mapped[datetime | None]
    service: Mapped[str | None] = mapped_column(String(200))
    environment: Mapped[str | None] = mapped_column(String(40))
    state: Mapped[RequestState] = mapped_column(Word(RequestState), default=RequestState.OPEN)
    rotation: Mapped[str | None] = mapped_column(String(100))
    engineer: Mapped[str | None] = mapped_column(String(100))
    step: Mapped[int] = mapped_column(default=0)
    paged_at: Mapped[datetime | None]
    due: Mapped[Due | None] = mapped_column(Word(Due))
    due_at: Mapped[datetime | None]
    helpers_at: Mapped[datetime | None]
    page_id: Mapped[int | None] = mapped_column(Id)
    question_id: Mapped[int | None] = mapped_column(Id)
    pointer_id: Mapped[int | None] = mapped_column(Id)
    has_answered: Mapped[bool] = mapped_column(default=False)
    first_answer_at: Mapped[datetime | None]
    first_answer_by: Mapped[str | None] = mapped_column(String(200))
    first_answer_by_engineer: Mapped[bool | None]
    last_word_at: Mapped[datetime | None]
    owner: Mapped[str | None] = mapped_column(String(200))
    acknowledged_at: Mapped[datetime | None]
    owned_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(200))
    resolved_at: Mapped[datetime | None]
    runbook_url: Mapped[str | None] = mapped_column(String(2000))
    duplicate_of: Mapped[int | None] = mapped_column(Id)
    escalated_by: Mapped[str | None] = mapped_column(String(200))
    escalated_at: Mapped[datetime | None]
    duty_of: Mapped[str | None] = mapped_column(String(100))

    @property
    def waits_since(self) -> datetime:
        """When it was opened, or reopened last: what came before that is over."""
        return self.reopened_at or self.opened_at


class ReadMessage(Record):
    """One message that the triage read, with its judgement; request_id is None where it opened or joined none."""

    __tablename__ = "read_message"
    __table_args__ = (
        Index(None, "platform", "channel", "message", unique=True),
        Index(None, "request_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(200))
    channel_name: Mapped[str | None] = mapped_column(String(200))
    is_direct: Mapped[bool] = mapped_column(default=False)
    message: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(200))
    author_name: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    request_class: Mapped[RequestClass] = mapped_column(Word(RequestClass))
    confidence: Mapped[float]
    reasons: Mapped[list[str]]
    runner_up: Mapped[RequestClass] = mapped_column(Word(RequestClass))
    asked: Mapped[bool] = mapped_column(default=False)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))


class TimelineEntry(Record):
    """One thing that happened to a request: who, when, what, and from where.

    actor: a platform handle; empty for the bot. source: message, button, reaction, command, form, thread or clock.
    """

    __tablename__ = "timeline"
    __table_args__ = (Index(None, "request_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(500), default="")
    source: Mapped[str] = mapped_column(String(20))


class LabelledExample(Record):
    """A message whose class a person corrected; training learns from it."""

    __tablename__ = "labelled_example"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int | None] = mapped_column(ForeignKey("request.id"))
    text: Mapped[str] = mapped_column(Text)
    channel_kind: Mapped[str | None] = mapped_column(String(20))
    label: Mapped[RequestClass] = mapped_column(Word(RequestClass))
    was: Mapped[RequestClass] = mapped_column(Word(RequestClass))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]


def add(session: Session, request: Request) -> Request:
    """Write a new request at once, and give it as if it had been read: what is changed after that is written later.

    To flush it would write all else that has changed, object by object.
    """
    for name, default in _defaults().items():
        if getattr(request, name) is None:
            setattr(request, name, default)
    request.id = put(session, Request, **{name: getattr(request, name) for name in _defaults()})
    make_transient_to_detached(request)
    session.add(request)
    return request


@cache
def _defaults() -> Mapping[str, Any]:
    """Give what each column but the number holds where nothing is said."""
    columns = [column for column in table_of(Request).columns if column.key != "id"]
    return {
        one.key: one.default.arg if isinstance(one.default, ScalarElementColumnDefault) else None for one in columns
    }


# -- one, to decide about: it is locked until the transaction ends, and read as the decision before left it
#
# A read message is always locked before its request, so that no two decisions wait for each other.


def get(session: Session, number: int) -> Request | None:
    """Give a request by its number; None where there is none."""
    return session.get(Request, number, with_for_update=True, populate_existing=True)


def rooted_at(session: Session, platform: str, channel: str, message: str) -> Request | None:
    """Give the request whose thread hangs on a message."""
    found = select(Request).where(Request.platform == platform, Request.channel == channel, Request.root == message)
    return session.scalar(_held(found, Request))


def of_message(session: Session, platform: str, channel: str, message: str) -> Request | None:
    """Give the request that a message opened or joined."""
    found = select(Request).join(ReadMessage, ReadMessage.request_id == Request.id)
    return session.scalar(_held(found.where(*_is_message(platform, channel, message)), Request))


def read_message(session: Session, platform: str, channel: str, message: str) -> ReadMessage | None:
    """Give a message that the triage read."""
    return session.scalar(_held(select(ReadMessage).where(*_is_message(platform, channel, message)), ReadMessage))


def _is_message(platform: str, channel: str, message: str) -> tuple[ColumnElement[bool], ...]:
    return (ReadMessage.platform == platform, ReadMessage.channel == channel, ReadMessage.message == message)


def _held(found: Select[FoundT], what: type[FoundT]) -> Select[FoundT]:
    """Give a search that waits for whoever decides about the row now, and then reads it anew.

    SQLite has one writer at a time, and leaves the lock out.
    """
    return found.with_for_update(of=what).execution_options(populate_existing=True)


def name_author(session: Session, platform: str, author: str, name: str, since: datetime) -> None:
    """Write an author's name into their requests that were opened since an instant and have none."""
    nameless = (Request.platform == platform, Request.author == author, Request.author_name == "")
    session.execute(update(Request).where(Request.opened_at >= since, *nameless).values(author_name=name))


def latest_of_author(
    session: Session, platform: str, channel: str, author: str, *, now: datetime, burst: timedelta, asked: timedelta
) -> Request | None:
    """Give the live request that a message by the same author in the same channel would join.

    It joins what its author wrote to within a burst, and what they are still asked about. asked: how long a question
    waits for its answer; what was last written to before that, and before the burst, is not looked at.
    """
    wanted = {
        "platform": platform,
        "channel": channel,
        "author": author,
        "since": now - burst,
        "earliest": now - max(burst, asked),
        "now": now,
    }
    if any(isinstance(one, Request) and one.author == author for one in session.dirty):
        session.flush()  # an earlier decision of this transaction, about the same author's
    number = session.connection().execute(_latest_of_author(), wanted).scalar()
    found = get(session, number) if number is not None else None
    return found if found is not None and found.state.is_live else None  # it may have ended since it was looked up


@cache
def _latest_of_author() -> Executable:
    """Give the statement, built once: every message asks, and building it costs more than running it."""
    found = select(table_of(Request).c.id).where(
        Request.platform == bindparam("platform"),
        Request.channel == bindparam("channel"),
        Request.author == bindparam("author"),
        Request.last_message_at >= bindparam("earliest"),  # keeps the look within the index
        or_(Request.last_message_at >= bindparam("since"), Request.asked_until > bindparam("now")),
        or_(*(Request.state == state for state in LIVE)),  # a list would be spelt out anew each time
    )
    return found.order_by(Request.last_message_at.desc()).limit(1)


def hold(session: Session, numbers: Iterable[int]) -> None:
    """Hold requests before their outbox rows are touched: whoever decides about one takes both in this order."""
    wanted = sorted(set(numbers))
    if wanted:
        session.execute(select(Request.id).where(Request.id.in_(wanted)).order_by(Request.id).with_for_update())


# -- many, to look at: nothing is locked


def live(session: Session, rotation: str | None = None) -> Sequence[Request]:
    """Give the requests that are open or acknowledged, the gravest and oldest first; of one rotation or of all."""
    of = () if rotation is None else (Request.rotation == rotation,)
    found = session.scalars(select(Request).where(Request.state.in_(LIVE), *of).order_by(Request.opened_at))
    return sorted(found, key=lambda request: (-request.request_class.gravity, request.opened_at))


def overdue(
    session: Session, rotation: str, now: datetime, allowed: timedelta = timedelta(hours=1)
) -> Sequence[Request]:
    """Give the platform requests of a rotation that nobody has taken within what is allowed, the oldest first.

    What waits for the next hours is not among them: its time has not begun. allowed: since its first page.
    """
    begun = func.coalesce(Request.paged_at, Request.reopened_at, Request.opened_at)
    waits = (Request.state == RequestState.OPEN, Request.request_class == RequestClass.PLATFORM)
    found = select(Request).where(Request.rotation == rotation, *waits, begun <= now - allowed)
    found = found.where(Request.due.is_distinct_from(Due.RESUME))
    return session.scalars(found.order_by(Request.opened_at, Request.id)).all()


def opened_between(session: Session, start: datetime, end: datetime, rotation: str | None = None) -> Sequence[Request]:
    """Give the requests opened in [start, end), of one rotation or of all."""
    return _within(session, (Request.opened_at >= start, Request.opened_at < end), rotation)


def resolved_between(
    session: Session, start: datetime, end: datetime, rotation: str | None = None
) -> Sequence[Request]:
    """Give the requests resolved in [start, end), of one rotation or of all."""
    return _within(session, (Request.resolved_at >= start, Request.resolved_at < end), rotation)


def _within(session: Session, span: Iterable[ColumnElement[bool]], rotation: str | None) -> Sequence[Request]:
    of = () if rotation is None else (Request.rotation == rotation,)
    return session.scalars(select(Request).where(*span, *of).order_by(Request.id)).all()


def examples(session: Session) -> Sequence[LabelledExample]:
    """Give what training may learn from, in order: of each request the last correction; none whose words are gone."""
    every = session.scalars(select(LabelledExample).where(LabelledExample.text != "").order_by(LabelledExample.id))
    last = {one.request_id or f"example {one.id}": one for one in every}
    return sorted(last.values(), key=lambda one: one.id)


def is_known(session: Session, platform: str, handle: str) -> bool:
    """Say whether somebody has asked, or was the first to answer, on a platform."""
    theirs = or_(Request.author == handle, Request.first_answer_by == handle)
    return session.scalar(select(Request.id).where(Request.platform == platform, theirs).limit(1)) is not None


def timeline(session: Session, request_id: int) -> Sequence[TimelineEntry]:
    """Give what happened to a request, in order."""
    return session.scalars(
        select(TimelineEntry).where(TimelineEntry.request_id == request_id).order_by(TimelineEntry.id)
    ).all()
