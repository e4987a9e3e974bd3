"""Weekly rotations with a chosen handover weekday, and a person in several rotations. Source: DESIGN §5."""

from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise

import pytest

from models.policy import Holidays, Weekday
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import rows, who_is_on
from models.rota.plan import plan
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Absence, Override, ShiftSource
from models.rota.zone import zone
from tests.models.rota.builders import (
    LONG_AGO,
    calendar,
    canada,
    day,
    names,
    planned,
    replanned,
    rota,
    rotation,
    seeds,
    stored,
    utc,
)

TEAM = ("amina", "bo", "chen", "dia", "eli", "fay")


def days_of(made: Rota) -> list[str]:
    return [shift.day.isoformat() for shift in made.shifts]


def named(name: str, *people: str, **changed: object) -> Rota:
    """Give a planned rotation with a name of its own."""
    ours = WorkCalendar(rotation(**changed).model_copy(update={"name": name}), zone("UTC"))
    return planned(Rota(ours, Roster.of(*people)), days=60)


@pytest.mark.parametrize("weekday", list(Weekday)[:5])
def test_a_week_is_handed_over_on_the_chosen_weekday(weekday: Weekday) -> None:
    made = planned(rota(*TEAM, on=calendar(kind="weekly", handover_weekday=weekday)), since=day("2026-11-09"), days=70)
    assert {Weekday.of(shift.day) for shift in made.shifts[1:]} == {weekday}
    assert all(later.day - earlier.day == 7 * DAY for earlier, later in pairwise(made.shifts[1:]))


def test_a_holiday_on_the_handover_weekday_moves_that_handover_alone() -> None:
    made = planned(rota(*TEAM, on=canada(kind="weekly", handover_weekday=Weekday.WED)), since=day("2026-11-04"))
    assert days_of(made)[:4] == ["2026-11-04", "2026-11-12", "2026-11-18", "2026-11-25"]
    assert names(made.shifts[:4]) == "abcd"


def test_a_whole_week_off_takes_nobodys_turn() -> None:
    off = Holidays(extra_off=tuple(day("2026-12-21") + ahead * DAY for ahead in range(12)))
    made = planned(rota(*TEAM, on=calendar(kind="weekly", holidays=off)), since=day("2026-12-07"), days=40)
    assert days_of(made) == ["2026-12-07", "2026-12-14", "2027-01-04", "2027-01-11"]
    assert names(made.shifts) == "abcd"
    assert made.shifts[1].end == made.shifts[2].start


def test_extra_working_days_make_no_more_handovers() -> None:
    extra = Holidays(extra_working=(day("2026-11-14"), day("2026-11-15")))
    made = planned(rota(*TEAM, on=calendar(kind="weekly", holidays=extra)))
    assert days_of(made)[:4] == ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]


def test_a_handover_weekday_that_is_never_worked_is_on_the_next_day_that_is() -> None:
    made = planned(rota(*TEAM, on=calendar(kind="weekly", handover_weekday=Weekday.SUN)), since=day("2026-11-02"))
    assert days_of(made)[:3] == ["2026-11-02", "2026-11-09", "2026-11-16"]


def test_an_extra_working_day_added_after_planning_gets_a_shift_of_its_own() -> None:
    before = planned(rota(*TEAM))
    extra = calendar(holidays=Holidays(extra_working=(day("2026-11-07"),)))
    after = replanned(replace(before, calendar=extra), day("2026-11-03"))
    assert days_of(after)[3:7] == ["2026-11-05", "2026-11-06", "2026-11-07", "2026-11-09"]
    assert names(after.shifts[:6]) == "abcdef"
    assert all(earlier.end == later.start for earlier, later in pairwise(after.shifts))


def test_an_extra_working_day_in_the_running_weekend_ends_fridays_shift_at_its_handover() -> None:
    before, now = planned(rota(*TEAM)), utc("2026-11-06T15:00")
    extra = replace(before, calendar=calendar(holidays=Holidays(extra_working=(day("2026-11-07"),))))
    after = stored(extra, plan(extra, since=now, until=before.shifts[-1].day, seeds=seeds))
    assert who_is_on(after, utc("2026-11-07T08:59")).engineer == "eli"
    assert who_is_on(after, utc("2026-11-07T09:00")).engineer == "fay"


def test_every_working_day_of_a_week_shows_why_no_shift_begins() -> None:
    made = planned(rota(*TEAM, on=calendar(kind="weekly")))
    found = rows(made, day("2026-11-02"), 7)
    assert [row.engineer for row in found] == ["amina", *[None] * 6]
    assert [row.source for row in found[4:]] == [ShiftSource.LIST, ShiftSource.WEEKEND, ShiftSource.WEEKEND]


def test_a_person_in_two_rotations_serves_both_and_an_absence_counts_in_each() -> None:
    away = Absence("bo", day("2026-11-03"), day("2026-11-03"), LONG_AGO)
    for made in (named("platform", "amina", "bo", "chen"), named("database", "dia", "bo", "eli")):
        assert who_is_on(made, utc("2026-11-03T12:00")).engineer == "bo"
        assert who_is_on(replace(made, absences=(away,)), utc("2026-11-03T12:00")).engineer in {"chen", "eli"}


def test_what_was_said_of_one_rotation_changes_nothing_in_another() -> None:
    made = named("database", "dia", "bo", "eli")
    elsewhere = Absence("bo", day("2026-11-03"), day("2026-11-03"), LONG_AGO, rotation="platform")
    over = Override("platform", utc("2026-11-03T09:00"), utc("2026-11-04T09:00"), "zoe", LONG_AGO, "lea")
    asked = replace(made, absences=(elsewhere,), overrides=(over,))
    assert who_is_on(asked, utc("2026-11-03T12:00")) == who_is_on(made, utc("2026-11-03T12:00"))
    assert names(replanned(asked, day("2026-11-03")).shifts) == names(made.shifts)


def test_two_rotations_hand_over_at_their_own_times() -> None:
    early, late = (named(name, "amina", "bo", handover_at=at) for name, at in (("a", time(7)), ("b", time(15))))
    at = utc("2026-11-03T08:00")
    assert (who_is_on(early, at).engineer, who_is_on(late, at).engineer) == ("bo", "amina")
    assert who_is_on(late, at + timedelta(hours=7)).engineer == "bo"
