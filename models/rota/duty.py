"""The one resolver: who is on duty at an instant, and why. Everything that says "who" asks here. Source: DESIGN §5."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from models.rota.calendar import DAY, DayKind
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Override, Shift, ShiftSource
from models.rota.spans import Span

MORE = 10  # shifts looked through for somebody who is there, beside one for every second stay on the list


@dataclass(frozen=True, slots=True)
class Duty:
    """The answer for one instant; it holds, unchanged, in [start, end).

    engineer: None where an override says nobody, everybody is away, or no shift is planned (shift None).
    secondary: who serves next on the list, someone else and not away; None where there is nobody else.
    next: who is on duty when this ends. source: None where nothing is planned.
    """

    rotation: str
    engineer: str | None
    shift: Shift | None
    source: ShiftSource | None
    why: str
    start: datetime
    end: datetime
    secondary: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One calendar day of a roster; start and end are None on a day on which no shift begins.

    A day within a week's shift that is somebody else's is a row of its own.
    """

    rotation: str
    day: date
    start: datetime | None
    end: datetime | None
    engineer: str | None
    source: ShiftSource
    cycle: int | None
    why: str


@dataclass(frozen=True, slots=True)
class _Answer:
    engineer: str | None
    source: ShiftSource | None
    why: str


def who_is_on(rota: Rota, at: datetime) -> Duty:
    """Give the person on duty at one instant, and why them.

    at: aware. Precedence: override (newest wins) > swap and cover > absence > list.
    """
    shift, override = rota.shift_at(at), rota.overriding.at(at)
    answer = _answer(rota, at, shift, override)
    start, end = _bounds(rota, at, shift, override, answer.engineer)
    return Duty(
        rota.name,
        answer.engineer,
        shift,
        answer.source,
        answer.why,
        start,
        end,
        secondary=_next_on_list(rota, at, answer.engineer),
        next=_answer(rota, end, rota.shift_at(end), rota.overriding.at(end)).engineer,
    )


def look_ahead(roster: Roster) -> int:
    """Give how many coming shifts are looked through for somebody who is there, before the list itself is."""
    return len(roster.members) // 2 + MORE


def stand_in(rota: Rota, at: datetime, since: datetime) -> Override | None:
    """Give what keeps whoever stands in at an instant; None where nobody does, or where it is kept already.

    A stand-in is found among those who come next, and these can change; who was on duty cannot. since: from when on.
    """
    if rota.overriding.at(at) is not None:
        return None
    found = who_is_on(rota, at)
    planned = found.shift.engineer if found.shift is not None else None
    if found.engineer is None or planned in {None, found.engineer}:
        return None
    start = max(found.start, since)
    return Override(rota.name, start, found.end, found.engineer, start, "", found.why, source=ShiftSource.ABSENCE)


def duties(rota: Rota, start: datetime, end: datetime) -> Iterator[Duty]:
    """Yield every duty that overlaps [start, end), in order and without gap."""
    while start < end:
        duty = who_is_on(rota, start)
        yield duty
        start = duty.end


def next_shifts(rota: Rota, at: datetime, number: int) -> tuple[Shift, ...]:
    """Give the shifts that begin after an instant, at most so many."""
    index = rota.index_at(at) + 1
    return rota.shifts[index : index + number]


def rows(rota: Rota, first: date, days: int) -> tuple[Row, ...]:
    """Give a row for each calendar day, weekends and holidays too; the engineer is the resolver's at the start."""
    begin = rota.calendar.midnight(first)
    index = max(rota.index_at(begin) - 1, 0)
    last = first + days * DAY
    by_day: dict[date, Shift] = {}
    while index < len(rota.shifts) and rota.shifts[index].day < last:
        by_day.setdefault(rota.shifts[index].day, rota.shifts[index])
        index += 1
    return tuple(_row(rota, day, by_day.get(day)) for day in (first + ahead * DAY for ahead in range(days)))


def _row(rota: Rota, day: date, shift: Shift | None) -> Row:
    if shift is not None:
        duty = who_is_on(rota, shift.start)
        source = duty.source or ShiftSource.LIST
        return Row(rota.name, day, shift.start, shift.end, duty.engineer, source, shift.cycle, duty.why)
    kind = rota.calendar.kind(day)
    if kind is DayKind.WORKING:
        return _row_within(rota, day)
    source = ShiftSource.WEEKEND if kind is DayKind.WEEKEND else ShiftSource.HOLIDAY
    return Row(rota.name, day, None, None, None, source, None, rota.calendar.why_off(day) or "")


