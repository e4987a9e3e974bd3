"""Who answered first, and when: told by the thread itself."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.records.request import RequestState
from tests.handlers.desk import COMMUNITY, HOW_TO, SOS, URGENT, Desk, at_desk

LATE = timedelta(minutes=7)


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


@pytest.mark.parametrize(("who", "is_engineer"), [("eve", False), ("gil", False), ("ana", True), ("lea", True)])
def test_whoever_answered_first_is_known_and_whether_an_engineer(desk: Desk, who: str, is_engineer: bool) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.writes("dev", "anybody?", HOW_TO, thread=message)
    desk.writes(who, "have a look at the docs", HOW_TO, thread=message)
    desk.writes("ben", "or ask me", HOW_TO, thread=message)
    request = desk.request(message)
    assert (request.first_answer_by, request.first_answer_by_engineer) == (f"U-{who}", is_engineer)


def test_what_is_read_late_is_timed_when_it_happened(desk: Desk) -> None:
    desk.places["x"] = SOS
    happened = desk.office.now
    desk.office.at("2026-11-02 10:30")
    desk.gives(replace(desk.posted("dev", URGENT, "x"), at=happened))
    desk.places["y"] = SOS
    desk.gives(replace(desk.posted("ana", "let me see", "y", thread="x"), at=happened + LATE))
    request = desk.request("x")
    assert (request.opened_at, request.first_answer_at) == (happened, happened + LATE)


def test_a_platforms_clock_that_is_wrong_makes_no_time_negative_and_none_to_come(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    now = desk.office.now
    desk.places["y"] = desk.places["z"] = SOS
    desk.gives(replace(desk.posted("ana", "let me see", "y", thread=message), at=now - LATE))
    desk.gives(replace(desk.posted("dev", URGENT, "z"), at=now + LATE, channel="C-devops-how-to"))
    assert desk.request(message).first_answer_at == now
    assert desk.request("z").opened_at == now


def test_a_word_after_the_end_is_no_first_answer(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.reacts("ana", message, "white_check_mark")
    desk.writes("ana", "it was the disk", SOS, thread=message)
    assert desk.request(message).first_answer_at is None


def test_reopened_it_waits_for_a_first_answer_again(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.writes("eve", "here too", SOS, thread=message)
    desk.reacts("ana", message, "white_check_mark")
    desk.office.at("2026-11-02 12:00")
    desk.writes("dev", URGENT, SOS, thread=message)
    request = desk.request(message)
    assert (request.state, request.first_answer_at, request.first_answer_by) == (RequestState.OPEN, None, None)
    desk.office.at("2026-11-02 12:05")
    desk.writes("ben", "again?", SOS, thread=message)
    request = desk.request(message)
    assert (request.first_answer_by, request.first_answer_by_engineer) == ("U-ben", True)
    assert request.first_answer_at == desk.office.now
