"""An incident has one message; a critical one pages, and what pages for it ends and comes back with it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from handlers import incidents
from handlers.context import Context
from models.effects import Edit, Post
from models.message import Message
from models.policy import AfterHours
from models.records import incident as records
from models.records import request as requests
from models.records.delivery import Purpose
from models.records.incident import Incident, IncidentSource
from models.records.request import Request, RequestState
from models.severity import Severity
from tests.handlers.build import direct, posts
from tests.handlers.desk import ALERTS, Desk, at_desk


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


@contextmanager
def deciding(desk: Desk) -> Iterator[Context]:
    """Give the context of one decision, which is kept."""
    desk.office.given += 1
    with desk.office.store.transaction() as session:
        yield desk.office.context(session)


def opened(desk: Desk, severity: Severity = Severity.CRITICAL, title: str = "Registry is down") -> int:
    with deciding(desk) as ctx:
        incident = incidents.open_incident(
            ctx, title=title, severity=severity, source=IncidentSource.ALERTS, said_by="alert", sender="alertmanager"
        )
        incidents.post(ctx, incident)
        return incident.id


def incident(desk: Desk, number: int) -> Incident:
    with desk.office.store.reading() as session:
        found = records.incident(session, number)
    assert found is not None
    return found


def request(desk: Desk, number: int) -> Request:
    with desk.office.store.reading() as session:
        found = requests.get(session, incident(desk, number).request_id or 0)
    assert found is not None
    return found


def resolves(desk: Desk, number: int) -> None:
    with deciding(desk) as ctx:
        found = records.incident(ctx.session, number)
        assert found is not None
        incidents.resolve(ctx, found)


def comes_back(desk: Desk, number: int) -> None:
    with deciding(desk) as ctx:
        found = records.incident(ctx.session, number)
        assert found is not None
        incidents.reopen(ctx, found)


def shown(desk: Desk) -> list[Message]:
    return [one.message for one in desk.owed() if isinstance(one, Post | Edit)]


def timeline(desk: Desk, number: int) -> list[str]:
    with desk.office.store.reading() as session:
        return [entry.what for entry in records.entries(session, number)]


def test_a_critical_one_pages_the_engineer_on_call_in_its_messages_thread(database_url: str) -> None:
    desk = at_desk(database_url)
    number = opened(desk)
    (message,) = shown(desk)
    assert message.plain().startswith(f"🔴 Incident {number}: Registry is down")
    assert desk.paged() == []
    desk.delivers()
    primary, _ = desk.on_duty()
    (page,) = desk.pages()
    found = request(desk, number)
    assert (page.people, page.where, page.thread) == (frozenset({primary}), f"C-{ALERTS}", found.root)
    assert "from alertmanager" in page.text
    assert (found.author, found.rotation) == ("", "platform")


def test_a_warning_pages_nobody(desk: Desk) -> None:
    number = opened(desk, Severity.WARNING)
    desk.delivers()
    assert desk.paged() == []
    assert incident(desk, number).request_id is None


def test_one_that_is_not_taken_escalates_as_an_urgent_request_does(desk: Desk) -> None:
    opened(desk)
    desk.delivers()
    desk.pages()
    primary, secondary = desk.on_duty()
    desk.delivers()
    desk.until("2026-11-02 10:05")
    assert desk.paged() == [{primary}]
    desk.until("2026-11-02 10:10")
    assert desk.paged() == [{secondary}]


def test_outside_the_hours_the_policy_says_whether_it_pages(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 20:00", after_hours=AfterHours(contact="Service desk 7-7000"))
    opened(desk)
    desk.delivers()
    assert desk.paged() == []
    assert any("Service desk 7-7000" in message.plain() for message in shown(desk))


def test_its_end_resolves_its_request_and_asks_whoever_was_on_it_to_document_it(desk: Desk) -> None:
    number = opened(desk)
    desk.delivers()
    desk.presses("ana", "ack", request(desk, number).id)
    desk.delivers()
    shown(desk)
    desk.office.at("2026-11-02 10:25")
    resolves(desk, number)
    found = request(desk, number)
    assert (found.state, found.resolved_by) == (RequestState.RESOLVED, None)
    owed = desk.owed()
    said = [one.message.plain() for one in owed if isinstance(one, Edit)]
    assert f"✅ Incident {number}: Registry is down. Began 10:00 UTC, over after 25 min." in said
    assert any("ended by itself after 25 min" in text for text in said)
    assert [one.user for one in owed if one.kind == "direct"] == ["U-ana"]
    assert timeline(desk, number) == ["opened", "paged", "resolved"]


def test_a_resolved_request_leaves_the_incident_open(desk: Desk) -> None:
    number = opened(desk)
    desk.delivers()
    desk.presses("ana", "resolve", request(desk, number).id)
    assert incident(desk, number).is_live


def test_what_is_back_is_still_its_owners_and_pages_nobody_anew(desk: Desk) -> None:
    number = opened(desk)
    desk.delivers()
    desk.presses("ana", "ack", request(desk, number).id)
    desk.pages()
    resolves(desk, number)
    comes_back(desk, number)
    desk.delivers()
    assert desk.paged() == []
    found = request(desk, number)
    assert (found.state, found.owner) == (RequestState.ACKNOWLEDGED, "U-ana")


def test_what_is_back_and_nobodys_pages_again(desk: Desk) -> None:
    number = opened(desk)
    desk.delivers()
    desk.pages()
    resolves(desk, number)
    comes_back(desk, number)
    desk.delivers()
    primary, _ = desk.on_duty()
    assert desk.paged() == [{primary}]


def test_what_alerts_page_for_is_spoken_of_in_their_channel_alone(desk: Desk) -> None:
    number = opened(desk)
    desk.delivers()
    resolves(desk, number)
    comes_back(desk, number)
    desk.delivers()
    assert len(desk.pages()) == 1
    assert posts(desk.owed(), "devops-sos") == []


def test_counts_change_its_message_every_few_seconds_at_most(desk: Desk) -> None:
    number = opened(desk, Severity.WARNING)
    desk.delivers()
    shown(desk)
    for firing in (2, 3):
        with deciding(desk) as ctx:
            found = records.incident(ctx.session, number)
            assert found is not None
            found.firing = found.alerts = firing
            incidents.refresh(ctx, found, incidents.REST)
    assert shown(desk) == []
    assert incident(desk, number).refresh_at == desk.office.now + incidents.REST


# -- a channel that takes nothing


def test_a_critical_one_that_cannot_be_posted_is_posted_and_paged_for_elsewhere(desk: Desk) -> None:
    opened(desk)
    desk.delivers(failing=Purpose.REQUEST)
    assert direct(desk.owed(), "lea")[0].startswith("Incident 1 cannot be posted in #devops-alerts (slack): refused")
    desk.delivers()
    primary, _ = desk.on_duty()
    (page,) = desk.pages()
    assert (page.people, page.where) == (frozenset({primary}), "C-devops-operations")


def test_where_it_can_be_posted_nowhere_whoever_is_on_call_is_told_directly_and_once(desk: Desk) -> None:
    opened(desk)
    for _ in range(3):  # alerts, operations, sos
        desk.delivers(failing=Purpose.REQUEST)
    primary, _ = desk.on_duty()
    assert [page.where for page in desk.pages()] == [f"U-{primary}", "U-lea"]
    desk.office.pass_time("2026-11-02 10:02")
    for _ in range(3):
        desk.delivers(failing=Purpose.REQUEST)
    assert desk.pages() == []
    desk.until("2026-11-02 10:04")
    assert [page.where for page in desk.pages()] == ["C-devops-alerts"]
