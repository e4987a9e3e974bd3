"""Whose turn is next: one turn each per cycle, taken in order by whoever can serve. Source: DESIGN §5."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from models.policy import Shuffle
from models.rota.rota import Cycle, Rota
from models.rota.shift import Shift
from models.rota.shuffle import Draw, Mend, default_gap

Seeds = Callable[[int], int]
Span = tuple[datetime, datetime]


@dataclass
class Turns:
    """The turns still to take while a plan is made.

    order: the list, those without a turn in the running cycle too.
    waiting: who still has one in the running cycle, in order. late: who still has one from the cycle before.
    recent: whose turns were taken, the latest last. spans: the shifts of the running cycle so far.
    redraw: stored orders are forgotten; is_asked: a lead wants the next order drawn, even where they are kept by hand.
    jumped: who was passed by already, so that only the first who stepped in says so. came_late: who was late when the
    running cycle began.
    """

    rota: Rota
    seeds: Seeds
    number: int
    order: list[str]
    waiting: list[str]
    late: list[str]
    recent: list[str]
    spans: list[Span]
    redraw: bool
    is_asked: bool
    came_late: tuple[str, ...] = ()
    jumped: set[str] = field(default_factory=set)
    cycles: dict[int, Cycle] = field(default_factory=dict)

    @property
    def pool(self) -> list[str]:
        """Everybody with a turn to take now, in the order in which they take it."""
        return self.late + self.waiting

    def next_able(self, span: Span, is_held: Callable[[str], bool] = lambda _: False) -> str | None:
        """Give the first with a turn who can serve a span and is not held back for an agreed shift.

        Who took a turn that they had missed takes their own only after the gap, where somebody else can serve.
        """
        able = (p for p in self.pool if self.rota.can_serve(p, *span) and not is_held(p))
        first = next(able, None)
        if first is None or not self._rests(first):
            return first
        return next((p for p in able if not self._rests(p)), first)

    def _rests(self, person: str) -> bool:
        if person not in self.came_late or person in self.late:
            return False
        gap = self.gap(len(self.order))
        return gap > 0 and person in self.recent[-gap:]

    def is_used_up(self, span: Span) -> bool:
        """Say whether only the next cycle can fill a span: nobody in this one can, and somebody in that one could."""
        members = [p for p in self.rota.roster.order(span[0]) if p not in self.pool]
        return any(self.rota.can_serve(person, *span) for person in members)

    def take(self, person: str | None) -> int | None:
        """Use up a person's turn; give its cycle, or None where they have none now."""
        for turns, number in ((self.late, self.number - 1), (self.waiting, self.number)):
            if person is not None and person in turns:
                turns.remove(person)
                self.recent.append(person)
                return number
        return None

    def passed_by(self, person: str, span: Span) -> list[str]:
        """Give who stood before a person and is away, for the first time in this cycle; remembers them."""
        pool = self.pool
        before = pool[: pool.index(person)] if person in pool else pool
        away = [p for p in before if p not in self.jumped and self._is_absent(p, span)]
        self.jumped.update(away)
        return away

    def _is_absent(self, person: str, span: Span) -> bool:
        return self.rota.roster.serves_through(person, *span) and not self.rota.can_serve(person, *span)

    def open_next(self, start: datetime) -> None:
        """Begin the next cycle with the shift that starts at an instant."""
        self._close(start)
        order, draw, mend = self._next_order(start)
        self.number += 1
        self.order, self.waiting, self.spans, self.jumped = list(order), list(order), [], set(self.late)
        self.came_late = tuple(self.late)
        self.cycles[self.number] = Cycle(self.number, order, draw, late=self.came_late, mend=mend)

    def _close(self, start: datetime) -> None:
        """Carry over who missed only the end of the cycle; record the wholly absent as passed over."""
        staying = [person for person in self.waiting if not self.rota.roster.has_left(person, start)]
        missed = [p for p in staying if not any(self.rota.can_serve(p, *span) for span in self.spans)]
        self._pass_over(self.number - 1, [p for p in self.late if not self.rota.roster.has_left(p, start)])
        self._pass_over(self.number, missed)
        self.late = [person for person in staying if person not in missed]

    def _pass_over(self, number: int, people: Iterable[str]) -> None:
        cycle = self.cycles.get(number) or self.rota.cycle(number)
        if cycle is not None:
            merged = dict.fromkeys((*cycle.passed_over, *people))
            self.cycles[number] = replace(cycle, passed_over=tuple(merged))

    def coming_after(self) -> tuple[str, ...]:
        """Give whose turns are taken before the next cycle's: those taken, and the late ones, which go first."""
        return (*self.recent, *self.late)

    def _just_before(self, gap: int) -> tuple[str, ...]:
        """Give the last of them, as many as a gap can reach back."""
        return self.coming_after()[-gap:] if gap else ()

    def draw(self, base: tuple[str, ...], recent: tuple[str, ...], gap: int, number: int) -> Draw:
        """Give the draw of an order with a new seed."""
        return Draw(base, recent[-gap:] if gap else (), gap, self.seeds(number))

    def _next_order(self, start: datetime) -> tuple[tuple[str, ...], Draw | None, Mend | None]:
        stored = self.rota.cycle(self.number + 1)
        gap = self.gap(len(self._joined((), start)))
        if stored is not None and stored.draw is not None and not self.redraw:
            # What was drawn stays, so that one absence does not move everybody's dates in all the cycles to come.
            mend = Mend(self._joined(stored.as_drawn(), start), self._just_before(gap), gap)
            order = mend.order()
            return order, stored.draw, mend if order != mend.base else None
        return *self._new_order(self._joined(self.order, start), gap), None

    def _new_order(self, base: tuple[str, ...], gap: int) -> tuple[tuple[str, ...], Draw | None]:
        """Draw, or keep the old order where a lead shuffles by hand and has not asked for it now."""
        if self.rota.calendar.rotation.shuffle is Shuffle.MANUAL and not self.is_asked:
            return base, None
        self.is_asked = False
        draw = self.draw(base, self.coming_after(), gap, self.number + 1)
        return draw.order(), draw

    def _joined(self, order: Iterable[str], start: datetime) -> tuple[str, ...]:
        """Give an order without who is not on the list at an instant, and with newcomers at its end."""
        roster = self.rota.roster
        people = dict.fromkeys((*order, *roster.order(start)))
        return tuple(person for person in people if roster.is_on(person, start))

    def gap(self, people: int) -> int:
        """Give how many turns must lie between two of the same person, in a list of so many."""
        chosen = self.rota.calendar.rotation.min_gap
        return default_gap(people) if chosen is None else chosen


