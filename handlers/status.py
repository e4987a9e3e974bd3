"""What the status page shows: services by their incidents, and nothing that is not for everybody. Source: DESIGN §1.

Public are the names of services and of alerts, what somebody called an incident that they declared and wrote of it for
this page, states and times. From such words people and secrets are taken out. Nothing of a request is read for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.context import Standing
from models.anonymous import Anonymous
from models.policy import Policy
from models.records import status as records
from models.records.heartbeat import HEARTBEAT
from models.records.status import Row
from models.severity import Severity
from models.status import Day, State, Times, Trouble, days, share_up, state_now, worst
from models.status_policy import StatusPage

DAYS = 90
PAST = timedelta(days=DAYS + 1)
AHEAD = timedelta(days=30)
"""How far ahead maintenance is announced."""
MOST_PAST = 50
LONGEST_TITLE, LONGEST_NOTE = 120, 500
UPDATED = "updated"
"""What a timeline calls the words that somebody wrote on how it goes."""

_STATES = {Severity.CRITICAL: State.DOWN, Severity.WARNING: State.DEGRADED}


@dataclass(frozen=True, slots=True)
class Known:
    """One incident as the store has it. title: the name of its alerts, or what somebody called it who declared it.

    is_declared: somebody did. is_of_monitoring: it is about the monitoring itself, which is not heard of. noted_at:
    when somebody wrote the note.
    """

    number: int
    service: str | None
    state: State
    title: str
    opened_at: datetime
    reopened_at: datetime | None
    resolved_at: datetime | None
    next_update_at: datetime | None = None
    note: str = ""
    noted_at: datetime | None = None
    is_declared: bool = False
    is_of_monitoring: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A maintenance. service: None: of all."""

    service: str | None
    start: datetime
    end: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One incident as anybody may read it."""

    number: int
    service: str | None
    title: str
    state: State
    opened_at: datetime
    again_at: datetime | None
    resolved_at: datetime | None
    next_update_at: datetime | None
    note: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """One service: how it stands, and stood. share: how much of the watched time it was not down."""

    name: str
    state: State
    days: tuple[Day, ...]
    share: float | None


@dataclass(frozen=True, slots=True)
class Board:
    """All that the status page shows. at: when that was so, to the minute, so that two looks in one minute are equal.

    planned: maintenance that is on or to come. past, past_planned: what is over, the newest first. blind_since: since
    when the monitoring is not heard of.
    """

    title: str
    note: str
    zone: ZoneInfo
    at: datetime
    history_days: int
    services: tuple[Service, ...]
    live: tuple[Shown, ...]
    planned: tuple[Planned, ...]
    past: tuple[Shown, ...]
    past_planned: tuple[Planned, ...]
    blind_since: datetime | None
    url: str = ""

    @property
    def has_other(self) -> bool:
        """Whether a known problem is of no service that is shown."""
        names = {one.name for one in self.services}
        return any(one.service not in names for one in self.live)


@dataclass(frozen=True, slots=True)
class _Watch:
    """Who looks at the services: by which clock, since when, and until when."""

    zone: ZoneInfo
    since: datetime | None
    now: datetime


def look(session: Session, standing: Standing, now: datetime) -> Board | None:
    """Give what the page shows now; None where the organisation has no such page. Nothing is written."""
    page = standing.policy.status
    if page is None:
        return None
    rows = records.incidents(session, now - PAST)
    noted = records.last(session, [row.number for row in rows if row.note], UPDATED)
    known = [_known(row, noted.get(row.number)) for row in rows]
    since = records.began(session)
    return board(standing.policy, page, known, since=since, now=now, url=standing.public_url)


def _known(row: Row, noted_at: datetime | None) -> Known:
    return Known(
        number=row.number,
        service=row.service,
        state=_STATES[row.severity],
        title=row.declared or row.alert,
        opened_at=row.opened_at,
        reopened_at=row.reopened_at,
        resolved_at=row.resolved_at,
        next_update_at=row.next_update_at,
        note=row.note,
        noted_at=noted_at,
        is_declared=bool(row.declared),
        is_of_monitoring=row.sender == HEARTBEAT,
    )


def board(
    policy: Policy, page: StatusPage, known: Sequence[Known], *, since: datetime | None, now: datetime, url: str = ""
) -> Board:
    """Give what the page shows. since: from when on anything was watched. Pure."""
    names = names_of(policy, page)
    public = Anonymous(policy.people)
    planned = list(_planned(policy, names, public))
    told = [one for one in known if _is_told(one, page, names)]
    watch = _Watch(policy.zone, since, now)
    horizon = now - timedelta(days=page.history_days)
    recent = [one for one in told if one.resolved_at is None or one.resolved_at >= horizon]
    shown = [_shown(one, public) for one in recent]
    return Board(
        title=page.title,
        note=page.note or "",
        zone=policy.zone,
        at=_minute(now),
        history_days=page.history_days,
        services=tuple(_service(name, told, planned, watch) for name in names),
        live=tuple(one for one in shown if one.resolved_at is None),
        planned=tuple(one for one in planned if now < one.end and one.start < now + AHEAD),
        past=tuple(reversed([one for one in shown if one.resolved_at is not None]))[:MOST_PAST],
        past_planned=tuple(reversed([one for one in planned if horizon <= one.end <= now])),
        blind_since=min(_silences(known), default=None),
        url=url,
    )


def _silences(known: Sequence[Known]) -> Iterator[datetime]:
    """Yield since when the monitoring is not heard of, if it is not."""
    for one in known:
        if one.is_of_monitoring and one.resolved_at is None:
            yield one.reopened_at or one.opened_at


def names_of(policy: Policy, page: StatusPage) -> tuple[str, ...]:
    """Give the services that are shown, in their order."""
    catalogue = tuple(one.name for one in policy.services)
    return catalogue if page.services is None else tuple(name for name in page.services if name in catalogue)


def _is_told(one: Known, page: StatusPage, names: Sequence[str]) -> bool:
    """Say whether an incident is for everybody.

    One of a service that is not shown is not, and a warning about none says nothing to anybody outside.
    """
    if one.is_of_monitoring or (one.state is not State.DOWN and not page.warnings):
        return False
    if one.service is None:
        return one.is_declared or one.state is State.DOWN
    return one.service in names


def _shown(one: Known, public: Anonymous) -> Shown:
    moments = (one.opened_at, one.reopened_at, one.resolved_at, one.noted_at)
    return Shown(
        number=one.number,
        service=one.service,
        title=public.words(one.title, LONGEST_TITLE),
        state=one.state,
        opened_at=one.opened_at,
        again_at=one.reopened_at,
        resolved_at=one.resolved_at,
        next_update_at=one.next_update_at,
        note=public.words(one.note, LONGEST_NOTE),
        changed_at=max(at for at in moments if at is not None),
    )


def _planned(policy: Policy, names: Sequence[str], public: Anonymous) -> Iterator[Planned]:
    """Yield the maintenances of what is shown, in the order in which they begin."""
    found = [
        Planned(
            one.service,
            one.begins(policy.zone).astimezone(UTC),
            one.ends(policy.zone).astimezone(UTC),
            public.words(one.note, LONGEST_NOTE),
        )
        for one in policy.alerts.maintenance
        if one.service is None or one.service in names
    ]
    yield from sorted(found, key=lambda one: (one.start, one.end))


def _service(name: str, told: Sequence[Known], planned: Sequence[Planned], watch: _Watch) -> Service:
    troubles = [Trouble(one.state, one.opened_at, one.resolved_at) for one in told if one.service == name]
    windows: list[Times] = [(one.start, one.end) for one in planned if one.service in (None, name)]
    *before, today = days(watch.zone, _minute(watch.now), DAYS, troubles=troubles, windows=windows, since=watch.since)
    state = state_now(troubles, windows, watch.now)
    if state in _STATES.values():  # it may have begun within this minute, which is in no bar yet
        today = replace(today, state=worst((state, today.state)))
    return Service(name, state, (*before, today), share_up((*before, today)))


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
