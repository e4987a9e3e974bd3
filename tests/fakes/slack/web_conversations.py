"""conversations.*, as the bot calls them."""

import base64
from collections.abc import Callable
from typing import Any

from tests.fakes.slack import conversation
from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.workspace import SCOPE_WORD, Channel, Json, SlackError, User, Workspace

TYPE_OF_KIND = {"channel": "public_channel", "group": "private_channel", "im": "im", "mpim": "mpim"}
LONGEST_TOPIC = 250


def page(items: list[Any], call: Arguments, default: int, most: int = 1000) -> tuple[list[Any], str]:
    """Give one page of a list, and the cursor to the next ('' at the end)."""
    limit = min(call.number("limit", default) or default, most)
    start = _position(call.text("cursor"))
    following = start + limit
    return items[start:following], _cursor(following) if following < len(items) else ""


def _cursor(position: int) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def _position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except ValueError:
        raise SlackError("invalid_cursor") from None


def _paged(name: str, items: list[Any], cursor: str) -> Json:
    return {"ok": True, name: items, "response_metadata": {"next_cursor": cursor}}


def _need_scope(workspace: Workspace, channel: Channel, verb: str) -> None:
    workspace.require_scope(f"{SCOPE_WORD[channel.kind]}:{verb}")


def list_channels(workspace: Workspace, call: Arguments) -> Json:
    return _list(workspace, call, lambda channel: channel.kind == "channel" or workspace.bot_user in channel.members)


def list_own_channels(workspace: Workspace, call: Arguments) -> Json:
    return _list(workspace, call, lambda channel: workspace.bot_user in channel.members)


def _list(workspace: Workspace, call: Arguments, seen: Callable[[Channel], bool]) -> Json:
    types = call.words("types") or ["public_channel"]
    kinds = [kind for kind, name in TYPE_OF_KIND.items() if name in types]
    if set(types) - set(TYPE_OF_KIND.values()):
        raise SlackError("invalid_types")
    for kind in kinds:
        workspace.require_scope(f"{SCOPE_WORD[kind]}:read")
    hide = call.flag("exclude_archived")
    found = [
        one.to_json(workspace.bot_user)
        for one in workspace.channels.values()
        if one.kind in kinds and seen(one) and not (hide and one.is_archived)
    ]
    return _paged("channels", *page(found, call, 100))


def info(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    _need_scope(workspace, channel, "read")
    return {"ok": True, "channel": channel.to_json(workspace.bot_user)}


def open_direct(workspace: Workspace, call: Arguments) -> Json:
    if call.text("channel"):
        channel = workspace.visible_channel(call.text("channel"))
        return {"ok": True, "channel": {"id": channel.id}}
    people = call.words("users")
    if not people:
        raise SlackError("users_list_not_supplied")
    if len(people) > 8:
        raise SlackError("too_many_users")
    workspace.require_scope("im:write" if len(people) == 1 else "mpim:write")
    for one in people:
        if workspace.user_of(one).deleted:
            raise SlackError("user_disabled")
    channel = workspace.direct_channel([workspace.bot_user, *people])
    full = channel.to_json(workspace.bot_user) if call.flag("return_im") else {"id": channel.id}
    return {"ok": True, "channel": full}


def history(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    _need_scope(workspace, channel, "history")
    channel = workspace.joined_channel(channel.id)
    found = [one for one in _between(channel.messages, call) if _is_in_channel(one)]
    items, cursor = page(found[::-1], call, 100, 999)
    shown = [_shown(one, call) for one in items]
    return _paged("messages", shown, cursor) | {"has_more": bool(cursor), "pin_count": 0}


def replies(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    _need_scope(workspace, channel, "history")
    channel = workspace.joined_channel(channel.id)
    ts = call.need("ts", "thread_not_found")
    if ts not in channel.messages:
        raise SlackError("thread_not_found")
    root, *answers = channel.thread(channel.messages[ts].get("thread_ts", ts))
    wanted = _between({one["ts"]: one for one in answers}, call)
    items, cursor = page([root, *wanted], call, 1000)
    return _paged("messages", [_shown(one, call) for one in items], cursor) | {"has_more": bool(cursor)}


def _is_in_channel(message: Json) -> bool:
    is_reply = message.get("thread_ts", message["ts"]) != message["ts"]
    return not is_reply or message.get("subtype") == "thread_broadcast"


def _between(messages: dict[str, Json], call: Arguments) -> list[Json]:
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    if call.flag("inclusive"):
        return [
            one for ts, one in messages.items() if oldest <= _order(ts) and (latest == (0, 0) or _order(ts) <= latest)
        ]
    return [one for ts, one in messages.items() if oldest < _order(ts) and (latest == (0, 0) or _order(ts) < latest)]


def _moment(call: Arguments, name: str) -> tuple[int, int]:
    try:
        return _order(call.text(name, "0"))
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _order(ts: str) -> tuple[int, int]:
    seconds, _, fraction = ts.partition(".")
    return int(seconds), int(f"{fraction:0<6}"[:6])


def _shown(message: Json, call: Arguments) -> Json:
    """Give a message as history shows it: its metadata only to who asks for it."""
    if call.flag("include_all_metadata"):
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


def members(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    _need_scope(workspace, channel, "read")
    return _paged("members", *page(channel.members, call, 100))


def join(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    was_member = workspace.bot_user in channel.members
    add_member(workspace, channel, workspace.bot_user)
    warning = {"warning": "already_in_channel"} if was_member else {}
    return {"ok": True, "channel": channel.to_json(workspace.bot_user)} | warning


def add_member(workspace: Workspace, channel: Channel, user: str) -> None:
    if user in channel.members:
        return
    channel.members.append(user)
    event = {"type": "member_joined_channel", "user": user, "channel": channel.id, "channel_type": channel.id[0]}
    event |= {"team": workspace.team_id, "event_ts": workspace.stamp()}
    workspace.emit("member_joined_channel", event, channel)
    text = f"<@{user}> has joined the channel"
    conversation.add_message(workspace, channel, {"subtype": "channel_join", "user": user, "text": text})


def set_topic(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    word = SCOPE_WORD[channel.kind]
    workspace.require_scope(f"{word}:manage" if channel.kind == "channel" else f"{word}:write", f"{word}:write.topic")
    channel = workspace.joined_channel(channel.id)
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if len(call.text("topic")) > LONGEST_TOPIC:
        raise SlackError("too_long")
    channel.topic = call.text("topic")
    message = {"subtype": "channel_topic", "user": workspace.bot_user, "topic": channel.topic}
    message["text"] = f"set the channel topic: {channel.topic}"
    conversation.add_message(workspace, channel, message)
    return {"ok": True, "channel": channel.to_json(workspace.bot_user)}


def users_info(workspace: Workspace, call: Arguments) -> Json:
    user = workspace.user_of(call.need("user", "user_not_found"))
    return {"ok": True, "user": _person(workspace, user)}


def users_list(workspace: Workspace, call: Arguments) -> Json:
    return _paged("members", *page([_person(workspace, one) for one in workspace.users.values()], call, 1000))


def _person(workspace: Workspace, user: User) -> Json:
    return user.to_json(email="users:read.email" in workspace.scopes)


def lookup_by_email(workspace: Workspace, call: Arguments) -> Json:
    for user in workspace.users.values():
        if user.email == call.need("email") and not user.deleted:
            return {"ok": True, "user": _person(workspace, user)}
    raise SlackError("users_not_found")
