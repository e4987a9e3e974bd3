"""A request that speaks of a live incident: who is told, who is pinged, and what its author's word changes."""

from datetime import timedelta

import pytest

from handlers import incidents
from models.records import incident as records
from models.records.request import Due, RequestState
from tests.handlers.desk import COMMUNITY, DOUBTED_COMMUNITY, HOW_TO, OPERATIONS, PLATFORM, SOS, URGENT, Desk
from tests.handlers.incident_desk import incident_desk, labels, links, plain, reads, says

DECLARED = "declare registry answers 503"
IS_URGENT = f"{URGENT}: the registry times out"
IS_PLATFORM = f"the registry times out. {PLATFORM}"
IS_QUESTION = f"Does the registry answer 503? {COMMUNITY}"
IN_DOUBT = f"{URGENT}: the wiki and the registry"


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return known(incident_desk(sqlite_url))


def known(desk: Desk) -> Desk:
    """Let the incident be known, and its engineer with it."""
    says(desk, "lea", DECLARED)
    desk.delivers()
    desk.pages()
    return desk


def test_a_request_for_the_platform_team_is_told_what_is_known_and_pings_nobody(database_url: str) -> None:
    desk = known(incident_desk(database_url))
    says(desk, "lea", "update 1 the disk is being replaced next 30m")
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    desk.delivers()

    (told,) = reads(desk, OPERATIONS, message)
    assert desk.paged() == []
    assert links(desk, 1) == [desk.request(message).id]
    assert told.plain().startswith("This is known: incident 1, registry answers 503, since 10:00 UTC.")
    assert "It is being worked on." in told.plain()
    assert "> the disk is being replaced" in told.plain()
    assert "Next update 10:30 UTC, in this message." in told.plain()
    assert labels(told) == ["Not the same"]


def test_no_update_is_promised_where_none_is(desk: Desk) -> None:
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)

    assert "Next update" not in reads(desk, OPERATIONS, message)[0].plain()


def test_an_urgent_request_pings_all_the_same_and_its_page_names_the_incident(desk: Desk) -> None:
    primary, _ = desk.on_duty()
    message = desk.writes("dev", IS_URGENT, SOS)

    told, page = reads(desk, SOS, message)
    assert desk.paged() == [{primary}]
    assert labels(told) == ["Same trouble", "Not the same"]
    assert "Incident: 1" in page.plain()


def test_only_its_authors_word_stops_the_escalation(desk: Desk) -> None:
    message = desk.writes("dev", IS_URGENT, SOS)
    desk.delivers()
    number = desk.request(message).id
    assert len(desk.pages()) == 1
    refused = desk.presses("eve", "same-trouble", f"{number}:1")
    refused_engineer = desk.presses("lea", "same-trouble", f"{number}:1")
    assert refused.startswith("Only whoever asked knows")
    assert "press “I'm on it”" in refused_engineer
    assert desk.request(message).due is Due.PAGE

    assert desk.presses("dev", "same-trouble", f"{number}:1").startswith("It belongs to incident 1 now.")
    desk.until("2026-11-02 12:00")

    assert desk.paged() == []
    assert desk.request(message).state is RequestState.OPEN
    assert labels(reads(desk, SOS, message)[0]) == []


@pytest.mark.parametrize("who", ["dev", "lea"])
def test_what_is_not_the_same_after_all_is_pinged_as_usual(desk: Desk, who: str) -> None:
    primary, _ = desk.on_duty()
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    desk.delivers()
    number = desk.request(message).id
    assert desk.presses("eve", "other-trouble", f"{number}:1").startswith("Only whoever asked, and engineers")
    assert desk.paged() == []

    assert desk.presses(who, "other-trouble", f"{number}:1").startswith(f"#{number} is none of incident 1.")

    assert desk.paged() == [{primary}]
    assert links(desk, 1) == []
    assert "something else than incident 1" in plain(reads(desk, OPERATIONS, message))[0]


