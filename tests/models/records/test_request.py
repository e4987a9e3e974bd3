"""The life of a request, as it is stored and found."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from bot.store import Store
from models.records import course
from models.records import request as records
from models.records.request import Due, ReadMessage, Request, RequestState
from models.triage.verdict import RequestClass

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.transaction() as opened:
        yield opened


def kept(session: Session, root: str, **changed: Any) -> Request:
    request = Request(
        **{
            "platform": "slack",
            "channel": "C1",
            "channel_name": "sos",
            "root": root,
            "author": "U1",
            "text": "x",
            "opened_at": NOW,
            "last_message_at": NOW,
            "request_class": RequestClass.URGENT,
            "confidence": 1.0,
            "reasons": ["because"],
            "runner_up": RequestClass.NONE,
            "state": RequestState.OPEN,
            **changed,
        }
    )
    session.add(request)
    session.flush()
    return request


def joined(session: Session, burst: timedelta) -> Request | None:
    return records.latest_of_author(session, "slack", "C1", "U1", now=NOW, burst=burst, asked=5 * MINUTE)


def test_it_is_found_by_number_by_root_and_by_each_of_its_messages(session: Session) -> None:
    request = kept(session, "m1")
    session.add(
        ReadMessage(
            platform="slack",
            channel="C1",
            message="m2",
            author="U1",
            at=NOW,
            text="y",
            request_class=RequestClass.NONE,
            confidence=1.0,
            reasons=[],
            runner_up=RequestClass.NONE,
            request_id=request.id,
        )
    )
    assert records.get(session, request.id) is request
    assert records.rooted_at(session, "slack", "C1", "m1") is request
    assert records.of_message(session, "slack", "C1", "m2") is request
    assert records.rooted_at(session, "local", "C1", "m1") is records.of_message(session, "slack", "C2", "m2") is None


def test_a_burst_joins_the_authors_latest_live_request(session: Session) -> None:
    kept(session, "m1", last_message_at=NOW - 2 * MINUTE)
    latest = kept(session, "m2", last_message_at=NOW - MINUTE)
    kept(session, "m3", state=RequestState.RESOLVED)
    kept(session, "m4", author="U2")
    assert joined(session, burst=3 * MINUTE) is latest
    assert joined(session, burst=MINUTE) is latest
    assert joined(session, burst=timedelta()) is None


def test_a_question_that_is_open_keeps_its_request_joined_after_the_burst(session: Session) -> None:
    asked = kept(session, "m1", last_message_at=NOW - 4 * MINUTE, asked_until=NOW + MINUTE)
    kept(session, "m2", last_message_at=NOW - 4 * MINUTE, asked_until=NOW)
    kept(session, "m3", last_message_at=NOW - 4 * MINUTE)
    kept(session, "m4", last_message_at=NOW - 4 * MINUTE, asked_until=NOW + MINUTE, state=RequestState.RESOLVED)
    assert joined(session, burst=3 * MINUTE) is asked
    asked.asked_until = None
    session.flush()
    assert joined(session, burst=3 * MINUTE) is None


@pytest.mark.parametrize("state", RequestState)
def test_only_a_live_request_is_ever_due(sqlite_url: str, state: RequestState) -> None:
    store = Store(sqlite_url)
    with store.transaction() as session:
        request = kept(session, "m1", state=state, due=Due.PAGE, due_at=NOW)
        assert [one.number for one in course.due(session, NOW)] == ([request.id] if state.is_live else [])
        assert course.next_due(session, NOW - MINUTE) == (NOW if state.is_live else None)
        assert course.next_due(session, NOW) is None, "what has come hides nothing that comes"
    store.close()


def test_what_is_due_comes_in_the_order_of_its_times_and_never_early(session: Session) -> None:
    second = kept(session, "m1", due=Due.PAGE, due_at=NOW + MINUTE)
    first = kept(session, "m2", due=Due.STALE, due_at=NOW)
    assert list(course.due(session, NOW)) == [(first.id, Due.STALE, 0, NOW)]
    assert [one.number for one in course.due(session, NOW + MINUTE)] == [first.id, second.id]


def test_the_gravest_and_oldest_stand_first_among_the_live(session: Session) -> None:
    question = kept(session, "m1", request_class=RequestClass.COMMUNITY, opened_at=NOW - MINUTE, rotation="a")
    late = kept(session, "m2", opened_at=NOW, rotation="a")
    early = kept(session, "m3", opened_at=NOW - MINUTE, rotation="b")
    kept(session, "m4", state=RequestState.STALE, rotation="a")
    assert list(records.live(session)) == [early, late, question]
    assert list(records.live(session, "a")) == [late, question]


def test_a_span_of_time_includes_its_start_and_not_its_end(session: Session) -> None:
    inside = kept(session, "m1", opened_at=NOW, resolved_at=NOW)
    kept(session, "m2", opened_at=NOW + MINUTE, resolved_at=NOW + MINUTE)
    assert list(records.opened_between(session, NOW, NOW + MINUTE)) == [inside]
    assert list(records.resolved_between(session, NOW, NOW + MINUTE)) == [inside]
    assert list(records.resolved_between(session, NOW, NOW + MINUTE, "other")) == []


def test_a_time_without_a_zone_is_refused(sqlite_url: str) -> None:
    store = Store(sqlite_url)
    with pytest.raises(StatementError, match="has no time zone"), store.transaction() as session:
        kept(session, "m1", opened_at=NOW.replace(tzinfo=None))
    store.close()


def test_a_time_comes_back_in_utc(session: Session) -> None:
    request = kept(session, "m1", opened_at=NOW.astimezone(ZoneInfo("Pacific/Auckland")))
    session.refresh(request)
    assert request.opened_at == NOW
    assert request.opened_at.utcoffset() == timedelta()
