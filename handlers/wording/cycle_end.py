"""What the bot says to the leads when a list that is shuffled by hand comes to its end."""

from dataclasses import dataclass
from datetime import date

from handlers.wording import times
from models.message import Code, Message, Strong, message, note, paragraph


@dataclass(frozen=True, slots=True)
class Ending:
    """A cycle that nobody has drawn. begins: its first day; last_chance: until when a shuffle draws all of it.

    order: by name, as it is where nobody acts. suffix: what names the rotation in a command, empty for the only one.
    """

    rotation: str
    begins: date
    last_chance: date
    today: date
    order: tuple[str, ...]
    notice_days: int
    suffix: str


def reminder(ending: Ending) -> Message:
    """Remind the leads, and say what happens if nobody acts."""
    opening = f"The list of {ending.rotation} comes to its end: the next cycle begins on {times.day(ending.begins)}."
    return message(
        paragraph(Strong(opening)),
        paragraph(f"It is shuffled by hand. If nobody does, the order stays as it is: {', '.join(ending.order)}."),
        paragraph("See what a shuffle would do: ", Code(f"/oncall-list shuffle preview{ending.suffix}")),
        note(_until(ending), " One shuffle settles it; I do not remind you of this cycle again."),
        summary=opening,
    )


def _until(ending: Ending) -> str:
    notice = times.count(ending.notice_days, "working day")
    if ending.today > ending.last_chance:
        return f"A shuffle leaves the next {notice} alone, so it changes only what comes after them."
    when = "Today" if ending.today == ending.last_chance else f"Until {times.day(ending.last_chance)}"
    return f"{when} a shuffle still draws all of it; it leaves the next {notice} alone."
