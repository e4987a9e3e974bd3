"""What the clock does: the reminder, the automatic handover, asking after the acceptance."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import duty
from handlers.handover_jobs import reminder_at
from models.policy import Holidays, Hours, OnCall, Rotation
from models.records.handover import HandoverState
from models.rota.calendar import DAY, WorkCalendar
from models.rota.zone import zone
from tests.handlers.handover_world import World, utc


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    made = World.of(sqlite_url)
    yield made
    made.close()


def reminders(world: World, who: str) -> list[str]:
    return [one.plain() for one in world.directs(who) if "already drafted" in one.plain()]


def asked(world: World, who: str) -> list[str]:
    return [one.plain() for one in world.directs(who) if "waits for you" in one.plain()]


def told(world: World) -> list[str]:
    return [one.plain() for one in world.directs("dana")]


# -- the reminder


def test_the_engineer_is_reminded_thirty_minutes_before_the_hours_end(world: World) -> None:
    world.pass_to("02 16:29")
    assert reminders(world, "amina") == []
    world.pass_to("02 16:30")
    assert len(reminders(world, "amina")) == 1
    assert "ends Tue 3 Nov 09:00 UTC, and Bob is next" in reminders(world, "amina")[0]


def test_whoever_has_submitted_is_not_reminded(world: World) -> None:
    world.at("02 15:00").command("amina", "submit")
    world.pass_to("02 18:00")
    assert reminders(world, "amina") == []


def test_a_reminder_comes_once(world: World) -> None:
    world.pass_to("02 16:30").pass_to("02 16:31").pass_to("02 16:59")
    assert len(reminders(world, "amina")) == 1


def test_a_reminder_missed_until_after_the_hours_is_not_sent_at_night(world: World) -> None:
    world.at("02 22:00").due()
    assert reminders(world, "amina") == []
    assert world.due() == []


def test_the_one_put_on_duty_is_reminded_and_nobody_else(world: World) -> None:
    world.override("chen", "02 12:00", "03 09:00")
    world.pass_to("02 17:00")
    assert (len(reminders(world, "chen")), len(reminders(world, "amina"))) == (1, 0)


def calendar(handover: time = time(9), **changed: object) -> WorkCalendar:
    return WorkCalendar(Rotation.model_validate({"name": "platform", "handover_at": handover, **changed}), zone("UTC"))


@pytest.mark.parametrize(
    ("start", "end", "handover", "wanted"),
    [
        ("02 09:00", "03 09:00", time(9), "02 16:30"),
        ("06 09:00", "09 09:00", time(9), "06 16:30"),
        ("05 12:00", "06 12:00", time(12), "06 11:30"),
        ("05 18:00", "06 18:00", time(18), "06 16:30"),
        ("05 09:20", "06 09:20", time(9, 20), "06 09:00"),
    ],
)
def test_the_reminder_is_on_the_last_working_day_of_the_shift(
    start: str, end: str, handover: time, wanted: str
) -> None:
    assert reminder_at(calendar(handover), utc(start), utc(end)) == utc(wanted)


def test_a_shift_without_hours_has_no_reminder() -> None:
    assert reminder_at(calendar(), utc("07 09:00"), utc("08 09:00")) is None


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    hours=st.integers(1, 200),
)
def test_a_reminder_lies_within_its_shift_and_within_the_hours(start: datetime, hours: int) -> None:
    days = calendar(holidays=Holidays(country="CA", subdivision="BC"), hours=Hours(start=time(8), end=time(16)))
    end = start + hours * DAY / 24
    at = reminder_at(days, start, end)
    if at is None:
        assert not days.working_time_between(start, end)
    else:
        assert start <= at < end
        assert days.is_within_hours(at)


# -- the end of the shift


def test_a_shift_without_a_handover_gets_an_automatic_one_at_its_end(world: World) -> None:
    world.request("checkout is down")
    world.pass_to("03 08:59")
    assert world.handovers() == []
    world.pass_to("03 09:00")
    [row] = world.handovers()
    assert (row.state, row.outgoing, row.incoming) == (HandoverState.AUTOMATIC, "amina", "bob")
    assert (row.submitted_at, row.submitted_by) == (utc("03 09:00"), None)
    [post], [direct] = world.posts(), world.directs("bob")
    assert "Filed by me, because nobody submitted one" in post.plain()
    assert "checkout is down" in direct.plain()
    assert [block.buttons[0].action for block in direct.blocks if block.kind == "buttons"] == ["handover-accept"]


def test_what_was_noted_stands_in_the_automatic_one(world: World) -> None:
    world.at("02 15:00").command("amina", "note if it fails, roll back")
    world.pass_to("03 09:00")
    assert "if it fails, roll back" in world.posts()[0].plain()


def test_a_submitted_one_is_left_alone_at_the_end(world: World) -> None:
    world.at("02 16:00").command("amina", "submit")
    world.pass_to("03 09:05")
    assert [row.state for row in world.handovers()] == [HandoverState.SUBMITTED]
    assert len(world.posts()) == 1


def test_a_weekend_has_one_handover_to_the_next_working_day(sqlite_url: str) -> None:
    world = World.of(sqlite_url, "06 09:00").pass_to("09 09:00")
    assert [(row.shift_start, row.shift_end) for row in world.handovers()] == [(utc("06 09:00"), utc("09 09:00"))]
    world.close()


def test_every_shift_that_ended_while_the_bot_was_away_is_filed_and_only_the_last_is_sent(world: World) -> None:
    world.at("05 10:00").due()
    assert [row.shift_start for row in world.handovers()] == [utc("02 09:00"), utc("03 09:00"), utc("04 09:00")]
    assert {row.state for row in world.handovers()} == {HandoverState.AUTOMATIC}
    assert len(world.posts()) == 1
    assert "Shift Wed 4 Nov" in world.posts()[0].plain()
    assert [row.due_at for row in world.handovers()] == [None, None, utc("05 10:30")]
    assert world.due() == []


def test_a_swap_after_the_submission_sends_it_to_whoever_takes_over(world: World) -> None:
    world.at("02 16:00").command("amina", "submit")
    world.command("bob", "accept")
    [row] = world.handovers()
    world.override("chen", "03 09:00", "04 09:00")
    world.pass_to("03 09:00")
    [after] = world.handovers()
    assert (after.incoming, after.state, after.accepted_by) == ("chen", HandoverState.SUBMITTED, None)
    assert "nothing for you to accept" in world.edits_of(row.accept_id)[-1].plain()
    assert "Amina hands over to you" in world.directs("chen")[0].plain()
    world.command("chen", "accept")
    assert world.handovers()[0].accepted_by == "chen"


def test_several_rotations_are_each_filed(sqlite_url: str) -> None:
    rotations = (
        Rotation(name="platform", engineers=("amina", "bob")),
        Rotation(name="data", engineers=("chen", "dana")),
    )
    world = World.of(sqlite_url, oncall=OnCall(rotations=rotations)).pass_to("03 09:00")
    assert {(row.rotation, row.outgoing) for row in world.handovers()} == {("platform", "amina"), ("data", "chen")}
    world.close()


def test_nothing_is_filed_of_a_rotation_that_left_the_configuration(world: World) -> None:
    world.at("03 09:00").with_policy(oncall=OnCall())
    assert world.due() == []
    assert world.handovers() == []


# -- the acceptance


def test_an_unaccepted_handover_is_asked_after_once_and_then_the_leads_are_told(world: World) -> None:
    world.pass_to("03 09:29")
    assert asked(world, "bob") == []
    world.pass_to("03 09:30")
    assert len(asked(world, "bob")) == 1
    assert told(world) == []
    world.pass_to("03 10:00")
    assert "Bob has not accepted handover #1 of platform" in told(world)[0]
    world.pass_to("03 16:00")
    assert (len(asked(world, "bob")), len(told(world))) == (1, 1)


def test_an_accepted_handover_is_not_asked_after(world: World) -> None:
    world.at("02 16:00").command("amina", "submit")
    world.command("bob", "accept")
    world.pass_to("03 12:00")
    assert asked(world, "bob") == []
    assert told(world) == []


def test_accepting_after_the_reminder_spares_the_leads(world: World) -> None:
    world.pass_to("03 09:40").command("bob", "accept")
    world.pass_to("03 12:00")
    assert told(world) == []


def test_a_handover_before_the_hours_is_asked_after_when_they_have_begun(sqlite_url: str) -> None:
    early = Rotation(name="platform", engineers=("amina", "bob", "chen"), handover_at=time(7))
    world = World.of(sqlite_url, "02 07:00", oncall=OnCall(leads=("dana",), rotations=(early,)))
    world.pass_to("03 09:29")
    assert (len(world.handovers()), asked(world, "bob")) == (1, [])
    world.pass_to("03 09:30")
    assert len(asked(world, "bob")) == 1
    world.close()


def test_what_came_due_while_the_bot_was_away_is_not_asked_at_night(world: World) -> None:
    world.pass_to("03 09:10").at("03 20:00").due()
    assert asked(world, "bob") == []
    [row] = world.handovers()
    assert row.due_at == utc("04 09:30")


def test_a_handover_whose_next_shift_is_over_is_asked_after_no_more(world: World) -> None:
    world.pass_to("03 09:10").at("04 09:40").due()
    assert asked(world, "bob") == []
    assert world.handovers()[0].due_at is None


def test_an_engineer_who_cannot_be_reached_is_reported_at_once(world: World) -> None:
    world.pass_to("03 09:10")
    world.with_policy(people=tuple(one for one in world.standing.policy.people if one.id != "bob"))
    world.pass_to("03 09:30")
    assert "has not accepted" in told(world)[-1]
    assert world.handovers()[0].due_at is None


def test_three_weeks_give_every_shift_exactly_one_handover(world: World) -> None:
    world.pass_to("23 12:00")
    starts = [row.shift_start for row in world.handovers()]
    assert starts == sorted(set(starts))
    assert len(starts) == 15
    with world.context() as ctx:
        for row in world.handovers():
            assert duty.on_call(ctx, ctx.policy.oncall.rotations[0], row.shift_end).engineer == row.incoming
    assert len(world.posts()) == 15
