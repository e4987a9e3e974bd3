"""Days as people write them: `2026-12-03`, `today`, `tomorrow`, `fri`, `3 dec`. Source: DESIGN §7."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from handlers.context import Context
from handlers.wording import dates as wording
from models.errors import UserError
from models.policy import Person
from models.rota.zone import zone, zone_names

DAY = timedelta(days=1)
JUST_PAST = timedelta(days=60)  # a date without its year that has only just passed may be meant
FARTHEST = timedelta(days=3660)
RELATIVE = {"yesterday": -1, "today": 0, "tomorrow": 1}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

_ISO = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?\s*([a-z]{3,9})\.?,?(?:\s+(\d{4}))?", re.ASCII)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}))?", re.ASCII)
_RANGE = re.compile(r"\s*(?:\.{2,}|…|–|—)\s*|\s+(?:to|until|till|-)\s+", re.IGNORECASE)
_NUMBERS = re.compile(r"\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{1,4})?\.?", re.ASCII)


class NoDay(UserError):
    """Words that are no day at all; where they could be two, a plain UserError asks which."""


def zone_of(ctx: Context, reader: Person | None = None) -> ZoneInfo:
    """Give the civil time of a reader (None: of whoever asks): their own, or the organisation's."""
    person = reader or ctx.person
    name = person.timezone if person is not None else None
    return zone(name) if name is not None and name in zone_names() else ctx.policy.zone


def today_of(ctx: Context) -> date:
    """Give the present day of whoever asks."""
    return ctx.now.astimezone(zone_of(ctx)).date()


def parse_day(text: str, today: date) -> date:
    """Give the day that somebody wrote. Raises UserError, with examples or a question, where it is none or two.

    today: the writer's. A weekday is the coming one; a day and month without a year are the coming ones.
    """
    wanted = " ".join(text.lower().split())
    day = _relative(wanted, today) or _iso(wanted) or _named(wanted, today)
    if day is None:
        raise _refusal(text, wanted)
    if abs(day - today) > FARTHEST:
        raise UserError(wording.too_far(day))
    return day


def _refusal(text: str, wanted: str) -> UserError:
    is_asked = _NUMBERS.fullmatch(wanted) and not _ISO.fullmatch(wanted)
    return UserError(wording.numbers_only(text)) if is_asked else NoDay(wording.no_day(text))


def leading_day(words: Sequence[str], today: date) -> tuple[date, Sequence[str]]:
    """Give the day that a command's words begin with, of one to three words, and the words after it."""
    for length in (3, 2):
        if length <= len(words):
            try:
                return parse_day(" ".join(words[:length]), today), words[length:]
            except NoDay:
                continue
    return parse_day(" ".join(words[:1]), today), words[1:]


def leading_span(words: Sequence[str], today: date) -> tuple[date, date, Sequence[str]]:
    """Give the days that a command's words begin with, as `fri`, `3 dec..7 dec`, `mon to fri`, and the words after.

    The last day is read from the first one on: `fri..mon` ends on the Monday after that Friday.
    """
    text = " ".join(words)
    for sign in _RANGE.finditer(text):
        is_certain = not sign[0].strip().isalpha()
        rest = text[sign.end() :].split()
        try:
            first = parse_day(text[: sign.start()], today)
            last, after = leading_day(rest, today if " ".join(rest[:1]).lower() in RELATIVE else first)
        except NoDay:
            if is_certain:
                raise
        else:
            return first, last, after
    first, after = leading_day(words, today)
    return first, first, after


def _relative(wanted: str, today: date) -> date | None:
    if wanted in RELATIVE:
        return today + RELATIVE[wanted] * DAY
    is_next = wanted.startswith("next ")
    weekday = _index(WEEKDAYS, wanted.removeprefix("next "))
    if weekday is None:
        return None
    day = today + (weekday - today.weekday()) % 7 * DAY
    if is_next or day == today:
        raise UserError(wording.which_of_two(wanted, day, day + 7 * DAY))
    return day


def _iso(wanted: str) -> date | None:
    if not _ISO.fullmatch(wanted):
        return None
    return _date(*map(int, wanted.split("-")))


def _named(wanted: str, today: date) -> date | None:
    if found := _DAY_FIRST.fullmatch(wanted):
        number, word, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(wanted):
        word, number, year = found.groups()
    else:
        return None
    month = _index(MONTHS, word)
    if month is None:
        return None
    return _date(int(year), month + 1, int(number)) if year else _coming(month + 1, int(number), today)


def _coming(month: int, number: int, today: date) -> date | None:
    days = [day for ahead in range(9) if (day := _date(today.year + ahead, month, number)) is not None]
    coming = next((day for day in days if day >= today), None)
    past = next((day for day in days if today - JUST_PAST <= day < today), None)
    if past is not None and coming is not None:
        raise UserError(wording.which_of_two(f"{number} {MONTHS[month - 1]}", past, coming))
    return coming


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _index(names: Sequence[str], word: str) -> int | None:
    """Give which name a word is the beginning of: three letters at the least."""
    if len(word) < 3:  # noqa: PLR2004 - `mon`, `dec`
        return None
    return next((index for index, name in enumerate(names) if name.startswith(word)), None)
