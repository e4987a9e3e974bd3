"""What the bot says of requests that belong in another channel."""

from collections.abc import Sequence

from models.message import Message, Span, message, note, paragraph, text


def no_such_channel(name: str | None, known: Sequence[str]) -> str:
    """Say that a channel is none of ours."""
    if name is None:
        return "Which channel? None for such questions is configured."
    return f"I know no channel “{name[:40]}”. There is {', '.join(known) or 'none'}."


def asked_there(number: int, name: str) -> str:
    """Refuse to send an author where they are."""
    return f"#{number} was asked in #{name} already."


def rerouted(link: Span, name: str) -> Message:
    """Confirm that a request is closed here."""
    return text(link, f" is closed here; it belongs in #{name}.")


def goes_on_in(place: Span) -> Message:
    """Let a pointer say that the question goes on elsewhere. place: a channel, or a request's number."""
    return text("This goes on in ", place, ".")


def asked_better(place: Span) -> Message:
    """Send an author to another channel, kindly."""
    return message(
        paragraph("This is better asked in ", place, ": whoever can answer it reads there. Please post it there."),
        note("If production is down, say so here, or react with 🚨, and the engineer on call is pinged."),
    )
