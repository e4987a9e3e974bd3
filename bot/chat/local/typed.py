"""What somebody typed: something said, a command, or a command that does not exist. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from bot.chat.local.cast import BOT

MAX_TEXT = 40_000
_SLASH = re.compile(r"/([a-z][\w-]*)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_BANG = re.compile(r"!([a-z][\w-]*)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_ADDRESSED = re.compile(rf"@{BOT}\b[:,]?\s+([a-z][\w-]*)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_PLAIN = re.compile(r"([a-z][\w-]*)(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_MENTION = re.compile(r"(?<![\w@./])@([\w][\w.-]*[\w]|\w)")
_UNPRINTABLE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Said:
    """Words for everybody. unknown: the command that it looked like, `!foo`; None mostly."""

    text: str
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """A command. is_visible: the others see that it was given."""

    name: str
    text: str
    is_visible: bool


@dataclass(frozen=True, slots=True)
class NoSuchCommand:
    """A slash command that nobody has; shown to nobody."""

    name: str


def clean(text: str) -> str:
    """Give a text as this chat keeps it: without what no store can hold, and without blank edges."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n")).strip()


def read(text: str, commands: Collection[str], *, is_direct: bool) -> Said | Command | NoSuchCommand:
    """Say what a cleaned text is. A path such as /var/log or a cry such as !!! is only words."""
    if match := _SLASH.fullmatch(text):
        return _command(match, commands, is_visible=False) or NoSuchCommand(match[1])
    patterns = (_ADDRESSED, _BANG, _PLAIN) if is_direct else (_ADDRESSED, _BANG)
    for pattern in patterns:
        match = pattern.fullmatch(text)
        if match and (command := _command(match, commands, is_visible=True)):
            return command
    bang = _BANG.fullmatch(text)
    return Said(text, f"!{bang[1]}" if bang else None)


def _command(match: re.Match[str], commands: Collection[str], *, is_visible: bool) -> Command | None:
    name = match[1].lower()
    return Command(name, (match[2] or "").strip(), is_visible) if name in commands else None


def mentioned(text: str) -> frozenset[str]:
    """Give the handles that a text addresses, in lower case and without their @."""
    return frozenset(handle.lower() for handle in _MENTION.findall(text))
