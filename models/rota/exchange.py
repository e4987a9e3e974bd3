"""Swaps and covers: agreed between people, bound to shifts by id, checked again when they are accepted.

Source: DESIGN §5. The store accepts by compare-and-set; these rules say what is accepted.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.rota.rota import Rota
from models.rota.shift import SKIPPED, Absence, Override, RotaError, Shift, ShiftSource


@dataclass(frozen=True, slots=True)
class Swap:
    """A wish of one engineer to give a shift for another's: the ids of both, and who had them when it was asked."""

    mine: int
    his: int
    asker: str
    other: str


def swapped(swap: Swap, mine: Shift, his: Shift, now: datetime) -> tuple[Shift, Shift]:
    """Give both shifts with their engineers exchanged. Raises RotaError, saying why, where that no longer holds."""
    if swap.asker == swap.other or swap.mine == swap.his:
        raise RotaError("a swap needs two people and two shifts")
    _check(mine, swap.mine, swap.asker, now)
    _check(his, swap.his, swap.other, now)
    return (
        replace(mine, engineer=swap.other, source=ShiftSource.SWAP, reason=f"{swap.other} swapped with {swap.asker}"),
        replace(his, engineer=swap.asker, source=ShiftSource.SWAP, reason=f"{swap.asker} swapped with {swap.other}"),
    )


def covered(shift: Shift, owner: str | None, taker: str, now: datetime) -> Shift:
    """Give a coming shift as the first who offered serves it. owner: who had it; None where nobody did."""
    _check_owner(shift, owner, taker, now)
    if shift.start <= now:
        raise RotaError(f"the shift of {shift.day} has begun")
    return replace(shift, engineer=taker, source=ShiftSource.COVER, reason=_for(owner, taker))


def stepped_in(shift: Shift, owner: str | None, taker: str, now: datetime) -> Override:
    """Give what puts somebody on duty for the rest of a shift that has begun, so that its past stays as it was.

    owner: who is on duty now; None where nobody is.
    """
    _check_owner(replace(shift, engineer=owner), owner, taker, now)
    reason = _for(owner, taker)
    return Override(shift.rotation, now, shift.end, taker, now, taker, reason, source=ShiftSource.COVER)


def _check_owner(shift: Shift, owner: str | None, taker: str, now: datetime) -> None:
    if owner == taker:
        raise RotaError("nobody can cover their own shift")
    if shift.end <= now:
        raise RotaError(f"the shift of {shift.day} is over")
    if shift.engineer != owner:
        raise RotaError(f"the shift of {shift.day} no longer belongs to {owner or 'nobody'}")


def _for(owner: str | None, taker: str) -> str:
    return f"{taker} covers for {owner}" if owner is not None else f"{taker} took it, as nobody had it"


def skipped(rota: Rota, engineer: str, shift: Shift, now: datetime, by: str) -> Absence:
    """Give the absence by which somebody is skipped for one shift; re-planned, they take the next free turn."""
    if shift.engineer != engineer or shift.start <= now:
        raise RotaError(f"{engineer} has no coming shift on {shift.day}")
    # One working day is enough to make the shift unservable, and leaves the next one free for them.
    day = rota.calendar.day_of(rota.calendar.add_working_time(shift.start, timedelta(seconds=1)))
    return Absence(engineer, day, day, now, f"{SKIPPED}{by}", rota.name)


def _check(shift: Shift, expected: int, engineer: str, now: datetime) -> None:
    if shift.id != expected:
        raise RotaError(f"the shift of {shift.day} is not the one that was asked for")
    if shift.start <= now:
        raise RotaError(f"the shift of {shift.day} has begun or is over")
    if shift.engineer != engineer:
        raise RotaError(f"the shift of {shift.day} no longer belongs to {engineer}")
