"""What asks whoever leaves duty to hand over: at the end of a shift, and within one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.handover_sections import when
from models.message import Button, Buttons, Code, Message, message, note, paragraph


def passed_on(rotation: str, naming: str, incoming: str | None, filed_at: datetime, zone: ZoneInfo) -> Message:
    """Ask whoever left duty within a shift to hand over. naming: as of `Policy.naming`."""
    opening = f"{incoming or 'Nobody'} is on call in {rotation} now, in place of you."
    return message(
        paragraph(
            opening, " The handover of your part of the shift is already drafted: add what matters and submit it."
        ),
        Buttons((Button("handover-open", "Open the handover", value=rotation, style="primary"),)),
        note("Or type ", Code(f"/handover{naming}"), f". At {times.clock(filed_at, zone)} I file the draft as it is."),
        summary=opening,
    )


def reminder(
    rotation: str, naming: str, ends: datetime, incoming: str | None, zone: ZoneInfo, *, stays: bool = False
) -> Message:
    """Remind the engineer on duty of the handover. stays: whether the next shift is theirs too."""
    following = "the next is yours too" if stays else f"{incoming or 'nobody'} is next"
    opening = f"Your shift in {rotation} ends {when(ends, zone)}, and {following}."
    return message(
        paragraph(opening, " The handover is already drafted: add what matters and submit it."),
        Buttons((Button("handover-open", "Open the handover", value=rotation, style="primary"),)),
        note("Or type ", Code(f"/handover{naming}"), ". Without one I file the draft as it is when the shift ends."),
        summary=opening,
    )
