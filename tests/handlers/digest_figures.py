"""A second count of a digest's figures: from the raw rows of the store, one after the other, sharing no code with it.

`recount(session, start, end, hours)` gives the figures of [start, end). hours: gives the working time between two
instants for a rotation's name (None: for a request that is no rotation's).
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.records.request import LabelledExample, Request

Hours = Callable[[str | None, datetime, datetime], timedelta]


@dataclass(frozen=True)
class Recount:
    """first_answers, resolutions: how many, and the median working and clock time; None where fewer than three."""

    total: int
    classes: dict[str, int]
    places: dict[str | None, int]
    first_answers: tuple[int, tuple[timedelta, timedelta] | None]
    resolutions: tuple[int, tuple[timedelta, timedelta] | None]
    waited: list[tuple[int, timedelta]]
    corrections: dict[tuple[str, str], int]


def recount(session: Session, start: datetime, end: datetime, hours: Hours) -> Recount:
    classes: Counter[str] = Counter()
    places: Counter[str | None] = Counter()
    answers: list[tuple[timedelta, timedelta]] = []
    resolutions: list[tuple[timedelta, timedelta]] = []
    waits: list[tuple[timedelta, timedelta, int]] = []
    for request in session.scalars(select(Request)):
        if request.state.value in {"not-a-request", "withdrawn"} or request.request_class.value == "none":
            continue
        if start <= request.opened_at < end:
            classes[request.request_class.value] += 1
            places[None if request.is_direct else request.channel_name] += 1
        begin = request.reopened_at or request.opened_at

        def took(at: datetime, request: Request = request, begin: datetime = begin) -> tuple[timedelta, timedelta]:
            since = begin if begin <= at else request.opened_at
            return hours(request.rotation, since, at), at - since

        is_resolved = request.state.value == "resolved"
        if request.first_answer_at is not None and start <= request.first_answer_at < end:
            answers.append(took(request.first_answer_at))
        if is_resolved and request.resolved_at is not None and start <= request.resolved_at < end:
            resolutions.append(took(request.resolved_at))
        waits += _wait(request, start, end, is_resolved=is_resolved, took=took)
    worst = sorted(waits, key=lambda one: (-one[0], -one[1], one[2]))
    return Recount(
        total=sum(classes.values()),
        classes=dict(classes),
        places=dict(places),
        first_answers=(len(answers), _middle(answers)),
        resolutions=(len(resolutions), _middle(resolutions)),
        waited=[(number, working) for working, _, number in worst if working >= timedelta(minutes=1)][:3],
        corrections=_corrections(session, start, end),
    )


def _wait(
    request: Request,
    start: datetime,
    end: datetime,
    *,
    is_resolved: bool,
    took: Callable[[datetime], tuple[timedelta, timedelta]],
) -> list[tuple[timedelta, timedelta, int]]:
    ends = [request.first_answer_at, request.acknowledged_at, request.resolved_at if is_resolved else None]
    known = sorted(at for at in ends if at is not None)
    if request.opened_at >= end:
        return []
    if not known and request.state.value in {"open", "acknowledged"}:
        return [(*took(end), request.id)]
    if not known or known[0] < start:
        return []
    return [(*took(min(known[0], end)), request.id)]


def _middle(lengths: list[tuple[timedelta, timedelta]]) -> tuple[timedelta, timedelta] | None:
    if len(lengths) < 3:
        return None
    middles = []
    for part in (0, 1):
        ordered = sorted(length[part] for length in lengths)
        half = len(ordered) // 2
        middles.append(ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2)
    return middles[0], middles[1]


def _corrections(session: Session, start: datetime, end: datetime) -> dict[tuple[str, str], int]:
    spans: dict[object, tuple[str, str]] = {}
    for example in session.scalars(select(LabelledExample).order_by(LabelledExample.id)):
        if start <= example.at < end:
            key = example.request_id or f"example {example.id}"
            was = spans[key][0] if key in spans else example.was.value
            spans[key] = (was, example.label.value)
    return dict(Counter(pair for pair in spans.values() if pair[0] != pair[1]))
