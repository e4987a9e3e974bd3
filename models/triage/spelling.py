"""Slips of the fingers: a word that nobody knows, one letter away from one that means something to the triage.

The words are indexed by what is left of them when a letter is dropped (symmetric deletes, W. Garbe 2012), so that
a look-up costs as many steps as the word has letters.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.triage.text import stem

_SHORTEST = 4
_LONGEST = 16
# In shorter words a letter too few or too many, or another one, is too often another word ("prod", "proud"; "stone").
_SURE_IF_DROPPED = 5
_SURE_IF_REPLACED = 6


Sentences = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Speller:
    """Words worth guessing, by what is left of them without one letter; known: stems of words that are left alone."""

    left_over: Mapping[str, tuple[str, ...]]
    known: Container[str]

    @classmethod
    def of(cls, words: Iterable[str], known: Container[str]) -> "Speller":
        """Give the speller that guesses these words."""
        found: dict[str, list[str]] = {}
        for word in sorted(set(words)):
            if _may_be_guessed(word):
                for rest in {word, *_without_one(word)}:
                    found.setdefault(rest, []).append(word)
        return cls({rest: tuple(near) for rest, near in found.items()}, known)

    def corrected(self, sentences: Sentences) -> Sentences:
        """Give the sentences with their slips put right."""
        known = self.known
        strange = {word for sentence in sentences for word in sentence if stem(word) not in known}
        meant = {word: guess for word in strange if (guess := self.guess(word)) != word}
        if not meant:
            return sentences
        return tuple(tuple(meant.get(word, word) for word in sentence) for sentence in sentences)

    def guess(self, word: str) -> str:
        """Give the word that a strange one was meant to be; the word itself where none is near."""
        if not _may_be_guessed(word):
            return word
        rests = {word, *_without_one(word)}
        near = {each for rest in rests for each in self.left_over.get(rest, ()) if _is_slip(word, each)}
        # A word of the same length first; then the alphabet, so that the guess is always the same.
        return min(near, key=lambda each: (abs(len(each) - len(word)), each), default=word)


def _may_be_guessed(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def _without_one(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(len(word))}


def _is_slip(written: str, meant: str) -> bool:
    """Say whether one slip parts both words: a letter too few or too many, replaced, or swapped with its neighbour."""
    if written[0] != meant[0]:
        return False
    if len(written) != len(meant):
        longer, shorter = sorted((written, meant), key=len, reverse=True)
        return len(meant) >= _SURE_IF_DROPPED and len(longer) - len(shorter) == 1 and shorter in _without_one(longer)
    # The first letter is the one that people miss least.
    differ = [at for at in range(len(meant)) if written[at] != meant[at]]
    if len(differ) == 1:
        return len(meant) >= _SURE_IF_REPLACED
    return len(differ) == 2 and differ[1] - differ[0] == 1 and sorted(written) == sorted(meant)  # noqa: PLR2004
