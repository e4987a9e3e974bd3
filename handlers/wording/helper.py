"""What the bot says to people who help others."""

from datetime import timedelta

from handlers.wording import times
from models.message import Code, Message, message, note, paragraph

ON_OR_OFF = "It is on or off."


def stands(*, is_helper: bool, was: bool, after: timedelta) -> Message:
    """Say whether somebody is a helper now. was: whether they were before."""
    if is_helper:
        return message(
            paragraph(
                f"You {'are' if was else 'are now'} a helper: when a question has waited {times.span(after)} of "
                "working time without an answer, I tell you in a direct message, once and within working hours."
            ),
            note("To end it: ", Code("/oncall helper off")),
        )
    return message(
        paragraph("You are no helper any more." if was else "You are no helper."),
        note("To be told of questions that nobody answers: ", Code("/oncall helper on")),
    )
