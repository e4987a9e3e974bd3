"""Calls of Rocket.Chat's REST interface: one at a time for each client, none repeated, with what its headers tell.

Source: Rocket.Chat, ApiClass: a call is limited for each route, by default 10 in 60 s; `X-RateLimit-Reset` is an
instant in milliseconds of the server's clock. Who has the permission `api-bypass-rate-limit` is shown none.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import structlog
from requests import RequestException, Response, Session
from rocketchat_API.APIExceptions.RocketExceptions import RocketApiException, RocketBadStatusCodeException
from rocketchat_API.rocketchat import RocketChat

from models.errors import WatchbillError

Json = dict[str, Any]

TOO_MANY, UNAUTHORISED, FORBIDDEN = 429, 401, 403
WINDOW = timedelta(seconds=60)
USUAL_LIMIT = 10
LONGEST_WAIT = timedelta(seconds=120)
REFUSED_SECONDS = 30.0
"""How long a token that is refused is left alone."""

_NEVER_LEFT = ("ConnectTimeoutError", "NameResolutionError", "NewConnectionError")

log = structlog.get_logger(__name__)


class CallFailed(WatchbillError):
    """A call did not do.

    status: of HTTP; 0 where no answer came. code: Rocket.Chat's own word for it, or empty. wait: how long the server
    asks us to wait. never_left: it is certain that nothing was sent.
    """

    def __init__(self, status: int, code: str = "", *, wait: timedelta | None = None, never_left: bool = False) -> None:
        super().__init__(code or (f"http {status}" if status else "no answer"))
        self.status, self.code, self.wait, self.never_left = status, code, wait, never_left

    @property
    def is_refusal(self) -> bool:
        """Whether the token is not taken."""
        return self.status == UNAUTHORISED

    @property
    def is_final(self) -> bool:
        """Whether the same call will fail again."""
        return bool(self.status) and self.status < 500 and self.status not in (TOO_MANY, UNAUTHORISED)  # noqa: PLR2004


class Token:
    """Whether the server takes the bot's token: what any call is told of it counts for all."""

    def __init__(self) -> None:
        self.is_refused = False

    def refused(self) -> None:
        """Take note that it is not taken, and tell it once."""
        if not self.is_refused:
            log.error("rocketchat.token_refused")
        self.is_refused = True

    def taken(self) -> None:
        """Take note that it is taken."""
        if self.is_refused:
            log.info("rocketchat.token_taken_again")
        self.is_refused = False


@dataclass
class _Heard:
    """The headers of a client's last answer."""

    headers: Mapping[str, str] = field(default_factory=dict)

    def listen(self, response: Response, **_: object) -> None:
        """Keep the headers of an answer."""
        self.headers = response.headers


class Caller:
    """Calls one server as one user. seconds: how long an answer is waited for. standing: shared with other callers."""

    def __init__(self, url: str, user_id: str, token: str, seconds: float, standing: Token | None = None) -> None:
        self.url = url.rstrip("/")
        self._standing = standing or Token()
        self._user_id, self._token, self._seconds = user_id, token, seconds
        self._idle: list[tuple[RocketChat, _Heard]] = []
        self._lock = threading.Lock()
        self._is_closed = False
        self._limits: dict[str, int] = {}
        self.server_time: datetime | None = None

    def get(self, method: str, api_path: str = "/api/v1/", **query: str) -> Json:
        """Ask for something. Raises CallFailed."""
        with self._client(method) as client:
            # the library puts what it is given into the address as it is
            return _object(
                client.call_api_get(method, api_path, **{name: quote(one, safe="") for name, one in query.items()})
            )

    def post(self, method: str, **body: Any) -> Json:
        """Do something. Raises CallFailed."""
        with self._client(method) as client:
            return _object(client.call_api_post(method, body=body))

    @property
    def is_refused(self) -> bool:
        """Whether the server does not take the token, as far as is known."""
        return self._standing.is_refused

    def limit(self, method: str) -> int:
        """Give how many calls of a method a minute the server allows; 0: as many as one likes."""
        return self._limits.get(method, USUAL_LIMIT)

    def close(self) -> None:
        """Close the connections that are kept, and keep none any more."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for client, _ in idle:
            client.session.close()

    @contextmanager
    def _client(self, method: str) -> Iterator[RocketChat]:
        client, heard = self._taken()
        heard.headers = {}
        try:
            yield client
        except (RocketApiException, RocketBadStatusCodeException) as error:
            self._learn(method, heard)
            failed = _refused(error, heard.headers, self.server_time)
            if failed.is_refusal:
                self._standing.refused()
            raise failed from None
        except RequestException as error:
            raise CallFailed(0, never_left=_never_left(error)) from None
        else:
            self._standing.taken()
            self._learn(method, heard)
        finally:
            self._give_back(client, heard)

    def _give_back(self, client: RocketChat, heard: _Heard) -> None:
        with self._lock:
            if not self._is_closed:
                self._idle.append((client, heard))
                return
        client.session.close()

    def _taken(self) -> tuple[RocketChat, _Heard]:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        heard, session = _Heard(), Session()
        session.hooks["response"].append(heard.listen)
        client = RocketChat(
            user_id=self._user_id,
            auth_token=self._token,
            server_url=self.url,
            timeout=self._seconds,
            session=session,
        )
        return client, heard

    def _learn(self, method: str, heard: _Heard) -> None:
        told = heard.headers.get("X-RateLimit-Limit", "")
        if heard.headers:
            self._limits[method] = int(told) if told.isdigit() else 0
            self.server_time = _date(heard.headers) or self.server_time


def _object(answer: Any) -> Json:
    """Give an answer that is a JSON object; what says of itself that it failed has failed."""
    if not isinstance(answer, dict):
        raise CallFailed(0)
    if answer.get("success") is False:
        raise CallFailed(400, _word(answer))
    return answer


def _refused(error: Exception, headers: Mapping[str, str], server_time: datetime | None) -> CallFailed:
    status = int(getattr(error, "status_code", 0) or 0)
    answer = getattr(error, "response_json", None)
    wait = _wait(headers, server_time) if status == TOO_MANY else None
    return CallFailed(status, _word(answer if isinstance(answer, dict) else {}), wait=wait)


def _word(answer: Json) -> str:
    """Give Rocket.Chat's word for a failure: its type, or what stands in brackets at the end of its text."""
    kind = str(answer.get("errorType") or "")
    bracketed = re.search(r"\[([\w-]+)\]\s*$", str(answer.get("error") or ""))
    found = kind or (bracketed[1] if bracketed else "")
    return found if re.fullmatch(r"[\w-]{1,80}", found) else ""


def _wait(headers: Mapping[str, str], server_time: datetime | None) -> timedelta:
    reset = headers.get("X-RateLimit-Reset", "")
    now = _date(headers) or server_time
    if not reset.isdigit() or now is None:
        return WINDOW
    # the date has whole seconds only: one more than it says
    span = timedelta(milliseconds=int(reset)) - timedelta(seconds=now.timestamp()) + timedelta(milliseconds=50)
    return max(timedelta(milliseconds=100), min(span, LONGEST_WAIT))


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None


def _never_left(error: RequestException) -> bool:
    inner = error.args[0] if error.args else None
    return any(type(one).__name__ in _NEVER_LEFT for one in (error, inner, getattr(inner, "reason", None)))
