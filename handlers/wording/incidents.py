"""What the bot says about an incident: in its one message, in that message's thread, and in the log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import (
    Block,
    Button,
    Buttons,
    Fields,
    Line,
    Link,
    Message,
    Quote,
    Span,
    Strong,
    line,
    message,
    note,
    paragraph,
    text,
)
from models.severity import Severity

SILENCE = "silence"
"""The action of the buttons that silence an incident; their value is its number and for how long."""
UPDATE = "incident-update"
"""The action of the button that opens the form of an update; its value is the incident's number."""
SILENCES = ((timedelta(hours=1), "1h"), (timedelta(hours=4), "4h"), (timedelta(days=1), "1d"))
LONGEST_TITLE, LONGEST_LABEL, LONGEST_WORDS = 200, 100, 600
_SIGNS = {Severity.CRITICAL: "🔴", Severity.WARNING: "🟠", Severity.INFO: "🔵"}
_LINKS = {
    "runbook": "Runbook",
    "dashboard": "Dashboard",
    "panel": "Panel",
    "source": "Source",
    "silence": "Silence it there",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """An incident as the sentences need it. since: when it began, or began again last.

    sender: whose alerts it is made of; empty where it was declared, by declared_by. summary: what its first alert says.
    """

    number: int
    title: str
    severity: Severity
    is_live: bool
    service: str | None
    environment: str | None
    sender: str
    declared_by: Span | None
    firing: int
    alerts: int
    opened_at: datetime
    since: datetime
    seen_at: datetime
    resolved_at: datetime | None
    resolver: Span | None
    silenced_until: datetime | None
    update: str
    next_update_at: datetime | None
    now: datetime
    zone: ZoneInfo
    labels: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How people say it: incident 7."""
        return f"incident {self.number}"


def cut(words: str, most: int) -> str:
    """Give words on one line, cut for show."""
    short = " ".join(words[: most * 4].split())
    return short if len(short) <= most else f"{short[: most - 1]}…"


def shown(facts: Facts) -> Message:
    """Give the one message of an incident as it has to read now; one that is over is quiet."""
    if not facts.is_live:
        return message(paragraph(*_over(facts)), summary=f"{facts.name.capitalize()} is over")
    title = cut(facts.title, LONGEST_TITLE)
    return message(
        paragraph(f"{_SIGNS[facts.severity]} ", Strong(f"{facts.name.capitalize()}: {title}")),
        _latest(facts),
        Fields(tuple(_facts(facts))),
        _links(facts),
        _silenced(facts) if facts.silenced_until is not None and facts.now < facts.silenced_until else None,
        _buttons(facts),
        summary=f"{facts.severity.capitalize()} {facts.name}: {title}",
    )


def _over(facts: Facts) -> Line:
    title = cut(facts.title, LONGEST_TITLE) or "an old incident"
    ended = facts.resolved_at or facts.now
    by = line(" by ", facts.resolver) if facts.resolver is not None else ()
    span = f" Began {times.moment(facts.opened_at, facts.zone, facts.now)}, over after {_span(ended - facts.opened_at)}"
    count = f" ({times.count(facts.alerts, 'alert')})" if facts.alerts > 1 else ""
    return line(f"✅ {facts.name.capitalize()}: {title}.", f"{span}{count}", *by, ".")


def _latest(facts: Facts) -> Block | None:
    return Quote(cut(facts.update, LONGEST_WORDS)) if facts.update else None


def _facts(facts: Facts) -> list[tuple[str, Line]]:
    pairs: list[tuple[str, Line]] = [("State", line(_state(facts)))]
    if facts.service:
        where = f" ({facts.environment})" if facts.environment else ""
        pairs.append(("Service", line(f"{cut(facts.service, LONGEST_LABEL)}{where}")))
    pairs.append(("Since", line(times.moment(facts.since, facts.zone, facts.now))))
    if facts.alerts:
        pairs.append(("Last heard of", line(times.moment(facts.seen_at, facts.zone, facts.now))))
    if shared := labels(facts.labels):
        pairs.append(("Labels", line(shared)))
    pairs.append(("From", line(facts.declared_by or facts.sender or "alerts")))
    if facts.next_update_at is not None:
        pairs.append(("Next update", line(times.moment(facts.next_update_at, facts.zone, facts.now))))
    return pairs


def _state(facts: Facts) -> str:
    if not facts.alerts:
        return f"{facts.severity}, open"
    return f"{facts.severity}, {facts.firing} of {times.count(facts.alerts, 'alert')} firing"


def labels(given: Mapping[str, str], most: int = 6) -> str:
    """Give labels in few words; what is long or many is cut. The alert's name is in its title already."""
    rest = sorted((name, value) for name, value in given.items() if name != "alertname")
    shown_ones = [f"{cut(name, 40)}={cut(value, 60)}" for name, value in rest[:most]]
    return ", ".join(shown_ones) + (" …" if len(rest) > most else "")


def _links(facts: Facts) -> Block | None:
    """Give the links that somebody may press; what is no web page never gets this far."""
    spans: list[Span] = []
    for name, url in facts.links.items():
        spans += [" · "] if spans else []
        spans.append(Link(url, _LINKS.get(name, name)))
    return paragraph(*spans) if spans else None


def _buttons(facts: Facts) -> Buttons:
    """Offer to say how it goes; to silence it for a while, where it is made of alerts and speaks."""
    speaks = facts.silenced_until is None or facts.now >= facts.silenced_until
    words = [word for _, word in SILENCES] if facts.sender and speaks else []
    silences = (Button(SILENCE, f"Silence {word}", f"{facts.number}:{word}") for word in words)
    return Buttons((Button(UPDATE, "Update", str(facts.number)), *silences))


def _silenced(facts: Facts) -> Block:
    assert facts.silenced_until is not None
    return note(f"Silenced until {times.moment(facts.silenced_until, facts.zone, facts.now)}: nobody is told of it.")


def _span(length: timedelta) -> str:
    return times.span(max(length, timedelta()))


# -- in its thread


def began_again(facts: Facts) -> Message:
    """Say in its thread that it is back."""
    counted = f": {facts.firing} of {times.count(facts.alerts, 'alert')} firing" if facts.alerts else ""
    return text(f"{_SIGNS[facts.severity]} It is back{counted}.")


def graver(facts: Facts) -> Message:
    """Say in its thread that it has become graver."""
    return text(f"{_SIGNS[facts.severity]} It is {facts.severity} now.")


def over(facts: Facts) -> Message:
    """Say in its thread that it is over."""
    by = line(", said by ", facts.resolver) if facts.resolver is not None else ()
    return text("✅ It is over after ", _span((facts.resolved_at or facts.now) - facts.since), *by, ".")


def silenced(by: Span, until: datetime, why: str, facts: Facts) -> Message:
    """Say in its thread who does not want to hear of it for a while."""
    reason = f": {cut(why, LONGEST_WORDS)}" if why else ""
    return text(by, f" has silenced it until {times.moment(until, facts.zone, facts.now)}{reason}.")


# -- where it cannot be posted


def cannot_post(channel: str, platform: str, instead: str | None, why: str, number: int | None) -> Message:
    """Tell the leads that what alerts say cannot stand in its channel. instead: the channel where it is posted now."""
    what = f"Incident {number}" if number is not None else "The summary of many alerts"
    follows = f"It is posted in #{instead} instead." if instead else "It could be posted nowhere else."
    return message(
        paragraph(Strong(f"{what} cannot be posted in #{channel} ({platform}): {cut(why, LONGEST_LABEL)}")),
        paragraph(f"{follows} Check that the channel is there and that I am in it."),
        summary=f"Alerts cannot be posted in #{channel}",
    )


def unplaced(facts: Facts) -> Message:
    """Page directly for an incident that stands in no channel."""
    title = cut(facts.title, LONGEST_TITLE)
    service = f" ({cut(facts.service, LONGEST_LABEL)})" if facts.service else ""
    return message(
        paragraph(f"{_SIGNS[facts.severity]} ", Strong(f"{facts.name.capitalize()}: {title}{service}")),
        _links(facts),
        paragraph("Please look: I can post it in no channel, so it escalates to nobody after you."),
        note("Invite me to the alerts channel: I try again every minute, and page there once it stands."),
        summary=f"{facts.severity.capitalize()} {facts.name}: {title}",
    )


# -- elsewhere

PAGED_FOR = "the alerts"
REASON = "a critical alert"


def request_text(facts: Facts) -> str:
    """Give the words of the request that pages for an incident."""
    service = f" ({facts.service})" if facts.service else ""
    return f"{facts.name.capitalize()}: {cut(facts.title, LONGEST_TITLE)}{service}"


def logged_over(number: int, incident: int | None) -> str:
    """Give the line of the on-call log. incident: None: a storm of alerts."""
    return f"#{number} ended with {'its alerts' if incident is None else f'incident {incident}'}"
