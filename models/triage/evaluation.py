"""How well the triage judges labelled messages: figures with their 95 % intervals (DESIGN §8, `evaluate`)."""

import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from models.policy import ChannelKind, Costs, Service
from models.triage.classifier import Classifier
from models.triage.verdict import RequestClass, Verdict

RESAMPLES = 400
BINS = 10
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled message and what the triage said; agreed: no second reader labelled it otherwise."""

    label: RequestClass
    said: RequestClass
    confidence: float
    ask: bool
    agreed: bool

    @property
    def is_paged(self) -> bool:
        """Say whether the message was paged as urgent without a question."""
        return self.said is RequestClass.URGENT and not self.ask


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval; all None where there was nothing to count."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """How one class fared."""

    rows: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Bin:
    """One row of the reliability table: of the verdicts with this confidence, how many were right."""

    low: float
    high: float
    rows: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures on one set of rows.

    urgent_recall: of the urgent, judged urgent; urgent_paged, urgent_asked, urgent_missed: paged at once, asked
    about, neither. false_pings: of 100 messages that are not urgent, paged as urgent without a question.
    asked: of all. calibration_error: the expected one, over ten bins; calibration_interval: the same with its interval.
    """

    rows: int
    accuracy: Figure
    macro_f1: Figure
    classes: dict[str, ClassFigures]
    urgent_recall: Figure
    urgent_paged: Figure
    urgent_asked: Figure
    urgent_missed: Figure
    false_pings_per_100: Figure
    asked: Figure
    calibration_error: float
    calibration_interval: Figure
    reliability: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures on all rows.

    agreed: on those that two readers labelled alike, None where that is all of them.
    text_alone: the figures of both kinds where the channel is not told, None where no row has a channel.
    """

    all: Figures
    agreed: Figures | None
    text_alone: "Evaluation | None" = None

    def to_json(self) -> dict[str, Any]:
        """Give the evaluation as plain values."""
        return asdict(self)


def evaluate(
    classifier: Classifier,
    rows: Iterable[Mapping[str, Any]],
    *,
    channel: ChannelKind | None = None,
    read_channels: bool = True,
    services: Sequence[Service] = (),
    costs: Costs | None = None,
) -> Evaluation:
    """Give the figures on rows {"text", "label", "channel"?, "second_reader"?}.

    channel: for rows without one. read_channels: False judges by the text alone.
    Raises ValueError where there are no rows, or for an unknown label or channel.
    """
    judged, bare = [], []
    for row in rows:
        named = ChannelKind(row["channel"]) if row.get("channel") else channel
        verdict = classifier.classify(row["text"], named if read_channels else None, services=services, costs=costs)
        judged.append(_judged(row, verdict))
        if named is not None and read_channels:
            bare.append(_judged(row, classifier.classify(row["text"], services=services, costs=costs)))
    if not judged:
        raise ValueError("there is nothing to evaluate: no labelled rows")
    without = _evaluation(bare) if len(bare) == len(judged) else None
    return replace(_evaluation(judged), text_alone=without)


def _judged(row: Mapping[str, Any], verdict: Verdict) -> Judged:
    label = RequestClass(row["label"])
    agreed = (row.get("second_reader") or row["label"]) == row["label"]
    return Judged(label, verdict.request_class, verdict.confidence, verdict.ask, agreed)


def _evaluation(judged: Sequence[Judged]) -> Evaluation:
    alike = [each for each in judged if each.agreed]
    return Evaluation(figures(judged), figures(alike) if 0 < len(alike) < len(judged) else None)


def figures(judged: Sequence[Judged]) -> Figures:
    """Give the figures on judged rows."""
    urgent = [each for each in judged if each.label is RequestClass.URGENT]
    calm = [each for each in judged if each.label is not RequestClass.URGENT]
    return Figures(
        rows=len(judged),
        accuracy=_share(judged, lambda each: each.said is each.label),
        macro_f1=_resampled(judged, _macro_f1),
        classes={str(each): _class_figures(judged, each) for each in RequestClass},
        urgent_recall=_share(urgent, lambda each: each.said is RequestClass.URGENT),
        urgent_paged=_share(urgent, lambda each: each.is_paged),
        urgent_asked=_share(urgent, lambda each: each.ask),
        urgent_missed=_share(urgent, lambda each: not each.is_paged and not each.ask),
        false_pings_per_100=_share(calm, lambda each: each.is_paged, of=100),
        asked=_share(judged, lambda each: each.ask),
        calibration_error=_calibration_error(judged),
        calibration_interval=_resampled(judged, _calibration_error),
        reliability=_reliability(judged),
    )


def _class_figures(judged: Sequence[Judged], label: RequestClass) -> ClassFigures:
    right = sum(each.label is label and each.said is label for each in judged)
    said = sum(each.said is label for each in judged)
    there = sum(each.label is label for each in judged)
    both = said + there
    return ClassFigures(
        there, right / said if said else 0.0, right / there if there else 0.0, 2 * right / both if both else 0.0
    )


def _macro_f1(judged: Sequence[Judged]) -> float:
    """Give the mean F1 over the classes that occur."""
    there = {each.label for each in judged} | {each.said for each in judged}
    return sum(_class_figures(judged, label).f1 for label in sorted(there)) / len(there)


def _calibration_error(judged: Sequence[Judged]) -> float:
    bins = _reliability(judged)
    return sum(each.rows * abs(each.confidence - each.right) for each in bins) / len(judged)


def _share(judged: Sequence[Judged], holds: Callable[[Judged], bool], of: float = 1.0) -> Figure:
    return share(sum(map(holds, judged)), len(judged), of)


def share(right: int, rows: int, of: float = 1.0) -> Figure:
    """Give a share, as so many of so many, with its Wilson interval (Wilson 1927)."""
    if not rows:
        return Figure(None, None, None)
    part = right / rows
    middle = (part + _Z**2 / (2 * rows)) / (1 + _Z**2 / rows)
    reach = _Z * math.sqrt(part * (1 - part) / rows + _Z**2 / (4 * rows**2)) / (1 + _Z**2 / rows)
    return Figure(of * part, of * max(0.0, middle - reach), of * min(1.0, middle + reach))


def _resampled(judged: Sequence[Judged], figure: Callable[[Sequence[Judged]], float]) -> Figure:
    """Give a figure with its bootstrap interval; the seed is fixed, so that it is the same each time."""
    source = random.Random(0)  # noqa: S311 (statistics, no secret)
    drawn = sorted(figure(source.choices(judged, k=len(judged))) for _ in range(RESAMPLES))
    return Figure(figure(judged), drawn[int(0.025 * RESAMPLES)], drawn[int(0.975 * RESAMPLES)])


def _reliability(judged: Sequence[Judged]) -> tuple[Bin, ...]:
    bins: dict[int, list[Judged]] = {}
    for each in judged:
        bins.setdefault(min(int(each.confidence * BINS), BINS - 1), []).append(each)
    return tuple(_bin(number, rows) for number, rows in sorted(bins.items()))


def _bin(number: int, rows: Sequence[Judged]) -> Bin:
    confidence = sum(each.confidence for each in rows) / len(rows)
    right = sum(each.said is each.label for each in rows) / len(rows)
    return Bin(number / BINS, (number + 1) / BINS, len(rows), confidence, right)
