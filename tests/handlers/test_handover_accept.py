"""Who may accept a handover, once, and how it is found again."""

from collections.abc import Iterator

import pytest

from models.errors import UserError
from models.records import audit
from models.records import handover as records
from models.records.handover import HandoverState
from tests.handlers.handover_world import World, said


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    made = World.of(database_url).at("02 16:00")
    made.command("amina", "submit")
    yield made
    made.close()


def test_the_incoming_engineer_accepts_and_every_message_shows_it(world: World) -> None:
    answer = world.press("bob", "handover-accept", "1")
    [row] = world.handovers()
    assert (row.state, row.accepted_by, row.accepted_at) == (HandoverState.ACCEPTED, "bob", world.now)
    assert "You are on call from tomorrow 09:00 UTC." in said(answer)
    direct = world.edits_of(row.accept_id)[-1]
    assert "Accepted by Bob Mon 2 Nov 16:00 UTC." in direct.plain()
    assert [block for block in direct.blocks if block.kind == "buttons"] == []
    assert "Accepted by Bob" in world.edits_of(row.post_id)[-1].plain()
    assert world.the_log()[-1] == "handover #1 accepted by Bob"


def test_the_command_accepts_as_the_button_does(world: World) -> None:
    world.command("bob", "accept")
    assert world.handovers()[0].state is HandoverState.ACCEPTED


@pytest.mark.parametrize("instant", ["02 16:00", "03 09:10"])
def test_a_lead_accepts_on_behalf(world: World, instant: str) -> None:
    world.pass_to(instant)
    assert "on behalf of Bob" in said(world.press("dana", "handover-accept", "1"))
    assert world.handovers()[0].accepted_by == "dana"


@pytest.mark.parametrize("who", ["amina", "chen", "stranger"])
def test_somebody_else_is_refused_kindly(world: World, who: str) -> None:
    with pytest.raises(UserError, match="is for Bob; only they or a lead can accept it"):
        world.press(who, "handover-accept", "1")
    assert world.handovers()[0].state is HandoverState.SUBMITTED


def test_accepting_twice_says_when_it_was_accepted(world: World) -> None:
    world.command("bob", "accept")
    world.at("02 16:20")
    edits = len(world.effects())
    assert "was accepted by Bob Mon 2 Nov 16:00 UTC" in said(world.command("bob", "accept"))
    assert len(world.effects()) == edits


def test_of_two_who_accept_at_once_the_first_one_has(world: World) -> None:
    with world.context() as ctx:
        row = records.latest(ctx.session, "platform")[0]
        assert records.accept(ctx.session, row, "bob", world.now)
        assert not records.accept(ctx.session, row, "dana", world.now)
    assert world.handovers()[0].accepted_by == "bob"


def test_yesterdays_handover_is_not_accepted_any_more(world: World) -> None:
    world.pass_to("04 09:10")
    with pytest.raises(UserError, match="#1 is over: #2 came after it"):
        world.press("bob", "handover-accept", "1")


def test_a_draft_cannot_be_accepted(world: World) -> None:
    world.pass_to("03 10:00").command("bob", "note something")
    with pytest.raises(UserError, match="not been submitted yet"):
        world.press("chen", "handover-accept", "2")


@pytest.mark.parametrize("value", ["", "77", "1; drop table", "9" * 30])
def test_a_button_about_nothing_is_answered(world: World, value: str) -> None:
    with pytest.raises(UserError, match="no longer there"):
        world.press("bob", "handover-accept", value)


def test_whoever_is_on_duty_instead_may_accept_once_the_shift_runs(world: World) -> None:
    world.pass_to("03 09:10")
    world.override("chen", "03 09:10", "04 09:00")
    world.command("chen", "accept")
    assert world.handovers()[0].accepted_by == "chen"


def test_each_step_is_in_the_audit(world: World) -> None:
    world.command("bob", "accept")
    with world.store.reading() as session:
        lines = [(line.actor, line.action) for line in audit.of_subject(session, "handover:1")]
    assert lines == [("bob", "handover.accept"), ("amina", "handover.file")]


def test_the_reminders_button_opens_the_form(world: World) -> None:
    assert world.press("amina", "handover-open", "platform").form is not None
    with pytest.raises(UserError, match="no longer in the configuration"):
        world.press("amina", "handover-open", "gone")


# -- found again


@pytest.fixture
def week(sqlite_url: str) -> Iterator[World]:
    """Monday, Tuesday and Wednesday handed over; it is Thursday."""
    made = World.of(sqlite_url).at("02 16:00")
    made.command("amina", "note from monday")
    made.pass_to("05 12:00")
    yield made
    made.close()


def test_show_gives_the_last_one_filed(week: World) -> None:
    assert "Handover #3" in said(week.command("stranger", "show"))


@pytest.mark.parametrize("text", ["show mon", "show monday", "show 2026-11-02", "show 2 nov", "show 1", "show #1"])
def test_show_finds_a_handover_by_day_and_by_number(week: World, text: str) -> None:
    assert "from monday" in said(week.command("chen", text))


def test_show_of_a_weekend_gives_the_shift_that_covers_it(week: World) -> None:
    week.pass_to("09 12:00")
    assert "Shift Fri 6 Nov 09:00 UTC – Mon 9 Nov 09:00 UTC" in said(week.command("chen", "show sun"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("show 99", "no handover #99"),
        ("show 2026-10-01", "No handover has been filed of Thu 1 Oct"),
        ("show nonsense", "."),
        ("show 9999999999999", "The form is: /handover show"),
        ("show ²", "."),
    ],
)
def test_show_of_what_is_not_there_says_what_there_is(week: World, text: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        week.command("chen", text)


def test_the_list_names_each_handover_the_newest_first(week: World) -> None:
    lines = said(week.command("stranger", "list")).splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["• #3 Wed 4 Nov", "• #2 Tue 3 Nov", "• #1 Mon 2 Nov"]
    assert "Amina → Bob · 0 open · 0 resolved · automatic, not accepted" in lines[2]


@pytest.mark.parametrize("text", ["show", "list", "accept"])
def test_before_the_first_handover_that_is_said(sqlite_url: str, text: str) -> None:
    fresh = World.of(sqlite_url)
    with pytest.raises(UserError, match="No handover has been filed yet"):
        fresh.command("amina", text)
    fresh.close()
