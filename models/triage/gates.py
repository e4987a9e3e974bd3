"""Messages that need no model: nothing in them, or nothing but thanks, a greeting or assent.

Gates that need the event (bots, edits, threads) are the handlers'.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from models.triage.text import Message

_LETTER = re.compile(r"[^\W\d_]")
_FOR_HELP = re.compile(r"\bfor (?:all )?(?:the |your )?(?:quick )?(?:help|support)\b")
_LONGEST_POLITENESS = 14


@dataclass(frozen=True, slots=True)
class Gates:
    """The words of politeness; beside: words that may stand beside them without saying more."""

    polite: frozenset[str]
    beside: frozenset[str]

    @classmethod
    def load(cls) -> "Gates":
        """Give the shipped gates."""
        table = json.loads(resources.files("models.triage").joinpath("gates.json").read_text(encoding="utf-8"))
        return cls(_words(table["polite"]), _words(table["beside"]))

    def reason(self, message: Message) -> str | None:
        """Give why a message is no request whatever the model would say; None where it has to be judged."""
        if not message.plain.strip():
            return "says nothing"
        words = [word for sentence in message.sentences for word in sentence if _LETTER.match(word)]
        if not words:
            return None if _has_sign(message) else "has no words"
        if all(word == "mentionname" for word in words):
            return None if _has_sign(message) else "only names somebody"
        return "only thanks, a greeting or assent" if self._is_polite(message) else None

    def _is_polite(self, message: Message) -> bool:
        words = set(re.findall(r"[^\W\d_]+", _FOR_HELP.sub(" ", message.plain)))
        short = len(message.plain.split()) <= _LONGEST_POLITENESS
        return short and "?" not in message.plain and words <= self.polite | self.beside and bool(words & self.polite)


def _has_sign(message: Message) -> bool:
    """Say whether a message without words may still report or ask: `503`, `?`."""
    return any(character.isdigit() or character == "?" for character in message.plain)


def _words(lines: Sequence[str]) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())