def test_an_escalation_that_its_author_stopped_begins_anew_where_it_was_not_the_same(desk: Desk) -> None:
    message = desk.writes("dev", IS_URGENT, SOS)
    desk.delivers()
    number = desk.request(message).id
    desk.presses("dev", "same-trouble", f"{number}:1")
    desk.pages()

    desk.presses("dev", "other-trouble", f"{number}:1")

    assert len(desk.paged()) == 1
    assert "Incident:" not in plain(reads(desk, SOS, message))[1]


def test_in_doubt_the_author_is_asked_and_the_ping_goes_out(desk: Desk) -> None:
    message = desk.writes("dev", IN_DOUBT, SOS)
    desk.delivers()
    number = desk.request(message).id

    asked = reads(desk, SOS, message)[0]
    assert len(desk.paged()) == 1
    assert links(desk, 1) == []
    assert asked.plain().startswith("Is this incident 1, registry answers 503, known since 10:00 UTC?")
    assert labels(asked) == ["Same trouble", "Not the same"]

    desk.presses("dev", "same-trouble", f"{number}:1")
    desk.until("2026-11-02 12:00")
    assert links(desk, 1) == [number]
    assert desk.paged() == []


def test_a_question_about_a_live_incident_gets_one_answer_and_no_ticket(desk: Desk) -> None:
    message = desk.writes("dev", IS_QUESTION, HOW_TO)
    desk.delivers()

    (told,) = reads(desk, HOW_TO, message)
    assert told.plain().startswith("This is known: incident 1")
    assert not [one for one in desk.owed() if type(one).__name__ == "React"]
    desk.until("2026-11-04 16:00")
    assert len(reads(desk, HOW_TO, message)) == 1


def test_what_speaks_of_something_else_goes_its_usual_way(desk: Desk) -> None:
    for text in (
        f"how do I push to the registry? {COMMUNITY}",
        f"{URGENT}: the wiki times out",
        f"{URGENT}: the registry timed out last week",
    ):
        desk.office.at(f"{desk.office.now + timedelta(minutes=5):%Y-%m-%d %H:%M}")
        message = desk.writes("dev", text, HOW_TO)
        assert "incident" not in "".join(plain(reads(desk, HOW_TO, message)))

    assert links(desk, 1) == []
    assert desk.requests() == 3


def test_outside_the_hours_a_known_trouble_is_told_and_not_queued(desk: Desk) -> None:
    desk.office.at("2026-11-02 20:00")
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)

    (told,) = plain(reads(desk, OPERATIONS, message))
    assert told.startswith("This is known: incident 1")
    assert desk.request(message).due is Due.STALE


def test_what_was_over_a_moment_ago_is_said_so_and_pinged_as_usual(desk: Desk) -> None:
    desk.office.at("2026-11-02 10:20")
    says(desk, "lea", "resolve 1 disk replaced")
    desk.office.at("2026-11-02 10:30")
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)

    told = plain(reads(desk, OPERATIONS, message))
    assert "incident 1, registry answers 503, was resolved at 10:20 UTC. Does it still happen?" in told[0]
    assert len(desk.paged()) == 1
    assert links(desk, 1) == []

    desk.office.at("2026-11-02 10:36")
    later = desk.writes("eve", IS_PLATFORM, OPERATIONS)
    assert "resolved at" not in "".join(plain(reads(desk, OPERATIONS, later)))


@pytest.mark.parametrize("by", ["button", "words"])
def test_who_still_has_the_trouble_when_the_incident_is_over_is_not_forgotten(desk: Desk, by: str) -> None:
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    desk.delivers()
    says(desk, "lea", "resolve 1 disk replaced")
    desk.until("2026-11-02 10:05")
    assert desk.paged() == []

    if by == "button":
        desk.presses("dev", "other-trouble", f"{desk.request(message).id}:1")
    else:
        desk.writes("dev", "it is down again", OPERATIONS, thread=message)

    assert len(desk.paged()) == 1


def test_a_linked_request_that_becomes_urgent_is_pinged(desk: Desk) -> None:
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    desk.delivers()

    desk.writes("dev", f"{URGENT} for all", OPERATIONS, thread=message)

    assert len(desk.paged()) == 1
    assert links(desk, 1) == [desk.request(message).id]


