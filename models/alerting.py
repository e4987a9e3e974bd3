"""The rules of alerts: what one is called and about, what it belongs to, and what it keeps quiet. Pure."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from models.alert_policy import Inhibition
from models.events import ReportedAlert
from models.link import fault_of
from models.policy import Service
from models.severity import Severity, severity_of

LONGEST_NAME, LONGEST_TITLE, LONGEST_SUMMARY = 200, 500, 2000
BELIEVED = timedelta(days=1)
"""A start is believed that lies no longer back; no clock of a sender's is trusted further."""

_SERVICE_LABELS = ("service", "app", "application", "app_kubernetes_io_name", "component", "job", "namespace")
_ENVIRONMENT_LABELS = ("environment", "env", "stage", "tier")
_ENVIRONMENTS = {"prod": "production", "prd": "production", "dev": "development", "stage": "test", "staging": "test"}
_LINKS = {
    "runbook": ("runbook_url", "runbook"),
    "dashboard": ("dashboard_url", "dashboard", "grafana_url"),
}
_SUMMARIES = ("summary", "message", "title", "description")


def digest(*parts: str) -> str:
    """Give a short name for some texts: the same for the same, and no other."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def fingerprint(given: str, labels: Mapping[str, str]) -> str:
    """Give an alert's fingerprint: its sender's where there is one, else one of its labels."""
    if given:
        return given if len(given) <= 64 else digest(given)  # noqa: PLR2004 - as long as the column
    return digest(*(text for pair in sorted(labels.items()) for text in pair))[:32]


def group_key(source: str, alert: ReportedAlert, group_by: Sequence[str]) -> str:
    """Give what the alerts of one incident have in common: their sender's group, else the values of some labels."""
    if alert.group:
        return digest(source, "group", alert.group)
    return digest(source, "labels", *(f"{name}\0{alert.labels.get(name, '')}" for name in group_by))


def name_of(alert: ReportedAlert) -> str:
    """Give an alert's name."""
    return (alert.labels.get("alertname") or "alert").strip()[:LONGEST_NAME] or "alert"


def summary_of(alert: ReportedAlert) -> str:
    """Give what an alert says of itself in words; empty where it says nothing."""
    found = (alert.annotations.get(name, "").strip() for name in _SUMMARIES)
    return next(filter(None, found), "")[:LONGEST_SUMMARY]


def title_of(alert: ReportedAlert) -> str:
    """Give what an incident is called that begins with an alert."""
    name, summary = name_of(alert), " ".join(summary_of(alert).split())
    if not summary:
        return name
    return (summary if name.casefold() in summary.casefold() else f"{name}: {summary}")[:LONGEST_TITLE]


def severity(alert: ReportedAlert) -> Severity:
    """Give how grave an alert is."""
    labels = alert.labels
    return severity_of(labels.get("severity") or labels.get("priority") or labels.get("level"))


def aliases(services: Sequence[Service]) -> Mapping[str, str]:
    """Give the names of the catalogue's services by whatever they are called, in small letters."""
    return {name.casefold().strip(): one.name for one in services for name in (*one.aliases, one.name)}


def service_of(labels: Mapping[str, str], known: Mapping[str, str]) -> str | None:
    """Give the service in the catalogue that labels name; None where they name none. known: as `aliases` gives it."""
    values = (labels.get(name, "") for name in _SERVICE_LABELS)
    return next((known[value.casefold().strip()] for value in values if value.casefold().strip() in known), None)


def environment_of(labels: Mapping[str, str]) -> str | None:
    """Give the environment that labels name, in our words where it is one of those."""
    value = next((labels[name] for name in _ENVIRONMENT_LABELS if labels.get(name)), "").strip().casefold()
    return _ENVIRONMENTS.get(value, value)[:40] or None


def links_of(alert: ReportedAlert) -> dict[str, str]:
    """Give the web addresses that an alert leads to; what is none, or holds a secret, is left out."""
    found = {
        name: next((alert.annotations[key] for key in keys if alert.annotations.get(key)), "")
        for name, keys in _LINKS.items()
    }
    wanted = {**found, **alert.links}
    return {name: url for name, url in wanted.items() if url and fault_of(url) is None}


def began(starts_at: datetime | None, now: datetime) -> datetime:
    """Give when an incident began: when its alert did, unless its sender's clock cannot be believed."""
    if starts_at is None or not now - BELIEVED <= starts_at <= now:
        return now
    return starts_at


def inhibits(rules: Sequence[Inhibition], labels: Mapping[str, str]) -> Iterator[str]:
    """Give what an alert inhibits while it fires: a key for each rule."""
    for number, rule in enumerate(rules):
        if _has(labels, rule.source):
            yield _inhibition(number, rule, labels)


def inhibited_by(rules: Sequence[Inhibition], labels: Mapping[str, str]) -> Iterator[str]:
    """Give the keys by which an alert is inhibited; no alert inhibits itself."""
    for number, rule in enumerate(rules):
        if _has(labels, rule.target) and not _has(labels, rule.source):
            yield _inhibition(number, rule, labels)


def _has(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(labels.get(name, "") == value for name, value in wanted.items())


def _inhibition(number: int, rule: Inhibition, labels: Mapping[str, str]) -> str:
    source, target = (repr(sorted(one.items())) for one in (rule.source, rule.target))
    return digest(str(number), source, target, *(f"{name}\0{labels.get(name, '')}" for name in rule.equal))
