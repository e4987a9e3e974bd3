"""What belongs in another channel: pointed there, gone there, sent there."""

import pytest

from models.effects import Direct, Edit, Post
from models.records.request import RequestState
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


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


def pointed(desk: Desk) -> str:
    """Give a question in sos that was pointed to how-to."""
    message = desk.writes("dev", COMMUNITY, SOS)
    desk.delivers()
    desk.owed()
    return message


def edits(desk: Desk) -> list[str]:
    return [one.message.plain() for one in desk.owed() if isinstance(one, Edit)]


def test_the_pointers_button_closes_it_for_its_author_and_the_pointer_says_where_it_goes_on(desk: Desk) -> None:
    message = pointed(desk)
    assert desk.presses("dev", "reroute", 1) == "#1 is closed here; it belongs in #devops-how-to."
    request = desk.request(message)
    assert (request.state, request.due, request.helpers_at) == (RequestState.REROUTED, None, None)
    owed = desk.owed()
    assert [one.message.plain() for one in owed if isinstance(one, Edit)] == ["This goes on in #devops-how-to."]
    assert not [one for one in owed if isinstance(one, Post | Direct)]
    assert desk.presses("dev", "reroute", 1) == "#1 is closed already: it was asked elsewhere."


def test_a_strangers_press_is_refused(desk: Desk) -> None:
    message = pointed(desk)
    assert desk.presses("mallory", "reroute", 1).startswith("Only the author")
    assert desk.request(message).state is RequestState.OPEN


def test_whoever_asks_again_where_they_were_pointed_to_has_gone_there(database_url: str) -> None:
    desk = at_desk(database_url)
    message = pointed(desk)
    other = desk.writes("eve", COMMUNITY, HOW_TO)
    assert desk.request(message).state is RequestState.OPEN, "that was somebody else"
    again = desk.writes("dev", COMMUNITY, HOW_TO)
    assert (desk.request(message).state, desk.request(again).state) == (RequestState.REROUTED, RequestState.OPEN)
    assert f"This goes on in #{desk.request(again).id}." in edits(desk)
    assert desk.request(other).state is RequestState.OPEN


def test_a_question_hours_later_is_another_one(desk: Desk) -> None:
    message = pointed(desk)
    desk.office.at("2026-11-02 11:01")
    desk.writes("dev", COMMUNITY, HOW_TO)
    assert desk.request(message).state is RequestState.OPEN


@pytest.mark.parametrize("to", ["urgent", "platform"])
def test_what_was_rerouted_comes_back_when_its_author_says_that_it_is_grave(desk: Desk, to: str) -> None:
    message = pointed(desk)
    desk.presses("dev", "reroute", 1)
    assert f"is {to} now" in desk.presses("dev", "class", f"1:{to}")
    assert (desk.request(message).state, desk.request(message).request_class) == (RequestState.OPEN, RequestClass(to))
    assert [page.thread for page in desk.pages()] == [message]


def test_what_was_rerouted_comes_back_by_its_authors_cry(desk: Desk) -> None:
    message = pointed(desk)
    desk.presses("dev", "reroute", 1)
    desk.writes("dev", URGENT, SOS, thread=message)
    assert [page.thread for page in desk.pages()] == [message]


def test_an_engineer_sends_an_author_elsewhere_with_a_kind_word_once(desk: Desk) -> None:
    message = desk.writes("dev", PLATFORM, HOW_TO)
    desk.delivers()
    desk.owed()
    assert desk.commands("ana", "reroute 1") == "#1 is closed here; it belongs in #devops-operations."
    owed = desk.owed()
    (told,) = (one.message.plain() for one in owed if isinstance(one, Post))
    assert told.startswith("This is better asked in #devops-operations")
    assert any("is closed: it was asked elsewhere" in str(one) for one in owed), "and the page says so"
    desk.until("2026-11-02 12:00")
    assert (len(desk.pages()), desk.request(message).state) == (1, RequestState.REROUTED)


def test_what_cannot_be_is_answered_and_changes_nothing(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    for given, answer in (
        ("reroute 1 #general-talk", "I know no channel “#general-talk”. There is devops-how-to, devops-sos"),
        ("reroute 1 #devops-sos", "#1 was asked in #devops-sos already."),
        ("reroute", "Which request? The form is: /oncall reroute <number> [channel]"),
        ("reroute 99", "There is no request #99."),
        (f"reroute {'9' * 30}", "is no request number"),
    ):
        assert answer in desk.commands("ana", given)
    assert desk.request(message).state is RequestState.OPEN


def test_an_open_question_is_closed_with_it(desk: Desk) -> None:
    message = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.delivers()
    desk.owed()
    desk.commands("ana", "reroute 1")
    assert "This goes on in #devops-operations." in edits(desk)
    desk.until("2026-11-02 10:06")
    assert (desk.request(message).state, desk.pages()) == (RequestState.REROUTED, [])
    told = desk.commands("gil", "show 1")
    assert "author asked: urgent?" in told


def test_the_pointer_has_a_button_for_both_ways(desk: Desk) -> None:
    desk.writes("dev", COMMUNITY, SOS)
    desk.writes("eve", COMMUNITY, OPERATIONS)
    assert [one.label for one in buttons(desk.owed())] == ["I'll ask there", "Production is down", "I'll ask there"]
