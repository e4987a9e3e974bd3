"""The local chat's own store: one SQLite file, apart from the bot's, as a chat server keeps its own."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.clock import new_id
from models.errors import ConfigError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS channels (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL DEFAULT '',
    owner TEXT, position INTEGER NOT NULL, is_open INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS members (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, position INTEGER NOT NULL,
    is_active INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS groups (name TEXT PRIMARY KEY, members TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, channel TEXT NOT NULL, thread TEXT, author TEXT NOT NULL,
    text TEXT NOT NULL, body TEXT, at TEXT NOT NULL, edited_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0,
    only_for TEXT, about TEXT NOT NULL DEFAULT '', is_command INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS messages_by_channel ON messages (channel, thread, seq);
CREATE INDEX IF NOT EXISTS messages_by_thread ON messages (thread, seq);
CREATE TABLE IF NOT EXISTS mentions (
    seq INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, user TEXT NOT NULL, PRIMARY KEY (seq, user)
);
CREATE TABLE IF NOT EXISTS reactions (
    n INTEGER PRIMARY KEY AUTOINCREMENT, message TEXT NOT NULL, user TEXT NOT NULL, emoji TEXT NOT NULL,
    UNIQUE (message, emoji, user)
);
CREATE TABLE IF NOT EXISTS pictures (message TEXT PRIMARY KEY, png BLOB NOT NULL, alt TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS reads (
    user TEXT NOT NULL, channel TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (user, channel)
);
CREATE TABLE IF NOT EXISTS sent (key TEXT PRIMARY KEY, channel TEXT NOT NULL, message TEXT);
CREATE TABLE IF NOT EXISTS acts (n INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, what TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS forms (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT, about TEXT NOT NULL,
    form TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, is_done INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS queue (n INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL);
"""


class Archive:
    """One SQLite file (None: memory) with one writer at a time.

    serial: six letters of this store's own, so that ids of a store that was thrown away never come again.
    Raises ConfigError where the file cannot be opened.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        try:
            self._db = _connect(path)
            self.serial = self._own_serial()
        except sqlite3.Error as error:
            raise ConfigError(f"the local chat's store {path} cannot be opened: {error}") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection inside one transaction; nothing stays of it where the block raises."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the file; the archive cannot be used afterwards."""
        with self._lock:
            self._db.close()

    def _own_serial(self) -> str:
        with self.transaction() as db:
            db.execute("INSERT OR IGNORE INTO meta VALUES ('serial', ?)", (new_id()[:6],))
            serial: str = db.execute("SELECT value FROM meta WHERE name = 'serial'").fetchone()[0]
            return serial


def _connect(path: Path | None) -> sqlite3.Connection:
    db = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None, timeout=10)
    db.row_factory = sqlite3.Row
    if path is not None:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.executescript(_SCHEMA)
    return db
