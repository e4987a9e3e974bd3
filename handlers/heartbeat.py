"""Heartbeats: alerts that must keep coming, and the incident that tells when one stopped. Source: DESIGN §1.

A heartbeat that was never heard of is told to nobody: it may not be set up yet. What the bot could not hear, because it
was away itself, is not taken for the sender's silence: after that, each has a full period again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import alert_storm, incidents
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import heartbeat as wording
from models.alert_policy import Heartbeat, Maintenance
from models.events import ReportedAlert, TimeCame
from models.policy import Policy
from models.records import event as received
from models.records import heartbeat as records
from models.records import incident as incident_records
from models.records.heartbeat import HEARTBEAT
from models.records.incident import Incident, IncidentSource
from models.severity import Severity

RETURN = "return"
LATE = timedelta(minutes=1)
"""What is noticed so long after it was due was not looked for in time: the bot, or its store, was away."""


def heard(ctx: Context, source: str, reports: Sequence[ReportedAlert]) -> list[ReportedAlert]:
    """Take the heartbeats out of what a sender tells, and give the rest. One that has ended is no sign of life."""
    rest = []
    for report in reports:
        kept = next((one for one in ctx.policy.alerts.heartbeats if one.is_it(source, report.labels)), None)
        if kept is None:
            rest.append(report)
        elif report.is_firing:
            _beat(ctx, kept)
    return rest


def _beat(ctx: Context, kept: Heartbeat) -> None:
    row = records.heartbeat(ctx.session, kept.key)
    if row is None:
        row = records.Heartbeat(key=kept.key, source=kept.source, name=kept.name, first_at=ctx.now, incident_id=None)
        ctx.session.add(row)
    number, row.incident_id = row.incident_id, None
    row.seen_at, row.due_at = ctx.now, ctx.now + kept.period
    incident = incident_records.incident(ctx.session, number) if number is not None else None
    if incident is not None and incident.is_live:
        incidents.resolve(ctx, incident)


# -- one that stopped


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the heartbeats that count as lost by now."""
    configured = _by_key(standing.policy)
    for key, at in records.due(session, now):
        event = TimeCame.of(HEARTBEAT, key, at)
        if key in configured and not received.has_come(session, event):
            yield event


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next instant at which one counts as lost."""
    del standing
    return records.next_due(session, now)


def lost(ctx: Context, event: TimeCame) -> None:
    """Open the incident of a heartbeat that stopped, which pages as any critical one does."""
    kept = _by_key(ctx.policy).get(event.subject)
    row = records.heartbeat(ctx.session, event.subject)
    if kept is None or row is None or row.due_at != event.at:
        return
    if ctx.now - event.at > LATE:
        row.due_at = ctx.now + kept.period
        return
    planned = max((one.ends(ctx.policy.zone) for one in _all_under_maintenance(ctx)), default=None)
    if planned is not None:
        row.due_at = planned
        return
    row.due_at = None
    row.incident_id = (_come_back(ctx, kept) or _open(ctx, kept, row)).id


def _all_under_maintenance(ctx: Context) -> list[Maintenance]:
    """Give the windows that are on in which nobody is told of anything."""
    zone = ctx.policy.zone
    return [one for one in ctx.policy.alerts.maintenance if one.service is None and one.is_on(ctx.now, zone)]


def _come_back(ctx: Context, kept: Heartbeat) -> Incident | None:
    """Take up the incident of a heartbeat that was heard of for a moment, and give it; None where there is none."""
    since = ctx.now - ctx.policy.alerts.reopen
    incident = incident_records.over_of_groups(ctx.session, [kept.key], since).get(kept.key)
    if incident is not None:
        incidents.reopen(ctx, incident)
    return incident


def _open(ctx: Context, kept: Heartbeat, row: records.Heartbeat) -> Incident:
    incident = incidents.open_incident(
        ctx,
        title=wording.lost(kept.name, kept.source, ctx.now - row.seen_at),
        severity=Severity.CRITICAL,
        source=IncidentSource.ALERTS,
        said_by="clock",
        sender=HEARTBEAT,
        group_key=kept.key,
        labels={"alertname": kept.name, **kept.labels},
    )
    silences = incident_records.silences_of_groups(ctx.session, [kept.key], ctx.now)
    incident.silenced_until = silences.get(kept.key)
    alert_storm.announce(ctx, incident)
    return incident


def _by_key(policy: Policy) -> dict[str, Heartbeat]:
    return {one.key: one for one in policy.alerts.heartbeats}


# -- the bot's own absence


def back(ctx: Context, event: TimeCame) -> None:
    """Give each heartbeat a full period again, because nobody could have heard it."""
    del event
    for kept in ctx.policy.alerts.heartbeats:
        records.postpone(ctx.session, kept.key, ctx.now + kept.period)


def came_back(standing: Standing, now: datetime) -> TimeCame | None:
    """Give the event of the bot's own return; None where it matters to nothing."""
    return TimeCame.of(RETURN, "", now) if standing.policy.alerts.heartbeats else None


def never_seen(session: Session, policy: Policy) -> list[str]:
    """Say which heartbeats were never heard of."""
    seen = records.seen(session)
    return [wording.never_seen(one.name, one.source) for one in policy.alerts.heartbeats if one.key not in seen]


LOST = Job(HEARTBEAT, wording.JOB, due, coming, lost)
BACK = Job(RETURN, wording.RETURN_JOB, lambda *_: (), lambda *_: None, back)
