"""What the fake server keeps: users, rooms, messages. Instants are in milliseconds, by the server's own clock."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

Json = dict[str, Any]

INSTANTS = ("ts", "_updatedAt", "editedAt", "_deletedAt", "lm")
EVERYONE = ("user", "bot", "admin")
PERMISSIONS = {
    "api-bypass-rate-limit": ("admin", "bot"),
    "create-d": EVERYONE,
    "edit-room": ("admin", "owner", "moderator"),
    "view-c-room": EVERYONE,
    "view-d-room": EVERYONE,
    "view-full-other-user-info": ("admin",),
    "view-history": ("user", "admin"),
    "view-p-room": ("user", "admin"),
}


class Refused(Exception):
    """What the server answers instead: a status, and its word for it."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


@dataclass
class User:
    """An account. roles: those of the server, such as `user` and `bot`. kind: its type, `user`, `bot` or `app`."""

    id: str
    username: str
    roles: list[str] = field(default_factory=lambda: ["user"])
    is_active: bool = True
    kind: str = "user"

    @property
    def short(self) -> Json:
        return {"_id": self.id, "username": self.username, "name": self.username.title()}


@dataclass
class Room:
    """A room. t: c, p or d; name: empty in a direct one. members: user names."""

    id: str
    t: str
    name: str
    members: set[str]
    topic: str = ""
    is_archived: bool = False
    updated: int = 0
    messages: dict[str, Json] = field(default_factory=dict)
    deleted: list[Json] = field(default_factory=list)

    def told(self) -> Json:
        found: Json = {"_id": self.id, "t": self.t, "_updatedAt": self.updated, "topic": self.topic}
        found |= {"name": self.name} if self.name else {"usernames": sorted(self.members)}
        return found | ({"archived": True} if self.is_archived else {})

    def subscription(self, user: str) -> Json:
        other = next((one for one in sorted(self.members) if one != user), user)
        found: Json = {"_id": f"sub{self.id}", "rid": self.id, "t": self.t, "name": self.name or other}
        return found | {"_updatedAt": self.updated} | ({"archived": True} if self.is_archived else {})


class Workspace:
    """One server. now: its clock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.lock = threading.Condition(threading.RLock())
        self.users: dict[str, User] = {}
        self.rooms: dict[str, Room] = {}
        self.permissions: dict[str, list[str]] = {name: [*roles] for name, roles in PERMISSIONS.items()}
        self.max_size = 5_000
        self.edit_window: timedelta | None = None
        self.emit: Callable[[str, str, list[Any], Room | None], None] = lambda *_: None
        self._now, self._numbers, self._last = now, count(1), 0

    def keep_time(self, now: Callable[[], datetime]) -> None:
        """Go by another clock from now on."""
        self._now = now

    def now(self) -> int:
        """Give an instant later than any that was given before."""
        self._last = max(self._last + 1, int(self._now().timestamp() * 1000))
        return self._last

    def new_id(self) -> str:
        return f"m{next(self._numbers):016d}"

    def user(self, username: str) -> User:
        found = self.users.get(username)
        if found is None or not found.is_active:
            raise Refused("error-invalid-user")
        return found

    def may(self, user: User, permission: str) -> bool:
        return bool(set(user.roles) & set(self.permissions.get(permission, ())))

    def room_for(self, room: str, user: User) -> Room:
        found = self.rooms.get(room)
        if found is None or user.username not in found.members:
            raise Refused("error-not-allowed")
        return found

    def message(self, message: str) -> tuple[Room, Json]:
        for room in self.rooms.values():
            if message in room.messages:
                return room, room.messages[message]
        raise Refused("error-message-not-found")

    def say(self, room: Room, user: User, said: Json) -> Json | None:
        """Keep a message and tell it; None where its id is there already."""
        if room.is_archived:
            raise Refused("room_is_archived")
        text = str(said.get("msg") or "")
        if _units(text) > self.max_size:
            raise Refused("error-message-size-exceeded")
        number = str(said.get("_id") or self.new_id())
        if any(number in one.messages for one in self.rooms.values()):
            return None
        if said.get("tmid") and said["tmid"] not in room.messages:
            raise Refused("error-invalid-message")
        now = self.now()
        kept: Json = {"_id": number, "rid": room.id, "msg": text, "ts": now, "_updatedAt": now, "u": user.short}
        kept |= {key: said[key] for key in ("tmid", "attachments", "alias", "bot", "t") if said.get(key)}
        room.messages[number] = kept
        self.touched(room, kept)
        if kept.get("tmid"):
            root = room.messages[str(kept["tmid"])]
            root["tcount"] = root.get("tcount", 0) + 1
            self.touched(room, root, renewed=True)
        return kept

    def edit(self, room: Room, message: Json, user: User, text: str) -> None:
        age = timedelta(milliseconds=self.now() - message["ts"])
        if message["u"]["username"] != user.username:
            raise Refused("error-action-not-allowed")
        if self.edit_window is not None and age > self.edit_window:
            raise Refused("error-message-editing-blocked")
        if _units(text) > self.max_size:
            raise Refused("error-message-size-exceeded")
        message |= {"msg": text, "editedAt": self.now(), "editedBy": user.short}
        self.touched(room, message, renewed=True)

    def react(self, room: Room, message: Json, user: User, emoji: str, *, is_wanted: bool) -> None:
        name = f":{emoji.strip(':')}:"
        reactions: Json = message.setdefault("reactions", {})
        names: list[str] = reactions.setdefault(name, {"usernames": []})["usernames"]
        if is_wanted == (user.username in names):
            return
        (names.append if is_wanted else names.remove)(user.username)
        if not names:
            del reactions[name]
        if not reactions:
            del message["reactions"]
        self.touched(room, message, renewed=True)

    def delete(self, room: Room, message: Json) -> None:
        del room.messages[message["_id"]]
        room.deleted.append({"_id": message["_id"], "_deletedAt": self.now()})
        self.emit("stream-notify-room", f"{room.id}/deleteMessage", [{"_id": message["_id"]}], room)
        self.lock.notify_all()

    def touched(self, room: Room, message: Json, *, renewed: bool = False) -> None:
        if renewed:
            message["_updatedAt"] = self.now()
        room.updated = message["_updatedAt"]
        self.emit("stream-room-messages", room.id, [message], room)
        self.lock.notify_all()

    def direct(self, user: User, other: User) -> Room:
        number = "".join(sorted((user.id, other.id)))
        if number not in self.rooms:
            self.rooms[number] = Room(number, "d", "", {user.username, other.username}, updated=self.now())
        return self.rooms[number]


def _units(text: str) -> int:
    """Give the length of a text as JavaScript has it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def for_rest(value: Any) -> Any:
    """Give a document as REST writes it: instants as text."""
    return _with_instants(value, iso)


def for_ddp(value: Any) -> Any:
    """Give a document as the websocket writes it: instants as {"$date": …}."""
    return _with_instants(value, lambda instant: {"$date": instant})


def iso(instant: int) -> str:
    moment = datetime.fromtimestamp(instant / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{instant % 1000:03d}Z"


def instant_of(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise Refused("error-roomId-param-invalid") from None


def _with_instants(value: Any, shown: Callable[[int], Any]) -> Any:
    if isinstance(value, dict):
        return {
            key: shown(one) if key in INSTANTS and isinstance(one, int) else _with_instants(one, shown)
            for key, one in value.items()
        }
    return [_with_instants(one, shown) for one in value] if isinstance(value, list) else value
