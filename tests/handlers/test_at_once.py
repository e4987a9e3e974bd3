"""Two things that happen to one request in the same instant: the later one sees what the earlier one decided."""

from collections.abc import Callable
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import select, text

from bot.store import Store
from handlers import duty, registry, runbook_jobs
from handlers.context import Context
from handlers.wording.surge import DECLARE
from models.effects import Direct
from models.events import ButtonPressed, CommandGiven, Event, ReactionAdded
from models.records import incident as records
from models.records import request as requests
from models.records import silence as silences
from models.records.handover import Handover, HandoverState
from models.records.request import Due, Request, RequestState
from models.triage.verdict import RequestClass
from tests.handlers.build import instant
from tests.handlers.desk import DOUBTED_COMMUNITY, HOW_TO, NONE, SOS, URGENT, Desk, at_desk
from tests.handlers.incident_desk import count, incident, incident_desk, links

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
def desk(postgres_url: str) -> Desk:
    """A desk on PostgreSQL: SQLite has one writer at a time."""
    return at_desk(postgres_url)


def until_somebody_waits(store: Store) -> None:
    for _ in range(500):
        with store.reading() as session:
            if session.execute(WAITING).scalar_one():
                return
        sleep(0.01)
    pytest.fail("nobody waited for the first decision")


def at_once(desk: Desk, first: Event, actor: str, second: Callable[[], object]) -> None:
    """Let a second thing happen while the first one is decided and not yet committed."""
    office = desk.office
    other = Thread(target=second)
    with office.store.transaction() as session:
        registry.decide(Context(session, office.now, first, office.standing, actor))
        session.flush()
        other.start()
        until_somebody_waits(office.store)
    other.join()


def pressed(desk: Desk, who: str, action: str, value: object) -> Event:
    return ButtonPressed(
        key=f"first:{action}",
        platform="slack",
        at=desk.office.now,
        action=action,
        value=str(value),
        user=f"U-{who}",
        channel=f"C-{SOS}",
        channel_name=SOS,
    )


def reacted(desk: Desk, who: str, message: str, emoji: str) -> Event:
    return ReactionAdded(
        key=f"first:{emoji}",
        platform="slack",
        at=desk.office.now,
        channel=f"C-{HOW_TO}",
        channel_name=HOW_TO,
        message=message,
        user=f"U-{who}",
        emoji=emoji,
    )


def submits(desk: Desk, who: str) -> Event:
    return CommandGiven(
        key="first:submit",
        platform="slack",
        at=desk.office.now,
        name="handover",
        text="submit",
        user=f"U-{who}",
        channel=f"C-{SOS}",
        channel_name=SOS,
    )


def paged_request(desk: Desk) -> Request:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    return desk.request(message)


def test_who_takes_a_request_as_the_next_step_comes_due_spares_the_secondary(desk: Desk) -> None:
    request = paged_request(desk)
    who, _ = desk.on_duty()
    assert request.due_at is not None
    desk.office.clock.set(request.due_at)
    at_once(desk, pressed(desk, who, "ack", request.id), f"U-{who}", desk.office.work.run)
    now = desk.request(request.root)
    assert (desk.paged(), now.state, now.due) == ([], RequestState.ACKNOWLEDGED, Due.SILENCE)


