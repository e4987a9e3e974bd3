"""How the workspace's events reach the bot: over its websockets, or to its address with a signature.

Everything here runs in the server's event loop; records are written under the workspace's lock.
"""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.fakes.slack.requests import body_of, read_answer, sign
from tests.fakes.slack.workspace import Json, Workspace

MOST_CONNECTIONS = 10


@dataclass
class Attempt:
    """One sending of a payload. sent_at: monotonic seconds. connection: over HTTP, which of the replicas, from 0."""

    envelope_id: str
    number: int
    sent_at: float
    connection: int
    outcome: str = ""


@dataclass
class Delivery:
    """Something that the bot is to be told, and what became of it.

    kind: events_api, slash_commands or interactive; only the first is tried again.
    failure: why Slack gave up ('' while it has not): operation_timeout, dispatch_failed, or the last retry's reason.
    """

    kind: str
    payload: Json
    queued_at: float
    attempts: list[Attempt] = field(default_factory=list)
    acked_at: float | None = None
    answer: Json | None = None
    failure: str = ""
    follow: Callable[["Delivery"], None] | None = None
    timer: asyncio.TimerHandle | None = None
    next_reason: str = ""
    is_waiting: bool = False
    number: int = 0

    @property
    def is_over(self) -> bool:
        return self.acked_at is not None or bool(self.failure)


@dataclass(frozen=True)
class Ack:
    """One acknowledgement. latency: seconds since this envelope was sent; since_queued: since the thing happened."""

    envelope_id: str
    kind: str
    payload: Json | None
    attempt: int
    connection: int
    latency: float
    since_queued: float
    is_first: bool


@dataclass
class Connection:
    number: int
    socket: web.WebSocketResponse
    request: web.Request
    outgoing: asyncio.Queue[str | bytes]
    is_leaving: bool = False


@dataclass
class Schedule:
    """ack_within: seconds that Slack waits. retry_delays: seconds before each further try of an event.

    on_reconnect: a new connection gets what is still to be tried again at once, without waiting for its delay.
    """

    ack_within: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    on_reconnect: bool = True


