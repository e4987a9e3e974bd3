"""What the bot says where a request may be an incident that is known, and to what people answer."""

from handlers.wording import times
from handlers.wording.incident_link import TITLE, Followed, answers
from handlers.wording.incidents import cut
from models.message import Message, Span, Strong, message, note, paragraph, text

AUTHOR_OR_ENGINEER = "Only whoever asked, and engineers, can say that this is something else."


def question(facts: Followed, request: int) -> Message:
    """Ask an author whether theirs is an incident that is known."""
    title = cut(facts.title, TITLE)
    since = times.moment(facts.since, facts.zone, facts.now)
    return message(
        paragraph("Is this ", facts.link, ", ", Strong(title), f", known since {since}?"),
        answers(request, facts.number, may_stop=True),
        note("“Same trouble”: you follow it, and are told when it is over. Else yours goes its usual way."),
        summary=f"Is it incident {facts.number}? {cut(facts.title, 100)}",
    )


def was_over(facts: Followed, *, is_asked_for: bool) -> Message:
    """Tell an author what was over just before they asked. is_asked_for: whether somebody is asked for theirs."""
    title = cut(facts.title, TITLE)
    over = times.moment(facts.resolved_at or facts.now, facts.zone, facts.now)
    if is_asked_for:
        still = "Does it still happen? If it works for you now, press Resolved or write “works now”."
    else:
        still = "Does it still happen? Then write here that it is down again."
    return message(
        paragraph(facts.link, ", ", Strong(title), f", was resolved at {over}. ", still),
        summary=f"Incident {facts.number} was resolved at {over}",
    )


def own(incident: Span, *, is_over: bool) -> Message:
    """Say in its thread that a request is none of an incident, or goes on where that is over."""
    if is_over:
        return text("This is there still, though ", incident, " is over: it goes its own way.")
    return text("This is something else than ", incident, ", and goes its own way.")


def joined(incident: Span) -> Message:
    """Confirm to an author that theirs is a known incident."""
    return text("It belongs to ", incident, " now. Nobody else is pinged for yours; you are told when it is over.")


def parted(request: int, incident: int, *, is_asked_for: bool) -> Message:
    """Confirm that a request is none of an incident. is_asked_for: whether somebody is asked for it."""
    follows = " The engineer on call is asked for it as usual." if is_asked_for else ""
    return text(f"#{request} is none of incident {incident}.{follows}")


def only_its_author(number: int, author: str) -> str:
    """Refuse to stop an escalation for somebody else."""
    who = author or "whoever asked"
    return f"Only {who} knows whether #{number} is the same. If you are an engineer and take it, press “I'm on it”."


def ended(number: int) -> str:
    """Refuse what comes too late."""
    return f"#{number} is over already."


def is_over(incident: int) -> str:
    """Refuse to follow what is over."""
    return f"Incident {incident} is over already, so nothing is worked on there. Yours stays open."


def belongs(number: int, incident: int) -> str:
    """Refuse a second incident."""
    return f"#{number} belongs to incident {incident} already. Press “Not the same” there first."


def logged_same(number: int, incident: int) -> str:
    """Give the log's line for an author who said that theirs is known."""
    return f"#{number}: its author says that it is incident {incident}; its pings end"
