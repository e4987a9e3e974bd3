"""Which shift somebody means by a day, whose it is, and how it passes to another. Source: DESIGN §5."""

from datetime import date, datetime, timedelta

from handlers import duty
from handlers.command import Call
from handlers.context import Context
from handlers.dates import today_of
from handlers.roster_change import Change
from handlers.wording import exchange as wording
from models.errors import UserError
from models.policy import Person, Rotation
from models.records import roster as stored
from models.records import rota as rotas
from models.rota.duty import who_is_on
from models.rota.exchange import covered, stepped_in
from models.rota.rota import Rota
from models.rota.shift import RotaError, Shift, ShiftSource

BEFORE = timedelta(days=8)


def rota_of(ctx: Context, rotation: Rotation) -> Rota:
    """Give a rotation's rota from a little before now to the end of what is planned."""
    return rotas.load(ctx.session, ctx.standing.calendar(rotation), ctx.now - BEFORE)


def shift_of(ctx: Context, call: Call, rota: Rota, day: date, person: Person) -> Shift:
    """Give the shift of a day that is somebody's. Raises UserError, saying whose it is or why there is none."""
    shift = on_day(ctx, call, rota, day)
    check_undecided(ctx, rota, shift)
    owner = who_is_on(rota, max(shift.start, ctx.now)).engineer
    if owner != person.id:
        named = ctx.name_of(owner) if owner is not None else None
        of = "yours" if person == ctx.person else f"{person.name}'s"
        raise UserError(wording.whose(day, named, of, today_of(ctx)))
    return shift


def on_day(ctx: Context, call: Call, rota: Rota, day: date) -> Shift:
    """Give the shift that begins on a day, or in which it lies. Raises UserError for none, and for one that is over."""
    calendar = rota.calendar
    shift = next((one for one in rota.shifts if one.day == day), None)
    if shift is None and calendar.is_working(day):
        shift = rota.shift_at(calendar.handover_at(day))
    if shift.end <= ctx.now if shift is not None else day < calendar.day_of(ctx.now):
        raise call.wrong(wording.over(day, today_of(ctx)))
    if shift is not None and shift.day != day:
        raise UserError(wording.whole_shift(shift.day, day, today_of(ctx)))
    if shift is None:
        raise call.wrong(wording.no_shift(day, calendar.why_off(day), today_of(ctx)))
    return shift


def running(ctx: Context, rota: Rota) -> Shift:
    """Give the shift that runs now. Raises UserError where none does."""
    shift = rota.shift_at(ctx.now)
    if shift is None:
        raise UserError(wording.NOTHING_RUNS)
    return shift


def is_decided(rota: Rota, shift: Shift, now: datetime) -> bool:
    """Say whether a lead decided who serves what is left of a shift."""
    spans = rota.overriding.within(max(shift.start, now), shift.end)
    return any(span.value.source is ShiftSource.OVERRIDE for span in spans)


def check_undecided(ctx: Context, rota: Rota, shift: Shift) -> None:
    """Raise UserError where a lead decided who serves what is left of a shift: engineers cannot give it away."""
    if is_decided(rota, shift, ctx.now):
        leads = [person.name for person in duty.people(ctx, ctx.policy.oncall.leads)]
        raise UserError(wording.decided(shift.day, today_of(ctx), leads))


def next_of(ctx: Context, rotation: Rotation, rota: Rota, person: Person) -> Shift:
    """Give somebody's first shift that has not begun and that no lead decided."""
    for shift in rota.shifts:
        is_theirs = shift.engineer == person.id and who_is_on(rota, shift.start).engineer == person.id
        if shift.start > ctx.now and is_theirs and not is_decided(rota, shift, ctx.now):
            return shift
    is_listed = person.id in rota.roster.order(ctx.now)
    raise UserError(
        wording.no_shift_ahead(person.name) if is_listed else wording.not_listed(person.name, rotation.name)
    )


def nearest_of(ctx: Context, rota: Rota, me: Person) -> Shift:
    """Give my shift that runs now, or my next one."""
    mine = {part.id for part in duty.as_served(rota, ctx.now) if part.engineer == me.id}
    shift = next((one for one in rota.shifts if one.id in mine and not is_decided(rota, one, ctx.now)), None)
    if shift is None:
        raise UserError(wording.NOTHING_TO_COVER)
    return shift


def give(change: Change, shift: Shift, owner: str | None, taker: Person) -> None:
    """Give a shift, or what is left of it, to whoever takes it."""
    ctx = change.ctx
    if shift.start > ctx.now:
        exchange(ctx, shift, covered(shift, owner, taker.id, ctx.now))
        return
    serving = who_is_on(change.rota, ctx.now).engineer
    if serving != owner:
        raise RotaError(f"the shift of {shift.day} no longer belongs to {owner or 'nobody'}")
    stored.add_override(ctx.session, stepped_in(shift, owner, taker.id, ctx.now))


def exchange(ctx: Context, before: Shift, after: Shift) -> None:
    """Keep a shift as it is agreed. Raises UserError where it changed since it was read."""
    if not stored.exchange(ctx.session, before, after):
        raise UserError(wording.CHANGED_JUST_NOW)


def asker(ctx: Context) -> Person:
    """Give who asks. Raises UserError for a stranger."""
    if ctx.person is None:
        raise UserError(wording.STRANGER)
    return ctx.person
