"""What Slack keeps of what was said, read at the pace that it allows."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.chat.slack.failures import failure, is_too_fast
from bot.chat.slack.render import Json
from models.errors import WatchbillError

PAGE = 200
BURST, INTERVAL_SECONDS = 20, 1.3
"""conversations.history and .replies are of tier 3, some 50 calls a minute each; a part is left to the delivery."""

UNSAID = timedelta(seconds=30)
"""How long is waited where Slack asks to go slower and does not say for how long."""

Stamp = tuple[int, int]


class Stopped(WatchbillError):
    """The stop came while something was read."""


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a channel's past, oldest first. told_at: when Slack told it, by its own clock; None: not known."""

    messages: Sequence[Json]
    told_at: datetime | None

    def age(self, ts: str) -> timedelta | None:
        """Give how old a message was when Slack told of it, by Slack's own clock; None where that is not known."""
        if self.told_at is None:
            return None
        return max(timedelta(), timedelta(seconds=self.told_at.timestamp() - stamp(ts)[0]))


class History:
    """Reads, one call after the other. stopping: ends a wait."""

    def __init__(self, client: WebClient, stopping: threading.Event) -> None:
        self._client, self._stopping = client, stopping
        self._ready_at: dict[str, float] = {}

    def newest(self, channel: str) -> str:
        """Give the timestamp of a channel's newest message; one before all where it has none."""
        found = self._call("conversations.history", channel=channel, limit=1)["messages"]
        return str(found[0]["ts"]) if found else "0000000000.000000"

    def since(self, channel: str, oldest: str) -> Said:
        """Give what was written in a channel after a timestamp; of threads only their first messages."""
        pages = list(self._pages("conversations.history", channel=channel, oldest=oldest))
        return _said(pages)

    def thread(self, channel: str, ts: str, oldest: str) -> Said:
        """Give a thread's first message, and what was replied after a timestamp."""
        return _said(list(self._pages("conversations.replies", channel=channel, ts=ts, oldest=oldest)))

    def directs(self) -> Iterator[str]:
        """Give the direct conversations that the bot is in."""
        for page in self._pages("users.conversations", types="im", exclude_archived="true"):
            yield from (str(one["id"]) for one in page["channels"])

    def _pages(self, method: str, **params: str) -> Iterator[SlackResponse]:
        cursor: str | None = ""
        while cursor is not None:
            page = self._call(method, **params, limit=PAGE, cursor=cursor)
            yield page
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or None

    def _call(self, method: str, **params: str | int) -> SlackResponse:
        """Make one call when its turn has come; waits as long as Slack asks to."""
        while True:
            self._wait_turn(method)
            try:
                return self._client.api_call(method, params=dict(params))
            except SlackApiError as error:
                if not is_too_fast(error):
                    raise
                wait = failure(error).retry_after or UNSAID
                self._ready_at[method] = monotonic() + wait.total_seconds() + (BURST - 1) * INTERVAL_SECONDS

    def _wait_turn(self, method: str) -> None:
        ready = max(self._ready_at.get(method, 0.0), monotonic())
        wait = ready - (BURST - 1) * INTERVAL_SECONDS - monotonic()
        if self._stopping.wait(max(0.0, wait)):
            raise Stopped("the stop came")
        self._ready_at[method] = ready + INTERVAL_SECONDS


def stamp(ts: str) -> Stamp:
    """Give a timestamp as what it is: an order. Raises ValueError for anything else."""
    seconds, _, fraction = ts.partition(".")
    return int(seconds), int(f"{fraction:0<6}"[:6])


def before(ts: str, span: timedelta) -> str:
    """Give the timestamp that lies a span before another."""
    seconds, fraction = stamp(ts)
    return f"{max(0, seconds - int(span.total_seconds())):010}.{fraction:06}"


def _said(pages: Sequence[SlackResponse]) -> Said:
    found: Mapping[str, Json] = {str(one["ts"]): one for page in pages for one in page["messages"]}
    return Said([found[ts] for ts in sorted(found, key=stamp)], _told_at(pages[0].headers) if pages else None)


def _told_at(headers: Mapping[str, Any] | None) -> datetime | None:
    named = {str(name).lower(): str(value) for name, value in (headers or {}).items()}
    try:
        return parsedate_to_datetime(named.get("date", ""))
    except ValueError:
        return None
