"""What every mapping shares: the metadata, its naming convention, and the column types."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CursorResult,
    DateTime,
    Executable,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    inspect,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.dml import Delete, Update
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Id = BigInteger().with_variant(Integer, "sqlite")
"""A row's number. SQLite counts up by itself only in a column that is exactly INTEGER."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: takes only aware values, keeps them in UTC, and gives them back aware on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC; a naive one is refused with ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Give what makes an instant aware, in UTC, of what the database gives. SQLite gives the text it keeps."""
        del coltype
        return _of_text if dialect.name == "sqlite" else _in_utc


def _of_text(value: str | None) -> datetime | None:
    # Read with its zone at once: to read it first and replace the zone costs four times as much, for every value.
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class Word(TypeDecorator[StrEnum]):
    """One of a `StrEnum`'s values, kept as its text, so that a reader of the table understands it."""

    impl = String(40)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """Give the text of a word; one that the enumeration does not have is refused with ValueError."""
        del dialect
        return None if value is None else self.words(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], StrEnum | None]:
        """Give what finds the word of a text; one that the enumeration does not have is refused with KeyError."""
        del dialect, coltype
        known: dict[str | None, StrEnum | None] = {word.value: word for word in self.words}
        return {**known, None: None}.__getitem__


class Record(DeclarativeBase):
    """A row that Watchbill keeps."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own name for it
        datetime: UtcDateTime,
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
    }


def changed(session: Session, statement: Update | Delete) -> int:
    """Carry out a change, and give how many rows it met: the answer of a compare-and-set."""
    result = session.execute(statement, execution_options={"synchronize_session": False})
    assert isinstance(result, CursorResult)
    return result.rowcount


def put(session: Session, record: type[Record], **values: Any) -> int:
    """Write one row at once, and give its number: for rows that are only written, a third of what an object costs.

    What is pending in the session stays so; a row that this one refers to has its number already, and so is written.
    """
    number: int = session.connection().execute(_putting(record), values).scalar_one()
    return number


def put_all(session: Session, record: type[Record], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write many rows at once, for rows that are only written."""
    if rows:
        session.connection().execute(insert(table_of(record)), rows)


@cache
def _putting(record: type[Record]) -> Executable:
    table = table_of(record)
    return insert(table).returning(table.c.id)


def table_of(record: type[Record]) -> Table:
    """Give the table of a mapping, for statements that leave the objects in the session alone."""
    table = inspect(record).local_table
    assert isinstance(table, Table)
    return table
