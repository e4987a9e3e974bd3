"""What was asked while the bot was away: nobody is paged for what is settled, and once for all that is old."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from models.effects import Post
from models.events import ReactionAdded
from models.records.request import Due, RequestState
from models.triage.verdict import RequestClass
from tests.handlers.desk import (
    COMMUNITY,
    DOUBTED_COMMUNITY,
    HOW_TO,
    OPERATIONS,
    PLATFORM,
    SOS,
    URGENT,
    Desk,
    at_desk,
    buttons,
)

NOON = "2026-11-02 12:00"


@pytest.fixture
def desk(database_url: str) -> Desk:
    return at_desk(database_url, at=NOON)


def misses(desk: Desk, who: str, text: str, channel: str = SOS, *, ago: int, thread: str | None = None) -> str:
    """Let the bot read a message that was written some minutes ago, and give its id."""
    desk.count += 1
    message = f"m{desk.count:03}"
    desk.places[message] = channel
    written = desk.office.now - timedelta(minutes=ago)
    desk.gives(replace(desk.posted(who, text, message, thread), at=written, is_missed=True))
    return message


def is_judged(desk: Desk) -> None:
    """Let the time pass that is waited for what else was missed."""
    desk.until("2026-11-02 12:01")


def test_what_is_recent_is_paged_for_as_always_once_its_replies_could_be_read(desk: Desk) -> None:
    message = misses(desk, "dev", URGENT, ago=5)
    assert desk.paged() == []
    is_judged(desk)
    primary, _ = desk.on_duty()
    assert desk.paged() == [{primary}]
    assert desk.request(message).opened_at == desk.request(message).waits_since


@pytest.mark.parametrize("ago", [5, 300])
@pytest.mark.parametrize(
    "settle",
    [
        lambda desk, message: misses(desk, "eve", "I am looking", ago=1, thread=message),
        lambda desk, message: desk.reacts("ben", message, "eyes"),
        lambda desk, message: desk.reacts("ben", message, "white_check_mark"),
        lambda desk, message: desk.deletes(message),
    ],
    ids=["answered", "taken", "resolved", "deleted"],
)
def test_what_was_settled_meanwhile_pages_nobody(desk: Desk, ago: int, settle: Callable[[Desk, str], None]) -> None:
    message = misses(desk, "dev", URGENT, ago=ago)
    settle(desk, message)
    is_judged(desk)
    assert desk.paged() == []


def test_what_is_old_comes_as_one_page_that_names_all_of_it(desk: Desk) -> None:
    first, second = misses(desk, "dev", URGENT, ago=300), misses(desk, "eve", PLATFORM, HOW_TO, ago=200)
    question = misses(desk, "dev", COMMUNITY, HOW_TO, ago=100)
    desk.owed()
    desk.until("2026-11-02 12:00:30")
    primary, _ = desk.on_duty()
    (page,) = desk.pages()
    assert (page.people, page.where, page.thread) == (frozenset({primary}), f"C-{OPERATIONS}", None)
    numbers = [desk.request(message).id for message in (first, second)]
    assert [line.split()[1] for line in page.text.splitlines() if line.startswith("•")] == [f"#{n}" for n in numbers]
    owed = desk.owed()
    told = [one.thread for one in owed if isinstance(one, Post) and one.thread]
    assert sorted(told) == [first, second]
    assert [one.value for one in buttons(owed) if "all of them" in one.label] == [",".join(map(str, numbers))]
    assert desk.request(question).due is Due.ENGINEER


def test_one_press_takes_all_of_them_and_the_escalation_ends(desk: Desk) -> None:
    first, second = misses(desk, "dev", URGENT, ago=300), misses(desk, "eve", URGENT, ago=200)
    is_judged(desk)
    desk.pages()
    primary, _ = desk.on_duty()
    desk.presses(primary, "ack", f"{desk.request(first).id},{desk.request(second).id}")
    assert [desk.request(one).state for one in (first, second)] == [RequestState.ACKNOWLEDGED] * 2
    desk.until("2026-11-02 12:20")
    assert desk.paged() == []


def test_where_nobody_takes_an_urgent_one_the_next_on_the_list_is_asked(desk: Desk) -> None:
    misses(desk, "dev", URGENT, ago=300)
    misses(desk, "eve", URGENT, ago=200)
    is_judged(desk)
    desk.pages()
    _, secondary = desk.on_duty()
    for minute in (6, 11, 12):
        desk.until(f"2026-11-02 12:{minute:02}")
    assert {secondary} in desk.paged()


def test_a_single_old_one_is_paged_for_in_its_own_thread(desk: Desk) -> None:
    message = misses(desk, "dev", URGENT, ago=300)
    is_judged(desk)
    assert [page.thread for page in desk.pages()] == [message]


def test_what_was_missed_and_is_read_outside_the_hours_waits_for_them(database_url: str) -> None:
    desk = at_desk(database_url, at="2026-11-02 20:00")
    first, second = misses(desk, "dev", URGENT, ago=300), misses(desk, "eve", URGENT, ago=200)
    desk.until("2026-11-02 20:01")
    assert desk.paged() == []
    assert [desk.request(one).due for one in (first, second)] == [Due.RESUME] * 2


def test_an_old_one_in_doubt_is_taken_for_the_graver_class_and_nobody_is_asked(desk: Desk) -> None:
    message = misses(desk, "dev", DOUBTED_COMMUNITY, HOW_TO, ago=300)
    is_judged(desk)
    assert desk.request(message).request_class is RequestClass.URGENT
    assert desk.request(message).question_id is None


def test_a_recent_one_in_doubt_is_asked_about(desk: Desk) -> None:
    message = misses(desk, "dev", DOUBTED_COMMUNITY, HOW_TO, ago=5)
    assert desk.request(message).question_id is None
    is_judged(desk)
    assert desk.request(message).question_id is not None


def test_messages_hours_apart_are_no_burst_though_they_are_read_together(desk: Desk) -> None:
    first = misses(desk, "dev", COMMUNITY, HOW_TO, ago=300)
    joined = misses(desk, "dev", COMMUNITY, HOW_TO, ago=299)
    later = misses(desk, "dev", COMMUNITY, HOW_TO, ago=100)
    assert desk.requests() == 2
    assert desk.request(first).id != desk.request(later).id
    assert joined not in {desk.request(first).root, desk.request(later).root}


def test_what_was_missed_does_not_join_what_its_author_wrote_live_since(desk: Desk) -> None:
    desk.writes("dev", COMMUNITY, HOW_TO)
    misses(desk, "dev", COMMUNITY, HOW_TO, ago=100)
    assert desk.requests() == 2


def test_a_reply_that_raises_what_was_missed_is_judged_with_it(desk: Desk) -> None:
    message = misses(desk, "dev", COMMUNITY, SOS, ago=5)
    misses(desk, "dev", URGENT, SOS, ago=4, thread=message)
    assert desk.paged() == []
    is_judged(desk)
    assert len(desk.paged()) == 1


def test_a_reaction_that_was_seen_live_is_not_taken_again_from_the_history(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    live = ReactionAdded(
        key="react:1",
        platform="slack",
        at=desk.office.now,
        channel=f"C-{SOS}",
        channel_name=SOS,
        message=message,
        user="U-ben",
        emoji="rotating_light",
        standing="stands:1",
    )
    desk.gives(live)
    desk.reacts("ben", message, "white_check_mark")
    desk.gives(replace(live, key="stands:1", standing=""))
    assert desk.request(message).state is RequestState.RESOLVED
