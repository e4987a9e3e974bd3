from collections import Counter
from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise

import pytest

from models.policy import Holidays, Shuffle, Weekday
from models.rota.calendar import DAY
from models.rota.exchange import Swap, covered, swapped
from models.rota.plan import moved, notice_ends, plan, reshuffle
from models.rota.rota import Rota
from models.rota.shift import Shift, ShiftSource
from tests.models.rota.builders import (
    MONDAY,
    away,
    calendar,
    canada,
    cycle_of,
    day,
    names,
    override,
    planned,
    replanned,
    rota,
    seeds,
    stored,
    utc,
    with_shift,
)

TEAM = ("amina", "bo", "chen", "dia", "eli", "fay")


def of_cycle(shifts: tuple[Shift, ...], number: int) -> str:
    return names(shift for shift in shifts if shift.cycle == number)


def swap_days(before: Rota, one: str, other: str) -> Rota:
    mine, his = (next(shift for shift in before.shifts if shift.day == day(text)) for text in (one, other))
    wish = Swap(mine.id or 0, his.id or 0, mine.engineer or "", his.engineer or "")
    for changed in swapped(wish, mine, his, utc("2026-11-01T00:00")):
        before = with_shift(before, changed)
    return before


def test_a_weekend_consumes_nobodys_turn() -> None:
    shifts = planned(rota(*TEAM)).shifts
    assert [(shift.day.isoformat(), shift.engineer) for shift in shifts[3:6]] == [
        ("2026-11-05", "dia"),
        ("2026-11-06", "eli"),
        ("2026-11-09", "fay"),
    ]


def test_a_holiday_consumes_nobodys_turn() -> None:
    shifts = planned(rota(*TEAM, on=canada()), since=day("2026-11-09")).shifts
    assert [(shift.day.isoformat(), shift.engineer) for shift in shifts[1:3]] == [
        ("2026-11-10", "bo"),
        ("2026-11-12", "chen"),
    ]


def test_a_shift_runs_until_the_handover_of_the_next_working_day() -> None:
    friday = planned(rota(*TEAM)).shifts[4]
    assert (friday.start, friday.end) == (utc("2026-11-06T09:00"), utc("2026-11-09T09:00"))


@pytest.mark.parametrize("size", [2, 4, 7, 14, 21])
def test_with_weekends_off_everybody_still_serves_on_every_weekday(size: int) -> None:
    shifts = planned(rota(*(f"p{number}" for number in range(size))), days=7 * 52 * 3).shifts
    weekdays = {(shift.engineer, shift.day.weekday()) for shift in shifts}
    counts = Counter(shift.engineer for shift in shifts).values()
    assert len(weekdays) == 5 * size or size == 2
    assert max(counts) - min(counts) <= 1


def test_each_gets_one_turn_per_cycle() -> None:
    shifts = planned(rota(*TEAM), days=140).shifts
    full = [sorted(of_cycle(shifts, number)) for number in range(1, shifts[-1].cycle)]
    assert len(full) > 10
    assert all(cycle == list("abcdef") for cycle in full)


def test_at_the_end_of_the_list_it_is_shuffled() -> None:
    made = planned(rota(*TEAM))
    assert of_cycle(made.shifts, 1) == "abcdef"
    assert of_cycle(made.shifts, 2) != "abcdef"


def test_a_shuffle_keeps_half_the_list_between_two_turns_of_one_person() -> None:
    shifts = planned(rota(*TEAM), days=365).shifts
    assert all(len({shift.engineer for shift in shifts[i : i + 4]}) == 4 for i in range(len(shifts) - 4))


def test_a_chosen_gap_is_kept() -> None:
    shifts = planned(rota(*TEAM, on=calendar(min_gap=5)), days=365).shifts
    assert names(shifts[:12]) == "abcdefabcdef"


def test_the_order_of_a_cycle_is_recomputed_from_its_seed() -> None:
    cycle = cycle_of(planned(rota(*TEAM)).cycles, 2)
    assert cycle.seed == 2
    assert cycle.is_as_drawn()
    assert not replace(cycle, order=cycle.order[::-1]).is_as_drawn()


