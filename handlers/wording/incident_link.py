"""What the authors of requests are told of the incident that they belong to."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.incidents import cut
from models.message import Button, Buttons, Message, Quote, Span, Strong, line, message, note, paragraph

TITLE = 200
WORDS = 600


@dataclass(frozen=True, slots=True)
class Followed:
    """An incident as those read of it who asked. link: its number, leading to it where the reader can go there.

    is_taken: somebody is on it. request: the number of theirs, where only the bot thinks that it is the same;
    may_stop: whether somebody is still asked for that one.
    """

    number: int
    link: Span
    title: str
    since: datetime
    update: str
    next_update_at: datetime | None
    resolved_at: datetime | None
    now: datetime
    zone: ZoneInfo
    is_taken: bool = True
    request: int | None = None
    may_stop: bool = False


SAME, OTHER = "same-trouble", "other-trouble"
"""The actions of the buttons by which people say that a request is, or is not, of an incident."""


def answers(request: int, incident: int, *, may_stop: bool) -> Buttons:
    """Offer to say whether a request is of an incident; may_stop: somebody is asked for it until its author says so."""
    value = f"{request}:{incident}"
    same = Button(SAME, "Same trouble", value, "primary")
    return Buttons((*((same,) if may_stop else ()), Button(OTHER, "Not the same", value)))


def follows(facts: Followed) -> Message:
    """Say in the thread of a request which incident it belongs to, and how that stands; changed with each update."""
    title = cut(facts.title, TITLE)
    if facts.resolved_at is not None:
        return message(
            paragraph("✅ This was ", facts.link, f": {title}. It is over since {_at(facts.resolved_at, facts)}.")
        )
    return message(
        paragraph(
            "This is known: ",
            facts.link,
            ", ",
            Strong(title),
            f", since {_at(facts.since, facts)}. {_state(facts)}",
        ),
        Quote(cut(facts.update, WORDS)) if facts.update else None,
        answers(facts.request, facts.number, may_stop=facts.may_stop) if facts.request is not None else None,
        note(STOPS) if facts.request is not None and facts.may_stop else None,
        note(*_next(facts)),
        summary=f"Known: incident {facts.number}, {cut(facts.title, 100)}",
    )


STOPS = "Yours goes to the engineer on call all the same. “Same trouble” stops that, and nobody else is pinged for it."


def _state(facts: Followed) -> str:
    return "It is being worked on." if facts.is_taken else "The engineers are told of it; nobody has taken it yet."


def _next(facts: Followed) -> tuple[Span, ...]:
    over = "You are told here when it is over; nothing is asked of you."
    if facts.next_update_at is None:
        return line(over)
    return line(f"Next update {_at(facts.next_update_at, facts)}, in this message. {over}")


def over(facts: Followed, number: int, author: Span, *, is_live: bool) -> Message:
    """Tell an author, once, that the incident of their request is over. is_live: their request is open still."""
    assert facts.resolved_at is not None
    lasted = times.span(facts.resolved_at - facts.since)
    return message(
        paragraph(author, ", ", facts.link, f" ({cut(facts.title, TITLE)}) is over, after {lasted}."),
        Quote(cut(facts.update, WORDS)) if facts.update else None,
        _works(facts, number) if is_live else None,
        note("If it does not work for you yet, write here." if is_live else "If it comes back, write here."),
        summary=f"Incident {facts.number} is over: {cut(facts.title, 100)}",
    )


def _works(facts: Followed, number: int) -> Buttons:
    works = Button("resolve", "It works for me again", str(number), "primary")
    return Buttons((works, Button(OTHER, "Not for me", f"{number}:{facts.number}")))


def _at(at: datetime, facts: Followed) -> str:
    return times.moment(at, facts.zone, facts.now)
