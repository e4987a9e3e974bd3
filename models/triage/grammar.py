"""Composed examples: what a class sounds like, told by templates and the words that may stand in them.

They teach the text model that words are alike (payments, checkout, the portal; failing, down, dead) which the
corpus alone is too small to show. `corpus/grammar.json` holds them; it can be extended by hand.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import NamedTuple

from models.triage.verdict import RequestClass

_SHORT = 3
MISSPELT = 0.06  # the share of composed messages with slips of the fingers
_SLOT = re.compile(r"\{(\w+)\}")
_LOOSE = re.compile(r"[^\S\n]+([.,?:])")
_SPACES = re.compile(r"[^\S\n]+")


class Composed(NamedTuple):
    """One composed message and its class."""

    text: str
    label: RequestClass


def compose(per_class: int, seed: int = 0) -> list[Composed]:
    """Give up to `per_class` different messages for each class, the same ones for the same seed."""
    text = resources.files("models.triage").joinpath("corpus/grammar.json").read_text(encoding="utf-8")
    grammar = json.loads(text)
    source = random.Random(seed)  # noqa: S311 (examples, no secret)
    return [
        Composed(message, RequestClass(label))
        for label, templates in grammar["templates"].items()
        for message in dict.fromkeys(_messages(templates, grammar["slots"], per_class, source))
    ]


def _messages(
    templates: Sequence[str], slots: Mapping[str, Sequence[str]], count: int, source: random.Random
) -> Iterator[str]:
    for number in range(count):
        filled = templates[number % len(templates)]
        while _SLOT.search(filled):
            filled = _SLOT.sub(lambda slot: source.choice(slots[slot[1]]), filled)
        message = _LOOSE.sub(r"\1", _SPACES.sub(" ", filled)).strip()
        yield _misspelt(message, source) if source.random() < MISSPELT else message


def _misspelt(message: str, source: random.Random) -> str:
    """Give the message with a slip in about every third longer word: letters swapped, dropped or doubled."""
    return " ".join(
        _slip(word, source) if len(word) > _SHORT and source.random() < 1 / 3 else word for word in message.split(" ")
    )


def _slip(word: str, source: random.Random) -> str:
    at = source.randrange(1, len(word) - 1)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return source.choice([swapped, word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:]])
