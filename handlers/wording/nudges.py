"""What the bot says of questions that nobody has answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.wording import times
from models.message import (
    Block,
    Bullets,
    Code,
    Line,
    Message,
    MessageRef,
    Quote,
    Span,
    Strong,
    line,
    message,
    note,
    paragraph,
)

EXCERPT = 100
OFF = "/oncall helper off"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is shown. place: its channel's name; None for a direct conversation with the bot.

    channel: its id; None where it is read on another platform.
    """

    number: int
    channel: str | None
    root: str
    place: str | None
    author: Span
    words: str
    waited: timedelta

    @property
    def link(self) -> Span:
        """The number, leading to the message; the bare number where nobody else can read it."""
        label = f"#{self.number}"
        return label if self.place is None or self.channel is None else MessageRef(self.channel, self.root, label)


def waited_long(question: Question) -> Message:
    """Show the engineer on call a question that nobody has answered."""
    by = f" for {times.span(question.waited)}."
    if question.place is None:
        start = line(question.author, " asked me alone, and nobody has answered ", question.link, by)
        return message(paragraph(*start), Quote(question.words[:500]), note("Please write to them."))
    return message(
        paragraph("Nobody has answered ", question.link, by),
        Quote(question.words[:500]),
        note("A word in its thread is enough. It is not shown to you again."),
    )


def helpers(questions: Sequence[Question]) -> Message:
    """Show a helper the questions that nobody has answered."""
    last = note("A word in a thread is enough. ", Code(OFF), " ends these messages.")
    if len(questions) == 1:
        return message(*_alone(questions[0]), last)
    return message(
        paragraph(Strong(f"{times.count(len(questions), 'question')} wait for an answer."), " Do you know one?"),
        Bullets(tuple(map(_item, questions))),
        last,
    )


def _alone(question: Question) -> tuple[Block, ...]:
    waited = f" has waited {times.span(question.waited)} for an answer. Do you know one?"
    whose = paragraph(question.author, "’s question ", question.link, _place(question), waited)
    return whose, Quote(question.words[:500])


def _item(question: Question) -> Line:
    said = " ".join(question.words[: EXCERPT * 4].split())
    short = said if len(said) <= EXCERPT else f"{said[: EXCERPT - 1]}…"
    return line(question.link, _place(question), f" · {times.span(question.waited)} · ", question.author, f": {short}")


def _place(question: Question) -> str:
    return f" in #{question.place}" if question.place is not None else ""


def so_many(people: int) -> str:
    """Count helpers."""
    return times.count(people, "helper")
