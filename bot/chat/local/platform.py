"""The local chat's server: its store, its open pages, and the changes that both learn of together.

What happens is kept first, in one transaction with the event that tells the bot of it.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.chat.local import entries, pictures, typed, view
from bot.chat.local.archive import Archive
from bot.chat.local.cast import BOT, BOT_NAME, Member
from bot.chat.local.entries import Draft, Entry
from bot.chat.local.live import Json, Live, Notice
from bot.chat.local.pictures import Picture
from bot.clock import Clock
from models import events
from models.errors import UserError
from models.message import Bullets, Fields, Line, Mention, Message, Note, Paragraph
from models.policy import Channel
from models.rota.zone import zone as zone_named


class NotThere(UserError):
    """A channel, a message, a form or a person that is not there, or is not for this person's eyes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A channel as the events name it. name: None in a direct conversation. owner: whose conversation it is."""

    id: str
    name: str | None
    owner: str | None

    @property
    def is_direct(self) -> bool:
        """Say whether only its owner and the bot are in it."""
        return self.owner is not None


@dataclass(slots=True)
class Change:
    """One change: its transaction, and what the pages are told once it is kept."""

    db: sqlite3.Connection
    notices: list[Notice] = field(default_factory=list)
    has_mail: bool = False

    def tell(self, payload: Json, audience: str | None = None) -> None:
        """Tell the pages of one person, or everybody's."""
        self.notices.append(Notice(payload, audience))

    def queue(self, event: events.Event) -> None:
        """Leave an event for the bot."""
        self.db.execute("INSERT INTO queue (event) VALUES (?)", (json.dumps(events.to_json(event)),))
        self.has_mail = True


