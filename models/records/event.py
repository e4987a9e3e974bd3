"""The events that came in: each one's key, once, and what became of it. Source: DESIGN §3."""

from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Executable, Index, String, bindparam, delete, null, select, update
from sqlalchemy import text as sql_text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.events import Event, ReactionAdded, to_json
from models.records.base import Id, Record, Word, changed, table_of


class Outcome(StrEnum):
    """What became of an event."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    GIVEN_UP = "given-up"


class ReceivedEvent(Record):
    """One thing that happened. The unique key drops redeliveries; it is the ledger of due times, too.

    answer: what was answered on the spot, given again to a redelivery. payload: the event itself, kept only while
    it has to be tried again at `due_at`.
    """

    __tablename__ = "received_event"
    __table_args__ = (
        Index(None, "platform", "key", unique=True),
        Index(None, "due_at"),
        Index(
            None,
            "received_at",
            postgresql_where=sql_text("answer IS NOT NULL OR payload IS NOT NULL"),
            sqlite_where=sql_text("answer IS NOT NULL OR payload IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(300))
    received_at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome))
    answer: Mapped[dict[str, Any] | None]
    payload: Mapped[dict[str, Any] | None]
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(500))


def insert_once(session: Session, event: Event, now: datetime) -> int | None:
    """Give the id of the row for a new event; None where its key was there already.

    A reaction's standing is kept beside it, so that the history does not bring it again.
    """
    row = _inserted(session, event.platform, event.key, now)
    if row is not None and isinstance(event, ReactionAdded) and event.standing:
        _inserted(session, event.platform, event.standing, now)
    return row


def _inserted(session: Session, platform: str, key: str, now: datetime) -> int | None:
    values = {"platform": platform, "key": key, "received_at": now, "outcome": Outcome.DONE, "attempts": 0}
    connection = session.connection()
    return connection.execute(_inserting_once(connection.dialect.name), values).scalar()


@cache
def _inserting_once(dialect: str) -> Executable:
    """Give the statement, built once: every event comes this way, and building it costs more than running it."""
    table = table_of(ReceivedEvent)
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_nothing(index_elements=["platform", "key"]).returning(table.c.id)


def has_come(session: Session, event: Event) -> bool:
    """Say whether an event was taken in already, whatever became of it."""
    # What is due is due until it is taken: every look at the clock asks for all of it.
    named = {"platform": event.platform, "key": event.key}
    return session.connection().execute(_id_of_key(), named).scalar() is not None


@cache
def _id_of_key() -> Executable:
    columns = table_of(ReceivedEvent).c
    return select(columns.id).where(columns.platform == bindparam("platform"), columns.key == bindparam("key"))


def find(session: Session, platform: str, key: str) -> ReceivedEvent | None:
    """Give the row of a key; None where it never came."""
    return session.scalar(select(ReceivedEvent).where(ReceivedEvent.platform == platform, ReceivedEvent.key == key))


def keep_answer(session: Session, row: int, answer: dict[str, Any], outcome: Outcome = Outcome.DONE) -> None:
    """Keep what was answered, so that a redelivery is answered the same."""
    session.execute(update(ReceivedEvent).where(ReceivedEvent.id == row).values(answer=answer, outcome=outcome))


def keep_failure(session: Session, event: Event, now: datetime, due_at: datetime | None, error: str) -> int:
    """Keep an event whose handler failed, to be tried at `due_at` (None: never again); give the attempts so far.

    error: the exception's type and place, never a message's text.
    """
    row = find(session, event.platform, event.key)
    if row is None:
        row = ReceivedEvent(platform=event.platform, key=event.key, received_at=now, attempts=0)
        session.add(row)
    row.outcome = Outcome.GIVEN_UP if due_at is None else Outcome.FAILED
    row.payload = to_json(event)
    row.attempts += 1
    row.due_at = due_at
    row.error = error[:500]
    return row.attempts


def due_again(session: Session, now: datetime, limit: int = 20) -> list[ReceivedEvent]:
    """Give the failed events whose time to be tried again has come, oldest first."""
    due = select(ReceivedEvent).where(ReceivedEvent.due_at <= now).order_by(ReceivedEvent.due_at).limit(limit)
    return list(session.scalars(due))


def claim_again(session: Session, row: ReceivedEvent) -> bool:
    """Take a failed event for one more try; False where another replica took it first."""
    statement = (
        update(ReceivedEvent)
        .where(ReceivedEvent.id == row.id, ReceivedEvent.attempts == row.attempts, ReceivedEvent.due_at.is_not(None))
        .values(outcome=Outcome.DONE, due_at=None, payload=null())
    )
    return changed(session, statement) == 1


def give_up(session: Session, row: ReceivedEvent, error: str) -> bool:
    """Never try a failed event again; its payload stays for the operator. False where another replica was first."""
    statement = (
        update(ReceivedEvent)
        .where(ReceivedEvent.id == row.id, ReceivedEvent.attempts == row.attempts, ReceivedEvent.due_at.is_not(None))
        .values(outcome=Outcome.GIVEN_UP, due_at=None, error=error[:500])
    )
    return changed(session, statement) == 1


def next_due(session: Session) -> datetime | None:
    """Give the earliest instant at which a failed event is tried again."""
    return session.scalar(
        select(ReceivedEvent.due_at).where(ReceivedEvent.due_at.is_not(None)).order_by(ReceivedEvent.due_at).limit(1)
    )


def forget_before(session: Session, instant: datetime) -> int:
    """Delete the keys of events older than an instant that need no further try; give how many."""
    old = ReceivedEvent.received_at < instant
    return changed(session, delete(ReceivedEvent).where(old, ReceivedEvent.due_at.is_(None)))
