"""What is owed to the chat: the effects that an outbox row holds. Source: DESIGN §3."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from models.message import Message


@dataclass(frozen=True, slots=True)
class Post:
    """A new message in a channel, in a thread where `thread` names its first message."""

    channel: str
    message: Message
    thread: str | None = None
    kind: Literal["post"] = "post"


@dataclass(frozen=True, slots=True)
class Direct:
    """A direct message to one person. user: their id on the platform."""

    user: str
    message: Message
    kind: Literal["direct"] = "direct"


@dataclass(frozen=True, slots=True)
class Edit:
    """New content for what another outbox row posted; waits until that row has its id. row: the outbox row."""

    row: int
    message: Message
    kind: Literal["edit"] = "edit"


@dataclass(frozen=True, slots=True)
class React:
    """The state wanted of the bot's own reaction on a message."""

    channel: str
    message: str
    emoji: str
    is_wanted: bool = True
    kind: Literal["react"] = "react"


@dataclass(frozen=True, slots=True)
class Private:
    """Something only one person in a channel sees; worthless after `expires_at`."""

    channel: str
    user: str
    message: Message
    expires_at: datetime
    thread: str | None = None
    kind: Literal["private"] = "private"


@dataclass(frozen=True, slots=True)
class Topic:
    """The topic wanted of a channel; changed only where it differs."""

    channel: str
    text: str
    kind: Literal["topic"] = "topic"


@dataclass(frozen=True, slots=True)
class UserGroup:
    """The members wanted of a user group; never empty."""

    group: str
    users: tuple[str, ...]
    kind: Literal["user-group"] = "user-group"


@dataclass(frozen=True, slots=True)
class Home:
    """What somebody's own page shows, on a platform that has such pages."""

    user: str
    message: Message
    kind: Literal["home"] = "home"


Effect = Post | Direct | Edit | React | Private | Topic | UserGroup | Home

_EFFECTS: TypeAdapter[Effect] = TypeAdapter(Annotated[Effect, Field(discriminator="kind")])


def to_json(effect: Effect) -> dict[str, Any]:
    """Give an effect as plain JSON values, as the outbox keeps it."""
    document: dict[str, Any] = _EFFECTS.dump_python(effect, mode="json")
    return document


def from_json(document: Mapping[str, Any]) -> Effect:
    """Give back the effect that `to_json` wrote."""
    return _EFFECTS.validate_python(document, strict=False)


def lane(effect: Effect) -> str:
    """Give the lane that keeps this effect's order and rate: its channel. An edit goes in the lane of its post."""
    match effect:
        case Post() | React() | Private() | Topic():
            return effect.channel
        case Direct():
            return f"@{effect.user}"
        case UserGroup():
            return f"group:{effect.group}"
        case Home():
            return f"home:{effect.user}"
        case Edit():
            raise ValueError("an edit takes the lane of the row it names")
