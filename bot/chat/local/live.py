"""What happens in the local chat, told at once to every open page."""

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

_BACKLOG = 500
_END = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for the pages. audience: the one person whose pages get it; None: everybody's."""

    payload: Json
    audience: str | None = None


@dataclass(eq=False, slots=True)
class _Listener:
    user: str
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[Json | None] = field(default_factory=asyncio.Queue)

    def offer(self, payload: Json | None) -> None:
        if payload is not _END and self.queue.qsize() >= _BACKLOG:
            _empty(self.queue)
            payload = {"type": "resync"}
        self.queue.put_nowait(payload)


class Live:
    """The open pages. Told from any thread; listened to on the server's loop, which never touches the store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: set[_Listener] = set()
        self._is_open = True

    def tell(self, notice: Notice) -> None:
        """Hand a notice to every page that it is for."""
        with self._lock:
            for listener in self._listeners:
                if notice.audience in (None, listener.user):
                    _hand(listener, notice.payload)

    def open(self) -> None:
        """Let pages listen (again)."""
        with self._lock:
            self._is_open = True

    def close(self) -> None:
        """End every stream, so that the server can stop; later ones end at once."""
        with self._lock:
            self._is_open = False
            for listener in self._listeners:
                _hand(listener, _END)

    async def listen(self, user: str) -> AsyncIterator[Json]:
        """Give what concerns one person from now on, until the chat is closed."""
        listener = _Listener(user, asyncio.get_running_loop())
        with self._lock:
            if not self._is_open:
                return
            self._listeners.add(listener)
        try:
            yield {"type": "hello"}
            while (payload := await listener.queue.get()) is not _END:
                yield payload
        finally:
            with self._lock:
                self._listeners.discard(listener)


def _empty(queue: asyncio.Queue[Json | None]) -> None:
    while not queue.empty():
        queue.get_nowait()


def _hand(listener: _Listener, payload: Json | None) -> None:
    if not listener.loop.is_closed():
        listener.loop.call_soon_threadsafe(listener.offer, payload)
