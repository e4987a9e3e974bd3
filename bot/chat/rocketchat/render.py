"""A message of ours in Rocket.Chat's markup: what we mean is marked up, what people wrote is made harmless. Pure.

The text holds everything but the buttons, because an edit changes the text alone; these hang on an attachment, and one
that is out of date is answered when it is tapped. Source: Rocket.Chat, message parser; `Message_MaxAllowedSize`.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.chat.rocketchat.text import INVISIBLE
from models.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    ChannelRef,
    Code,
    Fields,
    Heading,
    Line,
    Link,
    Mention,
    Message,
    MessageRef,
    Note,
    Paragraph,
    Quote,
    Span,
    Strong,
)

Json = dict[str, Any]

LONGEST = 4_900
LABEL, TEXT = 75, 200
MOST_BUTTONS = 25
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no screen shows, or what turns the direction of all that follows."""
_MENTION = re.compile(r"(?<![\w.])@(?=[\w])")
_USER = re.compile(r"[\w.-]+")


def defused(text: str) -> str:
    """Give a text that mentions nobody and opens nothing, whoever wrote it."""
    safe = _CONTROL.sub("", text).replace("```", "ˋˋˋ")
    safe = _MENTION.sub(f"@{INVISIBLE}", safe).replace("](", f"]{INVISIBLE}(")
    return re.sub(r"<(?=\w+:)", f"<{INVISIBLE}", safe)


@dataclass(frozen=True, slots=True)
class Renderer:
    """How one bot writes. prefix: what its commands begin with. address: gives a message's address, None: unknown."""

    prefix: str = "!"
    commands: Collection[str] = ()
    address: Callable[[str, str], str | None] = field(default=lambda _channel, _message: None)

    def text(self, message: Message) -> str:
        """Give the text of a message, cut with … where it is too long."""
        whole = "\n".join(one for block in message.blocks if (one := self._block(block))) or message.summary or "…"
        return whole if len(whole) <= LONGEST else f"{whole[:LONGEST]}…"

    def attachments(self, message: Message) -> list[Json]:
        """Give the attachment that holds the buttons; none where there are none."""
        rows = [block for block in message.blocks if isinstance(block, Buttons)]
        actions = [self._button(button) for row in rows for button in row.buttons][:MOST_BUTTONS]
        return [{"actions": actions, "button_alignment": "horizontal"}] if actions else []

    def _button(self, button: Button) -> Json:
        return {
            "type": "button",
            "text": _CONTROL.sub("", button.label)[:LABEL],
            "msg": f"{self.prefix}{button.action} {button.value}".strip()[:TEXT],
            "msg_in_chat_window": True,
            "msg_processing_type": "sendMessage",
        }

    def _block(self, block: Block) -> str:  # noqa: PLR0911 - one for each kind of block
        match block:
            case Heading(text):
                return _strong(text)
            case Paragraph(line):
                return self.line(line)
            case Note(line):
                return self._note(line)
            case Bullets(items):
                return "\n".join(f"• {self.line(item)}" for item in items)
            case Quote(text):
                return "\n".join(f"> {defused(line)}" for line in text.splitlines())
            case Fields(pairs):
                return "\n".join(f"{_strong(f'{label}:')} {self.line(line)}" for label, line in pairs)
            case Buttons():
                return ""

    def _note(self, line: Line) -> str:
        told = self.line(line)
        return f"_{told}_" if re.fullmatch(r"[^\n_*`\[\]<>@]+", told) else told

    def line(self, spans: Line) -> str:
        """Give a line."""
        return "".join(map(self._span, spans))

    def _span(self, span: Span) -> str:  # noqa: PLR0911 - one for each kind of span
        match span:
            case str():
                return self._own(defused(span))
            case Mention(user, name):
                is_one = _USER.fullmatch(user) and user.lower() not in ("all", "here")
                return f"@{user}" if is_one else defused(f"@{name or user}")
            case ChannelRef(_, name):
                return f"#{defused(name)}"
            case MessageRef(channel, message, label):
                where = self.address(channel, message)
                return f"[{_label(label)}]({where})" if where else defused(label)
            case Link(url, label):
                return _link(url, label)
            case Strong(text):
                return _strong(text)
            case Code(text):
                return _code(self._own(text))

    def _own(self, text: str) -> str:
        """Give a text in which commands are written as they are here: `!oncall` for /oncall."""
        if not self.commands:
            return text
        names = "|".join(sorted(map(re.escape, self.commands), key=len, reverse=True))
        return re.sub(rf"(?<![\w/.:])/(?=(?:{names})(?![\w/-]))", lambda _: self.prefix, text)


def _strong(text: str) -> str:
    """Give a text in bold; what is blank around it stays outside of the marks, which would not be any beside it."""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    parts = [part.strip() for part in defused(text.strip().replace("*", "")).split("\n")]
    marked = "\n".join(f"*{part}*" if part else "" for part in parts)
    return f"{before}{marked}{after}" if marked else ""


def _code(text: str) -> str:
    inside = defused(" ".join(text.split()).replace("`", "ˋ"))
    return f"`{inside}`" if inside else ""


def _label(text: str) -> str:
    return defused(" ".join(text.split())).replace("[", "(").replace("]", ")") or "link"


def _link(url: str, label: str) -> str:
    address = url.strip()
    if not re.match(r"https?://\S", address, re.IGNORECASE):
        return defused(f"{label} ({address})" if label not in ("", url) else address)
    safe = re.sub(r"[<>|()\s\x00-\x1f\"\\^`{}]", lambda found: f"%{ord(found[0]):02X}", address)
    shown = _label(label or url)
    return f"[{shown}]({safe}){_told_host(label, address)}"


def _told_host(label: str, address: str) -> str:
    """Give where a link leads, in brackets, where its label does not say the same."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        host = ""
    named = re.findall(r"(?:https?://)?([\w-]+(?:\.[\w-]+)+)(?=[/:?#\s]|$)", label.lower())
    return "" if all(one == host for one in named) else f" ({defused(host)})"
