"""The day is handed over: drafted, edited in a modal, submitted, accepted, and found again; or filed by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.records.handover import Handover, HandoverState
from tests.scenarios.house import House, running

NEXT_MORNING = datetime(2026, 11, 24, 16, 0, 30, tzinfo=UTC)


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with running(database_url) as house:
        yield house


def handovers(house: House) -> list[Handover]:
    with house.store.reading() as session:
        return list(session.scalars(select(Handover)))


def test_a_handover_is_drafted_edited_submitted_and_accepted(house: House) -> None:
    duty = house.duty()
    outgoing, incoming = duty.engineer or "", duty.next or ""
    ts = house.slack.post("devops-sos", "farid", "c4f9d2-prod is down, every citizen gets 503 since 10:50")
    house.until(lambda: house.pings(ts) or None)
    house.slack.react(outgoing, ts, "eyes")
    house.until(lambda: house.request(ts).owner)
    house.slack.command(outgoing, "devops-operations", "/oncall", "log drained node 14").wait()

    house.slack.command(outgoing, "devops-operations", "/handover").wait()
    view = house.until(lambda: house.slack.views(outgoing) or None)[-1]
    assert f"#{house.request(ts).id}" in str(view)
    assert "drained node 14" in str(view)
    house.slack.submit(view, {"watch": "if node 14 is not ready, call the vendor <!channel>"}).wait()

    row = house.until(lambda: next(iter(one for one in handovers(house) if one.is_filed), None))
    assert (row.state, row.outgoing, row.incoming) == (HandoverState.SUBMITTED, outgoing, incoming)
    house.settled()
    post = next(one for one in house.slack.messages("devops-operations") if "Handover of" in str(one))
    assert "call the vendor" in str(post)
    assert "<!channel>" not in str(post)

    sent = house.slack.dms(incoming)[-1]
    house.slack.press(incoming, sent, "handover-accept").wait()
    house.until(lambda: handovers(house)[0].state is HandoverState.ACCEPTED or None)
    house.settled()
    assert handovers(house)[0].accepted_by == incoming
    assert "Accepted by" in str(
        next(one for one in house.slack.messages("devops-operations") if "Handover of" in str(one))
    )
    shown = house.slack.command("farid", "devops-operations", "/handover", "show").wait().response
    assert "call the vendor" in str(shown)


def test_somebody_else_can_neither_submit_nor_accept(house: House) -> None:
    outgoing = house.duty().engineer or ""
    refused = house.slack.command("farid", "devops-operations", "/handover", "submit").wait().response
    assert "Only the engineer on duty" in str(refused)
    house.slack.command(outgoing, "devops-operations", "/handover", "submit").wait()
    refused = house.slack.command("farid", "devops-operations", "/handover", "accept").wait().response
    assert "only they or a lead can accept" in str(refused)


def test_a_faulty_form_is_answered_by_field(house: House) -> None:
    outgoing = house.duty().engineer or ""
    house.slack.command(outgoing, "devops-operations", "/handover").wait()
    view = house.until(lambda: house.slack.views(outgoing) or None)[-1]
    handle = house.slack.submit(view, {"summary": "It was busy", "quiet": "yes"}).wait()
    assert "do not go together" in str(handle.errors)
    assert [one.state for one in handovers(house)] == [HandoverState.DRAFT]


def test_a_day_without_a_handover_gets_an_automatic_one(house: House) -> None:
    duty = house.duty()
    house.advance_to(NEXT_MORNING)
    row = next(iter(one for one in handovers(house) if one.outgoing == duty.engineer))
    assert (row.state, row.incoming) == (HandoverState.AUTOMATIC, duty.next)
    assert any("because nobody submitted one" in str(one) for one in house.slack.messages("devops-operations"))
