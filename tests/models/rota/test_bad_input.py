"""What people ask for in error, at the level of the rules: a clear answer, and a list that stays whole."""

from dataclasses import replace
from itertools import groupby, pairwise

import pytest

from models.errors import UserError
from models.rota.calendar import DAY
from models.rota.duty import duties, who_is_on
from models.rota.exchange import Swap, swapped
from models.rota.plan import moved, plan, reshuffle
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Absence
from tests.models.rota.brute import named
from tests.models.rota.builders import LONG_AGO, MONDAY, away, day, names, override, planned, rota, seeds, stored, utc

NOW = utc("2026-11-04T12:00")
QUOTED = ('O"Hara', "d'Arc", "שרה\u200f", "\u202eevil\u202c", "a b", "; drop table shift --", "%s {0}", "")


def team() -> Rota:
    return planned(rota("amina", "bo", "chen", "dia"))


def test_an_empty_list_answers_nobody_and_can_be_shuffled() -> None:
    empty = planned(rota())
    made = reshuffle(empty, since=NOW, until=day("2026-11-30"), seeds=seeds)
    duty = who_is_on(empty, NOW)
    assert (duty.engineer, duty.secondary, duty.why) == (None, None, "the list is empty")
    assert {shift.engineer for shift in made.shifts} == {None}


def test_one_person_serves_every_day_and_is_still_given_a_turn_each_cycle() -> None:
    alone = planned(rota("amina"))
    assert {shift.engineer for shift in alone.shifts} == {"amina"}
    assert [shift.cycle for shift in alone.shifts] == list(range(1, len(alone.shifts) + 1))


def test_the_last_one_who_leaves_leaves_nobody_and_the_past_stays() -> None:
    before = planned(rota("amina"))
    left = replace(before, roster=before.standing(NOW).remove("amina", NOW))
    after = stored(left, plan(left, since=NOW, until=before.shifts[-1].day, seeds=seeds))
    assert names(after.shifts[:5]) == "aaa--"
    assert who_is_on(after, NOW).engineer is None
    assert "nobody else is there" in who_is_on(after, NOW).why


def test_with_everybody_away_for_a_month_every_day_is_explicitly_nobodys_and_nobody_loses_a_turn_after() -> None:
    absences = tuple(away(one, "2026-11-03", "2026-12-03") for one in ("amina", "bo", "chen", "dia"))
    made = planned(rota("amina", "bo", "chen", "dia", absences=absences), days=60)
    during = [shift for shift in made.shifts if day("2026-11-03") <= shift.day <= day("2026-12-02")]
    after = [shift.engineer for shift in made.shifts if shift.day >= day("2026-12-04")]
    assert {(shift.engineer, shift.reason) for shift in during} == {(None, "everybody on the list is away")}
    assert after[:3] == ["bo", "chen", "dia"]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Swap(4, 5, "amina", "amina"), "two people"),
        (Swap(4, 4, "amina", "bo"), "two shifts"),
        (Swap(4, 5, "amina", "zoe"), "no longer belongs to zoe"),
        (Swap(4, 5, "zoe", "bo"), "no longer belongs to zoe"),
        (Swap(1, 5, "bo", "bo"), "two people"),
        (Swap(1, 4, "bo", "amina"), "has begun or is over"),
        (Swap(4, 1, "amina", "bo"), "has begun or is over"),
    ],
)
def test_a_swap_that_cannot_be_is_refused_with_the_reason_and_changes_nothing(wish: Swap, reason: str) -> None:
    made = planned(rota("amina", "bo"))
    before = made.shifts
    with pytest.raises(UserError, match=reason):
        swapped(wish, made.shifts[wish.mine], made.shifts[wish.his], NOW)
    assert made.shifts == before


def test_overlapping_overrides_are_answered_by_the_newest_at_every_hour() -> None:
    made = replace(
        team(),
        overrides=(
            override("dia", "2026-11-03T10:00", "2026-11-06T10:00", made_at=utc("2026-11-01T00:00"), id=1),
            override(None, "2026-11-04T10:00", "2026-11-05T10:00", made_at=utc("2026-11-02T00:00"), id=2),
            override("bo", "2026-11-04T20:00", "2026-11-07T10:00", made_at=utc("2026-11-02T00:00"), id=3),
            override("zoe", "2026-11-05T10:00", "2026-11-04T10:00", made_at=utc("2026-11-03T00:00"), id=4),
        ),
    )
    found = list(duties(made, utc("2026-11-03T09:00"), utc("2026-11-07T12:00")))
    wanted = ["bo", "dia", None, "bo", made.shifts[4].engineer]
    assert [who for who, _ in groupby(one.engineer for one in found)] == [who for who, _ in groupby(wanted)]
    assert all(named(made, one.start)[0] == one.engineer for one in found)
    assert all(earlier.end == later.start for earlier, later in pairwise(found))


def test_an_override_across_a_handover_holds_over_both_shifts_and_moves_neither() -> None:
    over = override("zoe", "2026-11-03T20:00", "2026-11-04T20:00")
    made = replace(team(), overrides=(over,))
    found = list(duties(made, utc("2026-11-03T12:00"), utc("2026-11-05T09:00")))
    again = plan(made, since=utc("2026-11-02T10:00"), until=made.shifts[-1].day, seeds=seeds)
    assert [one.engineer for one in found] == ["bo", "zoe", "zoe", "chen"]
    assert (found[1].start, found[2].end) == over.span
    assert found[1].end == made.shifts[2].start  # a duty is of one shift
    assert names(again.shifts) == names(made.shifts[1:])


def test_an_override_that_ends_before_it_begins_acts_never() -> None:
    made = team()
    odd = replace(made, overrides=(override("zoe", "2026-11-05T10:00", "2026-11-04T10:00"),))
    assert all(who_is_on(odd, NOW + hours * DAY / 24).engineer != "zoe" for hours in range(48))


@pytest.mark.parametrize("last", [MONDAY - DAY, MONDAY - 400 * DAY])
def test_an_absence_that_ends_before_it_begins_is_refused_and_says_both_days(last: object) -> None:
    with pytest.raises(UserError, match=rf"{last}.*before it begins.*{MONDAY}"):
        Absence("amina", MONDAY, last, LONG_AGO)  # type: ignore[arg-type]


def test_four_hundred_people_are_planned_shuffled_and_answered() -> None:
    people = [f"p{number}" for number in range(400)]
    made = planned(rota(*people), days=1200)
    again = stored(made, reshuffle(made, since=NOW, until=made.shifts[-1].day, seeds=(9).__add__))
    cycle = [shift.engineer for shift in again.shifts if shift.cycle == 1]
    assert sorted(cycle, key=str) == sorted(people)
    assert who_is_on(again, NOW).engineer == "p2"
    assert len({who_is_on(again, shift.start).secondary for shift in again.shifts[:300]}) == 300


def test_names_with_quotes_and_right_to_left_marks_are_people_like_any_other() -> None:
    made = planned(rota(*QUOTED[:-1]), days=40)
    gone = made.standing(NOW).remove('O"Hara', NOW).move("שרה\u200f", 1, NOW)
    after = replace(made, roster=gone)
    after = stored(after, plan(after, since=NOW, until=made.shifts[-1].day, seeds=seeds))
    assert [shift.engineer for shift in made.shifts[:7]] == list(QUOTED[:-1])
    assert 'O"Hara' not in {shift.engineer for shift in after.shifts[3:]}
    assert set(moved(made.shifts, after.shifts)) <= set(QUOTED)
    assert Roster.of(*QUOTED[:-1]).order(NOW) == QUOTED[:-1]