def test_one_absence_moves_only_the_days_around_it_and_taken_back_moves_none() -> None:
    before = planned(rota(*TEAM), days=100)
    absent = replanned(replace(before, absences=(away("bo", "2026-11-03", "2026-11-04"),)), day("2026-11-03"))
    moved_days = [
        old.day for old, new in zip(before.shifts, absent.shifts, strict=True) if old.engineer != new.engineer
    ]
    assert max(moved_days) < day("2026-11-23")
    assert names(replanned(replace(absent, absences=()), day("2026-11-03")).shifts) == names(before.shifts)


def test_a_manual_shuffle_keeps_the_old_order() -> None:
    made = planned(rota(*TEAM, on=calendar(shuffle=Shuffle.MANUAL)))
    assert of_cycle(made.shifts, 2) == of_cycle(made.shifts, 3) == "abcdef"
    assert cycle_of(made.cycles, 2).seed is None


def test_a_leads_shuffle_by_hand_holds_for_the_cycles_after_it() -> None:
    before = planned(rota(*TEAM, on=calendar(shuffle=Shuffle.MANUAL)))
    since = before.calendar.handover_at(day("2026-11-05"))
    after = stored(before, reshuffle(before, since=since, until=day("2026-11-30"), seeds=seeds))
    assert of_cycle(after.shifts, 1)[:3] == "abc"
    assert sorted(of_cycle(after.shifts, 1)) == list("abcdef")
    assert of_cycle(after.shifts, 2) == of_cycle(after.shifts, 3) != "abcdef"


def test_a_leads_shuffle_gives_everybody_in_the_running_cycle_their_turn() -> None:
    before = planned(rota(*TEAM))
    since = before.calendar.handover_at(day("2026-11-04"))
    made = reshuffle(before, since=since, until=day("2026-11-30"), seeds=lambda number: number + 100)
    after = stored(before, made)
    assert after.shifts[:2] == before.shifts[:2]
    assert sorted(of_cycle(after.shifts, 1)) == list("abcdef")
    assert names(after.shifts) != names(before.shifts)
    assert all(cycle.is_as_drawn() for cycle in made.cycles)


def test_a_leads_shuffle_begins_after_the_notice() -> None:
    assert notice_ends(rota(*TEAM), utc("2026-11-02T12:00")) == utc("2026-11-09T09:00")
    assert notice_ends(rota(*TEAM), utc("2026-11-07T12:00")) == utc("2026-11-13T09:00")


def test_no_notice_is_now() -> None:
    today = rota(*TEAM, on=calendar(notice_days=0))
    assert notice_ends(today, utc("2026-11-02T12:00")) == utc("2026-11-02T12:00")


def test_planning_goes_on_after_the_stored_shifts() -> None:
    half = planned(rota(*TEAM), days=9)
    whole = planned(rota(*TEAM), days=60)
    assert names(replanned(half, day("2026-11-12"), until=MONDAY + 60 * DAY).shifts) == names(whole.shifts)


@pytest.mark.parametrize("ahead", range(0, 26, 3))
def test_planning_again_without_a_change_moves_nobody(ahead: int) -> None:
    before = planned(rota(*TEAM), days=40)
    again = replanned(before, before.calendar.shift_day_from(MONDAY + ahead * DAY))
    assert again.shifts == before.shifts
    assert again.cycles == before.cycles


def test_the_past_is_never_recomputed() -> None:
    before = planned(rota(*TEAM))
    changed = replace(before, roster=before.roster.remove("amina", utc("2026-11-10T08:00")))
    after = replanned(changed, day("2026-11-10"))
    assert after.shifts[:6] == before.shifts[:6]
    assert "amina" not in {shift.engineer for shift in after.shifts[6:]}


def test_an_absent_engineers_turn_goes_to_the_next_and_they_take_the_next_free_one() -> None:
    shifts = planned(rota(*TEAM, absences=(away("bo", "2026-11-03"),))).shifts
    assert names(shifts[:6]) == "acbdef"
    assert [shift.source for shift in shifts[:3]] == [ShiftSource.LIST, ShiftSource.ABSENCE, ShiftSource.LIST]
    assert "bo" in shifts[1].reason


def test_only_the_first_who_steps_in_is_said_to() -> None:
    shifts = planned(rota(*TEAM, absences=(away("bo", "2026-11-03", "2026-11-30"),))).shifts
    assert [shift.source for shift in shifts[:5]].count(ShiftSource.ABSENCE) == 1


