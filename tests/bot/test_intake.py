"""The way in: once each, committed before it is acknowledged, and nothing lost whatever fails."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.intake import FIRST_RETRY, MOST_ATTEMPTS
from bot.store import Store
from models.errors import StoreUnavailable
from models.events import (
    CLOCK,
    DeliverySettled,
    Event,
    FormSubmitted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    TimeCame,
)
from models.policy import ChannelKind, Costs, Service
from models.records import directory
from models.records import event as received
from models.records.delivery import OutboxRow, Purpose
from models.records.event import Outcome, ReceivedEvent
from models.records.handover import LogEntry
from models.records.request import Request, TimelineEntry
from models.secrets import MASK
from models.triage.classifier import Classifier
from models.triage.verdict import Verdict
from tests.alike import store_at
from tests.bot.trial import NOW, Trial, given, posted
from tests.handlers.build import policy
from tests.handlers.desk import of_words
from tests.stored import everything


@pytest.fixture
def trial(store: Store) -> Trial:
    return Trial(store)


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Trial:
    return Trial(store_at(sqlite_url))


@dataclass(frozen=True)
class Moody(Classifier):
    """A classifier that fails as long as there are failures left."""

    failures: list[Exception] = field(default_factory=list)

    def classify(
        self,
        text: str,
        channel: ChannelKind | None = None,
        *,
        services: Sequence[Service] = (),
        costs: Costs | None = None,
    ) -> Verdict:
        if self.failures:
            raise self.failures.pop()
        return super().classify(text, channel, services=services, costs=costs)


def failing(store: Store, times: int) -> Trial:
    """Give a way in whose handler of messages fails so many times, with somebody's words in the error."""
    words = of_words()
    failures: list[Exception] = [ValueError("the words of a message: hunter2") for _ in range(times)]
    return Trial(store, classifier=Moody(words.model, words.lexicon, words.gates, words.speller, failures))


# -- once


def test_a_redelivered_event_is_acknowledged_and_dropped(trial: Trial) -> None:
    trial.intake.receive(posted())
    owed = trial.count(OutboxRow)
    trial.intake.receive(posted())
    assert (trial.requests(), trial.count(OutboxRow)) == (1, owed)
    assert (trial.counted("message-posted", "done"), trial.counted("message-posted", "duplicate")) == (1, 1)


def test_the_same_key_on_another_platform_is_another_event(on_sqlite: Trial) -> None:
    on_sqlite.intake.receive(posted())
    on_sqlite.intake.receive(replace(posted(), platform="local"))
    assert on_sqlite.requests() == 2


def test_a_redelivered_command_is_answered_the_same_and_done_once(trial: Trial) -> None:
    first = trial.intake.receive(given("log it is back", user="U-lea"))
    again = trial.intake.receive(given("log it is back", user="U-lea"))
    assert first is not None
    assert first.reply is not None
    assert again == first
    assert first.reply.plain().startswith("Written into the log")
    assert trial.count(LogEntry) == 1


