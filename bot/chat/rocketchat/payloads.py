"""What Rocket.Chat sends, as far as it is used: over the websocket and over REST. Unknown keys are left alone.

Instants are `{"$date": milliseconds}` on the websocket and text on REST.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _instant(value: Any) -> Any:
    if isinstance(value, dict):
        value = value.get("$date")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return EPOCH + timedelta(milliseconds=value)
    return value


Instant = Annotated[datetime, BeforeValidator(_instant)]


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Author(_Told):
    """Who wrote, edited or owns something."""

    id: str = Field(default="", alias="_id")
    username: str = ""
    name: str | None = None


class Reaction(_Told):
    """Who put one emoji on a message, by user name."""

    usernames: tuple[str, ...] = ()


class Attachment(_Told):
    """What hangs on a message, such as an alert or a file."""

    title: str | None = None
    text: str | None = None
    description: str | None = None


class Sent(_Told):
    """One message as it stands now. t: what kind of system message it is; None for what people wrote."""

    id: str = Field(alias="_id", min_length=1, max_length=100)
    rid: str = Field(min_length=1, max_length=100)
    msg: str | None = ""
    ts: Instant
    u: Author = Author()
    t: str | None = None
    alias: str | None = None
    tmid: str | None = None
    edited_at: Instant | None = Field(default=None, alias="editedAt")
    updated_at: Instant | None = Field(default=None, alias="_updatedAt")
    reactions: dict[str, Reaction] | None = None
    bot: Any = None
    attachments: tuple[Attachment, ...] | None = None


class RoomTold(_Told):
    """A room, or the bot's subscription to one. t: c public, p private, d direct, others are not ours."""

    id: str = Field(default="", alias="_id")
    rid: str = ""
    t: str = ""
    name: str | None = None
    fname: str | None = None
    archived: bool = False
    usernames: tuple[str, ...] | None = None
    uids: tuple[str, ...] | None = None
    updated_at: Instant | None = Field(default=None, alias="_updatedAt")


class Deleted(_Told):
    """A message that is no more."""

    id: str = Field(alias="_id")
