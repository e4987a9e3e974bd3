"""What `watchbill roster --verify` says: a line for each draw, and what is off the order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.rota.proof import Deviation, Proof


@dataclass(frozen=True, slots=True)
class Drawn:
    """Whose change drew an order, which, and when: a shuffle, or a move after which the old order was too close."""

    by: str
    action: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Proved:
    """What is shown of one cycle of a rotation. drawn: None where the end of the list drew it, or nothing did."""

    rotation: str
    proof: Proof
    drawn: Drawn | None

    def to_json(self) -> dict[str, Any]:
        """Give it as plain JSON values. equal: null where nothing was drawn."""
        proof, draw = self.proof, self.proof.draw
        return {
            "rotation": self.rotation,
            "cycle": proof.number,
            "date": proof.begins.isoformat() if proof.begins is not None else None,
            "seed": draw.seed if draw is not None else None,
            "base": list(draw.base) if draw is not None else None,
            "recent": list(draw.recent) if draw is not None else None,
            "min_gap": draw.min_gap if draw is not None else None,
            "order": list(proof.order),
            "recomputed": list(proof.recomputed) if draw is not None else None,
            "equal": proof.is_as_drawn if draw is not None else None,
            "joined": list(proof.joined),
            "left": list(proof.left),
            "drawn_for": self.drawn.action if self.drawn is not None else None,
            "drawn_by": self.drawn.by if self.drawn is not None else None,
            "drawn_at": self.drawn.at.isoformat() if self.drawn is not None else None,
            "turns": proof.turns,
            "deviations": [
                {"date": one.day.isoformat(), "engineer": one.engineer, "why": one.why or None}
                for one in proof.deviations
            ],
            "faults": list(proof.faults),
        }


def lines(found: Sequence[Proved]) -> Iterator[str]:
    """Yield a line for each cycle, those of what is off its order, and what it all comes to."""
    for one in found:
        yield _cycle(one)
        yield from (f"    {line}" for line in _details(one.proof))
    draws = [one.proof for one in found if one.proof.draw is not None]
    unequal = sum(not proof.is_as_drawn for proof in draws)
    faults = sum(len(one.proof.faults) for one in found)
    unexplained = sum(not each.why for one in found for each in one.proof.deviations)
    yield (
        f"{len(draws)} draws recomputed: {'all equal' if not unequal else f'{unequal} NOT equal'}; "
        f"shifts that contradict their order: {faults}; off the order without a reason in the store: {unexplained}"
    )


def _cycle(one: Proved) -> str:
    proof, draw = one.proof, one.proof.draw
    when = f"from {proof.begins.isoformat()}" if proof.begins is not None else "without a shift"
    head = f"{one.rotation}  cycle {proof.number}  {when}  "
    if draw is None:
        return f"{head}not drawn: the order that the list had"
    is_equal = "equal" if proof.is_as_drawn else "NOT EQUAL"
    return f"{head}seed {draw.seed}  {_drawn(one.drawn)}  {is_equal}"


def _drawn(drawn: Drawn | None) -> str:
    if drawn is None:
        return "at the end of the list"
    return f"{drawn.action} by {drawn.by} on {drawn.at:%Y-%m-%d %H:%M} UTC"


def _details(proof: Proof) -> Iterator[str]:
    yield f"order: {', '.join(proof.order) or 'nobody'}"
    if proof.draw is not None and not proof.is_as_drawn:
        yield f"the seed gives: {', '.join(proof.recomputed)}"
    if proof.joined:
        yield f"not drawn, as they had served or came later: {', '.join(proof.joined)}"
    if proof.left:
        yield f"drawn, and no longer there: {', '.join(proof.left)}"
    yield from (_deviation(one) for one in proof.deviations)
    yield from (f"CONTRADICTION {fault}" for fault in proof.faults)


def _deviation(one: Deviation) -> str:
    why = one.why or "off the order, and the store does not say why"
    return f"{one.day.isoformat()} {one.engineer or 'nobody'}: {why}"
