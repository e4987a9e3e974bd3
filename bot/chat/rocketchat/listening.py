"""From the realtime stream to the bot: in one thread, in order, several in a commit where they wait.

The server asks for no acknowledgement. What cannot be committed is held here and tried again; what is lost with the
process is read afterwards, because the position of a room moves on only by reading.
"""

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic import ValidationError

from bot.chat.port import Inbound
from bot.chat.rocketchat.answers import Answers, is_asked
from bot.chat.rocketchat.caller import CallFailed
from bot.chat.rocketchat.incoming import Past, Reader
from bot.chat.rocketchat.memory import Seen
from bot.chat.rocketchat.payloads import Deleted, RoomTold, Sent
from bot.chat.rocketchat.rooms import Room, Rooms, room_told
from bot.intake import where
from models.errors import StoreUnavailable
from models.events import Event

MESSAGES, NOTICES, OWN_NOTICES = "stream-room-messages", "stream-notify-room", "stream-notify-user"
MOST_TOGETHER = 25
AGAIN_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something of the stream: a message as it stands (`sent`), one that is gone (`deleted`), or a room."""

    room: str
    sent: Sent | None = None
    deleted: str = ""
    told: RoomTold | None = None
    action: str = ""


def happened(stream: str, name: str, arguments: Sequence[Any]) -> Happened | None:
    """Read an event of a stream; None for what is not ours. Raises ValidationError for what cannot be read."""
    first = arguments[0] if arguments else None
    if stream == MESSAGES:
        sent = Sent.model_validate(first)
        return Happened(sent.rid, sent=sent) if _is_ours(arguments[1:]) else None
    if stream == NOTICES and name.endswith("/deleteMessage"):
        return Happened(name.split("/", maxsplit=1)[0], deleted=Deleted.model_validate(first).id)
    if stream == OWN_NOTICES and len(arguments) > 1 and name.endswith(("/subscriptions-changed", "/rooms-changed")):
        return _of_room(name, str(first), arguments[1])
    return None


def _is_ours(more: Sequence[Any]) -> bool:
    """Say whether the bot takes part in the room: it hears of public ones that it is not in, too."""
    return not (more and isinstance(more[0], dict) and more[0].get("roomParticipant") is False)


def _of_room(name: str, action: str, value: Any) -> Happened | None:
    told = room_told(value)
    # a room that is "removed" from one's list of rooms is told by the subscription as well
    if told is None or (action == "removed" and name.endswith("/rooms-changed")):
        return None
    return Happened(told.rid or told.id, told=told, action=action)


@dataclass(frozen=True, slots=True)
class Way:
    """The way in, for the stream and for what is read afterwards alike.

    turn: held from the comparison with what is remembered until what follows is committed and remembered: between the
    two, a change that both tell of would be lost.
    """

    reader: Reader
    rooms: Rooms
    inbound: Inbound
    answers: Answers
    turn: threading.Lock = field(default_factory=threading.Lock)


class Listener:
    """Takes what happens. on_room: called with the id of a room that the bot came into."""

    def __init__(self, way: Way, on_room: Callable[[str], None]) -> None:
        self._way, self._on_room = way, on_room
        self._waiting: queue.SimpleQueue[Happened | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rocketchat-listener", daemon=True)

    def start(self) -> None:
        """Take what waits, and whatever comes."""
        self._thread.start()

    def stop(self, seconds: float) -> None:
        """Finish what waits, and end."""
        self._stopping.set()
        self._waiting.put(None)
        self._thread.join(seconds)

    def on_event(self, stream: str, name: str, arguments: list[Any]) -> None:
        """Take an event of a stream; what cannot be read is told, and left to be read afterwards."""
        try:
            found = happened(stream, name, arguments)
        except ValidationError:
            log.warning("rocketchat.event_unreadable", stream=stream)
            return
        if found is not None:
            self._waiting.put(found)

    def _run(self) -> None:
        is_over = False
        while not is_over:
            together, is_over = self._next()
            while together and not self._are_taken(together):
                if self._stopping.wait(AGAIN_SECONDS):
                    return

    def _next(self) -> tuple[list[Happened], bool]:
        """Wait for something, and give it with what waits behind it; and whether that was all."""
        together: list[Happened] = []
        found = self._waiting.get()
        while found is not None:
            together.append(found)
            if len(together) == MOST_TOGETHER or self._waiting.empty():
                return together, False
            found = self._waiting.get()
        return together, True

    def _are_taken(self, together: Sequence[Happened]) -> bool:
        try:
            self._take(together)
        except (StoreUnavailable, CallFailed) as error:
            log.warning("rocketchat.held_back", reason=str(error))
            return False
        except Exception as error:  # noqa: BLE001 - the end of its thread: what comes next must still be taken
            log.error("rocketchat.event_failed", where=where(error))
        return True

    def _take(self, together: Sequence[Happened]) -> None:
        with in_turn(self._way) as handing:
            for one in together:
                self._take_one(handing, one)

    def _take_one(self, handing: "Handing", one: Happened) -> None:
        if one.told is not None:
            self._rooms_changed(one.action, one.told)
            return
        room: Room | None = self._way.rooms.find(one.room)
        if one.sent is not None:
            handing.take(handing.events(one.sent, room), one.sent)
        elif one.deleted:
            handing.take([self._way.reader.deleted(one.room, one.deleted, room)])

    def _rooms_changed(self, action: str, told: RoomTold) -> None:
        self._way.rooms.changed(self._way.inbound, action, told)
        if action == "inserted":
            self._on_room(told.rid or told.id)


@contextmanager
def in_turn(way: Way) -> Iterator["Handing"]:
    """Hand events in while nobody else does; what is left of them is committed at the end. Raises StoreUnavailable."""
    with way.turn:
        handing = Handing(way)
        yield handing
        handing.finish()


class Handing:
    """Hands events in: those that nobody waits for together, any other by itself, in their order."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self._events: dict[str, Event] = {}
        self._sent: list[Sent] = []
        self._seen: dict[str, Seen] = {}

    def events(self, sent: Sent, room: Room | None, past: Past | None = None) -> list[Event]:
        """Give what is new of a message, compared with what was taken of it before, committed or not yet."""
        return self._way.reader.events(sent, room, self._before(sent), past)

    def _before(self, sent: Sent) -> Seen | None:
        return self._seen.get(sent.id) or self._way.reader.memory.of(sent.id)

    def take(self, events: Sequence[Event], sent: Sent | None = None) -> None:
        """Take what follows from one message. Raises StoreUnavailable."""
        for event in events:
            if is_asked(event):
                self.finish()
                self._way.answers.give(event, self._way.inbound.receive(event))
            else:
                self._events.setdefault(event.key, event)  # a message comes anew with each reply to it
        if sent is not None:
            self._seen[sent.id] = (self._before(sent) or Seen()).followed_by(sent)
            self._sent.append(sent)

    def finish(self) -> None:
        """Commit what was taken, and remember it. Raises StoreUnavailable."""
        events, self._events = self._events, {}
        if events:
            self._way.inbound.receive_all([*events.values()])
        sent, self._sent = self._sent, []
        for one in sent:
            self._way.reader.memory.keep(one)
