"""Days as people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dates import FARTHEST, leading_day, leading_span, parse_day
from models.errors import UserError

WEDNESDAY = date(2026, 12, 2)
DAYS = st.dates(min_value=WEDNESDAY - FARTHEST, max_value=WEDNESDAY + FARTHEST)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", "2026-12-02"),
        ("Tomorrow", "2026-12-03"),
        ("yesterday", "2026-12-01"),
        ("fri", "2026-12-04"),
        ("Tuesday", "2026-12-08"),
        ("thurs", "2026-12-03"),
        ("2026-12-24", "2026-12-24"),
        ("24 dec", "2026-12-24"),
        ("24dec", "2026-12-24"),
        ("dec 24", "2026-12-24"),
        ("24th December", "2026-12-24"),
        ("December 24, 2027", "2027-12-24"),
        ("3 feb", "2027-02-03"),
        ("29 feb", "2028-02-29"),
        ("2 dec", "2026-12-02"),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: str) -> None:
    assert parse_day(text, WEDNESDAY).isoformat() == day


@pytest.mark.parametrize(
    "text",
    ["", "   ", "soon", "31 feb", "2026-13-01", "2026-02-30", "0 dec", "32 dec", "½ dec", "٣ dec", "d", "x" * 9000],
)
def test_what_is_no_day_is_answered_with_examples(text: str) -> None:
    with pytest.raises(UserError, match="Write it as 2026-12-03, 3 dec, fri"):
        parse_day(text, WEDNESDAY)


@pytest.mark.parametrize("text", ["03/12", "3.12.", "12-03", "03/12/2026"])
def test_a_date_in_numbers_alone_is_asked_about(text: str) -> None:
    with pytest.raises(UserError, match="which is the day, and which the month"):
        parse_day(text, WEDNESDAY)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("wed", "2026-12-02", "2026-12-09"),
        ("next fri", "2026-12-04", "2026-12-11"),
        ("30 nov", "2026-11-30", "2027-11-30"),
    ],
)
def test_a_day_that_could_be_two_is_answered_with_a_question(text: str, first: str, second: str) -> None:
    with pytest.raises(UserError, match=f"Which day do you mean .*{first}.*{second}.*\\?"):
        parse_day(text, WEDNESDAY)


@pytest.mark.parametrize("text", ["2010-01-01", "9999-12-31", "0001-01-01", "3 dec 2090"])
def test_a_day_that_nobody_plans_for_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="too far away"):
        parse_day(text, WEDNESDAY)


@given(DAYS)
def test_every_day_is_read_back_as_it_is_written_out(day: date) -> None:
    assert parse_day(day.isoformat(), WEDNESDAY) == day
    assert parse_day(f"{day.day} {day:%b} {day.year}", WEDNESDAY) == day
    assert parse_day(f"{day:%B} {day.day}, {day.year}", WEDNESDAY) == day


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_a_refusal_that_can_be_shown(text: str) -> None:
    assert _read(text)


def _read(text: str) -> str:
    try:
        return parse_day(text, WEDNESDAY).isoformat()
    except UserError as refusal:
        return str(refusal)


@given(DAYS.filter(lambda day: abs(day - WEDNESDAY) > timedelta(days=61)))
def test_the_words_after_a_day_are_left(day: date) -> None:
    assert leading_day([*f"{day.day} {day:%b} {day.year}".split(), "@ben"], WEDNESDAY) == (day, ["@ben"])
    assert leading_day([day.isoformat(), "ben", "cole"], WEDNESDAY) == (day, ["ben", "cole"])


@pytest.mark.parametrize(
    ("text", "first", "last", "rest"),
    [
        ("fri", "2026-12-04", "2026-12-04", ""),
        ("fri..mon", "2026-12-04", "2026-12-07", ""),
        ("fri…mon holiday", "2026-12-04", "2026-12-07", "holiday"),
        ("7 dec .. 11 dec with the family", "2026-12-07", "2026-12-11", "with the family"),
        ("mon to fri", "2026-12-07", "2026-12-11", ""),
        ("28 dec - 3 jan", "2026-12-28", "2027-01-03", ""),
        ("2026-12-07..2026-12-11", "2026-12-07", "2026-12-11", ""),
        ("today..tomorrow", "2026-12-02", "2026-12-03", ""),
        ("fri to see the dentist", "2026-12-04", "2026-12-04", "to see the dentist"),
        ("2026-12-11..2026-12-07", "2026-12-11", "2026-12-07", ""),
    ],
)
def test_a_range_is_read_as_people_write_it(text: str, first: str, last: str, rest: str) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)
    assert leading_span(text.split(), WEDNESDAY) == (*days, rest.split())


@pytest.mark.parametrize("text", ["fri..soon", "soon..fri", "..", "next fri..mon", ""])
def test_a_range_with_an_end_that_is_no_day_or_two_is_refused_or_asked_about(text: str) -> None:
    with pytest.raises(UserError):
        leading_span(text.split(), WEDNESDAY)


def test_a_day_that_could_be_two_is_asked_about_within_a_command_too() -> None:
    with pytest.raises(UserError, match="Which day do you mean by “next fri”"):
        leading_day(["next", "fri", "@ben"], WEDNESDAY)
