"""What Slack's refusals and a lost connection mean for a delivery. Pure.

Source: Slack's error lists of each method; the exceptions of urllib, on which the client library rests.
"""

import errno
import http.client
import re
import socket
import ssl
from datetime import timedelta
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from models.errors import DeliveryFailed

REFUSED = frozenset(
    [
        "account_inactive",
        "app_uninstalled",
        "invalid_auth",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
    ]
)
"""The errors of a token that is not taken (any more): an operator must act, and what is owed waits for it."""

_AWAY = frozenset(
    [
        "fatal_error",
        "internal_error",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
        "temporarily_unavailable",
    ]
)
_TOO_FAST = frozenset(["rate_limited", "ratelimited", "message_limit_exceeded"])
_RECIPIENT = frozenset(
    [
        "cannot_dm_bot",
        "user_disabled",
        "user_not_found",
        "user_not_in_channel",
        "user_not_visible",
        "users_not_found",
    ]
)
_NEVER_LEFT = frozenset([errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH])
_SLOWLY = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
"""However long Slack asks to wait: it may be asked again then."""

LOST = (URLError, http.client.HTTPException, OSError)
"""What the client raises where no answer came."""

FAILED = (SlackApiError, *LOST)
"""What the client raises where a call did not do."""


def code(error: Exception) -> str:
    """Give Slack's error string; empty where no answer of Slack's came."""
    if not isinstance(error, SlackApiError):
        return ""
    found = str(error.response.get("error") or "")
    return found if re.fullmatch(r"[a-z0-9_]+", found) else ""


def reason(error: Exception) -> str:
    """Give what went wrong in a word, for logs: never what was sent."""
    return code(error) or (f"http {_status(error)}" if _status(error) else _lost(error))


def is_too_fast(error: Exception) -> bool:
    """Say whether Slack asks to go slower; it says so by a status, or in an answer like any other."""
    return _status(error) == http.HTTPStatus.TOO_MANY_REQUESTS or code(error) in _TOO_FAST


def failure(error: Exception, *, leaves_a_message: bool = False) -> DeliveryFailed:
    """Give what a failed call means. leaves_a_message: done twice, it would be seen twice."""
    found, status = code(error), _status(error)
    if is_too_fast(error):
        return DeliveryFailed("Slack asks to go slower", retry_after=_retry_after(error))
    if found in REFUSED:
        return DeliveryFailed(f"Slack refuses the token: {found}", retry_after=_SLOWLY)
    if not found or found in _AWAY or status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        is_unknown = leaves_a_message and not _never_left(error)
        return DeliveryFailed(f"Slack did not answer: {reason(error)}", unknown=is_unknown)
    return DeliveryFailed(f"Slack refuses: {found}", permanent=True, recipient=found in _RECIPIENT)


def _status(error: Exception) -> int:
    return int(error.response.status_code) if isinstance(error, SlackApiError) else 0


def _retry_after(error: Exception) -> timedelta | None:
    assert isinstance(error, SlackApiError)
    headers = {str(name).lower(): str(value) for name, value in (error.response.headers or {}).items()}
    seconds = headers.get("retry-after", "")
    return min(timedelta(seconds=int(seconds[:9])), LONGEST_WAIT) if seconds.isdigit() else None


def _lost(error: Exception) -> str:
    cause = error.reason if isinstance(error, URLError) else error
    return "its name cannot be resolved" if isinstance(cause, socket.gaierror) else type(cause).__name__


def _never_left(error: Exception) -> bool:
    """Say whether it is certain that nothing was sent: no connection came to be."""
    if not isinstance(error, URLError):
        return False
    cause = error.reason
    if isinstance(cause, socket.gaierror | ssl.SSLCertVerificationError):
        return True
    return isinstance(cause, OSError) and cause.errno in _NEVER_LEFT
