"""What the title of a declared incident says of it: the service, the environment, how grave it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from models.policy import Service
from models.triage.surroundings import environment_of, service_of
from models.triage.text import Message

Graveness = Literal["critical", "warning", "info"]
GRAVENESSES: tuple[Graveness, ...] = ("critical", "warning", "info")
MISTAKEN = frozenset(
    {
        *("urgent", "high", "major", "severe", "medium", "moderate", "minor", "low"),
        *("error", "warn", "crit", "information"),
        *(f"{letters}{number}" for letters in ("sev", "sev-", "p") for number in range(6)),
    }
)
"""What others call severities: said after `as`, it is meant as one, and is none of ours."""

_DOWN = re.compile(
    r"\b(?:down|outage|offline|unreachable|unavailable|not (?:available|reachable|working)|crash\w*|dead"
    r"|los(?:t|ing|es)|corrupt\w*|breach\w*|attack\w*|cannot|can't|nobody can|hangs?|fail(?:s|ed|ing)?)\b"
)
_PARTLY = re.compile(
    r"\b(?:slow\w*|degraded|intermittent\w*|sometimes|some|partial\w*|flak\w+|delay\w*|latency|late|warning)\b"
)
_NO_USERS = frozenset({"development", "test"})


class NotASeverity(ValueError):
    """A word stands where a severity is said, and is none. Its text is the word."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A title, and what it says. service: its name in the catalogue; None: it names none."""

    title: str
    service: str | None
    environment: str | None
    severity: Graveness


def heard(words: Sequence[str], services: Sequence[Service]) -> Heard:
    """Give what a title says. It may end in `for SERVICE`, and after that in `as SEVERITY`.

    Raises NotASeverity for `as urgent` and the like.
    """
    told, severity = _severity(words)
    title = " ".join(told)
    read = Message(title)
    service = _named(told, services) or service_of(read, services)
    environment = environment_of(read)
    return Heard(title, service, environment, severity or _judged(read, service, environment, services))


def _severity(words: Sequence[str]) -> tuple[Sequence[str], Graveness | None]:
    """Give the words before a severity, and the severity; all words where none is said."""
    if len(words) < 3 or words[-2].lower() != "as":  # noqa: PLR2004 - a title, `as`, a severity
        return words, None
    said = words[-1].lower().strip(".,")
    found = next((one for one in GRAVENESSES if one == said), None)
    if found is None and said in MISTAKEN:
        raise NotASeverity(words[-1])
    return (words[:-2], found) if found is not None else (words, None)


def _named(words: Sequence[str], services: Sequence[Service]) -> str | None:
    """Give the service that a title ends on after `for`; the words stay in the title, which reads well with them."""
    starts = [at for at, word in enumerate(words) if word.lower() == "for"]
    named = " ".join(words[starts[-1] + 1 :]).casefold() if starts else ""
    matches = (one.name for one in services if named in (name.casefold().strip() for name in (one.name, *one.aliases)))
    return next(matches, None) if named else None


def _judged(read: Message, service: str | None, environment: str | None, services: Sequence[Service]) -> Graveness:
    """Give how grave a title sounds: critical is what is down for its real users."""
    if environment in _NO_USERS or _PARTLY.search(read.plain):
        return "warning"
    is_critical = any(one.critical for one in services if one.name == service)
    return "critical" if is_critical or _DOWN.search(read.plain) else "warning"
