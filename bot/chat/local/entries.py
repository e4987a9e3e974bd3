"""The messages of the local chat and what hangs on them: rows in, frozen values out."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from models.message import Message

_BODIES: TypeAdapter[Message] = TypeAdapter(Message)


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. body: what the bot says; None for what people wrote. only_for: who alone sees it.

    about: the command that it answers. is_command: the bot was given it as a command, not as words.
    """

    seq: int
    id: str
    channel: str
    thread: str | None
    author: str
    text: str
    body: Message | None
    at: datetime
    edited_at: datetime | None
    is_deleted: bool
    only_for: str | None
    about: str
    is_command: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is not kept yet; the meaning of each field is `Entry`'s."""

    channel: str
    author: str
    at: datetime
    text: str
    body: Message | None = None
    thread: str | None = None
    only_for: str | None = None
    about: str = ""
    is_command: bool = False


def keep(db: sqlite3.Connection, serial: str, draft: Draft, mentions: Iterable[str]) -> Entry:
    """Keep a new message and give it its id."""
    cursor = db.execute(
        "INSERT INTO messages (channel, thread, author, text, body, at, only_for, about, is_command)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            draft.channel,
            draft.thread,
            draft.author,
            draft.text,
            _written(draft.body),
            draft.at.isoformat(),
            draft.only_for,
            draft.about,
            draft.is_command,
        ),
    )
    seq = cursor.lastrowid or 0
    db.execute("UPDATE messages SET id = ? WHERE seq = ?", (f"{serial}-{seq:08d}", seq))
    address(db, seq, mentions)
    return _entry(db.execute("SELECT * FROM messages WHERE seq = ?", (seq,)).fetchone())


def address(db: sqlite3.Connection, seq: int, users: Iterable[str]) -> None:
    """Keep whom a message addresses, instead of whom it addressed before."""
    db.execute("DELETE FROM mentions WHERE seq = ?", (seq,))
    db.executemany("INSERT OR IGNORE INTO mentions VALUES (?, ?)", [(seq, user) for user in users])


def find(db: sqlite3.Connection, channel: str, message: str) -> Entry | None:
    """Give one message of a channel; None where it is not there."""
    row = db.execute("SELECT * FROM messages WHERE id = ? AND channel = ?", (message, channel)).fetchone()
    return None if row is None else _entry(row)


def change(db: sqlite3.Connection, entry: Entry, text: str, body: Message | None, at: datetime) -> None:
    """Give a message new content."""
    db.execute(
        "UPDATE messages SET text = ?, body = ?, edited_at = ? WHERE seq = ?",
        (text, _written(body), at.isoformat(), entry.seq),
    )


def blank(db: sqlite3.Connection, entry: Entry) -> None:
    """Take a message's words away; its place stays for the replies."""
    db.execute("UPDATE messages SET is_deleted = 1, text = '', body = NULL WHERE seq = ?", (entry.seq,))
    db.execute("DELETE FROM reactions WHERE message = ?", (entry.id,))
    address(db, entry.seq, ())


def timeline(db: sqlite3.Connection, channel: str, viewer: str, before: int | None, limit: int) -> list[Entry]:
    """Give the newest messages outside threads that this viewer sees, oldest first; before: a seq."""
    rows = db.execute(
        "SELECT * FROM messages AS m WHERE channel = ? AND thread IS NULL AND (only_for IS NULL OR only_for = ?)"
        " AND seq < ? AND (is_deleted = 0 OR (only_for IS NULL AND EXISTS"
        " (SELECT 1 FROM messages AS r WHERE r.thread = m.id AND r.is_deleted = 0 AND r.only_for IS NULL)))"
        " ORDER BY seq DESC LIMIT ?",
        (channel, viewer, before or 1 << 62, limit),
    )
    return [_entry(row) for row in rows][::-1]


def replies(db: sqlite3.Connection, root: str, viewer: str) -> list[Entry]:
    """Give the messages of one thread that this viewer sees, without its first, oldest first."""
    rows = db.execute(
        "SELECT * FROM messages WHERE thread = ? AND is_deleted = 0 AND (only_for IS NULL OR only_for = ?)"
        " ORDER BY seq",
        (root, viewer),
    )
    return [_entry(row) for row in rows]


def reactions(db: sqlite3.Connection, messages: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Give, by message and emoji, who reacted, in the order in which they did."""
    found: dict[str, dict[str, list[str]]] = {}
    rows = db.execute(
        "SELECT message, emoji, user FROM reactions WHERE message IN (SELECT value FROM json_each(?)) ORDER BY n",
        (json.dumps(messages),),
    )
    for message, emoji, user in rows:
        found.setdefault(message, {}).setdefault(emoji, []).append(user)
    return found


def mentions(db: sqlite3.Connection, seqs: Sequence[int]) -> dict[int, list[str]]:
    """Give, by message, whom it addresses."""
    found: dict[int, list[str]] = {}
    rows = db.execute(
        "SELECT seq, user FROM mentions WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY user",
        (json.dumps(seqs),),
    )
    for seq, user in rows:
        found.setdefault(seq, []).append(user)
    return found


def answers(db: sqlite3.Connection, roots: Sequence[str]) -> dict[str, list[Entry]]:
    """Give, by first message, the replies that everybody sees, oldest first."""
    found: dict[str, list[Entry]] = {}
    rows = db.execute(
        "SELECT * FROM messages WHERE thread IN (SELECT value FROM json_each(?)) AND is_deleted = 0"
        " AND only_for IS NULL ORDER BY seq",
        (json.dumps(roots),),
    )
    for row in rows:
        found.setdefault(row["thread"], []).append(_entry(row))
    return found


def react(db: sqlite3.Connection, message: str, user: str, emoji: str) -> int | None:
    """Add a reaction and give its number; None where it was there."""
    cursor = db.execute(
        "INSERT OR IGNORE INTO reactions (message, user, emoji) VALUES (?, ?, ?)", (message, user, emoji)
    )
    return cursor.lastrowid if cursor.rowcount else None


def unreact(db: sqlite3.Connection, message: str, user: str, emoji: str) -> int | None:
    """Take a reaction back and give the number that it had; None where there was none."""
    row = db.execute(
        "DELETE FROM reactions WHERE message = ? AND user = ? AND emoji = ? RETURNING n", (message, user, emoji)
    ).fetchone()
    return None if row is None else int(row["n"])


def _written(body: Message | None) -> str | None:
    return None if body is None else _BODIES.dump_json(body).decode()


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        seq=row["seq"],
        id=row["id"],
        channel=row["channel"],
        thread=row["thread"],
        author=row["author"],
        text=row["text"],
        body=None if row["body"] is None else _BODIES.validate_json(row["body"]),
        at=datetime.fromisoformat(row["at"]),
        edited_at=None if row["edited_at"] is None else datetime.fromisoformat(row["edited_at"]),
        is_deleted=bool(row["is_deleted"]),
        only_for=row["only_for"],
        about=row["about"],
        is_command=bool(row["is_command"]),
    )
