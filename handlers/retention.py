"""The nightly job that blanks words which are older than `retention.text_days`. Source: DESIGN §9."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from handlers.context import Context, Standing
from handlers.job import Job
from models.events import TimeCame
from models.records import audit, forgetting
from models.records import event as received
from models.records.words import PLACES

NAME, DONE = "retention", "done"
QUIET_HOUR = time(3, 30)
"""In the organisation's time: after the clock changes of every zone that changes at two or three."""
DAY = timedelta(days=1)


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give, from the quiet hour on, the next rows of each table with old words; once nothing is left, that it is done.

    What is blanked is not found again, so that a restart goes on where it stopped.
    """
    night = _last_night(standing, now)
    done = TimeCame.of(NAME, DONE, night)
    if received.has_come(session, done):
        return
    before = _before(standing, night)
    left = [(place.name, forgetting.oldest(session, place, before)) for place in PLACES]
    found = [(name, number) for name, number in left if number is not None]
    for name, number in found:
        yield TimeCame.of(NAME, f"{name}:{number}", night)
    if not found:
        yield done


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next quiet hour."""
    del session
    return _quiet_hour(standing, _last_night(standing, now).astimezone(standing.policy.zone) + DAY)


def blank(ctx: Context, event: TimeCame) -> None:
    """Blank some rows of one table, and count them in the night's line of the audit."""
    table = event.subject.partition(":")[0]
    for place in PLACES:
        if place.name == table:
            count = forgetting.blank_old(ctx.session, place, _before(ctx.standing, event.at))
            audit.count(ctx.session, NAME, f"{NAME}:{event.at.date()}", {table: count}, ctx.now)


def _before(standing: Standing, night: datetime) -> datetime:
    return night - timedelta(days=standing.policy.retention.text_days)


def _last_night(standing: Standing, now: datetime) -> datetime:
    """Give the quiet hour that has come last."""
    civil = now.astimezone(standing.policy.zone)
    today = _quiet_hour(standing, civil)
    return today if today <= now else _quiet_hour(standing, civil - DAY)


def _quiet_hour(standing: Standing, civil: datetime) -> datetime:
    return datetime.combine(civil.date(), QUIET_HOUR, standing.policy.zone).astimezone(UTC)


RETENTION = Job(NAME, "blanking words that are old", due, coming, blank)
