"""What becomes due about incidents: messages to bring up to date, silences that end, alerts that were only kept."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import alert_storm, alerts, incidents
from handlers.alert_delivery import Delivery
from handlers.context import Context, Standing
from handlers.job import Job
from models.events import TimeCame
from models.records import alert as kept
from models.records import incident as records
from models.records import incident_due
from models.records.incident_due import Due

NAME = "incident"


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give what has come: each moves its column on, so that it is not found again."""
    del standing
    for one in incident_due.come(session, now):
        yield TimeCame.of(NAME, f"{one.what}:{one.number}", one.at)


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next instant at which something comes."""
    del standing
    return incident_due.coming(session, now)


def time_came(ctx: Context, event: TimeCame) -> None:
    """Do what has come."""
    what, _, number = event.subject.partition(":")
    match Due(what):
        case Due.SHOW:
            _show(ctx, int(number))
        case Due.STORM:
            _show_storm(ctx, int(number))
        case Due.SILENCE:
            _end_silence(ctx, int(number))
        case Due.HELD:
            _look_again(ctx)


def _show(ctx: Context, number: int) -> None:
    incident = records.incident(ctx.session, number)
    if incident is None or incident.refresh_at is None or incident.refresh_at > ctx.now:
        return
    incident.refresh_at = None
    if incident.post_id is None and incident.storm_id is None and incident.is_live:
        alert_storm.announce(ctx, incident)  # there was no channel for it before
    else:
        incidents.refresh(ctx, incident)


def _show_storm(ctx: Context, number: int) -> None:
    storm = kept.storm(ctx.session, number)
    if storm is not None and storm.refresh_at is not None and storm.refresh_at <= ctx.now:
        alert_storm.refresh(ctx, storm)


def _end_silence(ctx: Context, number: int) -> None:
    incident = records.incident(ctx.session, number)
    if incident is not None and incident.silenced_until is not None and incident.silenced_until <= ctx.now:
        incidents.silence(ctx, incident, None, source="clock")


def _look_again(ctx: Context) -> None:
    """Look again at alerts that fire and were only kept: what held them may be over."""
    by_source: dict[str, Delivery] = {}
    for alert in kept.held(ctx.session, ctx.now):
        found = by_source.setdefault(alert.source, Delivery.of(ctx, alert.source, ()))
        found.begun.append(alert)
    for delivery in by_source.values():
        alerts.tell(ctx, delivery)


INCIDENTS = Job(NAME, "what becomes of incidents and kept alerts", due, coming, time_came)
