"""How times, spans and dates are written."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.wording import times


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1, minutes=20), "1 h 20 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=7, minutes=20), "7 h"),
        (timedelta(hours=24), "1 day"),
        (timedelta(hours=40, minutes=40), "1 day 16 h"),
        (timedelta(days=5), "5 days"),
        (timedelta(days=12, hours=3), "12 days"),
    ],
)
def test_a_span_is_told_as_roughly_as_it_is_long(length: timedelta, said: str) -> None:
    assert times.span(length) == said


def test_a_day_of_another_year_has_its_year() -> None:
    today = date(2026, 12, 30)
    assert times.day(date(2026, 12, 31), today) == "Thu 31 Dec"
    assert times.day(date(2027, 1, 4), today) == "Mon 4 Jan 2027"


def test_a_moment_of_another_year_has_its_year_unless_it_is_tomorrow() -> None:
    now, zone = datetime(2026, 12, 31, 12, tzinfo=UTC), ZoneInfo("UTC")
    assert times.moment(datetime(2027, 1, 1, 9, tzinfo=UTC), zone, now) == "tomorrow 09:00 UTC"
    assert times.moment(datetime(2027, 1, 4, 9, tzinfo=UTC), zone, now) == "Mon 4 Jan 2027 09:00 UTC"
