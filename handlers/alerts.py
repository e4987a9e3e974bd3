"""Alerts: what a sender tells of becomes incidents, which open, go on, get graver, end and come back.

Nothing that was told before is told again: a repetition changes when something was last heard of, and no more.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from handlers import alert_holding, alert_storm, heartbeat, incidents
from handlers.alert_delivery import Delivery, Known, gravest
from handlers.alert_holding import Holding
from handlers.context import Context
from models import alerting
from models.events import AlertReceived, ReportedAlert
from models.records import alert as kept
from models.records import incident as records
from models.records.incident import Incident, IncidentSource, IncidentState

HEARD_OF = timedelta(minutes=1)
"""So long the message of an incident may be behind in when its alerts were last heard of."""


def alert_received(ctx: Context, event: AlertReceived) -> None:
    """Take one delivery of a hook."""
    received(ctx, event.source, event.alerts)


def received(ctx: Context, source: str, reports: Sequence[ReportedAlert]) -> None:
    """Take what a sender tells of alerts, from wherever it came. source: the sender's name, as in `alertmanager`."""
    others = heartbeat.heard(ctx, source, reports)
    delivery = Delivery.of(ctx, source, others)
    for report in others:
        delivery.take(report)
    tell(ctx, delivery)


def tell(ctx: Context, delivery: Delivery) -> None:
    """Let incidents follow from what has begun, gone on and ended."""
    left = _go_on(ctx, delivery)
    told = _not_held(ctx, [*delivery.begun, *left])
    _begin(ctx, delivery, told)
    kept.write(ctx.session, delivery.fresh)
    alert_holding.keep_parents(ctx, delivery.source, [one for one in delivery.fresh if one.is_firing])
    _end(ctx, delivery.ended)
    alert_holding.release(ctx, [*delivery.ended, *delivery.ended_unseen])


def _not_held(ctx: Context, begun: Sequence[Known]) -> list[Known]:
    """Give the alerts that somebody is told of; the others are kept, with why."""
    if not begun:
        return []
    holding, told = Holding.of(ctx, begun), []
    for alert in begun:
        held = holding.hold(alert)
        alert.hold, alert.due_at = held or (None, None)
        if held is None:
            told.append(alert)
    return told


# -- what begins


def _begin(ctx: Context, delivery: Delivery, begun: Sequence[Known]) -> None:
    groups: dict[str, list[Known]] = defaultdict(list)
    for alert in begun:
        groups[alert.group_key].append(alert)
    if not groups:
        return
    live = records.live_of_groups(ctx.session, groups)
    back = records.over_of_groups(ctx.session, groups.keys() - live.keys(), ctx.now - ctx.policy.alerts.reopen)
    fresh = {key: _thought_of(ctx, delivery, groups[key]) for key in groups if key not in live and key not in back}
    for key, until in records.silences_of_groups(ctx.session, fresh, ctx.now).items():
        fresh[key].silenced_until = until
    incidents.open_all(ctx, list(fresh.values()), "alert")
    for key, alerts in groups.items():
        if key in fresh:
            _belong(fresh[key], alerts)
            alert_storm.announce(ctx, fresh[key])
        elif key in live:
            _add(ctx, live[key], alerts)
        else:
            _come_back(ctx, back[key], alerts)


def _thought_of(ctx: Context, delivery: Delivery, alerts: Sequence[Known]) -> Incident:
    """Give the incident of some alerts of one group; it is not opened yet."""
    first = max(alerts, key=lambda one: one.severity.gravity)
    return Incident(
        title=delivery.title(first),
        severity=first.severity,
        state=IncidentState.OPEN,
        source=IncidentSource.ALERTS,
        service=next((one.service for one in alerts if one.service), None),
        environment=alerting.environment_of(first.labels),
        sender=delivery.source,
        group_key=first.group_key,
        opened_at=alerting.began(min(one.starts_at for one in alerts), ctx.now),
        seen_at=ctx.now,
        firing=len(alerts),
        alerts=len(alerts),
        labels=_in_common(alerts),
        links=_links(alerts),
    )


def _in_common(alerts: Sequence[Known]) -> dict[str, str]:
    """Give the labels that some alerts share, without how grave they are, which may change."""
    first, *rest = alerts
    shared = {name: value for name, value in first.labels.items() if all(one.labels.get(name) == value for one in rest)}
    return {name: value for name, value in shared.items() if name != "severity"}


def _links(alerts: Sequence[Known]) -> dict[str, str]:
    found: dict[str, str] = {}
    for alert in alerts:
        found = {**alert.links, **found}
    return found


def _join(ctx: Context, incident: Incident, alerts: Sequence[Known]) -> None:
    """Count alerts that fire now to an incident."""
    incident.alerts += sum(one.incident_id != incident.id for one in alerts)
    incident.firing += len(alerts)
    incident.seen_at = ctx.now
    _belong(incident, alerts)


def _belong(incident: Incident, alerts: Sequence[Known]) -> None:
    for alert in alerts:
        alert.incident_id = incident.id


def _add(ctx: Context, incident: Incident, alerts: Sequence[Known]) -> None:
    _join(ctx, incident, alerts)
    if gravest(alerts).gravity > incident.severity.gravity:
        incidents.raise_to(ctx, incident, gravest(alerts))
    else:
        incidents.refresh(ctx, incident, incidents.REST)


def _come_back(ctx: Context, incident: Incident, alerts: Sequence[Known]) -> None:
    """Let the incident of a group come back that was over only a while ago: it flaps."""
    _join(ctx, incident, alerts)
    incident.severity = max(incident.severity, gravest(alerts), key=lambda one: one.gravity)
    incidents.reopen(ctx, incident)


# -- what goes on, and ends


def _go_on(ctx: Context, delivery: Delivery) -> list[Known]:
    """Take note of what goes on, and give what fires on though somebody said that its incident is over.

    A repetition makes nothing graver: what somebody said of how grave it is stands until an alert gets worse.
    """
    left: list[Known] = []
    worsened = set(map(id, delivery.worse))
    for incident, of_it in _by_incident(ctx, delivery.going_on):
        incident.seen_at = ctx.now
        worse = [one for one in of_it if id(one) in worsened]
        if not incident.is_live:
            left += _leave(ctx, incident, of_it)
        elif worse and gravest(worse).gravity > incident.severity.gravity:
            incidents.raise_to(ctx, incident, gravest(worse))
        else:
            incidents.refresh(ctx, incident, HEARD_OF)
    return left


def _leave(ctx: Context, incident: Incident, alerts: Sequence[Known]) -> Sequence[Known]:
    """Let what still fires a while after its incident was resolved by hand begin anew, and give it."""
    if incident.resolved_at is None or ctx.now - incident.resolved_at < incidents.SETTLES:
        return ()
    incident.firing = max(0, incident.firing - len(alerts))
    return alerts


def _end(ctx: Context, alerts: Sequence[Known]) -> None:
    for incident, of_it in _by_incident(ctx, alerts):
        incident.firing = max(0, incident.firing - len(of_it))
        incident.seen_at = ctx.now
        if incident.is_live and not incident.firing:
            incidents.resolve(ctx, incident)
        elif incident.is_live:
            incidents.refresh(ctx, incident, incidents.REST)


def _by_incident(ctx: Context, alerts: Sequence[Known]) -> list[tuple[Incident, list[Known]]]:
    groups: Mapping[int, list[Known]] = defaultdict(list)
    for alert in alerts:
        if alert.incident_id is not None:
            groups[alert.incident_id].append(alert)
    return [(one, groups[one.id]) for one in records.hold(ctx.session, groups.keys())]
