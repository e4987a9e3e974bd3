"""Whoever leaves duty within a shift hands over to whoever takes over, beside the handover at the shift's end."""

import pytest
from sqlalchemy import select

from models.events import AccountChanged
from models.records.handover import Handover, HandoverState
from tests.handlers.build import Office, direct, office, posts, rotation


@pytest.fixture
def team(database_url: str) -> Office:
    return office(database_url, at="2026-11-02 09:30")


def handovers(team: Office) -> list[tuple[bool, str | None, str | None, str]]:
    with team.store.reading() as session:
        rows = session.scalars(select(Handover).order_by(Handover.shift_end, Handover.id)).all()
        return [(row.is_part, row.outgoing, row.incoming, row.state.value) for row in rows]


def test_an_override_within_the_day_is_handed_over_by_whoever_leaves(team: Office) -> None:
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "assign now @dan")
    team.pass_time()
    assert handovers(team) == [(True, "ana", "dan", "draft")]
    assert any("Dan Wu is on call in platform now, in place of you" in one for one in direct(team.owed(), "ana"))

    assert "the draft" not in team.command("ana", "handover", "note call the vendor at 15:00")
    assert "Handover #1 is submitted" in team.command("ana", "handover", "submit")
    owed = team.owed()
    assert any("during the day: Ana Ruiz → Dan Wu" in one for one in posts(owed))
    (sent,) = direct(owed, "dan")
    assert "you are on call since Mon 2 Nov 11:00 UTC" in sent
    assert "call the vendor" in sent
    assert "You accepted handover #1" in team.command("dan", "handover", "accept")

    team.pass_time("2026-11-02 12:00")
    team.pass_time("2026-11-03 09:00")
    assert handovers(team) == [(True, "ana", "dan", "accepted"), (False, "dan", "ben", HandoverState.AUTOMATIC)]


def test_what_was_noted_before_duty_passed_on_is_handed_over_with_the_part_and_at_the_end(team: Office) -> None:
    team.command("ana", "handover", "note call the vendor at 15:00")
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "assign now @dan")
    team.pass_time()
    team.pass_time("2026-11-02 11:30")
    assert any("call the vendor at 15:00" in one for one in direct(team.owed(), "dan"))
    team.pass_time("2026-11-03 09:00")
    assert any("call the vendor at 15:00" in one for one in direct(team.owed(), "ben"))


def test_the_draft_of_a_part_says_when_it_is_filed(team: Office) -> None:
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "assign now @dan")
    team.pass_time()
    assert "At Mon 2 Nov 11:30 UTC I file it as it is." in team.command("ana", "handover", "draft")


def test_a_part_that_nobody_submits_is_filed_after_half_an_hour(team: Office) -> None:
    team.at("2026-11-02 11:00").command("dan", "oncall", "take now")
    team.pass_time()
    team.pass_time("2026-11-02 11:29")
    assert handovers(team) == [(True, "ana", "dan", "draft")]
    team.pass_time("2026-11-02 11:30")
    assert handovers(team) == [(True, "ana", "dan", "automatic")]
    assert "during the day, automatic, not accepted" in team.command("lea", "handover", "list")


def test_duty_that_comes_back_at_once_is_handed_over_by_nobody(team: Office) -> None:
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "assign now @dan")
    team.pass_time()
    team.at("2026-11-02 11:02").command("lea", "oncall-list", "assign now @ana")
    team.pass_time()
    team.pass_time("2026-11-02 11:45")
    assert handovers(team) == []


def test_a_removal_of_whoever_is_on_duty_hands_over_too(team: Office) -> None:
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "remove @ana")
    team.pass_time()
    team.pass_time("2026-11-02 11:30")
    ((is_part, outgoing, incoming, state),) = handovers(team)
    assert (is_part, outgoing, state) == (True, "ana", "automatic")
    assert incoming not in {None, "ana"}


def test_nobody_taking_over_is_told_to_the_leads_with_the_handover(team: Office) -> None:
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "assign now nobody")
    team.pass_time()
    team.owed()
    team.pass_time("2026-11-02 11:30")
    assert handovers(team) == [(True, "ana", None, "automatic")]
    assert any("Nobody is on call in platform from Mon 2 Nov 11:00" in one for one in direct(team.owed(), "lea"))


def test_after_the_hours_the_handover_at_the_shifts_end_is_enough(team: Office) -> None:
    team.at("2026-11-02 18:00").command("lea", "oncall-list", "assign now @dan")
    team.pass_time()
    assert [one for one in handovers(team) if one[0]] == []


