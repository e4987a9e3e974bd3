"""`/incident`: who may, what is understood, what is answered, and who reads what comes of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from handlers import incidents
from handlers.context import Context
from models.effects import Direct, Edit, Post
from models.events import FormSubmitted
from models.message import Answer
from models.records import incident as records
from models.records import incident_board as records_board
from models.records import sending
from models.records.delivery import OutboxRow
from models.records.incident import Incident
from tests.handlers.build import direct, rotation
from tests.handlers.desk import ALERTS, HOW_TO, OPERATIONS, SOS, URGENT, Desk
from tests.handlers.incident_desk import (
    SERVICES,
    count,
    incident,
    incident_desk,
    labels,
    links,
    plain,
    reads,
    says,
    timeline,
)

DECLARED = "declare pulls from artifactory hang"


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return incident_desk(sqlite_url)


def request_of(desk: Desk, who: str = "dev", text: str = f"{URGENT} of the registry") -> tuple[str, int]:
    """Let somebody ask in sos, and give the message and the request's number."""
    message = desk.writes(who, text, SOS)
    return message, desk.request(message).id


def test_an_engineer_declares_and_it_stands_in_one_message(database_url: str) -> None:
    desk = incident_desk(database_url)
    answer = says(desk, "ana", DECLARED)
    assert answer.startswith(
        "Incident 1 is declared: pulls from artifactory hang\nIt is critical, about Image registry."
    )
    assert "/incident update 1 <text> next 30m" in answer
    (shown,) = plain(reads(desk, ALERTS))
    assert shown.startswith("🔴 Incident 1: pulls from artifactory hang")
    assert "From: Ana Ruiz" in shown
    assert timeline(desk, 1) == [("opened", "U-ana", "pulls from artifactory hang")]


def test_declaring_pages_nobody_and_tells_the_engineer_on_call_of_what_somebody_else_declared(desk: Desk) -> None:
    primary, secondary = desk.on_duty()
    says(desk, secondary, DECLARED)
    desk.delivers()
    assert desk.paged() == []
    (told,) = direct(desk.owed(), primary)
    assert "incident 1: pulls from artifactory hang (Image registry)" in told
    says(desk, primary, DECLARED)
    assert direct(desk.owed(), primary) == []


def test_what_is_declared_of_a_service_is_told_whoever_is_on_call_for_it(sqlite_url: str) -> None:
    services = (SERVICES[0].model_copy(update={"rotation": "storage"}),)
    rotations = (rotation(), rotation(name="storage", engineers=("gil",), channels=()))
    desk = incident_desk(sqlite_url, services=services, rotations=rotations)
    assert "Gil Hart, who is on call, was told." in says(desk, "lea", DECLARED)


def test_outside_the_hours_the_engineer_on_call_is_not_told(desk: Desk) -> None:
    desk.office.at("2026-11-02 22:00")
    assert "Nobody was paged for it." in says(desk, "lea", DECLARED)
    assert not [one for one in desk.owed() if isinstance(one, Direct)]


@pytest.mark.parametrize(
    "text",
    [DECLARED, "update 1 x", "resolve 1", "rename 1 x"],
)
def test_only_engineers_and_leads_may(desk: Desk, text: str) -> None:
    says(desk, "ana", DECLARED)
    assert says(desk, "dev", text).startswith("Only the engineers")
    assert (count(desk), incident(desk, 1).is_live, incident(desk, 1).update) == (1, True, "")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("declare", "What is wrong? The form is: /incident declare <title>"),
        ("declare it is down as urgent", "“urgent” is no severity: it is critical, warning or info."),
        (f"declare {'x' * 201}", "At most 200 characters fit here; this has 201."),
        ("update", "Which incident? Live now: 1 (pulls from artifactory hang)."),
        ("update disk is full", "“disk” is no incident number. Live now: 1 (pulls from artifactory hang)."),
        ("update 1", "What is new? The form is: /incident update <number> <text>"),
        ("update 9 x", "There is no incident 9. Live now: 1"),
        ("update 1 x next 25:00", "“25:00” is no time for the next update: write 30m, 2h or 11:30."),
        ("update 1 x next 9:00", "9:00 has passed"),
        ("resolve", "Which incident?"),
        ("resolve #99999999999", "“99999999999” is no incident number."),
        ("rename 1", "What is wrong?"),
        ("frobnicate", "I do not know /incident frobnicate"),
        ("", "I do not know /incident"),
    ],
)
def test_a_wrong_argument_is_answered_with_the_right_form(desk: Desk, text: str, answer: str) -> None:
    says(desk, "ana", DECLARED)
    assert answer in says(desk, "ana", text)


