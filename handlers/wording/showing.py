"""What channel topics say of who is on call, in the organisation's own words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times

NOBODY = "nobody"


def topic(template: str, engineer: str | None, until: datetime, following: str | None, zone: ZoneInfo) -> str:
    """Fill a topic's template. engineer, following: names; None: nobody."""
    end = f"{times.day(until.astimezone(zone).date())} {times.clock(until, zone)}"
    return template.format(engineer=engineer or NOBODY, until=end, next=following or NOBODY)
