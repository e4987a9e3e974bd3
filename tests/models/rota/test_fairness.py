from dataclasses import replace
from datetime import time, timedelta
from itertools import islice

import pytest

from models.policy import Holidays, Weekday
from models.rota.calendar import WorkCalendar
from models.rota.duty import duties
from models.rota.exchange import covered
from models.rota.fairness import Tally, days_served, tally
from models.rota.rota import Rota
from tests.models.rota.builders import (
    away,
    calendar,
    canada,
    day,
    hours,
    override,
    planned,
    rota,
    utc,
    with_shift,
    working,
)

TEAM = ("amina", "bo", "chen", "dia", "eli")
MONDAY, NEXT_MONDAY = utc("2026-11-02T00:00"), utc("2026-11-09T00:00")


def team(*, on: WorkCalendar | None = None, people: tuple[str, ...] = TEAM) -> Rota:
    return planned(rota(*people, on=on))


def whose(on: Rota, text: str) -> str | None:
    begin = on.calendar.midnight(day(text))
    (one,) = days_served(on, begin, begin + timedelta(days=1))
    return one.engineer


def test_each_working_day_counts_once_for_whom_the_resolver_names() -> None:
    assert tally(team(), MONDAY, NEXT_MONDAY) == {
        "amina": Tally(days=1, mondays=1),
        "bo": Tally(days=1),
        "chen": Tally(days=1),
        "dia": Tally(days=1),
        "eli": Tally(days=1, fridays=1),
    }


def test_a_weekly_shift_counts_as_its_working_days() -> None:
    weekly = team(on=calendar(kind="weekly"))
    assert tally(weekly, MONDAY, NEXT_MONDAY) == {"amina": Tally(days=5, mondays=1, fridays=1)}


def test_a_weekend_counts_for_nobody_though_somebody_is_named() -> None:
    assert tally(team(), utc("2026-11-07T00:00"), NEXT_MONDAY) == {}


def test_a_day_counts_by_when_its_hours_begin() -> None:
    assert tally(team(), utc("2026-11-02T09:00"), utc("2026-11-03T09:00")) == {"amina": Tally(days=1, mondays=1)}
    assert tally(team(), utc("2026-11-02T09:01"), utc("2026-11-03T09:01")) == {"bo": Tally(days=1)}


def test_days_that_are_planned_count_like_days_that_are_past() -> None:
    assert sum(one.days for one in tally(team(), MONDAY, utc("2026-11-28T00:00")).values()) == 20


@pytest.mark.parametrize(("until", "engineer"), [("12:59", "amina"), ("13:00", "bo"), ("17:00", "bo")])
def test_a_divided_day_is_whose_the_greater_part_of_its_hours_is(until: str, engineer: str) -> None:
    # 09:00-17:00 on Monday is Amina's; of two equal halves the first counts
    put = replace(team(), overrides=(override("bo", "2026-11-02T09:00", f"2026-11-02T{until}"),))
    assert whose(put, "2026-11-02") == engineer


def test_parts_of_a_day_that_do_not_touch_count_together() -> None:
    put = (
        override("bo", "2026-11-02T09:00", "2026-11-02T11:30"),
        override("bo", "2026-11-02T15:00", "2026-11-02T17:00"),
    )
    assert whose(replace(team(), overrides=put), "2026-11-02") == "bo"


def test_an_override_outside_the_hours_changes_no_figure() -> None:
    put = replace(team(), overrides=(override("bo", "2026-11-02T17:00", "2026-11-03T09:00"),))
    assert whose(put, "2026-11-02") == "amina"


def test_a_day_that_was_explicitly_nobodys_counts_for_nobody() -> None:
    put = replace(team(), overrides=(override(None, "2026-11-02T09:00", "2026-11-02T17:00"),))
    assert tally(put, MONDAY, utc("2026-11-03T00:00")) == {}


def test_a_cover_counts_for_whoever_served() -> None:
    before = team()
    taken = with_shift(before, covered(before.shifts[0], "amina", "chen", utc("2026-11-01T00:00")))
    assert whose(taken, "2026-11-02") == "chen"


def test_an_absence_counts_for_whoever_stood_in() -> None:
    assert whose(replace(team(), absences=(away("amina", "2026-11-02"),)), "2026-11-02") == "bo"


def test_the_handover_within_the_hours_divides_the_day() -> None:
    late = team(on=calendar(hours=hours(start=time.fromisoformat("06:00"), end=time.fromisoformat("14:00"))))
    assert whose(late, "2026-11-03") == "bo"  # 06:00-09:00 is still Monday's, 09:00-14:00 Tuesday's


def test_the_day_before_a_holiday_is_an_eve() -> None:
    # Remembrance Day 2026 is a Wednesday
    days = [MONDAY.date() + timedelta(days=ahead) for ahead in range(12)]
    assert [one.day for one in days if canada().is_eve(one)] == [10]


def test_the_friday_before_a_holiday_on_monday_is_an_eve_and_another_is_not() -> None:
    victoria = canada()
    assert victoria.is_eve(day("2026-05-15"))  # Victoria Day is Monday 18 May
    assert not victoria.is_eve(day("2026-05-22"))


def test_the_day_before_our_own_day_off_is_an_eve_unless_that_day_is_worked_after_all() -> None:
    off = Holidays(extra_off=(day("2026-11-04"),))
    assert calendar(holidays=off).is_eve(day("2026-11-03"))
    worked = Holidays(extra_off=(day("2026-11-04"),), extra_working=(day("2026-11-04"),))
    assert not calendar(holidays=worked).is_eve(day("2026-11-03"))


def test_a_week_of_other_days_has_its_own_usual_break() -> None:
    odd = calendar(working_days=working("mon", "wed", "sat"))
    assert not any(odd.is_eve(MONDAY.date() + timedelta(days=ahead)) for ahead in range(14))


def test_eves_are_counted() -> None:
    served = planned(rota(*TEAM, on=canada()))
    found = tally(served, utc("2026-11-10T00:00"), utc("2026-11-14T00:00"))
    assert sum(one.eves for one in found.values()) == 1
    assert sum(one.days for one in found.values()) == 3


def test_a_day_that_was_never_planned_is_nobodys_fault() -> None:
    before = list(days_served(team(), utc("2026-10-26T00:00"), utc("2026-11-03T00:00")))
    assert [one.day.isoformat() for one in before] == ["2026-11-02"]


def test_an_empty_list_has_no_figures() -> None:
    assert tally(planned(rota()), MONDAY, NEXT_MONDAY) == {}
    assert tally(rota(), MONDAY, NEXT_MONDAY) == {}


def test_a_span_that_ends_before_it_begins_has_no_figures() -> None:
    assert tally(team(), NEXT_MONDAY, MONDAY) == {}


def test_the_figures_agree_with_the_resolver_minute_by_minute() -> None:
    put = replace(
        planned(rota(*TEAM, on=canada())),
        overrides=(
            override("bo", "2026-11-03T18:00", "2026-11-04T21:17"),
            override(None, "2026-11-05T17:00", "2026-11-06T01:00"),
        ),
        absences=(away("chen", "2026-11-10", "2026-11-12"),),
    )
    for one in islice(days_served(put, MONDAY, utc("2026-11-20T00:00")), 14):
        begin, _ = put.calendar.hours_of(one.day)
        named = [
            next(duties(put, at, at + timedelta(1))).engineer
            for at in (begin + timedelta(minutes=m) for m in range(480))
        ]
        assert named.count(one.engineer) == max(map(named.count, named))
        assert Weekday.of(one.day) not in {Weekday.SAT, Weekday.SUN}