def test_who_takes_a_request_as_its_page_arrives_stops_the_escalation(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.takes_up()
    who, _ = desk.on_duty()
    at_once(desk, pressed(desk, who, "ack", desk.request(message).id), f"U-{who}", desk.delivers)
    now = desk.request(message)
    assert (now.state, now.due) == (RequestState.ACKNOWLEDGED, Due.SILENCE)


def test_of_two_engineers_who_take_a_request_the_later_one_has_it(desk: Desk) -> None:
    request = paged_request(desk)
    one, other = desk.on_duty()
    at_once(desk, pressed(desk, one, "ack", request.id), f"U-{one}", lambda: desk.presses(other, "ack", request.id))
    assert desk.request(request.root).owner == f"U-{other}"
    assert desk.timeline(request.root).count("acknowledged") == 2


def test_nothing_is_due_for_a_request_that_is_resolved_as_it_is_taken(desk: Desk) -> None:
    request = paged_request(desk)
    one, other = desk.on_duty()
    at_once(desk, pressed(desk, one, "ack", request.id), f"U-{one}", lambda: desk.presses(other, "resolve", request.id))
    now = desk.request(request.root)
    assert (now.state, now.due, now.due_at) == (RequestState.RESOLVED, None, None)


def test_an_authors_no_as_the_time_of_the_question_ends_pages_nobody(desk: Desk) -> None:
    message = desk.writes("dev", DOUBTED_COMMUNITY)
    desk.delivers()
    request = desk.request(message)
    assert request.asked_until is not None
    desk.office.clock.set(request.asked_until)
    no = pressed(desk, "dev", "class", f"{request.id}:{RequestClass.COMMUNITY.value}")
    at_once(desk, no, "U-dev", desk.office.work.run)
    assert (desk.paged(), desk.request(message).request_class) == ([], RequestClass.COMMUNITY)


def test_two_pins_on_one_message_make_one_request(desk: Desk) -> None:
    message = desk.writes("dev", NONE)
    at_once(desk, reacted(desk, "ana", message, "pushpin"), "U-ana", lambda: desk.reacts("ben", message, "pushpin"))
    assert desk.requests() == 1
    assert [one for one in desk.owed() if isinstance(one, Direct)] == [], "a fault was told to the leads"


def test_a_handover_submitted_as_its_shift_ends_is_sent_once(desk: Desk) -> None:
    office, (who, _) = desk.office, desk.on_duty()
    with office.store.reading() as session:
        shift = duty.on_call(office.context(session), office.standing.policy.oncall.rotations[0]).shift
    assert shift is not None
    office.command(who, "handover", "note keep an eye on the queue")
    desk.owed()
    office.clock.set(shift.end)
    at_once(desk, submits(desk, who), f"U-{who}", office.work.run)
    with office.store.reading() as session:
        (row,) = session.scalars(select(Handover)).all()
    assert (row.state, row.submitted_by) == (HandoverState.SUBMITTED, who)
    told = [one.message.plain() for one in desk.owed() if isinstance(one, Direct)]
    assert len([one for one in told if "hands over to you" in one]) == 1


def test_two_debts_of_one_person_that_come_due_on_two_replicas_are_recalled_in_one_message(desk: Desk) -> None:
    for author in ("dev", "eve"):
        number = desk.request(desk.writes(author, URGENT, SOS)).id
        desk.presses("dan", "resolve", number)
        desk.presses("dan", "runbook-later", number)
    desk.owed()
    desk.office.clock.set(instant("2026-11-09 09:00"))
    with desk.office.store.reading() as session:
        first, second = runbook_jobs.due(session, desk.office.standing, desk.office.now)
    at_once(desk, second, "", lambda: desk.office.intake.receive(first))
    told = [
        one.message.plain() for one in desk.owed() if isinstance(one, Direct) and "You still owe" in one.message.plain()
    ]
    assert len(told) == 1
    assert "You still owe 2 runbook links:" in told[0]


# -- an incident


@pytest.fixture
def busy(postgres_url: str) -> Desk:
    """A desk in whose catalogue is a service that three people have just asked about."""
    desk = incident_desk(postgres_url)
    for who in ("dev", "eve", "fay"):
        desk.writes(who, f"{URGENT} of artifactory", SOS)
    desk.delivers()
    desk.until("2026-11-02 10:01")
    return desk


def test_of_two_who_declare_one_surge_the_later_one_joins_what_the_first_declared(busy: Desk) -> None:
    said: list[str] = []
    at_once(busy, pressed(busy, "ana", DECLARE, 1), "U-ana", lambda: said.append(busy.presses("ben", DECLARE, 1)))
    assert (count(busy), links(busy, 1)) == (1, [1, 2, 3])
    assert said[0].startswith("Incident 1 of Image registry is live by now")


def test_of_two_who_silence_one_incident_the_later_one_has_the_last_word(busy: Desk) -> None:
    busy.presses("ana", DECLARE, 1)
    first = pressed(busy, "ana", "silence", "1:1h")
    at_once(busy, first, "U-ana", lambda: busy.presses("ben", "silence", "1:4h"))
    assert incident(busy, 1).silenced_until == instant("2026-11-02 14:01")
    with busy.office.store.reading() as session:
        assert [one.until for one in silences.of_incident(session, 1, busy.office.now)] == [instant("2026-11-02 14:01")]


def test_of_two_who_wait_for_each_other_both_get_their_answer(busy: Desk) -> None:
    """An author says that theirs is the same (a request, then its incident) as an update is told (the other way)."""
    busy.presses("ana", DECLARE, 1)
    said: list[str] = []
    pressing = Thread(target=lambda: said.append(busy.presses("dev", "same-trouble", "1:1")))
    with busy.office.store.transaction() as session:
        records.incident(session, 1)
        pressing.start()
        until_somebody_waits(busy.office.store)
        session.execute(text("SET LOCAL deadlock_timeout = '20s'"))  # it is the other one that is undone
        requests.get(session, 1)
    pressing.join()
    assert said == ["It belongs to incident 1 now. Nobody else is pinged for yours; you are told when it is over."]
