"""An incident as a file: the start of a retrospective as Markdown to write on in, or JSON for other programs."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.markdown import cell, plain

Format = Literal["md", "json"]

QUESTIONS: Sequence[tuple[str, str]] = (
    ("What did the people notice who use it?", "Who, how many, for how long, and what could they still do?"),
    ("How did we come to know?", "An alert, a question, chance? What would have told us sooner?"),
    ("What did we believe at each turn, and what made that reasonable?", "Go by the timeline: what was known then."),
    ("What contributed?", "There is seldom one cause. Changes, load, dependencies, habits, gaps in what we see."),
    ("What went well?", "What kept it from being worse, and should stay as it is?"),
    ("Where were we lucky?", "What would have made it much worse, and did not happen to?"),
    (
        "What made it harder than it had to be?",
        "Missing access, documentation, alerts, people who could not be reached.",
    ),
    ("What surprised us?", "Where does the system work otherwise than we thought?"),
)
"""What a blameless retrospective asks: about the system, its signals and what was known, never whose fault it was."""

BLAMELESS = (
    "Everybody did what made sense with what they knew, what they could do and what they had at hand then. "
    "Write what happened and why it made sense; write roles rather than names where that is enough."
)
BLANK = "(title no longer kept)"
DIRECTLY = "a direct message"
NO_ACTIONS = "| What changes | Who sees to it | Until |\n|---|---|---|\n|  |  |  |"
_SAID: Mapping[str, str] = {
    "opened": "began",
    "noted": "said",
    "logged": "written down",
    "again": "came back",
    "acknowledged": "somebody is on it",
}
_HOW: Mapping[str, str] = {
    "alert": "alert",
    "alerts": "alert",
    "command": "command",
    "button": "button",
    "form": "form",
    "thread": "chat",
    "reaction": "chat",
    "message": "chat",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened. who: a name; empty for the bot."""

    at: datetime
    what: str
    who: str
    detail: str
    source: str


@dataclass(frozen=True, slots=True)
class FiredAlert:
    """One alert of the incident. ended_at: None while it fires. times: how often it was told."""

    name: str
    service: str
    severity: str
    source: str
    started_at: datetime
    ended_at: datetime | None
    times: int


@dataclass(frozen=True, slots=True)
class LinkedRequest:
    """One request of a person that belongs to it. place: the channel's name, or where else it was asked."""

    number: int
    request_class: str
    state: str
    place: str
    asked_at: datetime
    linked_at: datetime


@dataclass(frozen=True, slots=True)
class Retrospective:
    """All that is known of an incident. authors: how many people asked. taken_at: when somebody was on it first.

    declared_by: a name; empty where alerts opened it.
    """

    number: int
    title: str
    service: str
    environment: str
    severity: str
    state: str
    source: str
    declared_by: str
    opened_at: datetime
    taken_at: datetime | None
    reopened_at: datetime | None
    resolved_at: datetime | None
    authors: int
    timeline: tuple[Happened, ...] = ()
    alerts: tuple[FiredAlert, ...] = ()
    requests: tuple[LinkedRequest, ...] = ()


def asked(number: int, place: str) -> str:
    """Give the line of the timeline for somebody's request."""
    return f"request #{number} in {place}"


def no_such_incident(number: int, newest: int | None) -> str:
    """Say that there is no incident with a number. newest: the last one that there is; None: there is none at all."""
    return f"there is no incident {number}; {f'the newest is {newest}' if newest else 'there has been none yet'}"


def render(told: Retrospective, to: Format, zone: ZoneInfo) -> str:
    """Give an incident as the text of a file, with a newline at its end."""
    return _json(told, zone) if to == "json" else _markdown(told, zone)


# -- JSON


