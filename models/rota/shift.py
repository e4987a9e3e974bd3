"""The values of a rota: shifts, and what overlays them.

Days are civil dates of the rotation; instants are aware and UTC; spans are half-open. People are ids.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from models.errors import UserError

SKIPPED = "skipped by "


class RotaError(UserError):
    """A wish that the rules refuse; its text says why and may be shown."""


class ShiftSource(StrEnum):
    """Why this person and no other (or, for a day without a shift, why nobody)."""

    LIST = "list"
    SWAP = "swap"
    COVER = "cover"
    ABSENCE = "absence"
    OVERRIDE = "override"
    HOLIDAY = "holiday"
    WEEKEND = "weekend"


@dataclass(frozen=True, slots=True)
class Shift:
    """One shift, from the handover on its day to the next shift's handover.

    engineer: None where nobody could be found. turn: whose turn on the list it uses up, in which cycle;
    a swap or cover changes the engineer and leaves the turn. id: the store's; None before it is stored.
    """

    rotation: str
    day: date
    start: datetime
    end: datetime
    engineer: str | None
    source: ShiftSource
    cycle: int
    turn: str | None
    reason: str
    id: int | None = None

    @property
    def is_exchanged(self) -> bool:
        """Whether people agreed on it among themselves, so that no plan moves it."""
        return self.source in {ShiftSource.SWAP, ShiftSource.COVER, ShiftSource.OVERRIDE}


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody, or explicitly nobody (engineer None), put on duty for a span. The newest wins where two overlap.

    It acts from made_at on and until revoked_at, so that no past answer changes. source: OVERRIDE where a lead decided;
    COVER where somebody stepped into a shift that had begun; ABSENCE where somebody stands in for who is away.
    """

    rotation: str
    start: datetime
    end: datetime
    engineer: str | None
    made_at: datetime
    made_by: str
    reason: str = ""
    revoked_at: datetime | None = None
    id: int = 0
    source: ShiftSource = ShiftSource.OVERRIDE

    @property
    def span(self) -> tuple[datetime, datetime]:
        """When it really acts; empty where the end is not after the start."""
        return max(self.start, self.made_at), min(self.end, self.revoked_at or self.end)


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody away on civil days, first and last included; in one rotation, or in all (rotation None).

    It acts from made_at on and until cancelled_at, so that no past answer changes.
    """

    engineer: str
    first: date
    last: date
    made_at: datetime
    reason: str = ""
    rotation: str | None = None
    cancelled_at: datetime | None = None
    id: int = 0

    @property
    def is_skip(self) -> bool:
        """Whether a lead let somebody serve later, so that they are not away at all."""
        return self.reason.startswith(SKIPPED)

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise RotaError(f"an absence cannot end ({self.last}) before it begins ({self.first})")
