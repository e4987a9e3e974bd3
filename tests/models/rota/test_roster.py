from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import UserError
from models.rota.roster import Roster
from tests.models.rota.builders import LONG_AGO, utc

NOW = utc("2026-11-02T12:00")
SOON = utc("2026-11-16T09:00")
LATER = utc("2026-12-07T09:00")


def test_a_newcomer_comes_at_the_end_and_with_the_next_cycle() -> None:
    roster = Roster.of("amina", "bo").add("chen", NOW)
    assert roster.order(NOW) == ("amina", "bo", "chen")
    assert roster.members[-1].placed_in is None


def test_a_newcomer_with_a_position_comes_into_the_running_cycle() -> None:
    roster = Roster.of("amina", "bo").add("chen", NOW, position=2)
    assert roster.order(NOW) == ("amina", "chen", "bo")
    assert roster.members[1].placed_in == roster.cycle


def test_a_dated_newcomer_is_on_the_list_from_that_date() -> None:
    roster = Roster.of("amina").add("bo", NOW, since=LATER)
    assert not roster.is_on("bo", NOW)
    assert roster.is_on("bo", LATER)


def test_somebody_on_the_list_cannot_be_added_again() -> None:
    with pytest.raises(UserError, match="already"):
        Roster.of("amina").add("amina", NOW)


def test_a_removal_acts_on_the_future_only() -> None:
    roster = Roster.of("amina", "bo").remove("amina", NOW)
    assert roster.order(NOW) == ("bo",)
    assert roster.is_on("amina", LONG_AGO)
    assert roster.has_left("amina", NOW)


def test_a_dated_removal_keeps_the_person_until_then() -> None:
    roster = Roster.of("amina", "bo").remove("amina", NOW, until=LATER)
    assert roster.is_on("amina", NOW)
    assert not roster.is_on("amina", LATER)


def test_who_comes_back_has_two_stays() -> None:
    roster = Roster.of("amina", "bo").remove("amina", NOW).add("amina", LATER)
    assert roster.is_on("amina", LONG_AGO)
    assert not roster.is_on("amina", NOW)
    assert roster.is_on("amina", LATER)


def test_a_removal_can_be_dated_back_to_no_past() -> None:
    roster = Roster.of("amina").remove("amina", NOW, until=LONG_AGO)
    assert roster.members[0].until == NOW


def test_a_stranger_can_be_neither_removed_nor_moved() -> None:
    with pytest.raises(UserError, match="not on the list"):
        Roster.of("amina").remove("bo", NOW)
    with pytest.raises(UserError, match="not on the list"):
        Roster.of("amina").move("bo", 1, NOW)


@pytest.mark.parametrize("position", [0, -1, 4])
def test_a_position_that_is_none_is_refused_with_those_there_are(position: int) -> None:
    with pytest.raises(UserError, match="1 to 3"):
        Roster.of("amina", "bo", "chen").move("amina", position, NOW)


def test_a_move_counts_positions_from_one() -> None:
    roster = Roster.of("amina", "bo", "chen")
    assert roster.move("amina", 3, NOW).order(NOW) == ("bo", "chen", "amina")
    assert roster.move("chen", 1, NOW).order(NOW) == ("chen", "amina", "bo")


def test_who_goes_and_comes_back_later_is_listed_once_and_moved_as_one() -> None:
    roster = Roster.of("amina", "bo", "chen").remove("amina", NOW, until=SOON).add("amina", NOW, since=LATER)
    assert roster.order(NOW) == ("amina", "bo", "chen")
    assert roster.move("amina", 3, NOW).order(NOW) == ("bo", "chen", "amina")
    assert roster.move("bo", 3, NOW).order(NOW) == ("amina", "chen", "bo")
    assert [roster.move("amina", 2, NOW).is_on("amina", at) for at in (NOW, SOON, LATER)] == [True, False, True]


def test_positions_count_people_and_not_their_stays() -> None:
    roster = Roster.of("amina", "bo").remove("amina", NOW, until=SOON).add("amina", NOW, since=LATER)
    with pytest.raises(UserError, match="1 to 2"):
        roster.move("bo", 3, NOW)


def test_a_removal_ends_what_was_to_come_as_well() -> None:
    roster = Roster.of("amina", "bo").remove("amina", NOW, until=SOON).add("amina", NOW, since=LATER)
    gone = roster.remove("amina", NOW)
    assert gone.order(NOW) == ("bo",)
    assert not any(gone.is_on("amina", at) for at in (NOW, SOON, LATER))
    assert gone.is_on("amina", LONG_AGO)


def test_a_later_removal_leaves_an_earlier_break_as_it_is() -> None:
    roster = Roster.of("amina").remove("amina", NOW, until=SOON).add("amina", NOW, since=LATER)
    gone = roster.remove("amina", NOW, until=LATER + timedelta(days=9))
    assert [gone.is_on("amina", at) for at in (NOW, SOON, LATER, LATER + timedelta(days=9))] == [
        True,
        False,
        True,
        False,
    ]


def test_the_date_of_a_leaving_can_be_put_off() -> None:
    roster = Roster.of("amina").remove("amina", NOW, until=SOON).remove("amina", NOW, until=LATER)
    assert roster.is_on("amina", SOON)
    assert not roster.is_on("amina", LATER)


def test_who_was_added_for_later_and_taken_back_never_comes() -> None:
    roster = Roster.of("amina").add("bo", NOW, since=LATER).remove("bo", SOON)
    assert not roster.is_on("bo", LATER)
    assert roster.order(SOON) == ("amina",)


def edited(roster: Roster, kind: str, person: str, position: int) -> Roster:
    if kind == "add":
        return roster.add(person, NOW, position=position)
    return roster.move(person, position, NOW) if kind == "move" else roster.remove(person, NOW)


@given(st.lists(st.tuples(st.sampled_from(["add", "move", "remove"]), st.integers(0, 7), st.integers(1, 9))))
def test_edits_touch_nobody_else(edits: list[tuple[str, int, int]]) -> None:
    roster = Roster.of("0", "1", "2", "3")
    for kind, number, position in edits:
        before = [person for person in roster.order(NOW) if person != str(number)]
        with suppress(UserError):
            roster = edited(roster, kind, str(number), position)
        assert [person for person in roster.order(NOW) if person != str(number)] == before
