"""How often the bot may call: tiers for each method, and one post a second in each channel."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fakes.slack.workspace import SlackError

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}


@dataclass
class Bucket:
    """A bucket of tokens: holds `size`, regains `per_second`."""

    size: float
    per_second: float
    level: float
    seen: float

    def take(self, now: float) -> float:
        """Take one token; give 0, or the seconds until there is one."""
        self.level = min(self.size, self.level + (now - self.seen) * self.per_second)
        self.seen = now
        if self.level >= 1:
            self.level -= 1
            return 0.0
        return (1 - self.level) / self.per_second


@dataclass
class Rates:
    """is_on: False lets everything pass. burst: how many posts at once a channel takes before one a second holds.

    connections: how many connections may be opened at once before tier 1 holds (Slack does not publish it).
    """

    is_on: bool = True
    posts_per_second: float = 1.0
    burst: int = 5
    connections: int = 20
    tiers: dict[int, int] = field(default_factory=lambda: dict(TIERS))
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def check(self, method: str, tier: int, channel: str) -> None:
        """Refuse the call with 429 where it comes too soon; tier 0 has no limit of its own."""
        if not self.is_on:
            return
        if method == "chat.postMessage":
            self._take(f"post {channel}", self.burst, self.posts_per_second)
        elif tier:
            a_minute = self.tiers[tier]
            size = self.connections if method == "apps.connections.open" else a_minute
            self._take(method, size, a_minute / 60)

    def _take(self, key: str, size: float, per_second: float) -> None:
        now = self.clock()
        bucket = self._buckets.setdefault(key, Bucket(size, per_second, size, now))
        wait = bucket.take(now)
        if wait:
            raise too_many(math.ceil(wait))


def too_many(seconds: int) -> SlackError:
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(seconds)})
