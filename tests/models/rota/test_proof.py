"""What is shown of the draws and of the turns that follow from them."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policy import Rotation, Shuffle
from models.rota.calendar import WorkCalendar
from models.rota.plan import plan
from models.rota.proof import ListChange, Proof, proofs
from models.rota.roster import Roster
from models.rota.rota import Cycle, Rota
from models.rota.shift import Absence, Override, Shift, ShiftSource
from models.rota.shuffle import Draw
from models.rota.zone import zone
from tests.handlers.build import instant

NOW = instant("2026-11-02 09:00")
UNTIL = date(2026, 12, 31)
PAGE = Path(__file__).parents[3] / "docs" / "oncall-list.md"
CREW = ("ana", "ben", "cleo", "dan", "eve")


def planned(rota: Rota) -> Rota:
    made = plan(rota, since=NOW, until=UNTIL, seeds=lambda cycle: 1000 + cycle)
    return replace(rota, shifts=made.shifts, cycles=made.cycles)


def rota(**changed: object) -> Rota:
    rotation = Rotation(name="platform", engineers=CREW, shuffle=changed.pop("shuffle", Shuffle.AT_END_OF_LIST))
    fresh = Rota(WorkCalendar(rotation, zone("UTC")), Roster.of(*CREW))
    return replace(fresh, **changed)  # type: ignore[arg-type]


def changed_shift(put: Rota, index: int, **changed: object) -> Rota:
    shifts = list(put.shifts)
    shifts[index] = replace(shifts[index], **changed)  # type: ignore[arg-type]
    return replace(put, shifts=tuple(shifts))


def forged(put: Rota, cycle: Cycle) -> Rota:
    return replace(put, cycles=tuple(cycle if one.number == cycle.number else one for one in put.cycles))


def of(put: Rota, number: int, *changes: ListChange) -> Proof:
    return next(one for one in proofs(put, changes) if one.number == number)


def test_every_draw_is_equal_and_every_turn_in_order_where_nothing_happened() -> None:
    found = proofs(planned(rota()))
    assert len(found) > 5
    assert all(one.is_sound and not one.deviations for one in found)
    assert [one.draw is None for one in found[:2]] == [True, False]
    assert found[1].recomputed == found[1].order


@given(
    st.integers(1, 9).flatmap(lambda people: st.permutations("abcdefghi"[:people])),
    st.lists(st.sampled_from("abcdefghi"), max_size=6),
    st.integers(0, 12),
    st.integers(0, 2**48 - 1),
)
def test_the_recipe_in_the_documentation_gives_the_same_order(
    base: list[str], recent: list[str], gap: int, seed: int
) -> None:
    (recipe,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    known: dict[str, Callable[..., list[str]]] = {}
    exec(recipe, known)
    assert known["order"](seed, base, recent, gap) == list(Draw(tuple(base), tuple(recent), gap, seed).order())


def test_the_example_in_the_documentation_is_true() -> None:
    draw = Draw(("ana", "ben", "cleo", "dan"), ("cleo", "dan"), 2, 4711)
    assert f"# {', '.join(draw.order())}\n" in PAGE.read_text(encoding="utf-8")


def test_an_order_that_its_seed_does_not_give_is_no_draw() -> None:
    put = planned(rota())
    cycle = put.cycle(2)
    assert cycle is not None
    found = of(forged(put, replace(cycle, order=(*cycle.order[1:], cycle.order[0]))), 2)
    assert (found.is_as_drawn, found.is_sound) == (False, False)


def test_another_seed_than_the_one_that_was_drawn_is_noticed() -> None:
    put = planned(rota())
    unequal = 0
    for cycle in put.cycles[1:]:
        assert cycle.draw is not None
        other = replace(cycle, draw=replace(cycle.draw, seed=cycle.draw.seed + 1))
        unequal += not of(forged(put, other), cycle.number).is_as_drawn
    assert unequal >= len(put.cycles) // 2


def test_a_turn_that_somebody_else_serves_without_an_agreement_is_a_contradiction() -> None:
    put = planned(rota())
    shift = put.shifts[6]
    other = next(one for one in CREW if one != shift.engineer)
    found = of(changed_shift(put, 6, engineer=other), shift.cycle)
    assert found.faults == (f"{shift.day}: {other} has the turn of {shift.turn}, and nothing says why",)


def test_a_turn_taken_twice_is_a_contradiction() -> None:
    put = planned(rota())
    found = of(changed_shift(put, 6, engineer=put.shifts[5].engineer, turn=put.shifts[5].turn), 2)
    assert found.faults == (
        f"{put.shifts[6].day}: the turn of {put.shifts[5].turn} was taken already on {put.shifts[5].day}",
    )


@pytest.mark.parametrize("source", [ShiftSource.SWAP, ShiftSource.COVER])
def test_what_people_agreed_on_is_explained(source: ShiftSource) -> None:
    put = changed_shift(planned(rota()), 1, engineer="dan", source=source, reason="dan helps")
    found = of(put, 1)
    assert found.is_sound
    assert [(one.engineer, one.why) for one in found.deviations] == [("dan", f"{source}: dan helps")]


def test_an_override_is_explained_and_who_made_it_named() -> None:
    put = planned(rota())
    shift: Shift = put.shifts[1]
    over = Override("platform", shift.start, shift.end, "eve", NOW, "lea")
    (one,) = of(replace(put, overrides=(over,)), 1).deviations
    assert one.why == "override: eve by lea"


def test_an_absence_is_explained_and_so_is_the_later_turn() -> None:
    away = Absence("ben", date(2026, 11, 3), date(2026, 11, 3), NOW)
    found = of(planned(rota(absences=(away,))), 1)
    assert found.is_sound
    assert [one.engineer for one in found.deviations][:1] == ["cleo"]
    assert all(one.why for one in found.deviations)


def test_who_has_left_is_explained() -> None:
    put = planned(rota())
    until = put.shifts[1].start
    without = replace(put, roster=put.roster.remove("ben", until), shifts=())
    made = plan(without, since=NOW, until=UNTIL, seeds=lambda cycle: 1000 + cycle)
    found = of(replace(without, shifts=made.shifts, cycles=put.cycles), 1)
    assert [one.why for one in found.deviations] == ["left: ben"] * len(found.deviations)
    assert found.deviations


def test_what_a_lead_moved_is_explained_by_the_history_and_else_by_nothing() -> None:
    put = planned(rota())
    first, second = put.shifts[1], put.shifts[2]
    crossed = changed_shift(put, 1, engineer=second.engineer, turn=second.turn)
    crossed = changed_shift(crossed, 2, engineer=first.engineer, turn=first.turn)
    (alone,) = of(crossed, 1).deviations
    assert (alone.engineer, alone.why) == ("cleo", "")
    (told,) = of(crossed, 1, ListChange(NOW, "move", "lea")).deviations
    assert told.why == "list changed: move by lea on 2026-11-02"


def test_an_order_kept_by_hand_is_no_draw_and_sound() -> None:
    found = proofs(planned(rota(shuffle=Shuffle.MANUAL)))
    assert all(one.draw is None and one.is_sound and not one.deviations for one in found)
