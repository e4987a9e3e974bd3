"""Due work: each due time is handed in once, and a job that fails holds up no other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from sqlalchemy import select, update

from bot import scheduler
from bot.store import Store
from models.records import event as received
from models.records import roster
from models.records.delivery import OutboxRow
from models.records.event import Outcome, ReceivedEvent
from models.records.request import Due, Request
from tests.alike import store_at
from tests.bot.trial import NOW, Trial, posted


@pytest.fixture
def trial(sqlite_url: str) -> Trial:
    return Trial(store_at(sqlite_url))


def failures(trial: Trial, job: str) -> float:
    return trial.metrics.registry.get_sample_value("watchbill_job_failures_total", {"job": job}) or 0


def test_a_new_store_is_planned_and_its_engineer_greeted_in_one_round(store: Store) -> None:
    trial = Trial(store)
    assert trial.work.run() == 4  # planned, greeted, looked ahead, and found no old words
    with store.reading() as session:
        assert roster.last_day(session, "platform") is not None
    assert len(trial.told("ana")) == 1
    assert trial.work.run() == 0


def test_two_replicas_greet_once(store: Store) -> None:
    one = Trial(store)
    other = Trial(store, clock=one.clock)
    start = Barrier(2)

    def work(trial: Trial) -> None:
        start.wait()
        trial.work.run()
        trial.work.run()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (one, other)))
    assert len(one.told("ana")) == 1


def test_a_job_that_cannot_say_what_is_due_holds_up_no_other(trial: Trial) -> None:
    trial.work.run()
    trial.intake.receive(posted("pipeline", channel="devops-how-to"))
    with trial.store.transaction() as session:
        session.execute(update(Request).values(helpers_at=NOW))
    trial.intake.receive(posted("pipeline", channel="devops-how-to", message="m2", author="U-eve"))
    with trial.store.transaction() as session:
        session.execute(update(Request).where(Request.author == "U-eve").values(due_at=NOW))
        session.connection().exec_driver_sql("UPDATE request SET due = 'fatal' WHERE author = 'U-eve'")
    trial.work.run()
    assert failures(trial, "request") == 1
    with trial.store.reading() as session:
        assert session.scalars(select(Request.helpers_at).where(Request.author == "U-dev")).one() is None


def test_a_due_time_whose_handler_fails_is_handed_in_once_and_tried_again_at_its_time(trial: Trial) -> None:
    trial.work.run()
    trial.intake.receive(posted("outage"))
    with trial.store.transaction() as session:
        session.execute(update(Request).values(reasons=7, due=Due.PAGE, due_at=NOW, paged_at=NOW))
    assert trial.work.run() == 1
    assert trial.work.run() == 0, "it waits for its next try"
    with trial.store.reading() as session:
        (row,) = session.scalars(select(ReceivedEvent).where(ReceivedEvent.outcome == Outcome.FAILED))
    assert row.due_at == NOW + timedelta(seconds=10)

    with trial.store.transaction() as session:
        session.execute(update(Request).values(reasons=["mended"]))
    owed = trial.count(OutboxRow)
    trial.clock.set(NOW + timedelta(seconds=10))
    trial.work.run()
    assert trial.count(OutboxRow) > owed
    assert trial.row(row.key, row.platform).outcome is Outcome.DONE


def test_where_the_store_is_away_a_round_ends_quietly_and_the_next_one_comes(tmp_path: object) -> None:
    away = Trial(Store(f"sqlite:///{tmp_path}/gone/store.db"), has_channels=False)
    before = away.work.last_round
    assert away.work.run() == 0
    assert away.work.last_round >= before


def test_work_is_woken_again_and_again_and_stops_when_told() -> None:
    woken, seen = Event(), [0]

    def work() -> None:
        seen[0] += 1
        if seen[0] == 2:
            woken.set()

    running = scheduler.start(work, 0.02)
    assert woken.wait(5)
    running.shutdown(wait=True)
    count = seen[0]
    assert not Event().wait(0.06)
    assert seen[0] == count


def test_a_due_time_that_came_is_known_by_its_key(trial: Trial) -> None:
    trial.work.run()
    with trial.store.reading() as session:
        keys = session.scalars(select(ReceivedEvent.key)).all()
        assert all(received.find(session, "clock", key) is not None for key in keys)
    assert sorted(key.split(":")[0] for key in keys) == ["gaps", "morning", "plan", "retention"]
