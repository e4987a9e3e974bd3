"""People who come, go, come back and are moved about while a cycle runs. Source: DESIGN §5, removal; §7."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.policy import Shuffle
from models.rota.calendar import DAY
from models.rota.duty import who_is_on
from models.rota.exchange import covered
from models.rota.plan import plan
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import ShiftSource
from tests.models.rota.builders import (
    away,
    calendar,
    cycle_of,
    day,
    names,
    planned,
    rota,
    seeds,
    stored,
    utc,
    with_shift,
)
from tests.models.rota.test_turns import shuffled, swap, turns_of

TEAM = ("amina", "bo", "chen", "dia", "eli", "fay")
TUESDAY = utc("2026-11-03T12:00")


def by_hand() -> Rota:
    return planned(rota(*TEAM, on=calendar(shuffle=Shuffle.MANUAL)), days=40)


def listed(before: Rota, roster: Roster, now: datetime) -> Rota:
    """Give the rota as a store would hold it after a change of the list."""
    changed = replace(before, roster=roster)
    return stored(changed, plan(changed, since=now, until=before.shifts[-1].day, seeds=seeds))


def test_two_moves_on_one_day_both_hold() -> None:
    made = by_hand()
    for engineer, position in (("fay", 3), ("eli", 3)):
        made = listed(made, made.standing(TUESDAY).move(engineer, position, TUESDAY), TUESDAY)
    assert made.standing(TUESDAY).order(TUESDAY) == ("amina", "bo", "eli", "fay", "chen", "dia")
    assert turns_of(made.shifts, 1) == turns_of(made.shifts, 2) == "abefcd"


def test_a_move_and_back_on_one_day_changes_nothing() -> None:
    before = by_hand()
    once = listed(before, before.standing(TUESDAY).move("fay", 3, TUESDAY), TUESDAY)
    back = listed(once, once.standing(TUESDAY).move("fay", 6, TUESDAY), TUESDAY)
    assert back.shifts == before.shifts


def test_who_has_served_in_a_cycle_and_is_moved_up_does_not_serve_in_it_again() -> None:
    before = by_hand()
    made = listed(before, before.standing(TUESDAY).move("amina", 4, TUESDAY), TUESDAY)
    assert turns_of(made.shifts, 1) == "abcdef"
    assert turns_of(made.shifts, 2) == "bcdaef"


def test_a_shuffle_after_a_move_on_the_same_day_gives_everybody_one_turn_and_names_its_draw() -> None:
    before = planned(rota(*TEAM), days=40)
    once = listed(before, before.standing(TUESDAY).move("fay", 3, TUESDAY), TUESDAY)
    made = shuffled(once, TUESDAY, first=40)
    draw = cycle_of(made.cycles, 1).draw
    assert sorted(turns_of(made.shifts, 1)) == list("abcdef")
    assert draw is not None
    assert draw.base == ("fay", "chen", "dia", "eli")
    assert made.standing(TUESDAY).order(TUESDAY) == ("amina", "bo", *draw.order())


def test_a_move_after_a_shuffle_on_the_same_day_holds() -> None:
    made = shuffled(planned(rota(*TEAM), days=40), TUESDAY, first=40)
    last = made.standing(TUESDAY).order(TUESDAY)[-1]
    made = listed(made, made.standing(TUESDAY).move(last, 3, TUESDAY), TUESDAY)
    assert turns_of(made.shifts, 1)[2] == last[0]


@pytest.mark.parametrize("position", [1, 3, 7])
def test_a_newcomer_who_is_moved_before_their_first_cycle_comes_in_at_that_place(position: int) -> None:
    made = by_hand()
    made = listed(made, made.standing(TUESDAY).add("gil", TUESDAY), TUESDAY)
    made = listed(made, made.standing(TUESDAY).move("gil", position, TUESDAY), TUESDAY)
    assert "g" not in turns_of(made.shifts, 1)
    assert turns_of(made.shifts, 2).index("g") == position - 1


def test_who_is_added_again_on_the_same_day_keeps_their_turn() -> None:
    before = by_hand()
    gone = listed(before, before.standing(TUESDAY).remove("dia", TUESDAY), TUESDAY)
    back = listed(gone, gone.standing(TUESDAY).add("dia", TUESDAY), TUESDAY)
    assert turns_of(gone.shifts, 1) == "abcef"
    assert sorted(turns_of(back.shifts, 1)) == list("abcdef")


def test_who_served_left_and_came_back_within_a_cycle_has_one_turn_in_it() -> None:
    before, later = by_hand(), utc("2026-11-05T12:00")
    gone = listed(before, before.standing(TUESDAY).remove("amina", TUESDAY), TUESDAY)
    back = listed(gone, gone.standing(later).add("amina", later), later)
    assert turns_of(back.shifts, 1) == "abcdef"
    assert sorted(turns_of(back.shifts, 2)) == list("abcdef")


def test_who_comes_back_after_a_month_comes_with_the_next_cycle() -> None:
    before, later = by_hand(), utc("2026-12-01T12:00")
    made = listed(before, before.standing(TUESDAY).remove("dia", TUESDAY), TUESDAY)
    made = listed(made, made.standing(later).add("dia", later), later)
    running = made.cycle_at(later)
    assert "d" not in turns_of(made.shifts, running)
    assert who_is_on(made, utc("2026-11-03T11:00")).engineer == "bo"


def test_somebody_placed_at_the_top_of_a_running_cycle_serves_next() -> None:
    before = by_hand()
    made = listed(before, before.standing(TUESDAY).add("gil", TUESDAY, position=1), TUESDAY)
    assert names(made.shifts[:4]) == "abgc"
    assert sorted(turns_of(made.shifts, 1)) == list("abcdefg")
    assert sorted(turns_of(made.shifts, 2)) == list("abcdefg")


def test_somebody_placed_in_a_cycle_for_a_day_after_its_end_comes_with_a_later_one() -> None:
    before, since = by_hand(), utc("2026-11-20T09:00")
    made = listed(before, before.standing(TUESDAY).add("gil", TUESDAY, since=since, position=3), TUESDAY)
    first = next(shift for shift in made.shifts if shift.engineer == "gil")
    assert first.start >= since
    assert all(turns_of(made.shifts, number).count("g") <= 1 for number in range(1, 6))


@pytest.mark.parametrize("size", [2, 3, 4, 6])
@pytest.mark.parametrize("ahead", [0, 1, 2, 4])
def test_with_a_newcomer_the_gap_is_kept_across_the_next_shuffles(size: int, ahead: int) -> None:
    for first in range(0, 1000, 100):
        before = planned(rota(*TEAM[:size]), days=60)
        now = before.calendar.handover_at(day("2026-11-02")) + ahead * DAY + timedelta(hours=3)
        grown = replace(before, roster=before.standing(now).add("gil", now))
        made = stored(grown, plan(grown, since=now, until=day("2027-01-01"), seeds=first.__add__))
        turns = [shift.turn for shift in made.shifts]
        last = max(index for index, shift in enumerate(made.shifts) if shift.cycle == 1)
        gap = (size + 1) // 2
        joined = turns.index("gil")
        assert made.shifts[joined].cycle >= 2
        assert all(len(set(turns[i : i + gap])) == gap for i in range(last, len(turns) - gap))


def test_an_agreed_shift_of_somebody_who_leaves_goes_to_the_list_and_the_other_half_stays() -> None:
    before = swap(planned(rota(*TEAM), days=40), 2, 4)
    roster = before.standing(TUESDAY).remove("eli", TUESDAY)
    made = plan(replace(before, roster=roster), since=TUESDAY, until=day("2026-12-10"), seeds=seeds)
    assert [shift.day for shift in made.released] == [day("2026-11-04")]
    halves = {shift.day: (shift.engineer, shift.source) for shift in made.shifts}
    assert halves[day("2026-11-04")] == ("dia", ShiftSource.LIST)
    assert halves[day("2026-11-06")] == ("chen", ShiftSource.SWAP)


def test_who_leaves_while_serving_a_swapped_shift_is_replaced_at_once() -> None:
    before = swap(planned(rota(*TEAM), days=40), 1, 4)
    after = listed(before, before.standing(TUESDAY).remove("eli", TUESDAY), TUESDAY)
    assert who_is_on(after, TUESDAY - timedelta(seconds=1)).engineer == "eli"
    assert who_is_on(after, TUESDAY).engineer == after.shifts[2].engineer == "chen"


def test_a_shift_that_somebody_from_outside_covers_stays_theirs_when_others_leave() -> None:
    before = planned(rota(*TEAM), days=40)
    before = with_shift(before, covered(before.shifts[3], "dia", "zoe", TUESDAY))
    after = listed(before, before.standing(TUESDAY).remove("dia", TUESDAY), TUESDAY)
    assert (after.shifts[3].engineer, after.shifts[3].source) == ("zoe", ShiftSource.COVER)
    assert turns_of(tuple(shift for shift in after.shifts if shift.turn), 1) == "abcef"


def test_half_a_team_can_be_replaced_in_one_week() -> None:
    made = planned(rota(*TEAM), days=60)
    for number, (goes, comes) in enumerate((("amina", "gil"), ("dia", "hana"), ("fay", "ivo"))):
        now = TUESDAY + number * DAY
        made = listed(made, made.standing(now).remove(goes, now).add(comes, now), now)
    coming = [shift for shift in made.shifts if shift.start > TUESDAY + 2 * DAY]
    third = max(cycle.number for cycle in made.cycles) - 1
    assert not {"amina", "dia", "fay"} & {shift.engineer for shift in coming}
    assert sorted(turns_of(made.shifts, third)) == list("bceghi")


def test_an_absence_of_one_day_gives_a_weekly_shift_to_the_next_and_they_take_the_week_after() -> None:
    weekly = rota(*TEAM, on=calendar(kind="weekly"), absences=(away("bo", "2026-11-11"),))
    assert names(planned(weekly, days=60).shifts[:4]) == "acbd"
