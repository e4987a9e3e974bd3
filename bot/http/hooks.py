"""What monitoring systems send: `POST /hooks/alertmanager`, `/hooks/grafana`, `/hooks/generic`. Source: DESIGN §3, §9.

A sender shows its token as a bearer token in the header, and nowhere else. It is answered only after the commit, so
that one that hears nothing, or of a store that is away, sends again.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import ceil
from time import monotonic

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from bot.clock import Clock
from bot.http.payloads import PAYLOADS, Faulty, Payload
from bot.http.together import Together
from bot.metrics import Metrics
from bot.settings import Hook, Hooks
from models.errors import StoreUnavailable
from models.events import AlertReceived, Event

LARGEST = 1024 * 1024
RETRY_SECONDS = 5
_SAID = {
    "token": "The token is missing or wrong. Send it as the header `Authorization: Bearer TOKEN`.",
    "address": "A token has no place in an address, which many log: change this one, and send the new one as the header"
    " `Authorization: Bearer TOKEN`.",
    "unknown": "There is no such hook, or it is not in the configuration.",
    "large": f"A delivery has at most {LARGEST} bytes. Send fewer alerts at once.",
    "packed": "A delivery is read as it stands: send it without `Content-Encoding`.",
    "often": "This is more often than the configuration allows this sender. Wait, and send again.",
    "away": "The store cannot be written now. Send it again.",
}

log = structlog.get_logger(__name__)


class Refused(Exception):
    """A delivery that is not taken, with what its sender is told."""

    def __init__(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.why, self.headers = status, why, dict(headers or {})


@dataclass
class Pace:
    """How often a sender may come: as often as its rate says in any minute, counted by the bucket that runs full.

    rate: in a minute. seconds: gives the time, which never runs back.
    """

    rate: int
    seconds: Callable[[], float] = monotonic
    _left: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin with a full bucket."""
        self._left, self._at = float(self.rate), self.seconds()

    def wait(self) -> int:
        """Count one more time, and give 0; where that is too often, how many seconds to wait, and count nothing."""
        now, a_second = self.seconds(), self.rate / 60
        self._left = min(float(self.rate), self._left + (now - self._at) * a_second)
        self._at = now
        if self._left < 1:
            return max(1, ceil((1 - self._left) / a_second))
        self._left -= 1
        return 0


@dataclass(frozen=True)
class Sender:
    """One sender that may come: its hook's name, its token, how often, and what it sends."""

    name: str
    token: bytes
    pace: Pace
    payload: type[Payload]
    deliveries: Together

    @classmethod
    def of(cls, name: str, hook: Hook, receive: Callable[[Event], object], clock: Clock) -> "Sender":
        """Give the sender of a hook that is in the configuration."""
        together = Together(lambda alerts: receive(AlertReceived.of(name, alerts, clock.now())))
        return cls(name, hook.token.get_secret_value().encode(), Pace(hook.rate), PAYLOADS[name], together)

    def admit(self, request: Request) -> None:
        """Let a request in that shows the token, and not too often. Raises Refused."""
        _refuse_token_in_address(request, self.token)
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        is_right = hmac.compare_digest(shown.strip().encode("utf-8", "surrogateescape"), self.token)
        if scheme.lower() != "bearer" or not is_right:
            raise Refused(401, _SAID["token"], {"WWW-Authenticate": "Bearer"})
        wait = self.pace.wait()
        if wait:
            raise Refused(429, _SAID["often"], {"Retry-After": str(wait)})


def _refuse_token_in_address(request: Request, token: bytes) -> None:
    for name, value in request.query_params.multi_items():
        is_token = hmac.compare_digest(value.encode("utf-8", "surrogateescape"), token)
        if is_token or any(word in name.lower() for word in ("token", "key", "secret", "auth", "bearer")):
            raise Refused(400, _SAID["address"])


async def _body(request: Request) -> bytes:
    """Give the body of a request. Raises Refused for one that is packed, or too large whatever it says."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, _SAID["packed"])
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > LARGEST:
        raise Refused(413, _SAID["large"])
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise Refused(413, _SAID["large"])
    return bytes(body)


def router(hooks: Hooks, receive: Callable[[Event], object], clock: Clock, metrics: Metrics) -> APIRouter:
    """Give the routes of the hooks. receive: takes an event, and returns only after the commit."""
    configured = {name: hook for name in PAYLOADS if (hook := getattr(hooks, name)) is not None}
    senders = {name: Sender.of(name, hook, receive, clock) for name, hook in configured.items()}
    routes = APIRouter()

    @routes.post("/hooks/{name}", include_in_schema=False)
    async def taken(name: str, request: Request) -> Response:
        """Take one delivery."""
        known = name if name in senders else "unknown"
        try:
            count = await _taken(senders.get(name), request)
            answer: Response = JSONResponse({"taken": count})
        except Faulty as wrong:
            told = {"error": "The delivery cannot be read.", "faults": wrong.faults}
            answer = JSONResponse(told, status_code=422)
        except Refused as refused:
            answer = JSONResponse({"error": refused.why}, status_code=refused.status, headers=refused.headers)
        metrics.deliveries.labels(known, str(answer.status_code)).inc()
        if answer.status_code >= 400:  # noqa: PLR2004 - what HTTP calls an error
            log.warning("hook.refused", sender=known, status=answer.status_code)
        return answer

    return routes


async def _taken(sender: Sender | None, request: Request) -> int:
    """Take the delivery of a request, and give how many alerts it had. Raises Refused and Faulty."""
    if sender is None:
        raise Refused(404, _SAID["unknown"])
    sender.admit(request)
    raw = await _body(request)
    return await run_in_threadpool(_received, sender, raw)


def _received(sender: Sender, raw: bytes) -> int:
    payload = sender.payload.of(raw)
    alerts = payload.reports()
    if payload.left_out:
        log.warning("hook.truncated", sender=sender.name, left_out=payload.left_out)
    try:
        sender.deliveries.take(alerts)
    except StoreUnavailable:
        raise Refused(503, _SAID["away"], {"Retry-After": str(RETRY_SECONDS)}) from None
    return len(alerts)
