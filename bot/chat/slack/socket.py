"""Socket Mode: one websocket, kept up, and the threads that work on what it brings.

What happens in one channel is taken in its order; what people do with commands, buttons and forms has a thread of
its own, because they wait for it.
"""

import contextlib
import json
import logging
import socket
import threading
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import structlog
from slack_bolt import App, BoltRequest, BoltResponse
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.websocket_client import SocketModeClient
from websocket import WebSocket, WebSocketApp, WebSocketException

from bot.chat.port import Inbound
from bot.chat.slack.gathering import Gathering
from bot.chat.slack.lanes import EVENTS, InHand, Lane, turn
from bot.chat.slack.listening import GATHERING
from models.errors import StoreUnavailable

PING_SECONDS = 3
SILENT_SECONDS = 9.0
GOODBYE_SECONDS = 1.0
LOOK_SECONDS = 0.05
OPENING_SECONDS = 5.0
SHORT_SECONDS, PATIENT_FOR, LONGEST_PAUSE = 10.0, 3, 30.0
MOST_DOUBLINGS = 10
MOST_TOGETHER = 25
"""How many events share a commit where more wait: what one of them waits for the others stays under 0.1 s."""

log = structlog.get_logger(__name__)


class Handler(SocketModeHandler):
    """Bolt's handler, with the order kept: an envelope goes to the lane of its channel.

    unread: called for each envelope that nobody can read.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        web_client: WebClient,
        inbound: Inbound,
        lanes: int,
        *,
        unread: Callable[[], None],
    ) -> None:
        super().__init__(app, app_token, web_client=web_client, ping_interval=PING_SECONDS, concurrency=1)
        self._inbound, self._in_hand, self._unread = inbound, InHand(), unread
        self._events = [Lane(f"slack-events-{at}", self._take, MOST_TOGETHER) for at in range(lanes)]
        self._people = Lane("slack-people", self._take, 1)
        self._is_stopping = False

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Give one envelope to its lane; while stopping to none, so that Slack sends it again."""
        del client
        if self._is_stopping:
            return
        lane = self._people if req.type != EVENTS else self._events[turn(req.payload) % len(self._events)]
        if self._in_hand.take(req):
            lane.submit(req)

    def _take(self, together: Sequence[SocketModeRequest]) -> None:
        """Read some envelopes, commit what they tell, and acknowledge them; where it cannot be committed, none."""
        gathering, answers = Gathering(self._inbound), []
        try:
            answers = [self._answer(envelope, gathering) for envelope in together]
            gathering.hand_in()
        except StoreUnavailable as error:
            log.warning("slack.unacknowledged", kind=EVENTS, envelopes=len(together), reason=str(error))
            answers = []
        finally:
            again = [self._in_hand.release(envelope) for envelope in together]
        for envelope, repeats, answer in zip(together, again, answers, strict=False):  # without answers none
            for one in (envelope, *repeats):
                send_response(self.client, one, answer, 0.0)

    def _answer(self, envelope: SocketModeRequest, gathering: Gathering) -> BoltResponse:
        try:
            request = BoltRequest(
                mode="socket_mode",
                body=envelope.payload,
                headers=build_headers(envelope),
                context={GATHERING: gathering},
            )
            return self.app.dispatch(request)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.warning("slack.envelope_unreadable", kind=envelope.type, error=type(error).__name__)
            self._unread()
            return BoltResponse(status=200)

    def drain(self, seconds: float) -> bool:
        """Take no more, and wait for what is in hand; say whether all of it was done."""
        self._is_stopping = True
        lanes = [*self._events, self._people]
        for lane in lanes:
            lane.finish()
        deadline = monotonic() + seconds
        done = [lane.join(deadline - monotonic()) for lane in lanes]
        return all(done)


def pause_after(short_lived: int) -> float:
    """Give the seconds to wait after so many connections in a row that ended almost at once: none for the first few.

    A server that closes whatever is opened would otherwise be dialled, and its history read, once a second.
    """
    doublings = min(short_lived - PATIENT_FOR, MOST_DOUBLINGS)
    return min(LONGEST_PAUSE, 2.0**doublings) if doublings > 0 else 0.0


def _is_farewell(raw: str) -> bool:
    if '"disconnect"' not in raw:  # envelopes are many, and the library reads them anyway
        return False
    try:
        frame = json.loads(raw)
    except ValueError:
        return False
    return isinstance(frame, dict) and frame.get("type") == "disconnect"


