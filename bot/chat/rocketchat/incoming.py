"""Rocket.Chat's messages as our events: translated, nothing decided.

Keys name the thing that happened, so that the live stream and `chat.syncMessages` give the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.chat.rocketchat.memory import Mark, Memory, Seen, edited_of, marks_of
from bot.chat.rocketchat.payloads import Sent
from bot.chat.rocketchat.rooms import PLATFORM, Room
from bot.chat.rocketchat.text import Grammar, Tap, Words, plain
from bot.clock import Clock
from models.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)

FRESH = timedelta(hours=24)
"""A message that is older than that when something of it changes was posted long ago, and is not new to anybody."""

PROMPT = timedelta(minutes=1)
"""A message that is older when it is first told of is told because something of it changed, such as a reply to it."""

REMOVED = "rm"
"""The kind of system message that a deleted message leaves where the server shows deletions."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is read afterwards: messages from `since` on may be new. now: the server's clock, if it was told.

    read_to: up to when the room was read before. is_live: it comes live after all, by a change of what is older.
    """

    since: datetime
    now: datetime | None
    read_to: datetime | None = None
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Translates for one bot. bot: its user name. is_robot: says whether somebody else's account is a bot's.

    begun: gives from when on a room is read; None: that is not settled yet.
    """

    bot: str
    grammar: Grammar
    clock: Clock
    memory: Memory
    is_robot: Callable[[str], bool] = lambda _: False
    begun: Callable[[str], datetime | None] = lambda _: None

    def events(self, sent: Sent, room: Room | None, before: Seen | None, past: Past | None = None) -> list[Event]:
        """Give what is new of a message as it stands now.

        before: how it stood when it was told of last; None: it never was. past: it was read afterwards; None: it
        comes live.
        """
        if sent.t == REMOVED:
            return [self.deleted(sent.rid, sent.id, room)]
        if sent.t or (before is not None and before.is_newer_than(sent)):
            return []
        return list(self._new(sent, room, before, past or self._told_late(sent, before)))

    def _told_late(self, sent: Sent, before: Seen | None) -> Past | None:
        """Give what a live message counts as that was written a while ago and is told of for the first time."""
        if before is not None or sent.updated_at is None or sent.updated_at - sent.ts < PROMPT:
            return None
        since = max(self.begun(sent.rid) or sent.updated_at, sent.updated_at - FRESH)
        return Past(since, sent.updated_at, is_live=True)

    def _new(self, sent: Sent, room: Room | None, before: Seen | None, past: Past | None) -> Iterator[Event]:
        if sent.u.username != self.bot:
            is_new = before is None and (past is None or sent.ts >= past.since)
            is_edited = bool(edited_of(sent)) and (before is None or before.edited != edited_of(sent))
            if is_new or is_edited:
                yield from self._written(sent, room, past, is_new=is_new, is_edited=is_edited)
        yield from self._reactions(sent, room, before, past)

    def _written(
        self, sent: Sent, room: Room | None, past: Past | None, *, is_new: bool, is_edited: bool
    ) -> Iterator[Event]:
        is_bot = bool(sent.bot) or self.is_robot(sent.u.username)
        words = None if is_bot else self._words(sent, room)
        if is_new and (words is None or past is None or not past.is_live):  # the time of a late command is over
            yield self._said(sent, room, words, past, is_bot=is_bot)
        if is_edited and words is None:
            yield self._edited(sent, room, is_bot=is_bot)

    def _words(self, sent: Sent, room: Room | None) -> Words | Tap | None:
        return self.grammar.read(plain(sent.msg or ""), is_direct=room is not None and room.is_direct)

    def _said(
        self, sent: Sent, room: Room | None, words: Words | Tap | None, past: Past | None, *, is_bot: bool
    ) -> Event:
        match words:
            case Words():
                return self._command(sent, room, words)
            case Tap():
                return self._tapped(sent, room, words)
            case None:
                return self._posted(sent, room, past, is_bot=is_bot)

    def _posted(self, sent: Sent, room: Room | None, past: Past | None, *, is_bot: bool) -> MessagePosted:
        return MessagePosted(
            key=f"msg:{sent.rid}:{sent.id}",
            platform=PLATFORM,
            at=self.clock.now() - _age(sent, past),
            channel=sent.rid,
            channel_name=_name(room),
            message=sent.id,
            thread=sent.tmid,
            author=sent.u.username,
            author_name=sent.alias or sent.u.name or "",
            text=plain(_text(sent)),
            is_bot=is_bot,
            is_direct=room is not None and room.is_direct,
            is_missed=past is not None,
            aliases=_aliases(sent),
        )

    def _command(self, sent: Sent, room: Room | None, words: Words) -> CommandGiven:
        return CommandGiven(
            key=f"msg:{sent.rid}:{sent.id}",
            platform=PLATFORM,
            at=self.clock.now(),
            name=words.name,
            text=words.text,
            user=sent.u.username,
            channel=sent.rid,
            channel_name=_name(room),
            thread=sent.tmid,
            is_bare=words.is_bare,
        )

    def _tapped(self, sent: Sent, room: Room | None, tap: Tap) -> ButtonPressed:
        return ButtonPressed(
            key=f"msg:{sent.rid}:{sent.id}",
            platform=PLATFORM,
            at=self.clock.now(),
            action=tap.action,
            value=tap.value,
            user=sent.u.username,
            channel=sent.rid,
            channel_name=_name(room),
            thread=sent.tmid,
        )

    def _edited(self, sent: Sent, room: Room | None, *, is_bot: bool) -> MessageEdited:
        return MessageEdited(
            key=f"edit:{sent.rid}:{sent.id}:{edited_of(sent)}",
            platform=PLATFORM,
            at=self.clock.now(),
            channel=sent.rid,
            channel_name=_name(room),
            message=sent.id,
            thread=sent.tmid,
            author=sent.u.username,
            text=plain(_text(sent)),
            is_bot=is_bot,
            aliases=_aliases(sent),
        )

    def deleted(self, room_id: str, message: str, room: Room | None) -> MessageDeleted:
        """Give that a message was taken back."""
        return MessageDeleted(
            key=f"del:{room_id}:{message}",
            platform=PLATFORM,
            at=self.clock.now(),
            channel=room_id,
            channel_name=_name(room),
            message=message,
        )

    def _reactions(self, sent: Sent, room: Room | None, before: Seen | None, past: Past | None) -> Iterator[Event]:
        now, then = marks_of(sent), before or Seen()
        for mark in sorted(now - then.marks):
            if mark[1] != self.bot:
                standing = f"react:{_key(sent, mark)}"[:300]
                # one that is read afterwards has one key, however often, unless it was taken off meanwhile
                is_fresh = mark in then.taken_back or (past is None and before is not None)
                key = f"{standing[:280]}:{_version(sent)}" if is_fresh else standing
                kept = standing if is_fresh else ""
                yield ReactionAdded(
                    key=key, author=self._author(sent), standing=kept, **self._reaction(sent, room, mark)
                )
        for mark in sorted(then.marks - now):
            if mark[1] != self.bot:
                key = f"unreact:{_key(sent, mark)}"[:280] + f":{_version(sent)}"
                yield ReactionRemoved(key=key, **self._reaction(sent, room, mark))

    def _author(self, sent: Sent) -> str:
        is_somebody = not sent.bot and sent.u.username != self.bot and not self.is_robot(sent.u.username)
        return sent.u.username if is_somebody else ""

    def _reaction(self, sent: Sent, room: Room | None, mark: Mark) -> dict[str, Any]:
        return {
            "platform": PLATFORM,
            "at": self.clock.now(),
            "channel": sent.rid,
            "channel_name": _name(room),
            "message": sent.id,
            "user": mark[1],
            "emoji": mark[0],
            "is_bot": self.is_robot(mark[1]),
        }


def _age(sent: Sent, past: Past | None) -> timedelta:
    """Give how long ago a message was written, by the server's clock alone: ours may be another."""
    if past is None or past.now is None:
        return timedelta(0)
    return max(timedelta(0), past.now - sent.ts)


def _key(sent: Sent, mark: Mark) -> str:
    return f"{sent.rid}:{sent.id}:{mark[1]}:{mark[0]}"


def _version(sent: Sent) -> int:
    return 0 if sent.updated_at is None else int(sent.updated_at.timestamp() * 1000)


def _name(room: Room | None) -> str | None:
    return None if room is None else room.name


def _aliases(sent: Sent) -> tuple[str, ...]:
    """Give by what else a bot is known; nothing for people."""
    return tuple(filter(None, (sent.alias, sent.u.name))) if sent.bot else ()


def _text(sent: Sent) -> str:
    """Give a message's text; that of its attachments where it has none of its own, as alerts and files do."""
    if sent.msg or not sent.attachments:
        return sent.msg or ""
    parts = [part for one in sent.attachments for part in (one.title, one.text, one.description) if part]
    return "\n".join(parts)