def test_two_messages_of_one_author_at_once_open_one_request(trial: Trial) -> None:
    start = Barrier(4)

    def write(number: int) -> None:
        start.wait()
        trial.intake.receive(posted(message=f"m{number}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert trial.requests() == 1


def test_one_event_that_comes_twice_at_once_is_done_once(trial: Trial) -> None:
    start = Barrier(4)

    def write(_: int) -> None:
        start.wait()
        trial.intake.receive(posted())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert trial.requests() == 1
    assert trial.counted("message-posted", "done") == 1


# -- refused


def test_a_refusal_keeps_the_key_and_the_answer_and_undoes_the_rest(trial: Trial) -> None:
    trial.intake.receive(posted("pipeline"))
    before = trial.count(OutboxRow)
    refused = given("ack 1", user="U-mallory")
    answer = trial.intake.receive(refused)
    assert answer is not None
    assert answer.reply is not None
    assert answer.reply.plain().startswith("Only the engineers")
    assert (trial.row("act:1").outcome, trial.count(OutboxRow)) == (Outcome.REFUSED, before)
    assert trial.intake.receive(refused) == answer


# -- failed


def test_a_handler_that_fails_leaves_nothing_but_its_event_to_be_tried_again(store: Store) -> None:
    trial = failing(store, 1)
    assert trial.intake.receive(posted()) is None
    row = trial.row("msg:m1")
    assert (row.outcome, row.attempts, row.due_at) == (Outcome.FAILED, 1, NOW + FIRST_RETRY)
    assert row.payload is not None
    assert trial.requests() == 0
    assert trial.counted("message-posted", "failed") == 1


def test_what_is_kept_of_an_error_is_its_type_and_place_and_nobodys_words(sqlite_url: str) -> None:
    trial = failing(store_at(sqlite_url), 1)
    trial.intake.receive(posted())
    error = trial.row("msg:m1").error
    assert error is not None
    assert error.startswith("ValueError at test_intake.py:")
    assert "hunter2" not in error


def test_it_is_tried_again_at_its_time_and_done(store: Store) -> None:
    trial = failing(store, 1)
    trial.intake.receive(posted())
    trial.intake.retry_due()
    assert trial.requests() == 0, "its time has not come"
    trial.clock.set(NOW + FIRST_RETRY)
    trial.intake.retry_due()
    row = trial.row("msg:m1")
    assert (trial.requests(), row.outcome, row.payload, row.due_at) == (1, Outcome.DONE, None, None)
    trial.intake.receive(posted())
    assert trial.requests() == 1


def test_each_try_waits_twice_as_long_and_the_last_one_gives_up_loudly(sqlite_url: str) -> None:
    trial = failing(store_at(sqlite_url), MOST_ATTEMPTS)
    trial.intake.receive(posted())
    waits = []
    while (due_at := trial.row("msg:m1").due_at) is not None:
        waits.append(due_at - trial.clock.now())
        trial.clock.set(due_at)
        trial.intake.retry_due()
    assert waits == [FIRST_RETRY * 2**number for number in range(MOST_ATTEMPTS - 1)]
    assert (trial.row("msg:m1").outcome, trial.row("msg:m1").attempts) == (Outcome.GIVEN_UP, MOST_ATTEMPTS)
    first, last = trial.told("lea")
    assert "I keep trying" in first
    assert "I have given up on it" in last


def test_an_event_that_cannot_be_read_is_given_up_and_holds_up_no_other(store: Store) -> None:
    trial = failing(store, 2)
    trial.intake.receive(posted(message="unreadable", author="U-sam"))
    trial.intake.receive(posted())
    of_another_release = {"kind": "of-another-release"}
    with store.transaction() as session:
        session.execute(
            update(ReceivedEvent).where(ReceivedEvent.key == "msg:unreadable").values(payload=of_another_release)
        )
    trial.clock.set(NOW + FIRST_RETRY)
    trial.intake.retry_due()
    row = trial.row("msg:unreadable")
    assert (row.outcome, row.due_at, row.payload) == (Outcome.GIVEN_UP, None, of_another_release)
    assert "I have given up on it" in trial.told("lea")[-1]
    assert trial.requests() == 1


def test_the_leads_are_told_once_an_hour_however_many_fail_at_one_place(store: Store) -> None:
    trial = failing(store, 12)
    for number in range(10):
        trial.intake.receive(posted(message=f"m{number}"))
    assert len(trial.told("lea")) == 1
    trial.clock.set(NOW + timedelta(hours=1))
    trial.intake.receive(posted(message="later"))
    assert len(trial.told("lea")) == 2


def test_a_redelivery_of_what_failed_waits_for_its_time(sqlite_url: str) -> None:
    trial = failing(store_at(sqlite_url), 1)
    trial.intake.receive(posted())
    trial.intake.receive(posted())
    assert trial.requests() == 0
    assert trial.row("msg:m1").attempts == 1


def test_the_leads_are_told_of_a_configured_channel_that_is_lost_and_of_no_other(trial: Trial) -> None:
    channels = [(f"C-{one.name}", one.name) for one in trial.policy.channels]
    trial.intake.learn_channels("slack", [("C-lunch", "lunch")])
    trial.intake.lose_channel("slack", "C-lunch")
    trial.intake.lose_channel("slack", "C-never-heard-of")
    assert trial.told("lea") == []

    for _ in range(2):
        trial.intake.lose_channel("slack", "C-devops-sos")
        trial.intake.learn_channels("slack", channels)
    trial.intake.learn_channels("slack", [("C-devops-how-to", "questions")])
    trial.intake.learn_channels("slack", [one for one in channels if "operations" not in one[1]], are_all=True)

    first, second, third = trial.told("lea")
    assert "I am no longer in #devops-sos on Slack" in first
    assert "#devops-how-to on Slack is called #questions now" in second
    assert "I am no longer in #devops-operations" in third, "it was lost while the bot was away"


def test_what_is_asked_in_a_renamed_channel_is_not_lost_and_its_new_name_is_taken_from_the_configuration(
    trial: Trial,
) -> None:
    trial.intake.learn_channels("slack", [("C-devops-sos", "help")])
    trial.intake.receive(replace(posted(), channel_name="help"))
    assert trial.requests() == 1
    assert "I go on there as before" in trial.told("lea")[0]

    channels = [
        one.model_copy(update={"name": "help"}) if one.name == "devops-sos" else one for one in policy().channels
    ]
    renamed = policy().model_copy(update={"channels": tuple(channels)})
    trial.intake.standing = replace(trial.intake.standing, policy=renamed)
    trial.intake.learn_channels_again()
    with trial.store.reading() as session:
        assert directory.channel_id(session, "slack", "help") == "C-devops-sos"
        assert directory.channel_id(session, "slack", "devops-sos") is None


def test_whoever_gave_a_command_that_failed_is_told_that_it_is_kept(sqlite_url: str) -> None:
    trial = Trial(store_at(sqlite_url))
    trial.intake.receive(posted())
    with trial.store.transaction() as session:
        session.execute(update(Request).values(reasons=7))  # as no release writes it
    answer = trial.intake.receive(given("why 1"))
    assert answer is not None
    assert answer.reply is not None
    assert "Your command is kept" in answer.reply.plain()
    assert trial.row("act:1").outcome is Outcome.FAILED

    with trial.store.transaction() as session:
        session.execute(update(Request).values(reasons=["says production"]))
    trial.clock.set(NOW + FIRST_RETRY)
    trial.intake.retry_due()
    assert trial.row("act:1").outcome is Outcome.DONE
    assert "says production" in trial.told("ana")[-1], "the answer comes as a direct message"


def test_retries_of_two_replicas_are_done_once(store: Store) -> None:
    trial = failing(store, 1)
    trial.intake.receive(posted())
    other = Trial(store, clock=trial.clock)
    trial.clock.set(NOW + FIRST_RETRY)
    start = Barrier(2)

    def retry(one: Trial) -> None:
        start.wait()
        one.intake.retry_due()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(retry, (trial, other)))
    assert trial.requests() == 1


# -- several together


def day_of_messages() -> list[Event]:
    """Bursts, a reply, a reaction and an edit, as they stand in one channel."""
    said = [posted(text, message=f"m{number}", author=f"U-{who}") for number, (who, text) in enumerate(SAID)]
    common: dict[str, Any] = {"platform": "slack", "at": NOW, "channel": "C-devops-sos", "channel_name": "devops-sos"}
    reply = replace(posted("I look at it", message="r1", author="U-ana"), thread="m0")
    eyes = ReactionAdded(key="react:1", message="m0", user="U-ana", emoji="eyes", **common)
    edited = MessageEdited(key="edit:1", message="m2", author="U-bob", text="outage", **common)
    return [*said[:3], reply, said[0], eyes, edited, *said[3:]]


SAID = (("dev", "outage"), ("dev", "pipeline"), ("bob", "pipeline"), ("dev", "outage"), ("cy", "pipeline"))


def kept(trial: Trial) -> list[object]:
    """Give what a day left in the store, without the numbers that only count rows."""
    with trial.store.reading() as session:
        requests = [
            (row.id, row.root, row.text, row.request_class, row.state, row.due, row.due_at, row.owner, row.engineer)
            for row in session.scalars(select(Request).order_by(Request.id))
        ]
        owed = [(row.key, row.lane, row.state, row.effect) for row in session.scalars(select(OutboxRow))]
        keys = [(row.key, row.outcome) for row in session.scalars(select(ReceivedEvent))]
        lines = [(row.request_id, row.what, row.detail) for row in session.scalars(select(TimelineEntry))]
    return [requests, owed, keys, lines]


def test_events_that_are_taken_together_leave_what_they_leave_one_by_one(store: Store, tmp_path: Path) -> None:
    (other := Store(f"sqlite:///{tmp_path}/other.db")).migrate()
    together, single = Trial(store), Trial(other)
    together.intake.receive_all(day_of_messages())
    for event in day_of_messages():
        single.intake.receive(event)
    assert kept(together) == kept(single)
    assert together.requests() == 3
    assert together.counted("message-posted", "done") == single.counted("message-posted", "done") == 6
    assert together.counted("message-posted", "duplicate") == 1


def test_one_that_fails_among_several_fails_alone(store: Store) -> None:
    trial = failing(store, 2)  # it fails among the others, and again by itself
    trial.intake.receive_all([posted(message=f"m{number}", author=f"U-{number}") for number in range(4)])
    outcomes = [trial.row(f"msg:m{number}").outcome for number in range(4)]
    assert sorted(outcomes) == [Outcome.DONE, Outcome.DONE, Outcome.DONE, Outcome.FAILED]
    assert trial.requests() == 3
    assert (trial.counted("message-posted", "done"), trial.counted("message-posted", "failed")) == (3, 1)


def test_replicas_that_take_several_in_another_order_do_not_wait_for_each_other(store: Store) -> None:
    first, second = Trial(store), Trial(store)
    events = [posted(message=f"m{number}", author=f"U-{number}") for number in range(20)]
    start = Barrier(2)

    def take(trial: Trial, some: Sequence[MessagePosted]) -> None:
        start.wait()
        trial.intake.receive_all(some)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take, (first, second), (events, events[::-1])))
    assert first.requests() == 20
    done = first.counted("message-posted", "done") + second.counted("message-posted", "done")
    assert done == 20


