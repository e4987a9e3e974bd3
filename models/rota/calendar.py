"""Which days are worked, when the handover falls, and how much working time passes.

Source: DESIGN §5. Instants are aware and UTC; civil time exists only inside this module.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from typing import TypeVar
from zoneinfo import ZoneInfo

import holidays

from models.errors import ConfigError
from models.policy import Rotation, Weekday

DAY = timedelta(days=1)
LONGEST_BREAK = 400  # days without a working day after which the calendar itself must be wrong

MOST_KEPT = 4_000
"""How many days a calendar remembers: one is asked for the same few weeks again and again."""

Window = tuple[datetime, datetime]
KeptT = TypeVar("KeptT")


class CalendarError(ConfigError):
    """A calendar that cannot be used: an unknown country, or no working day within a year."""


class DayKind(StrEnum):
    """What a civil day is to a rotation."""

    WORKING = "working"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class WorkCalendar:
    """The days and hours of one rotation in one time zone."""

    rotation: Rotation
    zone: ZoneInfo
    _years: dict[int, Mapping[date, str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _kinds: dict[date, DayKind] = field(default_factory=dict, init=False, repr=False, compare=False)
    _hours: dict[date, Window] = field(default_factory=dict, init=False, repr=False, compare=False)

    def kind(self, day: date) -> DayKind:
        """Give what a day is. A holiday on a day that is off anyway is a weekend."""
        known = self._kinds.get(day)
        return known if known is not None else _kept(self._kinds, day, self._kind(day))

    def _kind(self, day: date) -> DayKind:
        if day in self.rotation.holidays.extra_working:
            return DayKind.WORKING
        if Weekday.of(day) not in self.rotation.working_days:
            return DayKind.WEEKEND
        if day in self.rotation.holidays.extra_off or day in self._holidays(day.year):
            return DayKind.HOLIDAY
        return DayKind.WORKING

    def is_working(self, day: date) -> bool:
        return self.kind(day) is DayKind.WORKING

    def why_off(self, day: date) -> str | None:
        """Give `weekend`, the holiday's name or `day off`; None on a working day."""
        kind = self.kind(day)
        if kind is DayKind.HOLIDAY:
            return self._holidays(day.year).get(day, "day off")
        return None if kind is DayKind.WORKING else kind.value

    def is_eve(self, day: date) -> bool:
        """Say whether a day is the last one worked before a break that has a holiday in it.

        Nothing else makes a break longer than the weekend that is usual after that day.
        """
        following = self.next_working(day)
        between = (day + ahead * DAY for ahead in range(1, (following - day).days))
        return self.is_working(day) and any(self.kind(one) is DayKind.HOLIDAY for one in between)

    def next_working(self, day: date) -> date:
        """Give the first working day strictly after a day."""
        return self.working_from(day + DAY)

    def working_from(self, day: date) -> date:
        """Give a day itself if it is worked, else the first one after it that is."""
        for ahead in range(LONGEST_BREAK):
            if self.is_working(day + ahead * DAY):
                return day + ahead * DAY
        raise CalendarError(f"rotation {self.rotation.name!r} has no working day within {LONGEST_BREAK} days of {day}")

    def after_working_days(self, day: date, days: int) -> date:
        """Give the day that is a number of working days later; zero gives the day itself."""
        for _ in range(days):
            day = self.next_working(day)
        return day

    def before_working_days(self, day: date, days: int) -> date:
        """Give the day that is a number of working days earlier; zero gives the day itself."""
        for _ in range(days):
            day = self.last_working(day)
        return day

    def last_working(self, day: date) -> date:
        """Give the last working day strictly before a day."""
        for back in range(1, LONGEST_BREAK):
            if self.is_working(day - back * DAY):
                return day - back * DAY
        raise CalendarError(f"rotation {self.rotation.name!r} has no working day within {LONGEST_BREAK} days of {day}")

    def next_shift_day(self, day: date) -> date:
        """Give the first day strictly after a day on which a shift begins."""
        if self.rotation.kind == "daily":
            return self.next_working(day)
        anchor = self._handover_weekday_until(day)
        # A week without any working day before the next handover has no shift of its own.
        return next(begin for weeks in count() if (begin := self.working_from(anchor + 7 * weeks * DAY)) > day)

    def shift_day_from(self, day: date) -> date:
        """Give a day itself if a shift begins on it, else the first one after it."""
        return self.next_shift_day(day - DAY)

    def shift_day_at(self, at: datetime) -> date:
        """Give the day of the shift that runs at an instant: the last one whose handover has passed."""
        today = self.day_of(at) + DAY
        for back in range(LONGEST_BREAK):
            day = self.shift_day_from(today - back * DAY)
            if self.handover_at(day) <= at:
                return day
        raise CalendarError(f"rotation {self.rotation.name!r} has no shift within {LONGEST_BREAK} days of {at}")

    def day_of(self, at: datetime) -> date:
        """Give the civil date of an instant."""
        return at.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        """Give the first instant of a civil day."""
        return self._instant(day, time(0))

    def at(self, day: date, time_of_day: time) -> datetime:
        """Give the instant of a civil time, by the same rule as the handover's."""
        return self._instant(day, time_of_day)

    def handover_at(self, day: date) -> datetime:
        """Give the instant of the handover on a civil day.

        A time that does not exist on it: the first instant after; one that is twice: the first.
        """
        return self._instant(day, self.rotation.handover_at)

    def hours_of(self, day: date) -> Window:
        """Give when a day's hours begin and end, whether or not it is worked."""
        known = self._hours.get(day)
        if known is not None:
            return known
        hours = self.rotation.hours
        return _kept(self._hours, day, (self._instant(day, hours.start), self._instant(day, hours.end)))

    def is_within_hours(self, at: datetime) -> bool:
        """Say whether an instant lies in the hours of a working day."""
        day = self.day_of(at)
        begin, end = self.hours_of(day)
        return begin <= at < end and self.is_working(day)

    def next_hours_begin(self, at: datetime) -> datetime:
        """Give when hours next begin, strictly after an instant."""
        return next(begin for begin, _ in self._windows(at) if begin > at)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Give how much of the rotation's hours lies in [start, end); zero where end is not after start."""
        total = timedelta()
        day, last = self.day_of(start), self.day_of(end)
        while day <= last:
            if self.is_working(day):
                begin, stop = self.hours_of(day)
                total += max(timedelta(), min(stop, end) - max(begin, start))
            day += DAY
        return total

    def add_working_time(self, start: datetime, span: timedelta) -> datetime:
        """Give the instant by which a span of the rotation's hours has passed since start; start itself for none."""
        if span <= timedelta():
            return start
        for begin, end in self._windows(start):
            left = end - max(begin, start)
            if span <= left:
                return max(begin, start) + span
            span -= max(left, timedelta())
        raise AssertionError("hours never end")  # pragma: no cover

    def _windows(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the hours of each working day from the day of an instant on."""
        day = self.day_of(at) - DAY
        while True:
            day = self.next_working(day)
            yield self.hours_of(day)

    def _handover_weekday_until(self, day: date) -> date:
        """Give the last day up to this one that falls on the handover weekday, holiday or not."""
        wanted = list(Weekday).index(self.rotation.handover_weekday)
        return day - (day.weekday() - wanted) % 7 * DAY

    def _holidays(self, year: int) -> Mapping[date, str]:
        if year not in self._years:
            self._years[year] = self._look_up(year)
        return self._years[year]

    def _look_up(self, year: int) -> Mapping[date, str]:
        chosen = self.rotation.holidays
        if chosen.country is None:
            return {}
        try:
            return dict(holidays.country_holidays(chosen.country, subdiv=chosen.subdivision, years=year))
        except NotImplementedError as error:
            raise CalendarError(f"rotation {self.rotation.name!r}: {error}") from None

    def _instant(self, day: date, at: time) -> datetime:
        civil = datetime.combine(day, at, tzinfo=self.zone)
        instant = civil.astimezone(UTC)
        if instant.astimezone(self.zone).replace(tzinfo=None) == civil.replace(tzinfo=None):
            return instant
        return self._end_of_gap(civil.replace(fold=1).astimezone(UTC), instant)

    def _end_of_gap(self, before: datetime, after: datetime) -> datetime:
        """Give the first instant of the new offset between two instants on either side of one clock change."""
        new = after.astimezone(self.zone).utcoffset()
        low, high = 0, int((after - before).total_seconds())
        while low < high:
            middle = (low + high) // 2
            if (before + timedelta(seconds=middle)).astimezone(self.zone).utcoffset() == new:
                high = middle
            else:
                low = middle + 1
        return before + timedelta(seconds=low)


def _kept(found: dict[date, KeptT], day: date, what: KeptT) -> KeptT:
    if len(found) >= MOST_KEPT:
        found.clear()
    found[day] = what
    return what
