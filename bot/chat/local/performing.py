"""What the bot says in the local chat: one function for each effect, each done once for a key."""

import sqlite3

from bot.chat.local import entries, view
from bot.chat.local.cast import BOT
from bot.chat.local.entries import Draft
from bot.chat.local.platform import Change, NotThere, Place, Platform, direct_channel
from bot.chat.port import Remote
from models.effects import Direct, Edit, Effect, Home, Post, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed
from models.message import Message


def perform(platform: Platform, effect: Effect, key: str, target: Remote | None) -> Remote:
    """Do one effect, or give what became of it where this key was there before. Raises DeliveryFailed."""
    try:
        with platform.change() as change:
            done = _sent(change.db, key)
            if done is None:
                done = _do(platform, change, effect, target)
                change.db.execute("INSERT INTO sent VALUES (?, ?, ?)", (key, done.channel, done.message))
            return done
    except NotThere as error:
        raise DeliveryFailed(str(error), permanent=True) from error
    except sqlite3.Error as error:
        raise DeliveryFailed(f"the local chat's store failed: {error}") from error


def find(platform: Platform, key: str) -> Remote | None:
    """Give what became of the effect with this key; None where it was never done. Raises DeliveryFailed."""
    try:
        with platform.archive.transaction() as db:
            return _sent(db, key)
    except sqlite3.Error as error:
        raise DeliveryFailed(f"the local chat's store failed: {error}") from error


def _sent(db: sqlite3.Connection, key: str) -> Remote | None:
    row = db.execute("SELECT channel, message FROM sent WHERE key = ?", (key,)).fetchone()
    return None if row is None else Remote(row["channel"], row["message"])


def _do(platform: Platform, change: Change, effect: Effect, target: Remote | None) -> Remote:  # noqa: PLR0911 - one for each effect
    match effect:
        case Post():
            place = platform.place(change.db, effect.channel)
            return _post(platform, change, place, effect.message, platform.root(change.db, place, effect.thread))
        case Direct():
            _recipient(platform, change, effect.user)
            place = platform.place(change.db, direct_channel(effect.user))
            return _post(platform, change, place, effect.message, None)
        case Edit():
            return _edit(platform, change, effect.message, target)
        case React():
            return _react(platform, change, effect)
        case Private():
            return _private(platform, change, effect)
        case Topic():
            return _topic(platform, change, effect)
        case UserGroup():
            return _group(platform, change, effect)
        case Home():
            return Remote(f"home:{effect.user}")  # there is no such page here


def _post(platform: Platform, change: Change, place: Place, message: Message, thread: str | None) -> Remote:
    draft = Draft(
        channel=place.id, author=BOT, at=platform.now(), text=message.plain(), body=message, thread=thread
    )  # fmt: skip
    return Remote(place.id, platform.say(change, draft).id)


def _recipient(platform: Platform, change: Change, user: str) -> None:
    try:
        platform.require_member(change.db, user)
    except NotThere as error:
        raise DeliveryFailed(str(error), permanent=True, recipient=True) from error


def _edit(platform: Platform, change: Change, message: Message, target: Remote | None) -> Remote:
    if target is None or target.message is None:
        raise DeliveryFailed("an edit needs to know where its post went", permanent=True)
    place = platform.place(change.db, target.channel)
    entry = platform.entry(change.db, place, target.message)
    if entry.author != BOT or entry.is_deleted:
        raise DeliveryFailed("only a message of the bot's own can be edited", permanent=True)
    platform.rewrite(change, entry, message.plain(), message)
    return target


def _react(platform: Platform, change: Change, effect: React) -> Remote:
    place = platform.place(change.db, effect.channel)
    entry = platform.entry(change.db, place, effect.message)
    if entry.is_deleted:
        raise DeliveryFailed("the message was deleted", permanent=True)
    (entries.react if effect.is_wanted else entries.unreact)(change.db, entry.id, BOT, effect.emoji)
    platform.shown(change, entry)
    return Remote(place.id)


def _private(platform: Platform, change: Change, effect: Private) -> Remote:
    _recipient(platform, change, effect.user)
    place = platform.place(change.db, effect.channel, effect.user)
    root = platform.root(change.db, place, effect.thread)
    return Remote(place.id, platform.whisper(change, place, effect.user, effect.message, thread=root, about="").id)


def _topic(platform: Platform, change: Change, effect: Topic) -> Remote:
    place = platform.place(change.db, effect.channel)
    cursor = change.db.execute(
        "UPDATE channels SET topic = ? WHERE id = ? AND topic <> ?", (effect.text, place.id, effect.text)
    )
    if cursor.rowcount:
        change.tell({"type": "topic", "channel": place.id, "topic": effect.text}, place.owner)
    return Remote(place.id)


def _group(platform: Platform, change: Change, effect: UserGroup) -> Remote:
    for user in effect.users:
        _recipient(platform, change, user)
    change.db.execute(
        "INSERT INTO groups VALUES (?, ?) ON CONFLICT DO UPDATE SET members = excluded.members",
        (effect.group, " ".join(effect.users)),
    )
    change.tell({"type": "groups", "groups": view.groups(change.db)})
    return Remote(f"group:{effect.group}")
