"""What the engineer on call is asked where many people ask about one service and no incident is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Button, Buttons, Line, Message, Span, Strong, line, message, note, paragraph

DECLARE = "declare-surge"
MOST = 10


@dataclass(frozen=True, slots=True)
class Facts:
    """A surge as the sentences need it. links: the numbers of its requests, leading to them; authors: of how many."""

    number: int
    service: str
    authors: int
    links: Sequence[Span]
    since: datetime
    now: datetime
    zone: ZoneInfo


def title_of(service: str, authors: int) -> str:
    """Give the title of what is declared with the button."""
    return f"Trouble with {service}, told of by {times.count(authors, 'person', 'people')}"


def question(facts: Facts, who: Span | None) -> Message:
    """Ask whether it is an incident. who: the engineer on call, notified within the hours; None: nobody is."""
    asked = f"{times.count(facts.authors, 'person', 'people')} asked about {facts.service}"
    return message(
        paragraph(
            who,
            ", " if who is not None else None,
            Strong(asked),
            f" since {times.moment(facts.since, facts.zone, facts.now)}: ",
            *_listed(facts.links),
            ". No incident is known. Is it one?",
        ),
        Buttons((Button(DECLARE, "Declare an incident", str(facts.number), "primary"),)),
        note(
            "Declared, these requests are linked to it: their authors read how it goes, and are told when it is over."
        ),
        summary=f"{asked}: is it an incident?",
    )


def answered(facts: Facts, incident: Span, by: str) -> Message:
    """Close the question: it is an incident."""
    return message(
        paragraph(f"{facts.service}: ", incident, f" was declared by {by}, with ", *_listed(facts.links), ".")
    )


def gone_on(service: str, incident: int) -> Message:
    """Say that the requests joined an incident that there is by now."""
    return message(paragraph(f"Incident {incident} of {service} is live by now; the requests are linked to it."))


def logged(service: str, authors: int) -> str:
    """Give the log's line for the question."""
    return f"{authors} people asked about {service}: asked whether it is an incident"


def _listed(links: Sequence[Span]) -> Line:
    shown = list(links[:MOST])
    spans: list[Span] = []
    for link in shown:
        spans += [", ", link] if spans else [link]
    left = len(links) - len(shown)
    return line(*spans, f" and {left} more" if left else None)
