"""What a rehearsal counted, as figures that a terminal, a page and JSON show alike."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from bot.backtest.rehearsal import Doubt, Rehearsal
from models.triage.verdict import RequestClass

HOURS = 24


@dataclass(frozen=True, slots=True)
class Wait:
    """How long requests of a class waited for the first answer of another person in their thread, in seconds."""

    request_class: str
    answered: int
    median: float
    ninth: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures. days: pings on each day from the first to the last, days without any included.

    channels: a row a channel: its name, its kind ("" where it has none), then requests and pings by class.
    """

    read: int
    judged: int
    faults: int
    zone: str
    requests: dict[str, int]
    pings: int
    questions: int
    pings_a_day: float | None
    days: list[tuple[str, int]]
    hours: list[int]
    channels: list[dict[str, Any]]
    waits: list[Wait]
    doubtful: list[Doubt]

    def to_json(self) -> dict[str, Any]:
        """Give the summary as plain values."""
        return asdict(self)


def summary(rehearsal: Rehearsal, faults: int) -> Summary:
    """Give what a rehearsal has counted so far."""
    days = list(_days(rehearsal))
    pings = sum(rehearsal.pings.values())
    return Summary(
        read=rehearsal.read,
        judged=rehearsal.judged,
        faults=faults,
        zone=rehearsal.zone.key,
        requests={str(each): _of_class(rehearsal, each) for each in RequestClass if each is not RequestClass.NONE},
        pings=pings,
        questions=rehearsal.questions,
        pings_a_day=pings / len(days) if days else None,
        days=days,
        hours=[rehearsal.pings_by_hour[hour] for hour in range(HOURS)],
        channels=[_channel(rehearsal, name) for name in sorted({channel for channel, _ in rehearsal.requests})],
        waits=[_wait(each, sorted(rehearsal.waits[each])) for each in RequestClass if each in rehearsal.waits],
        doubtful=rehearsal.doubts(),
    )


def _of_class(rehearsal: Rehearsal, wanted: RequestClass) -> int:
    return sum(count for (_, each), count in rehearsal.requests.items() if each is wanted)


def _days(rehearsal: Rehearsal) -> Iterator[tuple[str, int]]:
    day: date | None = rehearsal.first
    while day is not None and rehearsal.last is not None and day <= rehearsal.last:
        yield day.isoformat(), rehearsal.pings_by_day[day]
        day += timedelta(days=1)


def _channel(rehearsal: Rehearsal, name: str) -> dict[str, Any]:
    return {
        "channel": name,
        "kind": str(rehearsal.kind_of(name) or ""),
        **{str(each): rehearsal.requests[name, each] for each in RequestClass if each is not RequestClass.NONE},
        "pings": sum(rehearsal.pings[name, each] for each in RequestClass),
    }


def _wait(request_class: RequestClass, seconds: Sequence[float]) -> Wait:
    last = len(seconds) - 1
    return Wait(str(request_class), len(seconds), seconds[last // 2], seconds[round(0.9 * last)])


def span(seconds: float) -> str:
    """Give a length of time as people say it."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def wait_rows(found: Summary) -> list[dict[str, Any]]:
    """Give the waiting times as people read them."""
    return [
        {"class": one.request_class, "answered": one.answered, "median": span(one.median), "9 in 10": span(one.ninth)}
        for one in found.waits
    ]


def lines(found: Summary) -> Iterator[str]:
    """Give the summary as lines for a terminal."""
    yield f"read {found.read:,} messages, judged {found.judged:,}; {found.faults:,} could not be read"
    if found.days:
        yield f"from {found.days[0][0]} to {found.days[-1][0]}, {found.zone}"
    told = ", ".join(f"{count:,} {name}" for name, count in found.requests.items())
    yield f"requests: {told}"
    a_day = f", {found.pings_a_day:.2f} a day" if found.pings_a_day is not None else ""
    yield f"the bot would have pinged {found.pings:,} times{a_day}, and asked {found.questions:,} times"
    yield ""
    yield from _table(found.channels)
    yield ""
    yield "pings by the hour of the day"
    yield from _bars(found.hours)
    yield ""
    yield "time to the first answer of another person, in threads, today"
    yield from _table(
        [
            {
                "class": one.request_class,
                "answered": one.answered,
                "median": span(one.median),
                "9 in 10": span(one.ninth),
            }
            for one in found.waits
        ]
    )
    yield ""
    yield "most doubtful (label them with --label)"
    for doubt in found.doubtful:
        words = " ".join(doubt.text.split())[:90]
        yield f"  {doubt.said} {doubt.confidence:.2f}, or {doubt.runner_up}  #{doubt.channel}  {words}"


def _table(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "  none"
        return
    cells = [list(rows[0]), *([f"{value}" or "-" for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        yield "  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def _bars(counts: Sequence[int]) -> Iterator[str]:
    most = max(counts, default=0) or 1
    for hour, count in enumerate(counts):
        if count:
            yield f"  {hour:02}  {'█' * max(1, round(30 * count / most))} {count}"
