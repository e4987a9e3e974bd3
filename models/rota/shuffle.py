"""The order of the next cycle: random, never the same person twice within the gap, and recomputable.

Anybody can check a draw with SHA-256 alone: place j takes the remaining candidate number
sha256("seed:j") mod (how many are eligible there), in the order of `base`. All permitted orders are equally likely,
because the number of choices at each place does not depend on the earlier ones.
Source: DESIGN §5, shuffle.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Draw:
    """Everything that an order was drawn from.

    recent: whose turns come just before, the latest last; missed ones that are taken first too. min_gap: how many
    turns of others must lie between two of the same person.
    """

    base: tuple[str, ...]
    recent: tuple[str, ...]
    min_gap: int
    seed: int

    def order(self) -> tuple[str, ...]:
        """Give the order that this draw yields, always the same."""
        return shuffle(self.base, self.recent, self.min_gap, self.seed)


@dataclass(frozen=True, slots=True)
class Mend:
    """Why an order is not quite the one that was drawn: as drawn, somebody would have come again too soon.

    base: the order before. recent, min_gap: as in a draw, but of the day on which it was mended.
    """

    base: tuple[str, ...]
    recent: tuple[str, ...]
    min_gap: int

    def order(self) -> tuple[str, ...]:
        """Give the order that this mend yields, always the same."""
        return mended(self.base, self.recent, self.min_gap)


def shuffle(base: Sequence[str], recent: Sequence[str], min_gap: int, seed: int) -> tuple[str, ...]:
    """Give a random order in which nobody comes within min_gap turns of their last one.

    min_gap: more than the list allows is taken as the most that it allows (the list's length less one).
    """
    earliest = _earliest(recent, min(min_gap, len(base) - 1))
    left, order = list(base), []
    for place in range(len(base)):
        eligible = [person for person in left if earliest.get(person, 0) <= place]
        chosen = eligible[_number(seed, place) % len(eligible)]
        left.remove(chosen)
        order.append(chosen)
    return tuple(order)


def keeps_gap(order: Sequence[str], recent: Sequence[str], min_gap: int) -> bool:
    """Say whether an order keeps the gap to the turns just before it."""
    earliest = _earliest(recent, min(min_gap, len(order) - 1))
    return all(earliest.get(person, 0) <= place for place, person in enumerate(order))


def mended(order: Sequence[str], recent: Sequence[str], min_gap: int) -> tuple[str, ...]:
    """Give an order that keeps the gap to the turns just before it and is otherwise as it was.

    At each place the first of the order who is not too early there: one that keeps the gap already is not changed.
    """
    earliest = _earliest(recent, min(min_gap, len(order) - 1))
    left, kept = list(order), []
    for place in range(len(order)):
        chosen = next(person for person in left if earliest.get(person, 0) <= place)
        left.remove(chosen)
        kept.append(chosen)
    return tuple(kept)


def default_gap(people: int) -> int:
    """Give half the list, rounded down."""
    return people // 2


def _earliest(recent: Sequence[str], gap: int) -> Mapping[str, int]:
    """Give the first place that each recent person may have; distinct for each, so that a place is never left empty."""
    ago: dict[str, int] = {}
    for turns, person in enumerate(reversed(recent)):
        ago.setdefault(person, turns)
    return {person: gap - turns for person, turns in ago.items() if turns < gap}


def _number(seed: int, place: int) -> int:
    return int.from_bytes(sha256(f"{seed}:{place}".encode()).digest())
