"""Response URLs: five uses within thirty minutes."""

import time

from tests.fakes.slack import conversation
from tests.fakes.slack.blocks import check_blocks, with_ids
from tests.fakes.slack.web_chat import add_ephemeral
from tests.fakes.slack.workspace import Channel, Json, ResponseUrl, SlackError, Workspace

MOST_USES = 5
LIFE = 30 * 60.0


def new_url(
    workspace: Workspace, root: str, user: str, channel: str, message_ts: str | None
) -> tuple[str, ResponseUrl]:
    key = workspace.new_id("r")
    record = workspace.response_urls[key] = ResponseUrl(user, channel, time.monotonic(), message_ts)
    return f"{root}response/{key}", record


def respond(workspace: Workspace, key: str, values: Json) -> tuple[int, str]:
    """Answer a post to a response URL with status and body."""
    record = workspace.response_urls.get(key)
    if record is None:
        return 404, '{"ok":false,"error":"no_such_url"}'
    if record.uses >= MOST_USES:
        return 404, '{"ok":false,"error":"used_url"}'
    if time.monotonic() - record.issued > LIFE:
        return 404, '{"ok":false,"error":"expired_url"}'
    record.uses += 1
    try:
        say(workspace, record, values)
    except SlackError as refusal:
        return 400 if refusal.error.startswith("invalid") else 500, refusal.error
    return 200, "ok"


def say(workspace: Workspace, record: ResponseUrl, values: Json | None) -> None:
    """Show what an acknowledgement or a response URL says: to one person unless it is for the channel."""
    if not values:
        return
    content = _content(workspace, values)
    channel = workspace.channels[record.channel]
    if values.get("delete_original"):
        _delete_original(workspace, channel, record)
    elif values.get("replace_original") and record.message_ts:
        _replace_original(workspace, channel, record.message_ts, content)
    elif values.get("response_type") == "in_channel":
        own = {"bot_id": workspace.bot_id, "app_id": workspace.app_id, "user": workspace.bot_user}
        conversation.add_message(workspace, channel, own | content)
    elif content["text"] or content.get("blocks"):
        add_ephemeral(workspace, channel, record.user, content)


def _content(workspace: Workspace, values: Json) -> Json:
    content: Json = {"text": str(values.get("text") or "")}
    if values.get("blocks"):
        check_blocks(values["blocks"])
        content["blocks"] = with_ids(values["blocks"], workspace.new_id)
    if values.get("thread_ts"):
        content["thread_ts"] = values["thread_ts"]
    return content


def _replace_original(workspace: Workspace, channel: Channel, ts: str, content: Json) -> None:
    for one in workspace.ephemerals:
        if one.message["ts"] == ts:
            one.message |= content
            workspace.changed()
            return
    if ts in channel.messages:
        conversation.change_message(workspace, channel, ts, content, workspace.bot_user)


def _delete_original(workspace: Workspace, channel: Channel, record: ResponseUrl) -> None:
    workspace.ephemerals[:] = [one for one in workspace.ephemerals if one.message["ts"] != record.message_ts]
    if record.message_ts in channel.messages:
        conversation.delete_message(workspace, channel, record.message_ts or "")
    workspace.changed()
