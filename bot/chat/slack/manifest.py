"""The manifest of the Slack app: exactly what the bot serves, hears and may do. Pure.

Source: Slack, app manifest reference.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.chat.slack.checking import scopes
from bot.chat.slack.render import Json
from bot.chat.slack.web import PATH
from models.policy import Policy

SUBSCRIPTIONS: Mapping[str, Sequence[str]] = {
    "app_home_opened": ("app_home_opened",),
    "channel_archive": ("channel_archive",),
    "channel_left": ("channel_left",),
    "channel_rename": ("channel_rename",),
    "channel_unarchive": ("channel_unarchive",),
    "group_archive": ("group_archive",),
    "group_left": ("group_left",),
    "group_rename": ("group_rename",),
    "group_unarchive": ("group_unarchive",),
    "member_joined_channel": ("member_joined_channel",),
    "message": ("message.channels", "message.groups", "message.im"),
    "reaction_added": ("reaction_added",),
    "reaction_removed": ("reaction_removed",),
    "user_change": ("user_change",),
}
"""What the app subscribes to for each kind of event that the listener takes."""

DESCRIPTION, LONGEST_DESCRIPTION = "Reads support requests and pings who is on call", 140


@dataclass(frozen=True, slots=True)
class Entry:
    """A shortcut, as Slack's menus show it."""

    action: str
    label: str
    about: str
    on_message: bool


@dataclass(frozen=True, slots=True)
class Served:
    """What the bot serves. commands: each name without its slash, and what it is for."""

    commands: Mapping[str, str]
    shortcuts: Sequence[Entry]


def manifest(policy: Policy, served: Served, mode: Literal["socket", "http"] = "socket", public_url: str = "") -> Json:
    """Give the manifest for a configuration. public_url: for mode `http`, where Slack reaches the bot."""
    url = f"{public_url.rstrip('/') or 'https://YOUR-ADDRESS'}{PATH}" if mode == "http" else ""
    at = {"request_url": url} if url else {}
    events = sorted(name for names in SUBSCRIPTIONS.values() for name in names)
    return {
        "display_information": {"name": "Watchbill", "description": DESCRIPTION},
        "features": {
            "bot_user": {"display_name": "watchbill", "always_online": True},
            "app_home": {
                "home_tab_enabled": "app_home_opened" in SUBSCRIPTIONS,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "shortcuts": list(map(_shortcut, served.shortcuts)),
            "slash_commands": list(_commands(served.commands, url)),
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes(policy))}},
        "settings": {
            "event_subscriptions": {**at, "bot_events": events},
            "interactivity": {"is_enabled": True, **at},
            "org_deploy_enabled": False,
            "socket_mode_enabled": mode == "socket",
            "token_rotation_enabled": False,
        },
    }


def _commands(commands: Mapping[str, str], url: str) -> Iterable[Json]:
    for name, about in commands.items():
        command = {"command": f"/{name}", "description": about, "usage_hint": "help", "should_escape": True}
        yield command | ({"url": url} if url else {})


def _shortcut(entry: Entry) -> Json:
    return {
        "name": entry.label,
        "type": "message" if entry.on_message else "global",
        "callback_id": entry.action,
        "description": entry.about[:LONGEST_DESCRIPTION],
    }