def test_where_nothing_can_be_written_none_of_several_is_taken(tmp_path: Path) -> None:
    trial = Trial(Store(f"sqlite:///{tmp_path}/gone/store.db"), has_channels=False)
    with pytest.raises(StoreUnavailable):
        trial.intake.receive_all([posted(message="m1"), posted(message="m2")])


# -- the store is away


def test_where_nothing_can_be_written_the_event_stays_unacknowledged(tmp_path: Path) -> None:
    trial = Trial(Store(f"sqlite:///{tmp_path}/gone/store.db"), has_channels=False)
    with pytest.raises(StoreUnavailable):
        trial.intake.receive(posted())
    assert trial.counted("message-posted", "unavailable") == 1


# -- inside another transaction, and after the commit


def test_what_is_taken_inside_a_transaction_is_undone_alone_where_it_fails(store: Store) -> None:
    trial = Trial(store)
    trial.intake.receive(posted())
    broken = TimeCame(key="x", platform=CLOCK, at=NOW, job="no-such-job", subject="s")
    with store.transaction() as session:
        session.add(LogEntry(rotation="platform", at=NOW, text="delivered"))
        trial.intake.decide_within(session, broken)
        trial.intake.decide_within(session, settled())
    assert trial.count(LogEntry) == 2, "the line of the page, and the one of the transaction"
    assert trial.row("x", CLOCK).outcome is Outcome.FAILED
    with store.reading() as session:
        assert session.scalars(select(Request)).one().paged_at == NOW


