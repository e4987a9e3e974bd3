"""What can happen: the events that the adapters, the hooks and the clock hand in.

An event is frozen, knows no chat library, and can be written to the store and read back.
`key` names the thing that happened, never the envelope it came in, so that a redelivery, the history
and the live stream give the same key. Source: DESIGN §3.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from models.secrets import legible, mask

CLOCK = "clock"
"""The platform of what no chat platform sent: due times and the outcome of deliveries."""


HOOKS = "hooks"
"""The platform of what monitoring systems send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Happening:
    key: str
    platform: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(_Happening):
    """Somebody wrote in a channel, a thread or a direct conversation.

    channel: the platform's id; channel_name: its name, None in a direct conversation.
    message: the platform's id of the message; thread: the id of the thread's first message, None outside threads.
    author: the platform's user id. text: plain, with mentions as `@handle` and links as their address.
    is_missed: read from the history after the bot or the platform was away; `at` is then when it was written.
    aliases: what else a bot that wrote it goes by, in names and ids.
    """

    channel: str
    channel_name: str | None
    message: str
    thread: str | None = None
    author: str
    author_name: str = ""
    text: str
    is_bot: bool = False
    is_direct: bool = False
    is_missed: bool = False
    aliases: tuple[str, ...] = ()
    kind: Literal["message-posted"] = "message-posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(_Happening):
    """The author changed a message; text is the new text. aliases: what else a bot goes by that wrote it."""

    channel: str
    channel_name: str | None
    message: str
    thread: str | None = None
    author: str
    text: str
    is_bot: bool = False
    aliases: tuple[str, ...] = ()
    kind: Literal["message-edited"] = "message-edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(_Happening):
    """A message was taken back in the chat."""

    channel: str
    channel_name: str | None
    message: str
    kind: Literal["message-deleted"] = "message-deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionAdded(_Happening):
    """Somebody put a reaction on a message. emoji: its short name without colons, as in `eyes`.

    author: who wrote the message; empty where the platform does not tell, and where it was a bot.
    standing: the key of the reaction as it stands, whenever it was put: the one that the history gives it, which does
    not know when. Empty where the key is that one itself, or the platform has no history.
    """

    channel: str
    channel_name: str | None
    message: str
    user: str
    emoji: str
    is_bot: bool = False
    author: str = ""
    standing: str = ""
    kind: Literal["reaction-added"] = "reaction-added"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRemoved(_Happening):
    """Somebody took a reaction back."""

    channel: str
    channel_name: str | None
    message: str
    user: str
    emoji: str
    is_bot: bool = False
    kind: Literal["reaction-removed"] = "reaction-removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandGiven(_Happening):
    """Somebody gave a command: name `oncall`, text `next`. thread: where it was given inside a thread.

    is_bare: by its name alone, in a direct conversation: where a form is being filled in there, it is an answer.
    """

    name: str
    text: str
    user: str
    channel: str
    channel_name: str | None
    thread: str | None = None
    is_bare: bool = False
    kind: Literal["command-given"] = "command-given"


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPressed(_Happening):
    """Somebody pressed a button of a message of ours. action and value are the button's own."""

    action: str
    value: str
    user: str
    channel: str
    channel_name: str | None
    message: str | None = None
    thread: str | None = None
    kind: Literal["button-pressed"] = "button-pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmitted(_Happening):
    """Somebody submitted a form that a handler opened. subject: what the form was opened for."""

    form: str
    subject: str
    user: str
    fields: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["form-submitted"] = "form-submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(_Happening):
    """A platform told how an account stands. user: its id there. name: what they are called; empty: it was not told.

    is_active: False where it was deactivated, or where there is no such account.
    """

    user: str
    is_active: bool
    name: str = ""
    kind: Literal["account-changed"] = "account-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeOpened(_Happening):
    """Somebody looks at their own page, on a platform that has such pages."""

    user: str
    kind: Literal["home-opened"] = "home-opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCame(_Happening):
    """A due time of ours has come. subject: whose; at: the instant that was due, not the one it was noticed at."""

    job: str
    subject: str
    kind: Literal["time-came"] = "time-came"

    @classmethod
    def of(cls, job: str, subject: str, at: datetime) -> "TimeCame":
        """Give the event of one due instant; its key is the ledger row that only one replica can insert."""
        return cls(key=f"{job}:{subject}:{at.isoformat()}", platform=CLOCK, at=at, job=job, subject=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettled(_Happening):
    """What is owed to the chat was delivered, or ended unsent. row: the outbox row.

    is_dropped: it ended because nobody wanted it any more, while a call for it was under way.
    """

    row: int
    request: int | None
    purpose: str
    is_delivered: bool
    is_dropped: bool = False
    is_recipients_fault: bool = False
    error: str = ""
    kind: Literal["delivery-settled"] = "delivery-settled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAlert:
    """One alert as its sender told of it. group: what it is grouped by, where its sender says so; empty: by labels.

    fingerprint: what tells it from other alerts of its sender. starts_at, ends_at: the sender's clock; None where it
    does not say. links: web addresses by name, as in `runbook`.
    """

    fingerprint: str
    is_firing: bool
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertReceived(_Happening):
    """A monitoring system told of alerts, in one delivery. source: the name of its hook.

    A sender repeats what goes on, and that counts as news of it: so the key also holds when it came. What was told
    before is known by each alert's fingerprint and start, and told once.
    """

    source: str
    alerts: tuple[ReportedAlert, ...]
    kind: Literal["alert-received"] = "alert-received"

    @classmethod
    def of(cls, source: str, alerts: Sequence[ReportedAlert], at: datetime) -> "AlertReceived":
        """Give the event of one delivery."""
        told = ((one.fingerprint, one.starts_at, one.is_firing, one.ends_at) for one in alerts)
        digest = hashlib.sha256(repr(list(told)).encode()).hexdigest()[:32]
        return cls(
            key=f"{source}:{digest}:{at.isoformat()}", platform=HOOKS, at=at, source=source, alerts=tuple(alerts)
        )


Event = (
    MessagePosted
    | MessageEdited
    | MessageDeleted
    | ReactionAdded
    | ReactionRemoved
    | CommandGiven
    | ButtonPressed
    | FormSubmitted
    | HomeOpened
    | AccountChanged
    | AlertReceived
    | TimeCame
    | DeliverySettled
)

_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def to_json(event: Event) -> dict[str, Any]:
    """Give an event as plain JSON values, as the store keeps one that has to be tried again."""
    document: dict[str, Any] = _EVENTS.dump_python(event, mode="json")
    return document


def from_json(document: Mapping[str, Any]) -> Event:
    """Give back the event that `to_json` wrote."""
    return _EVENTS.validate_python(document, strict=False)


def without_secrets(event: Event) -> Event:
    """Give an event with what looks like a secret masked in every word that somebody wrote, and otherwise the same."""
    match event:
        case MessagePosted():
            return replace(event, text=mask(event.text), author_name=legible(event.author_name))
        case MessageEdited() | CommandGiven():
            return replace(event, text=mask(event.text))
        case FormSubmitted():
            return replace(event, fields={name: mask(value) for name, value in event.fields.items()})
        case AlertReceived():
            return replace(event, alerts=tuple(map(_without_secrets, event.alerts)))
        case _:
            return event


def _without_secrets(alert: ReportedAlert) -> ReportedAlert:
    """Give an alert without secrets: nearly all have none, which one look at all their words tells."""
    words = "\n".join(text for named in (alert.labels, alert.annotations) for pair in named.items() for text in pair)
    if mask(words) == words:
        return alert
    labels = {mask(name): mask(value) for name, value in alert.labels.items()}
    annotations = {mask(name): mask(value) for name, value in alert.annotations.items()}
    return replace(alert, labels=labels, annotations=annotations)
