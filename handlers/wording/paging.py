"""What the bot says when it pages somebody, and what becomes of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.account import NAMES
from handlers.wording.ends import HOW
from models.message import (
    Button,
    Buttons,
    Code,
    Fields,
    Line,
    Message,
    MessageRef,
    Note,
    Paragraph,
    Quote,
    Span,
    Strong,
    line,
    message,
    note,
    paragraph,
)
from models.records.request import RequestState
from models.triage.verdict import RequestClass

NAMED_FOR_NIGHTS = "named for urgent requests outside hours"
NOBODY_ON_DUTY = "nobody is on duty who can be reached"
NOBODY_ELSE = "there is nobody else on the list who can be reached"

_ROLES = {
    "primary": "the engineer on call",
    "secondary": "the next on the list",
    "team": "the team",
    "leads": "the leads",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """A request as the sentences need it. next_*: the escalation step that follows; next_at None: none does.

    resumes_at: when it comes up again, where that step would lie outside the hours; None where it does not.
    original: what it is a duplicate of. incident: the number of what it belongs to; None: to none. still_fires:
    that of the live incident which a page that somebody resolved was about. asked_on: the
    platform it was asked on, where this is read on another.
    """

    number: int
    request_class: RequestClass
    reasons: tuple[str, ...]
    service: str | None
    author: Span
    channel: str
    root: str
    text: str
    is_direct: bool
    state: RequestState
    original: Span | None
    owner: Span | None
    owner_name: str
    resolver: Span | None
    engineer: str | None
    opened_at: datetime
    owned_at: datetime | None
    resolved_at: datetime | None
    next_at: datetime | None
    next_to: tuple[str, ...]
    next_by: str
    resumes_at: datetime | None
    better_place: Span | None
    incident: int | None
    still_fires: int | None
    now: datetime
    zone: ZoneInfo
    channel_name: str | None = None
    asked_on: str | None = None

    @property
    def link(self) -> Span:
        """The number, leading to the message; on another platform, the number and where it was asked."""
        if self.asked_on is None:
            return MessageRef(self.channel, self.root, f"#{self.number}")
        place = f"#{self.channel_name}" if self.channel_name else "a direct message"
        return f"#{self.number} in {place} on {NAMES[self.asked_on]}"


def called(name: str, platform: str) -> str:
    """Name somebody in a page whom a message on another platform reaches."""
    return f"{name} (told on {NAMES[platform]})"


def first_page(facts: Facts, mentions: Sequence[Span], why: str) -> Message:
    """Page the engineer on call: who, why them, what for, and what happens next."""
    who = _listed(mentions)
    if why == NOBODY_ON_DUTY:
        start = line(Strong("Nobody is on duty who can be reached."), " ", *who, ", please take ")
    else:
        start = line(*who, ", you are on call: ")
    return message(
        paragraph(*start, Strong(_kind(facts)), " ", facts.link, " from ", facts.author, "."),
        _details(facts, why),
        Quote(_excerpt(facts.text)) if facts.is_direct else None,
        _buttons(facts),
        _what_next(facts, primary="you" if why == NOBODY_ON_DUTY else _ROLES["primary"]),
        note("The platform team is best asked in ", facts.better_place, ".") if facts.better_place else None,
        summary=f"{_kind(facts)} #{facts.number}: {_excerpt(facts.text, 120)}",
    )


def told_author(facts: Facts, engineer: str) -> Message:
    """Tell an author who wrote to the bot directly who was pinged."""
    return message(
        paragraph(f"{engineer}, who is on call, was just pinged about your {_kind(facts)} ", facts.link, "."),
        _what_next(facts),
        note("Write here if it changes. Next time the support channel is quicker: more people read there."),
    )


def shadowed(facts: Facts, engineer: str) -> Message:
    """Tell a newcomer what the engineer whom they shadow was paged for."""
    return message(
        paragraph(f"{engineer}, whom you shadow, was just pinged about ", Strong(_kind(facts)), " ", facts.link, "."),
        note("Follow it in its thread; nothing is expected of you."),
        summary=f"You shadow {engineer}: {_kind(facts)} #{facts.number}",
    )


def next_page(facts: Facts, mentions: Sequence[Span], why: str) -> Message:
    """Page whoever comes next, because nobody acknowledged, or whoever did has been silent since."""
    waited = times.span(facts.now - facts.opened_at)
    return message(
        paragraph(*_listed(mentions), ", ", *_what_is_wrong(facts, waited), " Please take it."),
        Quote(_excerpt(facts.text)) if facts.is_direct else None,
        note(_why_you(why)) if why else None,
        _buttons(facts),
        _what_next(facts),
        summary=f"Waiting for {waited}: {_kind(facts)} #{facts.number}",
    )


def _why_you(why: str) -> str:
    is_fault = why in (NOBODY_ON_DUTY, NOBODY_ELSE)
    return f"{why[0].upper()}{why[1:]}." if is_fault else f"Why you: {why}."


def _what_is_wrong(facts: Facts, waited: str) -> Line:
    if facts.state is RequestState.ACKNOWLEDGED:
        return line(facts.owner, " took ", Strong(f"{_kind(facts)} "), facts.link, " and has been silent since.")
    return line(Strong(f"nobody has taken {_kind(facts)} "), facts.link, f" for {waited}.")


def raised(facts: Facts, owner: Span) -> Message:
    """Tell whoever took a request that it has become graver."""
    return message(
        paragraph(owner, ", ", facts.link, " that you took is ", Strong(f"{_article(facts)} now"), "."),
        _details(facts, ""),
        _buttons(facts),
        summary=f"#{facts.number} is {_article(facts)} now",
    )


def escalated(facts: Facts, mentions: Sequence[Span], asker: Span, why: str) -> Message:
    """Ask the whole team, because somebody on it asked for help. why: their own words; empty: they gave none."""
    return message(
        paragraph(*_listed(mentions), ": ", asker, " asks for help with ", Strong(_kind(facts)), " ", facts.link, "."),
        Quote(_excerpt(why)) if why else None,
        Quote(_excerpt(facts.text)) if facts.is_direct else None,
        _buttons(facts),
        summary=f"Help wanted: {_kind(facts)} #{facts.number}",
    )


def direct_page(facts: Facts) -> Message:
    """Page somebody once more, by direct message; or at all, where they are not on the platform it was asked on."""
    waited = facts.now - facts.opened_at
    is_new = waited < timedelta(minutes=1)
    return message(
        paragraph(
            Strong(f"{_kind(facts).capitalize()} "),
            facts.link,
            " from ",
            facts.author,
            " waits for you." if is_new else f" has waited {times.span(waited)} for you.",
        ),
        Quote(_excerpt(facts.text)),
        _buttons(facts),
        _what_next(facts),
        note(f"I know of no account of yours on {NAMES[facts.asked_on]}. These buttons count there too.")
        if facts.asked_on
        else None,
        summary=f"Waiting for you: {_kind(facts)} #{facts.number}",
    )


def page(facts: Facts) -> Message:
    """Give the first page as it reads after something became of its request."""
    return message(
        paragraph(*_outcome(facts)),
        None if facts.state is RequestState.WITHDRAWN else _details(facts, ""),
        Quote(_excerpt(facts.text)) if facts.is_direct else None,
        _buttons(facts) if facts.state.is_live else None,
        _declare(facts) if facts.state is RequestState.ACKNOWLEDGED else None,
        _still_fires(facts.still_fires) if facts.still_fires is not None else None,
        note(_course(facts)),
    )


def _still_fires(incident: int) -> Paragraph:
    """Say that a resolved page is not the end of its incident, and what is."""
    return paragraph(
        f"Incident {incident} is live still, as its alerts fire; it ends with them. If it is over: ",
        Code(f"/incident resolve {incident}"),
        ". To have quiet meanwhile: ",
        Code(f"/incident silence {incident} 2h"),
    )


def later_page(facts: Facts) -> Message:
    """Give any other page, in the thread or by direct message, as it reads after something became of its request."""
    return message(paragraph(*_outcome(facts)), _buttons(facts) if facts.state.is_live else None)


def _course(facts: Facts) -> str:
    """Give what happened so far, in one line: `11:05 paged Dana Petrov · 11:07 Dana Petrov on it`."""
    steps: list[tuple[datetime | None, str]] = [
        (facts.opened_at if facts.engineer else None, f"paged {facts.engineer}"),
        (facts.owned_at, f"{facts.owner_name} on it"),
        (facts.resolved_at, "resolved"),
    ]
    return " · ".join(f"{at.astimezone(facts.zone):%H:%M} {what}" for at, what in steps if at is not None)


def after_hours(facts: Facts, engineer: str, begins: datetime, contact: str | None) -> Message:
    """Tell an author at once, outside hours, who is next, when, and whom to call instead."""
    when = times.moment(begins, facts.zone, facts.now)
    return _waits(facts, line(f"{engineer} is next and gets your request ", facts.link, f" {when}."), contact)


def after_hours_of_nobody(facts: Facts, names: Sequence[str], begins: datetime, contact: str | None) -> Message:
    """Tell an author outside hours that nobody is on the list then, and who is pinged in their place."""
    when = times.moment(begins, facts.zone, facts.now)
    who = f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'} pinged" if names else "nobody is pinged"
    told = line("Nobody is on the list of engineers then: ", f"{who} about your request ", facts.link, f" {when}.")
    return _waits(facts, told, contact)


def _waits(facts: Facts, told: Line, contact: str | None) -> Message:
    is_urgent = facts.request_class is RequestClass.URGENT
    call = f"If it cannot wait: {contact}." if contact else "There is nobody to call before that."
    is_taken = facts.state is RequestState.ACKNOWLEDGED
    return message(
        paragraph(f"{facts.owner_name} took this and has not written here since.") if is_taken else None,
        paragraph("This is outside the hours of the engineers on call. ", *told),
        paragraph(call) if is_urgent else None,
        note(
            f"Kept as {facts.request_class}: {', '.join(facts.reasons)}"
            if facts.reasons
            else f"Kept as {facts.request_class}"
        ),
    )


def owed(purpose: str, number: int | None) -> str:
    """Name what could not be delivered."""
    about = f" of request #{number}" if number is not None else ""
    return f"the {purpose}{about}"


def logged_page(number: int, names: str) -> str:
    """Give the log's line for a page."""
    return f"#{number}: paged {names}"


