from dataclasses import replace
from datetime import timedelta

import pytest

from models.errors import UserError
from models.rota.duty import who_is_on
from models.rota.exchange import Swap, covered, skipped, stepped_in, swapped
from models.rota.rota import Rota
from models.rota.shift import Absence, ShiftSource
from tests.models.rota.builders import LONG_AGO, MONDAY, day, names, planned, replanned, rota, utc

NOW = utc("2026-11-02T12:00")


def four() -> Rota:
    return planned(rota("amina", "bo", "chen", "dia"))


def test_a_swap_exchanges_the_engineers_and_leaves_the_turns() -> None:
    shifts = four().shifts
    mine, his = swapped(Swap(1, 2, "bo", "chen"), shifts[1], shifts[2], NOW)
    assert (mine.engineer, mine.turn, mine.source) == ("chen", "bo", ShiftSource.SWAP)
    assert (his.engineer, his.turn, his.source) == ("bo", "chen", ShiftSource.SWAP)


def test_a_swap_whose_shift_moved_meanwhile_is_refused_with_the_reason() -> None:
    shifts = four().shifts
    with pytest.raises(UserError, match="no longer belongs to chen"):
        swapped(Swap(1, 2, "bo", "chen"), shifts[1], replace(shifts[2], engineer="dia"), NOW)
    with pytest.raises(UserError, match="not the one"):
        swapped(Swap(1, 2, "bo", "chen"), shifts[1], replace(shifts[2], id=9), NOW)


def test_a_swap_with_oneself_is_refused() -> None:
    shifts = four().shifts
    with pytest.raises(UserError, match="two people"):
        swapped(Swap(1, 2, "bo", "bo"), shifts[1], shifts[2], NOW)


def test_a_shift_that_has_begun_cannot_be_swapped() -> None:
    shifts = four().shifts
    with pytest.raises(UserError, match="has begun"):
        swapped(Swap(0, 1, "amina", "bo"), shifts[0], shifts[1], NOW)


def test_the_first_who_offers_covers_and_the_second_is_refused() -> None:
    shift = covered(four().shifts[1], "bo", "dia", NOW)
    assert (shift.engineer, shift.turn, shift.source) == ("dia", "bo", ShiftSource.COVER)
    with pytest.raises(UserError, match="no longer belongs to bo"):
        covered(shift, "bo", "chen", NOW)


def test_nobody_covers_their_own_shift_or_one_that_is_over() -> None:
    shifts = four().shifts
    with pytest.raises(UserError, match="own"):
        covered(shifts[1], "bo", "bo", NOW)
    with pytest.raises(UserError, match="over"):
        covered(shifts[0], "amina", "bo", utc("2026-11-03T09:00"))


def test_a_shift_that_has_begun_is_taken_over_from_now_on_and_its_past_stays() -> None:
    before = four()
    with pytest.raises(UserError, match="has begun"):
        covered(before.shifts[0], "amina", "bo", NOW)
    after = replace(before, overrides=(stepped_in(before.shifts[0], "amina", "bo", NOW),))
    assert who_is_on(after, NOW - timedelta(hours=1)).engineer == "amina"
    now = who_is_on(after, NOW)
    assert (now.engineer, now.source, now.why) == ("bo", ShiftSource.COVER, "bo covers for amina")
    assert now.end == before.shifts[0].end


def test_a_shift_that_nobody_has_can_be_taken() -> None:
    nobodys = replace(four().shifts[1], engineer=None)
    assert covered(nobodys, None, "dia", NOW).reason == "dia took it, as nobody had it"


def test_who_is_skipped_takes_the_next_turn() -> None:
    before = four()
    absence = skipped(before, "bo", before.shifts[1], NOW, "lea")
    after = replanned(replace(before, absences=(absence,)), day("2026-11-03"))
    assert names(before.shifts[:4]) == "abcd"
    assert names(after.shifts[:4]) == "acbd"


def test_only_a_coming_shift_of_that_person_can_be_skipped() -> None:
    before = four()
    with pytest.raises(UserError, match="no coming shift"):
        skipped(before, "chen", before.shifts[1], NOW, "lea")


def test_an_absence_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UserError, match="before it begins"):
        Absence("amina", day("2026-11-03"), MONDAY, LONG_AGO)
