"""The payloads that Slack sends to a bot."""

import copy
from typing import Any

from tests.fakes.slack.web_views import new_trigger
from tests.fakes.slack.workspace import Channel, Json, User, Workspace

VERIFICATION_TOKEN = "verification-token"  # the old one, which Slack still sends along


def event_callback(workspace: Workspace, event: Json) -> Json:
    """Wrap an event. event_context and authorizations are as for an app installed once in one workspace."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(float(event.get("event_ts", 0))),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": workspace.new_id("4-"),
    }


def command_form(
    workspace: Workspace, user: User, channel: Channel, *, command: str, text: str, response_url: str
) -> Json:
    names = {"im": "directmessage", "mpim": "directmessage", "group": "privategroup"}
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.team_domain,
        "channel_id": channel.id,
        "channel_name": names.get(channel.kind, channel.name),
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": new_trigger(workspace, user.id),
    }


def interaction(workspace: Workspace, kind: str, user: User) -> Json:
    """Give what every interaction carries."""
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team_id},
        "team": {"id": workspace.team_id, "domain": workspace.team_domain},
        "api_app_id": workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": new_trigger(workspace, user.id),
    }


def find_element(blocks: list[Json], action_id: str) -> tuple[Json, Json]:
    """Give the block and the element that a person would press or fill."""
    for block in blocks:
        elements = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in elements:
            if isinstance(element, dict) and action_id in {element.get("action_id"), element.get("value")}:
                return block, element
    raise LookupError(f"nobody could press {action_id!r}: there is no such element")


def action(block: Json, element: Json, ts: str, value: Any = None) -> Json:
    """Give the one action of a block_actions payload."""
    base: Json = {
        key: copy.deepcopy(element[key]) for key in ("type", "action_id", "text", "value", "style") if key in element
    }
    base |= {"block_id": block["block_id"], "action_ts": ts}
    return base | ({} if element["type"] == "button" else chosen(element, value))


def input_state(view: Json, values: dict[str, Any]) -> Json:
    """Give state.values of a submitted modal.

    values: by block_id or action_id; what is left out keeps its initial value.
    Raises ValueError where Slack's own client would not let the person submit.
    """
    state: Json = {}
    unknown = set(values)
    for block in view["blocks"]:
        element = block.get("element") or block.get("accessory")
        if not element or "action_id" not in element:
            continue
        keys = {block["block_id"], element["action_id"]}
        unknown -= keys
        value = next((values[key] for key in keys if key in values), None)
        answer = chosen(element, value)
        _refuse_incomplete(block, element, answer)
        state.setdefault(block["block_id"], {})[element["action_id"]] = answer
    if unknown:
        raise ValueError(f"the form has no field {sorted(unknown)}")
    return state


def _refuse_incomplete(block: Json, element: Json, answer: Json) -> None:
    given = next((part for key, part in answer.items() if key != "type"), None)
    if block["type"] == "input" and not block.get("optional") and given in (None, "", []):
        raise ValueError(f"{block['block_id']}: please complete this required field")
    longest = element.get("max_length")
    if longest and isinstance(given, str) and len(given) > longest:
        raise ValueError(f"{block['block_id']}: more than {longest} characters")


def chosen(element: Json, value: Any) -> Json:
    """Give the state of one element: what the person chose, or else its initial value."""
    kind = element["type"]
    single = {
        "users_select": "user",
        "conversations_select": "conversation",
        "channels_select": "channel",
        "datepicker": "date",
        "timepicker": "time",
        "datetimepicker": "date_time",
        "multi_users_select": "users",
        "multi_conversations_select": "conversations",
        "multi_channels_select": "channels",
    }
    if kind in single:
        return {"type": kind, f"selected_{single[kind]}": value or element.get(f"initial_{single[kind]}")}
    if kind in {"static_select", "radio_buttons", "overflow"}:
        return {"type": kind, "selected_option": _option(element, value) or element.get("initial_option")}
    if kind in {"checkboxes", "multi_static_select"}:
        options = element.get("initial_options", []) if value is None else [_option(element, one) for one in value]
        return {"type": kind, "selected_options": options}
    given = element.get("initial_value") if value is None else str(value)
    return {"type": kind, "value": given or None}


def _option(element: Json, value: Any) -> Json | None:
    if value is None:
        return None
    groups = element.get("option_groups", [])
    options = [*element.get("options", []), *(one for group in groups for one in group["options"])]
    for option in options:
        if value in (option["value"], option["text"]["text"]):
            return {key: copy.deepcopy(option[key]) for key in ("text", "value")}
    raise ValueError(f"nobody could choose {value!r}")
