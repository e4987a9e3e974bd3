"""Future shifts from the list: stored ones go on, agreed ones stay, the past is never touched. Source: DESIGN §5."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import pairwise

from models.rota.rota import Cycle, Rota
from models.rota.shift import Shift, ShiftSource
from models.rota.turns import Seeds, Turns, turns_after

EMPTY_LIST, ALL_AWAY = "the list is empty", "everybody on the list is away"
"""Why nobody could be found for a shift."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to store in place of every shift that begins at or after `since`.

    joint: the last kept shift with another end, where the calendar changed under it. cycles: those begun or ended
    in the plan, to be stored by number. released: agreed shifts given back to the list because their engineer left.
    """

    since: datetime
    shifts: tuple[Shift, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    joint: Shift | None = None
    released: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class _Slot:
    """A shift to fill; pinned: the stored one that stays as it is."""

    day: date
    start: datetime
    end: datetime
    pinned: Shift | None


def plan(rota: Rota, *, since: datetime, until: date, seeds: Seeds) -> Plan:
    """Plan every shift that begins at or after an instant, up to and including a day.

    Shifts that began earlier are kept, whatever the list says now. With none kept that reaches `since`,
    the first one planned is the one that runs then. seeds: gives the seed of a cycle by its number.
    """
    return _plan(rota, since, until, seeds, redraw=False)


def reshuffle(rota: Rota, *, since: datetime, until: date, seeds: Seeds) -> Plan:
    """Plan like `plan`, after drawing anew who still waits in the running cycle, and the cycles after it."""
    return _plan(rota, since, until, seeds, redraw=True)


def notice_ends(rota: Rota, now: datetime) -> datetime:
    """Give the instant from which a lead's shuffle may move shifts: `notice_days` working days from today."""
    calendar = rota.calendar
    day = calendar.after_working_days(calendar.day_of(now), calendar.rotation.notice_days)
    return max(now, calendar.handover_at(calendar.shift_day_from(day)))


def moved(before: Iterable[Shift], after: Iterable[Shift]) -> Mapping[str, tuple[tuple[date, ...], tuple[date, ...]]]:
    """Give, for each person whose dates differ, the days that they lose and the days that they gain."""
    old, new = _days(before), _days(after)
    return {
        person: (tuple(sorted(lost)), tuple(sorted(gained)))
        for person in sorted(old.keys() | new.keys())
        if (lost := old.get(person, set()) - new.get(person, set()))
        | (gained := new.get(person, set()) - old.get(person, set()))
    }


def _days(shifts: Iterable[Shift]) -> dict[str, set[date]]:
    days: dict[str, set[date]] = {}
    for shift in shifts:
        if shift.engineer is not None:
            days.setdefault(shift.engineer, set()).add(shift.day)
    return days


def _plan(rota: Rota, since: datetime, until: date, seeds: Seeds, *, redraw: bool) -> Plan:
    index = bisect_left([shift.start for shift in rota.shifts], since)
    kept, future = rota.shifts[:index], rota.shifts[index:]
    agreed = [shift for shift in future if shift.is_exchanged or rota.overriding.within(shift.start, shift.end)]
    released = tuple(shift for shift in agreed if _is_orphaned(rota, shift))
    pinned = {shift.day: shift for shift in agreed if shift not in released}
    slots = _slots(rota, kept[-1] if kept else None, pinned, since, until)
    if not slots:
        return Plan(since, released=released)
    turns = turns_after(rota, kept, slots[0].start, seeds, redraw=redraw)
    shifts = tuple(_filled(turns, slots))
    return Plan(since, shifts, tuple(turns.cycles.values()), _joint(kept, slots[0], since), released)


def _is_orphaned(rota: Rota, shift: Shift) -> bool:
    return shift.engineer is not None and rota.roster.has_left(shift.engineer, shift.start)


def _joint(kept: Sequence[Shift], first: _Slot, since: datetime) -> Shift | None:
    if not kept or kept[-1].end < since or kept[-1].end == first.start:
        return None
    return replace(kept[-1], end=first.start)


def _slots(
    rota: Rota, last: Shift | None, pinned: Mapping[date, Shift], since: datetime, until: date
) -> tuple[_Slot, ...]:
    calendar = rota.calendar
    is_continued = last is not None and last.end >= since
    day = calendar.next_shift_day(last.day) if last and is_continued else calendar.shift_day_at(since)
    final = max((until, *pinned))
    days = set(pinned)
    while day <= final:
        days.add(day)
        day = calendar.next_shift_day(day)
    earliest = since if is_continued else (last.end if last else calendar.handover_at(min(days, default=day)))
    ordered = sorted(days)
    starts = [max(earliest, pinned[d].start if d in pinned else calendar.handover_at(d)) for d in ordered]
    bounds = pairwise([*starts, calendar.handover_at(day)])
    # A day that the zone left out ends where it begins: it has no shift.
    return tuple(
        _Slot(d, start, end, pinned.get(d)) for d, (start, end) in zip(ordered, bounds, strict=True) if start < end
    )


