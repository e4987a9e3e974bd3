"""Everything known of one rotation, indexed once, so that a question costs a bisection."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from models.rota.calendar import DAY, WorkCalendar
from models.rota.roster import Roster
from models.rota.shift import Absence, Override, Shift
from models.rota.shuffle import Draw, Mend
from models.rota.spans import Spans, newest, united


@dataclass(frozen=True, slots=True)
class Cycle:
    """One round of the list.

    order: who has a turn in it. draw: how the order came about; None where it was not drawn (first or manual).
    late: who came over from the cycle before with a turn still to take. passed_over: who was away throughout.
    mend: how the order differs from the one before it was put right; None where it does not.
    """

    number: int
    order: tuple[str, ...]
    draw: Draw | None = None
    late: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    mend: Mend | None = None

    @property
    def seed(self) -> int | None:
        return None if self.draw is None else self.draw.seed

    def as_drawn(self) -> tuple[str, ...]:
        """Give the order before it was mended."""
        return self.order if self.mend is None else self.mend.base

    def is_as_drawn(self) -> bool:
        """Say whether the order follows from the seed, leaving aside who came or left after the draw."""
        if self.mend is not None and self.mend.order() != self.order:
            return False
        if self.draw is None:
            return True
        order = self.as_drawn()
        common = set(order) & set(self.draw.base)
        return [p for p in self.draw.order() if p in common] == [p for p in order if p in common]


@dataclass(frozen=True)
class Rota:
    """The rules, the list, the stored shifts and what overlays them, of one rotation.

    shifts: in order of their start, without overlap. absences: of anybody, in any rotation.
    """

    calendar: WorkCalendar
    roster: Roster
    shifts: tuple[Shift, ...] = ()
    cycles: tuple[Cycle, ...] = ()
    overrides: tuple[Override, ...] = ()
    absences: tuple[Absence, ...] = ()

    @property
    def name(self) -> str:
        return self.calendar.rotation.name

    @cached_property
    def _starts(self) -> list[datetime]:
        return [shift.start for shift in self.shifts]

    @cached_property
    def overriding(self) -> Spans[Override]:
        """Which override holds when."""
        name = self.name
        return newest([override for override in self.overrides if override.rotation == name])

    @cached_property
    def _absent(self) -> Mapping[str, Sequence[Absence]]:
        """The absences that act in this rotation, by person."""
        found: dict[str, list[Absence]] = {}
        name = self.name
        for absence in self.absences:
            if absence.rotation is None or absence.rotation == name:
                found.setdefault(absence.engineer, []).append(absence)
        return found

    @cached_property
    def _spans(self) -> dict[tuple[str, bool], Spans[None]]:
        """When somebody is absent, with what lets them serve later and without; filled as they are asked for.

        One answer asks for few of a list, and each absence costs several looks into the calendar.
        """
        return {}

    def _spans_of(self, engineer: str, *, has_skips: bool) -> Spans[None]:
        known = self._spans.get((engineer, has_skips))
        if known is None:
            theirs = (one for one in self._absent.get(engineer, ()) if has_skips or not one.is_skip)
            known = self._spans[engineer, has_skips] = united(map(self._span, theirs))
        return known

    def _span(self, absence: Absence) -> tuple[datetime, datetime]:
        """Give when an absence acts: from the first hours in it to the first hours after it.

        So nobody's shift ends at midnight, and a weekend off changes nothing for whoever is on duty until Monday.
        """
        first, after = (self.calendar.working_from(day) for day in (absence.first, absence.last + DAY))
        begin, end = (self.calendar.hours_of(day)[0] for day in (first, after))
        return max(begin, absence.made_at), min(end, absence.cancelled_at or end)

    @cached_property
    def _cycles(self) -> Mapping[int, Cycle]:
        return {cycle.number: cycle for cycle in self.cycles}

    def cycle(self, number: int) -> Cycle | None:
        """Give a cycle by number; the newest record of it where there are several."""
        return self._cycles.get(number)

    def index_at(self, at: datetime) -> int:
        """Give the index of the last shift that has begun; -1 before the first."""
        return bisect_right(self._starts, at) - 1

    def shift_at(self, at: datetime) -> Shift | None:
        """Give the stored shift that covers an instant."""
        index = self.index_at(at)
        return self.shifts[index] if index >= 0 and at < self.shifts[index].end else None

    def away(self, engineer: str) -> Spans[None]:
        """Give when somebody is absent."""
        return self._spans_of(engineer, has_skips=True)

    def unable(self, engineer: str) -> Spans[None]:
        """Give when somebody is absent and was not merely let serve later."""
        return self._spans_of(engineer, has_skips=False)

    def is_away(self, engineer: str, at: datetime) -> bool:
        """Say whether somebody is absent, has left the list or is not yet on it, at an instant."""
        return self.unable(engineer).at(at) is not None or self.roster.is_off(engineer, at)

    def can_serve(self, engineer: str, start: datetime, end: datetime) -> bool:
        """Say whether somebody is on the list for a whole span and absent in none of its working hours."""
        if not self.roster.serves_through(engineer, start, end):
            return False
        return not any(
            self.calendar.working_time_between(max(span.start, start), min(span.end, end))
            for span in self.away(engineer).within(start, end)
        )

    def cycle_at(self, at: datetime) -> int:
        """Give the number of the cycle that runs at an instant: the highest begun; the list's own before any."""
        index = self.index_at(at)
        # A late turn of the cycle before may be served within the next one, but never two cycles later.
        begun = [shift.cycle for shift in self.shifts[max(0, index - len(self.roster.members) - 1) : index + 1]]
        return max(begun, default=self.roster.cycle)

    def standing(self, at: datetime) -> Roster:
        """Give the list as it stands at an instant: in the order of the cycle that runs then. Edits start from it."""
        number = self.cycle_at(at)
        cycle = self.cycle(number)
        if number <= self.roster.cycle or cycle is None:
            return self.roster
        return self.roster.reordered(cycle.order, number)