def test_who_is_away_for_the_whole_cycle_is_passed_over() -> None:
    made = planned(rota(*TEAM, absences=(away("bo", "2026-11-01", "2026-11-30"),)))
    assert "b" not in of_cycle(made.shifts, 1)
    assert cycle_of(made.cycles, 1).passed_over == ("bo",)


def test_who_misses_only_the_end_of_a_cycle_keeps_the_turn() -> None:
    made = planned(rota(*TEAM, absences=(away("fay", "2026-11-09"),)))
    late = made.shifts[6]
    assert made.shifts[5].engineer != "fay"
    assert (late.engineer, late.cycle) == ("fay", 1)
    assert cycle_of(made.cycles, 1).passed_over == ()
    assert cycle_of(made.cycles, 2).late == ("fay",)


def test_a_late_turn_survives_planning_in_pieces() -> None:
    absent = rota(*TEAM, absences=(away("fay", "2026-11-09", "2026-11-11"),))
    whole = planned(absent, days=40)
    for ahead in (7, 8, 9, 10, 11):
        piece = planned(absent, days=ahead)
        since = piece.calendar.next_shift_day(piece.shifts[-1].day)
        assert names(replanned(piece, since, until=MONDAY + 40 * DAY).shifts) == names(whole.shifts)


def test_a_day_away_matters_only_where_it_has_hours() -> None:
    shifts = planned(rota(*TEAM, absences=(away("eli", "2026-11-07", "2026-11-08"),))).shifts
    assert shifts[4].engineer == "eli"


def test_a_handover_after_hours_looks_at_the_day_on_which_the_hours_are() -> None:
    evening = calendar(handover_at=time(17))
    shifts = planned(rota(*TEAM, on=evening, absences=(away("amina", "2026-11-03"),))).shifts
    assert names(shifts[:3]) == "bac"


def test_with_everybody_away_the_day_is_explicitly_nobodys() -> None:
    absent = tuple(away(person, "2026-11-03") for person in TEAM)
    made = planned(rota(*TEAM, absences=absent))
    assert names(made.shifts[:7]) == "a-bcdef"
    assert (made.shifts[1].source, made.shifts[1].turn) == (ShiftSource.ABSENCE, None)


def test_an_empty_list_is_planned_as_nobody_until_somebody_comes() -> None:
    empty = planned(rota())
    assert names(empty.shifts[:3]) == "---"
    joined = replace(empty, roster=empty.roster.add("amina", utc("2026-11-04T08:00")))
    assert names(replanned(joined, day("2026-11-04")).shifts[:4]) == "--aa"


@pytest.mark.parametrize("size", [1, 2, 400])
def test_a_list_of_any_length_is_planned(size: int) -> None:
    people = [f"p{number}" for number in range(size)]
    shifts = planned(rota(*people), days=1200).shifts
    assert {shift.engineer for shift in shifts} == set(people)


def test_a_swapped_shift_is_not_moved() -> None:
    before = swap_days(planned(rota(*TEAM)), "2026-11-05", "2026-11-09")
    since = before.calendar.handover_at(day("2026-11-03"))
    after = stored(before, reshuffle(before, since=since, until=day("2026-11-30"), seeds=lambda number: 9 * number))
    kept = {shift.day.isoformat(): shift.engineer for shift in after.shifts if shift.source is ShiftSource.SWAP}
    assert kept == {"2026-11-05": "fay", "2026-11-09": "dia"}
    assert sorted(shift.turn or "" for shift in after.shifts if shift.cycle == 1) == sorted(TEAM)


def test_a_covered_shift_uses_the_turn_of_who_was_covered() -> None:
    before = planned(rota(*TEAM))
    before = with_shift(before, covered(before.shifts[3], "dia", "amina", utc("2026-11-01T00:00")))
    after = replanned(before, day("2026-11-03"))
    assert names(after.shifts) == names(before.shifts)
    assert after.shifts[3].turn == "dia"


def test_an_overridden_shift_is_not_moved() -> None:
    before = planned(rota(*TEAM, overrides=(override("zoe", "2026-11-05T09:00", "2026-11-06T09:00"),)))
    since = before.calendar.handover_at(day("2026-11-03"))
    for first in range(10):
        made = reshuffle(before, since=since, until=day("2026-11-30"), seeds=first.__add__)
        assert [shift.engineer for shift in made.shifts if shift.day == day("2026-11-05")] == ["dia"]


