"""The realtime connection: DDP over a websocket, kept up in a thread of its own.

It is there for speed alone: whatever it misses is read afterwards. Source: Rocket.Chat, ddp-streamer: `connect`,
`login` by resume token, `sub` with `ready` or `nosub`, `changed` for each event, `ping` and `pong` both ways.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from time import monotonic
from typing import Any

import structlog
from websocket import WebSocket, WebSocketException, WebSocketTimeoutException, create_connection

from bot.chat.rocketchat.caller import FORBIDDEN, REFUSED_SECONDS, UNAUTHORISED, Token
from bot.intake import where
from models.errors import WatchbillError

Json = dict[str, Any]

CONNECT_SECONDS = 10.0
PING_SECONDS = 15.0
FIRST_WAIT, BRIEF, SLOWEST_WAIT = 0.1, 1.0, 4.0
FAILED = (OSError, WebSocketException)

log = structlog.get_logger(__name__)

Subscription = tuple[str, str]
"""A stream's name, and the name of what is wanted of it."""


class TokenRefused(WatchbillError):
    """The server does not take the token."""


class Realtime:
    """One connection, made anew whenever it ends.

    on_up: called after each connection, once all is subscribed. on_event: takes (stream, event's name, arguments).
    wanted: gives what is to be subscribed to, first that without which nothing is heard.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        wanted: Callable[[], Iterable[Subscription]],
        on_event: Callable[[str, str, list[Any]], None],
        on_up: Callable[[], None],
        standing: Token,
        refused_wait: float = REFUSED_SECONDS,
    ) -> None:
        self._address = f"{url.replace('http', 'ws', 1).rstrip('/')}/websocket"
        self._token, self._standing, self._refused_wait = token, standing, refused_wait
        self._wanted, self._on_event, self._on_up = wanted, on_event, on_up
        self._stopping = threading.Event()
        self._up = threading.Event()
        self._numbers = count(1)
        self._socket: WebSocket | None = None
        self._first, self._is_deaf = "", False
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="rocketchat-realtime", daemon=True)

    def start(self, seconds: float) -> bool:
        """Begin to connect, and wait a while for it; say whether it is up."""
        self._thread.start()
        return self._up.wait(seconds)

    @property
    def is_up(self) -> bool:
        """Whether events can come now."""
        return self._up.is_set() and not self._is_deaf

    def stop(self, seconds: float) -> None:
        """Disconnect, for good."""
        self._stopping.set()
        self._hang_up()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def reconnect(self) -> None:
        """Connect anew, as after a loss."""
        self._hang_up()

    def subscribe(self, wanted: Iterable[Subscription]) -> None:
        """Subscribe to more, where there is a connection; the next one asks for it anyway."""
        current = self._socket
        if current is not None and self.is_up:
            try:
                for one in wanted:
                    self._subscribe(current, one)
            except FAILED as error:
                log.info("rocketchat.connection_lost", reason=type(error).__name__)

    def _hang_up(self) -> None:
        current = self._socket
        sock = current.sock if current is not None else None
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def _run(self) -> None:
        wait = FIRST_WAIT
        while not self._stopping.is_set():
            begun = monotonic()
            try:
                self._connected()
            except TokenRefused:
                self._standing.refused()
                wait = self._refused_wait
            except FAILED as error:
                if not self._stopping.is_set():
                    log.warning("rocketchat.connection_lost", reason=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the end of its thread: the next connection must still be made
                log.error("rocketchat.connection_failed", where=where(error))
            if self._up.is_set():
                wait = FIRST_WAIT if monotonic() - begun > BRIEF else min(wait, BRIEF)
            self._up.clear()
            if self._stopping.wait(wait):
                return
            wait = min(SLOWEST_WAIT, wait * 2)

    def _connected(self) -> None:
        with self._opened() as current:
            self._send(current, msg="connect", version="1", support=["1"])
            self._until(current, lambda frame: frame.get("msg") == "connected")
            self._login(current)
            pending = [self._subscribe(current, one) for one in self._wanted()]
            self._first, self._is_deaf = next(iter(pending), ""), False
            self._until(current, lambda frame: self._is_settled(frame, pending))
            self._up.set()
            self._on_up()
            for frame in self._frames(current):
                self._take(frame)

    @contextmanager
    def _opened(self) -> Iterator[WebSocket]:
        current = create_connection(self._address, timeout=CONNECT_SECONDS, skip_utf8_validation=True)
        self._socket = current
        try:
            if not self._stopping.is_set():
                yield current
        finally:
            self._socket = None
            _dropped(current)

    def _login(self, current: WebSocket) -> None:
        number = str(next(self._numbers))
        self._send(current, msg="method", method="login", id=number, params=[{"resume": self._token}])
        answer = self._until(current, lambda frame: frame.get("msg") == "result" and frame.get("id") == number)
        if answer.get("error"):
            raise TokenRefused("login") if _is_refusal(answer["error"]) else WebSocketException("no login")
        self._standing.taken()

    def _subscribe(self, current: WebSocket, wanted: Subscription) -> str:
        number, (stream, name) = f"s{next(self._numbers)}", wanted
        self._send(current, msg="sub", id=number, name=stream, params=[name, False])
        return number

    def _is_settled(self, frame: Json, pending: list[str]) -> bool:
        """Say whether each subscription was answered; what comes meanwhile is taken."""
        if frame.get("msg") == "ready":
            done = frame.get("subs")
            pending[:] = [one for one in pending if not isinstance(done, list) or one not in done]
        elif frame.get("msg") == "nosub" and frame.get("id") in pending:
            pending.remove(str(frame["id"]))
            self._note_refusal(frame)
        else:
            self._take(frame)
        return not pending

    def _until(self, current: WebSocket, is_it: Callable[[Json], bool]) -> Json:
        """Give the first frame that is it. Raises what a lost connection raises, after ten seconds at the latest."""
        end = monotonic() + CONNECT_SECONDS
        for frame in self._frames(current):
            if is_it(frame):
                return frame
            if monotonic() > end:
                break
        raise WebSocketTimeoutException("no answer")

    def _frames(self, current: WebSocket) -> Iterator[Json]:
        """Give what comes, as far as it can be read; pings are answered, and sent where nothing comes."""
        current.settimeout(PING_SECONDS)
        is_asked = False
        while True:
            try:
                raw = current.recv()
            except WebSocketTimeoutException:
                if is_asked:
                    raise
                is_asked = True
                self._send(current, msg="ping")
                continue
            is_asked = False
            if not raw:
                if not current.connected or self._stopping.is_set():
                    raise WebSocketException("closed")
                continue
            frame = _read(raw)
            if frame is not None and frame.get("msg") == "ping":
                self._send(current, msg="pong")
            elif frame is not None:
                yield frame

    def _send(self, current: WebSocket, **frame: Any) -> None:
        with self._sending:
            current.send(json.dumps(frame))

    def _note_refusal(self, frame: Json) -> None:
        """Take note that the server does not tell something: of one room, or what is said in all."""
        is_deaf = frame.get("id") == self._first
        self._is_deaf = self._is_deaf or is_deaf
        (log.error if is_deaf else log.warning)("rocketchat.subscription_refused", is_deaf=is_deaf)

    def _take(self, frame: Json) -> None:
        if frame.get("msg") == "nosub":
            self._note_refusal(frame)
        fields = frame.get("fields")
        if frame.get("msg") != "changed" or not isinstance(fields, dict):
            return
        arguments = fields.get("args")
        if isinstance(arguments, list):
            self._on_event(str(frame.get("collection")), str(fields.get("eventName")), arguments)


def _is_refusal(error: Any) -> bool:
    """Say whether a login failed because of its token; others fail of a busy server, or of one that is starting."""
    return isinstance(error, dict) and error.get("error") in (UNAUTHORISED, FORBIDDEN, "403", "401")


def _read(raw: str | bytes) -> Json | None:
    """Read a frame; None where it is none of ours: the connection goes on, and what it held is read afterwards."""
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        log.warning("rocketchat.frame_unreadable", size=len(raw))
        return None
    return frame if isinstance(frame, dict) else None


def _dropped(current: Any) -> None:
    """Let a connection go at once, without a farewell that nobody may answer."""
    current.shutdown()
