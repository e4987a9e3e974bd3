"""Slack's markup of one line: what we mean is marked up, what people wrote is made harmless. Pure.

Source: Slack, "Formatting text for app surfaces": only &, < and > are control characters; a mention or a link can
come into being only between < and >.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from models.message import ChannelRef, Code, Line, Link, Mention, MessageRef, Span, Strong

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no screen shows, or what turns the direction of all that follows."""
_USER = re.compile(r"[UW][A-Z0-9]+")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]+")
_STAMP = re.compile(r"\d+\.\d+")
_LOOKS_LIKE_ADDRESS = re.compile(r"(?:https?://)?([\w-]+(?:\.[\w-]+)+)(?=[/:?#\s]|$)", re.IGNORECASE)
_SPLITTABLE = re.compile(r"[ \n]")
LONGEST_URL = 2_000
LONGEST_LABEL = 500


def escape(text: str) -> str:
    """Give a text that Slack shows as it stands: without mentions, links and characters that no screen shows."""
    return re.sub(r"[&<>]", lambda found: _ENTITIES[found[0]], _CONTROL.sub("", text))


def defused(text: str) -> str:
    """Give a text for a plain-text object, where nothing is escaped and nothing must look like markup."""
    return _CONTROL.sub("", text).replace("<", "‹").replace(">", "›").replace("\n", " ")


def cut(text: str, most: int) -> str:
    """Give at most `most` characters of an unescaped text, with … where something was left out."""
    return text if len(text) <= most else f"{text[: max(0, most - 1)]}…"


def line(spans: Line, workspace: str = "") -> str:
    """Give a line in Slack's markup. workspace: the address of the workspace, to which links to messages lead."""
    return "".join(span(one, workspace) for one in spans)


def span(one: Span, workspace: str = "") -> str:  # noqa: PLR0911 - one for each kind of span
    """Give one part of a line in Slack's markup."""
    match one:
        case str():
            return escape(one)
        case Mention(user, name):
            return f"<@{user}>" if _USER.fullmatch(user) else f"@{escape(name or user)}"
        case ChannelRef(channel, name):
            return f"<#{channel}>" if _CHANNEL.fullmatch(channel) else f"#{escape(name)}"
        case MessageRef():
            return _message_link(one, workspace)
        case Link(url, label):
            return _link(url, label)
        case Strong(text):
            return _strong(text)
        case Code(text):
            return _code(text)


def _message_link(ref: MessageRef, workspace: str) -> str:
    if not (workspace and _CHANNEL.fullmatch(ref.channel) and _STAMP.fullmatch(ref.message)):
        return escape(ref.label)
    return f"<{workspace}archives/{ref.channel}/p{ref.message.replace('.', '')}|{_label(ref.label)}>"


def _link(url: str, label: str) -> str:
    shown = _label(label or url)
    address = url.strip()
    if not re.match(r"(https?://|mailto:)\S", address, re.IGNORECASE) or len(address) > LONGEST_URL:
        return shown if label in ("", url) else f"{shown} ({escape(cut(address, LONGEST_LABEL))})"
    safe = re.sub(r"[<>|\s\x00-\x1f\"\\^`{}]", lambda found: f"%{ord(found[0]):02X}", address)
    host = _host(address)
    told = "" if all(one == host for one in _hosts_in(label)) else f" ({escape(host)})"
    return f"<{safe.replace('&', '&amp;')}|{shown}>{told}"


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _hosts_in(label: str) -> Iterator[str]:
    """Give the hosts that a label pretends to lead to."""
    for found in _LOOKS_LIKE_ADDRESS.finditer(label):
        yield found[1].lower()


def _label(text: str) -> str:
    return escape(cut(" ".join(text.split()), LONGEST_LABEL).replace("|", "¦")) or "link"


def _strong(text: str) -> str:
    core = text.strip()
    if not core:
        return escape(text)
    before, after = text[: text.index(core)], text[text.index(core) + len(core) :]
    marked = "\n".join(
        f"*{escape(part.strip())}*" if part.strip() else "" for part in core.replace("*", "").split("\n")
    )
    return f"{escape(before)}{marked}{escape(after)}"


def _code(text: str) -> str:
    inside = escape(" ".join(text.split()).replace("`", "ˋ"))  # looks like a backtick and is none
    return f"`{inside}`" if inside else ""


def chunks(text: str, most: int) -> Iterator[str]:
    """Cut a marked-up text into pieces of at most `most` characters, never inside an entity, a mention or a link."""
    rest = text
    while len(rest) > most:
        at = _safe_cut(rest, most)
        yield rest[:at]
        rest = rest[at:].lstrip("\n ")
    if rest:
        yield rest


def clipped(text: str, most: int) -> str:
    """Give at most `most` characters of a marked-up text, with … where something was left out."""
    return text if len(text) <= most else f"{text[: _safe_cut(text, most - 1)]}…"


def _safe_cut(text: str, most: int) -> int:
    """Give the place nearest before `most` where a marked-up text may be cut; a blank if there is one near."""
    blanks = [found.start() for found in _SPLITTABLE.finditer(text, max(0, most - 200), most)]
    for at in (*reversed(blanks), most):
        if at > 0 and not _is_inside(text, at):
            return at
    opened = max(text.rfind("<", 0, most), text.rfind("&", max(0, most - 5), most))
    return opened if opened > 0 else most


def _is_inside(text: str, at: int) -> bool:
    is_in_angle = text.rfind("<", 0, at) > text.rfind(">", 0, at)
    entity = text.rfind("&", max(0, at - 4), at)
    return is_in_angle or (entity >= 0 and text.find(";", entity, at) < 0)
