"""The end of a list that is shuffled by hand: the leads are reminded while all of the next cycle can still be drawn.

Nobody acts: the old order stays. A lead's shuffle settles it. Source: DESIGN §5, `shuffle: manual`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import announcement, duty
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import cycle_end as wording
from models.events import CLOCK, TimeCame
from models.policy import Rotation, Shuffle
from models.records import event as received
from models.records import rota as rotas
from models.records.rota import ComingCycle

CYCLE_END = "cycle-end"
FEWEST = 2


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the cycle that a shuffle can draw now and later no longer, of each list without a reminder of it yet.

    Where several short cycles are within the notice, only the last of them can still be drawn whole.
    """
    for rotation in _by_hand(standing):
        reached = [
            (cycle, at) for cycle, at in _reminders(session, standing, rotation, now) if at <= now < cycle.starts_at
        ]
        if not reached:
            continue
        cycle, at = reached[-1]
        event = _event(rotation, cycle, at)
        if not cycle.is_drawn and not received.has_come(session, event):
            yield event


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the leads are next reminded of a cycle that nobody has drawn yet."""
    instants = (
        at
        for rotation in _by_hand(standing)
        for cycle, at in _reminders(session, standing, rotation, now)
        if at > now and not cycle.is_drawn
    )
    return min(instants, default=None)


def remind(ctx: Context, event: TimeCame) -> None:
    """Tell the leads that the list ends and what happens then; nothing where it was settled meanwhile."""
    name, _, number = event.subject.rpartition(":")
    rotation = ctx.policy.rotation(name)
    if rotation is None or rotation.shuffle is not Shuffle.MANUAL:
        return
    found = [one for one in rotas.coming_cycles(ctx.session, name, ctx.now) if str(one.number) == number]
    if not found or found[0].is_drawn:
        return
    message = wording.reminder(_facts(ctx, rotation, found[0]))
    if not ctx.tell(duty.people(ctx, ctx.policy.oncall.leads), lambda _: message):
        announcement.in_operations(ctx, rotation, lambda _: message)


def _facts(ctx: Context, rotation: Rotation, cycle: ComingCycle) -> wording.Ending:
    calendar = ctx.standing.calendar(rotation)
    is_alone = len(ctx.policy.oncall.rotations) == 1
    return wording.Ending(
        rotation=rotation.name,
        begins=cycle.day,
        last_chance=calendar.before_working_days(cycle.day, rotation.notice_days),
        today=calendar.day_of(ctx.now),
        order=tuple(map(ctx.name_of, cycle.order)),
        notice_days=rotation.notice_days,
        suffix="" if is_alone else f" in {rotation.name}",
    )


def _by_hand(standing: Standing) -> Iterator[Rotation]:
    return (one for one in standing.policy.oncall.rotations if one.shuffle is Shuffle.MANUAL)


def _reminders(
    session: Session, standing: Standing, rotation: Rotation, now: datetime
) -> Iterator[tuple[ComingCycle, datetime]]:
    """Yield each coming cycle that can be shuffled at all, with when the leads are reminded of it."""
    calendar = standing.calendar(rotation)
    for cycle in rotas.coming_cycles(session, rotation.name, now):
        if len(cycle.order) >= FEWEST:
            # Without any notice, too, there is a day on which to act.
            day = calendar.before_working_days(cycle.day, max(rotation.notice_days, 1))
            yield cycle, calendar.hours_of(day)[0]


def _event(rotation: Rotation, cycle: ComingCycle, at: datetime) -> TimeCame:
    """Give the event of one cycle's end; its key has no instant, so that a plan that moves reminds nobody twice."""
    subject = f"{rotation.name}:{cycle.number}"
    return TimeCame(key=f"{CYCLE_END}:{subject}", platform=CLOCK, at=at, job=CYCLE_END, subject=subject)


REMINDER = Job(CYCLE_END, "the leads are reminded to shuffle", due, coming, remind)
