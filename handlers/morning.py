"""The start of a shift: every rotation planned to its horizon, and whoever takes over told what awaits them.

Source: DESIGN §5, §6.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import announcement, duty, incident_board
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import log
from handlers.wording import morning as wording
from models.events import TimeCame
from models.message import Message
from models.policy import Person, Rotation
from models.records import event as received
from models.records import handover, request
from models.records import roster as stored
from models.records.request import Due, Request
from models.rota.calendar import WorkCalendar
from models.rota.duty import Duty

PLAN, MORNING = "plan", "morning"
DAY = timedelta(days=1)


# -- planning ahead


def plan_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give each rotation that is not planned to its horizon, once a civil day."""
    for rotation in standing.policy.oncall.rotations:
        calendar = standing.calendar(rotation)
        event = TimeCame.of(PLAN, rotation.name, calendar.midnight(calendar.day_of(now)))
        if _short_from(session, rotation, calendar, now) <= now and not _has_come(session, event):
            yield event


def plan_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next midnight on which a rotation is no longer planned to its horizon."""
    instants = []
    for rotation in standing.policy.oncall.rotations:
        calendar = standing.calendar(rotation)
        tomorrow = calendar.midnight(calendar.day_of(now) + DAY)
        instants.append(max(_short_from(session, rotation, calendar, now), tomorrow))
    return min(instants, default=None)


def plan(ctx: Context, event: TimeCame) -> None:
    """Plan a rotation up to its horizon."""
    rotation = ctx.policy.rotation(event.subject)
    if rotation is not None:
        duty.plan_ahead(ctx, rotation)


def _short_from(session: Session, rotation: Rotation, calendar: WorkCalendar, now: datetime) -> datetime:
    """Give the midnight from which on a shift is missing before the horizon; now where nothing is planned."""
    last = stored.last_day(session, rotation.name)
    if last is None:
        return now
    return calendar.midnight(calendar.next_shift_day(last) - rotation.horizon_days * DAY)


# -- the greeting


def greeting_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the shift that runs now, where nobody was told of it yet; the shifts missed meanwhile are let go."""
    for rotation in standing.policy.oncall.rotations:
        start = stored.running_since(session, rotation.name, now)
        if start is not None and not _has_come(session, event := TimeCame.of(MORNING, rotation.name, start)):
            yield event


def greeting_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the next shift of any rotation begins."""
    starts = (stored.next_start(session, rotation.name, now) for rotation in standing.policy.oncall.rotations)
    return min((start for start in starts if start is not None), default=None)


def greet(ctx: Context, event: TimeCame) -> None:
    """Say in operations who is on call now, and tell that engineer what awaits them. A shift that is over: nothing."""
    rotation = ctx.policy.rotation(event.subject)
    if rotation is None or stored.running_since(ctx.session, rotation.name, ctx.now) != event.at:
        return
    now, following = duty.stretch(duty.near(ctx, rotation, ctx.now), ctx.now)
    person = ctx.policy.person(now.engineer)
    if now.engineer is None:
        ctx.log(rotation.name, log.on_duty(None, None))
        announcement.nobody_on_duty(ctx, rotation, now, following)
        return
    live = request.live(ctx.session, rotation.name)
    facts, last = _facts(ctx, rotation, now, following), _last_handover(ctx, person, rotation)
    reached = ctx.tell([person], lambda platform: _direct(ctx, facts, live, last, platform))
    ctx.tell(duty.shadows(ctx, rotation), lambda _: wording.shadow(facts))
    announcement.in_operations(ctx, rotation, lambda _: wording.post(facts, *_counts(live), is_reached=bool(reached)))


def _facts(ctx: Context, rotation: Rotation, now: Duty, following: Duty) -> wording.Facts:
    is_alone = len(ctx.policy.oncall.rotations) == 1
    return wording.Facts(
        rotation="" if is_alone else rotation.name,
        engineer=ctx.name_of(now.engineer),
        why=duty.why(ctx, now.why),
        until=now.end,
        following=ctx.name_of(following.engineer) if following.engineer is not None else None,
        hours=rotation.hours,
        now=ctx.now,
        zone=ctx.policy.zone,
    )


def _direct(
    ctx: Context, facts: wording.Facts, live: Sequence[Request], last: wording.LastHandover | None, platform: str
) -> Message:
    waiting = [_line(ctx, one, platform) for one in live if one.due is Due.RESUME]
    others = [_line(ctx, one, platform) for one in live if one.due is not Due.RESUME]
    incidents = incident_board.section(ctx, platform)
    return wording.direct(facts, ctx.policy.duties, waiting, others, last, incidents=incidents)


def _line(ctx: Context, one: Request, platform: str) -> wording.OpenRequest:
    return wording.OpenRequest(
        number=one.id,
        channel=one.channel if one.platform == platform else None,
        root=one.root,
        place=f"#{one.channel_name}" if one.channel_name is not None else "a direct message",
        request_class=one.request_class,
        words=one.text,
        owner=_owner(ctx, one),
        waited=ctx.now - one.waits_since,
    )


def _owner(ctx: Context, one: Request) -> str | None:
    person = ctx.policy.person_with_handle(one.platform, one.owner) if one.owner else None
    return one.owner if person is None else person.name


def _last_handover(ctx: Context, person: Person | None, rotation: Rotation) -> wording.LastHandover | None:
    found = next(iter(handover.latest(ctx.session, rotation.name)), None)
    if found is None:
        return None
    return wording.LastHandover(
        number=found.id,
        outgoing=ctx.name_of(found.outgoing) if found.outgoing is not None else None,
        state=found.state,
        ended=found.shift_end,
        is_mine=person is not None and found.incoming == person.id != found.outgoing,
    )


def _counts(live: Sequence[Request]) -> tuple[int, int]:
    """Give how many requests are open, and how many of them waited for the hours."""
    return len(live), sum(one.due is Due.RESUME for one in live)


def _has_come(session: Session, event: TimeCame) -> bool:
    return received.has_come(session, event)


PLANNING = Job(PLAN, "the next days are planned", plan_due, plan_coming, plan)
GREETING = Job(MORNING, "the morning's message", greeting_due, greeting_coming, greet)
