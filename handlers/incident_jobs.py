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

NAME = "incident"
SHOW, STORM, SILENCE, HELD = "show", "storm", "silence", "held"


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give what has come: each moves its column on, so that it is not found again."""
    del standing
    for incident in records.to_refresh(session, now):
        yield _event(SHOW, incident.id, incident.refresh_at or now)
    for storm in kept.storms_to_refresh(session, now):
        yield _event(STORM, storm.id, storm.refresh_at or now)
    for incident in records.silences_over(session, now):
        yield _event(SILENCE, incident.id, incident.silenced_until or now)
    for alert in kept.held(session, now, limit=1):
        yield _event(HELD, alert.id, alert.due_at or now)


def _event(what: str, number: int, at: datetime) -> TimeCame:
    return TimeCame.of(NAME, f"{what}:{number}", at)


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next instant at which something comes."""
    del standing
    nexts = (records.next_refresh, kept.next_storm_refresh, records.next_silence_over, kept.next_held)
    return min(filter(None, (each(session, now) for each in nexts)), default=None)


def time_came(ctx: Context, event: TimeCame) -> None:
    """Do what has come."""
    what, _, number = event.subject.partition(":")
    match what:
        case "show":
            _show(ctx, int(number))
        case "storm":
            _show_storm(ctx, int(number))
        case "silence":
            _end_silence(ctx, int(number))
        case _:
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
