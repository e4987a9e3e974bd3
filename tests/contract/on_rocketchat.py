"""Rocket.Chat as a stage: commands are messages, buttons post as whoever taps them, forms are dialogues."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from bot.app import command_names
from bot.chat.port import Pace
from bot.chat.rocketchat.port import RocketChatChat
from bot.chat.rocketchat.text import INVISIBLE
from handlers import registry
from models.effects import Effect
from models.records import dialogue as dialogues
from models.records import event as received
from models.records.dialogue import Dialogue
from tests.contract.stage import OPERATIONS, Ref, Said, Stage
from tests.fakes.rocketchat import BUSY, LOSE, SERVER_ERROR, FakeRocketChat
from tests.scenarios.harbour import Harbour
from tests.scenarios.house import CHANNELS, MONDAY, PEOPLE

QUAY = "quay"
"""A room that the bot is in and has no business in: what is written there is taken, and followed by nothing."""

FAULTS = {"busy": BUSY, "broken": SERVER_ERROR, "lost": LOSE}
PLATFORM = "rocketchat"

Json = dict[str, Any]


class Unhurried(RocketChatChat):
    """The adapter where an hour passes in a moment, so that the pace of a room would hold up the clock."""

    def paces(self, effect: Effect) -> Sequence[Pace]:
        del effect
        return ()


NOTIFYING = re.compile(r"(?:^|\s|>)@([0-9a-zA-Z\-_.]+)", re.MULTILINE)
"""What the server takes for a mention. Source: Rocket.Chat, MentionsParser."""


class OnRocketChat(Stage, Harbour):
    """The bot on a fake Rocket.Chat. whispers: what only the asker was answered, by the message's id."""

    port: Unhurried

    def __init__(self, url: str, chat: FakeRocketChat) -> None:
        self.whispers: set[str] = set()
        super().__init__(url, None, chat, (PLATFORM,), at=MONDAY)  # type: ignore[arg-type]

    def _rocketchat_port(self) -> RocketChatChat:
        self.port = Unhurried(
            url=self.chat.url,
            user_id=self.chat.bot.id,
            token=self.chat.token,
            commands=command_names(),
            buttons=tuple(registry.BUTTONS),
            clock=self.clock,
        )
        return self.port

    def start(self) -> None:
        super().start()
        self.until(lambda: self.port.rounds or None, 30)

    # -- what people do

    def post(self, place: str, who: str, words: str, under: Ref | None = None) -> Ref:
        thread = under.id if under is not None else None
        if place == who:
            return Ref(place, self.chat.write(who, words, thread=thread))
        return Ref(place, self.chat.post(place, who, words, thread=thread))

    def edit(self, message: Ref, who: str, words: str) -> None:
        self.chat.edit(who, message.id, words)

    def delete(self, message: Ref, who: str) -> None:
        del who
        self.chat.delete(message.id)

    def react(self, message: Ref, who: str, emoji: str) -> None:
        self.chat.react(who, message.id, emoji)

    def command(self, who: str, words: str, place: str = OPERATIONS) -> str:
        return self._answer(who, self.chat.post(place, who, f"!{words}"))

    def press(self, who: str, said: Said, label: str) -> str:
        tapped = self.chat.tap(who, said.ref.id, label)
        self.settle()
        return self._answer(who, tapped)

    def fill_in(self, who: str, command: str, fields: Mapping[str, str]) -> str:
        before = len(self.chat.dms(who))
        self.chat.write(who, command)
        self.settle()
        while (asked := self._asked(who)) is not None:
            self.chat.write(who, fields.get(asked, "keep"))
            self.settle()
        told = self.chat.dms(who)[before:]
        self.whispers |= {one["_id"] for one in told if _is_of_a_dialogue(one)}
        self.chat.write(who, "send")
        self.settle()
        last = self.chat.dms(who)[before + len(told) :]
        self.whispers |= {one["_id"] for one in last}
        return "\n".join(map(self._text, last))

    def _asked(self, who: str) -> str | None:
        """Give the name of the field that a dialogue asks for now; None where it asks whether to send all."""
        with self.store.reading() as session:
            row = dialogues.find(session, PLATFORM, who)
            assert row is not None, "no form was opened"
            return _field(row)

    def _answer(self, who: str, message: str) -> str:
        """Give what somebody was answered for a message of theirs: a direct message, if there is an answer at all."""
        room, _ = self.chat.workspace.message(message)
        key = f"msg:{room.id}:{message}"
        if not self.until(lambda: self._taken(key), 30).answer:
            return ""
        number = hashlib.sha256(f"answer\0{key}".encode()).hexdigest()[:24]
        self.whispers.add(number)
        return self._text(
            self.until(lambda: next((one for one in self.chat.dms(who) if one["_id"] == number), None), 30)
        )

    # -- what people see

    def replies(self, message: Ref) -> list[Said]:
        return self._shown(message.place, self.chat.thread(message.id))

    def said(self, place: str) -> list[Said]:
        found = self.chat.dms(place) if place in PEOPLE else self.chat.messages(place)
        return self._shown(place, [one for one in found if not one.get("tmid")])

    def _shown(self, place: str, messages: Sequence[Json]) -> list[Said]:
        bot = self.chat.bot.username
        return [
            self._said(place, one)
            for one in messages
            if one["u"]["username"] == bot and one["_id"] not in self.whispers
        ]

    def tickets(self, message: Ref) -> frozenset[str]:
        _, found = self.chat.workspace.message(message.id)
        put: Mapping[str, Json] = found.get("reactions", {})
        return frozenset(emoji.strip(":") for emoji, one in put.items() if self.chat.bot.username in one["usernames"])

    def _said(self, place: str, message: Json) -> Said:
        named = {self.person(user) for user in NOTIFYING.findall(message["msg"])}
        labels = [button["text"] for one in message.get("attachments", ()) for button in one.get("actions", ())]
        return Said(
            Ref(place, message["_id"]), self._text(message), frozenset(named & {*PEOPLE}), tuple(labels), message
        )

    def _text(self, message: Json) -> str:
        """Give a message as a person reads it."""
        hanging = [one["text"] for one in message.get("attachments", ()) if "text" in one]
        whole = "\n".join([message["msg"].removesuffix("…") if hanging else message["msg"], *hanging])
        named = re.sub(r"@([\w-]+)", lambda found: f"@{self._name(found[1])}", whole)
        linked = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", named)
        return re.sub(r"[*`_]", "", linked.replace(INVISIBLE, ""))

    def _name(self, user: str) -> str:
        person = self.policy.person(self.person(user))
        return person.name if person is not None else user

    # -- what goes wrong

    @contextmanager
    def away(self) -> Iterator[None]:
        with self.chat.away():
            yield
            read = self.port.rounds
        self.until(lambda: (self.port.is_healthy() and self.port.rounds > read) or None, 30)

    def fault(self, kind: str) -> None:
        self.chat.fail("chat.sendMessage", FAULTS[kind])

    # -- time

    def taken(self) -> None:
        """Wait until what was written last is taken: all comes in one stream, and is taken in its order."""
        key = f"msg:R-{QUAY}:{self.chat.post(QUAY, 'grace', 'ahoy')}"
        self.until(lambda: self._taken(key), 30)

    def _taken(self, key: str) -> received.ReceivedEvent | None:
        with self.store.reading() as session:
            return received.find(session, PLATFORM, key)


def _field(row: Dialogue) -> str | None:
    fields = row.opened().fields
    return fields[row.field].name if row.field < len(fields) else None


def _is_of_a_dialogue(message: Json) -> bool:
    """Say whether a message begins a form, asks for one of its fields, or shows what was filled in."""
    buttons = [button["msg"] for one in message.get("attachments", ()) for button in one.get("actions", ())]
    return "one after the other" in message["msg"] or any(one.startswith("!form ") for one in buttons)


@contextmanager
def on_rocketchat(url: str) -> Iterator[OnRocketChat]:
    """Give the stage with the bot running."""
    with FakeRocketChat() as chat:
        for person in PEOPLE:
            chat.user(person)
        for name in (*CHANNELS, QUAY):
            chat.room(name, [*PEOPLE])
        stage = OnRocketChat(url, chat)
        chat.workspace.keep_time(stage.clock.now)
        stage.bot.due_seconds = 0
        stage.start()
        try:
            stage.settle()
            yield stage
        finally:
            stage.stop()
