"""What the bot says of requests that are asked twice."""

from dataclasses import dataclass

from handlers.wording.ends import HOW
from models.message import Form, FormField, Message, Span, message, note, paragraph, text
from models.records.request import RequestState

WHICH_TWO = "Which request, and of which?"


@dataclass(frozen=True, slots=True)
class Original:
    """What a request goes on in. link: its number. author: of the duplicate. owner: the name of who took it."""

    link: Span
    author: Span
    state: RequestState
    owner: str | None


def itself(number: int, of: int) -> str:
    """Refuse to make a request its own duplicate."""
    if number == of:
        return f"#{number} cannot be a duplicate of itself."
    return f"#{of} is a duplicate of #{number} already."


def nothing_goes_on(number: int, state: RequestState) -> str:
    """Refuse an original that is over without an outcome."""
    return f"#{number} is closed, because {HOW[state]}: nothing goes on there."


def marked(number: int, original: Span) -> Message:
    """Confirm that a request goes on in another."""
    return text(f"#{number} goes on in ", original, ". Its author is told when that is over.")


def goes_on(original: Original) -> Message:
    """Tell an author where their request goes on."""
    if original.state is RequestState.RESOLVED:
        return message(
            paragraph("This is the same as ", original.link, ", which is resolved already."),
            note("If you still see it, write here that it is down again."),
        )
    taken = f"{original.owner} is on it." if original.owner else "Nobody has taken it yet; it is asked for there."
    return message(
        paragraph("This is the same as ", original.link, " and goes on there. ", taken),
        note("I tell you once when that is over. Write here if yours is something else after all."),
    )


def ended(original: Original) -> Message:
    """Tell the author of a duplicate that the original is over."""
    if original.state is RequestState.RESOLVED:
        return message(
            paragraph(original.author, ", ", original.link, " is resolved, and with it your request."),
            note("If you still see it, write in your thread that it is down again."),
        )
    return message(
        paragraph(original.author, ", ", original.link, f" that yours goes on in was closed: {HOW[original.state]}."),
        note("If you still need help, write in the channel anew."),
    )


def taken_back(number: int, instead: Span | None) -> Message:
    """Tell whoever was on a request that its author took it back. instead: what goes on in its place; None: nothing."""
    start = f"Whoever asked #{number} has deleted their message"
    if instead is None:
        return text(f"{start}: it is closed, and not yours any more.")
    return text(start, ". ", instead, " asked the same and goes on; you are on that now.")


def question_moot(original: Span) -> Message:
    """Close the question of a request that goes on in another."""
    return text("This goes on in ", original, "; no answer is needed any more.")


def form(name: str, number: int) -> Form:
    """Ask which request another one is a duplicate of."""
    asked = FormField("of", f"#{number} is a duplicate of", hint="The number of the one that goes on", max_length=12)
    return Form(name, "Duplicate of …", "Join", (asked,), subject=str(number))


def logged(number: int, original: int) -> str:
    """Give the log's line for a duplicate."""
    return f"#{number}: goes on in #{original}"
