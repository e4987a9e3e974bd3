"""How times, spans and dates are written: local, short, with the zone's name."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

FEW_HOURS = 6
WEEK_DAYS = 7
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def clock(at: datetime, zone: ZoneInfo) -> str:
    """Give a local time with its zone: `09:00 PDT`."""
    local = at.astimezone(zone)
    return f"{local:%H:%M} {local.tzname()}"


def moment(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Give a local time as one says it now: `09:00 PST`, `tomorrow 09:00 PST`, `Mon 23 Nov 09:00 PST`."""
    days = (at.astimezone(zone).date() - now.astimezone(zone).date()).days
    names = {0: "", 1: "tomorrow ", -1: "yesterday "}
    prefix = names.get(days, f"{day(at.astimezone(zone).date(), now.astimezone(zone).date())} ")
    return f"{prefix}{clock(at, zone)}"


def day(civil: date, today: date | None = None) -> str:
    """Give a date: `Mon 23 Nov`; with its year where that is not today's: `Sun 3 Jan 2027`."""
    year = f" {civil.year}" if today is not None and civil.year != today.year else ""
    return f"{civil:%a} {civil.day} {civil:%b}{year}"


def days(civil: Sequence[date], today: date | None = None) -> str:
    """Give dates in their order: `Mon 9 Nov, Thu 12 Nov`; three and more in a row as `Mon 9 Nov to Fri 13 Nov`."""
    runs: list[list[date]] = []
    for one in sorted(civil):
        if runs and one - runs[-1][-1] == DAY:
            runs[-1].append(one)
        else:
            runs.append([one])
    return ", ".join(_run(run, today) for run in runs)


def _run(run: Sequence[date], today: date | None) -> str:
    if len(run) < 3:  # noqa: PLR2004 - two days are as short by themselves
        return ", ".join(day(one, today) for one in run)
    return f"{day(run[0], today)} to {day(run[-1], today)}"


def span(length: timedelta) -> str:
    """Give a length of time roughly: `less than a minute`, `5 min`, `1 h 20 min`, `1 day 16 h`, `9 days`."""
    if length < MINUTE:
        return "less than a minute"
    if length < HOUR:
        return f"{length // MINUTE} min"
    days, hours, minutes = length // DAY, length % DAY // HOUR, length % HOUR // MINUTE
    if not days:
        return f"{hours} h {minutes} min" if minutes and hours < FEW_HOURS else f"{hours} h"
    in_days = count(days, "day")
    return f"{in_days} {hours} h" if hours and days < WEEK_DAYS else in_days


def count(number: int, one: str, many: str | None = None) -> str:
    """Give a number with its noun: `1 request`, `3 requests`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
