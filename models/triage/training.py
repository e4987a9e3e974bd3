"""Training of the text model from labelled examples: the only module that imports scikit-learn.

Deterministic: the same examples give the same model, byte for byte, on one release of scikit-learn.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from models.triage.features import VIEWS, Bag
from models.triage.grammar import compose
from models.triage.lexicon import Lexicon
from models.triage.model import CLASSES, SCALE, Margins, Model, View
from models.triage.reading import Reading
from models.triage.verdict import RequestClass

Floats = NDArray[np.float64]

DISPUTED, DEFENSIBLE, HARD = 0.3, 0.6, 0.7  # readers differ; another label is defensible; a reader found it hard

_VARIANT = re.compile(r"-v\d+$")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message.

    group: examples of one group are never parted between folds.
    calibrates: it is like what people really post, and nobody doubts its label; the others are only learned from.
    weight: how much it counts; less where readers had doubts. is_chat: it was said in a chat, as what the bot reads.
    """

    text: str
    label: RequestClass
    group: str
    calibrates: bool = True
    weight: float = 1.0
    is_chat: bool = False

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> "Example":
        """Give the example of a corpus row (corpus/README.md). Raises ValueError or KeyError for what is none."""
        label = RequestClass(row["label"])
        real = row.get("set") not in {"variant", "written"}
        agreed = row.get("second_reader", label) == label
        group = _VARIANT.sub("", str(row.get("id") or row["text"]))
        return cls(
            str(row["text"]), label, group, real and agreed, _weight(row, agreed=agreed), row.get("set") == "chat"
        )


