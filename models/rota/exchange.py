"""Swaps and covers: agreed between people, bound to shifts by id, checked again when they are accepted.

Source: DESIGN §5. The store accepts by compare-and-set; these rules say what is accepted.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.rota.rota import Rota
from models.rota.shift import Absence, RotaError, Shift, ShiftSource


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


def covered(shift: Shift, asker: str, taker: str, now: datetime) -> Shift:
    """Give a shift taken over by the first who offered. A shift that has begun can be covered until it ends."""
    if asker == taker:
        raise RotaError("nobody can cover their own shift")
    if shift.end <= now:
        raise RotaError(f"the shift of {shift.day} is over")
    if shift.engineer != asker:
        raise RotaError(f"the shift of {shift.day} is no longer {asker}'s")
    return replace(shift, engineer=taker, source=ShiftSource.COVER, reason=f"{taker} covers for {asker}")


def skipped(rota: Rota, engineer: str, shift: Shift, now: datetime, by: str) -> Absence:
    """Give the absence by which somebody is skipped for one shift; re-planned, they take the next free turn."""
    if shift.engineer != engineer or shift.start <= now:
        raise RotaError(f"{engineer} has no coming shift on {shift.day}")
    # One working day is enough to make the shift unservable, and leaves the next one free for them.
    day = rota.calendar.day_of(rota.calendar.add_working_time(shift.start, timedelta(seconds=1)))
    return Absence(engineer, day, day, now, f"skipped by {by}", rota.name)


def _check(shift: Shift, expected: int, engineer: str, now: datetime) -> None:
    if shift.id != expected:
        raise RotaError(f"the shift of {shift.day} is not the one that was asked for")
    if shift.start <= now:
        raise RotaError(f"the shift of {shift.day} has begun or is over")
    if shift.engineer != engineer:
        raise RotaError(f"the shift of {shift.day} is no longer {engineer}'s")
