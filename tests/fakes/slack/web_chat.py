"""chat.* and reactions.*, as the bot calls them."""

import json
import re
from typing import Any

from tests.fakes.slack import conversation
from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.blocks import check_blocks, with_ids
from tests.fakes.slack.web_files import check_pictures
from tests.fakes.slack.workspace import Channel, Ephemeral, Json, SlackError, Workspace

LONGEST_POST = 40_000
LONGEST_UPDATE = 4_000
LONGEST_EPHEMERAL = 40_000
MOST_ATTACHMENTS = 100
LARGEST_METADATA = 8_000


def post_message(workspace: Workspace, call: Arguments) -> Json:
    channel = _target(workspace, call.need("channel", "channel_not_found"))
    _check_open(workspace, channel)
    content = read_content(workspace, call)
    thread_ts = call.text("thread_ts")
    if thread_ts:
        conversation.check_thread(channel, thread_ts)
        content["thread_ts"] = thread_ts
    if thread_ts and call.flag("reply_broadcast"):
        content["subtype"] = "thread_broadcast"
    was_cut = len(content["text"]) > LONGEST_POST
    content["text"] = content["text"][:LONGEST_POST]
    message = conversation.add_message(workspace, channel, bot_fields(workspace, call) | content)
    answer = {"ok": True, "channel": channel.id, "ts": message["ts"], "message": message}
    return answer | ({"warning": "message_truncated"} if was_cut else {})


def _target(workspace: Workspace, channel_id: str) -> Channel:
    """Give the channel to post to: by id, by name, or a person's direct messages."""
    if channel_id in workspace.users:
        if workspace.users[channel_id].deleted:
            raise SlackError("channel_not_found")
        return workspace.direct_channel([workspace.bot_user, channel_id])
    by_name = {one.name: one.id for one in workspace.channels.values() if not one.is_direct}
    return workspace.visible_channel(by_name.get(channel_id.removeprefix("#"), channel_id))


def _check_open(workspace: Workspace, channel: Channel) -> None:
    if channel.is_archived:
        raise SlackError("is_archived")
    if workspace.bot_user not in channel.members and "chat:write.public" not in workspace.scopes:
        raise SlackError("not_in_channel")
    others = [workspace.users[one] for one in channel.members if one in workspace.users and one != workspace.bot_user]
    if channel.kind == "im" and others and others[0].deleted:
        raise SlackError("channel_not_found")


def bot_fields(workspace: Workspace, call: Arguments) -> Json:
    """Give what Slack writes on a message of the bot's: under a name of its own it is a bot_message."""
    known = {"bot_id": workspace.bot_id, "app_id": workspace.app_id, "team": workspace.team_id}
    if call.text("username"):
        workspace.require_scope("chat:write.customize")
        return known | {"subtype": "bot_message", "username": call.text("username")}
    profile = {"id": workspace.bot_id, "app_id": workspace.app_id, "name": workspace.bot_name, "deleted": False}
    return known | {"user": workspace.bot_user, "bot_profile": profile}


def read_content(workspace: Workspace, call: Arguments) -> Json:
    """Give text, blocks, attachments and metadata, checked."""
    blocks = call.structure("blocks", "invalid_blocks_format")
    attachments = call.structure("attachments", "invalid_attachments")
    metadata = call.structure("metadata", "invalid_metadata_format")
    if not call.text("text") and not blocks and not attachments:
        raise SlackError("no_text")
    content: Json = {"text": call.text("text")}
    if blocks:
        check_blocks(blocks)
        check_pictures(workspace, blocks)
        content["blocks"] = with_ids(blocks, workspace.new_id)
    if attachments:
        content["attachments"] = _attachments(attachments)
    if metadata:
        content["metadata"] = _metadata(metadata)
    return content


def _attachments(attachments: Any) -> list[Json]:
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for one in attachments:
        if "blocks" in one:
            check_blocks(one["blocks"])
    return [{"id": at, **one} for at, one in enumerate(attachments, 1)]


