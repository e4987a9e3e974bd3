"""A clock that is moved stops wherever something is due, and lets everything drain there."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.clock import new_id
from bot.delivery import Delivery
from bot.stepping import Stepper
from models.effects import Direct
from models.records.delivery import OutboxRow, Purpose
from models.records.request import Request
from tests.alike import store_at
from tests.bot.trial import NOW, Trial, posted
from tests.fakes.platform import ScriptedPlatform


class Stepped:
    """A way in with a delivery that runs, so that what follows from a delivery follows."""

    def __init__(self, url: str) -> None:
        self.trial = Trial(store_at(url))
        trial = self.trial
        self.platform = ScriptedPlatform()
        self.delivery = Delivery(
            self.platform,
            store=trial.store,
            clock=trial.clock,
            metrics=trial.metrics,
            settle=trial.intake.decide_within,
            holder=new_id(),
        )
        trial.intake.wake = self.delivery.wake
        self.stepper = Stepper(trial.clock, trial.store, trial.intake, trial.work)
        self.delivery.start()

    def pages(self) -> list[tuple[str, datetime | None]]:
        with self.trial.store.reading() as session:
            found = select(OutboxRow).where(OutboxRow.purpose == Purpose.PAGE, OutboxRow.post_id.is_(None))
            return [(row.effect["kind"], row.sent_at) for row in session.scalars(found.order_by(OutboxRow.id))]


@pytest.fixture
def stepped(sqlite_url: str) -> Iterator[Stepped]:
    made = Stepped(sqlite_url)
    yield made
    made.delivery.stop()
    made.trial.store.close()


def after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_every_due_instant_on_the_way_is_stopped_at(stepped: Stepped) -> None:
    stepped.stepper.advance(timedelta())
    stepped.trial.intake.receive(posted("outage"))
    stepped.stepper.advance(timedelta(minutes=60))
    assert stepped.pages() == [
        ("post", after(0)),
        ("direct", after(5)),
        ("post", after(10)),
        ("post", after(15)),
    ]
    assert stepped.trial.clock.now() == after(60)


def test_what_is_due_next_is_named(stepped: Stepped) -> None:
    stepped.stepper.advance(timedelta())
    stepped.trial.intake.receive(posted("outage"))
    stepped.stepper.advance(timedelta())
    coming = stepped.stepper.next_due()
    assert coming is not None
    assert (coming.at, coming.what) == (after(5), "an escalation or a reminder")


def test_time_is_never_moved_back(stepped: Stepped) -> None:
    stepped.stepper.advance_to(after(30))
    stepped.stepper.advance_to(after(10))
    assert stepped.trial.clock.now() == after(30)


def test_a_due_time_whose_handler_fails_is_tried_again_on_the_way_and_holds_nothing_up(stepped: Stepped) -> None:
    stepped.stepper.advance(timedelta())
    stepped.trial.intake.receive(posted("outage"))
    stepped.stepper.advance(timedelta(minutes=1))
    with stepped.trial.store.transaction() as session:
        session.execute(update(Request).values(reasons=7))
    stepped.stepper.advance_to(after(60))
    assert stepped.trial.clock.now() == after(60)
    assert len(stepped.pages()) == 1
    assert len(stepped.trial.told("lea")) == 2, "at its first failure and when it was given up"


def test_the_next_morning_comes_on_the_way(stepped: Stepped) -> None:
    stepped.stepper.advance(timedelta())
    stepped.stepper.advance(timedelta(days=1))
    assert any(isinstance(effect, Direct) and effect.user == "U-ben" for _, effect, _ in stepped.platform.calls)
