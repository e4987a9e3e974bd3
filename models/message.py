"""What the bot says, platform-neutral: a message with its parts, a form, and the answer to an event.

Nothing here is markup. Every adapter renders these values into its platform's own form and escapes what people
wrote, so that a quoted `<!channel>` is text everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

# -- spans: parts of a line


@dataclass(frozen=True, slots=True)
class Mention:
    """A person addressed so that the platform notifies them. user: their id on the message's platform."""

    user: str
    name: str = ""
    kind: Literal["mention"] = "mention"


@dataclass(frozen=True, slots=True)
class ChannelRef:
    """A channel of the same platform, by id; clickable where the platform can."""

    channel: str
    name: str
    kind: Literal["channel"] = "channel"


@dataclass(frozen=True, slots=True)
class MessageRef:
    """A message of the same platform; clickable where the platform can, otherwise only its label."""

    channel: str
    message: str
    label: str
    kind: Literal["message"] = "message"


@dataclass(frozen=True, slots=True)
class Link:
    """A web page. The adapters show the label together with where it leads."""

    url: str
    label: str
    kind: Literal["link"] = "link"


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out."""

    text: str
    kind: Literal["strong"] = "strong"


@dataclass(frozen=True, slots=True)
class Code:
    """Words to type as they stand, such as a command."""

    text: str
    kind: Literal["code"] = "code"


Span = str | Mention | ChannelRef | MessageRef | Link | Strong | Code
Line = tuple[Span, ...]

# -- blocks: parts of a message


@dataclass(frozen=True, slots=True)
class Heading:
    """A short title."""

    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line or several; a newline inside a string breaks it."""

    line: Line
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, one line an item."""

    items: tuple[Line, ...]
    kind: Literal["bullets"] = "bullets"


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words; nothing in them mentions, links or notifies."""

    text: str
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Fields:
    """Short facts, a label and a line each."""

    pairs: tuple[tuple[str, Line], ...]
    kind: Literal["fields"] = "fields"


@dataclass(frozen=True, slots=True)
class Note:
    """Small print: reasons, what happens next."""

    line: Line
    kind: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Button:
    """A button. action: which handler; value: about what, at most 200 characters; label: at most 75."""

    action: str
    label: str
    value: str = ""
    style: Literal["plain", "primary", "danger"] = "plain"


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of at most five buttons."""

    buttons: tuple[Button, ...]
    kind: Literal["buttons"] = "buttons"


Block = Heading | Paragraph | Bullets | Quote | Fields | Note | Buttons


@dataclass(frozen=True, slots=True)
class Message:
    """One message. summary: what a notification shows; empty: the plain text of the first block."""

    blocks: tuple[Annotated[Block, Field(discriminator="kind")], ...]
    summary: str = ""

    def plain(self) -> str:
        """Give the message as plain text, without its buttons: for notifications, logs of what was said, and tests."""
        return "\n".join(text for block in self.blocks if (text := plain_block(block)))

    def notification(self) -> str:
        """Give the one line that a notification shows."""
        return self.summary or next((text for block in self.blocks if (text := plain_block(block))), "")


def plain_line(line: Line) -> str:
    """Give a line as plain text; mentions as `@name`, links as their label."""
    return "".join(map(_plain_span, line))


def _plain_span(span: Span) -> str:
    match span:
        case str():
            return span
        case Mention():
            return f"@{span.name or span.user}"
        case ChannelRef():
            return f"#{span.name}"
        case MessageRef() | Link():
            return span.label
        case Strong() | Code():
            return span.text


def plain_block(block: Block) -> str:
    """Give a block as plain text; buttons give nothing."""
    match block:
        case Heading():
            return block.text
        case Paragraph() | Note():
            return plain_line(block.line)
        case Bullets():
            return "\n".join(f"• {plain_line(item)}" for item in block.items)
        case Quote():
            return "\n".join(f"> {line}" for line in block.text.splitlines())
        case Fields():
            return "\n".join(f"{label}: {plain_line(line)}" for label, line in block.pairs)
        case Buttons():
            return ""


def line(*spans: Span | None) -> Line:
    """Give a line of the spans that are there; None and empty strings are left out."""
    return tuple(span for span in spans if span is not None and span != "")


def paragraph(*spans: Span | None) -> Paragraph:
    """Give a paragraph of the spans that are there."""
    return Paragraph(line(*spans))


def note(*spans: Span | None) -> Note:
    """Give small print of the spans that are there."""
    return Note(line(*spans))


def message(*blocks: Block | None, summary: str = "") -> Message:
    """Give a message of the blocks that are there."""
    return Message(tuple(block for block in blocks if block is not None), summary)


def text(*spans: Span | None) -> Message:
    """Give a message of one paragraph."""
    return message(paragraph(*spans))


# -- forms and answers


@dataclass(frozen=True, slots=True)
class FormField:
    """One input. kind: `line`, `text` (several lines) or `choice` among the options (value, label)."""

    name: str
    label: str
    kind: Literal["line", "text", "choice"] = "line"
    initial: str = ""
    hint: str = ""
    is_optional: bool = False
    max_length: int = 3000
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A form to open: a modal, a dialogue or a page. subject comes back with what is submitted.

    title: at most 24 characters; submit: the button's label.
    """

    name: str
    title: str
    submit: str
    fields: tuple[FormField, ...]
    subject: str = ""
    intro: tuple[Annotated[Block, Field(discriminator="kind")], ...] = ()


_FORMS: TypeAdapter[Form] = TypeAdapter(Form)


def form_to_json(form: Form) -> dict[str, Any]:
    """Give a form as plain JSON values, as it is kept while somebody fills it in."""
    document: dict[str, Any] = _FORMS.dump_python(form, mode="json")
    return document


def form_from_json(document: Mapping[str, Any]) -> Form:
    """Give back the form that `form_to_json` wrote."""
    return _FORMS.validate_python(document, strict=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered on the spot, with the acknowledgement, after the commit.

    reply: seen by the asker alone. errors: by field, of a submitted form. form: to open now.
    """

    reply: Message | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    form: Form | None = None


_ANSWERS: TypeAdapter[Answer] = TypeAdapter(Answer)


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """Give an answer as plain JSON values, kept with the event's key for a redelivery."""
    document: dict[str, Any] = _ANSWERS.dump_python(answer, mode="json")
    return document


def answer_from_json(document: Mapping[str, Any]) -> Answer:
    """Give back the answer that `answer_to_json` wrote."""
    return _ANSWERS.validate_python(document, strict=False)