def _metadata(metadata: Any) -> Json:
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format")
    if not re.fullmatch(r"[A-Za-z0-9_]{1,255}", str(metadata["event_type"])):
        raise SlackError("invalid_metadata_schema")
    if not isinstance(metadata["event_payload"], dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > LARGEST_METADATA:
        raise SlackError("metadata_too_large")
    return metadata


def post_ephemeral(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    _check_open(workspace, channel)
    user = call.need("user", "user_not_in_channel")
    if user not in channel.members or workspace.user_of(user).deleted:
        raise SlackError("user_not_in_channel")
    content = read_content(workspace, call)
    if len(content["text"]) > LONGEST_EPHEMERAL:
        raise SlackError("msg_too_long")
    if call.text("thread_ts"):
        conversation.check_thread(channel, call.text("thread_ts"))
        content["thread_ts"] = call.text("thread_ts")
    message = add_ephemeral(workspace, channel, user, content)
    return {"ok": True, "message_ts": message["ts"]}


def add_ephemeral(workspace: Workspace, channel: Channel, user: str, content: Json) -> Json:
    """Show something to one person; no event tells of it."""
    message = {"type": "message", "bot_id": workspace.bot_id, **content, "ts": workspace.stamp(), "is_ephemeral": True}
    workspace.ephemerals.append(Ephemeral(channel.id, user, message))
    workspace.changed()
    return message


def update_message(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    message = workspace.message_of(channel, call.need("ts", "message_not_found"))
    if message.get("bot_id") != workspace.bot_id:
        raise SlackError("cant_update_message")
    change = read_content(workspace, call)
    if len(change["text"]) > LONGEST_UPDATE:
        raise SlackError("msg_too_long")
    if "blocks" not in change and call.values.get("blocks") is None:
        message.pop("blocks", None)
    message = conversation.change_message(workspace, channel, message["ts"], change, workspace.bot_user)
    return {"ok": True, "channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


def delete_message(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    message = workspace.message_of(channel, call.need("ts", "message_not_found"))
    if message.get("bot_id") != workspace.bot_id:
        raise SlackError("cant_delete_message")
    conversation.delete_message(workspace, channel, message["ts"])
    return {"ok": True, "channel": channel.id, "ts": message["ts"]}


def get_permalink(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.visible_channel(call.need("channel", "channel_not_found"))
    message = workspace.message_of(channel, call.need("message_ts", "message_not_found"))
    link = f"https://{workspace.team_domain}.slack.com/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    thread = message.get("thread_ts", message["ts"])
    suffix = "" if thread == message["ts"] else f"?thread_ts={thread}&cid={channel.id}"
    return {"ok": True, "channel": channel.id, "permalink": link + suffix}


def add_reaction(workspace: Workspace, call: Arguments) -> Json:
    channel, name = _reaction_target(workspace, call)
    if channel.is_archived:
        raise SlackError("is_archived")
    conversation.add_reaction(workspace, channel, call.text("timestamp"), name, workspace.bot_user)
    return {"ok": True}


def remove_reaction(workspace: Workspace, call: Arguments) -> Json:
    channel, name = _reaction_target(workspace, call)
    conversation.remove_reaction(workspace, channel, call.text("timestamp"), name, workspace.bot_user)
    return {"ok": True}


def _reaction_target(workspace: Workspace, call: Arguments) -> tuple[Channel, str]:
    name = call.need("name", "invalid_name").strip(":")
    if not workspace.known_emoji(name):
        raise SlackError("invalid_name")
    if not re.fullmatch(r"\d+\.\d{6}", call.need("timestamp", "no_item_specified")):
        raise SlackError("bad_timestamp")
    return workspace.joined_channel(call.need("channel", "no_item_specified")), name


def get_reactions(workspace: Workspace, call: Arguments) -> Json:
    channel = workspace.joined_channel(call.need("channel", "no_item_specified"))
    message = workspace.message_of(channel, call.need("timestamp", "no_item_specified"))
    return {"ok": True, "type": "message", "channel": channel.id, "message": message}
