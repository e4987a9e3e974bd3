"""The names of the channels that the bot is in, learnt at start and kept up with what Slack tells."""

import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.chat.port import Inbound
from bot.chat.slack.failures import FAILED, code, failure, reason
from models.errors import WatchbillError

PAGE = 200
FORGET_REFUSAL_AFTER = 60.0
ASK_AGAIN_AFTER = 2.0
PLATFORM = "slack"
DIRECT = ("im", "mpim")

log = structlog.get_logger(__name__)


class NotNow(WatchbillError):
    """An event cannot be understood now; it must stay unacknowledged, so that Slack sends it again."""


class Channels:
    """The names by id. A name that is not known is asked for once; None: Slack does not tell it."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._refused_until: dict[str, float] = {}
        self._away_until = 0.0

    def learn_all(self, inbound: Inbound) -> None:
        """Ask for every channel that the bot is in, and tell them. Raises what the client raises."""
        found, are_all = self._all()
        with self._lock:
            self._names.update(found)
        inbound.learn_channels(PLATFORM, list(found.items()), are_all=are_all)

    def _all(self) -> tuple[dict[str, str], bool]:
        try:
            return dict(self._of("public_channel,private_channel")), True
        except FAILED as error:
            if code(error) != "missing_scope":
                raise
        return dict(self._of("public_channel")), False

    def _of(self, types: str) -> Iterator[tuple[str, str]]:
        cursor: str | None = ""
        while cursor is not None:
            page = self._client.users_conversations(types=types, exclude_archived=True, limit=PAGE, cursor=cursor)
            yield from ((one["id"], one["name"]) for one in page["channels"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None

    def name(self, channel: str, kind: str = "") -> str | None:
        """Give a channel's name; None for a direct conversation, and where Slack does not tell it.

        kind: Slack's channel_type, where it was told. Raises NotNow where Slack cannot be asked.
        """
        if kind in DIRECT or channel.startswith("D") or not channel:
            return None
        known = self._names.get(channel)
        return known if known is not None else self._asked(channel)

    def known(self, channel: str) -> str | None:
        """Give a channel's name if it is known already."""
        return self._names.get(channel)

    def _asked(self, channel: str) -> str | None:
        with self._lock:
            if channel in self._names or self._refused_until.get(channel, 0) > monotonic():
                return self._names.get(channel)
            if self._away_until > monotonic():
                raise NotNow(f"the name of {channel} cannot be asked for")
            return self._keep(channel, self._ask(channel))

    def _ask(self, channel: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._client.conversations_info(channel=channel)["channel"]
        except FAILED as error:
            log.warning("slack.channel_unknown", channel=channel, reason=reason(error))
            if not failure(error).permanent:
                self._away_until = monotonic() + ASK_AGAIN_AFTER
                raise NotNow(f"the name of {channel} cannot be asked for") from None
            return {}
        return found

    def _keep(self, channel: str, found: dict[str, Any]) -> str | None:
        name = found.get("name") if not found.get("is_im") and not found.get("is_mpim") else None
        if name is None:
            self._refused_until[channel] = monotonic() + FORGET_REFUSAL_AFTER
            return None
        self._names[channel] = str(name)
        return str(name)

    def renamed(self, inbound: Inbound, channel: str, name: str) -> None:
        """Keep a channel's new name, and tell it: the configuration goes by names, and may not know the new one."""
        with self._lock:
            before, self._names[channel] = self._names.get(channel), name
        log.warning("slack.channel_renamed", channel=channel, before=before, name=name)
        inbound.learn_channels(PLATFORM, [(channel, name)])

    def joined(self, inbound: Inbound, channel: str) -> None:
        """Learn a channel that the bot was brought into, and tell it. Raises NotNow."""
        self._forget(channel)
        name = self.name(channel)
        if name is not None:
            inbound.learn_channels(PLATFORM, [(channel, name)])

    def left(self, inbound: Inbound, channel: str) -> None:
        """Forget a channel that the bot is no longer in, and tell it."""
        self._forget(channel)
        inbound.lose_channel(PLATFORM, channel)

    def _forget(self, channel: str) -> None:
        with self._lock:
            self._names.pop(channel, None)
            self._refused_until.pop(channel, None)
