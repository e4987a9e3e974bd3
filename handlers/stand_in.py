"""Who stands in for somebody who is away or has left while on duty: kept, so that no later plan changes it.

Source: DESIGN §5, the past is never recomputed.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Context, Standing
from handlers.job import Job
from models.events import TimeCame
from models.policy import Rotation
from models.records import event as received
from models.records import roster as stored
from models.rota.duty import stand_in, who_is_on
from models.rota.rota import Rota

STANDS_IN = "stand-in"


def stand_in_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give each rotation in which somebody stands in now and is not kept yet."""
    for rotation in standing.policy.oncall.rotations:
        found = stand_in(_near(session, standing, rotation, now), now, now)
        if found is not None:
            subject = f"{rotation.name}:{stored.stamp(session, rotation.name)}"
            event = TimeCame.of(STANDS_IN, subject, who_is_on(_near(session, standing, rotation, now), now).start)
            if not received.has_come(session, event):
                yield event


def stand_in_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when somebody begins to stand in with the next change of duty; None where nobody does."""
    ends = []
    for rotation in standing.policy.oncall.rotations:
        end = who_is_on(_near(session, standing, rotation, now), now).end
        if stand_in(_near(session, standing, rotation, end), end, end) is not None:
            ends.append(end)
    return min(ends, default=None)


def begin(ctx: Context, event: TimeCame) -> None:
    """Keep who stands in since the event's instant."""
    rotation = ctx.policy.rotation(event.subject.rpartition(":")[0])
    if rotation is not None:
        _keep(ctx, rotation, event.at)


def renew(ctx: Context, rotation: Rotation) -> None:
    """After a change, let whoever has to stand in by now do so from now on, and nobody who no longer has to."""
    stored.revoke_stand_ins(ctx.session, rotation.name, ctx.now)
    _keep(ctx, rotation, ctx.now)


def _keep(ctx: Context, rotation: Rotation, since: datetime) -> None:
    found = stand_in(duty.near(ctx, rotation, ctx.now), ctx.now, since)
    if found is not None:
        stored.add_override(ctx.session, found)


def _near(session: Session, standing: Standing, rotation: Rotation, at: datetime) -> Rota:
    return standing.shelf.near(session, standing.calendar(rotation), at)


STAND_IN = Job(STANDS_IN, "somebody stands in", stand_in_due, stand_in_coming, begin)
