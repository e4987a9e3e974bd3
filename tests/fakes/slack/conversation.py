"""What happens in a channel, whoever does it: posting, editing, deleting, reacting, and the events of it."""

import copy
import re

from tests.fakes.slack.workspace import SCOPE_WORD, Channel, Json, SlackError, User, Workspace


def event_name(channel: Channel) -> str:
    return f"message.{SCOPE_WORD[channel.kind]}"


def announce(workspace: Workspace, channel: Channel, event: Json) -> None:
    """Send a message event as Slack shapes it: the message itself plus where it is."""
    stamped = {"type": "message", **event, "channel": channel.id, "channel_type": channel.kind}
    stamped.setdefault("event_ts", stamped["ts"])
    workspace.emit(event_name(channel), copy.deepcopy(stamped), channel)
    mentions_bot = f"<@{workspace.bot_user}" in str(event.get("text", "")) and "subtype" not in event
    if mentions_bot and event.get("user") != workspace.bot_user and not channel.is_direct:
        workspace.emit("app_mention", {**copy.deepcopy(stamped), "type": "app_mention"}, channel)


def add_message(workspace: Workspace, channel: Channel, message: Json) -> Json:
    """Keep a message under a new timestamp, tell its thread, send the event."""
    message = {"type": "message", **message, "ts": workspace.stamp()}
    channel.messages[message["ts"]] = message
    if "thread_ts" in message:
        _count_reply(channel, message)
    announce(workspace, channel, message)
    workspace.changed()
    return message


def _count_reply(channel: Channel, reply: Json) -> None:
    root = channel.messages.get(reply["thread_ts"])
    if root is None:
        return
    users = [*root.get("reply_users", [])]
    if reply.get("user") and reply["user"] not in users:
        users.append(reply["user"])
    root |= {
        "thread_ts": root["ts"],
        "reply_count": root.get("reply_count", 0) + 1,
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": reply["ts"],
    }
    reply.setdefault("parent_user_id", root.get("user"))


def check_thread(channel: Channel, thread_ts: str) -> None:
    """Refuse a reply to what is no thread's root."""
    root = channel.messages.get(thread_ts)
    if root is None or root.get("thread_ts", thread_ts) != thread_ts:
        raise SlackError("cannot_reply_to_message")


def change_message(workspace: Workspace, channel: Channel, ts: str, change: Json, editor: str | None) -> Json:
    """Change a message and send message_changed.

    editor: who edited; None where Slack itself changed it (an unfurled link), which leaves no `edited` mark.
    """
    message = channel.messages[ts]
    before = copy.deepcopy(message)
    message |= change
    stamp = workspace.stamp()
    if editor is not None:
        message["edited"] = {"user": editor, "ts": stamp}
    event = {"subtype": "message_changed", "message": message, "previous_message": before, "hidden": True, "ts": stamp}
    announce(workspace, channel, event)
    workspace.changed()
    return message


def delete_message(workspace: Workspace, channel: Channel, ts: str) -> None:
    """Delete a message; a thread's root with replies stays as a tombstone, as in Slack."""
    message = channel.messages[ts]
    if message.get("reply_count"):
        _bury(workspace, channel, message)
        return
    del channel.messages[ts]
    _uncount_reply(channel, message)
    event = {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": message, "hidden": True}
    announce(workspace, channel, {**event, "ts": workspace.stamp()})
    workspace.changed()


def _bury(workspace: Workspace, channel: Channel, message: Json) -> None:
    tombstone = {"subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": True}
    for key in ("blocks", "attachments", "metadata", "reactions"):
        message.pop(key, None)
    change_message(workspace, channel, message["ts"], tombstone, None)


def _uncount_reply(channel: Channel, message: Json) -> None:
    root = channel.messages.get(message.get("thread_ts", ""))
    if root is not None and root.get("reply_count"):
        root["reply_count"] -= 1


def add_reaction(workspace: Workspace, channel: Channel, ts: str, name: str, user: str) -> None:
    message = workspace.message_of(channel, ts)
    found = _reaction(message, name)
    if found is None:
        found = {"name": name, "users": [], "count": 0}
        message.setdefault("reactions", []).append(found)
    if user in found["users"]:
        raise SlackError("already_reacted")
    found["users"].append(user)
    found["count"] += 1
    _announce_reaction(workspace, channel, message, kind="reaction_added", name=name, user=user)


def remove_reaction(workspace: Workspace, channel: Channel, ts: str, name: str, user: str) -> None:
    message = workspace.message_of(channel, ts)
    found = _reaction(message, name)
    if found is None or user not in found["users"]:
        raise SlackError("no_reaction")
    found["users"].remove(user)
    found["count"] -= 1
    if not found["users"]:
        message["reactions"].remove(found)
    _announce_reaction(workspace, channel, message, kind="reaction_removed", name=name, user=user)


def _reaction(message: Json, name: str) -> Json | None:
    reactions: list[Json] = message.get("reactions", [])
    return next((one for one in reactions if one["name"] == name), None)


def _announce_reaction(
    workspace: Workspace, channel: Channel, message: Json, *, kind: str, name: str, user: str
) -> None:
    event = {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message["ts"]},
        "item_user": message.get("user"),
        "event_ts": workspace.stamp(),
    }
    workspace.emit(kind, event, channel)
    workspace.changed()


def as_typed(workspace: Workspace, text: str, *, named: bool = False) -> str:
    """Give what Slack sends for what a person typed: escaped, with mentions and links encoded.

    named: write people as <@U01|name>, as commands do.
    Encoded mentions of people and channels (<@U01>, <#C01>) are left alone.
    """
    encoded = re.split(r"(<(?:@U\w+|#C\w+)(?:\|[^<>]*)?>)", text)
    return "".join(one if at % 2 else _encode(workspace, one, named) for at, one in enumerate(encoded))


def _encode(workspace: Workspace, text: str, named: bool) -> str:
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = re.sub(r"https?://[^\s&|]+(?:&amp;[^\s&|]+)*", lambda found: f"<{found[0]}>", text)
    text = re.sub(r"(?<!\w)@(here|channel|everyone)\b", r"<!\1>", text)
    people = {one.name: one for one in workspace.users.values()}
    text = re.sub(r"(?<!\w)@([\w.-]+\w)", lambda found: _mention(people, found, named), text)
    rooms = {one.name: one for one in workspace.channels.values() if not one.is_direct}
    return re.sub(r"(?<![\w&])#([\w-]+)", lambda found: _room(rooms, found), text)


def _mention(people: dict[str, User], found: re.Match[str], named: bool) -> str:
    person = people.get(found[1])
    if person is None:
        return found[0]
    return f"<@{person.id}|{person.name}>" if named else f"<@{person.id}>"


def _room(rooms: dict[str, Channel], found: re.Match[str]) -> str:
    room = rooms.get(found[1])
    return found[0] if room is None else f"<#{room.id}|{room.name}>"


def rich_text(text: str, block_id: str) -> list[Json]:
    """Give the block that Slack's own client adds to what people type."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]
