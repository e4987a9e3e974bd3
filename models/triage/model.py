"""The text model as data, and its scorer: numbers in, probabilities out, no library.

Each view of a message is a vector of (1 + ln count) x idf, brought to length one; the margins are its
products with the weights, summed over the views; the calibration turns margins into probabilities.
"""

import json
import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import repeat

from models.triage.features import VIEWS, Bag
from models.triage.reading import Reading
from models.triage.text import stem
from models.triage.verdict import RequestClass

FORMAT = 1
SCALE = 200.0  # weights and idf are kept as whole numbers of 1/200: readable, compact, and exact enough
CLASSES = tuple(RequestClass)
FIELD = 64  # bits: holds the sum over far more features than a bounded message has
_ENOUGH_LETTERS = 10
_MASK = (1 << FIELD) - 1
_HALF = 1 << (FIELD - 1)
Margins = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class View:
    """The weights of one view: feature → idf² and the four products of idf and weight, packed in one whole number.

    Packed numbers add up field by field, so that the sum over a message's features is one addition a feature.
    """

    weight: float
    packed: Mapping[str, int]

    @classmethod
    def of(cls, weight: float, rows: Mapping[str, Sequence[int]]) -> "View":
        """Give the view of rows (idf, one weight a class), whole numbers of 1/SCALE. Raises ValueError for others."""
        if any(len(row) != len(CLASSES) + 1 for row in rows.values()):
            raise ValueError("the triage model is damaged: a feature has too few or too many numbers")
        return cls(
            weight, {name: pack([row[0] * number for number in (*row[1:], row[0])]) for name, row in rows.items()}
        )

    def rows(self) -> dict[str, list[int]]:
        """Give back the rows that `of` was given."""
        return {feature: list(_row(packed)) for feature, packed in self.packed.items()}

    def margins(self, bag: Bag) -> list[float]:
        """Give this view's share of the margins."""
        repeated: dict[int, list[str]] = {}
        for feature, count in bag.items():
            if count > 1:
                repeated.setdefault(count, []).append(feature)
        *sums, square = self._total(bag)
        for count, features in repeated.items():
            more = math.log(count)
            *products, own = self._total(features)
            square += own * ((1.0 + more) ** 2 - 1.0)
            sums = [total + product * more for total, product in zip(sums, products, strict=True)]
        scale = self.weight / (SCALE * math.sqrt(square)) if square else 0.0
        return [total * scale for total in sums]

    def _total(self, features: Iterable[str]) -> list[float]:
        return unpack(sum(map(self.packed.get, features, repeat(0))))

    def weights(self, feature: str) -> Sequence[float]:
        """Give a feature's weight for each class, zeros where it is unknown."""
        packed = self.packed.get(feature)
        return (0.0,) * len(CLASSES) if packed is None else [number / SCALE for number in _row(packed)[1:]]


@lru_cache(maxsize=4096)
def _row(packed: int) -> tuple[int, ...]:
    """Give a feature's idf and its weight for each class. The reasons ask for the same concepts again and again."""
    *products, square = unpack(packed)
    idf = math.isqrt(int(square))
    return (idf, *(int(product) // idf for product in products))


def pack(numbers: Sequence[int]) -> int:
    """Give whole numbers in one, each in a field of its own, the first lowest."""
    return sum(number << (FIELD * place) for place, number in enumerate(numbers))


def unpack(packed: int) -> list[float]:
    """Give the numbers, or their sums where packed numbers were added."""
    numbers: list[float] = []
    for _ in range(len(CLASSES) + 1):
        number = ((packed + _HALF) & _MASK) - _HALF
        numbers.append(number)
        packed = (packed - number) >> FIELD
    return numbers


@dataclass(frozen=True, slots=True)
class Model:
    """The trained model.

    bias: one a class, added to the views' margins.
    calibration: a row a class: a constant, then a factor for each margin.
    trained_on: the number of examples. learned_until: the number of the last correction among them; 0 for none.
    """

    views: Mapping[str, View]
    bias: Margins
    calibration: tuple[Margins, ...]
    trained_on: int
    learned_until: int = 0

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
        try:
            return cls(
                views={name: View.of(float(view["weight"]), view["features"]) for name, view in data["views"].items()},
                bias=tuple(data["bias"]),
                calibration=tuple(tuple(row) for row in data["calibration"]),
                trained_on=int(data["trained_on"]),
                learned_until=int(data.get("learned_until", 0)),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"the triage model is damaged: {error}") from error

    def dump(self) -> str:
        """Give the model as JSON, one feature a line, so that two trainings can be compared line by line."""
        head = {
            "format": FORMAT,
            "classes": [str(each) for each in CLASSES],
            "trained_on": self.trained_on,
            "learned_until": self.learned_until,
            "bias": self.bias,
            "calibration": self.calibration,
        }
        lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items())
        views = ",\n".join(f"{json.dumps(name)}: {_dumped(view)}" for name, view in self.views.items())
        return f'{{\n{lines},\n"views": {{\n{views}\n}}\n}}\n'

    def margins(self, reading: Reading) -> Margins:
        """Give the margin of each class for a message."""
        shares = [view.margins(VIEWS[name](reading)) for name, view in self.views.items()]
        return tuple(sum(column) for column in zip(self.bias, *shares, strict=True))

    @property
    def known(self) -> Container[str]:
        """The stems of the words that the training knew."""
        return self.views["stems"].packed if "stems" in self.views else ()

    def familiarity(self, reading: Reading) -> float:
        """Give the share of the words that the training knew: 1 for most messages, 0 in a language it never saw.

        One odd word or two say nothing about that: below ten letters it is 1.
        """
        words = [word for sentence in reading.sentences for word in sentence if word[0].isalpha()]
        if sum(map(len, words)) < _ENOUGH_LETTERS:
            return 1.0
        known = self.known
        return sum(stem(word) in known for word in words) / len(words)

    def log_probabilities(self, margins: Margins) -> list[float]:
        """Give the calibrated logarithm of each class's probability."""
        return calibrated(self.calibration, margins)


def calibrated(calibration: Sequence[Margins], margins: Sequence[float]) -> list[float]:
    """Give the logarithm of each class's probability. calibration: a row a class: a constant, then factors."""
    return normalised([row[0] + sum(f * m for f, m in zip(row[1:], margins, strict=True)) for row in calibration])


def normalised(logits: Sequence[float]) -> list[float]:
    """Give the logits shifted so that their exponentials sum to one."""
    top = max(logits)
    total = top + math.log(sum(math.exp(logit - top) for logit in logits))
    return [logit - total for logit in logits]


def _dumped(view: View) -> str:
    rows = ",\n".join(
        f"{json.dumps(feature, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
        for feature, row in view.rows().items()
    )
    return f'{{"weight": {view.weight}, "features": {{\n{rows}\n}}}}'
