"""One turn each per cycle, never too close to the last one: across shuffles, absences, late turns and agreed shifts."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest

from models.policy import Shuffle
from models.rota.calendar import DAY
from models.rota.exchange import Swap, covered, swapped
from models.rota.plan import plan, reshuffle
from models.rota.rota import Rota
from models.rota.shift import Shift, ShiftSource
from tests.models.rota.builders import (
    MONDAY,
    away,
    calendar,
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


def turns_of(shifts: tuple[Shift, ...], number: int) -> str:
    return "".join((shift.turn or "-")[0] for shift in shifts if shift.cycle == number)


def are_apart(shifts: tuple[Shift, ...], gap: int) -> bool:
    turns = [shift.turn for shift in shifts]
    return all(len(set(turns[i : i + gap + 1])) == gap + 1 for i in range(len(turns) - gap))


def shuffled(before: Rota, now: datetime, first: int) -> Rota:
    """Give the rota as a store would hold it after a lead's shuffle: the running cycle's order is the list's."""
    until = before.shifts[-1].day
    made = reshuffle(before, since=now, until=until, seeds=first.__add__)
    after = stored(before, made)
    drawn = {cycle.number: cycle.order for cycle in made.cycles}
    standing = after.standing(now)
    return replace(after, roster=standing.reordered(drawn.get(standing.cycle, ()), standing.cycle))


def swap(before: Rota, one: int, other: int) -> Rota:
    mine, his = before.shifts[one], before.shifts[other]
    wish = Swap(mine.id or 0, his.id or 0, mine.engineer or "", his.engineer or "")
    for changed in swapped(wish, mine, his, utc("2026-11-01T00:00")):
        before = with_shift(before, changed)
    return before


