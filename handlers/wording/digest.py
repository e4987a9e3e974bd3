"""What the bot says of a week: one message of at most 25 lines, for a tired person on a phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.chart import Chart, Series
from models.digest import CLASSES, Typical, Waited, Week
from models.message import (
    Block,
    Bullets,
    Code,
    Heading,
    Line,
    Mention,
    Message,
    MessageRef,
    Note,
    Span,
    Strong,
    line,
    message,
    note,
    paragraph,
)
from models.triage.verdict import RequestClass

MOST_PLACES, MOST_DEBTS, MOST_HELPERS, MOST_ROTATIONS, MOST_PAIRS = 5, 3, 5, 4, 4
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Debt:
    """A request that was resolved without documentation. name: of who owes the link."""

    number: int
    platform: str
    channel: str
    root: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody who helped others, and how often. platform, user: of whom the configuration does not know."""

    name: str
    number: int
    platform: str = ""
    user: str = ""

    def shown(self, platform: str) -> Span:
        """Give their name; a stranger is thanked by a mention where they can read it."""
        if not self.user:
            return self.name
        return Mention(self.user) if self.platform == platform else f"{self.user} on {self.platform}"


@dataclass(frozen=True, slots=True)
class Shifts:
    """Who is on call in a rotation on the working days to come; None: nobody."""

    rotation: str
    days: Sequence[tuple[date, str | None]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of a week. last: its last civil day so far; is_running: more are to come.

    before: the week before, cut at the same time where the week still runs. debts: all of them, the oldest first.
    incidents: how many began, and how many were resolved.
    """

    first: date
    last: date
    is_running: bool
    week: Week
    before: Week
    waited: Sequence[Waited]
    corrections: Sequence[tuple[RequestClass, RequestClass, int]]
    debts: Sequence[Debt]
    helpers: Sequence[Helper]
    shifts: Sequence[Shifts]
    zone: ZoneInfo
    incidents: tuple[int, int] = (0, 0)


def digest(facts: Facts, platform: str) -> Message:
    """Give the digest as it reads on a platform, on which alone a request's number can be a link."""
    blocks: list[Block] = [Heading(_title(facts))]
    blocks += _figures(facts) if _is_eventful(facts) else [paragraph(_nothing(facts))]
    blocks += _waited(facts, platform) + _debts(facts, platform)
    rest = [one for one in (_incidents(facts), _corrections(facts), _helpers(facts, platform)) if one]
    blocks += [Bullets(tuple(rest))] if rest else []
    return message(*blocks, *_shifts(facts), _small_print(facts), summary=f"{_title(facts)}: {_total(facts)}")


def _incidents(facts: Facts) -> Line:
    began, resolved = facts.incidents
    if not began and not resolved:
        return ()
    return line(f"Incidents: {began} began, {resolved} {'was' if resolved == 1 else 'were'} resolved")


def no_weeks(given: str, most: int) -> str:
    """Refuse a number of weeks that cannot be looked back on."""
    return f"“{given[:40]}” is no number of weeks from 1 to {most}."


def _title(facts: Facts) -> str:
    span = (
        times.day(facts.first) if facts.first == facts.last else f"{times.day(facts.first)} – {times.day(facts.last)}"
    )
    return f"This week so far, {span}" if facts.is_running else f"The week {span}"


def _is_eventful(facts: Facts) -> bool:
    return bool(facts.week.total or facts.week.answered.number or facts.week.resolved.number)


def _nothing(facts: Facts) -> str:
    if not facts.before.total:
        return f"Nobody asked for anything, as {_earlier(facts)}."
    return f"Nobody asked for anything; {_earlier(facts)} it was {times.count(facts.before.total, 'request')}."


def _earlier(facts: Facts) -> str:
    return "by this time last week" if facts.is_running else "the week before"


# -- figures


def _figures(facts: Facts) -> list[Block]:
    week, before = facts.week, facts.before
    lines = [
        line(Strong(_total(facts)), f", {_more(week.total - before.total)} than {_earlier(facts)}")
        if week.total != before.total
        else line(Strong(_total(facts)), f", as many as {_earlier(facts)}"),
        line(_by_class(week, before)),
        line(_by_place(week)) if week.total else (),
        line(_took("First answer", week.answered, before.answered)),
        line(_took("Resolution", week.resolved, before.resolved)),
    ]
    return [Bullets(tuple(one for one in lines if one))]


def _total(facts: Facts) -> str:
    return times.count(facts.week.total, "request")


def _more(difference: int) -> str:
    return f"↑ {difference} more" if difference > 0 else f"↓ {-difference} fewer"


def _by_class(week: Week, before: Week) -> str:
    told = (_class(one, week.by_class[one], before.by_class[one]) for one in CLASSES)
    return " · ".join(one for one in told if one)


def _class(named: RequestClass, number: int, before: int) -> str:
    """Give how many there were of a class, and how that differs; empty where there never were any."""
    if number == before:
        return f"{number} {named.value} (as many)" if number else ""
    return f"{number} {named.value} ({_more(number - before)})"


def _by_place(week: Week) -> str:
    shown = [f"{f'#{place}' if place else 'direct'} {number}" for place, number in week.by_place[:MOST_PLACES]]
    left = week.by_place[MOST_PLACES:]
    elsewhere = [f"elsewhere {sum(number for _, number in left)}"] if left else []
    return " · ".join((*shown, *elsewhere))


def _took(what: str, week: Typical, before: Typical) -> str:
    if week.median is None:
        few = f"{times.count(week.number, 'request')}, too few for a median" if week.number else "none"
        return f"{what}: {few}"
    worked, clock = times.span(week.median.working), times.span(week.median.clock)
    by_clock = f" ({clock} by the clock)" if clock != worked else ""
    return f"{what}: {worked}{by_clock}, median of {week.number}{_faster(week, before)}"


def _faster(week: Typical, before: Typical) -> str:
    if week.median is None or before.median is None:
        return ""
    difference = week.median.working - before.median.working
    if abs(difference) < MINUTE:
        return ", as before"
    arrow, word = ("↑", "slower") if difference > timedelta() else ("↓", "faster")
    return f", {arrow} {times.span(abs(difference))} {word}"


# -- what waits


def _waited(facts: Facts, platform: str) -> list[Block]:
    if not facts.waited:
        return []
    return [
        paragraph(Strong("Waited longest for a person")),
        Bullets(tuple(_wait(one, platform) for one in facts.waited)),
    ]


def _wait(one: Waited, platform: str) -> Line:
    asked = one.asked
    where = f"#{asked.place}" if asked.place and not asked.is_direct else "a direct message"
    still = "still waits: " if one.is_waiting else ""
    by_clock = "" if one.took.clock == one.took.working else f" ({times.span(one.took.clock)} by the clock)"
    said = f" {asked.request_class.value} in {where}, {still}{times.span(one.took.working)}{by_clock}"
    return line(_number(asked.number, asked.platform, asked.channel, asked.root, platform), said)


def _number(number: int, on: str, channel: str, root: str, platform: str) -> Span:
    return MessageRef(channel, root, f"#{number}") if on == platform else f"#{number}"


def _debts(facts: Facts, platform: str) -> list[Block]:
    """Give how many runbook debts there are, and the oldest of them, in one line."""
    if not facts.debts:
        return []
    spans: list[Span] = [Strong(times.count(len(facts.debts), "runbook debt")), ", the oldest: "]
    for at, one in enumerate(facts.debts[:MOST_DEBTS]):
        since = times.day(one.since.astimezone(facts.zone).date())
        number = _number(one.number, one.platform, one.channel, one.root, platform)
        spans += [", " if at else "", number, f" ({one.name}, {since})"]
    return [paragraph(*spans)]


def _corrections(facts: Facts) -> Line:
    if not facts.corrections:
        return ()
    total = sum(number for _, _, number in facts.corrections)
    share = f", {round(100 * total / facts.week.total)} for each 100 requests" if facts.week.total else ""
    pairs = [f"{was.value} → {label.value} {number}" for was, label, number in facts.corrections[:MOST_PAIRS]]
    return line(f"You corrected my class {times.count(total, 'time')}{share}: {', '.join(pairs)}")


def _helpers(facts: Facts, platform: str) -> Line:
    if not facts.helpers:
        return ()
    spans: list[Span] = ["Thank you for helping others: "]
    for at, one in enumerate(facts.helpers[:MOST_HELPERS]):
        spans += [", " if at else "", one.shown(platform), f" ({one.number})"]
    return line(*spans)


# -- who comes next


def _shifts(facts: Facts) -> list[Block]:
    told = [one for one in facts.shifts if one.days]
    if not told:
        return []
    if len(facts.shifts) == 1:
        return [paragraph(Strong("On call"), f": {_days(told[0])}")]
    lines = [line(Strong(one.rotation), f": {_days(one)}") for one in told[:MOST_ROTATIONS]]
    left = [line(f"and {len(told) - MOST_ROTATIONS} more rotations")] if len(told) > MOST_ROTATIONS else []
    return [paragraph(Strong("On call")), Bullets((*lines, *left))]


def _days(shifts: Shifts) -> str:
    """Give who is on call when: `Mon Ana Ruiz · Tue–Wed Ben Cole`; somebody's days in a row as one."""
    runs = [(name, [day for day, _ in run]) for name, run in groupby(shifts.days, key=lambda each: each[1])]
    return " · ".join(f"{_run(days)} {name or 'nobody'}" for name, days in runs)


def _run(days: Sequence[date]) -> str:
    return f"{days[0]:%a}" if len(days) == 1 else f"{days[0]:%a}–{days[-1]:%a}"


def _small_print(facts: Facts) -> Note:
    how = "Times are in working hours; half took less than the median." if _is_eventful(facts) else ""
    again = ("The week so far: ", Code("/oncall digest")) if not facts.is_running else (
        "The last full week: ", Code("/oncall digest 1"),
    )  # fmt: skip
    return note(f"{how} ".lstrip(), *again)


# -- the picture


def picture(days: Sequence[tuple[date, Mapping[RequestClass, int], bool]]) -> Chart:
    """Give the picture of how many requests of each class came on each day. A True begins a week."""
    series = tuple(Series(one.value, tuple(counts[one] for _, counts, _ in days)) for one in CLASSES)
    labels = tuple(f"{day.day} {day:%b}" if begins else "" for day, _, begins in days)
    return Chart("Requests per day", labels, series, _in_words(days))


def _in_words(days: Sequence[tuple[date, Mapping[RequestClass, int], bool]]) -> str:
    weeks: list[list[tuple[date, Mapping[RequestClass, int]]]] = []
    for day, counts, begins in days:
        if begins or not weeks:
            weeks.append([])
        weeks[-1].append((day, counts))
    most, on = max((sum(counts.values()), day) for day, counts, _ in days)
    return (
        f"Requests per day, week by week. {' '.join(map(_week_in_words, weeks))} "
        f"Most on one day: {most}, on {times.day(on)}."
    )


def _week_in_words(week: Sequence[tuple[date, Mapping[RequestClass, int]]]) -> str:
    sums = {one: sum(counts[one] for _, counts in week) for one in CLASSES}
    parts = [f"{number} {one.value}" for one, number in sums.items() if number]
    detail = f" ({', '.join(parts)})" if parts else ""
    return f"From {times.day(week[0][0])}: {sum(sums.values())}{detail}."
