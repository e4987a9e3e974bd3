"""What the organisation decided: channels, people, hours, escalation, thresholds.

Parsed once from the configuration and frozen from then on; the handlers and the pure rules read it
and never change it. Source of every key: DESIGN §9.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    Field,
    HttpUrl,
    field_validator,
    model_validator,
)

from models.alert_policy import Alerts
from models.rota.zone import zone
from models.status_policy import StatusPage
from models.written import CivilTime, Day, Duration, Name, Strict, Topic, parse_time

PLATFORMS = ("slack", "rocketchat", "local")


class ChannelKind(StrEnum):
    """What a channel is for; the triage and the policy table read it."""

    HOW_TO = "how-to"
    SOS = "sos"
    ALERTS = "alerts"
    OPERATIONS = "operations"
    GENERAL = "general"


class Weekday(StrEnum):
    """A day of the week as the configuration writes it; `Weekday.of(date)` names a date's."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @classmethod
    def of(cls, day: date) -> "Weekday":
        """Give the weekday of a civil date."""
        return _WEEK[day.weekday()]


_WEEK = tuple(Weekday)


class Channel(Strict):
    """One channel that the bot sits in; the same name on every platform."""

    name: str = Field(min_length=1)
    kind: ChannelKind


class Person(Strict):
    """One person with a handle on each platform; None where they have none there."""

    id: str = Field(min_length=1)
    name: Name
    slack: str | None = None
    rocketchat: str | None = None
    local: str | None = None
    github: str | None = None
    email: str | None = None
    timezone: str | None = None

    def handle(self, platform: str) -> str | None:
        """Give this person's user id on a platform; the local chat falls back on the person's id."""
        if platform == "local":
            return self.local or self.id
        handle: str | None = getattr(self, platform)
        return handle


class Hours(Strict):
    """The civil hours in which the person on duty is pinged: [start, end)."""

    start: CivilTime
    end: CivilTime

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        start, dash, end = value.replace("\u2013", "-").partition("-")
        if not dash:
            raise ValueError(f"`{value}` is no span of hours: write it as 09:00-17:00")
        return {"start": parse_time(start), "end": parse_time(end)}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError("the hours must end after they begin, on the same day")
        return self


class Holidays(Strict):
    """The holiday calendar of a rotation: the `holidays` library's country and subdivision, and our own days."""

    country: str | None = None
    subdivision: str | None = None
    extra_off: tuple[Day, ...] = ()
    extra_working: tuple[Day, ...] = ()


class Shuffle(StrEnum):
    """What happens to the order at the end of the list."""

    AT_END_OF_LIST = "at-end-of-list"
    MANUAL = "manual"


