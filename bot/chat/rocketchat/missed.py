"""What the stream missed, read afterwards: `chat.syncMessages` room by room, by the same keys.

After each connection and every few minutes, so that the stream is there for speed alone. Instants are the server's:
ours may differ from them by minutes. Source: DESIGN §3.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from pydantic import ValidationError

from bot.chat.port import Reading
from bot.chat.rocketchat.caller import REFUSED_SECONDS, TOO_MANY, Caller, CallFailed, Json
from bot.chat.rocketchat.incoming import Past
from bot.chat.rocketchat.listening import Way, in_turn
from bot.chat.rocketchat.payloads import Deleted, Sent
from bot.chat.rocketchat.rooms import HEARD, PLATFORM, Room, room_told, to_text
from bot.intake import where
from handlers.wording import dialogue as wording
from models.errors import StoreUnavailable
from models.events import CommandGiven, Event
from models.message import Answer

EVERY_SECONDS = 180.0
FIRST_AGAIN, SLOWEST_AGAIN = 0.1, 10.0
OVERLAP = timedelta(hours=24)
MARGIN = timedelta(seconds=60)
STALE = timedelta(minutes=30)
MOST_TOGETHER = 100

T = TypeVar("T", Sent, Deleted)

log = structlog.get_logger(__name__)


class Missed:
    """Reads in a thread of its own."""

    def __init__(
        self, caller: Caller, way: Way, every: float = EVERY_SECONDS, refused_wait: float = REFUSED_SECONDS
    ) -> None:
        self._caller, self._way, self._every, self._refused_wait = caller, way, every, refused_wait
        self._stopping, self._woken = threading.Event(), threading.Event()
        self._read: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="rocketchat-missed", daemon=True)
        self._all_read_at = ""
        self.has_tried = threading.Event()
        self.rounds = 0

    def start(self) -> None:
        """Wait for a connection, and read from then on."""
        self._thread.start()

    def wake(self) -> None:
        """Read now: there is a new connection, or a new room."""
        self._woken.set()

    def stop(self, seconds: float) -> None:
        """End after the room in hand."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        wait, again = self._every, FIRST_AGAIN
        while not self._stopping.is_set():
            self._woken.wait(wait)
            self._woken.clear()
            if self._stopping.is_set():
                return
            is_read = self._is_read()
            again = FIRST_AGAIN if is_read else min(SLOWEST_AGAIN, again * 2)
            wait = self._every if is_read else self._refused_wait if self._caller.is_refused else again
            self.has_tried.set()

    def _is_read(self) -> bool:
        try:
            self._round()
        except (CallFailed, StoreUnavailable) as error:
            log.warning("rocketchat.not_read", reason=str(error))
            return False
        except Exception as error:  # noqa: BLE001 - the end of its thread: the next round must still be made
            log.error("rocketchat.reading_failed", where=where(error))
            return False
        return True

    def _round(self) -> None:
        self._way.rooms.learn_all(self._way.inbound)
        begun = self._way.rooms.server_time
        reading = self._way.inbound.reading(PLATFORM)
        known = self._way.rooms.all()
        begin = self._way.rooms.begin(self._way.inbound, reading)
        changed = self._changed(reading, known)
        for room in _in_order(known, reading):
            if self._stopping.is_set():
                return
            if room.id in reading.positions and room.id not in begin and (room.id in changed):
                self._read_room(room, reading)
        self.rounds += 1
        # what is quiet keeps its old position; later rounds need not ask for all that happened since that
        self._all_read_at = to_text(begun - MARGIN) if begun is not None else ""

    def _changed(self, reading: Reading, known: Sequence[Room]) -> set[str]:
        """Give the rooms to be read: the configured ones, and any in which something happened since they were."""
        positions = {room.id: reading.positions[room.id].newest for room in known if room.id in reading.positions}
        if not positions:
            return set()
        since = max(self._all_read_at, min(positions.values()))
        told = self._asked("rooms.get", updatedSince=since).get("update")
        found = filter(None, map(room_told, told if isinstance(told, list) else []))
        news = {one.id for one in found if _is_after(one.updated_at, positions.get(one.id, ""))}
        return {*reading.channels, *news}

    def _read_room(self, room: Room, reading: Reading) -> None:
        position = reading.positions[room.id]
        overlap = MARGIN if room.id in self._read else OVERLAP
        newest = datetime.fromisoformat(position.newest)
        since = max(to_text(newest - overlap), position.since)
        try:
            result = self._asked("chat.syncMessages", roomId=room.id, lastUpdate=since).get("result")
        except CallFailed as error:
            if not error.is_final:
                raise
            log.warning("rocketchat.room_not_read", room=room.id, reason=str(error))
            return
        now = self._caller.server_time
        past = Past(datetime.fromisoformat(since), now, read_to=newest)
        self._hand_in(room, result if isinstance(result, dict) else {}, past)
        self._read.add(room.id)
        if now is not None:
            self._way.inbound.keep_read(PLATFORM, {room.id: to_text(now - timedelta(seconds=5))})

    def _asked(self, method: str, **query: str) -> Json:
        """Ask for something, as soon as the server's limit allows. Raises CallFailed."""
        while True:
            try:
                return self._caller.get(method, **query)
            except CallFailed as error:
                if error.status != TOO_MANY or error.wait is None:
                    raise
                self.has_tried.set()  # a start does not wait for a limit
                if self._stopping.wait(error.wait.total_seconds()):
                    raise

    def _hand_in(self, room: Room, result: Json, past: Past) -> None:
        """Hand in what was read: a thread after the other, with its replies and reactions, before anything is sent."""
        for together in _together(_threads(_readable(result.get("updated"), Sent))):
            with in_turn(self._way) as handing:
                for sent in together:
                    handing.take(self._fresh(handing.events(sent, room, past), sent, past), sent)
        gone = [self._way.reader.deleted(room.id, one.id, room) for one in _readable(result.get("deleted"), Deleted)]
        with in_turn(self._way) as handing:
            handing.take(gone)

    def _fresh(self, events: Sequence[Event], sent: Sent, past: Past) -> list[Event]:
        """Leave out the commands that were given long ago, and say so: whoever gave one may not want it any more.

        What was read already, before a restart, is left out without a word: it was carried out.
        """
        now = self._caller.server_time or sent.ts
        if now - sent.ts <= STALE:
            return list(events)
        for event in events:
            if isinstance(event, CommandGiven) and (past.read_to is None or sent.ts > past.read_to):
                self._way.answers.give(event, Answer(reply=wording.came_too_late(f"{event.name} {event.text}".strip())))
        return [event for event in events if event.kind not in ("command-given", "button-pressed")]


