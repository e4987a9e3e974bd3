"""What is said where a form is filled in by a dialogue, because the platform can show none."""

from collections.abc import Mapping, Sequence

from models.message import (
    Bullets,
    Button,
    Buttons,
    Code,
    Fields,
    Form,
    FormField,
    Heading,
    Message,
    Quote,
    Span,
    line,
    message,
    note,
    paragraph,
    text,
)

BUTTON = "form"
KEEP, SKIP, BACK, CANCEL, PAUSE, RESUME, SEND = "keep", "skip", "back", "cancel", "pause", "resume", "send"
ALWAYS = (CANCEL, RESUME)
"""The words that are meant for a form even after it was put aside."""

LONGEST_SHOWN = 300
NOTHING_OPEN = "No form is open here any more. Give its command again to begin anew."
ASKED_BEFORE = "That button belongs to an earlier question. This is where we are:"
SOUNDS_URGENT = "I took that for an answer. If it is a call for help, write “pause”, and then the same again."
SEND_OR_NOT = "Everything is filled in."


def begun(form: Form) -> Message:
    """Begin a form: what it is, and how one gets out of it."""
    return message(
        Heading(form.title),
        *form.intro,
        note(
            f"{_questions(len(form.fields))}. At any time: ",
            *_words(BACK, PAUSE, CANCEL),
            ", or ",
            Code(SEND),
            " to send it as it stands. Commands with their prefix work meanwhile.",
        ),
        summary=form.title,
    )


def _questions(count: int) -> str:
    return "One question" if count == 1 else f"{count} questions, one after the other"


def _words(*words: str) -> Sequence[Span]:
    return [span for word in words for span in (", ", Code(word))][1:]


def question(form: Form, number: int, before: str | None, wrong: str, mark: str) -> Message:
    """Ask for one field. before: what was answered when it was asked for last; None: it was not.

    mark: of the question, which its buttons bear.
    """
    field = form.fields[number]
    proposed = field.initial if before is None else before
    return message(
        paragraph(wrong) if wrong else None,
        paragraph(f"{number + 1}/{len(form.fields)} ", *_asked(field)),
        Bullets(tuple(line(f"{at}. {label}") for at, (_, label) in enumerate(field.options, 1)))
        if field.options
        else None,
        Quote(proposed) if proposed else None,
        note(field.hint) if field.hint else None,
        Buttons(tuple(_choices(field, proposed, mark))),
        summary=field.label,
    )


def _asked(field: FormField) -> Sequence[Span]:
    return [f"{field.label}{' (may be left empty)' if field.is_optional else ''}"]


def _choices(field: FormField, proposed: str, mark: str) -> Sequence[Button]:
    keep = [Button(BUTTON, "Keep it", f"{KEEP} {mark}", "primary")] if proposed else []
    skip = [Button(BUTTON, "Leave empty", f"{SKIP} {mark}")] if field.is_optional else []
    return [*keep, *skip, Button(BUTTON, "Cancel", f"{CANCEL} {mark}")]


def review(form: Form, values: Mapping[str, str], wrong: str, mark: str) -> Message:
    """Show what was filled in, to be sent. mark: of this question, which its buttons bear."""
    return message(
        paragraph(wrong) if wrong else None,
        Fields(tuple((field.label, line(_shown(field, values[field.name]))) for field in form.fields)),
        Buttons(
            (
                Button(BUTTON, form.submit, f"{SEND} {mark}", "primary"),
                Button(BUTTON, "Back", f"{BACK} {mark}"),
                Button(BUTTON, "Cancel", f"{CANCEL} {mark}", "danger"),
            )
        ),
        note("Write ", *_words(SEND, BACK, PAUSE, CANCEL), "."),
        summary=form.title,
    )


def _shown(field: FormField, value: str) -> str:
    told = dict(field.options).get(value, value)
    return (told if len(told) <= LONGEST_SHOWN else f"{told[:LONGEST_SHOWN]}…") or "—"


def needed(label: str) -> str:
    """Say that a field must be filled in."""
    return f"“{label}” cannot be left empty."


def too_long(most: int, length: int) -> str:
    """Say that an answer is too long."""
    return f"At most {most} characters; these are {length}."


def no_such_option(said: str) -> str:
    """Say that an answer is none of the options."""
    return f"“{said[:40]}” is none of these. Write a number or the words."


def cancelled(title: str) -> Message:
    """Say that nothing was sent."""
    return text(f"Cancelled: {title}. Nothing was sent.")


def paused(title: str) -> Message:
    """Say that a form waits."""
    return text(f"On hold: {title}. Write ", Code(RESUME), " to go on, or ", Code(CANCEL), ".")


def sent(title: str) -> Message:
    """Say that a form was taken."""
    return text(f"Sent: {title}.")


def came_too_late(command: str) -> Message:
    """Say that a command was not carried out, because the bot was away when it was given."""
    return text(
        "I was away when you wrote ", Code(command), ", and have not done it. Give it again if you still want it."
    )
