"""One message with what its words mean, prepared once for everything that looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.triage.lexicon import Hit, Lexicon
from models.triage.spelling import Speller
from models.triage.text import Message


@dataclass(frozen=True, slots=True)
class Reading:
    """A message, its sentences as tokens, and the lexicon's hits in each of them."""

    message: Message
    sentences: Sequence[Sequence[str]]
    hits: Sequence[Sequence[Hit]]

    @classmethod
    def of(cls, text: str, lexicon: Lexicon, speller: Speller | None = None) -> "Reading":
        """Give the reading of a text; speller: puts right what is misspelt, None leaves it."""
        message = Message(text)
        sentences: Sequence[Sequence[str]] = message.sentences
        if speller is not None:
            sentences = speller.corrected(sentences)
        return cls(message, sentences, [lexicon.hits(sentence) for sentence in sentences])