def test_who_leaves_gives_back_agreed_shifts() -> None:
    before = swap_days(planned(rota(*TEAM)), "2026-11-05", "2026-11-09")
    left = replace(before, roster=before.roster.remove("fay", utc("2026-11-03T08:00")))
    made = plan(left, since=utc("2026-11-03T09:00"), until=day("2026-11-30"), seeds=seeds)
    assert [shift.day.isoformat() for shift in made.released] == ["2026-11-05"]
    assert "fay" not in {shift.engineer for shift in made.shifts}


def test_a_newcomer_comes_with_the_next_cycle() -> None:
    before = planned(rota(*TEAM))
    grown = replace(before, roster=before.standing(utc("2026-11-03T08:00")).add("gil", utc("2026-11-03T08:00")))
    after = replanned(grown, day("2026-11-03"))
    assert of_cycle(after.shifts, 1) == "abcdef"
    assert sorted(of_cycle(after.shifts, 2)) == list("abcdefg")


def test_a_newcomer_with_a_position_serves_in_the_running_cycle() -> None:
    before, now = planned(rota(*TEAM)), utc("2026-11-03T08:00")
    grown = replace(before, roster=before.standing(now).add("gil", now, position=4))
    assert of_cycle(replanned(grown, day("2026-11-03")).shifts, 1) == "abcgdef"


def test_a_dated_newcomer_serves_in_no_cycle_that_began_before() -> None:
    before, now = planned(rota(*TEAM), days=60), utc("2026-11-03T08:00")
    grown = replace(before, roster=before.roster.add("gil", now, since=utc("2026-11-12T09:00")))
    after = replanned(grown, day("2026-11-03"))
    assert "g" not in of_cycle(after.shifts, 1) + of_cycle(after.shifts, 2)
    assert "g" in of_cycle(after.shifts, 3)


def test_a_dated_leaver_serves_no_shift_that_ends_after() -> None:
    before, now = planned(rota(*TEAM), days=60), utc("2026-11-03T08:00")
    shrunk = replace(before, roster=before.roster.remove("eli", now, until=utc("2026-11-06T09:00")))
    after = replanned(shrunk, day("2026-11-03"))
    assert names(after.shifts[:5]) == "abcdf"
    assert after.shifts[4].source is ShiftSource.LIST


def test_a_move_changes_who_still_waits() -> None:
    before, now = planned(rota(*TEAM)), utc("2026-11-03T08:00")
    changed = replace(before, roster=before.standing(now).move("fay", 3, now))
    assert of_cycle(replanned(changed, day("2026-11-03")).shifts, 1) == "abfcde"


def test_the_list_stands_in_the_order_of_the_running_cycle() -> None:
    before = planned(rota(*TEAM), days=40)
    second = next(shift for shift in before.shifts if shift.cycle == 2)
    assert before.standing(second.start).order(second.start) == cycle_of(before.cycles, 2).order
    assert before.standing(second.start).cycle == 2


def test_a_move_in_a_later_cycle_acts_on_that_cycle() -> None:
    before = planned(rota(*TEAM), days=40)
    second = next(shift for shift in before.shifts if shift.cycle == 2)
    standing = before.standing(second.start)
    last = standing.order(second.start)[-1]
    changed = replace(before, roster=standing.move(last, 2, second.start))
    after = replanned(changed, before.calendar.next_shift_day(second.day))
    assert of_cycle(after.shifts, 2)[1] == last[0]


def test_a_weekly_shift_lasts_until_the_next_handover_weekday() -> None:
    weekly = rota(*TEAM, on=calendar(kind="weekly", handover_weekday=Weekday.WED))
    shifts = planned(weekly, since=day("2026-11-04")).shifts
    assert names(shifts[:3]) == "abc"
    assert (shifts[0].start, shifts[0].end) == (utc("2026-11-04T09:00"), utc("2026-11-11T09:00"))


def test_the_first_shift_planned_is_the_one_that_runs() -> None:
    saturday = plan(rota(*TEAM), since=utc("2026-11-07T12:00"), until=day("2026-11-20"), seeds=seeds)
    assert (saturday.shifts[0].day, saturday.shifts[0].engineer) == (day("2026-11-06"), "amina")


