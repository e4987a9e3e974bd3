"""What is written in the thread of an incident, what of it stands in the timeline, and the retrospective made of it."""

import json
from dataclasses import replace

import pytest

from handlers import retrospective
from handlers.wording.retrospective import render
from models.events import CommandGiven
from tests.handlers.desk import ALERTS, SOS, URGENT, Desk
from tests.handlers.incident_desk import incident, incident_desk, says, timeline
from tests.stored import everything


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    opened = incident_desk(sqlite_url)
    says(opened, "ana", "declare registry pulls hang")
    opened.delivers()
    return opened


def root(desk: Desk) -> str:
    """Give the message that the incident's thread hangs on."""
    return f"sent{incident(desk, 1).post_id}"


def notes(desk: Desk) -> list[tuple[str, str, str]]:
    return [one for one in timeline(desk, 1) if one[0] in ("noted", "logged")]


def test_a_note_on_a_message_of_its_thread_stands_in_the_timeline_once(database_url: str) -> None:
    desk = incident_desk(database_url)
    says(desk, "ana", "declare registry pulls hang")
    desk.delivers()
    message = desk.writes("eve", "the disk is full, password: hunter2hunter2", ALERTS, thread=root(desk))
    desk.reacts("ben", message, "memo")
    desk.reacts("cleo", message, "memo")
    assert notes(desk) == [("noted", "U-eve", "the disk is full, password: ‹secret›")]
    desk.unreacts("cleo", message, "memo")
    assert len(notes(desk)) == 1
    desk.unreacts("ben", message, "memo")
    assert notes(desk) == []
    desk.reacts("cleo", message, "memo")
    assert len(notes(desk)) == 1


def test_the_log_has_the_note_with_its_words_too(desk: Desk) -> None:
    message = desk.writes("eve", "the disk is full", ALERTS, thread=root(desk))
    desk.reacts("ben", message, "memo")
    assert "📝 #devops-alerts: the disk is full" in everything(desk.office.store)


def test_what_is_not_noted_what_strangers_note_and_what_stands_elsewhere_is_not_in_it(desk: Desk) -> None:
    said = desk.writes("eve", "is it us?", ALERTS, thread=root(desk))
    desk.reacts("dev", said, "memo")
    elsewhere = desk.writes("eve", f"{URGENT} of the wiki", SOS)
    desk.reacts("ben", elsewhere, "memo")
    assert notes(desk) == []


def test_a_line_of_the_log_given_in_its_thread_stands_in_it(desk: Desk) -> None:
    given = CommandGiven(
        key="act:log",
        platform="slack",
        at=desk.office.now,
        name="oncall",
        text="log restarted it",
        user="U-ana",
        channel=f"C-{ALERTS}",
        channel_name=ALERTS,
        thread=root(desk),
    )
    desk.gives(given)
    desk.gives(replace(given, key="act:elsewhere", thread=None))
    assert notes(desk) == [("logged", "U-ana", "restarted it")]


def test_a_message_that_was_taken_back_leaves_no_words(desk: Desk) -> None:
    message = desk.writes("eve", "xylograph is full", ALERTS, thread=root(desk))
    desk.reacts("ben", message, "memo")
    desk.edits("eve", message, "xylograph is nearly full")
    desk.deletes(message)
    assert notes(desk) == [("noted", "U-eve", "")]
    assert "xylograph" not in everything(desk.office.store)


def test_a_retrospective_holds_what_was_declared_said_asked_and_done(desk: Desk) -> None:
    message = desk.writes("dev", f"{URGENT} of the registry", SOS)
    number = desk.request(message).id
    desk.delivers()
    desk.office.at("2026-11-02 10:04")
    desk.presses("ben", "ack", number)
    said = desk.writes("eve", "the disk is full", ALERTS, thread=root(desk))
    desk.reacts("ben", said, "memo")
    says(desk, "ana", "resolve 1 made room")
    with desk.office.store.reading() as session:
        told = retrospective.told(session, desk.office.standing, 1)
        assert retrospective.told(session, desk.office.standing, 2) is None
        assert retrospective.newest(session) == 1
    assert told is not None
    assert (told.declared_by, told.authors, told.taken_at) == ("Ana Ruiz", 0, None)
    whats = [(one.what, one.who, one.detail) for one in told.timeline]
    assert whats == [
        ("opened", "Ana Ruiz", "registry pulls hang"),
        ("noted", "U-eve", "the disk is full"),
        ("updated", "Ana Ruiz", "made room"),
        ("resolved", "Ana Ruiz", ""),
    ]
    assert "| 2026-11-02 10:04 UTC | said: the disk is full | U-eve | chat |" in render(
        told, "md", desk.office.standing.policy.zone
    )


def test_the_requests_that_belong_to_it_and_their_pages_are_in_it(desk: Desk) -> None:
    message = desk.writes("dev", f"{URGENT} of the wiki", SOS)
    number = desk.request(message).id
    desk.delivers()
    desk.office.at("2026-11-02 10:04")
    desk.presses("ben", "ack", number)
    desk.presses("ben", "declare", number)
    with desk.office.store.reading() as session:
        told = retrospective.told(session, desk.office.standing, 2)
    assert told is not None
    assert told.taken_at == desk.office.now
    document = json.loads(render(told, "json", desk.office.standing.policy.zone))
    assert [(one["number"], one["place"]) for one in document["requests"]] == [(number, "#devops-sos")]
    assert f"request #{number} in #devops-sos" in [one["what"] for one in document["timeline"]]
