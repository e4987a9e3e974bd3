"""The state of one Slack workspace, as Slack would keep it."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SCOPE_WORD = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


class SlackError(Exception):
    """An answer of Slack's that says no: its own error string, and what it sends beside it."""

    def __init__(self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.body: Json = {"ok": False, "error": error, **extra}


@dataclass
class User:
    id: str
    name: str
    real_name: str
    email: str
    is_bot: bool = False
    is_restricted: bool = False
    deleted: bool = False
    tz: str = "America/Vancouver"
    status: str = ""
    updated: int = 0

    def to_json(self, *, email: bool = True) -> Json:
        """Give the person as Slack describes them; of a deactivated one it tells less."""
        profile = {
            "real_name": self.real_name,
            "display_name": self.name,
            "status_text": self.status,
            "email": self.email,
        }
        if not email:
            profile.pop("email")
        body: Json = {
            "id": self.id,
            "team_id": "T0FAKETEAM",
            "name": self.name,
            "deleted": self.deleted,
            "profile": profile,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": self.updated,
        }
        return body if self.deleted else body | self._while_active()

    def _while_active(self) -> Json:
        return {
            "color": "9f69e7",
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": "Pacific Standard Time",
            "tz_offset": -28800,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
            "who_can_share_contact_card": "EVERYONE",
        }


@dataclass
class Channel:
    id: str
    name: str
    kind: str = "channel"
    members: list[str] = field(default_factory=list)
    is_archived: bool = False
    topic: str = ""
    messages: dict[str, Json] = field(default_factory=dict)

    @property
    def is_direct(self) -> bool:
        return self.kind in {"im", "mpim"}

    def to_json(self, reader: str) -> Json:
        """Give the channel as Slack describes it to one user."""
        body: Json = {
            "id": self.id,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": self.kind == "im",
            "is_mpim": self.kind == "mpim",
            "is_private": self.kind != "channel",
            "is_archived": self.is_archived,
        }
        if self.kind == "im":
            return body | {"user": next((one for one in self.members if one != reader), reader)}
        return body | {
            "name": self.name,
            "name_normalized": self.name,
            "is_member": reader in self.members,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }

    def thread(self, root: str) -> list[Json]:
        """Give a thread's messages: its root first, then its replies, oldest first."""
        return [one for ts, one in self.messages.items() if root in {ts, one.get("thread_ts")}]


@dataclass
class Usergroup:
    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    is_enabled: bool = True

    def to_json(self, *, users: bool = True) -> Json:
        body: Json = {
            "id": self.id,
            "team_id": "T0FAKETEAM",
            "is_usergroup": True,
            "name": self.name,
            "handle": self.handle,
            "date_delete": 0 if self.is_enabled else 1,
            "user_count": len(self.users),
        }
        return body | {"users": list(self.users)} if users else body


@dataclass
class File:
    """An upload: begun, then with its bytes, then complete."""

    id: str
    name: str
    length: int
    alt: str = ""
    title: str = ""
    content: bytes = b""
    is_complete: bool = False


@dataclass
class View:
    """An open modal or a home tab; body is what Slack would send of it."""

    user: str
    body: Json
    is_open: bool = True


@dataclass
class Trigger:
    user: str
    issued: float
    is_used: bool = False


@dataclass
class ResponseUrl:
    user: str
    channel: str
    issued: float
    message_ts: str | None = None
    uses: int = 0


@dataclass
class Ephemeral:
    channel: str
    user: str
    message: Json


@dataclass
class Workspace:
    """Everything the fake knows. Whoever reads or writes it holds `lock`; `changed` wakes those who wait.

    now: seconds since 1970, for Slack's timestamps.
    files_process_for: how many messages that show a new file are refused before it is processed.
    emit: takes (event name as subscribed to, event, channel or None); set by the fake.
    """

    now: Callable[[], float]
    team_id: str = "T0FAKETEAM"
    team_domain: str = "example"
    app_id: str = "A0FAKEAPP"
    bot_id: str = "B0FAKEBOT"
    bot_user: str = "U0FAKEBOT"
    bot_name: str = "watchbill"
    scopes: set[str] = field(default_factory=set)
    scopes_used: set[str] = field(default_factory=set)
    trigger_life: float = 3.0
    usergroups_allowed: bool = True
    emoji: set[str] = field(default_factory=set)
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    usergroups: dict[str, Usergroup] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    ephemerals: list[Ephemeral] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    files_process_for: int = 0
    is_silent: bool = False
    base_url: str = ""
    emit: Callable[[str, Json, Channel | None], None] = lambda _name, _event, _channel: None
    lock: threading.Condition = field(default_factory=lambda: threading.Condition(threading.RLock()))
    _last_stamp: int = 0
    _count: int = 0

    def stamp(self) -> str:
        """Give a timestamp that is later than every other, as Slack's are unique in a channel."""
        self._last_stamp = max(int(self.now() * 1_000_000), self._last_stamp + 1)
        return f"{self._last_stamp // 1_000_000}.{self._last_stamp % 1_000_000:06d}"

    def new_id(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:09d}"

    def changed(self) -> None:
        self.lock.notify_all()

    def user_of(self, user_id: str) -> User:
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def visible_channel(self, channel_id: str) -> Channel:
        """Give a channel that the bot may know of: private ones only as a member."""
        channel = self.channels.get(channel_id)
        if channel is None or (channel.kind != "channel" and self.bot_user not in channel.members):
            raise SlackError("channel_not_found")
        return channel

    def joined_channel(self, channel_id: str) -> Channel:
        channel = self.visible_channel(channel_id)
        if self.bot_user not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def message_of(self, channel: Channel, ts: str, error: str = "message_not_found") -> Json:
        message = channel.messages.get(ts)
        if message is None or message.get("subtype") == "tombstone":
            raise SlackError(error)
        return message

    def direct_channel(self, members: list[str]) -> Channel:
        """Give the direct conversation of these people, opened if there was none."""
        kind = "im" if len(members) <= 2 else "mpim"
        for channel in self.channels.values():
            if channel.kind == kind and set(channel.members) == set(members):
                return channel
        prefix = "D" if kind == "im" else "G"
        channel = Channel(self.new_id(prefix), "directmessage" if kind == "im" else "mpdm", kind, members)
        self.channels[channel.id] = channel
        return channel

    def require_scope(self, *alternatives: str) -> None:
        """Refuse with missing_scope unless the bot has one of them; keep which were used."""
        held = [one for one in alternatives if one in self.scopes]
        if not held:
            provided = ",".join(sorted(self.scopes))
            raise SlackError("missing_scope", needed=alternatives[0], provided=provided)
        self.scopes_used.add(held[0])

    def known_emoji(self, name: str) -> bool:
        found = re.fullmatch(r"([a-z0-9_+'-]+)(::skin-tone-[2-6])?", name)
        return found is not None and found[1] in self.emoji