def test_a_holiday_that_comes_later_makes_the_running_shift_longer() -> None:
    before = planned(rota(*TEAM))
    off = calendar(holidays=Holidays(extra_off=(day("2026-11-04"),)))
    made = plan(replace(before, calendar=off), since=utc("2026-11-03T12:00"), until=day("2026-11-20"), seeds=seeds)
    assert made.joint == replace(before.shifts[1], end=utc("2026-11-05T09:00"))
    assert (made.shifts[0].day, made.shifts[0].engineer) == (day("2026-11-05"), "chen")


def test_another_handover_time_leaves_no_gap() -> None:
    before = planned(rota(*TEAM))
    later = replace(before, calendar=calendar(handover_at=time(11)))
    made = plan(later, since=utc("2026-11-03T12:00"), until=day("2026-11-20"), seeds=seeds)
    after = stored(later, made).shifts
    assert all(earlier.end == following.start for earlier, following in pairwise(after))
    assert after[2].start == utc("2026-11-04T11:00")


def test_after_a_long_silence_planning_begins_with_the_shift_that_runs() -> None:
    before = planned(rota(*TEAM), days=3)
    made = plan(before, since=utc("2026-12-02T12:00"), until=day("2026-12-20"), seeds=seeds)
    assert (made.shifts[0].day, made.joint) == (day("2026-12-02"), None)
    assert made.shifts[0].engineer == "eli"


def test_people_whose_dates_moved_are_named_with_them() -> None:
    before = planned(rota(*TEAM)).shifts
    after = planned(rota(*TEAM, absences=(away("bo", "2026-11-03"),))).shifts
    changes = moved(before[:6], after[:6])
    assert changes == {
        "bo": ((day("2026-11-03"),), (day("2026-11-04"),)),
        "chen": ((day("2026-11-04"),), (day("2026-11-03"),)),
    }


def test_shifts_follow_one_another_without_gap_or_overlap() -> None:
    shifts = planned(rota(*TEAM, on=canada()), days=3650).shifts
    assert len(shifts) > 2400
    assert all(earlier.end == later.start for earlier, later in pairwise(shifts))
    assert all(shift.end - shift.start >= timedelta(hours=23) for shift in shifts)


def test_a_late_turn_that_was_taken_when_the_next_cycle_opened_is_not_taken_again() -> None:
    by_hand, now = calendar(shuffle=Shuffle.MANUAL), utc("2026-11-03T08:00")
    made = planned(rota("bo", "chen", "amina", on=by_hand, absences=(away("chen", "2026-11-03", "2026-11-30"),)))
    grown = replace(
        made,
        roster=made.standing(now).add("hana", now, since=utc("2026-12-01T09:00"), position=3),
        overrides=(override("zoe", "2026-11-04T10:00", "2026-11-05T10:00"),),
    )
    first = replanned(grown, day("2026-11-03"))
    second = replanned(first, day("2026-11-06"))
    turns = Counter((shift.cycle, shift.turn) for shift in second.shifts if shift.turn)
    assert first.shifts[1].turn == "amina"
    assert set(turns.values()) == {1}


def test_a_planned_order_is_drawn_anew_where_an_absence_would_break_the_gap() -> None:
    before = planned(rota("amina", "bo", "chen", "dia"), days=60)
    second = cycle_of(before.cycles, 2).order
    last = next(shift for shift in before.shifts if shift.cycle == 2)
    crowded = replace(before, absences=(away(second[0], "2026-11-02", "2026-11-04"),))
    assert last.day == day("2026-11-06")
    after = replanned(crowded, MONDAY)
    turns = [shift.turn for shift in after.shifts[:12]]
    assert cycle_of(after.cycles, 2).order != second
    assert all(len(set(turns[i : i + 3])) == 3 for i in range(10))


def test_an_agreed_shift_whose_turn_was_taken_already_uses_none() -> None:
    before = planned(rota("amina", "bo", "chen"), days=14)
    extra = replace(before.shifts[2], turn="amina", engineer="chen", source=ShiftSource.COVER)
    after = replanned(with_shift(before, extra), day("2026-11-03"))
    kept = after.shifts[2]
    assert (kept.engineer, kept.turn) == ("chen", None)
    assert sorted(of_cycle(tuple(s for s in after.shifts if s.turn), 1)) == list("abc")
