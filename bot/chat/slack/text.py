"""What people wrote in Slack's markup, as plain text, and whether it is a command. Pure."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from difflib import get_close_matches

_MARKED = re.compile(r"<([^<>]*)>")
_NAME = re.compile(r"[/!]?([a-z][\w-]*)(?:\s+(.*))?", re.DOTALL)
_LONGEST_NAME = 40
_FEW_WORDS = 3
_NEARLY = 0.8  # of difflib's measure: a letter or two of difference in the names that there are
_UNPRINTABLE = re.compile(r"[\x00\ud800-\udfff]")
_SPECIAL = {"here", "channel", "everyone"}

NameOf = Callable[[str], str | None]


def plain(text: str, name_of: NameOf) -> str:
    """Give a message's text as a person reads it: mentions as `@id`, links as their address. name_of: a channel's."""
    kept = _UNPRINTABLE.sub("\ufffd", text)  # no store can hold these
    read = _MARKED.sub(lambda found: _marked(found[1], name_of), kept)
    return read.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _marked(inside: str, name_of: NameOf) -> str:
    body, _, label = inside.partition("|")
    kind, rest = body[:1], body[1:]
    if kind == "@":
        return f"@{rest}"
    if kind == "#":
        return f"#{label or name_of(rest) or rest}"
    if kind == "!":
        return _special(rest, label)
    return _link(body, label)


def _special(command: str, label: str) -> str:
    name = command.split("^", 1)[0]
    if name in _SPECIAL:
        return f"@{name}"
    if name == "subteam":
        return label or f"@{command.partition('^')[2]}"
    return label or command


def _link(address: str, label: str) -> str:
    shown = address.removeprefix("mailto:").removeprefix("tel:")
    if not label or label == shown or re.sub(r"^https?://", "", shown).rstrip("/") == label.rstrip("/"):
        return shown
    return f"{label} ({shown})"


@dataclass(frozen=True, slots=True)
class Words:
    """A command that was written as a message."""

    name: str
    text: str


def command(text: str, bot: str, commands: Collection[str], *, is_direct: bool) -> Words | None:
    """Give the command in a message's marked-up text: the bot's mention and a name; in private a known name alone.

    Without a mention the name stands in lower case, so that a sentence which begins with "Incident" stays a sentence.
    With one, its case does not matter; `help` alone, and a few words that begin with nearly a name, are commands too:
    they are answered with the right names. What is longer is rather a request for help than a slip.
    """
    addressed = re.match(rf"\s*<@{re.escape(bot)}(?:\|[^<>]*)?>[:,]?\s*", text)
    if addressed is None and not is_direct:
        return None
    said = (text[addressed.end() :] if addressed else text).strip()
    found = _NAME.fullmatch(f"{said[:_LONGEST_NAME].lower()}{said[_LONGEST_NAME:]}" if addressed else said)
    if found is None:
        return None
    words = Words(found[1], said[found.start(2) :].strip() if found[2] else "")
    is_command = words.name in commands or (addressed is not None and _is_nearly(words, commands))
    return words if is_command else None


def _is_nearly(words: Words, commands: Collection[str]) -> bool:
    if words.name == "help":
        return not words.text
    is_short = len(words.text.split()) <= _FEW_WORDS
    return is_short and bool(get_close_matches(words.name, commands, n=1, cutoff=_NEARLY))
