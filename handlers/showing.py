"""Channel topics and user groups, kept equal to the resolver. Source: DESIGN §5, one resolver.

What is wanted is owed anew whenever the duty or anything it follows from changes, and every hour, so that what people
changed by hand is put right; the adapters change only what differs.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import showing as wording
from models.effects import Topic, UserGroup
from models.events import TimeCame
from models.policy import Person, Rotation
from models.records import directory
from models.records import event as received
from models.records import roster as stored
from models.records.delivery import Purpose
from models.rota.duty import who_is_on
from models.rota.rota import Rota

SHOWS = "showing"


def showing_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give each rotation that is shown somewhere, once for each state of its duty, and once an hour."""
    for rotation in _shown(standing):
        event = TimeCame.of(
            SHOWS, f"{rotation.name}:{_state(session, standing, rotation)}", _since(session, standing, rotation, now)
        )
        if not received.has_come(session, event):
            yield event


def showing_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the duty of a shown rotation changes next; a clock that is moved need not stop each hour besides."""
    ends = (who_is_on(_near(session, standing, rotation, now), now).end for rotation in _shown(standing))
    return min(ends, default=None)


def show(ctx: Context, event: TimeCame) -> None:
    """Owe the topics and user groups of a rotation as they have to be now."""
    rotation = ctx.policy.rotation(event.subject.rpartition(":")[0])
    if rotation is not None:
        _show_topics(ctx, rotation)
        _show_groups(ctx, rotation)


def _show_topics(ctx: Context, rotation: Rotation) -> None:
    now, following = duty.stretch(duty.near(ctx, rotation, ctx.now), ctx.now)
    names = [ctx.name_of(one.engineer) if one.engineer is not None else None for one in (now, following)]
    for channel, template in rotation.topics.items():
        said = wording.topic(template, names[0], now.end, names[1], ctx.policy.zone)
        for platform in ctx.standing.platforms:
            place = ctx.channel_id(channel, platform)
            if place is not None:
                ctx.say(Topic(place, said), purpose=Purpose.NOTICE, platform=platform)


def _show_groups(ctx: Context, rotation: Rotation) -> None:
    """Let each group be whoever is on duty; the fallback where nobody is whom the platform knows."""
    on_duty, fallback = duty.people(ctx, [duty.on_call(ctx, rotation).engineer]), duty.fallback(ctx)
    for platform, group in rotation.user_group.items():
        handles = _handles(on_duty, platform) or _handles(fallback, platform)
        if handles and platform in ctx.standing.platforms:
            ctx.say(UserGroup(group, handles), purpose=Purpose.NOTICE, platform=platform)


def _handles(people: Iterable[Person], platform: str) -> tuple[str, ...]:
    return tuple(handle for one in people if (handle := one.handle(platform)) is not None)


def _shown(standing: Standing) -> list[Rotation]:
    return [rotation for rotation in standing.policy.oncall.rotations if rotation.topics or rotation.user_group]


def _state(session: Session, standing: Standing, rotation: Rotation) -> str:
    """Give what changes with everything that the duty follows from, with what is to be shown, and with where."""
    places = [
        directory.channel_id(session, platform, name) for name in rotation.topics for platform in standing.platforms
    ]
    wanted = (
        stored.stamp(session, rotation.name),
        places,
        sorted(rotation.topics.items()),
        sorted(rotation.user_group.items()),
    )
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:16]


def _since(session: Session, standing: Standing, rotation: Rotation, now: datetime) -> datetime:
    return max(who_is_on(_near(session, standing, rotation, now), now).start, _hour(now))


def _near(session: Session, standing: Standing, rotation: Rotation, now: datetime) -> Rota:
    return standing.shelf.near(session, standing.calendar(rotation), now)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


SHOWING = Job(SHOWS, "the topics and user groups that show who is on call", showing_due, showing_coming, show)
