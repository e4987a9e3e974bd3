"""What the status page shows: services by their incidents, and nothing that is not for everybody. Source: DESIGN §1.

Public are the names of services, of alerts, and of what was declared, the notes that somebody wrote for this page, states
and times; from words people and secrets are taken out (`models/anonymous.py`). Nothing of a request is read for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from models.anonymous import Anonymous
from models.policy import Policy, StatusPage
from models.status import Day, State, Times, Trouble, days, share_up, state_now

DAYS = 90
PAST = timedelta(days=DAYS + 1)
AHEAD = timedelta(days=30)
"""How far ahead maintenance is announced."""
MOST_PAST = 50
LONGEST_TITLE, LONGEST_NOTE = 120, 500
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Known:
    """One incident as the store has it. names: what its alerts are called; title: what somebody who declared it called it.

    is_watching: whether it is about the monitoring itself, which is not heard of.
    """

    number: int
    service: str | None
    state: State
    names: tuple[str, ...]
    title: str
    opened_at: datetime
    reopened_at: datetime | None
    resolved_at: datetime | None
    next_update_at: datetime | None = None
    note: str = ""
    noted_at: datetime | None = None
    is_watching: bool = False


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


def board(
    policy: Policy, page: StatusPage, known: Sequence[Known], *, since: datetime | None, now: datetime, url: str = ""
) -> Board:
    """Give what the page shows. since: from when on anything was watched. Pure."""
    names = names_of(policy, page)
    public = Anonymous(policy.people)
    planned = list(_planned(policy, names, public))
    told = [one for one in known if _is_told(one, page, names)]
    shown = [_shown(one, public) for one in told]
    horizon = now - timedelta(days=page.history_days)
    return Board(
        title=page.title,
        note=page.note or "",
        zone=policy.zone,
        at=now.replace(second=0, microsecond=0),
        history_days=page.history_days,
        services=tuple(_service(name, told, planned, policy.zone, since, now) for name in names),
        live=tuple(one for one in shown if one.resolved_at is None),
        planned=tuple(one for one in planned if now < one.end and one.start < now + AHEAD),
        past=tuple(reversed([one for one in shown if _is_within(one.resolved_at, horizon)]))[:MOST_PAST],
        past_planned=tuple(reversed([one for one in planned if _is_within(one.end, horizon) and one.end <= now])),
        blind_since=min((one.opened_at for one in known if one.is_watching and one.resolved_at is None), default=None),
        url=url,
    )


def names_of(policy: Policy, page: StatusPage) -> tuple[str, ...]:
    """Give the services that are shown, in their order."""
    catalogue = tuple(one.name for one in policy.services)
    return catalogue if page.services is None else tuple(name for name in page.services if name in catalogue)


def _is_told(one: Known, page: StatusPage, names: Sequence[str]) -> bool:
    """Say whether an incident is for everybody.

    One of a service that is not shown is not, and a warning about none says nothing to anybody outside.
    """
    if one.is_watching or (one.state is not State.DOWN and not page.warnings):
        return False
    if one.service is None:
        return one.state is State.DOWN or bool(one.title)
    return one.service in names


def _shown(one: Known, public: Anonymous) -> Shown:
    title = one.title or ", ".join(dict.fromkeys(one.names))
    moments = (one.opened_at, one.reopened_at, one.resolved_at, one.noted_at)
    return Shown(
        number=one.number,
        service=one.service,
        title=public.words(title, LONGEST_TITLE),
        state=one.state,
        opened_at=one.opened_at,
        again_at=one.reopened_at,
        resolved_at=one.resolved_at,
        next_update_at=one.next_update_at,
        note=public.words(one.note, LONGEST_NOTE),
        changed_at=max(at for at in moments if at is not None),
    )


def _planned(policy: Policy, names: Sequence[str], public: Anonymous) -> Iterator[Planned]:
    """Yield the maintenances of what is shown, in the order of their beginning."""
    del policy, names, public
    yield from ()


def _service(
    name: str,
    told: Sequence[Known],
    planned: Sequence[Planned],
    zone: ZoneInfo,
    since: datetime | None,
    now: datetime,
) -> Service:
    troubles = [Trouble(one.state, one.opened_at, one.resolved_at) for one in told if one.service == name]
    windows: list[Times] = [(one.start, one.end) for one in planned if one.service in (None, name)]
    shown = days(zone, now, DAYS, troubles=troubles, windows=windows, since=since)
    return Service(name, state_now(troubles, windows, now), shown, share_up(shown))


def _is_within(at: datetime | None, horizon: datetime) -> bool:
    return at is not None and at >= horizon
