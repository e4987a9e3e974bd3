"""When the next word on an incident is promised."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.incidents.promise import NoTime, Passed, said

NOW = datetime(2026, 11, 2, 10, 42, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("written", "text", "minutes"),
    [
        ("restarting it next 30m", "restarting it", 30),
        ("restarting it, next update in 1h", "restarting it", 60),
        ("restarting it next: 1h30m", "restarting it", 90),
        ("restarting it next update at 11:30", "restarting it", 48),
        ("next 15min", "", 15),
    ],
)
def test_an_update_may_end_in_when_the_next_one_comes(written: str, text: str, minutes: int) -> None:
    found = said(written.split(), NOW, ZONE)
    assert (found.text, found.next_at) == (text, NOW + minutes * MINUTE)


@pytest.mark.parametrize("written", ["we restart the next node", "what is next", "see you at 11:30", "next", "5 of 7"])
def test_other_words_are_the_text(written: str) -> None:
    found = said(written.split(), NOW, ZONE)
    assert (found.text, found.next_at) == (written, None)


@pytest.mark.parametrize("word", ["30", "25:00", "0m", "3d", "30x", "99999h", "11:3"])
def test_what_is_no_time_is_refused(word: str) -> None:
    with pytest.raises(NoTime):
        said(["working", "on", "it", "next", word], NOW, ZONE)


def test_a_time_that_has_passed_is_refused_and_one_after_midnight_is_tomorrows() -> None:
    with pytest.raises(Passed):
        said(["next", "10:30"], NOW, ZONE)
    late = NOW.replace(hour=23, minute=50)
    assert said(["next", "00:20"], late, ZONE).next_at == late + 30 * MINUTE


def test_a_time_of_day_is_that_of_whoever_writes() -> None:
    assert said(["next", "03:00"], NOW, ZoneInfo("America/Vancouver")).next_at == NOW + 18 * MINUTE
