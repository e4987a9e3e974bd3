"""The local chat as its page gets it: entries, channels and people as JSON."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from pydantic import TypeAdapter

from bot.chat.local import entries, pictures
from bot.chat.local.cast import BOT, BOT_NAME
from bot.chat.local.entries import Entry
from models.message import Block, Form, Message, plain_block

Json = dict[str, Any]

_BLOCKS: TypeAdapter[tuple[Block, ...]] = TypeAdapter(tuple[Block, ...])
_PREVIEW = 160


def many(db: sqlite3.Connection, found: Sequence[Entry], zone: tzinfo) -> list[Json]:
    """Give messages with their reactions, whom they address, and what became of their threads."""
    reactions = entries.reactions(db, [entry.id for entry in found])
    mentions = entries.mentions(db, [entry.seq for entry in found])
    answers = entries.answers(db, [entry.id for entry in found if entry.thread is None])
    alts = pictures.alts(db, [entry.id for entry in found])
    return [
        {
            **_own(entry, zone),
            "reactions": [{"emoji": emoji, "users": users} for emoji, users in reactions.get(entry.id, {}).items()],
            "mentions": mentions.get(entry.seq, []),
            "picture": alts.get(entry.id),
            "thread_summary": _thread(db, answers[entry.id], zone) if entry.id in answers else None,
        }
        for entry in found
    ]


def one(db: sqlite3.Connection, entry: Entry, zone: tzinfo) -> Json:
    """Give one message as `many` does."""
    return many(db, [entry], zone)[0]


def instant(at: datetime, zone: tzinfo) -> Json:
    """Give an instant in the organisation's civil time; the page formats it and knows no zones."""
    local = at.astimezone(zone)
    return {"local": local.replace(tzinfo=None).isoformat(timespec="seconds"), "zone": local.tzname() or ""}


def form(form_id: str, opened: Form, attempt: int) -> Json:
    """Give a form to show. attempt: how often it came back with errors; handed in again with what is submitted."""
    document: Json = TypeAdapter(Form).dump_python(opened, mode="json")
    return {**document, "id": form_id, "attempt": attempt}


def preview(entry: Entry) -> str:
    """Give the first words of a message, on one line."""
    said = entry.text if entry.body is None else entry.body.summary or _spoken(entry.body)
    return " ".join(said.split())[:_PREVIEW]


def _spoken(body: Message) -> str:
    return " · ".join(text for block in body.blocks if (text := plain_block(block)))


def _own(entry: Entry, zone: tzinfo) -> Json:
    return {
        "id": entry.id,
        "seq": entry.seq,
        "channel": entry.channel,
        "thread": entry.thread,
        "author": entry.author,
        "text": entry.text if entry.body is None else None,
        "blocks": None if entry.body is None else _BLOCKS.dump_python(entry.body.blocks, mode="json"),
        "at": instant(entry.at, zone),
        "is_edited": entry.edited_at is not None,
        "is_deleted": entry.is_deleted,
        "is_private": entry.only_for is not None,
        "about": entry.about,
    }


def _thread(db: sqlite3.Connection, answers: Sequence[Entry], zone: tzinfo) -> Json:
    named = entries.mentions(db, [entry.seq for entry in answers])
    last = answers[-1]
    return {
        "count": len(answers),
        "authors": list(dict.fromkeys(entry.author for entry in answers)),
        "mentions": sorted({user for users in named.values() for user in users}),
        "last": {"author": last.author, "preview": preview(last), "at": instant(last.at, zone)},
    }


def people(db: sqlite3.Connection) -> list[Json]:
    """Give everybody who ever was here, in the order of the cast; the bot last."""
    rows = db.execute("SELECT id, name, role, is_active FROM members ORDER BY position, id")
    cast = [{**dict(row), "is_active": bool(row["is_active"])} for row in rows]
    return [*cast, {"id": BOT, "name": BOT_NAME, "role": "bot", "is_active": True}]


def groups(db: sqlite3.Connection) -> list[Json]:
    """Give the user groups with their members' ids."""
    rows = db.execute("SELECT name, members FROM groups ORDER BY name")
    return [{"name": row["name"], "members": row["members"].split()} for row in rows]


def channels(db: sqlite3.Connection, viewer: str) -> list[Json]:
    """Give the channels that one person is in, and how much they have not read."""
    rows = db.execute(
        "SELECT c.id, c.name, c.kind, c.topic, c.owner,"
        " (SELECT count(*) FROM messages AS m WHERE m.channel = c.id AND m.seq > coalesce(r.seq, 0)"
        "   AND m.author <> :me AND m.is_deleted = 0 AND (m.only_for IS NULL OR m.only_for = :me)) AS unread,"
        " (SELECT count(*) FROM messages AS m JOIN mentions AS t ON t.seq = m.seq AND t.user = :me"
        "   WHERE m.channel = c.id AND m.seq > coalesce(r.seq, 0) AND m.author <> :me AND m.is_deleted = 0) AS mentions"
        " FROM channels AS c LEFT JOIN reads AS r ON r.channel = c.id AND r.user = :me"
        " WHERE c.is_open = 1 AND (c.owner IS NULL OR c.owner = :me) ORDER BY c.position",
        {"me": viewer},
    )
    return [_channel(row) for row in rows]


def _channel(row: sqlite3.Row) -> Json:
    document = dict(row)
    return {**document, "is_direct": document.pop("owner") is not None}


def plain(items: Iterable[Any]) -> list[Json]:
    """Give frozen values as JSON objects."""
    return [asdict(item) for item in items]
