"""Many people asking about one service within a short time."""

from datetime import UTC, datetime, timedelta

from models.incidents.surge import Plea, surges

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)


def plea(number: int, author: str, minutes_ago: float, service: str = "Image registry") -> Plea:
    return Plea(number, service, author, NOW - timedelta(minutes=minutes_ago))


def test_three_authors_within_a_quarter_of_an_hour_are_a_surge() -> None:
    (found,) = surges([plea(1, "a", 14), plea(2, "b", 9), plea(3, "c", 1)], NOW)
    assert (found.service, found.numbers, found.authors) == ("Image registry", (1, 2, 3), 3)
    assert (found.since, found.at) == (NOW - timedelta(minutes=14), NOW - timedelta(minutes=1))


def test_it_began_with_its_third_author_however_many_come_after() -> None:
    pleas = [plea(1, "a", 9), plea(2, "b", 8), plea(3, "c", 7), plea(4, "d", 2), plea(5, "a", 1)]
    (found,) = surges(pleas, NOW)
    assert (found.at, found.authors, found.numbers) == (NOW - timedelta(minutes=7), 4, (1, 2, 3, 4, 5))


def test_it_is_seen_a_while_after_its_third_author_came() -> None:
    pleas = [plea(1, "a", 24), plea(2, "b", 19), plea(3, "c", 11)]
    (found,) = surges(pleas, NOW)
    assert (found.numbers, found.at) == ((1, 2, 3), NOW - timedelta(minutes=11))
    assert surges(pleas, NOW + timedelta(minutes=4)) == []


def test_one_person_asking_three_times_is_none() -> None:
    assert surges([plea(1, "a", 9), plea(2, "a", 5), plea(3, "a", 1), plea(4, "b", 1)], NOW) == []


def test_authors_further_apart_are_none() -> None:
    assert surges([plea(1, "a", 16), plea(2, "b", 9), plea(3, "c", 1)], NOW) == []


def test_each_service_counts_by_itself() -> None:
    apart = [plea(1, "a", 3), plea(2, "b", 2), plea(3, "c", 1, "Wiki")]
    assert surges(apart, NOW) == []
    both = [*apart, plea(4, "c", 1), plea(5, "d", 1, "Wiki"), plea(6, "e", 1, "Wiki")]
    assert [one.service for one in surges(both, NOW)] == ["Image registry", "Wiki"]
