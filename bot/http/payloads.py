"""The deliveries of Alertmanager, Grafana and everybody else, checked and turned into alerts of ours.

Source: Prometheus, Alertmanager's webhook receiver, version 4; Grafana, webhook contact point; docs/alerts.md.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Protocol, Self, TypeVar
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl, ValidationError
from pydantic_core import from_json

from models import alerting
from models.events import ReportedAlert

_ModelT = TypeVar("_ModelT", bound=BaseModel)

MOST_FAULTS = 100
OLDEST_YEAR, LAST_YEAR = 1970, 9000
MOST_FILTERS = 10


class Faulty(Exception):
    """A delivery that cannot be read. faults: each with where it is, and what is wrong there."""

    def __init__(self, faults: Sequence[Mapping[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = [dict(one) for one in faults]


class Payload(Protocol):
    """One sender's delivery."""

    @classmethod
    def of(cls, raw: bytes) -> Self:
        """Give what some bytes say. Raises Faulty."""
        ...

    @property
    def left_out(self) -> int:
        """How many alerts the sender has left out."""
        ...

    def reports(self) -> list[ReportedAlert]:
        """Give its alerts."""
        ...


def _read(raw: bytes) -> Any:
    """Give what JSON says, without the character that PostgreSQL cannot hold. Raises Faulty."""
    try:
        return from_json(raw.replace(b"\\u0000", b"\\ufffd"))
    except ValueError as error:
        raise Faulty([{"at": "", "fault": f"This is no JSON: {error}"}]) from None


def _checked(model: type[_ModelT], document: Any) -> _ModelT:
    """Give a document as a model. Raises Faulty with every fault, the first hundred in words."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        faults = [{"at": _at(one["loc"]), "fault": one["msg"]} for one in found[:MOST_FAULTS]]
        if len(found) > MOST_FAULTS:
            faults.append({"at": "", "fault": f"and {len(found) - MOST_FAULTS} more faults"})
        raise Faulty(faults) from None


def _at(path: tuple[int | str, ...]) -> str:
    """Give a place as one writes it: `alerts[3].labels.severity`."""
    said = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return said.removeprefix(".")[:200]


def _instant(value: object) -> object:
    """Give a time in UTC; None for a zero time, as Go writes one that is not set, and for one that is none of ours."""
    if value in (None, ""):
        return None
    if not isinstance(value, str) or not re.match(r"[0-9]{4}-", value):
        raise ValueError(f"`{str(value)[:40]}` is no time: write it as 2026-12-24T22:00:00Z")
    return value if OLDEST_YEAR <= int(value[:4]) <= LAST_YEAR else None


def _none_is_empty(value: object) -> object:
    return {} if value is None else value


Instant = Annotated[AwareDatetime | None, BeforeValidator(_instant)]
Words = Annotated[dict[str, str], BeforeValidator(_none_is_empty)]
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at is not None else None


class _Foreign(BaseModel):
    """A piece of a payload that others define: what we do not know in it is passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class PrometheusAlert(_Foreign):
    """One alert, as Alertmanager and Grafana write it. Grafana has the last three besides."""

    status: Literal["firing", "resolved"]
    labels: Words
    annotations: Words = Field(default_factory=dict)
    starts_at: Instant = Field(default=None, alias="startsAt")
    ends_at: Instant = Field(default=None, alias="endsAt")
    generator_url: Text = Field(default="", alias="generatorURL")
    fingerprint: Text = ""
    silence_url: Text = Field(default="", alias="silenceURL")
    dashboard_url: Text = Field(default="", alias="dashboardURL")
    panel_url: Text = Field(default="", alias="panelURL")

    def report(self, group: str, links: Mapping[str, str]) -> ReportedAlert:
        """Give the alert as one of ours. links: those that its sender's address gives."""
        is_firing = self.status == "firing"
        theirs = {
            "dashboard": self.dashboard_url,
            "panel": self.panel_url,
            "source": self.generator_url,
            "silence": self.silence_url,
        }
        return ReportedAlert(
            fingerprint=alerting.fingerprint(self.fingerprint, self.labels),
            is_firing=is_firing,
            starts_at=_utc(self.starts_at),
            ends_at=None if is_firing else _utc(self.ends_at),
            labels=self.labels,
            annotations=self.annotations,
            links={**links, **{name: url for name, url in theirs.items() if url}},
            group=group,
        )