class Socket:
    """The connection. It is up between Slack's `hello` and the end of a connection.

    came_up: called at each `hello`; it must not wait for anything.
    """

    def __init__(self, handler: Handler, came_up: Callable[[], None]) -> None:
        self._came_up = came_up
        self._handler = handler
        self._client = self._handler.client
        # the library's own two ways of reconnecting make a connection each, and close each other's
        self._client.default_auto_reconnect_enabled = self._client.auto_reconnect_enabled = False
        self._client.current_app_monitor_started = True
        self._up, self._ended = threading.Event(), threading.Event()
        self._down_since = self._up_since = 0.0
        self._short_lived = 0
        self._last_ended: WebSocketApp | None = None
        self._wire: WebSocket | None = None
        self._first_ping = 0.0
        # Set after the client, which sets it too: to its library every goodbye is an error.
        logging.getLogger("websocket").setLevel(logging.CRITICAL)
        self._look_for_connections_often()
        self._client.on_message_listeners.append(self._read)
        self._client.message_listeners.append(self._heard)
        self._client.on_open_listeners.append(self._opened)
        self._client.on_error_listeners.append(self._failed)
        self._client.on_close_listeners.append(self._closed)

    def _look_for_connections_often(self) -> None:
        """Begin to read from a new connection after 50 ms; the library would wait up to half a second.

        And only from a new one: the library would dial again where one has ended, as often as it looks.
        """
        usual = self._client.current_session_runner
        usual.shutdown()  # type: ignore[no-untyped-call]

        def read_a_new_one() -> None:
            if self._client.current_session is not self._last_ended:
                usual.target()

        self._client.current_session_runner = IntervalRunner(read_a_new_one, LOOK_SECONDS).start()

    def _opened(self, session: WebSocketApp) -> None:
        self._wire, self._first_ping = session.sock, 0.0
        # The library decodes each text anyway, which refuses what is no UTF-8; it would look at every byte before that.
        if session.sock is not None:
            session.sock.cont_frame.skip_utf8_validation = True

    def _heard(self, _client: Any, message: dict[str, Any], _raw: str | None = None) -> None:
        if message.get("type") == "hello":
            self._ended.clear()
            self._up.set()
            self._up_since = monotonic()
            self._came_up()

    def _read(self, session: WebSocketApp, raw: str) -> None:
        """Let the reader come to its end by itself where Slack says that it will disconnect.

        The library then closes the socket from another thread. A reader that waits on a socket at that moment waits
        for ever; one whose socket was shut down sees the end at once.
        """
        wire = session.sock.sock if session.sock is not None and _is_farewell(raw) else None
        if wire is not None:
            with contextlib.suppress(OSError):  # the connection may be gone already
                wire.shutdown(socket.SHUT_RDWR)

    def _failed(self, _session: WebSocketApp, error: Exception) -> None:
        if not self._client.closed:
            log.warning("slack.connection_ended", error=type(error).__name__)

    def _closed(self, session: WebSocketApp) -> None:
        lived = monotonic() - self._up_since if self._up.is_set() else 0.0
        self._short_lived = self._short_lived + 1 if lived < SHORT_SECONDS else 0
        self._up.clear()
        self._down_since, self._last_ended = monotonic(), session
        if self._wire is not None:
            # the library leaves the socket open where the other side closed first
            self._wire.shutdown()  # type: ignore[no-untyped-call]
        self._ended.set()

    def connect(self, within: float) -> None:
        """Ask for an address and connect to it. Raises what the client raises where Slack gives none."""
        self._down_since = monotonic()
        self._client.connect()
        self._up.wait(within)

    def keep_up(self) -> None:
        """Make a new connection where one ended and none is being opened. Raises what the client raises.

        Called about once a second. What Slack itself asks for, by a disconnect frame, the library does.
        """
        is_over = self._client.current_session is self._last_ended
        if self._up.is_set() and not is_over:  # a hello may be read after the end of its connection was
            self._close_if_silent()
            return
        if monotonic() - self._down_since < pause_after(self._short_lived):
            return
        if is_over or monotonic() - self._down_since > OPENING_SECONDS:
            self._down_since = monotonic()
            self._client.connect_to_new_endpoint(force=True)

    @property
    def is_up(self) -> bool:
        """Whether events can come now."""
        return self._up.is_set() and self._client.is_connected()

    def _close_if_silent(self) -> None:
        """End a connection that answers no pings, as a broken network leaves it; a new one is made then."""
        session = self._client.current_session
        if session is None or not session.last_ping_tm:
            return
        self._first_ping = self._first_ping or session.last_ping_tm
        if session.last_ping_tm - max(session.last_pong_tm, self._first_ping) > SILENT_SECONDS:
            log.warning("slack.connection_silent")
            session.close()

    def stop(self, seconds: float) -> None:
        """Take no more events, finish those in hand, acknowledge them, and disconnect."""
        if not self._handler.drain(seconds):
            log.warning("slack.stopped_in_the_middle")
        self._say_goodbye()
        closing = threading.Thread(target=self._handler.close, name="slack-close", daemon=True)
        closing.start()
        closing.join(GOODBYE_SECONDS)

    def _say_goodbye(self) -> None:
        """Send the close frame and let the library's reader see its answer.

        Otherwise the library's own close waits for an answer that its reader may have taken already.
        """
        self._client.auto_reconnect_enabled = False
        self._client.closed = True
        self._client.enqueue_message("")  # wakes the library's reader, which looks for its end only between messages
        wire = self._wire
        if wire is None or not self._up.is_set():
            return
        with contextlib.suppress(WebSocketException, OSError):  # it may be gone at any moment
            wire.send_close()
            self._ended.wait(GOODBYE_SECONDS)
        wire.shutdown()  # type: ignore[no-untyped-call]
