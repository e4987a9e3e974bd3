"""A look at each configured person's account, at the start and daily: who was deactivated while nobody listened."""

import threading

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.chat.port import Inbound
from bot.chat.slack.channels import PLATFORM
from bot.chat.slack.failures import FAILED, REFUSED, code, failure, reason
from bot.clock import Clock
from models.errors import StoreUnavailable
from models.events import AccountChanged

PACE_SECONDS = 0.7
"""users.info is of the tier that takes some hundred calls a minute."""

AGAIN_SECONDS = 86_400.0

UNKNOWN = frozenset(["user_not_found", "user_not_visible"])

log = structlog.get_logger(__name__)


def keep_looking(
    client: WebClient, clock: Clock, inbound: Inbound, stopping: threading.Event, seconds: float = AGAIN_SECONDS
) -> None:
    """Look at once, and again every so often: somebody may have been configured since, or an event been lost."""
    look(client, clock, inbound, stopping)
    while not stopping.wait(seconds):
        look(client, clock, inbound, stopping)


def look(client: WebClient, clock: Clock, inbound: Inbound, stopping: threading.Event) -> None:
    """Tell how each configured person's account stands, one after the other, until all are told or it stops.

    What fails ends the look and is logged alone: the next one looks again, and changes are told meanwhile.
    """
    try:
        for user in sorted(inbound.people(PLATFORM)):
            is_active = _is_active(client, user, stopping)
            if stopping.is_set():
                return
            inbound.receive(_told(user, clock, is_active=is_active))
            if stopping.wait(PACE_SECONDS):
                return
    except FAILED as error:
        log.warning("slack.accounts_not_seen", reason=reason(error))
    except StoreUnavailable as error:
        log.warning("slack.accounts_not_seen", reason=str(error))


def _told(user: str, clock: Clock, *, is_active: bool) -> AccountChanged:
    now = clock.now()
    key = f"look:{user}:{now.isoformat()}"
    return AccountChanged(key=key, platform=PLATFORM, at=now, user=user, is_active=is_active)


def _is_active(client: WebClient, user: str, stopping: threading.Event) -> bool:
    """Say whether somebody has an account that is not deactivated; waits as long as Slack asks to."""
    while True:
        try:
            return not client.users_info(user=user)["user"].get("deleted")
        except SlackApiError as error:
            if code(error) in UNKNOWN:
                return False
            wait = failure(error).retry_after
            if code(error) in REFUSED or wait is None or stopping.wait(wait.total_seconds()):
                raise
