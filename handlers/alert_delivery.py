"""What a delivery of alerts changes in the alerts that are kept: which are new, which go on, which have ended.

Of each fingerprint one alert fires at most: the one that began last. What comes late about an older one is kept and
changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from handlers.context import Context
from models import alerting
from models.events import ReportedAlert
from models.records import alert as records
from models.records.alert import Alert, AlertState, Fresh, Identity
from models.severity import Severity

Known = Alert | Fresh

OVERTAKEN = timedelta(seconds=30)
"""So long after its end a report that an alert fires is one that was overtaken on its way, and no new trouble."""


@dataclass
class Delivery:
    """One delivery. begun: what fires that did not, or was only kept; ended: what fired; going_on: what fires still.

    ended_unseen: what fired and was only kept. worse: what goes on and is graver than it was.
    """

    ctx: Context
    source: str
    firing: dict[str, Known]
    known: dict[Identity, Known]
    services: Mapping[str, str]
    begun: list[Known] = field(default_factory=list)
    ended: list[Known] = field(default_factory=list)
    ended_unseen: list[Known] = field(default_factory=list)
    going_on: list[Known] = field(default_factory=list)
    worse: list[Known] = field(default_factory=list)
    titles: dict[Identity, str] = field(default_factory=dict)
    fresh: list[Fresh] = field(default_factory=list)

    @classmethod
    def of(cls, ctx: Context, source: str, reports: Sequence[ReportedAlert]) -> "Delivery":
        """Give a delivery with what was known of its alerts; nothing is changed yet."""
        identities = {(one.fingerprint, one.starts_at) for one in reports if one.starts_at is not None}
        firing = records.firing(ctx.session, source, {one.fingerprint for one in reports})
        known = records.known(ctx.session, source, identities)
        return cls(ctx, source, {**firing}, {**known}, alerting.aliases(ctx.policy.services))

    def take(self, report: ReportedAlert) -> None:
        """Take one alert of it."""
        current = self.firing.get(report.fingerprint)
        start = _start(report, current) or self.ctx.now
        alert = self.known.get((report.fingerprint, start))
        if alert is None and current is not None and current.starts_at == start:
            alert = current
        if alert is not None:
            alert.times += 1
            alert.last_seen_at = max(alert.last_seen_at, self.ctx.now)
        if report.is_firing:
            self._take_firing(report, start, alert, current)
        else:
            self._take_resolved(report, start, alert, current)

    def _take_firing(self, report: ReportedAlert, start: datetime, alert: Known | None, current: Known | None) -> None:
        is_late = current is not None and current.starts_at > start
        if alert is None:
            alert = self._keep(report, start, is_firing=not is_late)
            if not is_late:
                self._supersede(current, alert)
                self.begun.append(alert)
        elif alert.is_firing:
            self._tell_anew(alert, report)
            (self.going_on if alert.hold is None else self.begun).append(alert)
        elif not is_late and self.ctx.now - (alert.ended_at or alert.first_seen_at) >= OVERTAKEN:
            self._supersede(current, alert)
            self._tell_anew(alert, report)
            alert.state, alert.ends_at, alert.ended_at = AlertState.FIRING, None, None
            self.begun.append(alert)

    def _take_resolved(
        self, report: ReportedAlert, start: datetime, alert: Known | None, current: Known | None
    ) -> None:
        if alert is None:
            alert = self._keep(report, start, is_firing=False)
        if alert.is_firing:
            self._end(alert, report.ends_at)
        elif current is not None and current.starts_at <= start:
            self._end(current, report.ends_at)

    def _supersede(self, current: Known | None, by: Known) -> None:
        """End what fired with an earlier start: its sender began to count anew."""
        if current is not None and current is not by:
            self._end(current, by.starts_at)
            self.ctx.session.flush()  # of each fingerprint one alert fires at most, at every moment
        self.firing[by.fingerprint] = by

    def _end(self, alert: Known, at: datetime | None) -> None:
        alert.state, alert.ended_at, alert.ends_at = AlertState.RESOLVED, self.ctx.now, at or self.ctx.now
        self.firing.pop(alert.fingerprint, None)
        if alert.first_seen_at == self.ctx.now or alert.hold is not None:  # it began in this delivery, maybe
            self.begun = [one for one in self.begun if one is not alert]
        (self.ended if alert.hold is None else self.ended_unseen).append(alert)
        alert.due_at = alert.hold = None

    def _keep(self, report: ReportedAlert, start: datetime, *, is_firing: bool) -> Fresh:
        now = self.ctx.now
        alert = Fresh(
            source=self.source,
            fingerprint=report.fingerprint,
            starts_at=start,
            state=AlertState.FIRING if is_firing else AlertState.RESOLVED,
            ends_at=None if is_firing else report.ends_at or now,
            first_seen_at=now,
            last_seen_at=now,
            ended_at=None if is_firing else now,
            name=alerting.name_of(report),
            severity=alerting.severity(report),
            service=alerting.service_of(report.labels, self.services),
            group_key=alerting.group_key(self.source, report, self.ctx.policy.alerts.group_by),
            summary=alerting.summary_of(report),
            labels=dict(report.labels),
            annotations=dict(report.annotations),
            links=alerting.links_of(report),
        )
        self.known[report.fingerprint, start] = alert
        self.titles[report.fingerprint, start] = alerting.title_of(report)
        self.fresh.append(alert)
        return alert

    def _tell_anew(self, alert: Known, report: ReportedAlert) -> None:
        """Keep what an alert says now; an annotation may hold a figure that changes."""
        if alert.annotations != report.annotations:
            alert.annotations, alert.summary = dict(report.annotations), alerting.summary_of(report)
            alert.links = alerting.links_of(report)
        now = alerting.severity(report)
        if now.gravity > alert.severity.gravity:
            alert.severity = now
            self.worse.append(alert)

    def title(self, alert: Known) -> str:
        """Give what an incident is called that begins with an alert."""
        found = self.titles.get((alert.fingerprint, alert.starts_at))
        if found is not None:
            return found
        told = ReportedAlert(
            fingerprint=alert.fingerprint, is_firing=True, labels=alert.labels, annotations=alert.annotations
        )
        return alerting.title_of(told)


def _start(report: ReportedAlert, current: Known | None) -> datetime | None:
    """Give when what is reported began; None where nobody knows.

    Of two monitors one sees trouble first, and Alertmanager takes the earlier start over whenever it hears of it: what
    reaches into the time of the alert that fires is that alert.
    """
    if current is None or (report.starts_at is not None and report.starts_at >= current.starts_at):
        return report.starts_at
    reaches = report.starts_at is None or (report.ends_at is not None and report.ends_at >= current.starts_at)
    return current.starts_at if reaches or report.is_firing else report.starts_at


def gravest(alerts: Sequence[Known]) -> Severity:
    """Give the gravest severity of some alerts."""
    return max((one.severity for one in alerts), key=lambda one: one.gravity)