def _json(told: Retrospective, zone: ZoneInfo) -> str:
    document = {**_in_zone(asdict(told), zone), "questions": [question for question, _ in QUESTIONS]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _in_zone(value: Any, zone: ZoneInfo) -> Any:
    """Give a value with its instants as ISO texts with their offset."""
    match value:
        case datetime():
            return value.astimezone(zone).isoformat()
        case dict():
            return {key: _in_zone(each, zone) for key, each in value.items()}
        case list() | tuple():
            return [_in_zone(each, zone) for each in value]
        case _:
            return value


# -- Markdown


def _markdown(told: Retrospective, zone: ZoneInfo) -> str:
    parts = [
        f"# Incident {told.number}: {cell(told.title)}",
        f"{_summary(told, zone)}\n\nTimes are those of {zone.key}.",
        _table(("Fact", ""), _facts(told, zone)),
        f"## What happened\n\n{_timeline(told.timeline, zone)}",
        _section("Alerts", told.alerts, lambda: _alerts(told.alerts, zone)),
        _section("Who asked", told.requests, lambda: _requests(told, zone)),
        f"## Questions\n\n{BLAMELESS}",
        *(f"### {question}\n\n*{hint}*\n\n…" for question, hint in QUESTIONS),
        f"## What changes\n\n{NO_ACTIONS}",
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _section(title: str, items: Sequence[object], body: Callable[[], str]) -> str:
    return f"## {title}\n\n{body()}" if items else ""


def _summary(told: Retrospective, zone: ZoneInfo) -> str:
    what = f"{told.severity} incident"
    about = f" of {plain(told.service)}" if told.service else ""
    began = f"began {_when(told.opened_at, zone)}"
    if told.resolved_at is None:
        return f"A {what}{about}, {began} and still open."
    lasted = times.span(told.resolved_at - told.opened_at)
    return f"A {what}{about}, {began} and was resolved {_when(told.resolved_at, zone)}, after {lasted}."


def _facts(told: Retrospective, zone: ZoneInfo) -> list[tuple[str, ...]]:
    by = f"declared by {told.declared_by}" if told.source == "declared" else "opened by alerts"
    pairs = [
        ("Severity", told.severity),
        ("Service", told.service or "not named"),
        ("Environment", told.environment),
        ("State", told.state),
        ("How it began", by if told.declared_by or told.source != "declared" else "declared"),
        ("Began", _when(told.opened_at, zone)),
        ("Somebody was on it", _after(told.taken_at, told.opened_at)),
        ("Reopened", _when(told.reopened_at, zone) if told.reopened_at else ""),
        ("Resolved", _after(told.resolved_at, told.opened_at)),
        ("Alerts", str(len(told.alerts)) if told.alerts else ""),
        ("Requests", _asked(told) if told.requests else ""),
    ]
    return [(label, cell(value)) for label, value in pairs if value]


def _asked(told: Retrospective) -> str:
    return f"{len(told.requests)} of {times.count(told.authors, 'person', 'people')}"


def _after(at: datetime | None, since: datetime) -> str:
    return f"after {times.span(max(at - since, timedelta()))}" if at is not None else ""


def _when(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d} {times.clock(at, zone)}"


def _timeline(happened: Sequence[Happened], zone: ZoneInfo) -> str:
    rows = ((_when(one.at, zone), _what(one), cell(one.who), _HOW.get(one.source, "")) for one in happened)
    return _table(("When", "What", "Who", "Told by"), rows)


def _what(one: Happened) -> str:
    what = _SAID.get(one.what, one.what)
    return f"{cell(what)}: {cell(one.detail)}" if one.detail else cell(what)


def _alerts(alerts: Sequence[FiredAlert], zone: ZoneInfo) -> str:
    rows = (
        (
            cell(one.name),
            cell(one.service),
            cell(one.severity),
            _when(one.started_at, zone),
            _when(one.ended_at, zone) if one.ended_at is not None else "still firing",
            str(one.times),
        )
        for one in alerts
    )
    return _table(("Alert", "Service", "Severity", "From", "To", "Told"), rows)


def _requests(told: Retrospective, zone: ZoneInfo) -> str:
    rows = (
        (f"\\#{one.number}", cell(one.request_class), cell(one.place), _when(one.asked_at, zone), cell(one.state))
        for one in told.requests
    )
    return _table(("Request", "Class", "Where", "When", "State"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