def _row_within(rota: Rota, day: date) -> Row:
    duty = who_is_on(rota, rota.calendar.handover_at(day))
    if duty.shift is None or duty.engineer == duty.shift.engineer:
        return Row(rota.name, day, None, None, None, ShiftSource.LIST, None, "no shift begins")
    source = duty.source or ShiftSource.LIST
    return Row(rota.name, day, duty.start, duty.end, duty.engineer, source, duty.shift.cycle, duty.why)


def _answer(rota: Rota, at: datetime, shift: Shift | None, override: Span[Override] | None) -> _Answer:
    if override is not None:
        return _overridden(override.value)
    if shift is None:
        return _Answer(None, None, "no shift is planned")
    if shift.engineer is None:
        return _Answer(None, shift.source, shift.reason)
    if rota.roster.has_left(shift.engineer, at):
        return _stood_in(rota, at, shift, f"{shift.engineer} has left the list")
    if not shift.is_exchanged and rota.is_away(shift.engineer, at):
        return _stood_in(rota, at, shift, f"{shift.engineer} is away")
    return _Answer(shift.engineer, shift.source, shift.reason)


def _overridden(override: Override) -> _Answer:
    if override.source is not ShiftSource.OVERRIDE:
        return _Answer(override.engineer, override.source, override.reason)
    said = f"{override.made_by} put {override.engineer or 'nobody'} on duty"
    return _Answer(override.engineer, ShiftSource.OVERRIDE, f"{said}: {override.reason}" if override.reason else said)


def _stood_in(rota: Rota, at: datetime, shift: Shift, cause: str) -> _Answer:
    person = _next_on_list(rota, at, shift.engineer)
    said = "nobody else is there" if person is None else f"{person} is next on the list"
    return _Answer(person, ShiftSource.ABSENCE, f"{cause}; {said}")


def _next_on_list(rota: Rota, at: datetime, besides: str | None) -> str | None:
    """Give who serves next, someone else, not away now; from the list's order where no shift names anybody."""
    for person in _in_turn(rota, at):
        if person != besides and not rota.is_away(person, at):
            return person
    return None


def _in_turn(rota: Rota, at: datetime) -> Iterator[str]:
    """Yield the people of the coming shifts, then those of the list, each once."""
    members = (member.engineer for member in rota.roster.members if member.is_on(at))
    seen: set[str] = set()
    for person in chain(_coming(rota, at), members):
        if person not in seen:
            seen.add(person)
            yield person


def _coming(rota: Rota, at: datetime) -> Iterator[str]:
    """Yield the people of the coming shifts."""
    index = rota.index_at(at) + 1
    for i in range(index, min(index + look_ahead(rota.roster), len(rota.shifts))):
        if (person := rota.shifts[i].engineer) is not None:
            yield person


def _bounds(
    rota: Rota, at: datetime, shift: Shift | None, override: Span[Override] | None, engineer: str | None
) -> tuple[datetime, datetime]:
    """Give the span around an instant in which nothing that the answer rests on changes."""
    if override is not None:
        points = [override.start, override.end, *_shift_bounds(rota, at, shift)]
        return max(point for point in points if point <= at), min(point for point in points if point > at)
    points = [*rota.overriding.bounds(at), *_shift_bounds(rota, at, shift)]
    for person in _considered(rota, at, shift, engineer):
        points += [*rota.unable(person).bounds(at), *_stay_bounds(rota, person)]
    before = [point for point in points if point <= at]
    after = [point for point in points if point > at]
    return max(before, default=at), min(after, default=at + DAY)


def _considered(rota: Rota, at: datetime, shift: Shift | None, engineer: str | None) -> Iterator[str]:
    """Yield everybody whose coming or going could change the answer."""
    if shift is None or shift.engineer is None:
        return
    yield shift.engineer
    if engineer == shift.engineer:
        return
    for person in dict.fromkeys(_coming(rota, at)):
        yield person
        if person == engineer:
            return
    # Found on the list, or not at all: whoever comes or goes there later may stand before.
    yield from rota.roster.stays


def _shift_bounds(rota: Rota, at: datetime, shift: Shift | None) -> Iterator[datetime]:
    if shift is not None:
        yield from (shift.start, shift.end)
        return
    index = rota.index_at(at)
    yield from (rota.shifts[index].end,) if index >= 0 else ()
    yield from (rota.shifts[index + 1].start,) if index + 1 < len(rota.shifts) else ()


def _stay_bounds(rota: Rota, engineer: str) -> Iterator[datetime]:
    for stay in rota.roster.stays.get(engineer, ()):
        yield from (point for point in (stay.since, stay.until) if point is not None)