class PrometheusDelivery(_Foreign):
    """A delivery of Alertmanager's, version 4, or of Grafana's, which is like it."""

    version: Text = "4"
    group_key: Text = Field(default="", alias="groupKey")
    group_labels: Words = Field(default_factory=dict, alias="groupLabels")
    external_url: Text = Field(default="", alias="externalURL")
    left_out: int = Field(default=0, alias="truncatedAlerts")
    alerts: list[PrometheusAlert]

    @classmethod
    def of(cls, raw: bytes) -> Self:
        """Give what some bytes say. Raises Faulty."""
        return _checked(cls, _read(raw))

    def reports(self) -> list[ReportedAlert]:
        """Give its alerts. Without labels to group by, its sender has grouped nothing."""
        group = self.group_key if self.group_labels else ""
        return [one.report(group, self._links(one)) for one in self.alerts]

    def _links(self, alert: PrometheusAlert) -> dict[str, str]:
        del alert
        return {}


class AlertmanagerDelivery(PrometheusDelivery):
    """A delivery of Alertmanager's."""

    def _links(self, alert: PrometheusAlert) -> dict[str, str]:
        """Give the page of Alertmanager's on which such an alert is silenced."""
        if not self.external_url.startswith(("http://", "https://")):
            return {}
        named = [f"{name}={_quoted(value)}" for name, value in sorted(alert.labels.items())[:MOST_FILTERS]]
        wanted = quote("{" + ", ".join(named) + "}", safe="", errors="replace")
        return {"silence": f"{self.external_url.rstrip('/')}/#/silences/new?filter={wanted}"}


def _quoted(value: str) -> str:
    """Give a label's value as a matcher holds it: nothing in it ends the matcher, or begins another one."""
    inside = value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
    return f'"{inside}"'


class _Ours(BaseModel):
    """A piece of the payload that we define: what is not in it is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GenericAlert(_Ours):
    """One alert as anybody may write it; only its title is needed."""

    title: str = Field(min_length=1, max_length=500)
    status: Literal["firing", "resolved"] = "firing"
    key: str = Field(default="", max_length=200)
    group: str = Field(default="", max_length=200)
    severity: Literal["critical", "warning", "info"] = "warning"
    service: str = Field(default="", max_length=200)
    environment: str = Field(default="", max_length=100)
    text: str = Field(default="", max_length=10_000)
    starts_at: Instant = None
    ends_at: Instant = None
    labels: dict[str, str] = Field(default_factory=dict)
    links: dict[str, HttpUrl] = Field(default_factory=dict, max_length=10)

    def report(self) -> ReportedAlert:
        """Give the alert as one of ours: known by its key, else by what it says of itself but for its state."""
        told = {
            "alertname": self.title,
            "severity": self.severity,
            "service": self.service,
            "environment": self.environment,
        }
        labels = {**self.labels, **{name: value for name, value in told.items() if value}}
        known_by = {name: value for name, value in labels.items() if name != "severity"}
        is_firing = self.status == "firing"
        return ReportedAlert(
            fingerprint=alerting.fingerprint(alerting.digest("key", self.key) if self.key else "", known_by),
            is_firing=is_firing,
            starts_at=_utc(self.starts_at),
            ends_at=None if is_firing else _utc(self.ends_at),
            labels=labels,
            annotations={"summary": self.text} if self.text else {},
            links={name: str(url) for name, url in self.links.items()},
            group=self.group or self.key,
        )


class GenericDelivery(_Ours):
    """One alert, or several."""

    alerts: list[GenericAlert]

    @classmethod
    def of(cls, raw: bytes) -> Self:
        """Give what some bytes say: one alert by itself, or a list of them as `alerts`. Raises Faulty."""
        document = _read(raw)
        if isinstance(document, dict) and "alerts" not in document:
            return cls(alerts=[_checked(GenericAlert, document)])
        return _checked(cls, document)

    @property
    def left_out(self) -> int:
        """None is ever left out."""
        return 0

    def reports(self) -> list[ReportedAlert]:
        """Give its alerts."""
        return [one.report() for one in self.alerts]


PAYLOADS: Mapping[str, type[Payload]] = {
    "alertmanager": AlertmanagerDelivery,
    "grafana": PrometheusDelivery,
    "generic": GenericDelivery,
}
"""What each hook takes, by its name."""
