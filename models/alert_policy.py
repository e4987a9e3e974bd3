"""What the organisation decided about alerts: how they are grouped, who is told, and what nobody is told of."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from models.severity import Severity
from models.written import Duration, Moment, Strict

SHORTEST_BEAT = timedelta(minutes=1)


class Action(StrEnum):
    """What is done with an alert: somebody is paged, it is posted, or it is only kept."""

    PAGE = "page"
    POST = "post"
    KEEP = "keep"


_ACTIONS = {Severity.CRITICAL: Action.PAGE, Severity.WARNING: Action.POST, Severity.INFO: Action.KEEP}


class Inhibition(Strict):
    """While an alert with the labels of `source` fires, nobody is told of those with the labels of `target`.

    equal: the labels that must have the same value in both. Source: Alertmanager, `inhibit_rules`.
    """

    source: Mapping[str, str] = Field(min_length=1)
    target: Mapping[str, str] = Field(min_length=1)
    equal: tuple[str, ...] = ()


class Maintenance(Strict):
    """A window in which nobody is told of the alerts of a service (None: of any). [start, end).

    start, end: without an offset in the organisation's time. note: what for.
    """

    service: str | None = None
    start: Moment
    end: Moment
    note: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.start.tzinfo is None) != (self.end.tzinfo is None):
            raise ValueError("start and end must both have an offset, or neither")
        if self.start >= self.end:
            raise ValueError("a maintenance must end after it begins")
        return self

    def begins(self, zone: ZoneInfo) -> datetime:
        """Give when it begins. zone: the organisation's."""
        return self.start if self.start.tzinfo is not None else self.start.replace(tzinfo=zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """Give when it ends. zone: the organisation's."""
        return self.end if self.end.tzinfo is not None else self.end.replace(tzinfo=zone)

    def is_on(self, at: datetime, zone: ZoneInfo) -> bool:
        """Say whether it is going on at an instant."""
        return self.begins(zone) <= at < self.ends(zone)


class Heartbeat(Strict):
    """An alert that must keep coming, such as Prometheus' Watchdog. source: whose. labels: those that tell it apart.

    every: how often it comes. grace: how much later it may come.
    """

    name: str = Field(min_length=1, max_length=200)
    source: Literal["alertmanager", "grafana", "generic"] = "alertmanager"
    labels: Mapping[str, str] = Field(default_factory=dict)
    every: Duration = timedelta(minutes=5)
    grace: Duration = timedelta(minutes=2)

    @field_validator("every")
    @classmethod
    def _not_all_the_time(cls, every: timedelta) -> timedelta:
        if every < SHORTEST_BEAT:
            raise ValueError("a heartbeat comes every minute at most: write 1m or more")
        return every

    @property
    def period(self) -> timedelta:
        """How long after the last one it counts as lost."""
        return self.every + self.grace

    @property
    def key(self) -> str:
        """What no other heartbeat is called."""
        told = [self.source, self.name, *(f"{name}={value}" for name, value in sorted(self.labels.items()))]
        return hashlib.sha256("\0".join(told).encode("utf-8", "surrogatepass")).hexdigest()

    def is_it(self, source: str, labels: Mapping[str, str]) -> bool:
        """Say whether an alert of a sender is this heartbeat."""
        wanted = {"alertname": self.name, **self.labels}
        return source == self.source and all(labels.get(name) == value for name, value in wanted.items())


class Alerts(Strict):
    """How alerts become incidents. group_by: the labels that one incident's alerts share, where the sender groups none.

    reopen: for so long after its end an incident comes back as the same one. bots: the names of the bots whose posts in
    an alerts channel are alerts.
    """

    group_by: tuple[str, ...] = ("alertname", "service")
    reopen: Duration = timedelta(minutes=15)
    posts_a_minute: int = Field(default=20, ge=4)
    severity: Mapping[Severity, Action] = Field(default_factory=dict)
    bots: tuple[str, ...] = ()
    inhibit: tuple[Inhibition, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    heartbeats: tuple[Heartbeat, ...] = ()

    @field_validator("heartbeats")
    @classmethod
    def _each_once(cls, heartbeats: tuple[Heartbeat, ...]) -> tuple[Heartbeat, ...]:
        if len({one.key for one in heartbeats}) < len(heartbeats):
            raise ValueError("a heartbeat stands twice: tell them apart by their labels")
        return heartbeats

    @field_validator("group_by")
    @classmethod
    def _grouped_by_something(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if not labels:
            raise ValueError("name at least one label, or every alert is one incident")
        return labels

    def action(self, severity: Severity) -> Action:
        """Give what is done with alerts of a severity."""
        return self.severity.get(severity, _ACTIONS[severity])