def _weight(row: Mapping[str, Any], *, agreed: bool) -> float:
    """Give how much an example counts: chosen by cross-validation with all cases of one place in one fold."""
    weight = 1.0 if agreed else DISPUTED
    weight *= DEFENSIBLE if row.get("also") else 1.0
    return weight * (HARD if row.get("hard") else 1.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen by cross-validation on the corpus (docs/triage.md).

    views: each with its weight, and in how many examples a feature must occur.
    composed: how many messages the grammar composes for each class, and what each weighs against an example.
    """

    views: tuple[tuple[str, float, int], ...] = (
        ("stems", 1.0, 2),
        ("letters", 0.7, 4),
        ("meanings", 0.5, 3),
        ("mixtures", 0.5, 3),
        ("build", 1.0, 2),
    )
    strictness: float = 0.2
    tolerance: float = 1e-4
    composed: int = 1500
    composed_weight: float = 0.3
    folds: int = 5


def corpus() -> list[Example]:
    """Give the shipped corpus."""
    text = resources.files("models.triage").joinpath("corpus/train.jsonl").read_text(encoding="utf-8")
    return [Example.parse(json.loads(line)) for line in text.splitlines() if line.strip()]


def train(examples: Sequence[Example], settings: Settings | None = None) -> Model:
    """Give a model learned from the examples, calibrated on what it says of examples that it did not see.

    Raises ValueError where a class has no example.
    """
    missing = set(CLASSES) - {example.label for example in examples}
    if missing:
        raise ValueError(f"cannot train: no example of {', '.join(sorted(missing))}")
    return Lesson.prepare(examples, settings or Settings()).model()


@dataclass(frozen=True, slots=True)
class Lesson:
    """Everything that is learned from, as numbers; the composed messages stand behind the examples."""

    examples: Sequence[Example]
    settings: Settings
    vocabularies: Mapping[str, Mapping[str, float]]
    matrix: Any
    labels: NDArray[np.int64]
    weights: Floats

    @classmethod
    def prepare(cls, examples: Sequence[Example], settings: Settings) -> "Lesson":
        """Give the lesson of the examples and of what the grammar composes."""
        composed = compose(settings.composed)
        lexicon = Lexicon.load()
        lines = [*((each.text, each.label) for each in examples), *composed]
        readings = [Reading.of(text, lexicon) for text, _ in lines]
        vocabularies, parts = {}, []
        for name, weight, least in settings.views:
            bags = [VIEWS[name](reading) for reading in readings]
            vocabularies[name] = _vocabulary(bags[: len(examples)], least)
            parts.append(weight * _matrix(bags, vocabularies[name]))
        labels = np.array([CLASSES.index(label) for _, label in lines])
        weights = np.array([each.weight for each in examples] + [settings.composed_weight] * len(composed))
        return cls(examples, settings, vocabularies, hstack(parts).tocsr(), labels, weights)

    def model(self, calibration: Sequence[Margins] | None = None, learned_until: int = 0) -> Model:
        """Give the model that learned from everything. calibration: None fits one to what the heads did not see.

        learned_until: the number of the last correction among the examples.
        """
        if calibration is None:
            calibration = [_rounded(row) for row in self._calibration(self.held_back_margins())]
        heads = self.heads(np.arange(len(self.labels)))
        coefficients = np.vstack([head.coef_[0] for head in heads])
        views, start = {}, 0
        for name, weight, _ in self.settings.views:
            vocabulary = self.vocabularies[name]
            views[name] = _view(weight, vocabulary, coefficients[:, start : start + len(vocabulary)])
            start += len(vocabulary)
        bias = _rounded(head.intercept_[0] for head in heads)
        return Model(views, bias, tuple(calibration), len(self.examples), learned_until)

    def held_back_margins(self) -> Floats:
        """Give for each example the margins of heads that learned without its fold."""
        count = len(self.examples)
        composed = np.arange(count, len(self.labels))
        margins = np.zeros((count, len(CLASSES)))
        groups = [example.group for example in self.examples]
        folds = GroupKFold(min(self.settings.folds, len(set(groups))))
        for learned, held_back in folds.split(np.arange(count), groups=groups):
            margins[held_back] = self.margins(self.heads(np.concatenate([learned, composed])), held_back)
        return margins

    def heads(self, learned: NDArray[np.int64]) -> list[LinearSVC]:
        """Give one support vector machine a class, each against the rest, that learned from these rows."""
        matrix, labels, weights = self.matrix[learned], self.labels[learned], self.weights[learned]
        return [
            LinearSVC(
                C=self.settings.strictness, tol=self.settings.tolerance, class_weight="balanced", random_state=0
            ).fit(matrix, labels == number, weights)
            for number in range(len(CLASSES))
        ]

    def margins(self, heads: Sequence[LinearSVC], rows: NDArray[np.int64]) -> Floats:
        """Give what the heads say of these rows: one column a class."""
        return np.column_stack([head.decision_function(self.matrix[rows]) for head in heads])

    def _calibration(self, margins: Floats) -> Floats:
        """Give a row a class: a constant, and a factor for each margin (multinomial logistic regression)."""
        labels = self.labels[: len(self.examples)]
        kept = np.array([example.calibrates for example in self.examples])
        if len(set(labels[kept])) < len(CLASSES):
            kept[:] = True
        fitted = LogisticRegression(C=1.0, max_iter=1000).fit(margins[kept], labels[kept], self._as_posted(kept))
        return np.column_stack([fitted.intercept_, fitted.coef_])

    def _as_posted(self, kept: NDArray[np.bool_]) -> Floats:
        """Give weights with which the classes but urgent are as frequent among these examples as they are in chats.

        Cases come from trackers, where nobody chats. Urgent ones stay as frequent as they are: a missed one is dear.
        """
        labels = self.labels[: len(self.examples)]
        calm = np.array([label is not RequestClass.URGENT for label in CLASSES])
        in_chats = np.array([example.is_chat for example in self.examples])
        posted, there = (np.bincount(labels[rows], minlength=len(CLASSES)) * calm for rows in (in_chats & kept, kept))
        if not posted[calm].all():
            return np.ones(int(kept.sum()))
        factors = np.where(calm, posted / posted.sum() * there.sum() / np.maximum(there, 1), 1.0)
        return np.asarray(factors[labels[kept]])


def _vocabulary(bags: Sequence[Bag], least: int) -> dict[str, float]:
    """Give feature → idf (rounded as it is stored), sorted by name."""
    seen = Counter(feature for bag in bags for feature in bag)
    idf = {feature: math.log((1 + len(bags)) / (1 + count)) + 1 for feature, count in seen.items() if count >= least}
    return {feature: round(idf[feature] * SCALE) / SCALE for feature in sorted(idf)}


def _matrix(bags: Sequence[Bag], vocabulary: Mapping[str, float]) -> Any:
    """Give one row of length one for each bag."""
    columns = {feature: column for column, feature in enumerate(vocabulary)}
    idf = list(vocabulary.values())
    starts: list[int] = [0]
    places: list[int] = []
    values: list[float] = []
    for bag in bags:
        known = {columns[feature]: 1 + math.log(count) for feature, count in bag.items() if feature in columns}
        row = [factor * idf[column] for column, factor in known.items()]
        length = math.hypot(*row)
        places += known
        values += [value / length for value in row]
        starts.append(len(places))
    return csr_matrix((np.array(values), np.array(places), np.array(starts)), shape=(len(bags), len(columns)))


def _view(weight: float, vocabulary: Mapping[str, float], coefficients: Floats) -> View:
    numbers = np.round(np.vstack([np.array(list(vocabulary.values())), coefficients]).T * SCALE).astype(int)
    return View.of(weight, dict(zip(vocabulary, numbers.tolist(), strict=True)))


def _rounded(row: Iterable[float]) -> tuple[float, ...]:
    return tuple(round(float(number), 4) for number in row)