@dataclass
class Courier:
    """Sends deliveries, waits for their acknowledgement, tries events again.

    replicas: further addresses over HTTP, which what is sent takes in turn, as behind a load balancer.
    acks_to_lose: how many of the next acknowledgements Slack does not get to see.
    """

    workspace: Workspace
    schedule: Schedule
    signing_secret: str
    wall: Callable[[], float]
    loop: asyncio.AbstractEventLoop
    urls: dict[str, str] = field(default_factory=dict)
    replicas: list[str] = field(default_factory=list)
    acks_to_lose: int = 0
    connections: list[Connection] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    acks: list[Ack] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    opened: int = 0
    is_away: bool = False
    under_way: int = 0
    http: aiohttp.ClientSession | None = None
    _by_envelope: dict[str, tuple[Delivery, Attempt]] = field(default_factory=dict)
    _turn: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def submit(self, deliveries: list[Delivery]) -> None:
        """Send from any thread, in order."""
        with self.workspace.lock:
            for one in deliveries:
                one.number = len(self.deliveries)
                self.deliveries.append(one)
            self.under_way += len(deliveries)
        self.loop.call_soon_threadsafe(self._send_all, deliveries)

    def _send_all(self, deliveries: list[Delivery]) -> None:
        for one in deliveries:
            self._send(one)

    def _send(self, delivery: Delivery) -> None:
        delivery.is_waiting = False
        if delivery.is_over:
            return
        if self.urls and not self.is_away:
            self._start(self._post(delivery))
            return
        connection = self._next_connection()
        if connection is None:
            self._missed(delivery, "dispatch_failed")
            return
        attempt = self._attempt(delivery, connection.number)
        connection.outgoing.put_nowait(json.dumps(_envelope(delivery, attempt)))
        delivery.timer = self.loop.call_later(self.schedule.ack_within, self._timed_out, delivery, attempt)

    def _next_connection(self) -> Connection | None:
        """Give the connections their turns; one that was told to leave only if there is no other."""
        staying = [one for one in self.connections if not one.is_leaving] or self.connections
        if not staying:
            return None
        self._turn += 1
        return staying[self._turn % len(staying)]

    def _attempt(self, delivery: Delivery, connection: int) -> Attempt:
        with self.workspace.lock:
            attempt = Attempt(self.workspace.new_id("env-"), len(delivery.attempts), time.monotonic(), connection)
            delivery.attempts.append(attempt)
            self._by_envelope[attempt.envelope_id] = (delivery, attempt)
        return attempt

    def _timed_out(self, delivery: Delivery, attempt: Attempt) -> None:
        if not delivery.is_over and not attempt.outcome:
            attempt.outcome = "timeout"
            self._missed(delivery, "timeout")

    def _missed(self, delivery: Delivery, reason: str) -> None:
        """Try an event again at its time; tell the user of a command or a button that it failed."""
        if delivery.kind != "events_api":
            self._give_up(delivery, "operation_timeout" if reason == "timeout" else reason)
            return
        if reason == "dispatch_failed":
            delivery.attempts.append(Attempt("", len(delivery.attempts), time.monotonic(), 0, reason))
        tried = len(delivery.attempts)
        if tried > len(self.schedule.retry_delays):
            self._give_up(delivery, reason)
            return
        delivery.next_reason, delivery.is_waiting = reason, True
        delivery.timer = self.loop.call_later(self.schedule.retry_delays[tried - 1], self._send, delivery)

    def _give_up(self, delivery: Delivery, failure: str) -> None:
        with self.workspace.lock:
            self.under_way -= not delivery.is_over
            delivery.failure = failure
            self.workspace.changed()

    def forget(self) -> None:
        """Give up on everything that is not acknowledged."""
        for one in self.deliveries:
            if not one.is_over:
                self._give_up(one, "forgotten")

    # --- websocket ---

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, max_msg_size=0)
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await socket.close()
            return socket
        self.opened += 1
        connection = Connection(self.opened, socket, request, asyncio.Queue())
        await socket.send_json(self._hello())
        self._joined(connection)
        writer = asyncio.ensure_future(_write(connection))
        try:
            async for message in socket:
                self._received(connection, message)
        finally:
            writer.cancel()
            self._left(connection)
        return socket

    def _hello(self) -> Json:
        debug = {"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060}
        known = {"app_id": self.workspace.app_id}
        count = len(self.connections) + 1
        return {"type": "hello", "num_connections": count, "debug_info": debug, "connection_info": known}

    def _joined(self, connection: Connection) -> None:
        with self.workspace.lock:
            self.connections.append(connection)
            self.workspace.changed()
        if self.schedule.on_reconnect:
            for delivery in self.deliveries:
                if delivery.is_waiting and delivery.timer:
                    delivery.timer.cancel()
                    self._send(delivery)

    def cut_all(self) -> None:
        """Break every connection without a close frame, as a network does."""
        for connection in [*self.connections]:
            _cut(connection)

    def cut_inside_a_frame(self) -> None:
        """Break every connection in the middle of a frame: more was promised than came."""
        for connection in [*self.connections]:
            if connection.request.transport is not None:
                connection.request.transport.write(b"\x81\x7e\x01\x00" + b'{"type": "events_api", "envel')
            _cut(connection)

    def send_raw(self, frame: str | bytes) -> None:
        for connection in self.connections:
            connection.outgoing.put_nowait(frame)

    def dismiss(self, frame: str, close_after: float) -> None:
        """Tell every connection to leave, and close it a little later."""
        for connection in self.connections:
            connection.is_leaving = True
            connection.outgoing.put_nowait(frame)
            self.loop.call_later(close_after, self._close, connection)

    def _close(self, connection: Connection) -> None:
        self._start(_closed(connection))

    def _left(self, connection: Connection) -> None:
        """Treat what this connection had not acknowledged as missed."""
        with self.workspace.lock:
            if connection in self.connections:
                self.connections.remove(connection)
            self.workspace.changed()
        for delivery in self.deliveries:
            last = delivery.attempts[-1] if delivery.attempts else None
            if not delivery.is_over and last and last.connection == connection.number and not last.outcome:
                last.outcome = "connection_failed"
                if delivery.timer:
                    delivery.timer.cancel()
                self._missed(delivery, "connection_failed")

    def _received(self, connection: Connection, message: aiohttp.WSMessage) -> None:
        arrived = time.monotonic()
        text = message.data if isinstance(message.data, str) else ""
        try:
            frame = json.loads(text)
            delivery, attempt = self._by_envelope[frame["envelope_id"]]
        except (ValueError, KeyError, TypeError):
            with self.workspace.lock:
                self.strays.append(text)
                self.workspace.changed()
            return
        if not self._is_lost():
            self._acknowledge(delivery, attempt, arrived, frame.get("payload"))

    def _is_lost(self) -> bool:
        self.acks_to_lose -= (is_lost := self.acks_to_lose > 0)
        return is_lost

    def _acknowledge(self, delivery: Delivery, attempt: Attempt, arrived: float, payload: Json | None) -> None:
        """Keep an acknowledgement; one after Slack gave up changes nothing for the user."""
        with self.workspace.lock:
            is_first = not delivery.is_over
            latency, since = arrived - attempt.sent_at, arrived - delivery.queued_at
            ids = (attempt.envelope_id, delivery.kind, payload, attempt.number, attempt.connection)
            self.acks.append(Ack(*ids, latency, since, is_first))
            attempt.outcome = "acknowledged"
            self.under_way -= is_first
            if is_first:
                delivery.acked_at, delivery.answer = arrived, payload
                if delivery.timer:
                    delivery.timer.cancel()
                if delivery.follow:
                    delivery.follow(delivery)
            self.workspace.changed()

    # --- over HTTP ---

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(self, delivery: Delivery) -> None:
        attempt = self._attempt(delivery, (delivery.number + len(delivery.attempts)) % (1 + len(self.replicas)))
        body, content_type = body_of(delivery.kind, delivery.payload)
        headers = sign(self.signing_secret, body, str(int(self.wall()))) | {"Content-Type": content_type}
        if attempt.number:
            headers |= {"X-Slack-Retry-Num": str(attempt.number), "X-Slack-Retry-Reason": delivery.next_reason}
        reason = await self._posted(delivery, attempt, body, headers)
        attempt.outcome = attempt.outcome or reason
        if reason == "stop":
            self._give_up(delivery, "http_error")
        elif reason:
            self._missed(delivery, "timeout" if reason == "http_timeout" and delivery.kind != "events_api" else reason)

    async def _posted(self, delivery: Delivery, attempt: Attempt, body: str, headers: dict[str, str]) -> str:
        """Post once; give '' where it was acknowledged, otherwise Slack's reason for trying again."""
        limit = aiohttp.ClientTimeout(total=self.schedule.ack_within)
        try:
            url = [self.urls[delivery.kind], *self.replicas][attempt.connection]
            async with self._client().post(url, data=body.encode(), headers=headers, timeout=limit) as response:
                text = await response.text()
        except TimeoutError:
            return "http_timeout"
        except aiohttp.ClientError:
            return "connection_failed"
        if response.status != 200:
            return "stop" if response.headers.get("X-Slack-No-Retry") == "1" else "http_error"
        if self._is_lost():
            return "http_timeout"
        self._acknowledge(delivery, attempt, time.monotonic(), read_answer(text))
        return ""

    def _client(self) -> aiohttp.ClientSession:
        if self.http is None:
            self.http = aiohttp.ClientSession()
        return self.http

    async def close(self) -> None:
        self.cut_all()
        for task in [*self._tasks]:
            task.cancel()
        if self.http is not None:
            await self.http.close()


def _cut(connection: Connection) -> None:
    if connection.request.transport is not None:
        connection.request.transport.abort()


async def _closed(connection: Connection) -> None:
    await connection.socket.close()


async def _write(connection: Connection) -> None:
    while True:
        frame = await connection.outgoing.get()
        if connection.socket.closed:
            return
        if isinstance(frame, bytes):
            await connection.socket.send_bytes(frame)
        else:
            await connection.socket.send_str(frame)


def _envelope(delivery: Delivery, attempt: Attempt) -> Json:
    envelope: Json = {"envelope_id": attempt.envelope_id, "type": delivery.kind, "payload": delivery.payload}
    if delivery.kind != "events_api":
        return envelope | {"accepts_response_payload": True}
    retry = {"retry_attempt": attempt.number, "retry_reason": delivery.next_reason}
    return envelope | {"accepts_response_payload": False} | retry
