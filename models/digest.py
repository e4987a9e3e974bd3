"""The figures of a digest: what was asked in a week, how long it took, what waited longest. Pure. Source: DESIGN §1."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from models.triage.verdict import RequestClass

FEWEST = 3
"""Of fewer than these no median is told: it would be one person's luck."""

CLASSES = (RequestClass.URGENT, RequestClass.PLATFORM, RequestClass.COMMUNITY)

WorkingTime = Callable[[str | None, datetime, datetime], timedelta]
"""Gives how much of a rotation's hours (None: of a request that is nobody's) lies between two instants."""


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time, half-open."""

    start: datetime
    end: datetime

    def has(self, at: datetime | None) -> bool:
        """Say whether an instant lies in it."""
        return at is not None and self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the figures see it; those that turned out to be none are not among them.

    channel, root: where its thread is. place: the channel's name; None for a direct message or an unnamed place.
    since: when it was opened, or reopened last. taken_at: when somebody acknowledged it. resolved_at: None unless it is
    resolved now. is_live: whether somebody may still have to do something.
    """

    number: int
    request_class: RequestClass
    opened_at: datetime
    since: datetime
    rotation: str | None = None
    platform: str = ""
    channel: str = ""
    root: str = ""
    place: str | None = None
    is_direct: bool = False
    answered_at: datetime | None = None
    taken_at: datetime | None = None
    resolved_at: datetime | None = None
    is_live: bool = True

    def began(self, at: datetime) -> datetime:
        """Give since when it had waited for what came at an instant: an answer may be older than the reopening."""
        return self.since if self.since <= at else self.opened_at


@dataclass(frozen=True, slots=True)
class Corrected:
    """One correction of a request's class. request: its number; None where it was none before."""

    request: int | None
    was: RequestClass
    label: RequestClass


@dataclass(frozen=True, slots=True)
class Took:
    """How long something took: in working hours, and by the clock."""

    working: timedelta
    clock: timedelta


@dataclass(frozen=True, slots=True)
class Typical:
    """How long something took as a rule. number: how often it happened. median: None where that was too seldom."""

    number: int
    median: Took | None


@dataclass(frozen=True, slots=True)
class Week:
    """What happened in a period: requests that were opened, first answers that were given, requests that were resolved.

    by_place: the most first; None stands for direct messages and places without a name.
    """

    total: int
    by_class: Mapping[RequestClass, int]
    by_place: Sequence[tuple[str | None, int]]
    answered: Typical
    resolved: Typical


@dataclass(frozen=True, slots=True)
class Waited:
    """A request that waited for a person. is_waiting: it still did when the period ended."""

    asked: Asked
    took: Took
    is_waiting: bool


def week(found: Iterable[Asked], period: Period, working: WorkingTime) -> Week:
    """Give the figures of a period."""
    rows = list(found)
    opened = [one for one in rows if period.has(one.opened_at)]
    classes = Counter(one.request_class for one in opened)
    places = Counter(None if one.is_direct else one.place for one in opened)
    return Week(
        total=len(opened),
        by_class={one: classes[one] for one in CLASSES},
        by_place=sorted(places.items(), key=lambda each: (-each[1], each[0] is None, each[0] or "")),
        answered=_typical(((one, one.answered_at) for one in rows), period, working),
        resolved=_typical(((one, one.resolved_at) for one in rows), period, working),
    )


def _typical(ends: Iterable[tuple[Asked, datetime | None]], period: Period, working: WorkingTime) -> Typical:
    lengths = [_took(one, at, working) for one, at in ends if at is not None and period.has(at)]
    if len(lengths) < FEWEST:
        return Typical(len(lengths), None)
    middle = Took(_middle([one.working for one in lengths]), _middle([one.clock for one in lengths]))
    return Typical(len(lengths), middle)


def _middle(lengths: Sequence[timedelta]) -> timedelta:
    return timedelta(seconds=median(one.total_seconds() for one in lengths))


def _took(one: Asked, at: datetime, working: WorkingTime) -> Took:
    began = one.began(at)
    return Took(working(one.rotation, began, at), at - began)


def waited_longest(found: Iterable[Asked], period: Period, working: WorkingTime, most: int = 3) -> Sequence[Waited]:
    """Give what waited longest for a person in a period, by working hours; nothing that waited no minute of them."""
    waits = [wait for one in found if (wait := _wait(one, period, working)) is not None]
    long = [wait for wait in waits if wait.took.working >= timedelta(minutes=1)]
    return sorted(long, key=lambda wait: (-wait.took.working, -wait.took.clock, wait.asked.number))[:most]


def _wait(one: Asked, period: Period, working: WorkingTime) -> Waited | None:
    """Give how long a request waited; None where its wait was over before, began later, or ended nobody knows when."""
    ends = [at for at in (one.answered_at, one.taken_at, one.resolved_at) if at is not None]
    over = min(ends, default=None)
    is_known = over >= period.start if over is not None else one.is_live
    if one.opened_at >= period.end or not is_known:
        return None
    is_waiting = over is None or over >= period.end
    until = period.end if over is None or is_waiting else over
    return Waited(one, _took(one, until, working), is_waiting)


def corrections(found: Iterable[Corrected]) -> Sequence[tuple[RequestClass, RequestClass, int]]:
    """Give how many requests were corrected from which class to which, the most first.

    found: in order. What was corrected twice counts once, and not at all where it was put back.
    """
    first: dict[int, RequestClass] = {}
    last: dict[int, RequestClass] = {}
    for at, one in enumerate(found):
        key = one.request if one.request is not None else -at - 1
        first.setdefault(key, one.was)
        last[key] = one.label
    pairs = Counter((first[key], last[key]) for key in last if first[key] is not last[key])
    ordered = sorted(pairs.items(), key=lambda each: (-each[1], -each[0][1].gravity, -each[0][0].gravity))
    return [(was, label, number) for (was, label), number in ordered]


def per_day(
    opened: Iterable[tuple[RequestClass, datetime]], days: Iterable[date], day_of: Callable[[datetime], date]
) -> Mapping[date, Mapping[RequestClass, int]]:
    """Give how many requests of each class were opened on each of some civil days."""
    counts = Counter((day_of(at), one) for one, at in opened)
    return {day: {one: counts[day, one] for one in CLASSES} for day in days}
