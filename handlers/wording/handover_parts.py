"""What the bot says when duty passes on within a shift."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Button, Buttons, Code, Message, message, note, paragraph


def passed_on(rotation: str, incoming: str | None, filed_at: datetime, zone: ZoneInfo) -> Message:
    """Ask whoever left duty within a shift to hand over."""
    opening = f"{incoming or 'Nobody'} is on call in {rotation} now, in place of you."
    return message(
        paragraph(
            opening, " The handover of your part of the shift is already drafted: add what matters and submit it."
        ),
        Buttons((Button("handover-open", "Open the handover", value=rotation, style="primary"),)),
        note("Or type ", Code("/handover"), f". At {times.clock(filed_at, zone)} I file the draft as it is."),
        summary=opening,
    )
