"""The names of the people who write: looked up one by one in the background, kept, and kept up with what Slack tells.

Slack's events hold ids alone. Whoever asks for the first time is named a moment later, so that no message waits.
"""

import queue
import threading
from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk import WebClient

from bot.chat.port import Inbound
from bot.chat.slack.channels import PLATFORM
from bot.chat.slack.failures import FAILED, code, reason
from bot.clock import Clock
from models.errors import StoreUnavailable
from models.events import AccountChanged

PACE_SECONDS = 0.7
"""users.info is of the tier that takes some hundred calls a minute."""

SETTLED_SECONDS = 2.0
"""How long after their message somebody is looked up: what they wrote is in the store by then."""

MOST = 20_000
FOR_GOOD = frozenset(["user_not_found", "user_not_visible", "missing_scope"])

log = structlog.get_logger(__name__)


class Names:
    """The names by user id; at most `MOST`, the oldest make room."""

    def __init__(self, client: WebClient, clock: Clock, *, settled: float = SETTLED_SECONDS) -> None:
        self._client, self._clock, self._settled = client, clock, settled
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}
        self._wanted: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._asked: set[str] = set()

    def of(self, user: str) -> str:
        """Give the name of somebody who wrote; empty where it is not known yet: then they are looked up."""
        with self._lock:
            known = self._names.get(user)
            is_new = known is None and user not in self._asked
            if is_new:
                self._asked.add(user)
        if is_new:
            self._wanted.put(user)
        return known or ""

    def changed(self, user: str, name: str) -> None:
        """Take somebody's new name, if they are known."""
        with self._lock:
            if name and user in self._names:
                self._names[user] = name

    def keep_looking(self, inbound: Inbound, stopping: threading.Event) -> None:
        """Look up whoever is wanted, until the stop."""
        while not stopping.is_set():
            user = self._wanted.get()
            if user and not stopping.wait(self._settled):
                self._look(user, inbound)
                stopping.wait(PACE_SECONDS)

    def wake(self) -> None:
        """Let whoever looks notice that it is to stop."""
        self._wanted.put("")

    def _look(self, user: str, inbound: Inbound) -> None:
        try:
            if user not in inbound.people(PLATFORM):  # those have the name that the configuration gives them
                self._tell(user, inbound)
        except (*FAILED, StoreUnavailable) as error:
            told = str(error) if isinstance(error, StoreUnavailable) else reason(error)
            log.info("slack.name_not_learnt", reason=told)
            if code(error) in FOR_GOOD:
                self._keep(user, "")
        except Exception as error:  # noqa: BLE001 - the end of its thread: nobody else would hear of it
            log.error("slack.name_failed", error=type(error).__name__)
        finally:
            with self._lock:
                self._asked.discard(user)

    def _tell(self, user: str, inbound: Inbound) -> None:
        account = self._client.users_info(user=user)["user"]
        name = name_of(account)
        self._keep(user, name)
        now = self._clock.now()
        key = f"name:{user}:{now.isoformat()}"
        is_active = not account.get("deleted")
        inbound.receive(AccountChanged(key=key, platform=PLATFORM, at=now, user=user, is_active=is_active, name=name))

    def _keep(self, user: str, name: str) -> None:
        with self._lock:
            if len(self._names) >= MOST:
                del self._names[next(iter(self._names))]
            self._names[user] = name


def name_of(account: Mapping[str, Any]) -> str:
    """Give what somebody is called, as Slack shows them: the name they chose, else the one in their profile."""
    profile = account.get("profile") or {}
    found = (profile.get("display_name"), profile.get("real_name"), account.get("real_name"), account.get("name"))
    return str(next(filter(None, found), ""))[:200]