def test_what_is_added_about_another_service_is_pinged_for(desk: Desk) -> None:
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    desk.delivers()

    desk.writes("dev", f"the wiki times out as well. {PLATFORM}", OPERATIONS)

    assert len(desk.paged()) == 1
    assert links(desk, 1) == []
    assert "something else than incident 1" in plain(reads(desk, OPERATIONS, message))[0]


def test_what_is_edited_into_something_else_is_pinged_for(desk: Desk) -> None:
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    desk.delivers()

    desk.edits("dev", message, f"the wiki times out. {PLATFORM}")

    assert len(desk.paged()) == 1
    assert links(desk, 1) == []


def test_who_mends_a_word_after_the_end_pings_nobody(desk: Desk) -> None:
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    says(desk, "lea", "resolve 1 disk replaced")
    desk.until("2026-11-02 10:05")

    desk.edits("dev", message, f"{IS_PLATFORM}!")

    assert desk.paged() == []
    assert links(desk, 1) == [desk.request(message).id]


def test_same_trouble_said_twice_is_said_once(desk: Desk) -> None:
    message = desk.writes("dev", IS_URGENT, SOS)
    number = desk.request(message).id
    answers = {desk.presses("dev", "same-trouble", f"{number}:1") for _ in range(2)}
    assert len(answers) == 1
    assert desk.timeline(message).count("same trouble") == 1


def test_who_was_told_of_an_end_that_was_none_reads_so_and_is_told_of_the_next(desk: Desk) -> None:
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    says(desk, "lea", "resolve 1 disk replaced")
    desk.until("2026-11-02 10:05")
    with desk.office.store.transaction() as session:
        found = records.incident(session, 1)
        assert found is not None
        incidents.reopen(desk.office.context(session), found)
    assert plain(reads(desk, OPERATIONS, message))[0].startswith("This is known: incident 1")
    says(desk, "lea", "resolve 1 another disk replaced")
    desk.until("2026-11-02 10:10")
    assert sum("is over, after" in said for said in plain(reads(desk, OPERATIONS, message))) == 2


def test_what_comes_back_after_the_incident_is_pinged_for(desk: Desk) -> None:
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)
    desk.delivers()
    says(desk, "lea", "resolve 1 disk replaced")
    desk.until("2026-11-02 10:05")
    desk.presses("dev", "resolve", desk.request(message).id)
    assert desk.request(message).state is RequestState.RESOLVED

    desk.writes("dev", "it is down again", OPERATIONS, thread=message)

    assert desk.request(message).state is RequestState.OPEN
    assert len(desk.paged()) == 1


def test_who_is_asked_whether_it_is_urgent_reads_of_the_incident_once_that_is_settled(desk: Desk) -> None:
    message = desk.writes("dev", f"Does the registry answer 503? {DOUBTED_COMMUNITY}", HOW_TO)
    desk.delivers()
    assert len(reads(desk, HOW_TO, message)) == 1

    desk.until("2026-11-02 10:06")

    assert links(desk, 1) == [desk.request(message).id]
    assert len(desk.paged()) == 1
    number = desk.request(message).id
    desk.presses("dev", "other-trouble", f"{number}:1")
    assert links(desk, 1) == []


def test_a_silenced_incident_answers_nobody(desk: Desk) -> None:
    says(desk, "lea", "silence 1 2h")
    message = desk.writes("dev", IS_PLATFORM, OPERATIONS)

    assert links(desk, 1) == []
    assert len(desk.paged()) == 1
    assert "incident" not in "".join(plain(reads(desk, OPERATIONS, message)))


def test_a_button_of_nothing_is_refused(desk: Desk) -> None:
    desk.writes("dev", IS_PLATFORM, OPERATIONS)

    for action in ("same-trouble", "other-trouble"):
        for value in ("", "1", "1:99", "99:1", "1:x", "x:1", "1:1:1", "1:" + "9" * 30):
            assert desk.presses("dev", action, value)
    assert links(desk, 1) == [1]
