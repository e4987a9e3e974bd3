"""What people do in the local chat that is kept for the bot: they write, change, delete, react; and what they read."""

import sqlite3
from dataclasses import replace
from typing import Any

from bot.chat.local import entries, pictures, typed, view
from bot.chat.local.cast import BOT, PLATFORM
from bot.chat.local.entries import Draft, Entry
from bot.chat.local.live import Json
from bot.chat.local.platform import NotThere, Place, Platform
from models.errors import UserError
from models.events import MessageDeleted, MessageEdited, MessagePosted, ReactionAdded, ReactionRemoved

_PAGE = 50
_EMOJI_LENGTH = 40


class Actions:
    """Everything that one can do without an answer of the bot's."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def state(self, user: str) -> Json:
        """Give what a page shows around the messages: channels, people, groups. Raises NotThere for a stranger."""
        with self._platform.archive.transaction() as db:
            self._platform.require_member(db, user)
            return {
                "me": user,
                "bot": BOT,
                "channels": view.channels(db, user),
                "people": view.people(db),
                "groups": view.groups(db),
            }

    def cast(self) -> list[Json]:
        """Give those whom one can speak as."""
        with self._platform.archive.transaction() as db:
            return [person for person in view.people(db) if person["is_active"] and person["id"] != BOT]

    def timeline(self, user: str, channel: str, before: int | None) -> Json:
        """Give a page of messages, the newest or those before a seq."""
        with self._platform.archive.transaction() as db:
            place = self._open(db, user, channel)
            found = entries.timeline(db, place.id, user, before, _PAGE + 1)
            return {"messages": view.many(db, found[-_PAGE:], self._platform.zone), "has_more": len(found) > _PAGE}

    def thread(self, user: str, channel: str, message: str) -> Json:
        """Give a thread: its first message and the replies."""
        with self._platform.archive.transaction() as db:
            place = self._open(db, user, channel)
            root = self._platform.entry(db, place, self._platform.root(db, place, message) or message, user)
            found = [root, *entries.replies(db, root.id, user)]
            return {"messages": view.many(db, found, self._platform.zone)}

    def picture(self, user: str, channel: str, message: str) -> bytes:
        """Give the picture that came with a message. Raises NotThere."""
        with self._platform.archive.transaction() as db:
            entry = self._platform.entry(db, self._open(db, user, channel), message, user)
            found = pictures.find(db, entry.id)
        if found is None:
            raise NotThere("There is no picture.")
        return found.png

    def say(self, user: str, channel: str, text: str, thread: str | None, *, is_command: bool = False) -> Entry:
        """Post somebody's words; the bot gets them, unless they were a command that it is given as such."""
        with self._platform.change() as change:
            place = self._open(change.db, user, channel)
            draft = Draft(
                channel=place.id, author=user, at=self._platform.now(), text=_fitting(text),
                thread=self._platform.root(change.db, place, thread), is_command=is_command,
            )  # fmt: skip
            entry = self._platform.say(change, draft)
            if not is_command:
                change.queue(self._posted(change.db, place, entry))
            return entry

    def edit(self, user: str, channel: str, message: str, text: str) -> None:
        """Change somebody's own message."""
        with self._platform.change() as change:
            place, entry = self._own(change.db, user, channel, message)
            changed = self._platform.rewrite(change, entry, _fitting(text), None)
            if not entry.is_command:
                change.queue(_edited(place, changed))

    def delete(self, user: str, channel: str, message: str) -> None:
        """Delete somebody's own message, or put away what only they see."""
        with self._platform.change() as change:
            place, entry = self._own(change.db, user, channel, message)
            entries.blank(change.db, entry)
            self._platform.shown(change, entry)
            if not entry.is_command and entry.only_for is None:
                key = f"del:{place.id}:{entry.id}"
                change.queue(MessageDeleted(
                    key=key, platform=PLATFORM, at=self._platform.now(),
                    channel=place.id, channel_name=place.name, message=entry.id,
                ))  # fmt: skip

    def react(self, user: str, channel: str, message: str, emoji: str, *, is_wanted: bool) -> None:
        """Put a reaction on a message or take it back; nothing happens where it is so already."""
        if not emoji or len(emoji) > _EMOJI_LENGTH:
            raise UserError("That is no reaction.")
        with self._platform.change() as change:
            place = self._open(change.db, user, channel)
            entry = self._platform.entry(change.db, place, message, user)
            if entry.is_deleted or entry.only_for is not None:
                raise UserError("One cannot react to that message.")
            number = (entries.react if is_wanted else entries.unreact)(change.db, entry.id, user, emoji)
            if number is not None:
                self._platform.shown(change, entry)
                change.queue(self._reacted(place, entry, user, emoji, number, is_wanted=is_wanted))

    def mark_read(self, user: str, channel: str, seq: int) -> None:
        """Keep how far somebody has read a channel; it never goes back."""
        with self._platform.change() as change:
            place = self._open(change.db, user, channel)
            change.db.execute(
                "INSERT INTO reads VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)",
                (user, place.id, seq),
            )
            change.tell({"type": "read", "channel": place.id, "seq": seq}, user)

    def mark_all_read(self) -> None:
        """Let everybody have read everything, as after a past that was played."""
        with self._platform.change() as change:
            change.db.execute(
                "INSERT INTO reads SELECT p.id, m.channel, max(m.seq) FROM members AS p, messages AS m"
                " GROUP BY p.id, m.channel ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)"
            )
            change.tell({"type": "resync"})

    def record(self, draft: Draft, reactions: tuple[tuple[str, str], ...] = ()) -> str:
        """Keep something of the past that the bot is not told of, read by everybody; give its id. For a seeded demo.

        reactions: (user, emoji).
        """
        with self._platform.change() as change:
            place = self._platform.place(change.db, draft.channel)
            kept = replace(draft, thread=self._platform.root(change.db, place, draft.thread))
            entry = self._platform.say(change, kept)
            for user, emoji in reactions:
                entries.react(change.db, entry.id, user, emoji)
            change.db.execute(
                "INSERT INTO reads SELECT id, ?, ? FROM members WHERE true"
                " ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)",
                (place.id, entry.seq),
            )
            return entry.id

    def _open(self, db: sqlite3.Connection, user: str, channel: str) -> Place:
        self._platform.require_member(db, user)
        return self._platform.place(db, channel, user)

    def _own(self, db: sqlite3.Connection, user: str, channel: str, message: str) -> tuple[Place, Entry]:
        place = self._open(db, user, channel)
        entry = self._platform.entry(db, place, message, user)
        if user not in (entry.author, entry.only_for):
            raise UserError("Only its author can change a message.")
        if entry.is_deleted:
            raise UserError("That message was deleted.")
        return place, entry

    def _posted(self, db: sqlite3.Connection, place: Place, entry: Entry) -> MessagePosted:
        return MessagePosted(
            key=f"msg:{place.id}:{entry.id}", platform=PLATFORM, at=entry.at,
            channel=place.id, channel_name=place.name, is_direct=place.is_direct,
            message=entry.id, thread=entry.thread, text=entry.text,
            author=entry.author, author_name=self._platform.require_member(db, entry.author),
        )  # fmt: skip

    def _reacted(
        self, place: Place, entry: Entry, user: str, emoji: str, number: int, *, is_wanted: bool
    ) -> ReactionAdded | ReactionRemoved:
        word = "react" if is_wanted else "unreact"
        told: dict[str, Any] = {
            "key": f"{word}:{place.id}:{entry.id}:{user}:{emoji}:{number}", "platform": PLATFORM,
            "at": self._platform.now(), "channel": place.id, "channel_name": place.name, "message": entry.id,
            "user": user, "emoji": emoji,
        }  # fmt: skip
        if not is_wanted:
            return ReactionRemoved(**told)
        return ReactionAdded(**told, author=entry.author if entry.author != BOT else "")


def _edited(place: Place, entry: Entry) -> MessageEdited:
    edited_at = entry.edited_at or entry.at
    return MessageEdited(
        key=f"edit:{place.id}:{entry.id}:{edited_at.isoformat()}", platform=PLATFORM, at=edited_at,
        channel=place.id, channel_name=place.name, message=entry.id, thread=entry.thread,
        author=entry.author, text=entry.text,
    )  # fmt: skip


def _fitting(text: str) -> str:
    cleaned = typed.clean(text)
    if not cleaned:
        raise UserError("An empty message is not sent.")
    if len(cleaned) > typed.MAX_TEXT:
        raise UserError(f"A message has at most {typed.MAX_TEXT:,} characters; this one has {len(cleaned):,}.")
    return cleaned
