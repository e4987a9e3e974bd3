"""The threads that take what a socket brings: in order within a channel, what waits together, what comes again once."""

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

import structlog
from slack_sdk.socket_mode.request import SocketModeRequest

EVENTS = "events_api"

log = structlog.get_logger(__name__)


class Lane:
    """One thread that takes envelopes in their order: as many at once as wait, up to `most`."""

    def __init__(self, name: str, take: Callable[[Sequence[SocketModeRequest]], None], most: int) -> None:
        self._take, self._most = take, most
        self._waiting: queue.SimpleQueue[SocketModeRequest | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, envelope: SocketModeRequest) -> None:
        """Take this after all that came before it."""
        self._waiting.put(envelope)

    def finish(self) -> None:
        """End after all that came before."""
        self._waiting.put(None)

    def join(self, seconds: float) -> bool:
        """Wait for the end; say whether it came."""
        self._thread.join(max(0.0, seconds))
        return not self._thread.is_alive()

    def _run(self) -> None:
        is_over = False
        while not is_over:
            together, is_over = self._next()
            try:
                self._take(together)
            except Exception as error:  # noqa: BLE001 - the end of its thread: the next one must still be done
                log.error("slack.envelope_failed", error=type(error).__name__)

    def _next(self) -> tuple[list[SocketModeRequest], bool]:
        """Wait for an envelope, and give it with those that wait behind it; and whether that was all."""
        together: list[SocketModeRequest] = []
        envelope = self._waiting.get()
        while envelope is not None:
            together.append(envelope)
            if len(together) == self._most or self._waiting.empty():
                return together, False
            envelope = self._waiting.get()
        return together, True


class InHand:
    """The events that are not acknowledged yet: what Slack sends again of one meanwhile is acknowledged with it.

    Slack sends again what waits for three seconds. To take it again would make a queue that is long even longer.
    """

    def __init__(self) -> None:
        self._again: dict[str, list[SocketModeRequest]] = {}
        self._lock = threading.Lock()

    def take(self, envelope: SocketModeRequest) -> bool:
        """Take an envelope into the hand; False where its event is there already, and it is kept beside that."""
        event = _event_of(envelope)
        with self._lock:
            if event in self._again:
                self._again[event].append(envelope)
                return False
            if event:
                self._again[event] = []
            return True

    def release(self, envelope: SocketModeRequest) -> Sequence[SocketModeRequest]:
        """Let an envelope's event go, and give the envelopes that brought it again."""
        with self._lock:
            return self._again.pop(_event_of(envelope), ())


def _event_of(envelope: SocketModeRequest) -> str:
    """Give what names an event in all its envelopes; empty where nothing does."""
    payload = envelope.payload
    return str(payload.get("event_id") or "") if envelope.type == EVENTS and isinstance(payload, dict) else ""


def turn(payload: Any) -> int:
    """Give a number that is the same for all that happens in one channel."""
    event = payload.get("event") if isinstance(payload, dict) else None
    if not isinstance(event, dict):
        return 0
    item = event.get("item")
    channel = event.get("channel") or (item.get("channel") if isinstance(item, dict) else "")
    return crc32(str(channel).encode("utf-8", "replace"))
