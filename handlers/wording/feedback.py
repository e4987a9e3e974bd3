"""What is said when an author is asked whether the help did help."""

from collections.abc import Sequence

from models.message import (
    Block,
    Button,
    Buttons,
    Form,
    FormField,
    Message,
    MessageRef,
    Quote,
    message,
    note,
    paragraph,
    text,
)

FORM, FIELD = "feedback", "words"
ANSWER, SAY_MORE = "helped", "helped-words"
YES, NO = "yes", "no"
LONGEST = 2000

ONLY_THE_AUTHOR = "Only whoever asked can say whether it helped."
YES_OR_NO = "Did it help: yes or no?"
_MARKS = {True: "👍 It helped.", False: "👎 It did not help."}


def ask(number: int, link: MessageRef | None, resolver: str) -> Message:
    """Ask an author, once, whether the help with their request did help."""
    return message(
        paragraph("✅ ", link or f"#{number}", f" was resolved by {resolver}. Did that help you?"),
        _buttons(number),
        note("One tap is enough. I ask only this once, and keep your answer with the request."),
        summary=f"Did it help with #{number}?",
    )


def answered(number: int, *, is_helpful: bool, words: str) -> Message:
    """Say in place of the question what the author answered, with the way to say something else."""
    return message(
        paragraph(f"#{number}: {_MARKS[is_helpful]}"),
        Quote(words) if words else None,
        Buttons(
            (
                Button(
                    ANSWER, "👎 It did not" if is_helpful else "👍 It did help", f"{number}:{NO if is_helpful else YES}"
                ),
                Button(SAY_MORE, "Change the words" if words else "Say more", str(number)),
            )
        ),
        note("Thank you."),
    )


def _buttons(number: int) -> Buttons:
    return Buttons((Button(ANSWER, "👍 Yes", f"{number}:{YES}"), Button(ANSWER, "👎 No", f"{number}:{NO}")))


def form(number: int, words: str) -> Form:
    """Ask for words."""
    return Form(
        name=FORM,
        title="Did it help?",
        submit="Send",
        subject=str(number),
        fields=(
            FormField(
                FIELD,
                f"What would have helped more with #{number}?",
                "text",
                initial=words,
                hint="It is kept with the request, and read by those who look after it.",
                is_optional=True,
                max_length=LONGEST,
            ),
        ),
    )


def too_long(length: int) -> str:
    """Say how long the words may be."""
    return f"That is {length:,} characters; I can keep {LONGEST:,}."


def kept(number: int, *, is_helpful: bool) -> Message:
    """Confirm an answer."""
    return text(f"Thank you. Kept with #{number}: {_MARKS[is_helpful]}")


def not_yet(number: int) -> str:
    """Say that a request is still open."""
    return f"#{number} is not resolved yet. Tell me when it is."


def told(*, is_helpful: bool, words: str) -> Sequence[Block]:
    """Give what an author said, for whoever looks at their request."""
    return [paragraph(f"Its author: {_MARKS[is_helpful]}"), *([Quote(words)] if words else [])]
