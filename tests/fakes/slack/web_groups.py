"""auth.*, bots.*, team.* and usergroups.*, as the bot calls them."""

from tests.fakes.slack.arguments import Arguments
from tests.fakes.slack.workspace import Json, SlackError, Usergroup, Workspace


def auth_test(workspace: Workspace, _call: Arguments) -> Json:
    return {
        "ok": True,
        "url": f"https://{workspace.team_domain}.slack.com/",
        "team": workspace.team_domain,
        "user": workspace.bot_name,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "is_enterprise_install": False,
    }


def bots_info(workspace: Workspace, call: Arguments) -> Json:
    if call.text("bot") != workspace.bot_id:
        raise SlackError("bot_not_found")
    known = {"id": workspace.bot_id, "app_id": workspace.app_id, "user_id": workspace.bot_user}
    return {"ok": True, "bot": known | {"name": workspace.bot_name, "deleted": False}}


def team_info(workspace: Workspace, _call: Arguments) -> Json:
    return {"ok": True, "team": {"id": workspace.team_id, "name": "Example", "domain": workspace.team_domain}}


def list_groups(workspace: Workspace, call: Arguments) -> Json:
    disabled = call.flag("include_disabled")
    users = call.flag("include_users")
    shown = [one for one in workspace.usergroups.values() if one.is_enabled or disabled]
    return {"ok": True, "usergroups": [one.to_json(users=users) for one in shown]}


def list_group_users(workspace: Workspace, call: Arguments) -> Json:
    return {"ok": True, "users": list(_group(workspace, call).users)}


def _group(workspace: Workspace, call: Arguments) -> Usergroup:
    group = workspace.usergroups.get(call.need("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def _writable(workspace: Workspace, call: Arguments) -> Usergroup:
    if not workspace.usergroups_allowed:
        raise SlackError("permission_denied")
    return _group(workspace, call)


def update_group_users(workspace: Workspace, call: Arguments) -> Json:
    """Replace the whole list; it cannot be emptied and takes neither bots, guests nor the deactivated."""
    group = _writable(workspace, call)
    people = call.words("users")
    if not people:
        raise SlackError("no_users_provided")
    for one in people:
        user = workspace.users.get(one)
        if user is None or user.deleted or user.is_bot or user.is_restricted:
            raise SlackError("invalid_users")
    group.users = list(dict.fromkeys(people))
    return _told(workspace, group)


def enable_group(workspace: Workspace, call: Arguments) -> Json:
    group = _writable(workspace, call)
    group.is_enabled = True
    return _told(workspace, group)


def disable_group(workspace: Workspace, call: Arguments) -> Json:
    group = _writable(workspace, call)
    group.is_enabled = False
    return _told(workspace, group)


def _told(workspace: Workspace, group: Usergroup) -> Json:
    event = {"type": "subteam_updated", "subteam": group.to_json(), "event_ts": workspace.stamp()}
    workspace.emit("subteam_updated", event, None)
    workspace.changed()
    return {"ok": True, "usergroup": group.to_json()}
