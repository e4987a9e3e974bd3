"""Whether what is stored follows from the draws: each order from its seed, each turn from its order. Source: DESIGN §5.

A draw is proved by SHA-256 alone. The turns are proved as far as the store explains them: who stands before somebody
and did not serve was away, had left or was not there yet, has an agreed shift instead, or a lead changed the list.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from models.rota.rota import Cycle, Rota
from models.rota.shift import Shift, ShiftSource
from models.rota.shuffle import Draw


@dataclass(frozen=True, slots=True)
class ListChange:
    """One change of a list by a lead, as the history has it."""

    at: datetime
    action: str
    actor: str


@dataclass(frozen=True, slots=True)
class Deviation:
    """One shift that is not the next in the order. why: what explains it; empty where the store does not."""

    day: date
    engineer: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What is shown of one cycle.

    begins: the day of its first shift; None where none is stored. draw: None where nothing was drawn.
    recomputed: the order that the draw yields now. joined: in the order without having been drawn, since they had
    served already, or came later; left: drawn, and no longer in it.
    turns: how many of its turns are planned or served. faults: what cannot be, however the list was changed.
    """

    number: int
    begins: date | None
    order: tuple[str, ...]
    draw: Draw | None
    recomputed: tuple[str, ...]
    is_as_drawn: bool
    joined: tuple[str, ...]
    left: tuple[str, ...]
    turns: int
    deviations: tuple[Deviation, ...]
    faults: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether the order follows from its seed, and no shift contradicts what is stored of it."""
        return self.is_as_drawn and not self.faults


def proofs(rota: Rota, changes: Sequence[ListChange] = ()) -> tuple[Proof, ...]:
    """Give what is shown of every stored cycle, the oldest first. changes: of the list, as the history has them."""
    return tuple(_proof(rota, cycle, changes) for cycle in sorted(rota.cycles, key=lambda cycle: cycle.number))


def _proof(rota: Rota, cycle: Cycle, changes: Sequence[ListChange]) -> Proof:
    ours = [shift for shift in rota.shifts if shift.cycle == cycle.number]
    drawn = cycle.draw.order() if cycle.draw is not None else ()
    return Proof(
        number=cycle.number,
        begins=ours[0].day if ours else None,
        order=cycle.order,
        draw=cycle.draw,
        recomputed=drawn,
        is_as_drawn=cycle.is_as_drawn(),
        joined=tuple(one for one in cycle.order if cycle.draw is not None and one not in drawn),
        left=tuple(one for one in drawn if one not in cycle.order),
        turns=sum(shift.turn is not None for shift in ours),
        deviations=tuple(_deviations(rota, cycle, ours, changes)),
        faults=tuple(_faults(rota, ours)),
    )


def _faults(rota: Rota, ours: Iterable[Shift]) -> Iterator[str]:
    """Yield what no change of a list can have brought about."""
    taken: dict[str, date] = {}
    for shift in ours:
        if shift.turn not in {None, shift.engineer} and not _is_agreed(rota, shift):
            yield f"{shift.day}: {shift.engineer or 'nobody'} has the turn of {shift.turn}, and nothing says why"
        if shift.turn is not None and taken.setdefault(shift.turn, shift.day) != shift.day:
            yield f"{shift.day}: the turn of {shift.turn} was taken already on {taken[shift.turn]}"


def _deviations(rota: Rota, cycle: Cycle, ours: Sequence[Shift], changes: Sequence[ListChange]) -> Iterator[Deviation]:
    """Yield every shift whose engineer is not simply the next in the order, with what explains it."""
    left = list(cycle.order)
    for index, shift in enumerate(ours):
        before = left[: left.index(shift.turn)] if shift.turn in left else left
        is_next = shift.turn in left and not before
        if shift.turn in left:
            left.remove(shift.turn)
        agreed = {later.turn for later in ours[index + 1 :] if _is_agreed(rota, later)}
        why = _why(rota, shift, [one for one in before if one not in agreed], is_next=is_next)
        if not why and not is_next and before and set(before) <= agreed:
            why = f"{' and '.join(before)} has an agreed shift later in the cycle"
        why = why or ("" if is_next else _by_a_lead(ours[0], shift, changes))
        if why or not is_next:
            yield Deviation(shift.day, shift.engineer, why)


def _is_agreed(rota: Rota, shift: Shift) -> bool:
    return shift.is_exchanged or bool(rota.overriding.within(shift.start, shift.end))


def _why(rota: Rota, shift: Shift, before: Sequence[str], *, is_next: bool) -> str:
    """Give what the store says of an agreed shift, or of those who stand before; empty where it says nothing."""
    if shift.is_exchanged:
        return f"{shift.source.value}: {shift.reason}"
    overrides = rota.overriding.within(shift.start, shift.end)
    if overrides and overrides[-1].value.source is not ShiftSource.OVERRIDE:
        return f"{overrides[-1].value.source.value}: {overrides[-1].value.reason}"
    if overrides:
        return f"override: {overrides[-1].value.engineer or 'nobody'} by {overrides[-1].value.made_by}"
    if is_next:
        return ""
    if shift.source is ShiftSource.ABSENCE:
        return f"absence: {shift.reason}"
    reasons = [_could_not(rota, engineer, shift) for engineer in before]
    return "; ".join(reasons) if reasons and all(reasons) else ""


def _could_not(rota: Rota, engineer: str, shift: Shift) -> str:
    """Give why somebody could not serve a shift; empty where they could."""
    if rota.roster.has_left(engineer, shift.start):
        return f"left: {engineer}"
    if not rota.roster.serves_through(engineer, shift.start, shift.end):
        return f"not on the list for all of it: {engineer}"
    return "" if rota.can_serve(engineer, shift.start, shift.end) else f"absence: {engineer}"


def _by_a_lead(first: Shift, shift: Shift, changes: Sequence[ListChange]) -> str:
    """Give the last change of the list that can have moved a shift: after its cycle began, and before itself did."""
    moved = [one for one in changes if one.at <= shift.start and one.at >= first.start - (first.end - first.start)]
    last = max(moved, key=lambda one: one.at, default=None)
    return "" if last is None else f"list changed: {last.action} by {last.actor} on {last.at:%Y-%m-%d}"
