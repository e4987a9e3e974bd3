"""A Slack adapter over the fake, and an intake that only records."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.chat.port import Reading
from bot.chat.slack.port import SlackChat
from bot.clock import SteppingClock
from bot.metrics import Metrics
from models.errors import StoreUnavailable
from models.events import Event
from models.message import Answer
from models.records.reading import Position
from tests.fakes.slack import FakeSlack, Rates, Schedule

E = TypeVar("E")

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
COMMANDS = ("oncall", "oncall-list", "handover", "incident", "thanks")
QUICK = Schedule(ack_within=0.5, retry_delays=(0.0, 0.1, 0.1, 0.1))


class Recorder:
    """Records what is received. together: how many events were handed in for each commit that several share.

    answer: gives what is answered. hold: what receive waits for. failing_with: the text of a message that finds the
    store unavailable, once. waiting: how many wait for `hold`. known: the user ids of the configured people.
    """

    def __init__(self) -> None:
        self.received: list[Event] = []
        self.together: list[int] = []
        self.channels: dict[str, str] = {}
        self.known: Collection[str] = ()
        self.positions: dict[str, Position] = {}
        self.threads: list[tuple[str, str]] = []
        self.answer: Callable[[Event], Answer | None] = lambda _: None
        self.hold = threading.Event()
        self.hold.set()
        self.failures = 0
        self.failing_with = ""
        self.waiting = 0
        self.changed = threading.Condition()

    def receive(self, event: Event) -> Answer | None:
        self.waiting += 1
        self.hold.wait(60)
        self.waiting -= 1
        with self.changed:
            if self.failing_with and self.failing_with == getattr(event, "text", ""):
                self.failing_with = ""
                raise StoreUnavailable("the disk is full")
            if self.failures > 0:
                self.failures -= 1
                raise StoreUnavailable("the disk is full")
            self.received.append(event)
            self.changed.notify_all()
        return self.answer(event)

    def receive_all(self, events: Sequence[Event]) -> None:
        self.together.append(len(events))
        for event in events:
            self.receive(event)

    def learn_channels(self, platform: str, channels: Iterable[tuple[str, str]], *, are_all: bool = False) -> None:
        with self.changed:
            told = dict(channels)
            self.channels = told if are_all else {**self.channels, **told}
            self.changed.notify_all()

    def lose_channel(self, platform: str, channel: str) -> None:
        with self.changed:
            self.channels.pop(channel, None)
            self.changed.notify_all()

    def reading(self, platform: str) -> Reading:
        assert platform == "slack"
        channels = [channel for channel, name in self.channels.items() if name in ("devops-sos", "devops-secret")]
        return Reading(channels, dict(self.positions), list(self.threads))

    def keep_read(self, platform: str, read: Mapping[str, str]) -> None:
        assert platform == "slack"
        with self.changed:
            for channel, newest in read.items():
                known = self.positions.get(channel, Position(newest, newest))
                self.positions[channel] = Position(known.since, max(known.newest, newest))
            self.changed.notify_all()

    def people(self, platform: str) -> Collection[str]:
        assert platform == "slack"
        return self.known

    def wait_for(self, predicate: Callable[[], object], timeout: float = 20.0) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: bool(predicate()), timeout), self.received

    def one(self, kind: type[E]) -> E:
        """Wait for the first event of a kind, and give it."""
        self.wait_for(lambda: any(isinstance(event, kind) for event in [*self.received]))
        return next(event for event in self.received if isinstance(event, kind))


def chat_for(slack: FakeSlack, **settings: Any) -> SlackChat:
    given: dict[str, Any] = {
        "bot_token": slack.bot_token,
        "app_token": slack.app_token,
        "signing_secret": slack.signing_secret,
        "api_url": slack.base_url,
        "commands": COMMANDS,
        "clock": SteppingClock(NOW, is_running=False),
        "metrics": Metrics(),
    }
    return SlackChat(**given | settings)


@contextmanager
def workspace(**settings: Any) -> Iterator[FakeSlack]:
    """Give a workspace with Amina, Bob and two channels."""
    given: dict[str, Any] = {"rates": Rates(is_on=False), "schedule": QUICK}
    with FakeSlack(**given | settings) as fake:
        fake.user("U01", name="amina")
        fake.user("U02", name="bob")
        fake.channel("devops-sos", members=["amina", "bob"], channel_id="C0SOS")
        fake.channel("devops-secret", members=["amina"], channel_id="C0SECRET", private=True)
        yield fake


@contextmanager
def running(slack: FakeSlack, inbound: Recorder, **settings: Any) -> Iterator[SlackChat]:
    chat = chat_for(slack, **settings)
    chat.start(inbound)
    try:
        yield chat
    finally:
        inbound.hold.set()
        chat.stop()
