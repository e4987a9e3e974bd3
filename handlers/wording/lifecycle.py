"""What the bot says when people take, resolve or correct requests."""

from collections.abc import Sequence

from handlers.wording.ends import HOW
from models.message import Bullets, Message, MessageRef, Span, line, message, note, paragraph, plain_line, text
from models.records.request import RequestState
from models.triage.verdict import RequestClass

ENGINEERS_ONLY = "Only the engineers on the on-call list and the leads can do this."
ENGINEERS_AND_AUTHOR_ONLY = "Only the author, the engineers on the on-call list and the leads can do this."
MAY_NOT_CORRECT = "The author can raise a request; engineers and leads can give it any class."
NEVER_READ = "I have not read this message. Choose “Ask for help” on it instead: that posts its words where I do."
MARKED_BY_HAND = "marked as a request by hand"
WHICH_REQUEST = "Which request?"


def which_class(words: Sequence[str]) -> str:
    """Say which classes there are."""
    return f"The class is one of {', '.join(words)}."


def closed(number: int, state: RequestState) -> str:
    """Say that a request is over already."""
    return f"#{number} is closed already: {HOW[state]}."


def is_open(number: int, state: RequestState) -> str:
    """Say that a request is not over."""
    return f"#{number} is not closed: it is {state.value}."


def just_escalated(number: int, at: str, again: str) -> str:
    """Refuse to ask the same people again at once."""
    return f"The team was asked about #{number} at {at} already; it can be asked again at {again}."


def not_now(begins: str, contact: str | None) -> str:
    """Refuse an author who wants people who are off to be asked."""
    call = f" If it cannot wait: {contact}." if contact else ""
    return f"The team is off until {begins}; it is not asked before that.{call}"


def taken(link: Span) -> Message:
    """Confirm that somebody took a request."""
    return text("You are on ", link, ". I remind you if its thread stays silent for long.")


def reopened(link: Span, to: RequestClass) -> Message:
    """Confirm that a request is taken up again."""
    return text(link, f" is open again, as {to}.")


def relieved(number: int, channel: str, root: str, name: str) -> Message:
    """Tell somebody that they need not see to a request any more."""
    return text(f"{name} has taken over ", MessageRef(channel, root, f"#{number}"), ". It is not yours any more.")


def corrected(link: Span, to: RequestClass) -> Message:
    """Confirm a class."""
    if to is RequestClass.NONE:
        return text(link, " is closed as no request.")
    return text(link, f" is {to} now. Thank you: I learn from it.")


def escalated(link: Span, names: Sequence[str]) -> Message:
    """Confirm an escalation."""
    return text("Asked for help with ", link, f": {', '.join(names) or 'nobody else is there'}.")


def why(
    link: Span, is_class: RequestClass, confidence: float, reasons: Sequence[str], runner_up: RequestClass
) -> Message:
    """Explain a triage."""
    number = plain_line((link,)).removeprefix("#")
    return message(
        paragraph(link, f" is {is_class}, because:"),
        Bullets(tuple(line(reason) for reason in reasons) or (line("nothing in it says otherwise"),)),
        note(
            f"Confidence {min(confidence, 0.99):.0%}; the next likely class was {runner_up}. ",
            f"Wrong? /oncall class {number} … · What happened: /oncall show {number}",
        ),
    )


def logged_taken(number: int, name: str) -> str:
    """Give the log's line for an acknowledgement."""
    return f"#{number}: {name} is on it"


def logged_resolved(number: int, name: str) -> str:
    """Give the log's line for a resolution."""
    return f"#{number}: resolved by {name}"


def logged_escalated(number: int, name: str, why: str) -> str:
    """Give the log's line for an escalation by hand."""
    return f"#{number}: {name} asked the team for help" + (f": {why}" if why else "")


def is_request_already(number: int) -> str:
    """Say that a message is a request already."""
    return f"This is request #{number} already."


def made_request(link: Span) -> Message:
    """Say that a message is a request now."""
    return text("This is request ", link, " now.")
