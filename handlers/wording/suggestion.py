"""What the bot says when it offers a known answer."""

from models.message import Button, Buttons, Link, Message, message, note, paragraph, text

HELPFUL, UNHELPFUL = "yes", "no"
VOTES = (HELPFUL, UNHELPFUL)


def known_answer(number: int, title: str, url: str) -> Message:
    """Offer a known answer. number: what it was kept under."""
    return message(
        paragraph("This may answer it: ", Link(url, title)),
        Buttons(
            (
                Button("answer", "👍 That helps", f"{number}:{HELPFUL}"),
                Button("answer", "👎 Not that", f"{number}:{UNHELPFUL}"),
            )
        ),
        note("If it does not, somebody will read on here."),
    )


def past(number: int) -> str:
    """Name what answered an earlier request."""
    return f"what resolved #{number}"


def voted(*, is_helpful: bool) -> Message:
    """Confirm what somebody thinks of an answer."""
    return text(
        "Thank you. I offer it again for questions like this."
        if is_helpful
        else "Thank you. If others say so too, I do not offer it again for questions like this."
    )