class Rotation(Strict):
    """One on-call list and its calendar (DESIGN §5). The order in `engineers` only seeds an empty store.

    remind_at: when on the working day before their shift somebody is told of it; None: never.
    user_group: by platform, the group whose only member is whoever is on duty. topics: by channel, the topic's text.
    """

    name: str = Field(min_length=1, pattern=r"^\S+$")
    kind: Literal["daily", "weekly"] = "daily"
    engineers: tuple[str, ...] = ()
    channels: tuple[str, ...] | None = None
    handover_at: CivilTime = time(9, 0)
    handover_weekday: Weekday = Weekday.MON
    hours: Hours = Hours(start=time(9, 0), end=time(17, 0))
    working_days: frozenset[Weekday] = frozenset(tuple(Weekday)[:5])
    holidays: Holidays = Holidays()
    shuffle: Shuffle = Shuffle.AT_END_OF_LIST
    min_gap: int | None = Field(default=None, ge=0)
    remind_at: CivilTime | None = time(16, 0)
    user_group: Mapping[Literal["slack", "local"], Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    topics: Mapping[str, Topic] = Field(default_factory=dict)
    horizon_days: int = Field(default=60, ge=7, le=730)
    notice_days: int = Field(default=5, ge=0, le=60)

    def serves(self, channel: str | None) -> bool:
        """Say whether requests of this channel (by name; None: a direct message) are this rotation's."""
        return self.channels is None or channel in self.channels


class OnCall(Strict):
    """Who leads, who is told when nobody is on duty, and the rotations; the first is the default."""

    leads: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ()
    rotations: tuple[Rotation, ...] = Field(default=(), validate_default=True)


class EscalationStep(Strict):
    """Who is told, how long after the first page was delivered, in the thread or by direct message.

    to: `primary`, `secondary`, `team`, `leads`, or a person's id.
    """

    after: Duration
    to: tuple[str, ...] = Field(min_length=1)
    by: Literal["thread", "dm"] = "thread"


def _steps(*steps: tuple[int, tuple[str, ...], Literal["thread", "dm"]]) -> tuple[EscalationStep, ...]:
    return tuple(EscalationStep(after=timedelta(minutes=after), to=to, by=by) for after, to, by in steps)


class Escalation(Strict):
    """The steps for a request that nobody acknowledged, in order of their time (DESIGN §5)."""

    urgent: tuple[EscalationStep, ...] = _steps(
        (0, ("primary",), "thread"),
        (5, ("primary",), "dm"),
        (10, ("secondary",), "thread"),
        (15, ("team", "leads"), "thread"),
    )
    platform: tuple[EscalationStep, ...] = _steps((0, ("primary",), "thread"), (60, ("secondary",), "thread"))
    silent_after: Duration = timedelta(minutes=30)
    silent_escalates_after: Duration = timedelta(minutes=15)

    @field_validator("urgent", "platform")
    @classmethod
    def _in_order_of_time(cls, steps: tuple[EscalationStep, ...]) -> tuple[EscalationStep, ...]:
        if not steps:
            raise ValueError("there must be a step, so that somebody is told")
        if list(steps) != sorted(steps, key=lambda step: step.after):
            raise ValueError("the steps must stand in the order of their times")
        if steps[0].after or steps[0].by != "thread":
            raise ValueError("the first step must come at once (after: 0m) and in the thread (by: thread)")
        return steps


class AfterHours(Strict):
    """What happens outside the hours of the rotation (DESIGN §4)."""

    urgent: Literal["tell", "page"] = "tell"
    page: tuple[str, ...] = ()
    platform: Literal["queue", "page"] = "queue"
    contact: str | None = None


class Costs(Strict):
    """What a mistake costs, in any unit; only the ratios matter. The band in which the bot asks follows."""

    missed: float = Field(default=20, gt=0)
    false_page: float = Field(default=3, gt=0)
    question: float = Field(default=1, gt=0)


class Triage(Strict):
    """How messages are joined and judged. model: the file of the learned model; None: beside an SQLite store."""

    burst: Duration = timedelta(minutes=3)
    answer_within: Duration = timedelta(minutes=5)
    costs: Costs = Costs()
    model: Path | None = None


class Community(Strict):
    """When a community request without a human reply is shown to helpers, to the engineer, and given up."""

    helpers_after: Duration = timedelta(hours=4)
    engineer_after: Duration = timedelta(hours=8)
    stale_after: Duration = timedelta(days=10)


class Service(Strict):
    """One entry of the catalogue: a service, the names people call it by, and whose it is.

    rotation: who is paged for its alerts; None: whoever serves the alerts channel.
    """

    name: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    platform: bool = False
    critical: bool = False
    rotation: str | None = None
    docs: HttpUrl | None = None


class KnownAnswer(Strict):
    """A regular expression (searched for, case ignored) and the page that answers it."""

    match: str
    title: str
    url: HttpUrl

    @field_validator("match")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"`{pattern}` is no regular expression: {error}") from None
        return pattern


class Docs(Strict):
    """A folder of Markdown pages whose sections answer questions. url: where its files are published."""

    folder: Path
    url: HttpUrl


class Retention(Strict):
    """How long texts are kept; the figures stay."""

    text_days: int = Field(default=180, ge=1)


class Digest(Strict):
    """When the week is told in operations: on this day, or on the first working day after it."""

    day: Weekday = Weekday.MON
    at: CivilTime = time(9, 15)


