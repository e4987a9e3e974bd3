"""What the text model sees in a message: its words, its letters, and what the words mean.

Each view is a bag of named features with counts. Sequences of concepts generalise where sequences of words
are too rare: "customers get a blank page" and "patients see a 502" are alike only as meanings.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import combinations, pairwise
from types import MappingProxyType

from models.triage.lexicon import Hit, Lexicon
from models.triage.text import Message

Bag = Counter[str]

SHORTEST_GRAM = 2
LONGEST_GRAM = 5


def words(message: Message, _lexicon: Lexicon) -> Bag:
    """Give the words and the pairs of neighbouring words."""
    bag: Bag = Counter()
    for sentence in message.sentences:
        bag.update(sentence)
        bag.update([f"{first} {second}" for first, second in pairwise(sentence)])
    return bag


def letters(message: Message, _lexicon: Lexicon) -> Bag:
    """Give the runs of two to five letters within words, which see through misspellings and endings."""
    bag: Bag = Counter()
    for word in (f" {word} " for sentence in message.sentences for word in sentence):
        for size in range(SHORTEST_GRAM, LONGEST_GRAM + 1):
            bag.update([word[at : at + size] for at in range(max(1, len(word) - size + 1))])
    return bag


def meanings(message: Message, lexicon: Lexicon) -> Bag:
    """Give the concepts, where they stand, which follow each other and which share a sentence."""
    bag: Bag = Counter()
    last = len(message.sentences) - 1
    for index, sentence in enumerate(message.sentences):
        hits = lexicon.hits(sentence)
        told = sorted({concept for hit in hits for concept in hit.concepts})
        places = _places(first=index == 0, last=index == last, question="?" in sentence)
        bag.update([f"{place}{concept}" for hit in hits for concept in hit.concepts for place in places])
        bag.update([f"begin:{concept}" for concept in (hits[0].concepts if hits else ())])
        bag.update(_followers(hits))
        bag.update([f"{one}+{other}" for one, other in combinations(told, 2)])
    return bag


def _places(*, first: bool, last: bool, question: bool) -> list[str]:
    return ["", *["first:"] * first, *["last:"] * last, *["asked:"] * question]


def _followers(hits: list[Hit]) -> list[str]:
    return [f"{one}>{other}" for left, right in pairwise(hits) for one in left.concepts for other in right.concepts]


VIEWS: Mapping[str, Callable[[Message, Lexicon], Bag]] = MappingProxyType(
    {"words": words, "letters": letters, "meanings": meanings}
)
