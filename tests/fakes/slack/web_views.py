"""views.*, triggers, and what the bot does to a modal in its acknowledgement."""

import re
import time
from typing import Any

from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.blocks import check_view, with_ids
from tests.fakes.slack.workspace import Json, SlackError, Trigger, View, Workspace

MOST_VIEWS_IN_STACK = 3


def new_trigger(workspace: Workspace, user: str) -> str:
    trigger_id = f"{workspace.new_id('1')}.{workspace.new_id('2')}.{workspace.new_id('abc')}"
    workspace.triggers[trigger_id] = Trigger(user, time.monotonic())
    return trigger_id


def _use_trigger(workspace: Workspace, call: Arguments) -> str:
    """Give whose trigger it is; each is good once and for three seconds."""
    trigger_id = call.need("trigger_id")
    trigger = workspace.triggers.get(trigger_id)
    if trigger is None or not re.fullmatch(r"\d+\.\d+\.\w+", trigger_id):
        raise SlackError("invalid_trigger_id")
    if trigger.is_used:
        raise SlackError("exchanged_trigger_id")
    if time.monotonic() - trigger.issued > workspace.trigger_life:
        raise SlackError("expired_trigger_id")
    trigger.is_used = True
    return trigger.user


def open_view(workspace: Workspace, call: Arguments) -> Json:
    sent = _sent_view(call, "modal")
    user = _use_trigger(workspace, call)
    view = keep_view(workspace, user, sent)
    return {"ok": True, "view": view.body}


def push_view(workspace: Workspace, call: Arguments) -> Json:
    sent = _sent_view(call, "modal")
    user = _use_trigger(workspace, call)
    stack = open_views(workspace, user)
    if not stack:
        raise SlackError("not_found")
    view = push_on(workspace, stack[-1], sent)
    return {"ok": True, "view": view.body}


def open_views(workspace: Workspace, user: str) -> list[View]:
    return [one for one in workspace.views.values() if one.user == user and one.is_open]


def push_on(workspace: Workspace, below: View, sent: Json) -> View:
    if len(open_views(workspace, below.user)) >= MOST_VIEWS_IN_STACK:
        raise SlackError("push_limit_reached")
    view = keep_view(workspace, below.user, sent)
    view.body |= {"previous_view_id": below.body["id"], "root_view_id": below.body["root_view_id"]}
    return view


def update_view(workspace: Workspace, call: Arguments) -> Json:
    sent = _sent_view(call, "modal")
    view = _found_view(workspace, call)
    _check_hash(view, call)
    replace_view(workspace, view, sent)
    return {"ok": True, "view": view.body}


def _found_view(workspace: Workspace, call: Arguments) -> View:
    external = call.text("external_id")
    for view_id, view in workspace.views.items():
        if view.is_open and (view_id == call.text("view_id") or (external and view.body["external_id"] == external)):
            return view
    raise SlackError("not_found")


def _check_hash(view: View, call: Arguments) -> None:
    if call.text("hash") and call.text("hash") != view.body["hash"]:
        raise SlackError("hash_conflict")


def publish_view(workspace: Workspace, call: Arguments) -> Json:
    sent = _sent_view(call, "home")
    user = call.need("user_id")
    workspace.user_of(user)
    home = workspace.homes.get(user)
    if home is None:
        home = workspace.homes[user] = View(user, _body(workspace, workspace.new_id("V"), sent))
    else:
        _check_hash(home, call)
        replace_view(workspace, home, sent)
    workspace.changed()
    return {"ok": True, "view": home.body}


def _sent_view(call: Arguments, kind: str) -> Json:
    view: Any = call.structure("view", "invalid_arguments")
    check_view(view, kind)
    checked: Json = view
    return checked


def keep_view(workspace: Workspace, user: str, sent: Json) -> View:
    if sent.get("external_id") and any(
        one.is_open and one.body["external_id"] == sent["external_id"] for one in workspace.views.values()
    ):
        raise SlackError("duplicate_external_id")
    view = View(user, _body(workspace, workspace.new_id("V"), sent))
    workspace.views[view.body["id"]] = view
    workspace.changed()
    return view


def replace_view(workspace: Workspace, view: View, sent: Json) -> None:
    kept = {key: view.body[key] for key in ("root_view_id", "previous_view_id")}
    view.body = _body(workspace, view.body["id"], sent) | kept
    workspace.changed()


def _body(workspace: Workspace, view_id: str, sent: Json) -> Json:
    """Give a view as Slack sends it back: what was sent, with every field that has a default filled."""
    defaults: Json = {
        "callback_id": "",
        "private_metadata": "",
        "external_id": "",
        "clear_on_close": False,
        "notify_on_close": False,
        "close": None,
        "submit": None,
    }
    own: Json = {
        "id": view_id,
        "team_id": workspace.team_id,
        "app_id": workspace.app_id,
        "bot_id": workspace.bot_id,
        "blocks": with_ids(sent["blocks"], workspace.new_id),
        "state": {"values": {}},
        "hash": f"{workspace.stamp().split('.')[0]}.{workspace.new_id('h')}",
        "root_view_id": view_id,
        "previous_view_id": None,
    }
    return defaults | sent | own


def follow_answer(workspace: Workspace, view: View, answer: Json | None) -> Json:
    """Do to a submitted modal what the acknowledgement says; give the errors to show (field to text)."""
    action = (answer or {}).get("response_action")
    if not action:
        view.is_open = False
    elif action == "errors":
        return _shown_errors(view, answer or {})
    elif action == "clear":
        for one in open_views(workspace, view.user):
            one.is_open = False
    elif action in {"update", "push"}:
        _new_view(workspace, view, action, (answer or {}).get("view"))
    else:
        raise SlackError("invalid_arguments")
    return {}


def _shown_errors(view: View, answer: Json) -> Json:
    errors: Json = answer.get("errors") or {}
    fields = {one["block_id"] for one in view.body["blocks"] if one["type"] == "input"}
    if not errors or set(errors) - fields:
        raise SlackError("invalid_arguments")
    return errors


def _new_view(workspace: Workspace, view: View, action: str, sent: Any) -> None:
    check_view(sent, "modal")
    if action == "update":
        replace_view(workspace, view, sent)
    else:
        push_on(workspace, view, sent)
