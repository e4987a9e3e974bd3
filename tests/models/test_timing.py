"""How long requests took, by the clock and in working hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.policy import Holidays, Rotation
from models.records.request import Request
from models.rota.calendar import WorkCalendar
from models.timing import Elapsed, timing

HOUR = timedelta(hours=1)
CALENDAR = WorkCalendar(
    Rotation(name="platform", holidays=Holidays.model_validate({"extra_off": ["2026-11-11"]})), ZoneInfo("UTC")
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "resolved", "wall", "working"),
    [
        ("02 10:00", "02 11:30", 1.5, 1.5),
        ("02 20:00", "03 10:00", 14, 1),
        ("02 03:00", "02 04:00", 1, 0),
        ("06 16:00", "09 10:00", 66, 2),
        ("10 16:00", "12 10:00", 42, 2),
        ("02 10:00", "02 10:00", 0, 0),
    ],
    ids=["in hours", "opened at night", "over at night", "a weekend", "a holiday", "at once"],
)
def test_both_times_are_kept_and_only_the_hours_count_as_working_time(
    opened: str, resolved: str, wall: float, working: float
) -> None:
    took = timing(Request(opened_at=at(opened), resolved_at=at(resolved)), CALENDAR)
    assert took.resolved == Elapsed(wall * HOUR, working * HOUR)
    assert (took.answered, took.acknowledged) == (None, None)


def test_a_request_that_was_reopened_is_timed_from_then_on() -> None:
    request = Request(opened_at=at("02 10:00"), reopened_at=at("04 10:00"), acknowledged_at=at("04 10:05"))
    took = timing(request, CALENDAR).acknowledged
    assert took == Elapsed(timedelta(minutes=5), timedelta(minutes=5))


def test_without_a_rotation_there_is_no_working_time() -> None:
    request = Request(opened_at=at("02 10:00"), first_answer_at=at("02 10:05"))
    assert timing(request, None).answered == Elapsed(timedelta(minutes=5), None)