def test_an_update_stands_in_its_message_and_keeps_people_s_names_from_the_public(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    answer = says(desk, "ben", "update 1 Ana restarts the database, password: hunter2hunter2 next 30m")
    assert answer == "Incident 1 is updated. The next update is promised for 10:30 UTC."
    found = incident(desk, 1)
    assert found.update == "Ana restarts the database, password: ‹secret›"
    assert found.public_note == "Someone restarts the database, password: ‹secret›"
    (shown,) = plain(reads(desk, ALERTS))
    assert "> Ana restarts the database" in shown
    assert "Next update: 10:30 UTC" in shown


def test_a_promise_that_is_not_kept_is_recalled_once_in_the_thread_and_one_that_is_kept_is_not(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    desk.delivers()
    root = thread(desk)
    says(desk, "ben", "update 1 looking next 30m")
    desk.until("2026-11-02 10:29")
    assert reads(desk, ALERTS, root) == []
    desk.until("2026-11-02 10:31")
    desk.until("2026-11-02 10:40")
    (recalled,) = plain(reads(desk, ALERTS, root))
    assert recalled.startswith("@Ben Cole, the update that was promised on incident 1 is due")
    says(desk, "ben", "update 1 found it next 30m")
    says(desk, "ben", "update 1 nearly done")
    desk.until("2026-11-02 11:30")
    assert len(reads(desk, ALERTS, root)) == 1


def thread(desk: Desk) -> str:
    """Give the message that the thread of incident 1 hangs on."""
    return f"sent{incident(desk, 1).post_id}"


def test_a_title_service_and_severity_can_be_put_right(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    answer = says(desk, "ana", "rename 1 confluence search is slow as info")
    assert answer == "Incident 1 is now: confluence search is slow (info, about Wiki)."
    says(desk, "ana", "rename 1 search is down")
    found = incident(desk, 1)
    assert (found.title, found.service, found.severity.value) == ("search is down", "Wiki", "info")


def test_resolving_ends_it_with_its_last_words_and_it_takes_no_more(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    assert says(desk, "ben", "resolve 1 the disk was full").startswith("Incident 1 is resolved.\nFor the retro")
    found = incident(desk, 1)
    assert (found.is_live, found.public_note, found.resolved_by) == (False, "the disk was full", "U-ben")
    assert plain(reads(desk, ALERTS))[0].startswith("✅ Incident 1")
    for text in ("resolve 1", "update 1 it is back"):
        assert says(desk, "ben", text).startswith("Incident 1 is over since 10:00 UTC. If the trouble is back")


def test_resolving_what_still_fires_says_that_it_comes_back(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    with desk.office.store.transaction() as session:
        found = records.incident(session, 1)
        assert found is not None
        found.firing = 2
    assert "2 alerts of it still fire" in says(desk, "ana", "resolve 1")


def test_another_live_incident_of_the_same_service_is_named(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    assert "Also live for Image registry: incident 1." in says(desk, "ben", "declare registry pushes fail")


# -- from a request


def test_a_request_that_somebody_is_on_has_the_button_and_one_press_declares(desk: Desk) -> None:
    message, number = request_of(desk)
    desk.delivers()
    assert "Declare an incident" not in labels(reads(desk, SOS, message)[0])
    desk.presses("ana", "ack", number)
    assert labels(reads(desk, SOS, message)[0])[-1] == "Declare an incident"
    answer = desk.presses("ana", "declare", number)
    assert answer.startswith(
        "Incident 1 is declared: Trouble with Image registry\nIt is critical, about Image registry."
    )
    assert links(desk, 1) == [number]
    page, known = plain(reads(desk, SOS, message))
    assert known.startswith("This is known: incident 1, Trouble with Image registry, since 10:00 UTC.")
    assert desk.presses("ben", "declare", number).startswith(f"#{number} belongs to incident 1 already")
    assert count(desk) == 1
    assert "Declare" not in str(labels(reads(desk, SOS, message)[0]))
    assert page


def test_nobody_else_declares_from_a_request(desk: Desk) -> None:
    _, number = request_of(desk)
    assert desk.presses("dev", "declare", number).startswith("Only the engineers")
    assert count(desk) == 0


def test_nothing_that_the_author_wrote_is_in_the_title(desk: Desk) -> None:
    message = desk.writes("dev", f"{URGENT} everywhere, zanzibar", SOS)
    desk.presses("ana", "declare", desk.request(message).id)
    assert incident(desk, 1).title == "Trouble told of in #devops-sos"


# -- who asked


def test_who_asked_reads_updates_in_one_message_and_is_told_once_that_it_is_over(desk: Desk) -> None:
    message, number = request_of(desk)
    desk.delivers()
    desk.presses("ana", "declare", number)
    says(desk, "ana", "update 1 restarting the database next 30m")
    says(desk, "ana", "update 1 half of it is back")
    desk.delivers()
    (known,) = plain(reads(desk, SOS, message))[1:]
    assert "> half of it is back" in known
    assert "1 author who asked is told." in says(desk, "ana", "resolve 1 all of it is back")
    desk.until("2026-11-02 10:01")
    desk.until("2026-11-02 11:00")
    closed, over = reads(desk, SOS, message)[1:3]
    assert closed.plain().startswith("✅ This was incident 1")
    assert over.plain().startswith(
        "@U-dev, incident 1 (Trouble with Image registry) is over, after less than a minute."
    )
    assert labels(over) == ["It works for me again", "Not for me"]
    assert [one for one in plain(reads(desk, SOS, message)) if "is over, after" in one] == [over.plain()]
    desk.presses("dev", "resolve", number)
    assert desk.request(message).state.value == "resolved"


def by_itself(desk: Desk, change: Callable[[Context, Incident], None]) -> None:
    """Let something become of incident 1 that nobody said."""
    desk.office.given += 1
    with desk.office.store.transaction() as session:
        found = records.incident(session, 1)
        assert found is not None
        change(desk.office.context(session), found)


def test_what_ended_by_itself_is_told_when_it_can_no_longer_come_back(desk: Desk) -> None:
    message, number = request_of(desk)
    desk.presses("ana", "declare", number)
    by_itself(desk, incidents.resolve)
    desk.until("2026-11-02 10:14")
    assert "is over, after" not in str(plain(reads(desk, SOS, message)))
    desk.until("2026-11-02 10:15")
    assert "is over, after" in str(plain(reads(desk, SOS, message)))


def test_what_is_back_in_time_is_not_told_as_over(desk: Desk) -> None:
    message, number = request_of(desk)
    desk.presses("ana", "declare", number)
    by_itself(desk, incidents.resolve)
    by_itself(desk, incidents.reopen)
    desk.until("2026-11-02 11:00")
    assert "is over, after" not in str(plain(reads(desk, SOS, message)))


# -- the list


def lines(desk: Desk) -> list[str]:
    """Give what the lines in operations say that tell which incidents are live."""
    return [one for one in plain(reads(desk, OPERATIONS)) if " live" in one]


def test_the_list_and_the_line_in_operations_say_the_same(database_url: str) -> None:
    desk = incident_desk(database_url)
    assert says(desk, "dev", "list") == "🟢 No incident is live."
    desk.until("2026-11-02 10:01")
    assert lines(desk) == []
    says(desk, "ana", "declare confluence search is odd")
    says(desk, "ana", DECLARED)
    desk.until("2026-11-02 10:02")
    (line,) = lines(desk)
    assert line == says(desk, "dev", "list")
    since = "since Mon 2 Nov 10:01 UTC · Ana Ruiz is on it"
    assert line.splitlines()[:3] == [
        "2 incidents are live",
        f"• 🔴 incident 2 pulls from artifactory hang · Image registry · critical {since}",
        f"• 🟠 incident 1 confluence search is odd · Wiki · warning {since}",
    ]
    says(desk, "ana", "update 2 x next 30m")
    says(desk, "ana", "resolve 1")
    desk.until("2026-11-02 10:03")
    (line,) = lines(desk)
    assert "next update Mon 2 Nov 10:32 UTC" in line
    assert line == says(desk, "dev", "list")
    says(desk, "ana", "resolve 2")
    desk.until("2026-11-02 10:04")
    assert lines(desk) == ["🟢 No incident is live."]


def test_nothing_is_posted_or_changed_where_nothing_changed(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    desk.until("2026-11-02 10:01")
    desk.until("2026-11-02 10:02")
    assert len(lines(desk)) == 1
    desk.owed()
    desk.until("2026-11-02 10:20")
    assert [one for one in desk.owed() if isinstance(one, Post | Edit)] == []


def test_a_long_list_says_how_many_more_there_are(desk: Desk) -> None:
    for number in range(12):
        says(desk, "ana", f"declare trouble {number}")
    answer = says(desk, "dev", "list")
    assert answer.startswith("12 incidents are live\n")
    assert answer.count("\n• ") == 10
    assert "and 2 more" in answer


def test_the_line_is_posted_anew_where_it_was_lost(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    desk.office.pass_time("2026-11-02 10:01")
    with desk.office.store.transaction() as session:
        line = records_board.board(session, "slack")
        assert line is not None
        sending.record_failed(session, session.get_one(OutboxRow, line.post_id), "channel_not_found")
    says(desk, "ana", "update 1 x next 1h")
    desk.until("2026-11-02 10:02")
    assert len(lines(desk)) == 2
    assert "next update" in lines(desk)[-1]


def test_a_question_that_nobody_asked_for_gets_no_second_post(desk: Desk) -> None:
    message = desk.writes("dev", "pipeline of the registry", HOW_TO)
    request = desk.request(message)
    desk.presses("ana", "declare", request.id)
    assert links(desk, 1) == [request.id]
    assert len(reads(desk, HOW_TO, message)) <= 1


# -- as a form


def submits(desk: Desk, who: str, **fields: str) -> Answer | None:
    desk.count += 1
    event = FormSubmitted(
        key=f"form:{desk.count}",
        platform="slack",
        at=desk.office.now,
        form="incident-update",
        subject="1",
        user=f"U-{who}",
        fields=fields,
    )
    return desk.office.intake.receive(event)


def test_an_update_can_be_given_in_a_form_and_so_can_the_end(desk: Desk) -> None:
    says(desk, "ana", DECLARED)
    assert labels(reads(desk, ALERTS)[0]) == ["Update"]
    assert desk.presses("dev", "incident-update", 1).startswith("Only the engineers")
    assert desk.presses("ana", "incident-update", 1) == ""
    assert submits(desk, "ana", text=" ", next="30m", over="no") == Answer(
        errors={"text": "Say how it goes, in a sentence."}
    )
    submits(desk, "ana", text="half of it is back", next="30m", over="no")
    found = incident(desk, 1)
    assert (found.update, found.next_update_at) == ("half of it is back", desk.office.now + timedelta(minutes=30))
    submits(desk, "ana", text="", next="30m", over="yes")
    assert not incident(desk, 1).is_live
    assert timeline(desk, 1)[-2:] == [("updated", "U-ana", "half of it is back"), ("resolved", "U-ana", "")]
    assert desk.presses("ana", "incident-update", 1).startswith("Incident 1 is over.")
