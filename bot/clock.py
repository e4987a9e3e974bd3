"""The only place that reads a clock or makes an id; everywhere else both are handed in."""

import threading
from datetime import UTC, datetime
from typing import Protocol
from uuid import uuid4


class Clock(Protocol):
    """What says what time it is."""

    def now(self) -> datetime:
        """Give the present instant: aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the present instant: aware, UTC."""
        return datetime.now(UTC)


class SteppingClock:
    """A clock that runs with the machine's, from any instant on, and can be moved forward: for the demo and the tests.

    Moving it is the business of `bot.stepping`, which stops at each due instant on the way.
    """

    def __init__(self, start: datetime, *, is_running: bool = True) -> None:
        self._lock = threading.Lock()
        self._is_running = is_running
        self._set(start)

    def _set(self, instant: datetime) -> None:
        self._base, self._since = instant, datetime.now(UTC)

    def now(self) -> datetime:
        """Give the present instant of this clock: aware, UTC."""
        with self._lock:
            return self._present()

    def _present(self) -> datetime:
        return self._base + (datetime.now(UTC) - self._since) if self._is_running else self._base

    def run(self) -> None:
        """Let the clock run from where it stands."""
        with self._lock:
            if not self._is_running:
                self._set(self._base)
                self._is_running = True

    def set(self, instant: datetime) -> None:
        """Go to a later instant; an earlier one is refused with ValueError, because time never runs back."""
        with self._lock:
            if instant < self._present():
                raise ValueError("a clock is never set back")
            self._set(instant)

    def forward_to(self, instant: datetime) -> None:
        """Go to an instant, unless it is past already: then the clock stays as it is."""
        with self._lock:
            self._set(max(instant, self._present()))


def new_id() -> str:
    """Give an id that nothing else has."""
    return uuid4().hex