class Policy(Strict):
    """Everything the organisation decided, as the handlers read it."""

    timezone: str = "UTC"
    channels: tuple[Channel, ...] = ()
    people: tuple[Person, ...] = ()
    oncall: OnCall = OnCall()
    escalation: Escalation = Escalation()
    after_hours: AfterHours = AfterHours()
    triage: Triage = Triage()
    community: Community = Community()
    duties: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    answers: tuple[KnownAnswer, ...] = ()
    docs: Docs | None = None
    alerts: Alerts = Alerts()
    retention: Retention = Retention()
    digest: Digest | None = Digest()
    status: StatusPage | None = None

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            zone(name)
        except KeyError:
            raise ValueError(f"`{name}` is no IANA time zone, such as America/Vancouver") from None
        return name

    @cached_property
    def zone(self) -> ZoneInfo:
        """The organisation's civil time."""
        return zone(self.timezone)

    @cached_property
    def _people_by_id(self) -> Mapping[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def _people_by_handle(self) -> Mapping[tuple[str, str], Person]:
        return {
            (platform, handle): person
            for person in self.people
            for platform in PLATFORMS
            if (handle := person.handle(platform)) is not None
        }

    @cached_property
    def _channels_by_name(self) -> Mapping[str, Channel]:
        return {channel.name: channel for channel in self.channels}

    def person(self, person_id: str | None) -> Person | None:
        """Give a person by id; None for an id that the configuration does not have (any more)."""
        return None if person_id is None else self._people_by_id.get(person_id)

    def person_with_handle(self, platform: str, handle: str) -> Person | None:
        """Give the person who has this user id on this platform, or one of another, as in `slack:U01`.

        None for a stranger.
        """
        elsewhere, _, name = handle.partition(":")
        return self._people_by_handle.get((platform, handle)) or self._people_by_handle.get((elsewhere, name))

    def channel(self, name: str | None) -> Channel | None:
        """Give a channel by name; None where the bot is in a channel that nobody configured."""
        return None if name is None else self._channels_by_name.get(name)

    def channel_of_kind(self, kind: ChannelKind) -> Channel | None:
        """Give the first channel of a kind: where sos, operations or alerts are spoken of."""
        return next((channel for channel in self.channels if channel.kind is kind), None)

    def naming(self, rotation: str) -> str:
        """Give what a command ends in to be about a rotation, as ` in data`; empty where there is only one."""
        return f" in {rotation}" if len(self.oncall.rotations) > 1 else ""

    def rotation(self, name: str | None = None) -> Rotation | None:
        """Give a rotation by name; without a name the default one. None where there is none."""
        rotations = self.oncall.rotations
        if name is None:
            return rotations[0] if rotations else None
        return next((rotation for rotation in rotations if rotation.name == name), None)

    def rotation_for(self, channel: str | None) -> Rotation | None:
        """Give the rotation that serves a channel: the first that names it, else the first that serves all."""
        serving = [rotation for rotation in self.oncall.rotations if rotation.serves(channel)]
        named = [rotation for rotation in serving if rotation.channels is not None]
        return next(iter(named or serving), self.rotation())

    def rotation_for_alerts(self, service: str | None, channel: str | None) -> Rotation | None:
        """Give the rotation that is paged for a service's alerts: its own, else the one that serves their channel."""
        named = next((one.rotation for one in self.services if one.name == service), None)
        return (self.rotation(named) if named is not None else None) or self.rotation_for(channel)

    def is_lead(self, person: Person | None) -> bool:
        """Say whether somebody may change the list. A stranger may not."""
        return person is not None and person.id in self.oncall.leads

    def is_engineer(self, person: Person | None) -> bool:
        """Say whether somebody is in a configured rotation or leads one; membership in the store is asked elsewhere."""
        return person is not None and (self.is_lead(person) or person.id in set(self._configured_engineers()))

    def _configured_engineers(self) -> Iterator[str]:
        for rotation in self.oncall.rotations:
            yield from rotation.engineers
