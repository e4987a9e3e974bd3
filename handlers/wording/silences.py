"""What the bot says when somebody silences an incident."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.incidents import SILENCE
from models.message import Code, Message, message, note, paragraph, text

OFF = "off"
WHICH_AND_HOW_LONG = "Which incident, and for how long?"
NO_LENGTH = "Say for how long, from a minute to 30 days, as in 2h, 30m or 1d; or off."


def no_such_incident(number: int | str) -> str:
    """Say that there is no incident of a number."""
    return f"There is no incident {number}."


def over(number: int) -> str:
    """Say that there is nothing to silence any more."""
    return f"Incident {number} is over already."


def silenced(number: int, until: datetime | None, zone: ZoneInfo, now: datetime) -> Message:
    """Confirm a silence, or the end of one (until: None)."""
    if until is None:
        return text(f"Incident {number} is not silenced any more.")
    return message(
        paragraph(f"Incident {number} is silenced until {times.moment(until, zone, now)}: nobody is paged for it."),
        note("Its message stays true. End the silence with ", Code(f"/incident silence {number} off"), "."),
    )


__all__ = ["NO_LENGTH", "OFF", "SILENCE", "WHICH_AND_HOW_LONG", "no_such_incident", "over", "silenced"]
