"""The whole bot in a test: the demo's people on a fake Slack, a clock that can be moved, a real database."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any, TypeVar

from sqlalchemy import select

from bot.app import Bot, build, command_names
from bot.chat.port import ChatPort, Pace
from bot.chat.slack.port import SlackChat
from bot.clock import SteppingClock
from bot.demo import cast
from bot.metrics import Metrics
from bot.stepping import Stepper
from handlers.context import Standing
from models.effects import Effect
from models.policy import Policy
from models.records import rota as rotas
from models.records.delivery import OutboxRow
from models.records.request import Request
from models.rota.duty import Duty, who_is_on
from tests.alike import store_at
from tests.fakes.slack import FakeSlack, Rates
from tests.fakes.slack.workspace import Channel, User
from tests.shipped import classifier

T = TypeVar("T")

MONDAY = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
"""A Monday in working hours: 11:00 in Vancouver."""

PEOPLE = ("amina", "bob", "chidi", "dana", "elif", "farid", "grace")
CHANNELS = ("devops-how-to", "devops-sos", "devops-alerts", "devops-operations", "general")


def handle(person: str) -> str:
    """Give the Slack id of one of the cast."""
    return f"U0{person.upper()}"


def policy(**changes: Any) -> Policy:
    """Give the demo's policy with handles on Slack; changes replace top-level keys."""
    return Policy.model_validate({**document(), **changes})


def document() -> dict[str, Any]:
    """Give the demo's policy, with handles on Slack, as a configuration file writes it."""
    written = cast.document()
    for person in written["people"]:
        person["slack"] = handle(person["id"])
    return written


def workspace(slack: FakeSlack) -> None:
    """Put the cast and the channels into a fake Slack."""
    members: list[User | str] = [slack.user(handle(person), person) for person in PEOPLE]
    for name in CHANNELS:
        slack.channel(name, members)


class Hurried(SlackChat):
    """Slack's adapter where an hour passes in a moment, so that one message a second would hold up the clock."""

    def paces(self, effect: Effect) -> Sequence[Pace]:
        del effect
        return ()


class House:
    """A running bot. Everything is asked of it the way a person or an operator would."""

    has_running_clock = True
    """Whether time passes by itself; else only where it is moved, so that each time that is told is always the same."""

    def __init__(
        self, url: str, slack: FakeSlack, *, at: datetime = MONDAY, policy: Policy, adapter: type[SlackChat] = SlackChat
    ) -> None:
        self.slack, self._url, self.policy, self._adapter = slack, url, policy, adapter
        self.clock = SteppingClock(at, is_running=self.has_running_clock)
        self.bot = self._built()

    def _built(self) -> Bot:
        self.store = store_at(self._url)
        metrics = Metrics()
        bot = build(self.store, self.clock, self.standing(), self.ports(metrics), metrics)
        bot.due_seconds = 0.2
        self.stepper = Stepper(self.clock, self.store, bot.intake, bot.work)
        return bot

    def standing(self) -> Standing:
        """Give what the bot begins with."""
        return Standing(self.policy, classifier(), ("slack",))

    def ports(self, metrics: Metrics) -> list[ChatPort]:
        """Give the platforms that it speaks."""
        return [self._slack_port(metrics, self._adapter)]

    def _slack_port(self, metrics: Metrics, kind: type[SlackChat] = SlackChat) -> SlackChat:
        return kind(
            mode="socket",
            bot_token=self.slack.bot_token,
            app_token=self.slack.app_token,
            signing_secret=self.slack.signing_secret,
            api_url=self.slack.base_url,
            commands=command_names(),
            clock=self.clock,
            metrics=metrics,
            lanes=1 if self.store.is_sqlite else 4,
        )

    def start(self) -> None:
        self.bot.start()
        self.slack.wait_connected()

    def stop(self) -> None:
        self.bot.stop()

    def resume(self) -> None:
        """Start a new bot on the same store, after a stop."""
        self.bot = self._built()
        self.start()

    def advance(self, **span: float) -> None:
        """Let time pass, stopping wherever something is due."""
        self.stepper.advance(timedelta(**span))

    def advance_to(self, at: datetime) -> None:
        self.stepper.advance_to(at)

    # -- looking

    def request(self, ts: str) -> Request:
        """Give the request whose thread hangs on a message; waits for it."""
        return self.until(lambda: self._request(ts))

    def _request(self, ts: str) -> Request | None:
        with self.store.reading() as session:
            return session.scalar(select(Request).where(Request.root == ts))

    def duty(self, at: datetime | None = None) -> Duty:
        """Give who is on call, from the one resolver."""
        standing = self.bot.intake.standing
        calendar = standing.calendar(self.policy.oncall.rotations[0])
        with self.store.reading() as session:
            return who_is_on(rotas.load(session, calendar), at or self.clock.now())

    def first_reply(self, ts: str) -> dict[str, Any]:
        """Give the first reply in a message's thread; waits for it."""
        replies = self.until(lambda: self.slack.thread(ts) or None)
        return replies[0]

    def pings(self, ts: str) -> list[str]:
        """Give the people pinged in a thread, in order, once for each post that names them."""
        return [person for reply in self.slack.thread(ts) for person in sorted(self.slack.pinged(reply))]

    def settled(self) -> None:
        """Wait until nothing is owed to the chat."""
        self.until(lambda: not self.rows("pending", "sending") or None)

    def rows(self, *states: str) -> list[OutboxRow]:
        with self.store.reading() as session:
            rows = session.scalars(select(OutboxRow)).all()
        return [row for row in rows if row.state in states]

    def until(self, look: Callable[[], T | None], seconds: float = 60.0) -> T:
        """Give what a look finds, as soon as it finds something."""
        end = monotonic() + seconds
        while (found := look()) is None:
            if monotonic() > end:
                raise AssertionError("it did not happen in time")
            sleep(0.01)
        return found


@contextmanager
def running(url: str, *, at: datetime = MONDAY, is_hurried: bool = False, **changes: Any) -> Iterator[House]:
    """Give a house with its bot running, on a fake Slack of its own. is_hurried: at no pace of Slack's."""
    with FakeSlack(rates=Rates(is_on=False)) as slack:
        workspace(slack)
        adapter = Hurried if is_hurried else SlackChat
        house = House(url, slack, at=at, policy=policy(**changes), adapter=adapter)
        house.start()
        try:
            house.settled()
            yield house
        finally:
            house.stop()


def channel_of(slack: FakeSlack, name: str) -> Channel:
    """Give a channel of the fake by its name."""
    return next(one for one in slack.workspace.channels.values() if one.name == name)