def turns_after(rota: Rota, kept: tuple[Shift, ...], start: datetime, seeds: Seeds, *, redraw: bool) -> Turns:
    """Give the turns still to take after the shifts that stay as they are; start: of the first shift to plan."""
    last = kept[-1].start if kept else start
    number, roster = rota.cycle_at(last), rota.standing(last)
    stored = rota.cycle(number)
    order = list(roster.order(start))
    with_turn = [person for person in order if _has_turn(rota, person, number, stored, start)]
    near = kept[-_reach(rota) :]
    served = {shift.turn for shift in near if shift.cycle == number}
    late = _still_late(near, stored)
    turns = Turns(
        rota=rota,
        seeds=seeds,
        number=number,
        order=order,
        waiting=[person for person in with_turn if person not in served],
        late=[person for person in late if not rota.roster.has_left(person, start)],
        recent=[shift.turn for shift in near if shift.turn is not None],
        spans=_spans_since_opening(near, number, stored),
        redraw=redraw,
        is_asked=redraw,
        came_late=() if stored is None else stored.late,
    )
    turns.jumped = set(turns.came_late) | _jumped(with_turn, served)
    if stored is None:
        turns.cycles[number] = Cycle(number, tuple(with_turn))
    if redraw:
        _shuffle_rest(turns, served)
    return turns


def _reach(rota: Rota) -> int:
    """Give how many shifts back the running cycle can have begun; generous, as absences prolong it."""
    return 4 * len(rota.roster.members) + 60


def _has_turn(rota: Rota, person: str, number: int, stored: Cycle | None, start: datetime) -> bool:
    if any(stay.placed_in == number for stay in rota.roster.stays[person]):
        return True
    return rota.roster.is_on(person, start) if stored is None else person in stored.order


def _still_late(kept: tuple[Shift, ...], stored: Cycle | None) -> list[str]:
    if stored is None:
        return []
    served = {shift.turn for shift in kept if shift.cycle == stored.number - 1}
    return [person for person in stored.late if person not in served]


def _jumped(order: Sequence[str], served: Collection[str | None]) -> set[str]:
    """Give who still waits although somebody behind them has served."""
    last = max((index for index, person in enumerate(order) if person in served), default=0)
    return {person for person in order[:last] if person not in served}


def _spans_since_opening(near: Sequence[Shift], number: int, stored: Cycle | None) -> list[Span]:
    """Give the shifts of the running cycle so far; those with turns that came over from the one before too."""
    late = () if stored is None else stored.late
    spans: list[Span] = []
    for shift in reversed(near):
        if shift.cycle != number and not (shift.cycle == number - 1 and shift.turn in late):
            break
        spans.append((shift.start, shift.end))
    return spans[::-1]


def _shuffle_rest(turns: Turns, served: Collection[str | None]) -> None:
    """Draw the order of those who still wait in the running cycle, no closer to their last turn than the gap."""
    recent, gap = turns.coming_after(), turns.gap(len(turns.order))
    while gap and recent and recent[-1] not in turns.waiting:
        recent, gap = recent[:-1], gap - 1
    draw = turns.draw(tuple(turns.waiting), recent, gap, turns.number)
    waiting = list(draw.order())
    order = [person for person in turns.order if person in served] + waiting
    turns.order = [*order, *(person for person in turns.order if person not in order)]
    turns.waiting = waiting
    old = turns.rota.cycle(turns.number)
    fresh = Cycle(turns.number, tuple(order), draw)
    turns.cycles[turns.number] = fresh if old is None else replace(old, order=fresh.order, draw=draw, mend=None)