def settled() -> DeliverySettled:
    return DeliverySettled(
        key="settled:1", platform=CLOCK, at=NOW, row=1, request=1, purpose=Purpose.PAGE, is_delivered=True
    )


def test_the_delivery_is_woken_after_the_commit(on_sqlite: Trial) -> None:
    woken: list[int] = []
    on_sqlite.intake.wake = lambda: woken.append(on_sqlite.requests())
    on_sqlite.intake.receive(posted())
    assert woken == [1]


def test_keys_are_kept_until_they_are_forgotten_and_what_is_tried_again_is_kept_longer(sqlite_url: str) -> None:
    trial = failing(store_at(sqlite_url), 1)
    trial.intake.receive(posted(message="failed"))
    trial.intake.receive(posted(message="done"))
    with trial.store.transaction() as session:
        received.forget_before(session, NOW + timedelta(days=1))
    with trial.store.reading() as session:
        assert list(session.scalars(select(ReceivedEvent.key))) == ["msg:failed"]


# -- without what must not be kept


PLANTED = "pw-Tr0ub4dor-planted"


def test_no_secret_reaches_a_table_by_any_way_in(trial: Trial) -> None:
    words = f"prod is down, 503 for everyone, password: {PLANTED}"
    form = FormSubmitted(
        key="form:1", platform="slack", at=NOW, form="handover", subject="1", user="U-ana", fields={"watch": words}
    )
    trial.intake.receive(posted(words))
    trial.intake.receive_all([posted(words, message="m2", author="U-yan"), posted(words, message="m3")])
    trial.intake.receive(given(f"log {words}", user="U-lea"))
    trial.intake.receive(given(f"nonsense {words}", user="U-lea"))
    trial.intake.receive(form)
    trial.intake.receive(replace(form, key="form:2", form="unknown"))

    kept = everything(trial.store)
    assert PLANTED not in kept
    assert MASK in kept


def test_no_secret_is_kept_with_an_event_that_failed(store: Store) -> None:
    trial = failing(store, times=1)
    trial.intake.receive(posted(text=f"prod is down, password: {PLANTED}"))

    kept = everything(store)
    assert "prod is down" in kept
    assert PLANTED not in kept
