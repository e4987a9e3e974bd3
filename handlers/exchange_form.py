"""The form of a swap: first which shift of mine and with whom, then which of theirs."""

from collections.abc import Sequence

from handlers import duty, exchange_shift
from handlers.context import Context
from handlers.wording import exchange_form as wording
from models.errors import UserError
from models.message import Form
from models.policy import Person, Rotation
from models.rota.rota import Rota
from models.rota.shift import Shift


def opening(ctx: Context, rotation: Rotation) -> Form:
    """Give the first step. Raises UserError where there is nothing to swap, or nobody to swap with."""
    me, rota = exchange_shift.asker(ctx), exchange_shift.rota_of(ctx, rotation)
    mine, others = ahead(ctx, rota, me), _others(ctx, rota, me)
    if not mine or not others:
        raise UserError(wording.nothing_to_swap(rotation.name))
    return wording.first(rotation.name, [(_id(one), one.day) for one in mine], [(one.id, one.name) for one in others])


def second(ctx: Context, rotation: Rotation, mine: Shift, other: Person) -> Form:
    """Give the second step: which of the other's shifts is wanted. Raises UserError where they have none."""
    theirs = ahead(ctx, exchange_shift.rota_of(ctx, rotation), other)
    if not theirs:
        raise UserError(wording.no_shift_of(other.name))
    subject = f"{rotation.name}:{_id(mine)}:{other.id}"
    return wording.second(subject, other.name, mine.day, [(_id(one), one.day) for one in theirs])


def ahead(ctx: Context, rota: Rota, person: Person) -> Sequence[Shift]:
    """Give somebody's shifts that have not begun and that no lead decided."""
    theirs = {part.id for part in duty.as_served(rota, ctx.now) if part.engineer == person.id}
    return [
        one
        for one in rota.shifts
        if one.id in theirs and one.start > ctx.now and not exchange_shift.is_decided(rota, one, ctx.now)
    ]


def chosen(ctx: Context, rota: Rota, person: Person, number: str) -> Shift:
    """Give the shift that was chosen. Raises UserError where it is no longer theirs."""
    found = next((one for one in ahead(ctx, rota, person) if _id(one) == number), None)
    if found is None:
        raise UserError(wording.CHANGED)
    return found


def _others(ctx: Context, rota: Rota, me: Person) -> Sequence[Person]:
    listed = duty.people(ctx, rota.roster.order(ctx.now))
    return [one for one in listed if one != me and ctx.home_of(one) is not None and ahead(ctx, rota, one)]


def _id(shift: Shift) -> str:
    return str(shift.id)
