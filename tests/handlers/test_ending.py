"""Whatever ends a request: nothing is waited for any more, and whoever waits for it hears of it."""

from collections.abc import Callable

import pytest

from handlers.ending import FOLLOWERS
from models.effects import Post
from models.records.request import RequestState
from tests.handlers.desk import DOUBTED_IN_SOS, HOW_TO, OPERATIONS, SOS, URGENT, Desk, at_desk

End = Callable[[Desk, str], object]

ENDS: dict[RequestState, End] = {
    RequestState.RESOLVED: lambda desk, root: desk.reacts("ana", root, "white_check_mark"),
    RequestState.DISMISSED: lambda desk, _: desk.commands("ana", "class 1 none"),
    RequestState.REROUTED: lambda desk, _: desk.commands("ana", f"reroute 1 {HOW_TO}"),
    RequestState.DUPLICATE: lambda desk, _: desk.commands("ana", "duplicate 1 of 3"),
    RequestState.WITHDRAWN: lambda desk, root: desk.deletes(root),
}
TOLD = {RequestState.RESOLVED: 1, RequestState.DISMISSED: 1, RequestState.REROUTED: 1}


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


def asked(desk: Desk) -> tuple[str, str]:
    """Give a request whose author is asked how grave it is, and one of somebody else's that goes on in it."""
    first, second = desk.writes("dev", DOUBTED_IN_SOS, SOS), desk.writes("eve", URGENT, OPERATIONS)
    desk.writes("gus", URGENT, OPERATIONS)
    desk.delivers()
    desk.commands("ana", "duplicate 2 of 1")
    desk.delivers()
    desk.owed()
    assert desk.request(first).asked_class is not None
    return first, second


def test_each_end_says_what_follows_it() -> None:
    assert set(FOLLOWERS) == {state for state in RequestState if not state.is_live}


@pytest.mark.parametrize("state", ENDS)
def test_after_each_end_nobody_is_paged_and_no_answer_is_waited_for(desk: Desk, state: RequestState) -> None:
    first, _ = asked(desk)
    ENDS[state](desk, first)
    request = desk.request(first)
    assert (request.state, request.asked_class, request.asked_until) == (state, None, None)
    assert (request.due, request.due_at, request.helpers_at) == (None, None, None)
    assert desk.timeline(first).count(state.value) == 1
    desk.pages()
    desk.until("2026-11-02 12:00")
    assert not [page for page in desk.pages() if page.thread == first]


@pytest.mark.parametrize("state", ENDS)
def test_whoever_waits_with_a_duplicate_hears_of_an_end_once(desk: Desk, state: RequestState) -> None:
    first, second = asked(desk)
    ENDS[state](desk, first)
    told = [one for one in desk.owed() if isinstance(one, Post) and one.thread == second]
    assert len([one for one in told if "#1" in one.message.plain()]) == TOLD.get(state, 0)
    assert (desk.request(second).state is RequestState.OPEN) is (state is RequestState.WITHDRAWN)
