"""What may be read by anybody: words without the people in them, and without secrets. Pure.

Who is configured is known by name, by each part of it and by every handle; everybody else by how a mention or an
address looks. A name that is also a word is taken out as well: the other mistake would be the worse one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from models.policy import PLATFORMS, Person
from models.secrets import mask

SOMEONE = "someone"
SHORTEST_NAME = 3
"""A part of a name that is shorter is taken out only where it is mentioned, as in `@al`: it is a syllable elsewhere."""

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_CHANNEL = re.compile(r"<#\w+\|([^<>|]*)>")
_LABELLED = re.compile(r"<(?:https?|mailto):[^<>|]*\|([^<>|]*)>")
_MENTION = re.compile(r"<[@!][^<>]*>|(?<![\w/.])@[\w.+-]*\w")
_ADDRESS = re.compile(r"(?:mailto:)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(https?://)(?:[^\s/@<>]*@)?([^\s?#<>|]*)(?:[?#][^\s<>]*)?")
_AGAIN = re.compile(rf"\b{SOMEONE}(?:[ ,]+{SOMEONE}\b)+")


class Anonymous:
    """Takes people out of words. people: those whose names are known."""

    def __init__(self, people: Iterable[Person]) -> None:
        names = sorted({name for person in people for name in _names(person)}, key=lambda one: (-len(one), one))
        either = "|".join(map(re.escape, names))
        self._known = re.compile(rf"(?i)(?<!\w)@?(?:{either})(?!\w)") if names else None

    def words(self, text: str, longest: int) -> str:
        """Give words on one line that name nobody, hold no secret, and are no longer than so many characters."""
        said = _INVISIBLE.sub("", unicodedata.normalize("NFC", mask(text)))
        said = _LABELLED.sub(r"\1", _CHANNEL.sub(r"#\1", said))
        said = _LINK.sub(r"\1\2", said)
        for pattern in (_ADDRESS, _MENTION, self._known, _AGAIN):
            said = pattern.sub(SOMEONE, said) if pattern is not None else said
        line = " ".join(said.split())
        line = re.sub(rf"^{SOMEONE}\b", SOMEONE.capitalize(), line)
        return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _names(person: Person) -> Iterator[str]:
    """Yield everything that somebody may be called by."""
    yield person.name
    handles = [person.id, person.github, person.email, *(person.handle(platform) for platform in PLATFORMS)]
    said = [*re.split(r"[\s,]+", person.name), *re.split(r"[\s,-]+", person.name), *filter(None, handles)]
    for name in said:
        for one in {name, _plain(name)}:
            yield one if len(one) >= SHORTEST_NAME else f"@{one}"


def _plain(name: str) -> str:
    """Give a name as one types it without its accents."""
    return "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
