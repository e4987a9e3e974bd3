"""The rooms that the bot is in: learnt at the start and after each reconnect, kept up with what the server tells."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from pydantic import ValidationError

from bot.chat.port import Inbound, Reading
from bot.chat.rocketchat.caller import Caller, CallFailed
from bot.chat.rocketchat.payloads import RoomTold

PLATFORM = "rocketchat"
PUBLIC, PRIVATE, DIRECT = "c", "p", "d"
HEARD = (PUBLIC, PRIVATE, DIRECT)
FORGET_REFUSAL_AFTER = 60.0
_PATHS = {PUBLIC: "channel", PRIVATE: "group"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """A room. name: None for a direct one; user: whom a direct one is with, as far as that was told.

    is_of_several: a direct one with more than one person beside the bot.
    """

    id: str
    kind: str
    name: str | None = None
    user: str = ""
    is_archived: bool = False
    is_of_several: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether it is a conversation of one person with the bot: among several nothing is private."""
        return self.kind == DIRECT and not self.is_of_several

    @classmethod
    def of(cls, told: RoomTold, bot: str = "") -> "Room":
        """Read a room, or a subscription to one. bot: the bot's own user name."""
        if told.t == DIRECT:
            others = [one for one in told.usernames or () if one != bot] or (told.name or "").split(",")
            is_of_several = len(others) > 1 or len(told.uids or ()) > 2  # noqa: PLR2004 - two and the bot
            user = "" if is_of_several else others[0]
            return cls(told.rid or told.id, DIRECT, user=user, is_of_several=is_of_several)
        return cls(told.rid or told.id, told.t, told.name, is_archived=told.archived)


class Rooms:
    """The rooms by id. One that is not known is asked for once."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._lock = threading.Lock()
        self._rooms: dict[str, Room] = {}
        self._refused_until: dict[str, float] = {}
        self._begun: dict[str, datetime] = {}
        self._configured: frozenset[str] = frozenset()
        self._changes = 0
        self.bot = ""

    def learn_all(self, inbound: Inbound) -> None:
        """Ask for every room that the bot is in, and tell the channels. Raises CallFailed."""
        changes = self._changes
        told = self._caller.get("subscriptions.get").get("update")
        found = [Room.of(one, self.bot) for one in map(room_told, told if isinstance(told, list) else []) if one]
        with self._lock:
            before, self._rooms = self._rooms, {room.id: room for room in found}
            gone = [room for room in before.values() if room.kind in _PATHS and room.id not in self._rooms]
        for one in gone:
            log.warning("rocketchat.removed_from_room", room=one.id, name=one.name)
        for room in found:
            _tell(before.get(room.id), room)
        inbound.learn_channels(PLATFORM, _channels(found), are_all=changes == self._changes)

    def begin(self, inbound: Inbound, reading: Reading) -> set[str]:
        """Keep where rooms begin that were never read, for nothing older is; give them. Raises StoreUnavailable."""
        self.remember(reading)
        new = [room.id for room in self.all() if room.kind in HEARD and room.id not in reading.positions]
        now = self.server_time
        if new and now is not None:
            begin = now - timedelta(seconds=1)
            inbound.keep_read(PLATFORM, dict.fromkeys(new, to_text(begin)))
            self._begun.update(dict.fromkeys(new, begin))
        return set(new)

    def remember(self, reading: Reading) -> None:
        """Take where rooms began that were read before, and which are configured."""
        self._begun.update({room: datetime.fromisoformat(one.since) for room, one in reading.positions.items()})
        self._configured = frozenset(reading.channels)

    def begun(self, room: str) -> datetime | None:
        """Give from when on a room is read, by the server's clock; None where that is not settled yet."""
        return self._begun.get(room)

    @property
    def server_time(self) -> datetime | None:
        """Give the server's clock when the rooms were asked for last; None before."""
        return self._caller.server_time

    def all(self) -> list[Room]:
        """Give the rooms that the bot is in and can hear, the configured ones first."""
        with self._lock:
            found = [room for room in self._rooms.values() if not room.is_archived]
        return sorted(found, key=lambda room: room.id not in self._configured)

    def known(self, room: str) -> Room | None:
        """Give a room if it is known already."""
        return self._rooms.get(room)

    def conversation(self, user: str) -> str | None:
        """Give the direct conversation with somebody if it is known already."""
        with self._lock:
            return next((room.id for room in self._rooms.values() if room.is_direct and room.user == user), None)

    def keep_conversation(self, room: str, user: str) -> None:
        """Keep a direct conversation that was opened."""
        with self._lock:
            self._rooms[room] = Room(room, DIRECT, user=user)

    def find(self, room: str) -> Room | None:
        """Give a room, asked for where it is not known; None where the server does not tell it. Raises CallFailed."""
        known = self._rooms.get(room)
        if known is not None or self._refused_until.get(room, 0) > monotonic():
            return known
        try:
            told = room_told(self._caller.get("rooms.info", roomId=room).get("room"))
        except CallFailed as error:
            if not error.is_final:
                raise
            told = None
        if told is None:
            log.warning("rocketchat.room_unknown", room=room)
            self._refused_until[room] = monotonic() + FORGET_REFUSAL_AFTER
            return None
        return self._kept(Room.of(told, self.bot))

    def _kept(self, room: Room) -> Room:
        with self._lock:
            self._rooms[room.id] = room
        return room

    def changed(self, inbound: Inbound, action: str, told: RoomTold) -> None:
        """Keep what became of a room or of the bot's place in it, and tell it."""
        self._changes += 1
        room = Room.of(told, self.bot)
        before = self._rooms.get(room.id)
        if action == "removed":
            with self._lock:
                self._rooms.pop(room.id, None)
            log.warning("rocketchat.removed_from_room", room=room.id, name=room.name)
            inbound.lose_channel(PLATFORM, room.id)
            return
        if not room.id or not room.kind or (before is not None and room.is_direct and not room.user):
            return  # a change of a conversation that does not tell whose it is
        self._kept(room)
        _tell(before, room)
        if room.is_archived:
            inbound.lose_channel(PLATFORM, room.id)
        elif before is None or before.is_archived or before.name != room.name:
            inbound.learn_channels(PLATFORM, _channels([room]))

    def address(self, room: str, message: str) -> str | None:
        """Give the address of a message; None where its room is not known."""
        known = self._rooms.get(room)
        if known is None:
            return None
        path, name = (_PATHS.get(known.kind, ""), known.name) if known.kind != DIRECT else ("direct", known.id)
        return f"{self._caller.url}/{path}/{name}?msg={message}" if path and name else None


def to_text(instant: datetime) -> str:
    """Give an instant as the server takes it, and so that later ones sort behind."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z"


def _tell(before: Room | None, room: Room) -> None:
    """Tell whoever runs the bot what became of a room: the configuration goes by names."""
    if before is None or room.kind not in _PATHS:
        return
    if room.is_archived and not before.is_archived:
        log.warning("rocketchat.room_archived", room=room.id, name=room.name)
    if before.name != room.name:
        log.warning("rocketchat.room_renamed", room=room.id, before=before.name, name=room.name)


def _channels(rooms: Iterable[Room]) -> list[tuple[str, str]]:
    return [(one.id, one.name) for one in rooms if one.kind in _PATHS and one.name and not one.is_archived]


def room_told(value: Any) -> RoomTold | None:
    """Read a room or a subscription; None where it is none."""
    try:
        return RoomTold.model_validate(value)
    except ValidationError:
        return None