def test_yesterdays_part_is_superseded_by_the_shifts_own_handover(team: Office) -> None:
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "assign now @dan")
    team.pass_time()
    team.pass_time("2026-11-02 11:30")
    team.pass_time("2026-11-03 09:00")
    with team.store.reading() as session:
        part = session.scalars(select(Handover).where(Handover.is_part)).one()
    assert part.state is HandoverState.AUTOMATIC
    assert "Handover of platform: Dan Wu → Ben Cole" in team.command("lea", "handover", "show mon")
    assert f"Handover #{part.id}" in team.command("lea", "handover", f"show {part.id}")


def test_where_the_incoming_engineers_account_is_gone_the_leads_get_the_handover(team: Office) -> None:
    team.intake.receive(AccountChanged(key="acct:ben", platform="slack", at=team.now, user="U-ben", is_active=False))
    team.owed()
    team.command("ana", "handover", "note call the vendor at 15:00")
    team.command("ana", "handover", "submit")
    owed = team.owed()
    assert direct(owed, "ben") == []
    (told,) = direct(owed, "lea")
    assert "I cannot reach Ben Cole in any chat" in told
    assert "call the vendor" in told
    assert "on behalf of Ben Cole" in team.command("lea", "handover", "accept")


def test_each_rotation_hands_over_by_itself_also_from_the_same_person(database_url: str) -> None:
    both = (
        rotation(engineers=("ana", "ben")),
        rotation(name="data", engineers=("ana", "cleo"), channels=("devops-sos",)),
    )
    team = office(database_url, at="2026-11-02 09:30", rotations=both)
    team.at("2026-11-02 16:00").command("ana", "handover", "note for platform alone")
    team.command("ana", "handover", "submit")
    assert "for platform alone" not in team.command("ana", "handover", "draft in data")
    team.pass_time("2026-11-03 09:00")
    with team.store.reading() as session:
        rows = session.scalars(select(Handover).order_by(Handover.rotation)).all()
        found = [(row.rotation, row.outgoing, row.incoming, row.state.value, row.watch) for row in rows]
    assert found == [
        ("data", "ana", "cleo", "automatic", ""),
        ("platform", "ana", "ben", "submitted", "for platform alone"),
    ]


def test_the_command_accepts_what_waits_for_its_giver_and_not_what_they_handed_on_since(team: Office) -> None:
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "assign now @dan")
    team.pass_time()
    team.pass_time("2026-11-02 11:30")
    team.command("dan", "handover", "submit")
    assert "You accepted handover #1 from Ana Ruiz" in team.command("dan", "handover", "accept")
    assert "#2 is for Ben Cole" in team.command("dan", "handover", "accept")


def test_the_command_accepts_what_waits_in_any_rotation_that_is_not_said(sqlite_url: str) -> None:
    both = (rotation(engineers=("ana", "ben")), rotation(name="data", engineers=("cleo", "gil"), channels=()))
    team = office(sqlite_url, at="2026-11-02 16:00", rotations=both)
    team.command("ana", "handover", "submit")
    team.command("cleo", "handover", "submit in data")
    assert "You accepted handover #2 from Cleo Park" in team.command("gil", "handover", "accept")
    assert "You accepted handover #1 from Ana Ruiz" in team.command("ben", "handover", "accept in platform")


def test_of_several_rotations_every_message_says_the_command_that_is_about_its_own(sqlite_url: str) -> None:
    both = (rotation(engineers=("ana", "ben")), rotation(name="data", engineers=("cleo", "gil"), channels=()))
    team = office(sqlite_url, at="2026-11-02 16:00", rotations=both)
    assert "each with “in data” at its end" in team.command("cleo", "handover", "draft in data")
    team.pass_time("2026-11-02 16:30")
    assert ["Or type /handover in data." in one for one in direct(team.owed(), "cleo")] == [True]
    team.pass_time("2026-11-03 09:00")
    (greeting,) = (one for one in direct(team.owed(), "gil") if "You are on call in data" in one)
    assert "/handover in data shows what I would hand over" in greeting


def test_whoever_took_over_after_a_handover_was_submitted_is_reminded_and_theirs_is_filed(team: Office) -> None:
    team.command("ana", "handover", "note the registry is slow")
    team.command("ana", "handover", "submit")
    team.command("ben", "handover", "accept")
    team.at("2026-11-02 11:00").command("lea", "oncall-list", "assign now @dan")
    team.pass_time()
    team.pass_time("2026-11-02 11:30")
    team.command("dan", "oncall", "log restarted the registry")
    team.owed()
    team.pass_time("2026-11-02 16:30")
    assert any("Your shift in platform ends" in one for one in direct(team.owed(), "dan"))
    team.pass_time("2026-11-03 09:00")
    assert handovers(team) == [(True, "ana", "dan", "automatic"), (False, "dan", "ben", "accepted")]
    owed = team.owed()
    assert any("has changed since you accepted it" in one for one in direct(owed, "ben"))
    shown = team.command("ben", "handover", "show 1")
    assert "Dan Wu → Ben Cole" in shown
    assert "restarted the registry" in shown
    assert "the registry is slow" in shown