class Platform:
    """The server side. store: a file of its own; None: memory. mail: set whenever something waits for the bot."""

    def __init__(
        self, store: Path | None, clock: Clock, zone: str, channels: Iterable[Channel], members: Iterable[Member]
    ) -> None:
        self.archive = Archive(store)
        self.clock = clock
        self.zone = zone_named(zone)
        self.live = Live()
        self.mail = threading.Condition()
        self._order = threading.RLock()
        with self.archive.transaction() as db:
            cast = tuple(members)
            _settle_channels(db, channels, cast)
            _settle_members(db, cast)

    def now(self) -> datetime:
        """Give the chat's present instant."""
        return self.clock.now()

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Make a change; the pages and the bot learn of it after it is kept, in the order in which it was."""
        with self._order:
            with self.archive.transaction() as db:
                change = Change(db)
                yield change
            for notice in change.notices:
                self.live.tell(notice)
        if change.has_mail:
            with self.mail:
                self.mail.notify_all()

    def place(self, db: sqlite3.Connection, channel: str, viewer: str | None = None) -> Place:
        """Give a channel that is open, and open to this viewer (None: the bot's eyes). Raises NotThere."""
        row = db.execute("SELECT * FROM channels WHERE id = ? AND is_open = 1", (channel,)).fetchone()
        if row is None or (viewer is not None and row["owner"] not in (None, viewer)):
            raise NotThere(f"There is no channel {channel} here.")
        return Place(row["id"], None if row["owner"] else row["name"], row["owner"])

    def require_member(self, db: sqlite3.Connection, user: str) -> str:
        """Give the name of somebody who is here. Raises NotThere."""
        row = db.execute("SELECT name FROM members WHERE id = ? AND is_active = 1", (user,)).fetchone()
        if row is None:
            raise NotThere(f"There is nobody called {user} here.")
        return str(row["name"])

    def entry(self, db: sqlite3.Connection, place: Place, message: str, viewer: str | None = None) -> Entry:
        """Give a message that this viewer (None: the bot) can see. Raises NotThere."""
        entry = entries.find(db, place.id, message)
        if entry is None or (viewer is not None and entry.only_for not in (None, viewer)):
            raise NotThere("That message is not there (any more).")
        return entry

    def root(self, db: sqlite3.Connection, place: Place, thread: str | None) -> str | None:
        """Give the first message of the thread that a message belongs to or begins. Raises NotThere."""
        if thread is None:
            return None
        entry = self.entry(db, place, thread)
        return entry.thread or entry.id

    def say(self, change: Change, draft: Draft, shown: Picture | None = None) -> Entry:
        """Keep a message and show it. shown: the picture that comes with it."""
        entry = entries.keep(change.db, self.archive.serial, draft, self._addressed(change.db, draft.text, draft.body))
        if shown is not None:
            pictures.keep(change.db, entry.id, shown)
        self.show(change, entry, is_fresh=True)
        return entry

    def rewrite(self, change: Change, entry: Entry, text: str, body: Message | None) -> Entry:
        """Give a message new content and show it; its time of change is later than every one before."""
        at = max(self.now(), (entry.edited_at or entry.at) + entry.at.resolution)
        entries.change(change.db, entry, text, body, at)
        entries.address(change.db, entry.seq, self._addressed(change.db, text, body))
        return self.shown(change, entry)

    def shown(self, change: Change, entry: Entry) -> Entry:
        """Show a message as it is now, and give it."""
        current = entries.find(change.db, entry.channel, entry.id)
        assert current is not None
        self.show(change, current)
        return current

    def show(self, change: Change, entry: Entry, *, is_fresh: bool = False) -> None:
        """Show a message to those who may see it, with what it changes in its thread's first."""
        audience = entry.only_for or self.place(change.db, entry.channel).owner
        document = view.one(change.db, entry, self.zone)
        change.tell({"type": "message", "message": document, "is_fresh": is_fresh}, audience)
        root = entries.find(change.db, entry.channel, entry.thread) if entry.thread else None
        if root is not None and entry.only_for is None:
            change.tell({"type": "message", "message": view.one(change.db, root, self.zone)}, audience)

    def whisper(
        self, change: Change, place: Place, user: str, body: Message, *, thread: str | None, about: str
    ) -> Entry:
        """Show one person something that nobody else sees. about: the command that it answers."""
        draft = Draft(
            channel=place.id, author=BOT, at=self.now(), text=body.plain(), body=body,
            thread=thread, only_for=user, about=about,
        )  # fmt: skip
        return self.say(change, draft)

    def trigger(self, change: Change, user: str, what: str) -> str:
        """Give the id of one act of somebody's, which no other act has."""
        cursor = change.db.execute("INSERT INTO acts (user, what) VALUES (?, ?)", (user, what))
        return f"{self.archive.serial}-{cursor.lastrowid or 0:08d}"

    def _addressed(self, db: sqlite3.Connection, text: str, body: Message | None) -> frozenset[str]:
        handles = typed.mentioned(text) if body is None else frozenset(_mentions(body))
        members = {row["id"].lower(): row["id"] for row in db.execute("SELECT id FROM members")}
        groups = {row["name"].lower(): row["members"].split() for row in db.execute("SELECT * FROM groups")}
        people = {members[handle] for handle in map(str.lower, handles) if handle in members}
        return frozenset(people.union(*(groups.get(handle, ()) for handle in handles)))


def direct_channel(user: str) -> str:
    """Give the id of somebody's direct conversation with the bot."""
    return f"D-{user}"


def channel_id(name: str) -> str:
    """Give the id of a channel."""
    return f"C-{name}"


def _settle_channels(db: sqlite3.Connection, channels: Iterable[Channel], members: Sequence[Member]) -> None:
    rows: list[tuple[str, str, str, str | None]] = [
        (channel_id(channel.name), channel.name, channel.kind.value, None) for channel in channels
    ]
    rows += [(direct_channel(member.id), BOT_NAME, "direct", member.id) for member in members]
    db.execute("UPDATE channels SET is_open = 0")
    db.executemany(
        "INSERT INTO channels (id, name, kind, owner, position) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " name = excluded.name, kind = excluded.kind, position = excluded.position, is_open = 1",
        [(*row, position) for position, row in enumerate(rows)],
    )


def _settle_members(db: sqlite3.Connection, members: Sequence[Member]) -> None:
    db.execute("UPDATE members SET is_active = 0")
    db.executemany(
        "INSERT INTO members (id, name, role, position) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
        " name = excluded.name, role = excluded.role, position = excluded.position, is_active = 1",
        [(member.id, member.name, member.role, position) for position, member in enumerate(members)],
    )


def _mentions(body: Message) -> Iterator[str]:
    for block in body.blocks:
        for line in _lines(block):
            yield from (span.user for span in line if isinstance(span, Mention))


def _lines(block: object) -> Iterator[Line]:
    match block:
        case Paragraph() | Note():
            yield block.line
        case Bullets():
            yield from block.items
        case Fields():
            yield from (line for _, line in block.pairs)
