"""The text model as data, and its scorer: numbers in, probabilities out, no library.

Each view of a message is a vector of (1 + ln count) x idf, brought to length one; the margins are its
products with the weights, summed over the views; the calibration turns margins into probabilities.
"""

import json
import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from models.triage.features import VIEWS, Bag
from models.triage.lexicon import Lexicon
from models.triage.text import Message
from models.triage.verdict import RequestClass

FORMAT = 1
SCALE = 200.0  # weights and idf are kept as whole numbers of 1/200: readable, compact, and exact enough
CLASSES = tuple(RequestClass)
Margins = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The weights of one view: `index` names a row of `table`, which holds idf and one weight a class."""

    weight: float
    index: Mapping[str, int]
    table: "array[int]"

    def margins(self, bag: Bag) -> list[float]:
        """Give this view's share of the margins."""
        width = len(CLASSES) + 1
        table = self.table
        sums = [0.0] * len(CLASSES)
        square = 0.0
        for feature, count in bag.items():
            row = self.index.get(feature)
            if row is None:
                continue
            at = row * width
            value = table[at] if count == 1 else table[at] * (1.0 + math.log(count))
            square += value * value
            sums[0] += value * table[at + 1]
            sums[1] += value * table[at + 2]
            sums[2] += value * table[at + 3]
            sums[3] += value * table[at + 4]
        scale = self.weight / (SCALE * math.sqrt(square)) if square else 0.0
        return [total * scale for total in sums]

    def weights(self, feature: str) -> Sequence[float]:
        """Give a feature's weight for each class, zeros where it is unknown."""
        row = self.index.get(feature)
        if row is None:
            return (0.0,) * len(CLASSES)
        at = row * (len(CLASSES) + 1)
        return [weight / SCALE for weight in self.table[at + 1 : at + 1 + len(CLASSES)]]


@dataclass(frozen=True, slots=True)
class Model:
    """The trained model.

    bias: one a class, added to the views' margins.
    calibration: a row a class: a constant, then a factor for each margin.
    trained_on: the number of examples.
    """

    views: Mapping[str, View]
    bias: Margins
    calibration: tuple[Margins, ...]
    trained_on: int

    @classmethod
    def load(cls) -> "Model":
        """Give the shipped model."""
        return cls.parse(resources.files("models.triage").joinpath("weights.json").read_text(encoding="utf-8"))

    @classmethod
    def parse(cls, text: str) -> "Model":
        """Give the model that `dump` wrote. Raises ValueError for any other text."""
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError("this is no triage model that this release reads; train it again")
        return cls(
            views={name: _view(view) for name, view in data["views"].items()},
            bias=tuple(data["bias"]),
            calibration=tuple(tuple(row) for row in data["calibration"]),
            trained_on=data["trained_on"],
        )

    def dump(self) -> str:
        """Give the model as JSON, one feature a line, so that two trainings can be compared line by line."""
        head = {
            "format": FORMAT,
            "classes": [str(each) for each in CLASSES],
            "trained_on": self.trained_on,
            "bias": self.bias,
            "calibration": self.calibration,
        }
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items())
        views = ",\n".join(f"{json.dumps(name)}: {_dumped(view)}" for name, view in self.views.items())
        return f'{{\n{lines},\n"views": {{\n{views}\n}}\n}}\n'

    def margins(self, message: Message, lexicon: Lexicon) -> Margins:
        """Give the margin of each class for a message."""
        shares = [view.margins(VIEWS[name](message, lexicon)) for name, view in self.views.items()]
        return tuple(sum(column) for column in zip(self.bias, *shares, strict=True))

    def log_probabilities(self, margins: Margins) -> list[float]:
        """Give the calibrated logarithm of each class's probability."""
        raw = [row[0] + sum(f * m for f, m in zip(row[1:], margins, strict=True)) for row in self.calibration]
        return normalised(raw)


def normalised(logits: Sequence[float]) -> list[float]:
    """Give the logits shifted so that their exponentials sum to one."""
    top = max(logits)
    total = top + math.log(sum(math.exp(logit - top) for logit in logits))
    return [logit - total for logit in logits]


def _view(data: Mapping[str, Any]) -> View:
    features: Mapping[str, Sequence[int]] = data["features"]
    table = array("h", [number for row in features.values() for number in row])
    if len(table) != len(features) * (len(CLASSES) + 1):
        raise ValueError("the triage model is damaged: a feature has too few or too many numbers")
    return View(float(data["weight"]), {feature: row for row, feature in enumerate(features)}, table)


def _dumped(view: View) -> str:
    width = len(CLASSES) + 1
    rows = ",\n".join(
        f"{json.dumps(feature, ensure_ascii=False)}:{json.dumps(list(view.table[row * width : (row + 1) * width]))}"
        for feature, row in view.index.items()
    )
    return f'{{"weight": {view.weight}, "features": {{\n{rows}\n}}}}'
