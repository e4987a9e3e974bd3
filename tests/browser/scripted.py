"""A local chat with a bot that answers from a script, for the tests of the chat itself."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.chat.local.cast import CommandHint
from bot.chat.local.port import LocalChat
from bot.chat.port import Reading
from bot.clock import SteppingClock
from models.errors import StoreUnavailable
from models.events import Event
from models.message import Answer
from models.policy import Channel, ChannelKind, Person

Script = Callable[[Event], Answer | None]

NOON = datetime(2026, 6, 1, 19, 0, tzinfo=UTC)
SOS = "C-devops-sos"
HOW_TO = "C-devops-how-to"
COMMANDS = (
    CommandHint("oncall", "next | list [14] | me", "Who is on call"),
    CommandHint("oncall-list", "add @u | shuffle", "The list and the next cycle"),
    CommandHint("handover", "accept | note <text>", "Hand the day over"),
)
PEOPLE = (
    Person(id="dana", name="Dana Whitfield"),
    Person(id="ravi", name="Ravi Menon", local="ravi.m"),
    Person(id="amina", name="Amina Diallo"),
    Person(id="lucia", name="Lucía Ferrer"),
)
CHANNELS = (
    Channel(name="devops-how-to", kind=ChannelKind.HOW_TO),
    Channel(name="devops-sos", kind=ChannelKind.SOS),
    Channel(name="general", kind=ChannelKind.GENERAL),
)


class ScriptedBot:
    """An `Inbound` that keeps what it took and answers as its script says. away: how often its store is not there."""

    def __init__(self, script: Script = lambda _: None, *, away: int = 0) -> None:
        self.script = script
        self.away = away
        self.offered = 0
        self.events: list[Event] = []
        self.channels: list[tuple[str, str]] = []
        self._arrived = threading.Condition()

    def receive(self, event: Event) -> Answer | None:
        self.offered += 1
        if self.away:
            self.away -= 1
            raise StoreUnavailable("the store is away")
        answer = self.script(event)
        with self._arrived:
            self.events.append(event)
            self._arrived.notify_all()
        return answer

    def receive_all(self, events: Sequence[Event]) -> None:
        for event in events:
            self.receive(event)

    def learn_channels(self, platform: str, channels: Iterable[tuple[str, str]], *, are_all: bool = False) -> None:
        assert platform == "local"
        self.channels = list(channels)

    def lose_channel(self, platform: str, channel: str) -> None:
        raise NotImplementedError

    def people(self, platform: str) -> Collection[str]:
        return ()

    def reading(self, platform: str) -> Reading:
        assert platform == "local"
        return Reading()

    def keep_read(self, platform: str, read: Mapping[str, str]) -> None:
        raise NotImplementedError

    def took(self, count: int) -> list[Event]:
        """Give the events once there are so many."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.events) >= count, timeout=30), self.events
        return self.events


def local_chat(store: Path | None = None, people: tuple[Person, ...] = PEOPLE) -> LocalChat:
    return LocalChat(
        store,
        SteppingClock(NOON, is_running=False),
        channels=CHANNELS,
        people=people,
        commands=COMMANDS,
        zone="America/Vancouver",
        roles={"amina": "engineer", "lucia": "lead"},
        redeliver_after=timedelta(milliseconds=20),
    )
