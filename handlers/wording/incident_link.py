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
    """An incident as those read of it who asked. link: its number, leading to it where the reader can go there."""

    number: int
    link: Span
    title: str
    since: datetime
    update: str
    next_update_at: datetime | None
    resolved_at: datetime | None
    now: datetime
    zone: ZoneInfo


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
            f", since {_at(facts.since, facts)}. It is being worked on.",
        ),
        Quote(cut(facts.update, WORDS)) if facts.update else None,
        note(*_next(facts)),
        summary=f"Known: incident {facts.number}, {cut(facts.title, 100)}",
    )


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
        Buttons((Button("resolve", "It works for me again", str(number), "primary"),)) if is_live else None,
        note("If it does not work for you yet, write here." if is_live else "If it comes back, write here."),
        summary=f"Incident {facts.number} is over: {cut(facts.title, 100)}",
    )


def _at(at: datetime, facts: Followed) -> str:
    return times.moment(at, facts.zone, facts.now)
