"""`watchbill roster --verify`: each stored draw with who drew it, as the history has it. Source: DESIGN §5."""

import json
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from handlers.context import Standing
from handlers.wording.roster_proof import Drawn, Proved
from models.records import audit
from models.records import roster as stored
from models.records import rota as rotas
from models.records.audit import AuditEntry
from models.rota.proof import ListChange, proofs

MOST_CHANGES = 100_000

__all__ = ["Proved", "proved"]


def proved(session: Session, standing: Standing) -> list[Proved]:
    """Give what is shown of every stored cycle of every rotation."""
    return [
        one
        for rotation in standing.policy.oncall.rotations
        if stored.is_known(session, rotation.name)
        for one in _of_rotation(session, standing, rotation.name)
    ]


def _of_rotation(session: Session, standing: Standing, name: str) -> Iterator[Proved]:
    rota = rotas.load(session, standing.calendars[name])
    history = audit.of_subject(session, f"rotation:{name}", MOST_CHANGES)
    drawn = dict(_shuffles(history))
    changes = [ListChange(entry.at, entry.action, entry.actor) for entry in history]
    for proof in proofs(rota, changes):
        seed = proof.draw.seed if proof.draw is not None else None
        yield Proved(name, proof, drawn.get(f"{seed} (cycle {proof.number})"))


def _shuffles(history: Sequence[AuditEntry]) -> Iterator[tuple[str, Drawn]]:
    """Yield each seed that a lead's change drew, as the history names it, with who did what when."""
    for entry in history:
        detail = json.loads(entry.detail) if entry.detail.startswith("{") else {}
        for seed in (*detail.get("seeds", ()), *detail.get("redrawn", ())):
            yield seed, Drawn(entry.actor, entry.action, entry.at)
