"""What `/oncall show` tells of a request."""

import pytest

from models.message import Bullets, MessageRef, Paragraph
from tests.handlers.desk import COMMUNITY, HOW_TO, NONE, SOS, URGENT, Desk, at_desk


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


def test_the_story_has_who_when_and_by_which_means_and_how_long_it_took(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.office.at("2026-11-02 10:02")
    desk.presses("ana", "ack", 1)
    desk.office.at("2026-11-02 10:04")
    desk.writes("ana", "let me see", SOS, thread=message)
    desk.office.at("2026-11-02 10:30")
    desk.reacts("lea", message, "white_check_mark")
    told = desk.commands("gil", "show #1").splitlines()
    assert told[0] == "Request #1 · urgent · resolved · from U-dev in #devops-sos"
    assert told[1] == f"> {URGENT}"
    assert told[2].startswith("• Mon 2 Nov 10:00 asked (urgent, ")
    assert told[3:-1] == [
        "• 10:00 paged: Ana Ruiz (thread)",
        "• 10:02 on it: Ana Ruiz, by button",
        "• 10:04 first answer: Ana Ruiz, in the thread",
        "• 10:30 resolved: Lea Novak, by reaction",
    ]
    assert told[-1] == "first answer by Ana Ruiz after 4 min · taken after 2 min · resolved after 30 min"


def test_where_hours_and_clock_differ_both_are_told(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-06 16:00")
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.office.at("2026-11-09 10:00")
    desk.writes("eve", "have a look", HOW_TO, thread=message)
    last = desk.commands("gil", "show 1").splitlines()[-1]
    assert last == "first answer by U-eve after 2 days 18 h (2 h of it within hours)"


def test_what_waits_for_the_hours_says_until_when(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-06 20:00")
    desk.writes("dev", URGENT, SOS)
    assert "• 20:00 waits for the hours: Mon 9 Nov 09:00 UTC" in desk.commands("gil", "show 1").splitlines()


def test_a_long_story_keeps_its_beginning_and_its_end_and_repetitions_are_one_line(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    message = desk.writes("dev", URGENT, SOS)
    for _ in range(3):
        desk.writes("dev", NONE, SOS)
    for who in ("ana", "ben") * 15:
        desk.commands(who, "ack 1")
    desk.reacts("ana", message, "white_check_mark")
    answer = desk.office.answer("gil", "oncall", "show 1")
    (bullets,) = (block for block in answer.blocks if isinstance(block, Bullets))
    lines = answer.plain().splitlines()
    assert len(bullets.items) == 21
    assert "• 10:00 wrote more (3 times): U-dev" in lines
    assert any("things more …" in one for one in lines)
    assert "resolved: Ana Ruiz, by reaction" in lines[-2]


def test_its_number_leads_to_the_thread(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    message = desk.writes("dev", URGENT, SOS)
    (first, *_) = desk.office.answer("gil", "oncall", "show 1").blocks
    assert isinstance(first, Paragraph)
    assert MessageRef("C-devops-sos", message, "#1") in first.line


def test_what_was_written_to_the_bot_alone_is_shown_to_its_author_and_engineers_only(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    desk.writes("dev", f"{URGENT} secretly", None)
    for who, may in (("dev", True), ("ana", True), ("mallory", False)):
        assert ("secretly" in desk.commands(who, "show 1")) is may


def test_a_duplicate_and_what_was_asked_of_the_team_are_told(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    desk.writes("dev", URGENT, SOS)
    desk.writes("eve", URGENT, SOS)
    desk.delivers()
    desk.commands("ben", "escalate 1 the registry is full")
    desk.commands("ana", "duplicate 2 of 1")
    assert "Request #2 · urgent · goes on in #1 · from U-eve" in desk.commands("gil", "show 2")
    told = desk.commands("gil", "show 1")
    assert "escalated (the registry is full): Ben Cole, by command" in told
    assert told.endswith("Ana Ruiz sees the outcome documented")


def test_a_wrong_argument_is_answered_with_the_right_form(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    for given, answer in (
        ("show", "Which request? The form is: /oncall show <number>"),
        ("show 99", "There is no request #99."),
        (f"show {'9' * 30}", "is no request number"),
        ("show one two", "Which request?"),
    ):
        assert answer in desk.commands("gil", given)
