"""The one port between Watchbill and a chat platform: translate in, render out, nothing else.

An adapter connects, turns what its platform says into `models.events` and hands it to an `Inbound`; it performs
the effects that the delivery loop gives it, one call each, and says truly what became of them. It decides nothing,
retries nothing and keeps no state that a restart would miss.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from models.effects import Effect
from models.events import Event
from models.message import Answer
from models.records.reading import Position


@dataclass(frozen=True, slots=True)
class Reading:
    """What an adapter needs to read what was missed.

    channels: the ids of the configured channels that the bot is in. positions: by channel, also by direct
    conversation, how far each was read; empty at a first start. threads: the channel and first message of each live
    request, the gravest first.
    """

    channels: Sequence[str] = ()
    positions: Mapping[str, Position] = field(default_factory=dict)
    threads: Sequence[tuple[str, str]] = ()


class Inbound(Protocol):
    """What an adapter hands its platform's events to."""

    def receive(self, event: Event) -> Answer | None:
        """Take one event; return only after the commit.

        Gives what is to be answered on the spot; None: nothing, or an event that was there already.
        Raises StoreUnavailable where the store cannot be written: the adapter must then not acknowledge.
        """
        ...

    def receive_all(self, events: Sequence[Event]) -> None:
        """Take events that nobody waits to be answered, in their order; return only after all are committed.

        Raises StoreUnavailable where the store cannot be written: the adapter must then acknowledge none of them.
        """
        ...

    def learn_channels(self, platform: str, channels: Iterable[tuple[str, str]], *, are_all: bool = False) -> None:
        """Take the (id, name) of channels that the bot is in, whenever one changes; at start of all that there are."""
        ...

    def lose_channel(self, platform: str, channel: str) -> None:
        """Take that the bot is no longer in a channel, or that nobody can write there any more."""
        ...

    def people(self, platform: str) -> Collection[str]:
        """Give the user ids that the configured people have on a platform: whose accounts are worth a look."""
        ...

    def reading(self, platform: str) -> Reading:
        """Give what is to be read of what was missed, and from where on."""
        ...

    def keep_read(self, platform: str, read: Mapping[str, str]) -> None:
        """Keep up to which message each channel was read. Raises StoreUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Remote:
    """Where the platform put something. message: the id it gave; None for what has none (a reaction, a topic)."""

    channel: str
    message: str | None = None


LANE = "lane"
"""The bucket of what a platform allows one channel: kept in the store, so that replicas share it."""


@dataclass(frozen=True, slots=True)
class Pace:
    """One budget of the platform's: at most one call in `interval` among those that share `bucket`.

    bucket: `LANE`, or the name of a method or a tier for the whole platform, counted in this process.
    burst: how many calls may be made ahead of that; a lane has none.
    """

    bucket: str
    interval: timedelta
    burst: int = 1


class ChatPort(Protocol):
    """A chat platform."""

    @property
    def name(self) -> str:
        """The platform's name in the configuration: `slack`, `rocketchat` or `local`."""
        ...

    def start(self, inbound: Inbound) -> None:
        """Connect, tell the channels, and hand in events from now on. Returns once events can come.

        Raises ConfigError where the platform refuses for good (a wrong token); keeps trying where it is only away.
        """
        ...

    def stop(self) -> None:
        """Take no more events, finish those in hand, and disconnect. What is owed can no longer be sent."""
        ...

    def is_healthy(self) -> bool:
        """Say whether events can come now."""
        ...

    def perform(self, effect: Effect, key: str, target: Remote | None = None) -> Remote:
        """Do one effect with one call (opening a conversation apart) within 10 s, and say where it went.

        key: names this effect for ever; sent along where the platform has a place for it.
        target: for an Edit, where its post went.
        Raises DeliveryFailed.
        """
        ...

    def find(self, effect: Effect, key: str, since: datetime) -> Remote | None:
        """Look for a post of unknown outcome; None where it is not there. Raises DeliveryFailed where that fails."""
        ...

    def paces(self, effect: Effect) -> Sequence[Pace]:
        """Give the budgets that performing this effect draws on."""
        ...
