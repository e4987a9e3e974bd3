from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from models.errors import ConfigError
from models.policy import Holidays, Weekday
from models.rota.calendar import DAY, DayKind
from tests.models.rota.builders import calendar, canada, day, hours, utc, working


def test_a_weekend_a_holiday_and_a_working_day_are_told_apart() -> None:
    bc = canada()
    assert bc.kind(day("2026-11-10")) is DayKind.WORKING
    assert bc.kind(day("2026-11-11")) is DayKind.HOLIDAY
    assert bc.kind(day("2026-11-14")) is DayKind.WEEKEND


def test_a_day_off_says_why() -> None:
    bc = canada()
    assert bc.why_off(day("2026-12-25")) == "Christmas Day"
    assert bc.why_off(day("2026-12-26")) == "weekend"
    assert bc.why_off(day("2026-12-24")) is None


def test_a_subdivision_has_its_own_holidays() -> None:
    family_day = day("2026-02-16")
    assert not canada().is_working(family_day)
    assert calendar(holidays=Holidays(country="CA", subdivision="QC")).is_working(family_day)


def test_the_organisation_adds_days_off_and_on() -> None:
    ours = calendar(
        holidays=Holidays(
            country="CA",
            subdivision="BC",
            extra_off=(day("2026-12-24"),),
            extra_working=(day("2026-12-25"), day("2026-12-26")),
        )
    )
    assert ours.why_off(day("2026-12-24")) == "day off"
    assert ours.is_working(day("2026-12-25"))
    assert ours.is_working(day("2026-12-26"))


def test_a_holiday_on_a_weekend_is_a_weekend() -> None:
    assert canada().kind(day("2028-07-01")) is DayKind.WEEKEND


def test_working_days_may_begin_on_a_sunday() -> None:
    gulf = calendar(working_days=working("sun", "mon", "tue", "wed", "thu"))
    assert gulf.next_working(day("2026-11-05")) == day("2026-11-08")


def test_working_days_are_counted_back_over_weekends_and_holidays() -> None:
    bc = canada()
    assert bc.before_working_days(day("2026-11-13"), 0) == day("2026-11-13")
    assert bc.before_working_days(day("2026-11-13"), 5) == day("2026-11-05")
    for ahead in range(40):
        last = bc.working_from(day("2026-11-02") + ahead * DAY)
        assert bc.after_working_days(bc.before_working_days(last, 5), 5) == last


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(ConfigError, match="XX"):
        calendar(holidays=Holidays(country="XX")).is_working(day("2026-11-02"))


def test_a_week_without_working_days_is_an_error_and_not_an_endless_search() -> None:
    with pytest.raises(ConfigError, match="no working day"):
        calendar(working_days=frozenset()).next_working(day("2026-11-02"))


def test_a_handover_that_does_not_exist_is_at_the_first_instant_after() -> None:
    # Berlin goes from 02:00 to 03:00 on 29 March 2026, which is 01:00 UTC.
    berlin = calendar("Europe/Berlin", handover_at=time(2, 30))
    assert berlin.handover_at(day("2026-03-29")) == utc("2026-03-29T01:00")


def test_an_ambiguous_handover_is_at_the_first() -> None:
    # Berlin has 02:30 twice on 25 October 2026: at 00:30 and 01:30 UTC.
    berlin = calendar("Europe/Berlin", handover_at=time(2, 30))
    assert berlin.handover_at(day("2026-10-25")) == utc("2026-10-25T00:30")


def test_half_an_hour_of_clock_change_is_handled() -> None:
    # Lord Howe goes from 02:00 to 02:30 on 4 October 2026, which is 15:30 UTC the day before.
    island = calendar("Australia/Lord_Howe", handover_at=time(2, 10))
    assert island.handover_at(day("2026-10-04")) == utc("2026-10-03T15:30")


def test_a_day_that_a_zone_left_out_begins_with_the_next() -> None:
    samoa = calendar("Pacific/Apia")
    assert samoa.handover_at(day("2011-12-30")) == utc("2011-12-30T10:00")


def test_the_handover_keeps_its_civil_time_through_a_clock_change() -> None:
    berlin = calendar("Europe/Berlin")
    assert berlin.handover_at(day("2026-03-27")) == utc("2026-03-27T08:00")
    assert berlin.handover_at(day("2026-03-30")) == utc("2026-03-30T07:00")


