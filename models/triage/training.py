"""Training of the text model from labelled examples: the only module that imports scikit-learn.

Deterministic: the same examples give the same model, byte for byte, on one release of scikit-learn.
"""

import json
import math
import re
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
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
from models.triage.lexicon import Lexicon
from models.triage.model import CLASSES, SCALE, Model, View
from models.triage.text import Message
from models.triage.verdict import RequestClass

Floats = NDArray[np.float64]

_VARIANT = re.compile(r"-v\d+$")
_LARGEST = 2**15 - 1


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message. group: examples of one group are never parted between folds.

    doubtful: two readers disagreed; it is learned from, but never calibrated on.
    """

    text: str
    label: RequestClass
    group: str
    composed: bool = False
    doubtful: bool = False

    @classmethod
    def parse(cls, row: Mapping[str, Any]) -> "Example":
        """Give the example of a corpus row (corpus/README.md)."""
        label = RequestClass(row["label"])
        group = _VARIANT.sub("", str(row.get("id") or row["text"]))
        composed = row.get("set") in {"variant", "written"}
        return cls(str(row["text"]), label, group, composed, row.get("second_reader", label) != label)


@dataclass(frozen=True, slots=True)
class Settings:
    """What was chosen by cross-validation on the corpus (docs/triage.md)."""

    weights: tuple[tuple[str, float, int], ...] = (("words", 1.0, 2), ("letters", 1.0, 3), ("meanings", 0.5, 3))
    strictness: float = 0.2
    folds: int = 5


def corpus() -> list[Example]:
    """Give the shipped corpus."""
    text = resources.files("models.triage").joinpath("corpus/train.jsonl").read_text(encoding="utf-8")
    return [Example.parse(json.loads(line)) for line in text.splitlines() if line.strip()]


def train(examples: Sequence[Example], settings: Settings | None = None) -> Model:
    """Give a model learned from the examples, calibrated on what it says of examples that it did not see."""
    settings = settings or Settings()
    lexicon = Lexicon.load()
    messages = [Message(example.text) for example in examples]
    views = {name: [VIEWS[name](message, lexicon) for message in messages] for name, _, _ in settings.weights}
    vocabularies = {name: _vocabulary(views[name], least) for name, _, least in settings.weights}
    matrix = hstack([weight * _matrix(views[name], vocabularies[name]) for name, weight, _ in settings.weights]).tocsr()
    labels = np.array([CLASSES.index(example.label) for example in examples])
    calibration = _calibrate(examples, matrix, labels, settings)
    heads = _heads(matrix, labels, settings)
    return _model(settings, vocabularies, heads, calibration, len(examples))


def _vocabulary(bags: Sequence[Bag], least: int) -> dict[str, float]:
    """Give feature → idf (rounded as it is stored), sorted by name."""
    seen = Counter(feature for bag in bags for feature in bag)
    idf = {feature: math.log((1 + len(bags)) / (1 + count)) + 1 for feature, count in seen.items() if count >= least}
    return {feature: round(idf[feature] * SCALE) / SCALE for feature in sorted(idf)}


def _matrix(bags: Sequence[Bag], vocabulary: Mapping[str, float]) -> Any:
    columns = {feature: column for column, feature in enumerate(vocabulary)}
    starts: list[int] = [0]
    places: list[int] = []
    values: list[float] = []
    for bag in bags:
        known = [
            (columns[feature], (1 + math.log(n)) * vocabulary[feature])
            for feature, n in bag.items()
            if feature in columns
        ]
        length = math.sqrt(sum(value * value for _, value in known))
        places.extend(column for column, _ in known)
        values.extend(value / length for _, value in known)
        starts.append(len(places))
    return csr_matrix((np.array(values), np.array(places), np.array(starts)), shape=(len(bags), len(columns)))


def _heads(matrix: Any, labels: NDArray[np.int64], settings: Settings) -> list[LinearSVC]:
    return [
        LinearSVC(C=settings.strictness, class_weight="balanced", random_state=0).fit(matrix, labels == number)
        for number in range(len(CLASSES))
    ]


def _margins(heads: Sequence[LinearSVC], matrix: Any) -> Floats:
    return np.column_stack([head.decision_function(matrix) for head in heads])


def _calibrate(examples: Sequence[Example], matrix: Any, labels: NDArray[np.int64], settings: Settings) -> Floats:
    """Give the calibration learned on held-back folds; composed messages are easier, so they are left out."""
    margins = np.zeros((len(examples), len(CLASSES)))
    folds = GroupKFold(settings.folds)
    for learned, held_back in folds.split(matrix, labels, [example.group for example in examples]):
        margins[held_back] = _margins(_heads(matrix[learned], labels[learned], settings), matrix[held_back])
    real = np.array([not example.composed and not example.doubtful for example in examples])
    kept = real if len(set(labels[real])) == len(CLASSES) else np.ones(len(examples), dtype=bool)
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit(margins[kept], labels[kept])
    return np.column_stack([fitted.intercept_, fitted.coef_])


def _model(
    settings: Settings,
    vocabularies: Mapping[str, Mapping[str, float]],
    heads: Sequence[LinearSVC],
    calibration: Floats,
    count: int,
) -> Model:
    coefficients = np.vstack([head.coef_[0] for head in heads])
    views, start = {}, 0
    for name, weight, _ in settings.weights:
        vocabulary = vocabularies[name]
        views[name] = _view(weight, vocabulary, coefficients[:, start : start + len(vocabulary)])
        start += len(vocabulary)
    bias = tuple(round(float(head.intercept_[0]), 4) for head in heads)
    return Model(views, bias, tuple(tuple(round(float(x), 4) for x in row) for row in calibration), count)


def _view(weight: float, vocabulary: Mapping[str, float], coefficients: Floats) -> View:
    idf = np.array(list(vocabulary.values()))
    rows = np.vstack([idf, coefficients]).T
    whole = np.clip(np.round(rows * SCALE), -_LARGEST, _LARGEST).astype(np.int16)
    return View(weight, {feature: row for row, feature in enumerate(vocabulary)}, array("h", whole.tobytes()))
