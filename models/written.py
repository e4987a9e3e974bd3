"""Values as the configuration writes them: lengths of time, times of day, dates, instants, the topics of channels."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

LONGEST_TOPIC = 180
"""Leaves room for names within the 250 characters that the strictest platform allows."""

_DURATION = re.compile(r"(\d+)\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


class Strict(BaseModel):
    """A frozen piece of the configuration in which an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_TURNS = {**dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c"), **dict.fromkeys("\u2066\u2067\u2068", "\u2069")}
"""What turns the direction of writing, and what ends it. Source: Unicode Standard Annex #9, 2."""


def closed(text: str) -> str:
    """Give a text that ends each turn of the direction of writing that it begins, as what follows has to be legible."""
    left: list[str] = []
    for char in text:
        if char in _TURNS:
            left.append(_TURNS[char])
        elif left and char == left[-1]:
            left.pop()
    return text + "".join(reversed(left))


def parse_duration(value: object) -> object:
    """Give a timedelta for `0m`, `90s`, `4h` or `10d`. A bare number is refused: nobody knows its unit."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"`{value}` is no duration: write a number and s, m, h or d, as in 5m")
    try:
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    except OverflowError:
        raise ValueError(f"`{value}` is longer than anybody waits") from None


def parse_time(value: object) -> object:
    """Give a civil time for `09:00` or `9:00`. A number is refused: YAML 1.1 reads 9:00 as 540."""
    if isinstance(value, time):
        return value
    match = _TIME.fullmatch(str(value).strip())
    if match is None:
        raise ValueError(f"`{value}` is no time of day: write it as 09:00")
    return time(int(match[1]), int(match[2]))


def parse_day(value: object) -> object:
    """Give a date for `2026-12-24`; nothing else is taken for one."""
    if isinstance(value, date):
        return value
    written = str(value).strip()
    try:
        return date.fromisoformat(written if _DAY.fullmatch(written) else "")
    except ValueError:
        raise ValueError(f"`{value}` is no date: write it as 2026-12-24") from None


def parse_moment(value: object) -> object:
    """Give an instant for `2026-12-24 22:00` or an ISO date-time; without an offset it is the organisation's time."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError(f"`{value}` is no date and time: write it as 2026-12-24 22:00") from None


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
CivilTime = Annotated[time, BeforeValidator(parse_time)]
Day = Annotated[date, BeforeValidator(parse_day)]
Moment = Annotated[datetime, BeforeValidator(parse_moment)]


def check_topic(text: str) -> str:
    """Give a channel topic whose braces name what the bot can fill in."""
    try:
        shown = text.format(engineer="", until="", next="")
    except (KeyError, IndexError, ValueError, AttributeError):
        raise ValueError(f"`{text}` can only name {{engineer}}, {{until}} and {{next}}") from None
    if len(shown) > LONGEST_TOPIC:
        raise ValueError(f"a topic has at most {LONGEST_TOPIC} characters besides the names")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(closed)]
Topic = Annotated[str, AfterValidator(check_topic)]
