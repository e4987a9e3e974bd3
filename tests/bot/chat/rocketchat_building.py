"""A Rocket.Chat adapter over the fake, and an intake that only records."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.chat.port import Reading
from bot.chat.rocketchat.port import RocketChatChat
from bot.clock import SteppingClock
from models.errors import StoreUnavailable
from models.records.reading import Position
from tests.bot.chat import slack_building
from tests.bot.chat.slack_building import COMMANDS, NOW
from tests.fakes.rocketchat import FakeRocketChat

BUTTONS = ("ack", "resolve", "class", "form")


def until(is_so: Callable[[], object], within: float = 20.0) -> None:
    end = time.monotonic() + within
    while not is_so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


class Recorder(slack_building.Recorder):
    """Records what is received from Rocket.Chat."""

    is_away = False

    def reading(self, platform: str) -> Reading:
        assert platform == "rocketchat"
        if self.is_away:
            raise StoreUnavailable("the disk is full")
        return Reading([one for one, name in self.channels.items() if name == "devops-sos"], dict(self.positions))

    def keep_read(self, platform: str, read: Mapping[str, str]) -> None:
        with self.changed:
            for channel, newest in read.items():
                known = self.positions.get(channel, Position(newest, newest))
                self.positions[channel] = Position(known.since, max(known.newest, newest))
            self.changed.notify_all()

    def people(self, platform: str) -> Collection[str]:
        return self.known


def chat_for(fake: FakeRocketChat, **settings: Any) -> RocketChatChat:
    given: dict[str, Any] = {
        "url": fake.url,
        "user_id": fake.bot.id,
        "token": fake.token,
        "commands": COMMANDS,
        "buttons": BUTTONS,
        "clock": SteppingClock(NOW, is_running=False),
    }
    return RocketChatChat(**given | settings)


@contextmanager
def workspace(**settings: Any) -> Iterator[FakeRocketChat]:
    """Give a server with Amina, Bob, a public and a private room."""
    with FakeRocketChat(**settings) as fake:
        fake.user("amina")
        fake.user("bob")
        fake.room("devops-sos", ["amina", "bob"])
        fake.room("devops-secret", ["amina"], kind="p")
        yield fake


@contextmanager
def running(fake: FakeRocketChat, inbound: Recorder, **settings: Any) -> Iterator[RocketChatChat]:
    """Give an adapter that is connected and has read once."""
    chat = chat_for(fake, **settings)
    chat.start(inbound)
    try:
        inbound.wait_for(lambda: inbound.positions)
        yield chat
    finally:
        inbound.hold.set()
        chat.stop()
