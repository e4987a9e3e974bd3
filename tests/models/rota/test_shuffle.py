from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rota.shuffle import Draw, default_gap, keeps_gap, mended, shuffle

lists = st.lists(st.integers(0, 999).map(str), unique=True, max_size=30)


@given(lists, st.integers(0, 40), st.integers())
def test_a_shuffle_keeps_everybody_and_the_gap(people: list[str], gap: int, seed: int) -> None:
    recent = people[::-1] + people
    order = shuffle(people, recent, gap, seed)
    assert sorted(order) == sorted(people)
    joined, least = [*people, *order], min(gap, max(len(people) - 1, 0))
    places = {person: [i for i, other in enumerate(joined) if other == person] for person in people}
    assert all(second - first > least for first, second in places.values())
    assert keeps_gap(order, recent, gap)


@given(lists, lists, st.integers(0, 40), st.integers())
def test_a_shuffle_is_recomputed_from_its_seed(people: list[str], recent: list[str], gap: int, seed: int) -> None:
    draw = Draw(tuple(people), tuple(recent), gap, seed)
    assert draw.order() == draw.order() == shuffle(people, recent, gap, seed)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 400])
def test_a_list_of_any_length_can_be_shuffled(size: int) -> None:
    people = [str(number) for number in range(size)]
    order = shuffle(people, people, default_gap(size), seed=7)
    assert sorted(order) == sorted(people)
    assert keeps_gap(order, people, default_gap(size))


def test_two_people_keep_their_order_so_that_nobody_serves_twice_in_a_row() -> None:
    assert {shuffle(["amina", "bo"], ["amina", "bo"], default_gap(2), seed) for seed in range(50)} == {("amina", "bo")}


def test_every_permitted_order_is_equally_likely() -> None:
    people = list("abcde")
    permitted = {order for order in permutations(people) if keeps_gap(order, people, 2)}
    drawn = Counter(shuffle(people, people, 2, seed) for seed in range(5400))
    assert set(drawn) == permitted
    expected = 5400 / len(permitted)
    assert all(abs(count - expected) < 0.4 * expected for count in drawn.values())


@given(lists, lists, st.integers(0, 40))
def test_an_order_is_mended_so_that_it_keeps_the_gap_and_otherwise_stays(
    people: list[str], recent: list[str], gap: int
) -> None:
    order = mended(people, recent, gap)
    assert sorted(order) == sorted(people)
    assert keeps_gap(order, recent, gap)
    assert mended(order, recent, gap) == order
    if keeps_gap(people, recent, gap):
        assert list(order) == people


def test_who_would_come_too_soon_waits_and_nobody_else_changes_places() -> None:
    assert mended(["d", "a", "b", "c"], ["a", "b", "c", "d"], 2) == ("a", "b", "d", "c")


def test_an_order_that_comes_back_too_soon_is_seen() -> None:
    assert not keeps_gap(["c", "a", "b"], ["a", "b", "c"], 1)
    assert keeps_gap(["a", "c", "b"], ["a", "b", "c"], 1)
