"""The ledger of events: once each, tried again, forgotten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.store import Store
from models.events import TimeCame
from models.records import event as received
from models.records.event import Outcome

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
EVENT = TimeCame.of("job", "subject", NOW)


def test_a_key_is_taken_once_a_platform(store: Store) -> None:
    with store.transaction() as session:
        assert received.insert_once(session, EVENT, NOW) is not None
        assert received.insert_once(session, EVENT, NOW) is None
        assert received.insert_once(session, replace(EVENT, platform="slack"), NOW) is not None


def test_an_answer_is_kept_with_its_event(store: Store) -> None:
    with store.transaction() as session:
        row = received.insert_once(session, EVENT, NOW)
        assert row is not None
        received.keep_answer(session, row, {"reply": "said"}, Outcome.REFUSED)
    with store.reading() as session:
        found = received.find(session, EVENT.platform, EVENT.key)
    assert found is not None
    assert (found.answer, found.outcome) == ({"reply": "said"}, Outcome.REFUSED)


def test_what_failed_is_due_again_at_its_time_oldest_first_and_claimed_once(store: Store) -> None:
    later = replace(EVENT, key="later")
    with store.transaction() as session:
        assert received.keep_failure(session, later, NOW, NOW + timedelta(seconds=9), "E") == 1
        assert received.keep_failure(session, EVENT, NOW, NOW + timedelta(seconds=5), "E") == 1
    with store.transaction() as session:
        assert received.next_due(session) == NOW + timedelta(seconds=5)
        assert received.due_again(session, NOW) == []
        first, second = received.due_again(session, NOW + timedelta(seconds=9))
        assert (first.key, second.key) == (EVENT.key, "later")
        assert [received.claim_again(session, first) for _ in range(2)] == [True, False]


def test_given_up_it_is_never_due_again_and_its_payload_stays_for_the_operator(store: Store) -> None:
    with store.transaction() as session:
        received.keep_failure(session, EVENT, NOW, None, "x" * 900)
    with store.reading() as session:
        found = received.find(session, EVENT.platform, EVENT.key)
        assert received.next_due(session) is None
    assert found is not None
    assert found.outcome is Outcome.GIVEN_UP
    assert found.payload is not None
    assert len(found.error or "") == 500


@pytest.mark.parametrize(("days", "left"), [(0, 1), (2, 0)])
def test_old_keys_are_forgotten(sqlite_url: str, days: int, left: int) -> None:
    store = Store(sqlite_url)
    with store.transaction() as session:
        received.insert_once(session, EVENT, NOW)
        assert received.forget_before(session, NOW + timedelta(days=days)) == 1 - left
    store.close()
