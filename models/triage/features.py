"""What the text model sees in a message: its words, its letters, what the words mean, and how it is built.

Each view is a bag of named features with counts. Sequences of concepts generalise where sequences of words
are too rare: "customers get a blank page" and "patients see a 502" are alike only as meanings.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, combinations, pairwise
from types import MappingProxyType

from models.triage.lexicon import Hit
from models.triage.reading import Reading
from models.triage.text import SHORTEST_STEM, stem

Bag = Mapping[str, int]

_EDGE = 6
_MOST_COUNTED = 3
_MOST_SENTENCES = 8


def stems(reading: Reading) -> Bag:
    """Give the stems of the words, and the pairs of neighbours."""
    bag: Counter[str] = Counter()
    for sentence in reading.sentences:
        cut = [stem(word) for word in sentence]
        bag.update(cut)
        bag.update([f"{first} {second}" for first, second in pairwise(cut)])
    return bag


def letters(reading: Reading) -> Bag:
    """Give the runs of three and four letters within words, which see through misspellings and endings."""
    return Counter(chain.from_iterable(map(_runs, chain.from_iterable(reading.sentences))))


@lru_cache(maxsize=2048)
def _runs(word: str) -> Sequence[str]:
    spaced = f" {word} "
    if len(spaced) <= SHORTEST_STEM:
        return (spaced,)
    threes = (spaced[at : at + 3] for at in range(len(spaced) - 2))
    return (*threes, *(spaced[at : at + 4] for at in range(len(spaced) - 3)))


def meanings(reading: Reading) -> Bag:
    """Give the concepts, where they stand, which follow each other and which share a sentence."""
    bag: Counter[str] = Counter()
    last = len(reading.sentences) - 1
    for index, (sentence, hits) in enumerate(zip(reading.sentences, reading.hits, strict=True)):
        told = [concept for hit in hits for concept in hit.concepts]
        places = _places(first=index == 0, last=index == last, question="?" in sentence)
        bag.update([place + concept for place in places for concept in told])
        bag.update([f"begin:{concept}" for concept in (hits[0].concepts if hits else ())])
        bag.update([f"{one}>{other}" for left, right in pairwise(hits) for one in left[2] for other in right[2]])
        bag.update([f"{one}+{other}" for one, other in combinations(sorted(set(told)), 2)])
    return bag


def _places(*, first: bool, last: bool, question: bool) -> list[str]:
    return ["", *["first:"] * first, *["last:"] * last, *["asked:"] * question]


def mixtures(reading: Reading) -> Bag:
    """Give pairs and triples of neighbours in which words that tell a concept stand for it: `<users> get a <down>`."""
    bag: Counter[str] = Counter()
    for sentence, hits in zip(reading.sentences, reading.hits, strict=True):
        steps = _steps(sentence, hits)
        bag.update(
            [
                f"{one} {other}"
                for left, right in pairwise(steps)
                for one in left
                for other in right
                if "<" in one + other
            ]
        )
        heads = [step[0] for step in steps]
        bag.update([" ".join(triple) for triple in zip(heads, heads[1:], heads[2:], strict=False)])
    return bag


def _steps(sentence: Sequence[str], hits: Sequence[Hit]) -> list[list[str]]:
    steps: list[list[str]] = []
    at = 0
    for start, end, concepts in hits:
        steps += [[word] for word in sentence[at:start]]
        steps.append([f"<{concept}>" for concept in concepts])
        at = end
    return steps + [[word] for word in sentence[at:]]


def build(reading: Reading) -> Bag:
    """Give how the message is built: how it opens and ends, how long it is, how much it asks and shouts."""
    sentences = reading.sentences
    if not sentences:
        return {}
    first, last = sentences[0], sentences[-1]
    bag = Counter([f"opens {word}" for word in first[:_EDGE]] + [f"ends {word}" for word in last[-_EDGE:]])
    bag.update([f"opens with {' '.join(first[:size])}" for size in (2, 3)])
    bag.update([f"ends with {' '.join(last[-2:])}"])
    bag.update([f"then {' '.join(sentence[:size])}" for sentence in sentences[1:] for size in (1, 2)])
    bag.update(_size(sentences))
    return bag


def _size(sentences: Sequence[Sequence[str]]) -> list[str]:
    words = sum(map(len, sentences))
    asked, shouted = (sum(sentence.count(sign) for sentence in sentences) for sign in "?!")
    return [
        f"length {(words + 1).bit_length()}",
        f"sentences {min(len(sentences), _MOST_SENTENCES)}",
        f"asks {min(asked, _MOST_COUNTED)}",
        f"shouts {min(shouted, _MOST_COUNTED)}",
        *["ends asking"] * (sentences[-1][-1] == "?"),
    ]


VIEWS: Mapping[str, Callable[[Reading], Bag]] = MappingProxyType(
    {"stems": stems, "letters": letters, "meanings": meanings, "mixtures": mixtures, "build": build}
)
