"""The clocks: aware, in UTC, never back."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from bot.clock import SteppingClock, SystemClock, new_id

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def test_the_machines_clock_is_in_utc_and_goes_on() -> None:
    clock = SystemClock()
    first = clock.now()
    assert first.utcoffset() == timedelta()
    assert clock.now() >= first


def test_a_clock_that_stands_shows_the_same_until_it_is_moved() -> None:
    clock = SteppingClock(NOON, is_running=False)
    assert [clock.now(), clock.now()] == [NOON, NOON]
    clock.set(NOON + timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)


def test_a_clock_that_runs_goes_on_from_where_it_was_set() -> None:
    clock = SteppingClock(NOON)
    clock.set(NOON + timedelta(days=1))
    assert NOON + timedelta(days=1) <= clock.now() < NOON + timedelta(days=1, minutes=1)


def test_a_clock_that_stood_can_be_let_run() -> None:
    clock = SteppingClock(NOON, is_running=False)
    clock.run()
    first = clock.now()
    assert NOON <= first < NOON + timedelta(minutes=1)
    while clock.now() == first:
        pass
    assert clock.now() > first


@pytest.mark.parametrize("is_running", [True, False])
def test_time_never_runs_back(*, is_running: bool) -> None:
    clock = SteppingClock(NOON, is_running=is_running)
    with pytest.raises(ValueError, match="never set back"):
        clock.set(NOON - timedelta(seconds=1))
    assert clock.now() >= NOON


def test_whoever_looks_while_it_is_moved_never_sees_it_go_back() -> None:
    clock = SteppingClock(NOON)
    seen: list[datetime] = []
    looking = Thread(target=lambda: seen.extend(clock.now() for _ in range(5000)))
    looking.start()
    for minute in range(1, 200):
        clock.set(NOON + timedelta(minutes=minute))
    looking.join()
    assert seen == sorted(seen)


def test_a_clock_that_several_move_at_once_takes_each_of_them_forward() -> None:
    clock = SteppingClock(NOON)
    failed: list[ValueError] = []

    def move() -> None:
        try:
            for millisecond in range(2000):
                clock.forward_to(NOON + timedelta(milliseconds=millisecond))
        except ValueError as error:
            failed.append(error)

    movers = [Thread(target=move) for _ in range(3)]
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join()
    assert not failed
    assert clock.now() >= NOON + timedelta(milliseconds=1999)


def test_going_forward_to_what_is_past_leaves_a_clock_where_it_is() -> None:
    clock = SteppingClock(NOON, is_running=False)
    clock.forward_to(NOON - timedelta(days=1))
    assert clock.now() == NOON


def test_no_two_ids_are_the_same() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000
