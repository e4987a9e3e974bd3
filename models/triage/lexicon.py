"""What words mean to the triage: concepts such as "users" or "not production", told by words and phrases.

The table is `lexicon.json`, one concept a key; it can be extended by hand and takes effect at the next training.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import NamedTuple

from models.triage.text import tokens

_SHORTEST_BEGINNING = 3


class Hit(NamedTuple):
    """The concepts that the tokens [start, end) of a sentence tell."""

    start: int
    end: int
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Phrases and beginnings of words, each with the concepts it tells.

    longest: a phrase's first word → the number of tokens of the longest phrase that begins with it.
    """

    phrases: Mapping[tuple[str, ...], tuple[str, ...]]
    beginnings: Mapping[str, tuple[str, ...]]
    longest: Mapping[str, int]

    @classmethod
    def load(cls) -> "Lexicon":
        """Give the shipped lexicon."""
        text = resources.files("models.triage").joinpath("lexicon.json").read_text(encoding="utf-8")
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, table: Mapping[str, Sequence[str]]) -> "Lexicon":
        """Give the lexicon of a table: concept → lines of phrases parted by commas; `*` ends a word's beginning."""
        phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        beginnings: dict[str, tuple[str, ...]] = {}
        longest: dict[str, int] = {}
        for concept, phrase in _entries(table):
            if phrase.endswith("*"):
                beginnings[phrase[:-1]] = (*beginnings.get(phrase[:-1], ()), concept)
            elif (key := tokens(phrase)) and concept not in phrases.get(key, ()):
                phrases[key] = (*phrases.get(key, ()), concept)
                longest[key[0]] = max(longest.get(key[0], 0), len(key))
        return cls(phrases, beginnings, longest)

    def words(self) -> set[str]:
        """Give every word that stands in a phrase, and the whole words among the beginnings."""
        return {word for phrase in self.phrases for word in phrase} | set(self.beginnings)

    def hits(self, sentence: Sequence[str]) -> list[Hit]:
        """Give what a sentence's tokens tell, left to right, the longest phrase first."""
        found = []
        at = 0
        while at < len(sentence):
            hit = self._phrase(sentence, at) or self._beginning(sentence[at], at)
            if hit:
                found.append(hit)
            at = hit.end if hit else at + 1
        return found

    def _phrase(self, sentence: Sequence[str], at: int) -> Hit | None:
        for end in range(min(at + self.longest.get(sentence[at], 0), len(sentence)), at, -1):
            concepts = self.phrases.get(tuple(sentence[at:end]))
            if concepts:
                return Hit(at, end, concepts)
        return None

    def _beginning(self, word: str, at: int) -> Hit | None:
        for end in range(len(word), _SHORTEST_BEGINNING - 1, -1):
            concepts = self.beginnings.get(word[:end])
            if concepts:
                return Hit(at, at + 1, concepts)
        return None


def _entries(table: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for concept, lines in table.items():
        for line in lines:
            yield from ((concept, phrase.strip()) for phrase in line.split(",") if phrase.strip())