def test_vancouver_hands_over_at_sixteen_utc_all_winter() -> None:
    assert canada().handover_at(day("2026-12-01")) == utc("2026-12-01T16:00")
    assert canada().handover_at(day("2025-12-01")) == utc("2025-12-01T17:00")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-02T08:59:59", False),
        ("2026-11-02T09:00", True),
        ("2026-11-02T16:59:59", True),
        ("2026-11-02T17:00", False),
        ("2026-11-07T12:00", False),
    ],
)
def test_hours_are_half_open_and_only_on_working_days(at: str, expected: bool) -> None:
    assert calendar().is_within_hours(utc(at)) is expected


def test_hours_next_begin_strictly_after() -> None:
    assert calendar().next_hours_begin(utc("2026-11-06T08:00")) == utc("2026-11-06T09:00")
    assert calendar().next_hours_begin(utc("2026-11-06T09:00")) == utc("2026-11-09T09:00")


def test_working_time_leaves_out_nights_weekends_and_holidays() -> None:
    bc = canada()
    start, end = utc("2026-11-10T23:00"), utc("2026-11-12T17:00")
    assert bc.working_time_between(start, end) == timedelta(hours=2)
    assert bc.working_time_between(end, start) == timedelta()


def test_four_working_hours_from_a_friday_afternoon_end_on_monday() -> None:
    assert calendar().add_working_time(utc("2026-11-06T15:00"), timedelta(hours=4)) == utc("2026-11-09T11:00")


def test_working_time_that_ends_with_the_hours_ends_on_that_day() -> None:
    assert calendar().add_working_time(utc("2026-11-06T13:00"), timedelta(hours=4)) == utc("2026-11-06T17:00")


@pytest.mark.parametrize("begin", ["2026-11-06T03:00", "2026-11-06T10:17", "2026-11-07T12:00", "2026-11-10T23:30"])
@pytest.mark.parametrize("span", [1, 59, 60, 480, 481, 2400])
def test_added_working_time_is_the_working_time_between(begin: str, span: int) -> None:
    bc, start, wanted = canada(hours=hours(time(8, 30), time(16, 30))), utc(begin), timedelta(minutes=span)
    assert bc.working_time_between(start, bc.add_working_time(start, wanted)) == wanted


def test_no_working_time_has_passed_at_once() -> None:
    assert calendar().add_working_time(utc("2026-11-07T12:00"), timedelta()) == utc("2026-11-07T12:00")


def test_a_weekly_shift_begins_on_its_weekday() -> None:
    weekly = calendar(kind="weekly", handover_weekday=Weekday.WED)
    assert weekly.next_shift_day(day("2026-11-02")) == day("2026-11-04")
    assert weekly.next_shift_day(day("2026-11-04")) == day("2026-11-11")


def test_a_weekly_shift_on_a_holiday_begins_on_the_next_working_day() -> None:
    weekly = canada(kind="weekly", handover_weekday=Weekday.WED)
    assert weekly.next_shift_day(day("2026-11-04")) == day("2026-11-12")
    assert weekly.next_shift_day(day("2026-11-12")) == day("2026-11-18")


def test_a_week_off_has_no_weekly_shift_of_its_own() -> None:
    off = tuple(day("2026-12-21") + ahead * DAY for ahead in range(12))
    weekly = calendar(kind="weekly", holidays=Holidays(extra_off=off))
    assert weekly.next_shift_day(day("2026-12-14")) == day("2027-01-04")


def test_the_shift_that_runs_began_at_the_last_handover() -> None:
    assert calendar().shift_day_at(utc("2026-11-09T08:59:59")) == day("2026-11-06")
    assert calendar().shift_day_at(utc("2026-11-09T09:00")) == day("2026-11-09")


@pytest.mark.parametrize("zone_name", ["America/Vancouver", "Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize("at", [time(0), time(2, 15), time(2, 30), time(9), time(23, 59)])
def test_handovers_come_strictly_one_after_another_for_ten_years(zone_name: str, at: time) -> None:
    ours = calendar(zone_name, handover_at=at)
    found: list[datetime] = [ours.handover_at(date(2020, 1, 1) + ahead * DAY) for ahead in range(3653)]
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert all(timedelta(hours=22) <= gap <= timedelta(hours=26) for gap in gaps)