def logged_wait(number: int, request_class: RequestClass) -> str:
    """Give the log's line for a request that waits for the hours."""
    return f"#{number}: {request_class}, waits for the next hours"


def _kind(facts: Facts) -> str:
    return "urgent request" if facts.request_class is RequestClass.URGENT else f"{facts.request_class} request"


def _article(facts: Facts) -> str:
    return f"{'an' if _kind(facts)[0] in 'aeiou' else 'a'} {_kind(facts)}"


def _listed(mentions: Sequence[Span]) -> list[Span]:
    spans: list[Span] = []
    for mention in mentions:
        spans += [mention] if not spans else [", ", mention]
    return spans or ["Nobody"]


def _details(facts: Facts, why: str) -> Fields | None:
    pairs = [
        ("Judged", line(", ".join(facts.reasons))) if facts.reasons else None,
        ("Service", line(facts.service)) if facts.service else None,
        ("Incident", line(f"{facts.incident}")) if facts.incident is not None else None,
        ("Why you", line(why)) if why and why != NOBODY_ON_DUTY else None,
    ]
    found = tuple(pair for pair in pairs if pair is not None)
    return Fields(found) if found else None


def _buttons(facts: Facts) -> Buttons:
    """Give what can be done: with what nobody has taken, to end it at once; with what somebody is on, to get help."""
    value = str(facts.number)
    is_taken = facts.state is RequestState.ACKNOWLEDGED
    none = Button("class", "Not a request", f"{value}:{RequestClass.NONE}")
    return Buttons(
        (
            Button("ack", "I'm on it", value, "primary"),
            Button("resolve", "Resolved", value),
            Button("escalate", "Ask for help", value) if is_taken else none,
            Button("duplicate", "Duplicate", value),
            Button("why", "Why?", value),
        )
    )


