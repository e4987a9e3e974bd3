"""Slack as a stage: over Socket Mode, or with signed requests to the bot's own address."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

from bot.app import command_names
from bot.chat.port import ChatPort
from bot.http.server import HttpServer, application
from bot.metrics import Metrics
from tests.contract.stage import Ref, Said, Stage
from tests.fakes.slack import FakeSlack, Fault, Rates, Schedule
from tests.fakes.slack.people import Handle
from tests.scenarios.house import MONDAY, PEOPLE, Hurried, handle, policy, workspace

AGAIN = Schedule(retry_delays=(0.0, 1.0, 2.0, 4.0, 8.0))
"""When Slack tries again: after seconds, where it would wait for minutes."""

FAULTS = {"busy": Fault.RATE_LIMITED, "broken": Fault.SERVER_ERROR, "lost": Fault.LOSE_ANSWER}


class OnSlack(Stage):
    """The bot on a fake Slack."""

    mode: Literal["socket", "http"] = "socket"

    def ports(self, metrics: Metrics) -> list[ChatPort]:
        self.chat = Hurried(
            mode=self.mode,
            bot_token=self.slack.bot_token,
            app_token=self.slack.app_token,
            signing_secret=self.slack.signing_secret,
            api_url=self.slack.base_url,
            commands=command_names(),
            clock=self.clock,
            metrics=metrics,
        )
        return [self.chat]

    def post(self, place: str, who: str, words: str, under: Ref | None = None) -> Ref:
        room: Any = self.slack.direct(who) if place == who else place
        return Ref(place, self.slack.post(room, who, words, under.id if under is not None else None))

    def edit(self, message: Ref, who: str, words: str) -> None:
        self.slack.edit(message.id, words)

    def delete(self, message: Ref, who: str) -> None:
        self.slack.delete(message.id)

    def react(self, message: Ref, who: str, emoji: str) -> None:
        self.slack.react(who, message.id, emoji)

    def command(self, who: str, words: str, place: str = "devops-operations") -> str:
        name, _, rest = words.partition(" ")
        return self._text(self.slack.command(who, place, f"/{name}", rest).wait().response)

    def press(self, who: str, said: Said, label: str) -> str:
        before = len(self.slack.ephemerals(who))
        self.slack.press(who, said.raw, _action(said.raw, label)).wait()
        self.settle()
        return "\n".join(map(self._text, self.slack.ephemerals(who)[before:]))

    def fill_in(self, who: str, command: str, fields: Mapping[str, str]) -> str:
        name, _, rest = command.partition(" ")
        before = len(self.slack.ephemerals(who))
        self.slack.command(who, "devops-operations", f"/{name}", rest).wait()
        view = self.until(lambda: self.slack.views(who) or None)[-1]
        submitted: Handle = self.slack.submit(view, dict(fields)).wait()
        self.settle()
        return str(submitted.errors or "") + "\n".join(map(self._text, self.slack.ephemerals(who)[before:]))

    def replies(self, message: Ref) -> list[Said]:
        return [self._said(message.place, one) for one in self.slack.thread(message.id) if "bot_id" in one]

    def said(self, place: str) -> list[Said]:
        found = self.slack.dms(place) if place in PEOPLE else self.slack.messages(place)
        return [
            self._said(place, one)
            for one in found
            if one.get("bot_id") == self.slack.workspace.bot_id and one.get("thread_ts", one["ts"]) == one["ts"]
        ]

    def tickets(self, message: Ref) -> frozenset[str]:
        bot = self.slack.workspace.bot_user
        return frozenset(emoji for emoji, users in self.slack.reactions(message.id).items() if bot in users)

    @contextmanager
    def away(self) -> Iterator[None]:
        with self.slack.away():
            yield
        self.until(lambda: self.chat.is_healthy() or None, 60)

    def fault(self, kind: str) -> None:
        self.slack.fail("chat.postMessage", FAULTS[kind])

    def taken(self) -> None:
        self.slack.wait_quiet(60)

    def _said(self, place: str, message: dict[str, Any]) -> Said:
        notified = frozenset(self.person(user) for user in self.slack.pinged(message))
        labels = [
            element["text"]["text"]
            for block in message.get("blocks", [])
            if block["type"] == "actions"
            for element in block["elements"]
        ]
        return Said(Ref(place, message["ts"]), self._text(message), notified, tuple(labels), message)

    def _text(self, message: dict[str, Any]) -> str:
        lines = [line for block in message.get("blocks") or [] for line in _lines(block)] or [message.get("text", "")]
        return "\n".join(map(self._read, lines))

    def _read(self, marked: str) -> str:
        """Give a line as a person reads it."""
        named = re.sub(r"<@(\w+)>", lambda found: f"@{self._name(found[1])}", marked)
        placed = re.sub(r"<#(\w+)>", lambda found: f"#{self.slack.workspace.channels[found[1]].name}", named)
        linked = re.sub(r"<[^<>|]+\|([^<>]*)>", r"\1", placed)
        return html.unescape(re.sub(r"[*`_]", "", linked))

    def _name(self, user: str) -> str:
        person = self.policy.person(self.person(user))
        return person.name if person is not None else user


class OnSlackOverHttp(OnSlack):
    """The same with signed requests instead of sockets."""

    mode = "http"
    server: HttpServer

    def start(self) -> None:
        self.server = HttpServer(application(self.bot, [self.chat.router()]), "127.0.0.1:0")
        self.server.start()
        self.slack.deliver_over_http(f"http://127.0.0.1:{self.server.port}/slack/events")
        self.bot.start()

    def stop(self) -> None:
        self.bot.stop()
        self.server.stop()


def _lines(block: dict[str, Any]) -> Iterator[str]:
    """Give the lines of one block, as Slack marks them up."""
    parts = [block.get("text"), *block.get("fields", [])]
    if block["type"] == "context":
        parts += block["elements"]
    yield from (part["text"] for part in parts if part)


def _action(message: dict[str, Any], label: str) -> str:
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if element.get("type") == "button" and element["text"]["text"] == label:
                return str(element["action_id"])
    raise LookupError(f"no button {label!r} in {json.dumps(message)[:300]}")


@contextmanager
def on_slack(url: str, kind: type[OnSlack] = OnSlack) -> Iterator[OnSlack]:
    """Give the stage with the bot running."""
    with FakeSlack(rates=Rates(is_on=False), schedule=AGAIN) as slack:
        workspace(slack)
        stage = kind(url, slack, at=MONDAY, policy=policy())
        stage.bot.due_seconds = 0
        stage.start()
        try:
            stage.settle()
            yield stage
        finally:
            stage.stop()


__all__ = ["OnSlack", "OnSlackOverHttp", "handle", "on_slack"]
