"""Rocket.Chat behind the chat port: the realtime stream for speed, REST for everything else and for what it missed."""

import threading
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import structlog

from bot.chat.port import Inbound, Pace, Remote
from bot.chat.rocketchat import accounts
from bot.chat.rocketchat.accounts import Robots
from bot.chat.rocketchat.answers import Answers
from bot.chat.rocketchat.caller import REFUSED_SECONDS, Caller, CallFailed, Token
from bot.chat.rocketchat.checking import refusal
from bot.chat.rocketchat.ddp import Realtime, Subscription
from bot.chat.rocketchat.incoming import Reader
from bot.chat.rocketchat.listening import MESSAGES, NOTICES, OWN_NOTICES, Listener, Way
from bot.chat.rocketchat.memory import Memory
from bot.chat.rocketchat.missed import EVERY_SECONDS, Missed
from bot.chat.rocketchat.render import Renderer
from bot.chat.rocketchat.rooms import PLATFORM, Rooms
from bot.chat.rocketchat.sending import Sender
from bot.chat.rocketchat.text import Grammar
from bot.clock import Clock
from models.effects import Effect
from models.errors import ConfigError, StoreUnavailable

CALL_SECONDS, QUICK_SECONDS, ASKING_SECONDS = 9.0, 4.0, 2.0
CONNECT_SECONDS, READ_SECONDS = 5.0, 5.0
STOP_SECONDS = 3.0
AGAIN_SECONDS, SLOWEST_AGAIN = 1.0, 5.0
MOST_WATCHED = 200
"""For so many rooms deletions are told at once; in others they are read afterwards."""

ALL_MINE = "__my_messages__"

log = structlog.get_logger(__name__)


