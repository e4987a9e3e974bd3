"""The local chat as a stage."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.app import command_hints
from bot.chat.local.cast import BOT, roles_of
from bot.chat.local.platform import channel_id, direct_channel
from bot.chat.local.port import LocalChat
from bot.chat.port import ChatPort
from bot.metrics import Metrics
from handlers.context import Standing
from models.message import Block, Button, Buttons, Message
from tests.contract.stage import OPERATIONS, Ref, Said, Stage
from tests.scenarios.house import MONDAY, PEOPLE, policy
from tests.shipped import classifier

BLOCKS: TypeAdapter[tuple[Block, ...]] = TypeAdapter(tuple[Block, ...])


class InLocal(Stage):
    """The bot in its own chat."""

    chats: Path

    def standing(self) -> Standing:
        return Standing(self.policy, classifier(), ("local",))

    def ports(self, metrics: Metrics) -> list[ChatPort]:
        self.chat = LocalChat(
            self.chats,
            self.clock,
            channels=self.policy.channels,
            people=self.policy.people,
            commands=command_hints(),
            zone=self.policy.timezone,
            roles=roles_of(self.policy),
        )
        return [self.chat]

    def start(self) -> None:
        self.bot.start()

    def resume(self) -> None:
        self.chat.close()
        super().resume()

    def post(self, place: str, who: str, words: str, under: Ref | None = None) -> Ref:
        entry = self.chat.actions.say(who, _room(place), words, under.id if under is not None else None)
        return Ref(place, entry.id)

    def edit(self, message: Ref, who: str, words: str) -> None:
        self.chat.actions.edit(who, _room(message.place), message.id, words)

    def delete(self, message: Ref, who: str) -> None:
        self.chat.actions.delete(who, _room(message.place), message.id)

    def react(self, message: Ref, who: str, emoji: str) -> None:
        self.chat.actions.react(who, _room(message.place), message.id, emoji, is_wanted=True)

    def command(self, who: str, words: str, place: str = OPERATIONS) -> str:
        with self._whispers(who, place) as heard:
            self.chat.interaction.type(who, _room(place), f"/{words}", None)
        return "\n".join(heard)

    def press(self, who: str, said: Said, label: str) -> str:
        buttons = [one for block in said.raw.blocks if isinstance(block, Buttons) for one in block.buttons]
        button: Button = next(one for one in buttons if one.label == label)
        with self._whispers(who, said.ref.place) as heard:
            self.chat.interaction.press(who, _room(said.ref.place), said.ref.id, button)
            self.settle()
        return "\n".join(heard)

    def fill_in(self, who: str, command: str, fields: Mapping[str, str]) -> str:
        with self._whispers(who, OPERATIONS) as heard:
            opened = self.chat.interaction.type(who, _room(OPERATIONS), f"/{command}", None)["form"]
            shown = {one["name"]: one["initial"] for one in opened["fields"]}
            answered = self.chat.interaction.submit(who, opened["id"], opened["attempt"], shown | dict(fields))
            self.settle()
        return str(answered["errors"] or "") + "\n".join(heard)

    @contextmanager
    def _whispers(self, who: str, place: str) -> Iterator[list[str]]:
        """Give what somebody alone is told in a place meanwhile."""
        before = {one["id"] for one in self._seen(who, place)}
        heard: list[str] = []
        yield heard
        fresh = [one for one in self._seen(who, place) if one["id"] not in before and one["is_private"]]
        heard.extend(_message(one).plain() for one in fresh)

    def _seen(self, who: str, place: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for one in self.chat.actions.timeline(who, _room(place), None)["messages"]:
            found += [one]
            if one["thread_summary"] or place not in PEOPLE:
                found += self.chat.actions.thread(who, _room(place), one["id"])["messages"][1:]
        return found

    def replies(self, message: Ref) -> list[Said]:
        reader = message.place if message.place in PEOPLE else "amina"
        found = self.chat.actions.thread(reader, _room(message.place), message.id)["messages"][1:]
        return [_said(message.place, one) for one in found if one["author"] == BOT and not one["is_private"]]

    def said(self, place: str) -> list[Said]:
        reader = place if place in PEOPLE else "amina"
        found = self.chat.actions.timeline(reader, _room(place), None)["messages"]
        return [
            _said(place, one)
            for one in found
            if one["author"] == BOT and not one["is_private"] and not one["is_deleted"]
        ]

    def tickets(self, message: Ref) -> frozenset[str]:
        found = self.chat.actions.timeline("amina", _room(message.place), None)["messages"]
        (one,) = (entry for entry in found if entry["id"] == message.id)
        return frozenset(r["emoji"] for r in one["reactions"] if BOT in r["users"])

    @contextmanager
    def away(self) -> Iterator[None]:
        yield  # it is in the bot itself: there is no line that could be cut

    def fault(self, kind: str) -> None:
        del kind  # it refuses nobody, and its answers cannot be lost

    def taken(self) -> None:
        assert self.chat.wait_until_taken(30)


def _room(place: str) -> str:
    return direct_channel(place) if place in PEOPLE else channel_id(place)


def _message(entry: dict[str, Any]) -> Message:
    return Message(BLOCKS.validate_python(entry["blocks"])) if entry["blocks"] is not None else Message(())


def _said(place: str, entry: dict[str, Any]) -> Said:
    body = _message(entry)
    labels = [one.label for block in body.blocks if isinstance(block, Buttons) for one in block.buttons]
    return Said(Ref(place, entry["id"]), body.plain(), frozenset(entry["mentions"]), tuple(labels), body)


@contextmanager
def in_local(url: str, chats: Path, **changes: Any) -> Iterator[InLocal]:
    """Give the stage with the bot running. chats: where the chat keeps what was said. changes: of the policy."""
    InLocal.chats = chats
    stage = InLocal(url, None, at=MONDAY, policy=policy(**changes))  # type: ignore[arg-type]
    stage.bot.due_seconds = 0
    stage.start()
    try:
        stage.settle()
        yield stage
    finally:
        stage.stop()
        stage.chat.close()
