"""How services stood: spans of trouble and of maintenance → a state for each day, and the share of time without any.

Pure functions of values. Days are civil days of the organisation; one may last 23 or 25 hours. Source: DESIGN §1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.rota.spans import Spans, united

DAY = timedelta(days=1)
NOTHING = timedelta(0)


class State(StrEnum):
    """How a service stands, or stood on a day."""

    UNKNOWN = "unknown"
    WORKING = "working"
    MAINTENANCE = "maintenance"
    DEGRADED = "degraded"
    DOWN = "down"

    @property
    def gravity(self) -> int:
        """A number that is greater for what is worse."""
        return tuple(State).index(self)


Times = tuple[datetime, datetime]
"""A half-open span."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A span in which a service was down or degraded. end: None: it still is."""

    state: State
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    """How a service stood on a day: the worst of it, and for how long. known: how much of it was watched at all."""

    day: date
    state: State
    down: timedelta = NOTHING
    degraded: timedelta = NOTHING
    maintenance: timedelta = NOTHING
    known: timedelta = NOTHING


@dataclass(frozen=True, slots=True)
class _History:
    """What is known of a service, each as spans in order and apart."""

    watched: Spans[None]
    planned: Spans[None]
    down: Spans[None]
    degraded: Spans[None]


def days(
    zone: ZoneInfo,
    now: datetime,
    count: int,
    *,
    troubles: Sequence[Trouble],
    windows: Sequence[Times],
    since: datetime | None,
) -> tuple[Day, ...]:
    """Give how a service stood on each of the last days, today's last.

    Trouble within a maintenance was announced and counts as that; what is both down and degraded is down.
    since: from when on the service is watched; None: it never was.
    """
    history = _History(
        watched=united([] if since is None else [(since, now)]),
        planned=united((start, min(end, now)) for start, end in windows),
        down=_of(troubles, State.DOWN, now),
        degraded=_of(troubles, State.DEGRADED, now),
    )
    return tuple(_day(day, bounds, history) for day, bounds in _bounds(zone, now, count))


def worst(states: Iterable[State]) -> State:
    """Give the worst of some states; all is well where there are none."""
    return max(states, key=lambda one: one.gravity, default=State.WORKING)


def state_now(troubles: Iterable[Trouble], windows: Iterable[Times], now: datetime) -> State:
    """Give how a service stands: trouble within a maintenance was announced."""
    if any(start <= now < end for start, end in windows):
        return State.MAINTENANCE
    return worst(one.state for one in troubles if one.start <= now and (one.end is None or one.end > now))


def share_up(shown: Iterable[Day]) -> float | None:
    """Give the share of the watched time in which a service was not down; None where nobody watched."""
    known = down = NOTHING
    for one in shown:
        known, down = known + one.known, down + one.down
    return None if known <= NOTHING else max(0.0, 1 - down / known)


def _of(troubles: Iterable[Trouble], state: State, now: datetime) -> Spans[None]:
    return united((one.start, min(one.end or now, now)) for one in troubles if one.state is state)


def _bounds(zone: ZoneInfo, now: datetime, count: int) -> Iterable[tuple[date, Times]]:
    today = now.astimezone(zone).date()
    for ago in reversed(range(count)):
        day = today - ago * DAY
        yield day, (_midnight(zone, day), _midnight(zone, day + DAY))


def _midnight(zone: ZoneInfo, day: date) -> datetime:
    # In UTC: the difference of two times of one zone is that of the clocks on the wall, whatever happened between.
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _day(day: date, bounds: Times, history: _History) -> Day:
    known = _length(_within(history.watched, bounds))
    maintenance = _within(history.planned, bounds)
    gone = _without(_within(history.down, bounds), maintenance)
    slow = _without(_without(_within(history.degraded, bounds), maintenance), gone)
    lengths = {State.DOWN: _length(gone), State.DEGRADED: _length(slow), State.MAINTENANCE: _length(maintenance)}
    if not known and not any(lengths.values()):
        return Day(day, State.UNKNOWN)
    state = worst(one for one, length in lengths.items() if length)
    return Day(day, state, lengths[State.DOWN], lengths[State.DEGRADED], lengths[State.MAINTENANCE], known)


def _within(spans: Spans[None], bounds: Times) -> list[Times]:
    start, end = bounds
    return [(max(one.start, start), min(one.end, end)) for one in spans.within(start, end)]


def _without(spans: Iterable[Times], taken: Sequence[Times]) -> list[Times]:
    """Give what is left of spans where others, in order and apart, are taken out."""
    left: list[Times] = []
    for start, end in spans:
        at = start
        for hole_start, hole_end in taken:
            if hole_start < end and hole_end > at:
                left += [(at, hole_start)] if hole_start > at else []
                at = max(at, hole_end)
        left += [(at, end)] if at < end else []
    return left


def _length(spans: Iterable[Times]) -> timedelta:
    return sum((end - start for start, end in spans), NOTHING)
