"""Many requests about one service without an incident: somebody is asked once, and one press declares."""

import pytest

from tests.handlers.desk import COMMUNITY, HOW_TO, OPERATIONS, PLATFORM, SOS, URGENT, Desk, mentions
from tests.handlers.incident_desk import count, incident, incident_desk, labels, links, plain, reads, says

PEOPLE = ("dev", "eve", "gil")


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return incident_desk(sqlite_url)


def ask(desk: Desk, *people: str, about: str = "registry", word: str = PLATFORM, channel: str = SOS) -> list[int]:
    """Let people ask one after the other, and give their requests."""
    return [desk.request(desk.writes(one, f"{word} of the {about}", channel)).id for one in people]


def questions(desk: Desk) -> list[str]:
    return [one for one in plain(reads(desk, OPERATIONS)) if "asked about" in one]


def test_three_people_within_a_quarter_of_an_hour_make_a_question_to_the_engineer_on_call(database_url: str) -> None:
    desk = incident_desk(database_url)
    numbers = ask(desk, "dev")
    desk.until("2026-11-02 10:07")
    numbers += ask(desk, "eve")
    desk.until("2026-11-02 10:14")
    assert questions(desk) == []
    numbers += ask(desk, "gil", channel=HOW_TO)
    desk.until("2026-11-02 10:15")
    (question,) = [one for one in reads(desk, OPERATIONS) if "asked about" in one.plain()]
    assert question.plain().startswith(
        "@Ana Ruiz, 3 people asked about Image registry since 10:00 UTC: #1, #2, #3. No incident is known. Is it one?"
    )
    assert (list(mentions(question)), labels(question)) == ([desk.on_duty()[0]], ["Declare an incident"])

    answer = desk.presses("ben", "declare-surge", 1)
    assert answer.startswith("Incident 1 is declared: Trouble with Image registry, told of by 3 people")
    assert "3 requests linked; you are on them." in answer
    assert links(desk, 1) == numbers
    (closed,) = [one for one in plain(reads(desk, OPERATIONS)) if one.startswith("Image registry: ")]
    assert closed == "Image registry: incident 1 was declared by Ben Cole, with #1, #2, #3."


def test_it_is_asked_once_however_many_come_after_and_those_are_linked_too(desk: Desk) -> None:
    ask(desk, *PEOPLE)
    desk.until("2026-11-02 10:01")
    desk.until("2026-11-02 10:05")
    later = ask(desk, "cleo", "dan", word=URGENT)
    desk.until("2026-11-02 10:06")
    assert len(questions(desk)) == 1
    desk.presses("ana", "declare-surge", 1)
    assert set(later) <= set(links(desk, 1))
    desk.until("2026-11-02 10:10")
    assert count(desk) == 1


def test_whoever_declares_is_on_the_requests_and_nobody_else_is_asked_for_them_any_more(desk: Desk) -> None:
    messages = [desk.writes(one, f"{URGENT} of the registry", SOS) for one in PEOPLE]
    desk.until("2026-11-02 10:01")
    desk.presses("ben", "ack", desk.request(messages[0]).id)
    desk.presses("ana", "declare-surge", 1)
    assert [desk.request(one).owner for one in messages] == ["U-ben", "U-ana", "U-ana"]
    desk.delivers()
    desk.pages()
    desk.until("2026-11-02 12:00")
    assert desk.pages() == []
    says(desk, "ana", "resolve 1")
    desk.until("2026-11-02 12:01")
    desk.until("2026-11-02 16:00")
    assert desk.pages() == []
    desk.writes("dev", "it is down again", SOS, thread=messages[0])
    desk.until("2026-11-02 16:31")
    assert desk.request(messages[0]).due is not None


def test_two_presses_declare_one_incident(desk: Desk) -> None:
    ask(desk, *PEOPLE)
    desk.until("2026-11-02 10:01")
    desk.presses("ana", "declare-surge", 1)
    assert desk.presses("ben", "declare-surge", 1).startswith("Incident 1 of Image registry is live by now")
    assert desk.presses("dev", "declare-surge", 1).startswith("Only the engineers")
    assert count(desk) == 1


def test_declaring_by_command_answers_the_question_too(desk: Desk) -> None:
    numbers = ask(desk, *PEOPLE)
    desk.until("2026-11-02 10:01")
    assert "3 requests linked; you are on them." in says(desk, "ben", "declare the registry is down")
    assert links(desk, 1) == numbers
    assert questions(desk) == []


def test_no_question_is_asked_of_one_person_of_questions_of_use_or_of_several_services(desk: Desk) -> None:
    for at in ("10:00", "10:04", "10:08"):
        desk.office.at(f"2026-11-02 {at}")
        ask(desk, "dev")
    ask(desk, "eve")
    ask(desk, "gil", about="wiki")
    ask(desk, "ben", "cleo", word=COMMUNITY, channel=HOW_TO)
    desk.until("2026-11-02 10:09")
    assert questions(desk) == []


def test_what_is_known_is_not_asked_about_and_after_its_end_only_what_is_new(desk: Desk) -> None:
    says(desk, "ana", "declare the registry is down")
    ask(desk, *PEOPLE)
    desk.until("2026-11-02 10:02")
    says(desk, "ana", "resolve 1")
    desk.until("2026-11-02 10:03")
    assert questions(desk) == []
    ask(desk, "ben", "cleo", "dan")
    desk.until("2026-11-02 10:04")
    assert len(questions(desk)) == 1


def test_what_turned_out_to_be_no_request_does_not_count(desk: Desk) -> None:
    numbers = ask(desk, *PEOPLE)
    desk.presses("ana", "class", f"{numbers[0]}:none")
    desk.until("2026-11-02 10:01")
    assert questions(desk) == []


def test_outside_the_hours_it_is_asked_and_nobody_is_pinged(desk: Desk) -> None:
    desk.office.pass_time("2026-11-02 22:00")
    ask(desk, *PEOPLE)
    desk.until("2026-11-02 22:01")
    (question,) = [one for one in reads(desk, OPERATIONS) if "asked about" in one.plain()]
    assert list(mentions(question)) == []
    assert incident_is_declared(desk)


def incident_is_declared(desk: Desk) -> bool:
    desk.presses("lea", "declare-surge", 1)
    return incident(desk, 1).is_live
