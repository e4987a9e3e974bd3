"""One message of an export, whatever wrote it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from models.errors import WatchbillError


class ExportError(WatchbillError):
    """An export cannot be read."""


@dataclass(frozen=True, slots=True)
class Post:
    """One message. message: its id in its channel. thread: the id of the message it answers; None at the top."""

    at: datetime
    channel: str
    author: str
    text: str
    message: str
    thread: str | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that could not be read; the rest goes on. where: the file, and the line where there are lines."""

    where: str
    what: str


def instant(value: object) -> datetime:
    """Give the instant of a number of seconds or milliseconds, of ISO 8601, or of MongoDB's {"$date": …}.

    Without an offset it is taken for UTC. Raises ValueError for anything else.
    """
    if isinstance(value, dict):
        value = value.get("$date", value.get("$numberLong"))
        return instant(value)
    if isinstance(value, str) and not value.replace(".", "", 1).isdigit():
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"{value!r} is no time")  # noqa: TRY004 - a fault of the export, whatever its kind
    seconds = float(value)
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)  # noqa: PLR2004 - the year 5138
    except (OverflowError, OSError) as error:
        raise ValueError(f"{value!r} is no time") from error
