"""What is answered on the spot: in a direct message, right after the commit, once.

An answer has an id of its event's key, so that whoever asks again gets no second one for the same words.
"""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeGuard

import structlog

from bot.chat.rocketchat.rooms import Rooms
from bot.chat.rocketchat.sending import Sender
from models.effects import Direct, Effect, Post
from models.errors import DeliveryFailed
from models.events import ButtonPressed, CommandGiven, Event, MessagePosted
from models.message import Answer, Message

CALLERS = 2
_SOON = timedelta(seconds=0.5)
TRIES = 3

log = structlog.get_logger(__name__)

Asked = CommandGiven | ButtonPressed | MessagePosted


class Answers:
    """Gives the answers."""

    def __init__(self, sender: Sender, rooms: Rooms) -> None:
        self._sender, self._rooms = sender, rooms
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(CALLERS, thread_name_prefix="rocketchat-answer")

    def close(self) -> None:
        """Make the calls that are begun, and no more."""
        self._stopping.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def give(self, event: Asked, answer: Answer | None) -> None:
        """Give whoever asked the reply, where there is one; forms are not opened here but asked in a dialogue."""
        if answer is not None and answer.reply is not None:
            self._pool.submit(self._given, event, answer.reply)

    def _given(self, event: Asked, reply: Message) -> None:
        key = hashlib.sha256(f"answer\0{event.key}".encode()).hexdigest()[:24]
        effect = self._effect(event, reply)
        for _ in range(TRIES):
            try:
                self._sender.perform(effect, key, None)
            except DeliveryFailed as error:
                if error.permanent or self._stopping.wait((error.retry_after or _SOON).total_seconds()):
                    break
            else:
                return
        log.warning("rocketchat.answer_not_given", channel=event.channel)

    def _effect(self, event: Asked, reply: Message) -> Effect:
        room = self._rooms.known(event.channel)
        if room is not None and room.is_direct:
            return Post(event.channel, reply, event.thread)
        return Direct(event.author if isinstance(event, MessagePosted) else event.user, reply)


def is_asked(event: Event) -> TypeGuard[Asked]:
    """Say whether somebody waits for an answer."""
    is_private = isinstance(event, MessagePosted) and event.is_direct
    return is_private or isinstance(event, CommandGiven | ButtonPressed)