def _declare(facts: Facts) -> Buttons | None:
    """Offer whoever is on a request to tell everybody, where it belongs to no incident yet."""
    if facts.incident is not None or not facts.request_class.is_grave:
        return None
    return Buttons((Button("declare", "Declare an incident", str(facts.number)),))


def _what_next(facts: Facts, primary: str = _ROLES["primary"]) -> Note | None:
    """Say what follows. primary: who that is to the reader; they themselves, where nobody is on duty."""
    if facts.next_at is None:
        return note("This was the last step: nobody else is told after this.")
    if facts.resumes_at is not None:
        again = times.moment(facts.resumes_at, facts.zone, facts.now)
        return note(f"The hours end before the next step: if nobody takes it, it comes up again {again}.")
    who = " and ".join({**_ROLES, "primary": primary}.get(role, role) for role in facts.next_to)
    is_one = len(facts.next_to) == 1 and facts.next_to[0] != "leads" and who != "you"
    how = (
        f"{who} {'gets' if is_one else 'get'} a direct message"
        if facts.next_by == "dm"
        else f"{who} {'is' if is_one else 'are'} pinged"
    )
    return note(f"If nobody takes it, {how} at about {times.clock(facts.next_at, facts.zone)}.")


def _outcome(facts: Facts) -> tuple[Span, ...]:
    kind = f"{_kind(facts).capitalize()} "
    match facts.state:
        case RequestState.ACKNOWLEDGED:
            assert facts.owned_at is not None
            taken = times.clock(facts.owned_at, facts.zone)
            return line(
                "👀 ", facts.owner, f" is on it since {taken}: ", Strong(kind), facts.link, " from ", facts.author, "."
            )
        case RequestState.RESOLVED:
            assert facts.resolved_at is not None
            took = times.span(facts.resolved_at - facts.opened_at)
            ended = line("was resolved by ", facts.resolver) if facts.resolver is not None else ("ended by itself",)
            return line("✅ ", Strong(kind), facts.link, " ", *ended, f" after {took}.")
        case RequestState.OPEN:
            return line(Strong(kind), facts.link, " from ", facts.author, " is open.")
        case RequestState.DUPLICATE if facts.original is not None:
            return line(Strong(kind), facts.link, " from ", facts.author, " goes on in ", facts.original, ".")
        case _:
            named = "Request " if facts.request_class is RequestClass.NONE else kind
            return line(Strong(named), facts.link, " from ", facts.author, f" is closed: {HOW[facts.state]}.")


def _excerpt(text: str, most: int = 500) -> str:
    short = " ".join(text.split()) if most < 200 else text.strip()  # noqa: PLR2004 - one line for a summary
    return short if len(short) <= most else f"{short[: most - 1]}…"
