"""What the bot says on the working day before somebody's shift."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Code, Line, Message, Strong, line, message, note, paragraph


@dataclass(frozen=True, slots=True)
class Coming:
    """A shift that begins soon. rotation: empty where there is only one; before: who serves until then, None: nobody.

    wish: the number of the cover that was asked for it and that nobody took yet; None: none is. day: the shift's own.
    leads: whom to ask, where a lead decided it; empty where engineers can give it away themselves.
    """

    rotation: str
    start: datetime
    end: datetime
    why: str
    before: str | None
    wish: int | None
    day: date
    leads: tuple[str, ...]
    now: datetime
    zone: ZoneInfo

    @property
    def opening(self) -> str:
        """That they are on call, and from when on."""
        where = f" in {self.rotation}" if self.rotation else ""
        return f"You are on call{where} from {times.moment(self.start, self.zone, self.now)}"


def coming(facts: Coming) -> Message:
    """Tell somebody that they are on call next."""
    before = f" You take over from {facts.before}." if facts.before else ""
    return message(
        paragraph(Strong(facts.opening), f" until {times.moment(facts.end, facts.zone, facts.now)}.{before}"),
        paragraph(f"Nobody has taken your cover {facts.wish} yet: it is still yours.") if facts.wish else None,
        note(f"Why you: {facts.why}. If you cannot, ", *_way_out(facts)),
        summary=facts.opening,
    )


def _way_out(facts: Coming) -> Line:
    if facts.leads:
        return line(f"ask {' or '.join(facts.leads)}.")
    return line(
        Code(f"/oncall cover {facts.day.isoformat()}"), " asks everybody, ", Code("/oncall swap"), " one of them."
    )


def shadowing(facts: Coming, engineer: str) -> Message:
    """Tell a newcomer whom they shadow next."""
    opening = f"You shadow {engineer} from {times.moment(facts.start, facts.zone, facts.now)}"
    return message(
        paragraph(Strong(opening), f" until {times.moment(facts.end, facts.zone, facts.now)}."),
        note("You are told of what they are paged for; nothing is expected of you."),
        summary=opening,
    )