def _is_after(changed: datetime | None, position: str) -> bool:
    """Say whether something may have happened in a room since it was read; so it may where that is not told."""
    return changed is None or not position or to_text(changed + MARGIN) > position


def _in_order(rooms: Iterable[Room], reading: Reading) -> list[Room]:
    """Give the configured channels first, then what people wrote to the bot directly, then the rest."""
    first = set(reading.channels)
    heard = [room for room in rooms if room.kind in HEARD]
    return sorted(heard, key=lambda room: (room.id not in first, not room.is_direct))


def _threads(messages: Iterable[Sent]) -> list[list[Sent]]:
    """Give the messages by thread, oldest first, each with what was said under it."""
    threads: dict[str, list[Sent]] = {}
    for sent in sorted(messages, key=lambda one: one.ts):
        threads.setdefault(sent.tmid or sent.id, []).append(sent)
    return list(threads.values())


def _together(threads: Iterable[Sequence[Sent]]) -> Iterator[list[Sent]]:
    """Give the messages of one commit after the other: whole threads."""
    taken: list[Sent] = []
    for thread in threads:
        taken += thread
        if len(taken) >= MOST_TOGETHER:
            yield taken
            taken = []
    yield taken


def _readable(values: Any, kind: type[T]) -> Iterator[T]:
    """Give what can be read of a list; what cannot is told, and holds up nothing else."""
    for value in values if isinstance(values, list) else []:
        try:
            yield kind.model_validate(value)
        except ValidationError:
            log.warning("rocketchat.event_unreadable", stream="chat.syncMessages")