class RocketChatChat:
    """The chat platform `rocketchat`.

    commands, buttons: the names that the bot serves. read_every: how often what was missed is read, in seconds.
    refused_wait: how long a token that is refused is left alone.
    """

    def __init__(
        self,
        *,
        url: str,
        user_id: str,
        token: str,
        clock: Clock,
        commands: Collection[str],
        buttons: Collection[str],
        prefix: str = "!",
        read_every: float = EVERY_SECONDS,
        refused_wait: float = REFUSED_SECONDS,
    ) -> None:
        self._url, self._user_id, self._token, self._clock = url, user_id, token, clock
        self._commands, self._buttons, self._prefix = frozenset(commands), frozenset(buttons), prefix
        self._read_every, self._refused_wait = read_every, refused_wait
        self._standing = Token()
        self._caller, self._quick, self._reading, self._asking = (
            Caller(url, user_id, token, seconds, self._standing)
            for seconds in (CALL_SECONDS, QUICK_SECONDS, CALL_SECONDS, ASKING_SECONDS)
        )
        self._rooms = Rooms(self._quick)
        renderer = Renderer(prefix, self._commands, self._rooms.address)
        self._sender = Sender(self._caller, self._quick, self._rooms, renderer)
        self._stopping = threading.Event()
        self._parts: _Parts | None = None
        self._beginning: threading.Thread | None = None
        self._joining = threading.Lock()

    @property
    def name(self) -> str:
        """The platform's name in the configuration."""
        return PLATFORM

    def start(self, inbound: Inbound) -> None:
        """Learn who the bot is and where, and connect; while the server is away this goes on in the background.

        Raises ConfigError where it refuses the token.
        """
        self._stopping.clear()
        try:
            self._begin(inbound)
        except CallFailed as error:
            if error.is_refusal:
                self._close()
                raise ConfigError(refusal()) from None
            log.warning("rocketchat.away", reason=str(error))
        except StoreUnavailable as error:
            log.warning("rocketchat.away", reason=str(error))
        if self._parts is None:
            self._beginning = threading.Thread(
                target=self._keep_beginning, args=(inbound,), name="rocketchat-start", daemon=True
            )
            self._beginning.start()

    def _keep_beginning(self, inbound: Inbound) -> None:
        wait = AGAIN_SECONDS
        while self._parts is None and not self._stopping.wait(wait):
            try:
                self._begin(inbound)
            except (CallFailed, StoreUnavailable) as error:
                log.warning("rocketchat.away", reason=str(error))
                wait = min(SLOWEST_AGAIN, wait * 2)

    def _begin(self, inbound: Inbound) -> None:
        """Ask who the bot is, and connect. Raises CallFailed and StoreUnavailable."""
        bot = str(self._quick.get("me").get("username") or "")
        self._rooms.bot = bot
        self._rooms.learn_all(inbound)
        self._rooms.remember(inbound.reading(PLATFORM))
        with self._joining:
            if not self._stopping.is_set():
                self._parts = self._joined(bot, inbound)
                self._parts.start(self._stopping)

    def _joined(self, bot: str, inbound: Inbound) -> "_Parts":
        grammar = Grammar(self._prefix, bot, self._commands, self._buttons)
        robots = Robots(self._asking, lambda: inbound.people(PLATFORM))
        reader = Reader(bot, grammar, self._clock, Memory(), robots.has, self._rooms.begun)
        answers = Answers(self._sender, self._rooms)
        way = Way(reader, self._rooms, inbound, answers)
        missed = Missed(self._reading, way, self._read_every, self._refused_wait)
        listener = Listener(way, self._entered)
        realtime = Realtime(
            self._url,
            self._token,
            wanted=self._wanted,
            on_event=listener.on_event,
            on_up=missed.wake,
            standing=self._standing,
            refused_wait=self._refused_wait,
        )
        look = threading.Thread(
            target=accounts.keep_looking,
            args=(self._reading, self._clock, inbound, self._stopping),
            name="rocketchat-accounts",
            daemon=True,
        )
        return _Parts(answers, missed, listener, realtime, look)

    def _wanted(self) -> Iterable[Subscription]:
        yield MESSAGES, ALL_MINE
        yield OWN_NOTICES, f"{self._user_id}/subscriptions-changed"
        yield OWN_NOTICES, f"{self._user_id}/rooms-changed"
        for room in self._rooms.all()[:MOST_WATCHED]:
            yield NOTICES, f"{room.id}/deleteMessage"

    def _entered(self, room: str) -> None:
        """Watch a room that the bot came into, and keep where it begins."""
        parts = self._parts
        if parts is not None:
            parts.realtime.subscribe([(NOTICES, f"{room}/deleteMessage")])
            parts.missed.wake()

    def stop(self) -> None:
        """Take no more events, finish those in hand, and disconnect."""
        self._stopping.set()
        if self._beginning is not None:
            self._beginning.join(STOP_SECONDS)
        with self._joining:
            parts, self._parts = self._parts, None
        if parts is not None:
            parts.stop(STOP_SECONDS)
        self._close()

    def _close(self) -> None:
        for caller in (self._caller, self._quick, self._reading, self._asking):
            caller.close()

    def is_healthy(self) -> bool:
        """Say whether events can come now, and the token is taken."""
        parts = self._parts
        return parts is not None and parts.realtime.is_up and not self._standing.is_refused

    def perform(self, effect: Effect, key: str, target: Remote | None = None) -> Remote:
        """Do one effect. Raises DeliveryFailed."""
        return self._sender.perform(effect, key, target)

    def find(self, effect: Effect, key: str, since: datetime) -> Remote | None:  # noqa: ARG002 - the port's signature
        """Look for a post of unknown outcome, by its id. Raises DeliveryFailed."""
        return self._sender.find(effect, key)

    def paces(self, effect: Effect) -> Sequence[Pace]:
        """Give the budgets that performing this effect draws on."""
        return self._sender.paces(effect)

    @property
    def rounds(self) -> int:
        """How often everything that was missed has been read."""
        return self._parts.missed.rounds if self._parts is not None else 0


class _Parts:
    """What runs while the bot is connected."""

    def __init__(
        self, answers: Answers, missed: Missed, listener: Listener, realtime: Realtime, look: threading.Thread
    ) -> None:
        self.answers, self.missed, self.listener, self.realtime, self.look = answers, missed, listener, realtime, look

    def start(self, stopping: threading.Event) -> None:
        """Begin to listen, and wait a little for the connection, and until what was missed is read."""
        self.listener.start()
        self.missed.start()
        if not self.realtime.start(CONNECT_SECONDS) and not stopping.is_set():
            log.warning("rocketchat.away", reason="no realtime connection")
        elif not self.missed.has_tried.wait(READ_SECONDS):  # who was answered meanwhile needs nobody paged
            log.info("rocketchat.still_reading")
        self.look.start()

    def stop(self, seconds: float) -> None:
        """End everything, in the order in which nothing is lost."""
        self.realtime.stop(seconds)
        self.missed.stop(seconds)
        self.listener.stop(seconds)
        self.answers.close()
        self.look.join(1.0)
