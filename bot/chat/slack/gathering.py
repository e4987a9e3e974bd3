"""Several payloads, one commit: what waits in a channel is read first, handed in together, and then acknowledged."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.chat.port import Inbound, Reading
from models.errors import StoreUnavailable
from models.events import CommandGiven, Event
from models.message import Answer


class Gathering:
    """An `Inbound` that keeps what is answered by nothing until `hand_in`; a command goes in at once, after those."""

    def __init__(self, inbound: Inbound) -> None:
        self._inbound = inbound
        self._kept: list[Event] = []
        self._failure: StoreUnavailable | None = None

    def receive(self, event: Event) -> Answer | None:
        """Keep one event of a channel; a command's answer is given. Raises what the inbound raises for a command."""
        if isinstance(event, CommandGiven):
            self.hand_in()
            return self._inbound.receive(event)
        self._kept.append(event)
        return None

    def receive_all(self, events: Sequence[Event]) -> None:
        """Keep several events."""
        for event in events:
            self.receive(event)

    def hand_in(self) -> None:
        """Hand in what was kept; return only after the commit.

        Raises StoreUnavailable where this or an earlier commit of the gathering failed: none was taken for certain.
        """
        if self._failure is not None:
            raise self._failure
        kept, self._kept = self._kept, []
        try:
            if kept:
                self._inbound.receive_all(kept)
        except StoreUnavailable as error:
            self._failure = error
            raise

    def learn_channels(self, platform: str, channels: Iterable[tuple[str, str]], *, are_all: bool = False) -> None:
        """Take the names of channels, which wait for nothing."""
        self._inbound.learn_channels(platform, channels, are_all=are_all)

    def lose_channel(self, platform: str, channel: str) -> None:
        """Take that the bot is no longer in a channel, which waits for nothing either."""
        self._inbound.lose_channel(platform, channel)

    def reading(self, platform: str) -> Reading:
        """Give what is to be read of what was missed."""
        return self._inbound.reading(platform)

    def keep_read(self, platform: str, read: Mapping[str, str]) -> None:
        """Keep up to which message channels were read."""
        self._inbound.keep_read(platform, read)

    def people(self, platform: str) -> Collection[str]:
        """Give the user ids of the configured people."""
        return self._inbound.people(platform)
