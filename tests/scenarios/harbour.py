"""The whole bot on a fake Rocket.Chat, alone or beside a fake Slack: the same people, one store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.app import command_names
from bot.chat.port import ChatPort
from bot.chat.rocketchat.port import RocketChatChat
from bot.metrics import Metrics
from handlers import registry
from handlers.context import Standing
from models.policy import Policy
from models.records.request import Request
from tests.fakes.rocketchat import FakeRocketChat
from tests.fakes.slack import FakeSlack, Rates
from tests.scenarios import house
from tests.scenarios.house import CHANNELS, MONDAY, PEOPLE, House
from tests.shipped import classifier


def policy(platforms: tuple[str, ...], **changes: Any) -> Policy:
    """Give the demo's policy; the people bear their user names on Rocket.Chat."""
    written = house.document()
    for person in written["people"]:
        person["rocketchat"] = person["id"]
        if "slack" not in platforms:
            del person["slack"]
    return Policy.model_validate({**written, **changes})


class Harbour(House):
    """A running bot that speaks Rocket.Chat. platforms: in the configuration's order."""

    def __init__(
        self, url: str, slack: FakeSlack, chat: FakeRocketChat, platforms: tuple[str, ...], *, at: datetime, **more: Any
    ) -> None:
        self.chat, self.platforms = chat, platforms
        super().__init__(url, slack, at=at, policy=policy(platforms, **more))

    def standing(self) -> Standing:
        return Standing(self.policy, classifier(), self.platforms)

    def ports(self, metrics: Metrics) -> list[ChatPort]:
        return [self._slack_port(metrics) if name == "slack" else self._rocketchat_port() for name in self.platforms]

    def _rocketchat_port(self) -> RocketChatChat:
        return RocketChatChat(
            url=self.chat.url,
            user_id=self.chat.bot.id,
            token=self.chat.token,
            commands=command_names(),
            buttons=tuple(registry.BUTTONS),
            clock=self.clock,
        )

    def start(self) -> None:
        self.bot.start()
        self.chat.wait_connected()
        if "slack" in self.platforms:
            self.slack.wait_connected()

    # -- looking

    def asked(self, message: str) -> Request:
        """Give the request whose thread hangs on a message of Rocket.Chat's; waits for it."""

        def look() -> Request | None:
            with self.store.reading() as session:
                return session.scalar(select(Request).where(Request.root == message, Request.platform == "rocketchat"))

        return self.until(look)

    def told(self, person: str, words: str) -> dict[str, Any]:
        """Give what the bot wrote to somebody directly with these words in it; waits for it."""
        return self.until(lambda: next((one for one in self.chat.dms(person) if words in one["msg"]), None))

    def page(self, message: str) -> dict[str, Any]:
        """Give the first reply of the bot's in a thread; waits for it."""
        return self.until(lambda: next(iter(self.chat.thread(message)), None))


@contextmanager
def running(url: str, *platforms: str, at: datetime = MONDAY, **changes: Any) -> Iterator[Harbour]:
    """Give a bot on Rocket.Chat, and on the other platforms that are named."""
    with FakeSlack(rates=Rates(is_on=False)) as slack, FakeRocketChat() as chat:
        house.workspace(slack)
        for person in PEOPLE:
            chat.user(person)
        for name in CHANNELS:
            chat.room(name, [*PEOPLE])
        harbour = Harbour(url, slack, chat, platforms or ("rocketchat",), at=at, **changes)
        harbour.start()
        try:
            harbour.settled()
            yield harbour
        finally:
            harbour.stop()
