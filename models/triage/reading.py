"""One message with what its words mean, prepared once for everything that looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.triage.lexicon import Hit, Lexicon
from models.triage.text import Message


@dataclass(frozen=True, slots=True)
class Reading:
    """A message, its sentences as tokens, and the lexicon's hits in each of them."""

    message: Message
    sentences: Sequence[Sequence[str]]
    hits: Sequence[Sequence[Hit]]

    @classmethod
    def of(cls, text: str, lexicon: Lexicon) -> "Reading":
        """Give the reading of a text."""
        message = Message(text)
        return cls(message, message.sentences, [lexicon.hits(sentence) for sentence in message.sentences])
