"""Who is on call, asked and changed through Slack's commands; the same answer everywhere."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.records.audit import AuditEntry
from models.records.roster import StoredCycle
from tests.scenarios.house import House, handle, running


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with running(database_url) as house:
        yield house


def answer(house: House, who: str, command: str, text: str = "") -> str:
    return str(house.slack.command(who, "devops-operations", command, text).wait().response)


def test_oncall_names_the_one_whom_a_ping_would_name(house: House) -> None:
    engineer = house.policy.person(house.duty().engineer)
    assert engineer is not None
    assert engineer.name in answer(house, "farid", "/oncall")
    ts = house.slack.post("devops-sos", "farid", "production is down for all our users, 503 everywhere in abc123-prod")
    house.until(lambda: handle(engineer.id) in house.pings(ts) or None)


def test_an_answer_is_for_the_asker_alone_and_notifies_nobody(house: House) -> None:
    before = len(house.slack.messages("devops-operations"))
    for text in ("", "next", "list", "me", "help"):
        response = house.slack.command("farid", "devops-operations", "/oncall", text).wait().response
        assert response["response_type"] == "ephemeral"
        assert "<@" not in str(response)
    assert len(house.slack.messages("devops-operations")) == before


def test_the_list_shows_fourteen_days_with_the_weekends_reason(house: House) -> None:
    listed = answer(house, "farid", "/oncall", "list")
    assert listed.count("weekend") == 4
    for day in ("Mon 23 Nov", "Sun 6 Dec"):
        assert day in listed


def test_a_command_with_nonsense_is_answered_with_the_right_form(house: House) -> None:
    assert "/oncall next" in answer(house, "farid", "/oncall", "frobnicate the 🦆")
    assert "The form is" in answer(house, "farid", "/oncall", "ack many")
    assert "no request #99999" in answer(house, "bob", "/oncall", "ack 99999")
    assert "no rotation" in answer(house, "farid", "/oncall", "next in nowhere")


def test_only_a_lead_can_shuffle(house: House) -> None:
    def orders() -> list[tuple[int, list[str]]]:
        with house.store.reading() as session:
            return [(cycle.number, cycle.order) for cycle in session.scalars(select(StoredCycle))]

    before = orders()
    refusal = answer(house, "bob", "/oncall-list", "shuffle")
    assert "Only a lead" in refusal
    assert "Amina Diallo" in refusal
    assert orders() == before

    assert "Only a lead" not in answer(house, "amina", "/oncall-list", "shuffle")
    with house.store.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action.contains("shuffle"))).one()
        assert entry.actor == "amina"


def test_the_morning_names_the_new_engineer_in_operations_and_in_a_message(house: House) -> None:
    house.advance_to(datetime(2026, 11, 24, 16, 0, 30, tzinfo=UTC))
    engineer = house.policy.person(house.duty().engineer)
    assert engineer is not None
    post = house.slack.messages("devops-operations")[-1]
    assert engineer.name in str(post)
    message = house.slack.dms(engineer.id)[-1]
    assert "Answer #devops-sos first" in str(message)


def test_a_weekend_belongs_to_fridays_shift_and_consumes_nobodys_turn(house: House) -> None:
    friday = house.duty(datetime(2026, 11, 27, 20, 0, tzinfo=UTC)).engineer
    sunday = house.duty(datetime(2026, 11, 29, 20, 0, tzinfo=UTC)).engineer
    week = [house.duty(datetime(2026, 11, day, 20, 0, tzinfo=UTC)).engineer for day in (23, 24, 25, 26)]
    assert sunday == friday
    assert sorted(filter(None, week)) == ["bob", "chidi", "dana", "elif"]
