"""The second way in: signed requests of Slack's to our own address, for events, commands, buttons and forms alike."""

import asyncio
import json
from collections.abc import Callable
from typing import Annotated

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, Request, Response
from slack_bolt import App, BoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.clock import SystemClock

PATH = "/slack/events"
LARGEST = 1_000_000
OLDEST_SECONDS = 300
"""What the library takes for a replay."""

log = structlog.get_logger(__name__)


async def _raw(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            break
    return bytes(body)


def router(app: Callable[[], App | None], secret: str, at_once: int = 4) -> APIRouter:
    """Give the endpoint. app: None while the bot does not know yet who it is; Slack then tries again.

    secret: what Slack signs with. at_once: how many events are worked on at once. What waits does so without a thread:
    dozens of threads that all want to compute let whatever goes out wait for all of them. What people do has as many of
    its own, because they wait.
    """
    routes = APIRouter()
    events, people = CapacityLimiter(at_once), CapacityLimiter(at_once)
    verifier, in_hand = SignatureVerifier(secret), dict[str, asyncio.Task[Response]]()

    @routes.post(PATH, include_in_schema=False)
    async def take(request: Request, raw: Annotated[bytes, Depends(_raw)]) -> Response:
        """Take one request; its answer is the acknowledgement."""
        headers = dict(request.headers)
        is_event = headers.get("content-type", "").startswith("application/json")
        event = _event_of(raw, headers, verifier) if is_event else ""
        if event not in in_hand:
            work = to_thread.run_sync(_taken, app(), raw, headers, limiter=events if is_event else people)
            if not event:
                return await work
            in_hand[event] = asyncio.ensure_future(work)
            in_hand[event].add_done_callback(lambda _: in_hand.pop(event, None))
        answer = await asyncio.shield(in_hand[event])
        return Response(answer.body, answer.status_code, dict(answer.headers))

    return routes


def _event_of(raw: bytes, headers: dict[str, str], verifier: SignatureVerifier) -> str:
    """Give what names an event in all requests that bring it; empty where nothing does, or Slack did not sign it.

    Slack sends again what waits for three seconds: it is answered with the first, and not worked on twice.
    """
    try:
        if len(raw) > LARGEST or not verifier.is_valid_request(raw, headers):
            return ""
        payload = json.loads(raw)
    except ValueError:
        return ""
    return str(payload.get("event_id") or "") if isinstance(payload, dict) else ""


def _look_at_clocks(told: int) -> None:
    """Say where the clocks differ by so much that a request is refused as old, whoever it is from."""
    seconds = round(SystemClock().now().timestamp()) - told
    if abs(seconds) > OLDEST_SECONDS:
        log.warning("slack.clock_differs", seconds=seconds)


def _taken(app: App | None, raw: bytes, headers: dict[str, str]) -> Response:
    if len(raw) > LARGEST:
        return Response(status_code=413)
    if not headers.get("x-slack-request-timestamp", "").isdigit():
        return Response(status_code=401)
    if app is None:
        return Response(status_code=503)
    _look_at_clocks(int(headers["x-slack-request-timestamp"][:15]))
    try:
        answer = app.dispatch(BoltRequest(body=raw.decode(), headers={**headers}))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        log.warning("slack.request_unreadable", error=type(error).__name__)
        return Response(status_code=400)
    told = {name: values[0] for name, values in answer.headers.items() if values and name.lower() != "content-length"}
    return Response(content=answer.body, status_code=answer.status, headers=told)
