"""A look at each configured person's account, at the start and daily: who was deactivated while nobody listened."""

import threading

import structlog

from bot.chat.port import Inbound
from bot.chat.rocketchat.caller import TOO_MANY, Caller, CallFailed
from bot.chat.rocketchat.rooms import PLATFORM
from bot.clock import Clock
from models.errors import StoreUnavailable
from models.events import AccountChanged

AGAIN_SECONDS = 86_400.0
PACE_SECONDS = 0.5

log = structlog.get_logger(__name__)


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