def _filled(turns: Turns, slots: Sequence[_Slot]) -> Iterable[Shift]:
    agreed = _agreed_places(turns.rota, slots)
    for index, slot in enumerate(slots):
        if slot.pinned is not None:
            shift = _agreed(turns, slot, slot.pinned)
        else:
            shift = _by_list(turns, slot, partial(_is_held, turns, slots, index, agreed))
        turns.spans.append((shift.start, shift.end))
        yield shift


def _agreed_places(rota: Rota, slots: Sequence[_Slot]) -> Mapping[str, list[int]]:
    """Give at which places of a plan agreed shifts use whose turns."""
    places: dict[str, list[int]] = {}
    for index, slot in enumerate(slots):
        if slot.pinned is not None and (owner := _owner(rota, slot, slot.pinned)) is not None:
            places.setdefault(owner, []).append(index)
    return places


def _owner(rota: Rota, slot: _Slot, pinned: Shift) -> str | None:
    """Give whose turn an agreed shift is; where they have left, it is that of whoever serves in their place."""
    has_left = pinned.turn is not None and rota.roster.has_left(pinned.turn, slot.start)
    return pinned.engineer if has_left else pinned.turn


def _is_held(turns: Turns, slots: Sequence[_Slot], index: int, agreed: Mapping[str, list[int]], person: str) -> bool:
    """Say whether somebody needs all their turns for agreed shifts that come while the running cycle lasts."""
    places = agreed.get(person, [])
    ahead = places[bisect_left(places, index) : bisect_left(places, index + len(turns.pool))]
    return bool(ahead) and turns.pool.count(person) <= sum(_is_within(turns, slots, index, place) for place in ahead)


def _is_within(turns: Turns, slots: Sequence[_Slot], index: int, place: int) -> bool:
    """Say whether the running cycle lasts from one place to a later one: so many can serve at both of them."""
    spans = [(slots[at].start, slots[at].end) for at in (index, place)]
    return place - index < sum(all(turns.rota.can_serve(one, *span) for span in spans) for one in turns.pool)


def _agreed(turns: Turns, slot: _Slot, pinned: Shift) -> Shift:
    """Give an agreed shift again; the turn it was made from counts where its owner still has one."""
    span, owner = (slot.start, slot.end), _owner(turns.rota, slot, pinned)
    if owner not in turns.pool and turns.next_able(span) is None and turns.is_used_up(span):
        turns.open_next(slot.start)
    cycle = turns.take(owner)
    turn = None if cycle is None else owner
    return replace(pinned, start=slot.start, end=slot.end, cycle=turns.number if cycle is None else cycle, turn=turn)


def _by_list(turns: Turns, slot: _Slot, is_held: Callable[[str], bool]) -> Shift:
    span = (slot.start, slot.end)
    person, away = turns.next_able(span, is_held), list[str]()
    if person is None and turns.is_used_up(span):
        away = turns.passed_by("", span)
        turns.open_next(slot.start)
        person = turns.next_able(span, is_held)
    person = person or turns.next_able(span)
    if person is None:
        return _nobody(turns, slot)
    is_late, away = person in turns.late, away + turns.passed_by(person, span)
    cycle = turns.take(person)
    source = ShiftSource.ABSENCE if away else ShiftSource.LIST
    reason = _reason(away, is_late=is_late)
    return _shift(turns, slot, person, source, cycle=turns.number if cycle is None else cycle, reason=reason)


def _reason(away: Sequence[str], *, is_late: bool) -> str:
    if away:
        return f"next on the list, as {' and '.join(away)} cannot serve"
    return "takes the turn missed in the last cycle" if is_late else "next on the list"


def _nobody(turns: Turns, slot: _Slot) -> Shift:
    if not turns.rota.roster.order(slot.start):
        return _shift(turns, slot, None, ShiftSource.LIST, cycle=turns.number, reason=EMPTY_LIST)
    return _shift(turns, slot, None, ShiftSource.ABSENCE, cycle=turns.number, reason=ALL_AWAY)


def _shift(turns: Turns, slot: _Slot, person: str | None, source: ShiftSource, *, cycle: int, reason: str) -> Shift:
    return Shift(turns.rota.name, slot.day, slot.start, slot.end, person, source, cycle, person, reason)
