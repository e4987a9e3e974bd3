"""Asking the team for help by hand, and taking up again what was over."""

import pytest

from models.policy import AfterHours
from models.records.request import RequestState
from models.triage.verdict import RequestClass
from tests.handlers.build import rotation
from tests.handlers.desk import COMMUNITY, HOW_TO, OPERATIONS, PLATFORM, SOS, URGENT, Desk, at_desk

EVENING = "2026-11-02 20:00"


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


@pytest.fixture
def urgent(desk: Desk) -> str:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    desk.owed()
    return message


# -- asking the team


def test_the_team_is_asked_in_the_askers_words_and_those_who_are_away_are_not(desk: Desk) -> None:
    desk.commands("dan", "off 2026-11-02")
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    answer = desk.commands("ana", "escalate 1 the @channel registry is full")
    assert answer == "Asked for help with #1: Ben Cole, Cleo Park, Lea Novak."
    (page,) = desk.pages()
    assert page.people == {"ben", "cleo", "lea"}
    assert "Lea Novak: Ana Ruiz asks for help with" in page.text, "who asks is named, and not notified"
    assert "> the @channel registry is full" in page.text


@pytest.mark.parametrize("who", ["ben", "dev"])
def test_whoever_asks_it_stays_the_duty_of_the_engineer_on_call_to_see_it_documented(
    desk: Desk, urgent: str, who: str
) -> None:
    desk.commands(who, "escalate 1")
    desk.reacts("cleo", urgent, "white_check_mark")
    request = desk.request(urgent)
    assert (request.escalated_by, request.duty_of) == (f"U-{who}", desk.on_duty()[0])
    assert request.resolved_by == "U-cleo"


def test_with_nobody_on_duty_the_duty_is_nobodys(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, rotations=(rotation(engineers=()),))
    message = desk.writes("dev", URGENT, SOS)
    desk.commands("dev", "escalate 1")
    assert (desk.request(message).escalated_by, desk.request(message).duty_of) == ("U-dev", None)


def test_the_button_does_the_same_once_somebody_has_taken_it(desk: Desk, urgent: str) -> None:
    desk.presses("ana", "ack", 1)
    assert "Ask for help" in str(desk.owed())
    assert desk.presses("ana", "escalate", 1).startswith("Asked for help with #1: ")
    assert desk.request(urgent).duty_of == "ana"
    assert desk.presses("mallory", "escalate", 1).startswith("Only the author")


def test_the_same_people_are_not_asked_again_at_once(desk: Desk, urgent: str) -> None:
    desk.commands("ana", "escalate 1")
    desk.pages()
    answer = desk.commands("ben", "escalate 1 me too")
    assert answer == "The team was asked about #1 at 10:00 UTC already; it can be asked again at 10:10 UTC."
    assert desk.pages() == []
    desk.office.at("2026-11-02 10:10")
    assert desk.commands("ben", "escalate 1 still").startswith("Asked for help")


def test_a_closed_one_and_an_unknown_one_are_refused(desk: Desk, urgent: str) -> None:
    desk.presses("ana", "resolve", 1)
    assert desk.commands("ana", "escalate 1") == "#1 is closed already: it was resolved."
    assert desk.commands("ana", "escalate 99") == "There is no request #99."
    assert (desk.request(urgent).escalated_by, desk.pages()) == (None, [])


def test_at_night_an_author_wakes_nobody_and_learns_when_and_whom_to_call(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at=EVENING, after_hours=AfterHours(contact="Service desk 7-7000"))
    desk.writes("dev", PLATFORM, OPERATIONS)
    answer = desk.commands("dev", "escalate 1")
    assert answer == (
        "The team is off until tomorrow 09:00 UTC; it is not asked before that. If it cannot wait: Service desk 7-7000."
    )
    assert desk.pages() == []


def test_at_night_an_engineer_may_ask_their_own_team(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at=EVENING)
    desk.writes("dev", PLATFORM, OPERATIONS)
    assert desk.commands("ana", "escalate 1").startswith("Asked for help with #1: ")


# -- taking up again


@pytest.mark.parametrize("who", ["dev", "ana"])
def test_its_author_and_engineers_take_up_again_what_was_over(desk: Desk, urgent: str, who: str) -> None:
    desk.presses("ana", "resolve", 1)
    assert desk.commands("mallory", "reopen 1").startswith("Only the author")
    assert desk.commands(who, "reopen 1") == "#1 is open again, as urgent."
    assert (desk.request(urgent).state, desk.request(urgent).resolved_by) == (RequestState.OPEN, None)
    assert [page.thread for page in desk.pages()] == [urgent]


def test_a_wrong_duplicate_is_taken_back(desk: Desk, urgent: str) -> None:
    other = desk.writes("eve", URGENT, SOS)
    desk.commands("ana", "duplicate 2 of 1")
    desk.pages()
    assert desk.commands("eve", "reopen 2 platform") == "#2 is open again, as platform."
    request = desk.request(other)
    assert (request.state, request.duplicate_of, request.request_class) == (
        RequestState.OPEN,
        None,
        RequestClass.PLATFORM,
    )


def test_what_was_closed_as_no_request_comes_back_as_a_question(desk: Desk) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.commands("ana", "class 1 none")
    assert desk.commands("dev", "reopen 1") == "#1 is open again, as community."
    assert desk.request(message).request_class is RequestClass.COMMUNITY


def test_what_is_open_or_taken_back_cannot_be_reopened(desk: Desk, urgent: str) -> None:
    assert desk.commands("ana", "reopen 1") == "#1 is not closed: it is open."
    assert "The class is one of urgent, platform, community." in desk.commands("ana", "reopen 1 none")
    desk.deletes(urgent)
    assert desk.commands("ana", "reopen 1") == "#1 is closed already: its author took it back."
    assert desk.request(urgent).state is RequestState.WITHDRAWN
