"""What may stand where everybody reads: words without the names of people."""

import re
from collections.abc import Sequence

from models.policy import PLATFORMS, Person

_MENTION = re.compile(r"<@[^>\s]{1,80}>|(?<![\w@/.])@[\w.-]*\w")


def public(text: str, people: Sequence[Person], instead: str) -> str:
    """Give words with every name, handle and mention of somebody replaced. people: those who have names to look for.

    A first name counts only with its capital: somebody called Will is none of the other wills.
    """
    said = _MENTION.sub(instead, text)
    names = sorted({name for one in people for name in _names(one)}, key=len, reverse=True)
    if not names:
        return said
    return re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)", instead, said)


def _names(person: Person) -> set[str]:
    handles = {person.handle(platform) for platform in PLATFORMS} | {person.github, person.email}
    # An id that is a plain lower-case word, such as `will`, may be any word.
    told = {one for one in handles if one and not (one.isalpha() and one.islower())}
    return {person.name, person.name.split()[0], *told}
