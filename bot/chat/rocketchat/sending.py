"""What is owed to Rocket.Chat, done: one call for each effect, and the truth about what became of it."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot.chat.port import LANE, Pace, Remote
from bot.chat.rocketchat import render
from bot.chat.rocketchat.caller import WINDOW, Caller, CallFailed
from bot.chat.rocketchat.failures import failure
from bot.chat.rocketchat.render import Json, Renderer
from bot.chat.rocketchat.rooms import PRIVATE, Rooms
from models.effects import Direct, Edit, Effect, Home, Post, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed
from models.message import Message

LONGEST_TOPIC = 250
TOO_LONG = "error-message-size-exceeded"
SHORTER = (render.LONGEST, 1_600, 400)
"""What is tried where a server takes less than most: its administrator sets what it takes."""

LANE_PACE = timedelta(seconds=0.2)
_METHODS = {
    "post": "chat.sendMessage",
    "direct": "chat.sendMessage",
    "private": "chat.sendMessage",
    "edit": "chat.update",
    "react": "chat.react",
    "topic": "channels.setTopic",
}

log = structlog.get_logger(__name__)


class Sender:
    """Makes the calls. quick: for what is only asked beside one."""

    def __init__(self, caller: Caller, quick: Caller, rooms: Rooms, renderer: Renderer) -> None:
        self._caller, self._quick, self._rooms, self._renderer = caller, quick, rooms, renderer

    def perform(self, effect: Effect, key: str, target: Remote | None) -> Remote:
        """Do one effect. Raises DeliveryFailed."""
        try:
            return self._done(effect, key, target)
        except CallFailed as error:
            raise failure(error, leaves_a_message=isinstance(effect, Post | Direct | Private)) from None

    def _done(self, effect: Effect, key: str, target: Remote | None) -> Remote:
        match effect:
            case Post(channel, message, thread):
                return self._post(channel, message, key, thread)
            case Direct(user, message):
                return self._post(self.conversation(user), message, key)
            case Private():
                # only an app of the server's own can show something to one person in a room
                return self._post(self.conversation(effect.user), effect.message, key)
            case Edit(_, message):
                return self._edit(message, target)
            case React():
                self._caller.post(
                    "chat.react", messageId=effect.message, emoji=effect.emoji, shouldReact=effect.is_wanted
                )
                return Remote(effect.channel)
            case Topic():
                return self._topic(effect)
            case UserGroup():
                raise DeliveryFailed("Rocket.Chat has no user groups", permanent=True)
            case Home():
                raise DeliveryFailed("Rocket.Chat has no pages of somebody's own", permanent=True)

    def _post(self, room: str, message: Message, key: str, thread: str | None = None) -> Remote:
        where = {"_id": key, "rid": room, **({"tmid": thread} if thread else {})}

        def post(longest: int) -> Json:
            attachments = self._renderer.attachments(message, longest)
            said: Json = {**where, "msg": self._renderer.text(message, longest)}
            said |= {"attachments": attachments} if attachments else {}
            return self._caller.post("chat.sendMessage", message=said, previewUrls=[])

        try:
            _within_length(post)
        except CallFailed as error:
            # one whose id is there already is refused or answered with nothing, by the server's version
            if not error.is_final or self._there(key) is None:
                raise
        return Remote(room, key)

    def conversation(self, user: str) -> str:
        """Give the direct conversation with somebody, opened where it is not there. Raises DeliveryFailed."""
        known = self._rooms.conversation(user)
        if known is not None:
            return known
        try:
            room = self._quick.post("im.create", username=user).get("room")
        except CallFailed as error:
            raise failure(error, is_opening=True) from None  # nothing was posted yet
        opened = str((room.get("rid") or room.get("_id") or "") if isinstance(room, dict) else "")
        if not opened:
            raise DeliveryFailed("Rocket.Chat did not answer: a conversation without a room")
        self._rooms.keep_conversation(opened, user)
        return opened

    def _edit(self, message: Message, target: Remote | None) -> Remote:
        if target is None or target.message is None:
            raise DeliveryFailed("an edit needs to know where its post went", permanent=True)
        where = {"roomId": target.channel, "msgId": target.message, "previewUrls": []}
        _within_length(
            lambda longest: self._caller.post("chat.update", **where, text=self._renderer.text(message, longest))
        )
        return target

    def _topic(self, effect: Topic) -> Remote:
        wanted = effect.text[:LONGEST_TOPIC]
        room = self._quick.get("rooms.info", roomId=effect.channel).get("room")
        shown = room if isinstance(room, dict) else {}
        if (shown.get("topic") or "") != wanted:
            method = "groups.setTopic" if shown.get("t") == PRIVATE else "channels.setTopic"
            self._caller.post(method, roomId=effect.channel, topic=wanted)
        return Remote(effect.channel)

    def find(self, effect: Effect, key: str) -> Remote | None:
        """Look for a post by its id; None where it is not there. Raises DeliveryFailed."""
        if not isinstance(effect, Post | Direct | Private):
            return None
        try:
            return self._there(key)
        except CallFailed as error:
            raise failure(error) from None

    def _there(self, key: str) -> Remote | None:
        try:
            message = self._quick.get("chat.getMessage", msgId=key).get("message")
        except CallFailed as error:
            if error.is_final:
                return None
            raise
        return Remote(str(message["rid"]), key) if isinstance(message, dict) and message.get("rid") else None

    def paces(self, effect: Effect) -> Sequence[Pace]:
        """Give the budgets of an effect: the server's limit of its route, and quick succession in a room."""
        in_room = [Pace(LANE, LANE_PACE)] if isinstance(effect, Post | Direct | Private) else []
        method = _METHODS.get(effect.kind)
        limit = self._caller.limit(method) if method is not None else 0
        return [*in_room, Pace(method, WINDOW / limit, burst=limit)] if method is not None and limit else in_room


def _within_length(call: Callable[[int], Json]) -> None:
    """Make a call with as much text as most servers take, with less where this one takes less. Raises CallFailed."""
    for longest in SHORTER:
        try:
            call(longest)
        except CallFailed as error:
            if error.code != TOO_LONG or longest == SHORTER[-1]:
                raise
            log.warning("rocketchat.message_shortened", longest=longest)
        else:
            return
