"""The outbox as its senders see it: who claims what, and whose word counts about what became of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TypeVar

import pytest
from sqlalchemy import text as sql
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.store import Store
from models.effects import Direct, Edit
from models.message import text
from models.records import delivery, lane, sending
from models.records.delivery import OutboxRow, OutboxState, Purpose
from models.records.lane import Lane
from models.records.sending import DOUBT, Owed
from tests.models.records.outbox_building import NOW, POST, SECOND, claim, claimed, owe, state

Found = TypeVar("Found")


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.transaction() as opened:
        yield opened


@pytest.fixture
def shared(postgres_url: str) -> Iterator[Store]:
    """A store that several replicas share."""
    opened = Store(postgres_url)
    yield opened
    opened.close()


def test_one_row_a_lane_and_one_holder_at_a_time(session: Session) -> None:
    first = owe(session, "a")
    other = owe(session, "b", Direct("U1", text("x")))
    owe(session, "c")
    assert set(claimed(session)) == {first, other}
    assert claimed(session, "two") == []


def test_a_lane_whose_holder_died_is_free_again_and_its_row_doubtful(session: Session) -> None:
    row = owe(session, "a")
    claim(session)
    assert sending.take_back_expired(session, "slack", NOW + 59 * SECOND) == 0
    assert sending.take_back_expired(session, "slack", NOW + 60 * SECOND) == 1
    (owed,) = claim(session, "two", NOW + 60 * SECOND + DOUBT)
    assert (owed.id, owed.is_doubtful) == (row, True)


def test_what_a_dead_process_was_sending_is_not_looked_for_at_once(session: Session) -> None:
    row = owe(session, "a")
    claim(session)
    lane.free_all(session, "slack")
    assert sending.take_back_expired(session, "slack", NOW) == 1
    assert claimed(session, "two", NOW + DOUBT - SECOND) == []
    assert claimed(session, "two", NOW + DOUBT) == [row]


def test_what_a_dead_sender_held_and_nobody_wants_is_looked_for(session: Session) -> None:
    row = owe(session, "a", POST, Purpose.PAGE, 1)
    claim(session)
    delivery.drop_pending_pages(session, 1)
    sending.take_back_expired(session, "slack", NOW + 60 * SECOND)
    assert state(session, row) is OutboxState.PENDING
    (owed,) = claim(session, at=NOW + 60 * SECOND + DOUBT)
    assert (owed.is_doubtful, owed.is_unwanted) == (True, True)


def test_who_comes_back_late_frees_nobody_elses_lane_and_changes_no_later_attempt(session: Session) -> None:
    row = owe(session, "a")
    (late,) = claim(session, "one")
    at = NOW + 60 * SECOND
    sending.take_back_expired(session, "slack", at)
    (owed,) = claim(session, "two", at + DOUBT)
    assert not sending.record_retry(session, late, at, "internal_error", is_doubtful=True)
    assert not sending.record_failed(session, late, "internal_error")
    sending.free_lane(session, late, None)
    assert (owed.id, state(session, row)) == (row, OutboxState.SENDING)
    assert claimed(session, "three", at + DOUBT + SECOND) == []


def test_who_comes_back_late_and_did_it_is_believed_while_nobody_tried_again(session: Session) -> None:
    row = owe(session, "a")
    (late,) = claim(session)
    sending.take_back_expired(session, "slack", NOW + 60 * SECOND)
    assert sending.record_sent(session, late, NOW, "C1", "m1")
    assert state(session, row) is OutboxState.SENT


def test_an_edit_waits_for_its_post_and_a_newer_one_replaces_it(session: Session) -> None:
    post = owe(session, "a")
    older = owe(session, "b", Edit(post, text("y")))
    newer = owe(session, "c", Edit(post, text("z")))
    assert state(session, older) is OutboxState.DROPPED
    (owed,) = claim(session)
    assert owed.id == post
    sending.record_sent(session, owed, NOW, "C1", "m1")
    sending.free_lane(session, owed, None)
    assert claimed(session) == [newer]


def test_an_edit_of_a_post_that_failed_is_dropped(session: Session) -> None:
    post = owe(session, "a")
    edit = owe(session, "b", Edit(post, text("y")))
    (owed,) = claim(session)
    sending.record_failed(session, owed, "channel_not_found")
    sending.free_lane(session, owed, None)
    assert claim(session) == []
    assert sending.drop_orphaned_edits(session, "slack") == 1
    assert state(session, edit) is OutboxState.DROPPED


def test_what_waits_for_its_time_is_not_claimed_before(session: Session) -> None:
    row = owe(session, "a")
    (owed,) = claim(session)
    sending.record_retry(session, owed, NOW + 5 * SECOND, "internal_error", is_doubtful=False)
    sending.free_lane(session, owed, None)
    assert claimed(session, at=NOW + 4 * SECOND) == []
    assert sending.seconds_to_next(session, "slack", NOW) == pytest.approx(5)
    assert claimed(session, at=NOW + 5 * SECOND) == [row]


def test_a_lane_that_rests_is_not_taken(session: Session) -> None:
    owe(session, "a")
    (owed,) = claim(session)
    sending.record_failed(session, owed, "no")
    sending.free_lane(session, owed, NOW + 5 * SECOND)
    row = owe(session, "b")
    assert claimed(session, at=NOW + 4 * SECOND) == []
    assert claimed(session, at=NOW + 5 * SECOND) == [row]


# -- several replicas at once


@contextmanager
def meanwhile(store: Store, work: Callable[[Session], Found], found: list[Found]) -> Iterator[Session]:
    """Give an open transaction, and let another one meet it: it has to wait, and goes on after the commit."""

    def meet() -> None:
        with store.transaction() as other:
            found.append(work(other))

    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as opened:
            yield opened
            opened.flush()
            future = pool.submit(meet)
            _until_blocked(store, future)
        future.result(10)


def _until_blocked(store: Store, future: Future[None]) -> None:
    waiting = sql(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    end = monotonic() + 5
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(waiting).scalar_one():
            assert not future.done(), "it did not have to wait"
            assert monotonic() < end, "it never met the other"
            sleep(0.005)


@pytest.mark.postgres
def test_a_page_that_is_dropped_while_it_is_claimed_stays_dropped(shared: Store) -> None:
    with shared.transaction() as session:
        row = owe(session, "a", POST, Purpose.PAGE, 1)
    found: list[list[Owed]] = []
    with meanwhile(shared, claim, found) as session:
        assert delivery.drop_pending_pages(session, 1) == [row]
    with shared.transaction() as session:
        assert (found, state(session, row)) == ([[]], OutboxState.DROPPED)
        next_row = owe(session, "b")
        assert claimed(session, "two") == [next_row], "the lane was given back"


@pytest.mark.postgres
def test_a_page_that_is_claimed_while_it_is_dropped_is_not_said_to_be_dropped(shared: Store) -> None:
    with shared.transaction() as session:
        row = owe(session, "a", POST, Purpose.PAGE, 1)
    found: list[list[int]] = []
    with meanwhile(shared, lambda other: delivery.drop_pending_pages(other, 1), found) as session:
        assert claimed(session) == [row]
    with shared.transaction() as session:
        assert (found, state(session, row)) == ([[]], OutboxState.SENDING)


@pytest.mark.postgres
def test_what_another_replica_sent_meanwhile_is_not_sent_again(shared: Store) -> None:
    with shared.transaction() as session:
        first, second = owe(session, "a"), owe(session, "b", Direct("U1", text("x")))
        session.add_all([Lane(platform="slack", lane="C1"), Lane(platform="slack", lane="@U1")])
    found: list[list[int]] = []
    with meanwhile(shared, claimed, found) as session:
        session.execute(update(Lane).where(Lane.lane == "@U1").values(next_at=None))
        session.execute(
            update(OutboxRow).where(OutboxRow.id == second).values(state=OutboxState.SENT, remote_channel="D1")
        )
    with shared.transaction() as session:
        assert (found, state(session, second)) == ([[first]], OutboxState.SENT)


@pytest.mark.postgres
def test_a_lane_that_was_told_to_rest_meanwhile_is_not_taken(shared: Store) -> None:
    with shared.transaction() as session:
        owe(session, "a")
        session.add(Lane(platform="slack", lane="C1"))
    found: list[list[int]] = []
    with meanwhile(shared, claimed, found) as session:
        session.execute(update(Lane).values(next_at=NOW + 5 * SECOND))
    assert found == [[]]
