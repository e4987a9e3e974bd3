"""How services stood: the state of a day, what counts for what, and the share of the time that all was well."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models.rota.zone import zone
from models.status import Day, State, Trouble, days, share_up, state_now, worst

VANCOUVER = zone("America/Vancouver")
NOW = datetime(2026, 11, 28, 19, 0, tzinfo=UTC)  # noon in Vancouver, which stays at UTC-7
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    """Give an instant by Vancouver's civil time."""
    return datetime.fromisoformat(text).replace(tzinfo=VANCOUVER).astimezone(UTC)


def down(start: str, end: str | None = None) -> Trouble:
    return Trouble(State.DOWN, at(start), None if end is None else at(end))


def degraded(start: str, end: str | None = None) -> Trouble:
    return Trouble(State.DEGRADED, at(start), None if end is None else at(end))


def shown(
    *troubles: Trouble,
    windows: tuple[tuple[str, str], ...] = (),
    since: datetime | None = LONG_AGO,
    count: int = 90,
    now: datetime = NOW,
) -> dict[date, Day]:
    spans = [(at(start), at(end)) for start, end in windows]
    found = days(VANCOUVER, now, count, troubles=troubles, windows=spans, since=since)
    return {one.day: one for one in found}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_the_days_end_with_today_and_are_as_many_as_asked_for() -> None:
    found = list(shown())
    assert (len(found), found[0], found[-1]) == (90, date(2026, 8, 31), date(2026, 11, 28))


def test_a_day_without_trouble_is_a_working_one() -> None:
    assert {one.state for one in shown().values()} == {State.WORKING}


def test_a_day_is_as_bad_as_the_worst_of_it_and_says_for_how_long() -> None:
    found = shown(down("2026-11-26 10:00", "2026-11-26 10:14"), degraded("2026-11-26 09:00", "2026-11-26 10:00"))
    day = found[date(2026, 11, 26)]
    assert (day.state, day.down, day.degraded) == (State.DOWN, minutes(14), minutes(60))
    assert found[date(2026, 11, 25)].state is State.WORKING
    assert found[date(2026, 11, 27)].state is State.WORKING


def test_trouble_over_midnight_counts_for_both_days_by_the_organisations_clock() -> None:
    found = shown(down("2026-11-25 23:30", "2026-11-26 00:45"))
    assert found[date(2026, 11, 25)].down == minutes(30)
    assert found[date(2026, 11, 26)].down == minutes(45)


def test_trouble_that_goes_on_counts_until_now() -> None:
    assert shown(down("2026-11-28 11:00"))[date(2026, 11, 28)].down == minutes(60)


def test_what_overlaps_counts_once_and_down_comes_before_degraded() -> None:
    day = shown(
        down("2026-11-26 10:00", "2026-11-26 10:30"),
        down("2026-11-26 10:20", "2026-11-26 10:40"),
        degraded("2026-11-26 09:50", "2026-11-26 11:00"),
    )[date(2026, 11, 26)]
    assert (day.down, day.degraded) == (minutes(40), minutes(30))


def test_trouble_within_a_maintenance_was_announced() -> None:
    found = shown(
        down("2026-11-26 22:30", "2026-11-26 23:20"),
        windows=(("2026-11-26 22:00", "2026-11-26 23:00"),),
    )
    day = found[date(2026, 11, 26)]
    assert (day.state, day.down, day.maintenance) == (State.DOWN, minutes(20), minutes(60))


def test_a_maintenance_that_is_still_to_come_colours_no_day() -> None:
    found = shown(windows=(("2026-11-28 22:00", "2026-11-28 23:00"),))
    assert found[date(2026, 11, 28)].state is State.WORKING


def test_days_before_anybody_watched_are_unknown_and_count_for_nothing() -> None:
    found = shown(since=at("2026-11-20 12:00"))
    assert found[date(2026, 11, 19)].state is State.UNKNOWN
    assert found[date(2026, 11, 20)].state is State.WORKING
    assert found[date(2026, 11, 20)].known == timedelta(hours=12)
    assert {one.state for one in shown(since=None).values()} == {State.UNKNOWN}


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 3, 7), 24), (date(2025, 11, 2), 25)])
def test_a_day_on_which_the_clock_changes_is_as_long_as_it_is(day: date, hours: int) -> None:
    found = shown(now=at("2026-03-10 12:00"), count=150, since=datetime(2025, 1, 1, tzinfo=UTC))
    assert found[day].known == timedelta(hours=hours)


def test_the_share_is_of_the_time_that_was_watched() -> None:
    found = shown(down("2026-11-28 10:00", "2026-11-28 11:00"), since=at("2026-11-28 02:00")).values()
    assert share_up(found) == pytest.approx(0.9)
    assert share_up(shown(since=None).values()) is None


def test_a_service_stands_as_its_worst_trouble_does_unless_a_maintenance_is_on() -> None:
    troubles = [degraded("2026-11-28 11:00"), down("2026-11-28 11:30"), down("2026-11-27 10:00", "2026-11-27 11:00")]
    assert state_now(troubles, [], NOW) is State.DOWN
    assert state_now(troubles[:1], [], NOW) is State.DEGRADED
    assert state_now(troubles[2:], [], NOW) is State.WORKING
    assert state_now(troubles, [(at("2026-11-28 11:00"), at("2026-11-28 13:00"))], NOW) is State.MAINTENANCE
    assert worst([]) is State.WORKING
