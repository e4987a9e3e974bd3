"""The REST methods, with what the server checks before each: token, limit, arguments, membership, permission."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from tests.fakes.rocketchat.workspace import Json, Refused, Room, User, Workspace, for_rest, instant_of

WINDOW_MS = 60_000

ALLOWED: dict[str, tuple[str, frozenset[str], frozenset[str]]] = {
    "chat.sendMessage": ("POST", frozenset({"message", "previewUrls"}), frozenset({"message"})),
    "chat.update": (
        "POST",
        frozenset({"roomId", "msgId", "text", "previewUrls", "customFields"}),
        frozenset({"roomId", "msgId", "text"}),
    ),
    "chat.react": ("POST", frozenset({"messageId", "emoji", "reaction", "shouldReact"}), frozenset({"messageId"})),
    "chat.getMessage": ("GET", frozenset({"msgId"}), frozenset({"msgId"})),
    "chat.syncMessages": (
        "GET",
        frozenset({"roomId", "lastUpdate", "next", "previous", "type", "count", "offset", "sort"}),
        frozenset({"roomId"}),
    ),
    "im.create": ("POST", frozenset({"username", "usernames", "excludeSelf"}), frozenset()),
    "rooms.info": ("GET", frozenset({"roomId", "roomName", "fields"}), frozenset()),
    "rooms.get": ("GET", frozenset({"updatedSince"}), frozenset()),
    "subscriptions.get": ("GET", frozenset({"updatedSince"}), frozenset()),
    "channels.setTopic": ("POST", frozenset({"roomId", "topic"}), frozenset({"roomId", "topic"})),
    "groups.setTopic": ("POST", frozenset({"roomId", "topic"}), frozenset({"roomId", "topic"})),
    "users.info": ("GET", frozenset({"userId", "username"}), frozenset()),
    "permissions.listAll": ("GET", frozenset({"updatedSince"}), frozenset()),
    "me": ("GET", frozenset(), frozenset()),
}
"""For each method: its verb, the arguments that it takes (any other is refused), and those that it needs."""

MESSAGE_KEYS = frozenset(
    ["_id", "rid", "msg", "alias", "emoji", "avatar", "attachments", "tmid", "tshow", "blocks", "customFields", "t"]
)


@dataclass
class Call:
    """A call that was made, and what became of it."""

    method: str
    verb: str
    arguments: Json
    status: int = 200
    body: Json = field(default_factory=dict)


class Api:
    """Answers calls.

    limit: calls a minute of one method; 0: no limit. check: looks at each call, as the published description does.
    """

    def __init__(self, workspace: Workspace, bot: User, token: str, limit: int) -> None:
        self.workspace, self.bot, self.token, self.limit = workspace, bot, token, limit
        self.version = "7.10.0"
        self.calls: list[Call] = []
        self.check: Callable[[Call], None] = lambda _: None
        self._spent: dict[str, tuple[int, int]] = {}
        self._methods: dict[str, Callable[[Json], Json]] = {
            "chat.sendMessage": self._send,
            "chat.update": self._update,
            "chat.react": self._react,
            "chat.getMessage": lambda given: {"message": self._visible(given["msgId"])[1]},
            "chat.syncMessages": self._sync,
            "im.create": self._direct,
            "rooms.info": lambda given: {"room": self._room(given["roomId"]).told()},
            "rooms.get": lambda given: self._updates(given, lambda room: room.told()),
            "subscriptions.get": lambda given: self._updates(given, lambda room: room.subscription(bot.username)),
            "channels.setTopic": self._topic,
            "groups.setTopic": self._topic,
            "users.info": self._user,
            "permissions.listAll": self._permissions,
            "me": lambda _: {"_id": bot.id, "username": bot.username, "roles": bot.roles, "active": True},
        }

    def answer(self, verb: str, method: str, auth: tuple[str, str], arguments: Json) -> tuple[Call, dict[str, str]]:
        """Give a call with what is answered, and the headers. In this order: token, limit, arguments."""
        call = Call(method, verb, arguments)
        headers = {"Date": format_datetime(datetime.fromtimestamp(self.workspace.now() / 1000, UTC), usegmt=True)}
        with self.workspace.lock:
            self.calls.append(call)
            try:
                call.body = self._answered(call, auth, headers)
            except Refused as error:
                headers |= error.headers if isinstance(error, TooMany) else {}
                call.status = error.status
                call.body = {"success": False, "error": f"It cannot be. [{error.code}]", "errorType": error.code}
                if error.status == 401:
                    call.body = {"status": "error", "message": "You must be logged in to do this."}
            self.workspace.lock.notify_all()
        return call, headers

    def _answered(self, call: Call, auth: tuple[str, str], headers: dict[str, str]) -> Json:
        if auth != (self.token, self.bot.id) or not self.bot.is_active:
            raise Refused("unauthorized", 401)
        headers |= self._spend(call.method)
        if call.method not in self._methods or ALLOWED[call.method][0] != call.verb:
            raise Refused("invalid-method", 404)
        _, allowed, needed = ALLOWED[call.method]
        if set(call.arguments) - allowed or needed - set(call.arguments):
            raise Refused("invalid-params")
        self.check(call)
        return {**for_rest(self._methods[call.method](call.arguments)), "success": True}

    def _spend(self, method: str) -> dict[str, str]:
        if not self.limit or self.workspace.may(self.bot, "api-bypass-rate-limit"):
            return {}
        now = self.workspace.now()
        begun, spent = self._spent.get(method, (now, 0))
        if now - begun >= WINDOW_MS:
            begun, spent = now, 0
        self._spent[method] = (begun, spent + 1)
        told = {"X-RateLimit-Limit": str(self.limit), "X-RateLimit-Reset": str(begun + WINDOW_MS)}
        told["X-RateLimit-Remaining"] = str(max(0, self.limit - spent - 1))
        if spent >= self.limit:
            raise TooMany(told)
        return told

    def forget_spent(self) -> None:
        """Begin every window anew, as if a minute had passed."""
        self._spent.clear()

    def _room(self, room: str) -> Room:
        return self.workspace.room_for(room, self.bot)

    def _visible(self, message: str) -> tuple[Room, Json]:
        room, found = self.workspace.message(message)
        return self._room(room.id), found

    def _send(self, given: Json) -> Json:
        said = given["message"]
        if not isinstance(said, dict) or set(said) - MESSAGE_KEYS or not said.get("rid"):
            raise Refused("invalid-params")
        kept = self.workspace.say(self._room(said["rid"]), self.bot, said)
        if kept is None:
            raise Refused("error-message-exists")
        return {"message": kept}

    def _update(self, given: Json) -> Json:
        room, message = self._visible(given["msgId"])
        if room.id != given["roomId"]:
            raise Refused("error-invalid-room")
        self.workspace.edit(room, message, self.bot, given["text"])
        return {"message": message}

    def _react(self, given: Json) -> Json:
        room, message = self._visible(given["messageId"])
        emoji = given.get("emoji") or given.get("reaction") or ""
        self.workspace.react(room, message, self.bot, emoji, is_wanted=given.get("shouldReact", True))
        return {}

    def _sync(self, given: Json) -> Json:
        if "lastUpdate" not in given:
            raise Refused("error-lastUpdate-param-not-provided")
        room, since = self._room(given["roomId"]), instant_of(given["lastUpdate"])
        updated = [one for one in room.messages.values() if one["_updatedAt"] > since]
        deleted = [one for one in room.deleted if one["_deletedAt"] > since]
        return {"result": {"updated": sorted(updated, key=lambda one: -int(one["ts"])), "deleted": deleted}}

    def _direct(self, given: Json) -> Json:
        if ("username" in given) == ("usernames" in given):
            raise Refused("invalid-params")
        if not self.workspace.may(self.bot, "create-d"):
            raise Refused("error-not-allowed")
        room = self.workspace.direct(self.bot, self.workspace.user(given["username"]))
        return {"room": {"t": "d", "rid": room.id, "usernames": sorted(room.members)}}

    def _updates(self, given: Json, told: Callable[[Room], Json]) -> Json:
        since = instant_of(given["updatedSince"]) if "updatedSince" in given else 0
        rooms = [room for room in self.workspace.rooms.values() if self.bot.username in room.members]
        return {"update": [told(room) for room in rooms if room.updated > since], "remove": []}

    def _topic(self, given: Json) -> Json:
        if not self.workspace.may(self.bot, "edit-room"):
            raise Refused("error-action-not-allowed", 403)
        room = self._room(given["roomId"])
        room.topic = given["topic"]
        return {"topic": room.topic}

    def _user(self, given: Json) -> Json:
        user = self.workspace.user(given.get("username", ""))
        full = {"roles": user.roles} if self.workspace.may(self.bot, "view-full-other-user-info") else {}
        return {"user": {**user.short, "type": user.kind, "active": user.is_active, **full}}

    def _permissions(self, _: Json) -> Json:
        listed = self.workspace.permissions.items()
        return {"update": [{"_id": name, "roles": roles} for name, roles in listed], "remove": []}


class TooMany(Refused):
    """A limit is spent. headers: what tells until when."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("error-too-many-requests", 429)
        self.headers = headers
