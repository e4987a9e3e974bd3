"""What people wrote in Slack's markup, as plain text, and whether it is a command. Pure."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

_MARKED = re.compile(r"<([^<>]*)>")
_NAME = re.compile(r"[/!]?([a-z][\w-]*)(?:\s+(.*))?", re.DOTALL)
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
    """Give the command in a message's marked-up text: the bot's mention and a known name; in private the name alone.

    The name stands in lower case, so that a sentence which begins with "Incident" stays a sentence.
    """
    addressed = re.match(rf"\s*<@{re.escape(bot)}(?:\|[^<>]*)?>[:,]?\s*", text)
    if addressed is None and not is_direct:
        return None
    found = _NAME.fullmatch((text[addressed.end() :] if addressed else text).strip())
    if found is None or found[1] not in commands:
        return None
    return Words(found[1], (found[2] or "").strip())
