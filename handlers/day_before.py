"""The working day before a shift: whoever serves it is told, while there is time to find somebody else. DESIGN §1."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Context, Standing
from handlers.dates import zone_of
from handlers.job import Job
from handlers.wording import day_before as wording
from models.events import TimeCame
from models.message import Message
from models.policy import Person, Rotation
from models.records import event as received
from models.records import exchange
from models.records.exchange import ExchangeKind
from models.rota.calendar import WorkCalendar
from models.rota.duty import Duty, next_shifts, who_is_on
from models.rota.shift import Shift, ShiftSource

REMINDS = "day-before"
SOON = 3  # with a late handover the shift that is told of is not the next one yet


def told_at(calendar: WorkCalendar, shift: Shift) -> datetime | None:
    """Give when whoever serves a shift is told of it; None where the organisation wants no such message."""
    at = calendar.rotation.remind_at
    return calendar.at(calendar.last_working(shift.day), at) if at is not None else None


def day_before_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the rotations whose next shift is told now."""
    for rotation, at in _instants(session, standing, now):
        event = TimeCame.of(REMINDS, rotation.name, at)
        if at <= now and not received.has_come(session, event):
            yield event


def day_before_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the next such message is due."""
    return min((at for _, at in _instants(session, standing, now) if at > now), default=None)


def _instants(session: Session, standing: Standing, now: datetime) -> Iterable[tuple[Rotation, datetime]]:
    for rotation in standing.policy.oncall.rotations:
        calendar = standing.calendar(rotation)
        for shift in next_shifts(standing.shelf.near(session, calendar, now), now, SOON):
            at = told_at(calendar, shift)
            if at is not None:
                yield rotation, at


def remind(ctx: Context, event: TimeCame) -> None:
    """Tell whoever serves the next shift, and whoever shadows them; nobody where it is nobody's."""
    rotation = ctx.policy.rotation(event.subject)
    rota = duty.near(ctx, rotation, ctx.now) if rotation is not None else None
    if rotation is None or rota is None:
        return
    soon = next_shifts(rota, ctx.now, SOON)
    shift = next((one for one in soon if told_at(rota.calendar, one) == event.at), None)
    if shift is None:
        return
    serving, _ = duty.stretch(rota, shift.start)
    person = ctx.policy.person(serving.engineer)
    if person is None:
        return
    before = who_is_on(rota, shift.start - duty.INSTANT).engineer
    _tell(ctx, person, wording.coming(_coming(ctx, rotation, serving, person, before)))
    for newcomer in duty.people(ctx, rota.roster.shadows(shift.start)):
        _tell(ctx, newcomer, wording.shadowing(_coming(ctx, rotation, serving, newcomer, before), person.name))


def _tell(ctx: Context, person: Person, said: Message) -> None:
    ctx.tell([person], lambda _: said)


def _coming(ctx: Context, rotation: Rotation, serving: Duty, reader: Person, before: str | None) -> wording.Coming:
    is_alone = len(ctx.policy.oncall.rotations) == 1
    return wording.Coming(
        rotation="" if is_alone else rotation.name,
        start=serving.start,
        end=serving.end,
        why=duty.why(ctx, serving.why),
        before=ctx.name_of(before) if before not in (None, serving.engineer) else None,
        wish=_open_cover(ctx, rotation, serving, reader),
        day=serving.shift.day if serving.shift is not None else ctx.standing.calendar(rotation).day_of(serving.start),
        leads=_leads(ctx) if serving.source is ShiftSource.OVERRIDE else (),
        now=ctx.now,
        zone=zone_of(ctx, reader),
    )


def _leads(ctx: Context) -> tuple[str, ...]:
    return tuple(person.name for person in duty.people(ctx, ctx.policy.oncall.leads))


def _open_cover(ctx: Context, rotation: Rotation, serving: Duty, reader: Person) -> int | None:
    if serving.shift is None or serving.shift.id is None:
        return None
    found = exchange.open_about(ctx.session, rotation.name, serving.shift.id)
    is_theirs = found is not None and found.asker == reader.id and found.kind is ExchangeKind.COVER
    return found.id if found is not None and is_theirs else None


DAY_BEFORE = Job(REMINDS, "a word on the working day before a shift", day_before_due, day_before_coming, remind)
