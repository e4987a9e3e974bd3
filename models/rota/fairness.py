"""How the days fall: who had how many of them, and of those that nobody likes, by the one resolver."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.rota.calendar import DAY
from models.rota.duty import duties
from models.rota.rota import Rota


@dataclass(frozen=True, slots=True)
class Tally:
    """How many working days somebody had, and how many of them were Mondays, Fridays, and the eves of holidays."""

    days: int = 0
    mondays: int = 0
    fridays: int = 0
    eves: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.days + other.days,
            self.mondays + other.mondays,
            self.fridays + other.fridays,
            self.eves + other.eves,
        )


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class DayServed:
    """One working day and whose it was. begin: when its hours began; engineer: None where it was nobody's."""

    day: date
    begin: datetime
    engineer: str | None
    is_eve: bool

    @property
    def tally(self) -> Tally:
        """What this one day adds to its engineer's figures."""
        weekday = self.day.isoweekday()
        return Tally(1, int(weekday == 1), int(weekday == 5), int(self.is_eve))  # noqa: PLR2004 - Friday


def tally(rota: Rota, since: datetime, until: datetime) -> Mapping[str, Tally]:
    """Give the figures of everybody who has a working day whose hours begin in [since, until).

    Past or planned, daily or weekly: each working day counts once, so that a week's shift is its working days.
    """
    return summed(days_served(rota, since, until))


def summed(days: Iterable[DayServed]) -> Mapping[str, Tally]:
    """Give the figures of everybody whom some days name."""
    found: dict[str, Tally] = {}
    for one in days:
        if one.engineer is not None:
            found[one.engineer] = found.get(one.engineer, NOTHING) + one.tally
    return found


def days_served(rota: Rota, since: datetime, until: datetime) -> Iterator[DayServed]:
    """Yield each working day whose hours begin in [since, until), with whose it was; one not planned is left out.

    It is whose the greater part of its hours was, as the resolver names them; of equal parts, the first counts.
    """
    calendar = rota.calendar
    day, last = calendar.day_of(since), calendar.day_of(until)
    while day <= last:
        begin, end = calendar.hours_of(day)
        parts = _parts(rota, begin, end) if since <= begin < until and calendar.is_working(day) else {}
        if parts:
            yield DayServed(day, begin, max(parts, key=lambda one: parts[one]), calendar.is_eve(day))
        day += DAY


def _parts(rota: Rota, begin: datetime, end: datetime) -> Mapping[str | None, timedelta]:
    """Give how long each has of a span, the first one first; None stands for nobody, where that is planned."""
    parts: dict[str | None, timedelta] = {}
    for duty in duties(rota, begin, end):
        if duty.source is not None:
            length = min(duty.end, end) - max(duty.start, begin)
            parts[duty.engineer] = parts.get(duty.engineer, timedelta()) + length
    return parts
