"""The local web chat behind the chat port: a platform of its own that lives in the bot's process."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.chat.local import performing
from bot.chat.local.actions import Actions
from bot.chat.local.cast import PLATFORM, CommandHint, Member, Role
from bot.chat.local.courier import Courier
from bot.chat.local.entries import Draft
from bot.chat.local.interaction import Interaction
from bot.chat.local.platform import Platform, channel_id
from bot.chat.port import Inbound, Pace, Remote
from bot.clock import Clock
from models.effects import Effect
from models.message import Message
from models.policy import Channel, Person


class LocalChat:
    """The chat platform `local`.

    store: its own SQLite file; None: memory. zone: the IANA zone in which the page shows times.
    people: everybody one can speak as; roles: by person id, as in `cast.roles_of`, others are developers.
    """

    def __init__(
        self,
        store: Path | None,
        clock: Clock,
        *,
        channels: Iterable[Channel],
        people: Iterable[Person],
        commands: Sequence[CommandHint],
        zone: str = "UTC",
        roles: Mapping[str, Role] | None = None,
        redeliver_after: timedelta = timedelta(seconds=1),
    ) -> None:
        known = roles or {}
        members = [Member.of(person, known.get(person.id, "developer")) for person in people]
        self.platform = Platform(store, clock, zone, channels, members)
        self.actions = Actions(self.platform)
        self.interaction = Interaction(self.platform, self.actions, commands)
        self._redeliver_after = redeliver_after
        self._courier: Courier | None = None

    @property
    def name(self) -> str:
        """The platform's name in the configuration."""
        return PLATFORM

    def start(self, inbound: Inbound) -> None:
        """Tell the channels, hand in what waited while the bot was away, and everything from now on."""
        with self.platform.archive.transaction() as db:
            rows = db.execute("SELECT id, name FROM channels WHERE is_open = 1 AND owner IS NULL ORDER BY position")
            channels = [(row["id"], row["name"]) for row in rows]
        inbound.learn_channels(PLATFORM, channels)
        self.platform.live.open()
        self.interaction.connect(inbound)
        self._courier = Courier(self.platform, inbound, self.interaction.answered, self._redeliver_after)
        self._courier.start()

    def stop(self) -> None:
        """End the pages' streams and hand in no more; what people still do waits for the next start."""
        self.interaction.connect(None)
        self.platform.live.close()
        if self._courier is not None:
            self._courier.stop()
            self._courier = None

    def close(self) -> None:
        """Stop, and close the store; the chat cannot be used afterwards."""
        self.stop()
        self.platform.archive.close()

    def is_healthy(self) -> bool:
        """Say whether events can come now."""
        return self._courier is not None and self._courier.is_alive()

    def perform(self, effect: Effect, key: str, target: Remote | None = None) -> Remote:
        """Do one effect; a key that was there before gives what it gave then. Raises DeliveryFailed."""
        return performing.perform(self.platform, effect, key, target)

    def find(self, effect: Effect, key: str, since: datetime) -> Remote | None:  # noqa: ARG002 - the port's signature
        """Give where the effect of this key went; None where it was never done."""
        return performing.find(self.platform, key)

    def paces(self, effect: Effect) -> Sequence[Pace]:  # noqa: ARG002 - the port's signature
        """Give no budget: this platform refuses nobody for being fast."""
        return ()

    def wait_until_taken(self, seconds: float = 5.0) -> bool:
        """Wait until the bot has taken all that people did so far; say whether it came to that.

        For whoever moves the clock: what was written before belongs to the time before.
        """
        return self._courier is None or self._courier.wait_until_taken(seconds)

    def mark_all_read(self) -> None:
        """Let everybody have read everything: for a demo whose past was played through it."""
        self.actions.mark_all_read()

    def record(
        self,
        channel: str,
        author: str,
        said: str | Message,
        at: datetime,
        *,
        thread: str | None = None,
        reactions: tuple[tuple[str, str], ...] = (),
    ) -> str:
        """Keep something of the past and give its id: the bot is not told of it, and nobody finds it unread.

        channel: its name. author: a user id. thread: the id of the thread's first message. reactions: (user, emoji).
        """
        text, body = (said, None) if isinstance(said, str) else (said.plain(), said)
        draft = Draft(channel=channel_id(channel), author=author, at=at, text=text, body=body, thread=thread)
        return self.actions.record(draft, reactions)
