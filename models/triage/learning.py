"""Learning from people's corrections: a new model beside the old one, and which of both judges them better.

Both are judged by a held-back fifth of the corrections, of those newer than the old model where there are any, so
that neither has seen it. Where there are few, each fifth is held back once. The calibration stays: corrections are only
what the bot got wrong, and say nothing about how often it is right.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.policy import ChannelKind
from models.triage.channel import log_shares
from models.triage.lexicon import Lexicon
from models.triage.model import CLASSES, Margins, Model, calibrated, normalised
from models.triage.reading import Reading
from models.triage.training import Example, Lesson, Settings
from models.triage.verdict import RequestClass

QUICK = Settings(tolerance=1e-3)
FIFTHS = 5
FEW = 500
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
    """What came of learning. judged: how many corrections were held back and compared."""

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
    lesson = Lesson.prepare(examples, settings or QUICK)
    rounds = _held_back(corrections, old)
    told = [told for held in rounds for told in _unseen(lesson, [len(beside) + at for at in held], old.calibration)]
    asked = [corrections[at] for held in rounds for at in held]
    lexicon = Lexicon.load()
    before = [old.log_probabilities(old.margins(Reading.of(each.text, lexicon))) for each in asked]
    model = lesson.model(old.calibration, learned_until=max(each.number for each in corrections))
    return Learned(model, _score(asked, before), _score(asked, told), len(corrections), len(asked))


def _held_back(corrections: Sequence[Correction], old: Model) -> list[list[int]]:
    """Give the fifths of what both models are judged by, as places among the corrections."""
    fresh = [at for at, each in enumerate(corrections) if each.number > old.learned_until]
    judged = fresh or list(range(len(corrections)))
    fifths = [judged[start::FIFTHS] for start in range(FIFTHS)]
    return [fifth for fifth in fifths if fifth] if len(judged) <= FEW else fifths[:1]


def _unseen(lesson: Lesson, held: Sequence[int], calibration: Sequence[Margins]) -> Iterator[list[float]]:
    """Yield what heads that have not seen these rows say of them."""
    rows = np.array(held)
    heads = lesson.heads(np.setdiff1d(np.arange(len(lesson.labels)), rows))
    for margins in lesson.margins(heads, rows):
        yield calibrated(calibration, [float(each) for each in margins])


def _example(correction: Correction) -> Example:
    """Give the example of a correction. It does not calibrate: only what the bot got wrong is corrected."""
    return Example(correction.text, correction.label, correction.group, calibrates=False, weight=WEIGHT)


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
