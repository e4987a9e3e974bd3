"""The outbox's rows: what goes first, what is dropped, who holds a lane."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.store import Store
from models.effects import Direct, Edit, Effect, Post, React
from models.message import text
from models.records import delivery
from models.records.delivery import Claim, OutboxRow, OutboxState, Purpose, Rank

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.transaction() as opened:
        yield opened


def owe(
    session: Session, key: str, effect: Effect, purpose: Purpose = Purpose.REPLY, request: int | None = None
) -> int:
    return delivery.owe(session, key=key, platform="slack", effect=effect, purpose=purpose, now=NOW, request_id=request)


def state(session: Session, row: int) -> OutboxState:
    found = session.get_one(OutboxRow, row)
    session.refresh(found)
    return found.state


def claim(session: Session, holder: str = "one", at: datetime = NOW, limit: int = 10) -> list[int]:
    wanted = Claim("slack", holder, at, at + 60 * SECOND, tuple(Rank))
    return [owed.id for owed in delivery.claim(session, wanted, limit)]


POST = Post("C1", text("x"))


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
    assert claim(session) == [rows[-1]]


def test_one_row_a_lane_and_one_holder_at_a_time(session: Session) -> None:
    first = owe(session, "a", POST)
    other = owe(session, "b", Direct("U1", text("x")))
    owe(session, "c", POST)
    assert set(claim(session)) == {first, other}
    assert claim(session, "two") == []


def test_a_lane_whose_holder_died_is_free_again_and_its_row_doubtful(session: Session) -> None:
    row = owe(session, "a", POST)
    claim(session)
    assert delivery.take_back_expired(session, "slack", NOW + 59 * SECOND) == 0
    assert delivery.take_back_expired(session, "slack", NOW + 60 * SECOND) == 1
    assert claim(session, "two", NOW + 60 * SECOND) == [row]
    assert session.get_one(OutboxRow, row).is_doubtful


def test_an_edit_waits_for_its_post_and_a_newer_one_replaces_it(session: Session) -> None:
    post = owe(session, "a", POST)
    older = owe(session, "b", Edit(post, text("y")))
    newer = owe(session, "c", Edit(post, text("z")))
    assert state(session, older) is OutboxState.DROPPED
    assert claim(session) == [post]
    delivery.record_sent(session, post, NOW, "C1", "m1")
    session.execute(delivery.Lane.__table__.delete())  # type: ignore[attr-defined]
    assert claim(session) == [newer]


def test_an_edit_of_a_post_that_failed_is_dropped(session: Session) -> None:
    post = owe(session, "a", POST)
    edit = owe(session, "b", Edit(post, text("y")))
    delivery.record_failed(session, post, "channel_not_found")
    assert claim(session) == []
    assert delivery.drop_orphaned_edits(session, "slack") == 1
    assert state(session, edit) is OutboxState.DROPPED


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
    row = owe(session, "a", POST, request=7)
    delivery.record_sent(session, row, NOW, "C1", "m9")
    found = delivery.sent_as(session, "slack", "C1", "m9")
    assert found is not None
    assert found.request_id == 7
    assert delivery.sent_as(session, "slack", "C1", "m8") is None


def test_what_waits_for_its_time_is_not_claimed_before(session: Session) -> None:
    row = owe(session, "a", POST)
    delivery.record_retry(session, row, NOW + 5 * SECOND, "ratelimited", is_doubtful=False)
    assert claim(session, at=NOW + 4 * SECOND) == []
    assert delivery.seconds_to_next(session, "slack", NOW) == pytest.approx(5)
    assert claim(session, at=NOW + 5 * SECOND) == [row]


def test_how_much_is_owed(session: Session) -> None:
    assert (delivery.count_unsettled(session), delivery.is_owed(session, "slack")) == (0, False)
    row = owe(session, "a", POST)
    assert (delivery.count_unsettled(session), delivery.is_owed(session, "slack")) == (1, True)
    assert not delivery.is_owed(session, "local")
    delivery.record_failed(session, row, "no")
    assert delivery.count_unsettled(session) == 0
