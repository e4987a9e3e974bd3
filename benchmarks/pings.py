"""Cries for help among chatter, and how long each waits for its ping: the same people on every chat platform."""

import gc
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from time import monotonic, sleep

from sqlalchemy import func, select

from bot.store import Store
from models.records.event import ReceivedEvent

ROOMS = 12
CRIES = 5
"""How many a second of the busy stream: each of the rooms then gets a ping in 2.4 s."""
TALK = "talk"
URGENT = "Our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down, case "
PATIENCE = 120.0

CHANNELS = [{"name": f"sos-{number}", "kind": "sos"} for number in range(ROOMS)] + [{"name": TALK, "kind": "general"}]


class Crowd(ABC):
    """People in rooms; each urgent message is of somebody new, so that it is a new request."""

    def __init__(self) -> None:
        self._authors, self._words = 0, _chatter()

    @abstractmethod
    def say(self, room: str, author: str, words: str) -> str:
        """Post a message of somebody who may be new, and give its id."""

    @abstractmethod
    def pinged(self, message: str) -> float | None:
        """Give the seconds from a message to the first answer in its thread, by the platform's clock."""

    def urgent(self) -> str:
        self._authors += 1
        return self.say(f"sos-{self._authors % ROOMS}", f"author{self._authors}", f"{URGENT}{self._authors}")

    def chatter(self, number: int) -> str:
        return self.say(TALK, f"talker{number % 500}", self._words[number % len(self._words)])

    def all_pinged(self, messages: Sequence[str]) -> list[float]:
        end = monotonic() + PATIENCE
        while any(self.pinged(one) is None for one in messages):
            assert monotonic() < end, "not everybody was pinged"
            sleep(0.05)
        return [self.pinged(one) or 0.0 for one in messages]

    def idle(self, count: int) -> list[float]:
        """Cry for help when nothing else happens."""
        cried = []
        for _ in range(count):
            cried.append(self.urgent())
            sleep(0.3)
        return self.all_pinged(cried)

    def busy(self, seconds: int, rate: int) -> list[float]:
        """Write so many messages a second, five of which are cries for help, each room getting one in two seconds."""
        begun, cried = monotonic(), []
        for number in range(seconds * rate):
            sleep(max(0.0, begun + number / rate - monotonic()))
            if number % (rate // CRIES) == 0:
                cried.append(self.urgent())
            else:
                self.chatter(number)
        return self.all_pinged(cried)

    def reconnected(self, cut: Callable[[], None], *, after: float) -> float:
        """Give the seconds from a cut to the ping of what was written right after it.

        after: how long the connection had stood. Those that break as soon as they stand are made anew more slowly.
        """
        sleep(after)
        begun = monotonic()
        cut()
        self.all_pinged([self.urgent()])
        return monotonic() - begun


def _chatter() -> list[str]:
    corpus = resources.files("models.triage").joinpath("corpus/train.jsonl").read_text(encoding="utf-8")
    rows = map(json.loads, corpus.splitlines())
    return [row["text"] for row in rows if row["label"] in ("community", "none")]


def show(crowd: Crowd, *, is_short: bool) -> None:
    """Measure idle and busy, and print both."""
    gc.disable()  # to look through what the fake remembers takes a fifth of a second, which is not the bot's
    crowd.idle(3)  # the first ones load what is loaded late
    show_times("idle", crowd.idle(5 if is_short else 50))
    show_times("50 a second", crowd.busy(2 if is_short else 30, 50))


def show_times(name: str, seconds: Sequence[float]) -> None:
    print(f"{name}: half {share(seconds, 0.5)}, 99 % {share(seconds, 0.99)}, most {share(seconds, 1)}")


def share(seconds: Sequence[float], of: float) -> str:
    ordered = sorted(seconds)
    return f"{ordered[min(len(ordered) - 1, int(of * len(ordered)))] * 1000:.0f} ms"


@contextmanager
def counting(url: str, prefix: str) -> Iterator[Callable[[], int]]:
    """Give a look at how many messages of a channel are in the store. prefix: of their events' keys."""
    store = Store(url)
    told = select(func.count()).select_from(ReceivedEvent).where(ReceivedEvent.key.startswith(prefix))

    def count() -> int:
        with store.reading() as session:
            return session.scalar(told) or 0

    yield count
    store.close()
