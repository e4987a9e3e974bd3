"""What the bot says when people take, resolve or correct requests."""

from collections.abc import Sequence

from models.message import Bullets, Message, MessageRef, line, message, note, paragraph, text
from models.records.request import RequestState
from models.triage.verdict import RequestClass

ENGINEERS_ONLY = "Only the engineers on the on-call list and the leads can do this."
ENGINEERS_AND_AUTHOR_ONLY = "Only the author, the engineers on the on-call list and the leads can do this."
MAY_NOT_CORRECT = "The author can raise a request; engineers and leads can give it any class."
NEVER_READ = "I have not read this message. Choose “Ask for help” on it instead: that posts its words where I do."
MARKED_BY_HAND = "marked as a request by hand"
WHICH_REQUEST = "Which request?"
NO_LINK = "The runbook link has to begin with https://."
NOTHING_TO_LOG = "What shall I write?"


def which_class(words: Sequence[str]) -> str:
    """Say which classes there are."""
    return f"The class is one of {', '.join(words)}."


def link_too_long(most: int) -> str:
    """Say how long a link may be."""
    return f"The runbook link is longer than {most} characters."


def closed(number: int, state: RequestState) -> str:
    """Say that a request is over already."""
    return f"#{number} is closed already: {state.value}."


def taken(number: int) -> Message:
    """Confirm that somebody took a request."""
    return text(f"You are on #{number}. I remind you if its thread stays silent for long.")


def relieved(number: int, channel: str, root: str, name: str) -> Message:
    """Tell somebody that they need not see to a request any more."""
    return text(f"{name} has taken over ", MessageRef(channel, root, f"#{number}"), ". It is not yours any more.")


def corrected(number: int, to: RequestClass) -> Message:
    """Confirm a class."""
    return text(
        f"#{number} is {to} now. Thank you: I learn from it."
        if to is not RequestClass.NONE
        else f"#{number} is closed as no request."
    )


def escalated(number: int, names: Sequence[str]) -> Message:
    """Confirm an escalation."""
    return text(f"Asked for help with #{number}: {', '.join(names) or 'nobody else is there'}.")


def logged(rotation: str) -> Message:
    """Confirm a line of the log."""
    return text(f"Written into the log of {rotation}. It stands in the handover.")


def why(
    number: int, is_class: RequestClass, confidence: float, reasons: Sequence[str], runner_up: RequestClass
) -> Message:
    """Explain a triage."""
    return message(
        paragraph(f"#{number} is {is_class}, because:"),
        Bullets(tuple(line(reason) for reason in reasons) or (line("nothing in it says otherwise"),)),
        note(
            f"Confidence {min(confidence, 0.99):.0%}; the next likely class was {runner_up}. ",
            f"Wrong? /oncall class {number} …",
        ),
    )


def logged_taken(number: int, name: str) -> str:
    """Give the log's line for an acknowledgement."""
    return f"#{number}: {name} is on it"


def logged_resolved(number: int, name: str) -> str:
    """Give the log's line for a resolution."""
    return f"#{number}: resolved by {name}"


def is_request_already(number: int) -> str:
    """Say that a message is a request already."""
    return f"This is request #{number} already."


def made_request(number: int) -> Message:
    """Say that a message is a request now."""
    return text(f"This is request #{number} now.")
