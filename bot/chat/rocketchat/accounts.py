"""The accounts of the server: whose is a bot's; and who of the configured people was deactivated, looked at daily."""

import threading
from collections.abc import Callable, Collection
from datetime import timedelta
from time import monotonic

import structlog

from bot.chat.port import Inbound
from bot.chat.rocketchat.caller import TOO_MANY, Caller, CallFailed
from bot.chat.rocketchat.rooms import PLATFORM
from bot.clock import Clock
from models.errors import StoreUnavailable
from models.events import AccountChanged

AGAIN_SECONDS = 86_400.0
PACE_SECONDS = 0.5

ASK_NOBODY_FOR = timedelta(seconds=60)
KINDS, ROLE = ("bot", "app"), "bot"

log = structlog.get_logger(__name__)


class Robots:
    """Which accounts are bots'. Each is asked for once a day; where that fails it is taken for a person's.

    people: gives the user names of the configured people, who are none. Roles are shown to whoever has the permission
    `view-full-other-user-info`; anybody sees an account's type.
    """

    def __init__(self, caller: Caller, people: Callable[[], Collection[str]]) -> None:
        self._caller, self._people = caller, people
        self._known: dict[str, tuple[bool, float]] = {}
        self._silent_until = 0.0

    def has(self, user: str) -> bool:
        """Say whether an account is a bot's."""
        is_bot, until = self._known.get(user, (False, 0.0))
        now = monotonic()
        if until > now or self._silent_until > now or user in self._people():
            return is_bot
        try:
            told = self._caller.get("users.info", username=user).get("user")
        except CallFailed as error:
            if not error.is_final:
                self._silent_until = now + (error.wait or ASK_NOBODY_FOR).total_seconds()
                return is_bot
            told = None
        found = isinstance(told, dict) and (told.get("type") in KINDS or ROLE in (told.get("roles") or ()))
        self._known[user] = found, now + AGAIN_SECONDS
        return found


def keep_looking(
    caller: Caller, clock: Clock, inbound: Inbound, stopping: threading.Event, seconds: float = AGAIN_SECONDS
) -> None:
    """Look at once, and again every so often."""
    look(caller, clock, inbound, stopping)
    while not stopping.wait(seconds):
        look(caller, clock, inbound, stopping)


def look(caller: Caller, clock: Clock, inbound: Inbound, stopping: threading.Event) -> None:
    """Tell how each configured person's account stands, one after the other.

    What fails ends the look and is logged alone: the next one looks again.
    """
    try:
        for user in sorted(inbound.people(PLATFORM)):
            is_active = _is_active(caller, user, stopping)
            if stopping.is_set():
                return
            inbound.receive(_told(user, clock, is_active=is_active))
            if stopping.wait(PACE_SECONDS):
                return
    except (CallFailed, StoreUnavailable) as error:
        log.warning("rocketchat.accounts_not_seen", reason=str(error))


def _told(user: str, clock: Clock, *, is_active: bool) -> AccountChanged:
    now = clock.now()
    key = f"look:{user}:{now.isoformat()}"
    return AccountChanged(key=key, platform=PLATFORM, at=now, user=user, is_active=is_active)


def _is_active(caller: Caller, user: str, stopping: threading.Event) -> bool:
    """Say whether somebody has an account that is not deactivated: the server hides others' deactivated ones."""
    while True:
        try:
            told = caller.get("users.info", username=user).get("user")
            return isinstance(told, dict) and told.get("active") is not False
        except CallFailed as error:
            if error.status != TOO_MANY:
                if error.is_final:
                    return False
                raise
            if error.wait is None or stopping.wait(error.wait.total_seconds()):
                raise
