"""Where a handover is read, and what follows from it for its times and for what is left out."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Code, Note, note

MOST = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a handover is read. platform: only messages of the same one can be links; empty: in a file.

    number: of the handover, where what is left out can be found; None for a draft. most: lines a section.
    day: whose times need no date, because it is the shift's first.
    """

    zone: ZoneInfo
    platform: str
    number: int | None = None
    most: int = MOST
    day: date | None = None

    def time(self, at: datetime) -> str:
        """Give a time as short as it is clear beside the shift's own: `09:05`, or `Tue 3 Nov 09:05`."""
        there = at.astimezone(self.zone)
        return f"{there:%H:%M}" if there.date() == self.day else f"{times.day(there.date())} {there:%H:%M}"


def more(left: int, reading: Reading, what: str) -> list[Note]:
    """Say how much is left out, and where it is read; where it is read already, only how much."""
    if left <= 0:
        return []
    if reading.most > MOST or not reading.platform:
        return [note(f"and {left} {what}")]
    asked = "/handover draft all" if reading.number is None else f"/handover show {reading.number}"
    return [note(f"and {left} {what}: ", Code(asked))]
