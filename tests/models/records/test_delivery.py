"""The outbox's rows: what goes first, what is dropped, and what was sent."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from bot.store import Store
from models.effects import Edit, React
from models.message import text
from models.records import delivery, sending
from models.records.delivery import OutboxRow, OutboxState, Purpose, Rank
from tests.models.records.outbox_building import NOW, POST, SECOND, claim, claimed, owe, state


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.transaction() as opened:
        yield opened


def test_pages_go_before_posts_before_edits_before_reactions(session: Session) -> None:
    post = owe(session, "a", POST)
    rows = [
        owe(session, "b", React("C1", "m", "ticket")),
        owe(session, "c", Edit(post, text("y"))),
        post,
        owe(session, "d", POST, Purpose.PAGE),
    ]
    assert [session.get_one(OutboxRow, row).rank for row in rows] == [
        Rank.REACTION,
        Rank.EDIT,
        Rank.POST,
        Rank.PAGE,
    ]
    assert claimed(session) == [rows[-1]]


def test_only_the_pages_of_that_request_that_nobody_took_up_are_dropped(session: Session) -> None:
    taken = owe(session, "a", POST, Purpose.PAGE, 1)
    claim(session)
    waiting = owe(session, "b", POST, Purpose.PAGE, 1)
    others = [owe(session, "c", POST, Purpose.PAGE, 2), owe(session, "d", POST, Purpose.REPLY, 1)]
    assert delivery.drop_pending_pages(session, 1) == [waiting]
    assert state(session, taken) is OutboxState.SENDING
    assert state(session, waiting) is OutboxState.DROPPED
    assert {state(session, row) for row in others} == {OutboxState.PENDING}


def test_what_was_sent_is_found_by_its_message(session: Session) -> None:
    owe(session, "a", POST, request=7)
    sending.record_sent(session, claim(session)[0], NOW, "C1", "m9")
    found = delivery.sent_as(session, "slack", "C1", "m9")
    assert found is not None
    assert found.request_id == 7
    assert delivery.sent_as(session, "slack", "C1", "m8") is None


def test_how_much_is_owed(session: Session) -> None:
    assert (delivery.count_unsettled(session), delivery.is_owed(session, "slack")) == (0, False)
    owe(session, "a", POST)
    assert (delivery.count_unsettled(session), delivery.is_owed(session, "slack")) == (1, True)
    assert not delivery.is_owed(session, "local")
    sending.record_failed(session, claim(session)[0], "no")
    assert delivery.count_unsettled(session) == 0


def test_a_page_that_is_going_out_is_not_tried_again_once_it_is_unwanted(session: Session) -> None:
    row = owe(session, "a", POST, Purpose.PAGE, 1)
    (owed,) = claim(session)
    assert delivery.drop_pending_pages(session, 1) == []
    assert state(session, row) is OutboxState.SENDING
    sending.record_retry(session, owed, NOW + SECOND, "internal_error", is_doubtful=False)
    assert state(session, row) is OutboxState.DROPPED


def test_a_page_that_may_be_there_already_is_looked_for_and_not_dropped(session: Session) -> None:
    row = owe(session, "a", POST, Purpose.PAGE, 1)
    sending.record_retry(session, claim(session)[0], NOW + SECOND, "timeout", is_doubtful=True)
    assert delivery.drop_pending_pages(session, 1) == []
    assert state(session, row) is OutboxState.PENDING
    (owed,) = claim(session, at=NOW + 60 * SECOND)
    assert (owed.is_doubtful, owed.is_unwanted) == (True, True)
    assert sending.record_dropped(session, owed)
    assert state(session, row) is OutboxState.DROPPED


def test_a_page_that_goes_out_all_the_same_counts_as_sent(session: Session) -> None:
    row = owe(session, "a", POST, Purpose.PAGE, 1)
    (owed,) = claim(session)
    delivery.drop_pending_pages(session, 1)
    assert sending.record_sent(session, owed, NOW, "C1", "m1")
    assert state(session, row) is OutboxState.SENT


def test_an_older_edit_that_fails_never_comes_after_a_newer_one(session: Session) -> None:
    post = owe(session, "a")
    sending.record_sent(session, claim(session)[0], NOW, "C1", "m1")
    older = owe(session, "b", Edit(post, text("y")))
    (owed,) = claim(session, at=NOW + 60 * SECOND)
    owe(session, "c", Edit(post, text("z")))
    sending.record_retry(session, owed, NOW, "internal_error", is_doubtful=False)
    assert state(session, older) is OutboxState.DROPPED


def test_a_message_of_ours_is_found_by_an_index(sqlite_url: str) -> None:
    wanted = "platform = 'slack' AND remote_channel = 'C' AND remote_message = 'm' AND post_id IS NULL"
    store = Store(sqlite_url)
    with store.reading() as session:
        plan = session.execute(sql(f"EXPLAIN QUERY PLAN SELECT * FROM outbox WHERE {wanted}")).one()
    store.close()
    assert "ix_outbox_platform_remote_channel_remote_message" in str(plan)