@pytest.mark.parametrize("size", [2, 3, 4, 6, 9])
@pytest.mark.parametrize("gap", [None, 1, 3, 8])
def test_a_leads_shuffle_keeps_the_gap_too(size: int, gap: int | None) -> None:
    least = min(size // 2 if gap is None else gap, size - 1)
    for first in range(0, 2000, 100):
        made, chance = planned(rota(*"abcdefghi"[:size], on=calendar(min_gap=gap)), days=60), Random(first)
        for hours in (chance.randrange(1, 400), chance.randrange(400, 800)):
            made = shuffled(made, utc("2026-11-02T09:00") + timedelta(hours=hours), first + hours)
        assert are_apart(made.shifts, least)
        assert all(cycle.is_as_drawn() for cycle in made.cycles)


@pytest.mark.parametrize("last", ["2026-11-09", "2026-11-10"])
def test_who_takes_a_missed_turn_does_not_take_the_next_one_at_once(last: str) -> None:
    absent = rota(*TEAM, absences=(away("fay", "2026-11-09", last),))
    for first in range(0, 10_000, 100):
        start = absent.calendar.handover_at(MONDAY)
        shifts = plan(absent, since=start, until=day("2026-12-20"), seeds=first.__add__).shifts
        mine = [index for index, shift in enumerate(shifts) if shift.engineer == "fay"]
        assert turns_of(shifts, 1).endswith("f")
        assert mine[1] - mine[0] > 3


def test_who_took_a_missed_turn_takes_the_next_one_even_so_where_nobody_else_can() -> None:
    absences = (away("fay", "2026-11-09"), *(away(one, "2026-11-11", "2026-11-13") for one in TEAM[:5]))
    shifts = planned(rota(*TEAM, absences=absences)).shifts
    by_day = {shift.day.isoformat(): (shift.engineer, shift.cycle) for shift in shifts}
    assert by_day["2026-11-10"] == ("fay", 1)
    assert by_day["2026-11-11"] == ("fay", 2)


def test_a_missed_turn_is_owed_for_one_cycle_and_then_passed_over() -> None:
    made = planned(rota(*TEAM, absences=(away("fay", "2026-11-09", "2026-11-30"),)))
    assert cycle_of(made.cycles, 2).late == ("fay",)
    assert "fay" in cycle_of(made.cycles, 1).passed_over
    assert "f" not in turns_of(made.shifts, 1)


def test_who_missed_the_ends_of_two_cycles_is_owed_both_turns() -> None:
    by_hand = calendar(shuffle=Shuffle.MANUAL)
    absences = (away("fay", "2026-11-09"), away("eli", "2026-11-16", "2026-11-17"))
    shifts = planned(rota(*TEAM, on=by_hand, absences=absences), days=40).shifts
    assert sorted(turns_of(shifts, 1)) == list("abcdef")
    assert sorted(turns_of(shifts, 2)) == sorted(turns_of(shifts, 3)) == list("abcdef")


def test_whether_a_cycle_was_missed_is_judged_by_all_of_it_however_often_it_is_planned() -> None:
    # In the second cycle bo could serve on the one day that chen's turn of the first takes.
    days_off = (away("chen", "2026-11-04"), away("bo", "2026-11-04"), away("bo", "2026-11-06", "2026-11-20"))
    before = rota("amina", "bo", "chen", on=calendar(shuffle=Shuffle.MANUAL), absences=days_off)
    whole = planned(before, days=40)
    assert cycle_of(whole.cycles, 3).late == ("bo",)
    for ahead in range(4, 12):
        piece = planned(before, days=ahead)
        since = piece.calendar.next_shift_day(piece.shifts[-1].day)
        assert replanned(piece, since, until=MONDAY + 40 * DAY).cycles == whole.cycles


def test_an_override_moves_nobody_else() -> None:
    absences = (away("b", "2026-11-21", "2026-11-27"), away("d", "2026-11-25", "2026-11-30"))
    before = planned(rota(*"abcd", on=calendar(shuffle=Shuffle.MANUAL), absences=absences), days=40)
    over = replace(before, overrides=(override("b", "2026-11-28T19:00", "2026-11-30T00:00"),))
    assert replanned(over, day("2026-11-10")).shifts == before.shifts


def test_an_agreed_shift_burns_no_cycle_while_others_are_away() -> None:
    absences = (away("b", "2026-11-21", "2026-11-27"), away("d", "2026-11-25", "2026-11-30"))
    before = planned(rota(*"abcd", on=calendar(shuffle=Shuffle.MANUAL), absences=absences), days=40)
    index = next(i for i, shift in enumerate(before.shifts) if shift.day == day("2026-11-27"))
    agreed = with_shift(
        before, covered(before.shifts[index], before.shifts[index].engineer or "", "z", utc("2026-11-01T00:00"))
    )
    after = replanned(agreed, day("2026-11-10"))
    served = Counter((shift.cycle, shift.turn) for shift in after.shifts)
    assert max(shift.cycle for shift in after.shifts) == max(shift.cycle for shift in before.shifts)
    assert set(served.values()) == {1}


def test_shifts_of_two_cycles_can_be_swapped_and_each_keeps_its_turns() -> None:
    before = planned(rota(*TEAM), days=40)
    second = next(i for i, shift in enumerate(before.shifts) if shift.cycle == 2 and shift.engineer == "bo")
    made = swap(before, 2, second)
    after = replanned(made, day("2026-11-03"))
    assert after.shifts == made.shifts
    assert [(after.shifts[i].engineer, after.shifts[i].turn) for i in (2, second)] == [("bo", "chen"), ("chen", "bo")]
    assert turns_of(after.shifts, 1) == "abcdef"


def test_whoever_serves_for_somebody_who_left_serves_their_own_turn() -> None:
    made = swap(planned(rota(*TEAM), days=40), 2, 4)
    now = utc("2026-11-03T08:00")
    left = replace(made, roster=made.standing(now).remove("eli", now))
    after = replanned(left, day("2026-11-03"))
    served = Counter(shift.engineer for shift in after.shifts if shift.cycle == 1)
    assert after.shifts[4].source is ShiftSource.SWAP
    assert (after.shifts[4].engineer, after.shifts[4].turn) == ("chen", "chen")
    assert served == Counter({"amina": 1, "bo": 1, "chen": 1, "dia": 1, "fay": 1})


def test_planning_again_without_a_change_moves_nobody_whatever_was_agreed() -> None:
    for first in range(60):
        chance = Random(first)
        people = "abcdefgh"[: chance.randrange(2, 9)]
        absences = tuple(away(chance.choice(people), f"2026-11-{chance.randrange(2, 29):02}") for _ in range(3))
        made = planned(rota(*people, absences=absences), days=45)
        one, other = chance.sample(range(1, 30), 2)
        if len({made.shifts[one].engineer, made.shifts[other].engineer, None}) == 3:
            made = swap(made, one, other)
        made = stored(made, plan(made, since=utc("2026-11-02T10:00"), until=day("2026-12-16"), seeds=seeds))
        for _ in range(5):
            since = utc("2026-11-02T10:00") + timedelta(hours=chance.randrange(700))
            again = stored(made, plan(made, since=since, until=day("2026-12-16"), seeds=(7).__add__))
            assert (again.shifts, again.cycles) == (made.shifts, made.cycles), names(made.shifts)


@pytest.mark.parametrize("ahead", [3, 5, 7, 8, 10])
def test_a_leads_shuffle_stays_as_it_was_drawn_when_the_list_is_planned_again_from_today(ahead: int) -> None:
    before, today = planned(rota(*TEAM), days=60), utc("2026-11-02T12:00")
    notice = before.calendar.handover_at(before.calendar.after_working_days(MONDAY, ahead))
    made = stored(before, reshuffle(before, since=notice, until=before.shifts[-1].day, seeds=(40).__add__))
    standing = made.standing(today)
    drawn = cycle_of(made.cycles, 1).order if ahead < 6 else standing.order(today)
    made = replace(made, roster=standing.reordered(drawn, 1))
    again = stored(made, plan(made, since=today, until=before.shifts[-1].day, seeds=(80).__add__))
    assert names(again.shifts) == names(made.shifts)
    assert again.shifts[:ahead] == before.shifts[:ahead]
