"""Learning from people's corrections: a new model beside the old one, and which of both judges them better.

Each correction is judged by a model that has not seen it, a fifth of them at a time; so is the old one held to those
that are newer than it, where there are any.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.policy import ChannelKind
from models.triage.channel import log_shares
from models.triage.lexicon import Lexicon
from models.triage.model import CLASSES, Model, normalised
from models.triage.reading import Reading
from models.triage.training import Example, Floats, Lesson, Settings
from models.triage.verdict import RequestClass

WEIGHT = 3.0  # of a correction beside an example of the corpus: it is about this organisation's own words


@dataclass(frozen=True, slots=True)
class Correction:
    """A message whose class a person chose. number: counts up; group: corrections of one request."""

    number: int
    text: str
    label: RequestClass
    channel: ChannelKind | None
    group: str


@dataclass(frozen=True, slots=True)
class Score:
    """How a model judges corrections that it has not seen.

    right: the share that it gives the class that the person chose. surprise: mean negative ln of that class's
    probability; what counts, because it tells models apart that are right equally often.
    """

    right: float
    surprise: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What came of learning. judged: on how many corrections both were compared."""

    model: Model
    old: Score
    new: Score
    corrections: int
    judged: int

    @property
    def is_better(self) -> bool:
        """Say whether the new model is to take the old one's place."""
        return self.new.surprise < self.old.surprise and self.new.right >= self.old.right


def learn(
    corrections: Sequence[Correction], beside: Sequence[Example], old: Model, settings: Settings | None = None
) -> Learned:
    """Give a model that learned from corrections, and from examples beside them, with both models' scores.

    Raises ValueError where there is no correction, or a class has no example at all.
    """
    if not corrections:
        raise ValueError("nothing to learn from: nobody has corrected a class yet")
    examples = [*beside, *map(_example, corrections)]
    missing = set(CLASSES) - {example.label for example in examples}
    if missing:
        raise ValueError(f"cannot train: no example of {', '.join(sorted(missing))}")
    lesson = Lesson.prepare(examples, settings or Settings())
    margins = lesson.held_back_margins()
    model = lesson.model(margins, learned_until=max(each.number for each in corrections))
    fresh = [at for at, each in enumerate(corrections) if each.number > old.learned_until]
    judged = fresh or list(range(len(corrections)))
    told = [_log_probabilities(model, margins[len(beside) + at]) for at in judged]
    lexicon = Lexicon.load()
    before = [old.log_probabilities(old.margins(Reading.of(corrections[at].text, lexicon))) for at in judged]
    asked = [corrections[at] for at in judged]
    return Learned(model, _score(asked, before), _score(asked, told), len(corrections), len(judged))


def _example(correction: Correction) -> Example:
    """Give the example of a correction. It does not calibrate: only what the bot got wrong is corrected."""
    return Example(correction.text, correction.label, correction.group, calibrates=False, weight=WEIGHT)


def _log_probabilities(model: Model, margins: Floats) -> list[float]:
    return model.log_probabilities(tuple(float(each) for each in margins))


def _score(corrections: Sequence[Correction], told: Sequence[Sequence[float]]) -> Score:
    right, surprise = 0, 0.0
    for correction, text_alone in zip(corrections, told, strict=True):
        shares = log_shares(correction.channel)
        joined = normalised([one + other for one, other in zip(text_alone, shares, strict=True)])
        at = CLASSES.index(correction.label)
        right += int(np.argmax(joined)) == at
        surprise -= joined[at]
    count = len(corrections)
    return Score(right / count, surprise / count if math.isfinite(surprise) else math.inf)
