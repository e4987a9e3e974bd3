"""A chat platform that does what it is told: to try the delivery loop against every answer that there is."""

import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from time import monotonic

from bot.chat.port import Inbound, Pace, Remote
from models.effects import Effect
from models.errors import DeliveryFailed


class ScriptedPlatform:
    """Performs effects, remembers them by key, and fails as scripted.

    script: for each coming call an error to raise, "lose" (done, but the answer is lost) or None (done).
    """

    def __init__(self, paces: Sequence[Pace] = ()) -> None:
        self.script: deque[Exception | str | None] = deque()
        self.done: dict[str, Effect] = {}
        self.calls: list[tuple[float, Effect, Remote | None]] = []
        self.held = threading.Event()
        self.held.set()
        self._paces = paces
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return "slack"

    def start(self, inbound: Inbound) -> None:
        inbound.learn_channels("slack", [("C1", "devops-sos")])

    def stop(self) -> None:
        """Nothing to stop."""

    def is_healthy(self) -> bool:
        return True

    def perform(self, effect: Effect, key: str, target: Remote | None = None) -> Remote:
        with self._lock:
            self.calls.append((monotonic(), effect, target))
            step = self.script.popleft() if self.script else None
        self.held.wait(60)
        if isinstance(step, Exception):
            raise step
        with self._lock:
            self.done[key] = effect
        if step == "lose":
            raise DeliveryFailed("the answer was lost", unknown=True)
        return Remote(getattr(effect, "channel", "D1"), key)

    def find(self, effect: Effect, key: str, since: datetime) -> Remote | None:
        with self._lock:
            return Remote("C1", key) if key in self.done else None

    def paces(self, effect: Effect) -> Sequence[Pace]:
        return self._paces
