"""An intake on a real store with a clock that stands: what the tests of the way in, of due work and of stepping use."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from bot.clock import SteppingClock
from bot.intake import Intake
from bot.metrics import Metrics
from bot.scheduler import DueWork
from bot.store import Store
from handlers.context import Standing
from models.events import CommandGiven, MessagePosted
from models.policy import Policy
from models.records import event as received
from models.records.delivery import OutboxRow
from models.records.event import ReceivedEvent
from models.records.request import Request
from models.triage.classifier import Classifier
from tests.handlers.build import policy
from tests.handlers.desk import of_words

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
"""A Monday in working hours."""


@dataclass
class Trial:
    """The way in, and what it left in the store."""

    store: Store
    clock: SteppingClock = field(default_factory=lambda: SteppingClock(NOW, is_running=False))
    metrics: Metrics = field(default_factory=Metrics)
    policy: Policy = field(default_factory=policy)
    classifier: Classifier = field(default_factory=of_words)
    has_channels: bool = True

    def __post_init__(self) -> None:
        standing = Standing(self.policy, self.classifier, ("slack",))
        self.intake = Intake(self.store, self.clock, standing, self.metrics)
        self.work = DueWork(self.store, self.clock, self.intake, self.metrics)
        if self.has_channels:
            self.intake.learn_channels("slack", [(f"C-{one.name}", one.name) for one in self.policy.channels])

    def row(self, key: str, platform: str = "slack") -> ReceivedEvent:
        with self.store.reading() as session:
            found = received.find(session, platform, key)
        assert found is not None, f"{key} never came"
        return found

    def count(self, table: type[Any]) -> int:
        with self.store.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def requests(self) -> int:
        return self.count(Request)

    def told(self, who: str) -> list[str]:
        """Give the direct messages to somebody, as they are kept."""
        with self.store.reading() as session:
            return [str(row.effect) for row in session.scalars(select(OutboxRow)) if row.lane == f"@U-{who}"]

    def counted(self, kind: str, outcome: str) -> float:
        labels = {"platform": "slack", "kind": kind, "outcome": outcome}
        return self.metrics.registry.get_sample_value("watchbill_events_total", labels) or 0


def posted(
    text: str = "outage", *, message: str = "m1", author: str = "U-dev", channel: str = "devops-sos"
) -> MessagePosted:
    return MessagePosted(
        key=f"msg:{message}",
        platform="slack",
        at=NOW,
        channel=f"C-{channel}",
        channel_name=channel,
        message=message,
        author=author,
        text=text,
    )


def given(text: str, *, key: str = "act:1", name: str = "oncall", user: str = "U-ana") -> CommandGiven:
    return CommandGiven(
        key=key,
        platform="slack",
        at=NOW,
        name=name,
        text=text,
        user=user,
        channel="C-devops-sos",
        channel_name="devops-sos",
    )
