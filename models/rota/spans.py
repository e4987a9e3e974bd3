"""Disjoint spans of time with a value each, found by bisection."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from heapq import heappop, heappush
from itertools import pairwise
from typing import Generic, TypeVar

from models.rota.shift import Override

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span(Generic[T]):
    """A half-open span and what holds in it."""

    start: datetime
    end: datetime
    value: T


@dataclass(frozen=True)
class Spans(Generic[T]):
    """Spans in order of time that do not overlap."""

    items: tuple[Span[T], ...] = ()

    @cached_property
    def _starts(self) -> list[datetime]:
        return [span.start for span in self.items]

    @cached_property
    def _ends(self) -> list[datetime]:
        return [span.end for span in self.items]

    def at(self, at: datetime) -> Span[T] | None:
        """Give the span that covers an instant."""
        index = bisect_right(self._starts, at) - 1
        return self.items[index] if index >= 0 and at < self.items[index].end else None

    def within(self, start: datetime, end: datetime) -> tuple[Span[T], ...]:
        """Give the spans that overlap [start, end)."""
        return self.items[bisect_right(self._ends, start) : bisect_left(self._starts, end)]

    def bounds(self, at: datetime) -> Iterator[datetime]:
        """Yield the nearest bounds around an instant: up to two at or before it, up to two after it."""
        index = bisect_right(self._starts, at)
        for span in self.items[max(index - 1, 0) : index + 1]:
            yield span.start
            yield span.end


def united(spans: Iterable[tuple[datetime, datetime]]) -> Spans[None]:
    """Give the union of spans; empty ones count for nothing."""
    merged: list[Span[None]] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, end), None)
        else:
            merged.append(Span(start, end, None))
    return Spans(tuple(merged))


def newest(overrides: Sequence[Override]) -> Spans[Override]:
    """Give which override holds when: the newest one where they overlap."""
    acts = ((one, one.span) for one in overrides)
    waiting = sorted(((span, one) for one, span in acts if span[0] < span[1]), key=_begin)
    points = sorted({point for span, _ in waiting for point in span})
    acting: list[tuple[float, int, int]] = []
    found: list[Span[Override]] = []
    begun = 0
    for start, end in pairwise(points):
        while begun < len(waiting) and waiting[begun][0][0] <= start:
            override = waiting[begun][1]
            heappush(acting, (-override.made_at.timestamp(), -override.id, begun))
            begun += 1
        while acting and waiting[acting[0][2]][0][1] <= start:
            heappop(acting)
        if acting:
            _append(found, Span(start, end, waiting[acting[0][2]][1]))
    return Spans(tuple(found))


def _begin(waiting: tuple[tuple[datetime, datetime], Override]) -> datetime:
    return waiting[0][0]


def _append(found: list[Span[Override]], span: Span[Override]) -> None:
    if found and found[-1].end == span.start and found[-1].value is span.value:
        found[-1] = Span(found[-1].start, span.end, span.value)
    else:
        found.append(span)
