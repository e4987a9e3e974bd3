"""Stores as an office left them: what one has planned, the next with the same policy begins with.

To plan the shifts and to greet the day takes most of a short test's time. What is kept is what the database itself
writes and reads, so that nothing passes through our own types: SQLite's file, and PostgreSQL's rows and sequences.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from models.records import Record

FIRST_WRITTEN = "known_channel"
"""The table that every office writes to before all others."""


@dataclass(frozen=True)
class SqliteStore:
    """What a SQLite file holds."""

    file: bytes

    def put(self, url: str) -> None:
        """Write it over a migrated store that nobody has open."""
        Path(make_url(url).database or "").write_bytes(self.file)


@dataclass(frozen=True)
class PostgresStore:
    """What a PostgreSQL database holds. rows: by table, as COPY writes them; counted: where its sequences stand."""

    rows: Mapping[str, bytes]
    counted: Mapping[str, int]

    def put(self, url: str) -> None:
        """Write it into a migrated database without rows."""
        with _connected(url) as connection, connection.cursor() as cursor:
            for table, rows in self.rows.items():
                with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    copy.write(rows)
            for sequence, value in self.counted.items():
                cursor.execute("SELECT setval(%s::regclass, %s)", (sequence, value))


def kept(url: str) -> SqliteStore | PostgresStore:
    """Give what a store holds."""
    if _is_sqlite(url):
        connection = sqlite3.connect(make_url(url).database or "")
        file = connection.serialize()
        connection.close()
        return SqliteStore(file)
    with _connected(url) as opened, opened.cursor() as cursor:
        rows = {}
        for table in Record.metadata.sorted_tables:
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table.name))) as copy:
                rows[table.name] = b"".join(map(bytes, copy))
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL")
        counted = {str(name): int(value) for name, value in cursor.fetchall()}
    return PostgresStore({table: found for table, found in rows.items() if found}, counted)


def is_new(url: str) -> bool:
    """Say whether no office was ever opened on a migrated store."""
    question = f"SELECT count(*) FROM {FIRST_WRITTEN}"
    if _is_sqlite(url):
        connection = sqlite3.connect(make_url(url).database or "")
        (count,) = connection.execute(question).fetchone()
        connection.close()
    else:
        with _connected(url) as opened:
            (count,) = opened.execute(question.encode()).fetchone() or (1,)
    return int(count) == 0


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _connected(url: str) -> psycopg.Connection:
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
