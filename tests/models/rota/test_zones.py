"""Shifts follow one another in every zone, whatever its clock does. Source: DESIGN §3, times; §5, handover."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from models.policy import Weekday
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import who_is_on
from models.rota.plan import plan
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.zone import zone, zone_names
from tests.models.rota.brute import running_shift
from tests.models.rota.builders import calendar, canada, day, planned, seeds, utc

EVERY_DAY = frozenset(Weekday)
THREE = Roster.of("amina", "bo", "chen")
TEN_YEARS = 3653 * DAY

# Where rules changed, or the clock does something rare, from the year on.
RARE = {
    "America/Vancouver": 2020,  # stays on UTC-7 since March 2026
    "Europe/Berlin": 2020,
    "Australia/Lord_Howe": 2020,  # half an hour
    "Antarctica/Troll": 2020,  # two hours
    "Pacific/Apia": 2007,  # left out 30 December 2011, and gave up summer time in 2021
    "Pacific/Kwajalein": 1990,  # left out 21 August 1993
    "America/St_Johns": 2005,  # changed at one minute past midnight until 2011
    "America/Caracas": 2007,  # half an hour, and back in 2016
    "Asia/Pyongyang": 2012,  # half an hour, and back in 2018
    "Africa/Casablanca": 2018,  # summer time but for Ramadan
    "Asia/Gaza": 2015,  # at midnight, on a new date each year
    "Europe/Volgograd": 2014,  # three changes of rule
    "America/Sao_Paulo": 2012,  # at midnight, until 2019
    "America/Nuuk": 2018,  # crossed midnight on a Saturday
}


def every_day(zone_name: str, at: time) -> WorkCalendar:
    return calendar(zone_name, handover_at=at, working_days=EVERY_DAY)


def civil_of(ours: WorkCalendar, instant: datetime) -> datetime:
    return instant.astimezone(ours.zone).replace(tzinfo=None)


@pytest.mark.parametrize("at", [time(0), time(2, 30)])
@pytest.mark.parametrize("zone_name", RARE)
def test_shifts_are_half_open_without_gap_or_overlap_over_ten_years(zone_name: str, at: time) -> None:
    ours, first = every_day(zone_name, at), date(RARE[zone_name], 1, 1)
    shifts = plan(Rota(ours, THREE), since=ours.handover_at(first), until=first + TEN_YEARS, seeds=seeds).shifts
    assert all(earlier.end == later.start for earlier, later in pairwise(shifts))
    assert all(shift.start < shift.end for shift in shifts)
    assert len(shifts) in {3654, 3653}  # but for a day that was left out
    assert shifts[-1].day == first + TEN_YEARS


def changes_in_2026(name: str) -> list[date]:
    """Give the days of 2026 whose noon has another offset than the noon before, by reading all of them."""
    noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + ahead * DAY for ahead in range(365)]
    offsets = [noon.astimezone(zone(name)).utcoffset() for noon in noons]
    return [later.date() for later, (one, other) in zip(noons[1:], pairwise(offsets), strict=True) if one != other]


def test_in_every_zone_a_handover_is_at_its_civil_time_or_at_the_first_instant_after() -> None:
    found = 0
    for name in sorted(zone_names()):
        for changed in changes_in_2026(name):
            for at in (time(0), time(0, 30), time(1, 59), time(2), time(2, 30), time(3), time(9)):
                ours = every_day(name, at)
                for today in (changed - DAY, changed, changed + DAY):
                    begin, wanted = ours.handover_at(today), datetime.combine(today, at)
                    assert civil_of(ours, begin) >= wanted
                    assert civil_of(ours, begin - timedelta(microseconds=1)) < wanted
                    found += 1
    assert found > 3000


@pytest.mark.parametrize(
    ("zone_name", "on", "at", "expected"),
    [
        ("Europe/Berlin", "2026-03-29", time(2, 30), "2026-03-29T01:00"),
        ("Australia/Lord_Howe", "2026-10-04", time(2, 10), "2026-10-03T15:30"),
        ("Antarctica/Troll", "2026-03-29", time(1, 30), "2026-03-29T01:00"),
        ("America/Vancouver", "2026-03-08", time(2, 30), "2026-03-08T10:00"),
        ("America/Sao_Paulo", "2018-11-04", time(0), "2018-11-04T03:00"),
        ("Pacific/Apia", "2011-12-30", time(9), "2011-12-30T10:00"),
    ],
)
def test_a_handover_that_does_not_exist_is_at_the_first_instant_after(
    zone_name: str, on: str, at: time, expected: str
) -> None:
    assert every_day(zone_name, at).handover_at(day(on)) == utc(expected)


@pytest.mark.parametrize(
    ("zone_name", "on", "at", "expected"),
    [
        ("Europe/Berlin", "2026-10-25", time(2, 30), "2026-10-25T00:30"),
        ("Australia/Lord_Howe", "2026-04-05", time(1, 45), "2026-04-04T14:45"),
        ("Antarctica/Troll", "2026-10-25", time(1, 30), "2026-10-24T23:30"),
        ("America/Vancouver", "2025-11-02", time(1, 30), "2025-11-02T08:30"),
        ("America/Havana", "2026-11-01", time(0, 30), "2026-11-01T04:30"),
    ],
)
def test_a_handover_that_is_twice_is_at_the_first(zone_name: str, on: str, at: time, expected: str) -> None:
    assert every_day(zone_name, at).handover_at(day(on)) == utc(expected)


@pytest.mark.parametrize("at", [time(0), time(9)])
def test_a_day_that_a_zone_left_out_takes_nobodys_turn(at: time) -> None:
    ours = every_day("Pacific/Apia", at)
    made = planned(Rota(ours, THREE), since=day("2011-12-27"), days=9)
    turns = [(shift.day.day, shift.engineer) for shift in made.shifts[2:6]]
    begin = utc("2011-12-30T10:00")
    if at == time(0):
        assert [number for number, _ in turns] == [29, 31, 1, 2]
        assert who_is_on(made, begin).shift == running_shift(made, begin)
    assert all(earlier.end == later.start for earlier, later in pairwise(made.shifts))
    assert len({shift.start for shift in made.shifts}) == len(made.shifts)


def test_vancouver_hands_over_at_nine_through_2026_and_on_utc_minus_seven_ever_after() -> None:
    shifts = planned(Rota(canada(), THREE), since=day("2020-01-02"), days=3650).shifts
    assert {civil_of(canada(), shift.start).time() for shift in shifts} == {time(9)}
    hours = {shift.start.hour for shift in shifts if shift.day > day("2026-03-08")}
    assert hours == {16}
    assert {shift.start.hour for shift in shifts if shift.day < day("2026-03-08")} == {16, 17}


def test_the_weekend_on_which_vancouver_no_longer_changes_its_clock_is_as_long_as_any() -> None:
    shifts = planned(Rota(canada(), THREE), since=day("2026-10-30"), days=10).shifts
    assert shifts[0].end - shifts[0].start == timedelta(hours=72)
    before = planned(Rota(canada(), THREE), since=day("2025-10-31"), days=10).shifts
    assert before[0].end - before[0].start == timedelta(hours=73)


@pytest.mark.parametrize(
    ("zone_name", "changes"),
    [
        ("America/Vancouver", ("2025-11-02", "2026-03-08")),
        ("Europe/Berlin", ("2026-03-29", "2026-10-25")),
        ("Australia/Lord_Howe", ("2026-04-05", "2026-10-04")),
    ],
)
@pytest.mark.parametrize("at", [time(2), time(2, 30)])
def test_the_resolver_names_one_person_every_thirty_seconds_across_both_clock_changes(
    zone_name: str, changes: tuple[str, str], at: time
) -> None:
    ours = every_day(zone_name, at)
    for changed in map(day, changes):
        made = planned(Rota(ours, THREE), since=changed - 3 * DAY, days=6)
        moment, named = ours.midnight(changed - DAY), list[str | None]()
        while moment < ours.midnight(changed + 2 * DAY):
            duty = who_is_on(made, moment)
            assert duty.shift == running_shift(made, moment)
            assert duty.start <= moment < duty.end
            named.append(duty.engineer)
            moment += timedelta(seconds=30)
        handovers = [index for index, (one, other) in enumerate(pairwise(named)) if one != other]
        assert None not in named
        assert len(handovers) == 3
