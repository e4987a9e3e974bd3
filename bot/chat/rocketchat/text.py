"""What people wrote, as plain text, and whether it is a command or the tap of a button. Pure.

A button of Rocket.Chat's posts its text as whoever tapped it: `!ack 142` is that, and may be typed as well.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches

INVISIBLE = "\u200b"
"""What the bot puts behind an @ that must notify nobody; what is copied from it comes back with it."""

HELP = "help"
_UNPRINTABLE = re.compile(r"[\x00\ud800-\udfff]")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\((https?://[^\s()]+)\)")
_BARRED_LINK = re.compile(r"<(https?://[^|>\s]+)\|([^<>\n]*)>")
_NAME = re.compile(r"([a-z][\w-]*)(?:\s+(.*))?", re.DOTALL)
_LONGEST_NAME = 40
_FEW_WORDS = 3
_NEARLY = 0.8  # of difflib's measure: a letter or two of difference in the names that there are


def plain(text: str) -> str:
    """Give a message's text as a person reads it: links as their label and address."""
    kept = _UNPRINTABLE.sub("\ufffd", text.replace(INVISIBLE, "").replace("\r\n", "\n"))
    kept = _BARRED_LINK.sub(lambda found: _link(found[2], found[1]), kept)
    return _LINK.sub(lambda found: _link(found[1], found[2]), kept)


def _link(label: str, address: str) -> str:
    same = label.strip() in ("", address) or re.sub(r"^https?://", "", address).rstrip("/") == label.rstrip("/")
    return address if same else f"{label} ({address})"


@dataclass(frozen=True, slots=True)
class Words:
    """A command. is_bare: in private, and by its name alone, so that it may be an answer as well."""

    name: str
    text: str
    is_bare: bool = False


@dataclass(frozen=True, slots=True)
class Tap:
    """A button was tapped."""

    action: str
    value: str


@dataclass(frozen=True, slots=True)
class Grammar:
    """How commands are written. bot: its user name. commands and buttons: the names that there are."""

    prefix: str
    bot: str
    commands: Collection[str]
    buttons: Collection[str]

    def read(self, text: str, *, is_direct: bool) -> Words | Tap | None:
        """Say what a plain text is; None: only words.

        Without a mention a name stands in lower case, so that a sentence which begins with "Incident" stays one.
        """
        said = text.strip()
        for mark in (self.prefix, "/"):
            if said.startswith(mark) and (found := self._marked(said.removeprefix(mark))) is not None:
                return found
        addressed = re.match(rf"@{re.escape(self.bot)}(?![\w.-])[:,]?\s*", said, re.IGNORECASE)
        if addressed is not None:
            return self._addressed(said[addressed.end() :])
        return self._bare(said) if is_direct else None

    def _marked(self, said: str) -> Words | Tap | None:
        found = _NAME.fullmatch(said)
        if found is None:
            return None
        name, rest = found[1], (found[2] or "").strip()
        if name in self.commands or (name == HELP and not rest):
            return Words(name, rest)
        if name in self.buttons:
            return Tap(name, rest)
        return Words(name, rest) if self._is_nearly(Words(name, rest)) else None  # it is answered with the right names

    def _addressed(self, said: str) -> Words | Tap | None:
        found = _NAME.fullmatch(f"{said[:_LONGEST_NAME].lower()}{said[_LONGEST_NAME:]}")
        if found is None:
            return None
        words = Words(found[1], said[found.start(2) :].strip() if found[2] else "")
        return words if words.name in self.commands or self._is_nearly(words) else None

    def _bare(self, said: str) -> Words | None:
        found = _NAME.fullmatch(said)
        if found is None or (found[1] not in self.commands and said != HELP):
            return None
        return Words(found[1], (found[2] or "").strip(), is_bare=True)

    def _is_nearly(self, words: Words) -> bool:
        if words.name == HELP:
            return not words.text
        is_short = len(words.text.split()) <= _FEW_WORDS
        return is_short and bool(get_close_matches(words.name, self.commands, n=1, cutoff=_NEARLY))
