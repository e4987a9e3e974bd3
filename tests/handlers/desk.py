"""People who write, react and press in the office of `build.py`, and the chat that takes what is owed to them.

The office's classifier knows a few words only (`WORDS`), each of one class or in doubt between two, so that the rules
are tried and not the training. `at_desk(url)` gives a `Desk`: `desk.writes("dev", "outage", "devops-sos")` gives the
message's id, `desk.delivers()` is the chat taking everything that is owed, `desk.pages()` gives who was paged since.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, select

from handlers import duty
from models import effects
from models.effects import Direct, Edit, Effect, Post
from models.events import (
    CLOCK,
    ButtonPressed,
    DeliverySettled,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from models.message import Button, Buttons, Fields, Mention, Message, Note, Paragraph
from models.policy import Channel, ChannelKind
from models.records import sending
from models.records.delivery import OutboxRow, OutboxState, Purpose
from models.records.request import Request, TimelineEntry
from models.triage.classifier import Classifier
from models.triage.model import Model, View
from models.triage.text import stem
from tests.handlers.build import MONDAY, Office, office
from tests.shipped import classifier

HOW_TO, SOS, OPERATIONS, GENERAL, ALERTS = (
    "devops-how-to",
    "devops-sos",
    "devops-operations",
    "general",
    "devops-alerts",
)
AUTHORS = frozenset({"dev", "eve"})
CHANNELS = {HOW_TO: "how-to", SOS: "sos", OPERATIONS: "operations", GENERAL: "general", ALERTS: "alerts"}

URGENT, PLATFORM, COMMUNITY, NONE = "outage", "quota", "pipeline", "lunch"
DOUBTED_COMMUNITY = "slow"  # outside sos: a question, perhaps urgent
DOUBTED_IN_SOS = "flaky"  # in sos: a question, perhaps urgent
DOUBTED_URGENT = "dire"  # in how-to: urgent rather than anything else, and yet to be asked about
DOUBTED_PLATFORM = "sluggish"  # in how-to and in general: the platform's, perhaps urgent
DOUBTED_NONE = "odd"  # in how-to: nothing, perhaps urgent

WORDS: Mapping[str, Sequence[int]] = {
    URGENT: (6000, 0, 0, 0),
    PLATFORM: (0, 3000, 0, 0),
    COMMUNITY: (0, 0, 1800, 0),
    NONE: (0, 0, 0, 1400),
    DOUBTED_COMMUNITY: (898, 0, 1000, 0),
    DOUBTED_IN_SOS: (540, 0, 1000, 0),
    DOUBTED_URGENT: (1148, 955, 878, 0),
    DOUBTED_PLATFORM: (1081, 1175, 611, 0),
    DOUBTED_NONE: (1000, 0, 0, 1112),
}


def of_words() -> Classifier:
    """Give the shipped classifier with a model that knows the words above alone."""
    stems = View.of(1.0, {stem(word): (200, *weights) for word, weights in WORDS.items()})
    identity = tuple((0.0, *(1.0 if row == column else 0.0 for column in range(4))) for row in range(4))
    model = Model({"stems": stems, "meanings": View.of(1.0, {})}, (0.0,) * 4, identity, len(WORDS))
    return replace(classifier(), model=model)


@dataclass(frozen=True)
class Page:
    """One page: whom it notifies, where, and what it says. where: a channel's or a person's id."""

    people: frozenset[str]
    where: str
    thread: str | None
    text: str


@dataclass
class Desk:
    """Somebody at work in the office."""

    office: Office
    count: int = 0
    seen_pages: int = 0
    places: dict[str, str | None] = field(default_factory=dict)

    # -- what people do

    def writes(self, who: str, text: str, channel: str | None = HOW_TO, *, thread: str | None = None) -> str:
        """Let somebody write, and give the message's id. channel: None for a direct conversation with the bot."""
        self.count += 1
        message = f"m{self.count}"
        self.places[message] = channel
        self.gives(self.posted(who, text, message, thread))
        return message

    def posted(
        self, who: str, text: str, message: str, thread: str | None = None, *, is_bot: bool = False
    ) -> MessagePosted:
        channel = self.places[message]
        return MessagePosted(
            key=f"msg:{message}",
            platform="slack",
            at=self.office.now,
            channel=_id(channel, who),
            channel_name=channel,
            message=message,
            thread=thread,
            author=f"U-{who}",
            text=text,
            is_bot=is_bot,
            is_direct=channel is None,
        )

    def edits(self, who: str, message: str, text: str) -> None:
        channel = self.places[message]
        self.gives(
            MessageEdited(
                key=self._key("edit"),
                platform="slack",
                at=self.office.now,
                channel=_id(channel, who),
                channel_name=channel,
                message=message,
                author=f"U-{who}",
                text=text,
            )
        )

    def deletes(self, message: str) -> None:
        channel = self.places[message]
        self.gives(
            MessageDeleted(
                key=self._key("gone"),
                platform="slack",
                at=self.office.now,
                channel=_id(channel),
                channel_name=channel,
                message=message,
            )
        )

    def reacts(self, who: str, message: str, emoji: str, *, channel: str | None = None, is_bot: bool = False) -> None:
        """Let somebody react to a message of `writes`, or to any in a channel."""
        name = channel or self.places[message]
        self.gives(
            ReactionAdded(
                key=self._key("react"),
                platform="slack",
                at=self.office.now,
                channel=_id(name),
                channel_name=name,
                message=message,
                user=f"U-{who}",
                emoji=emoji,
                is_bot=is_bot,
            )
        )

    def unreacts(self, who: str, message: str, emoji: str) -> None:
        name = self.places[message]
        self.gives(
            ReactionRemoved(
                key=self._key("react"),
                platform="slack",
                at=self.office.now,
                channel=_id(name),
                channel_name=name,
                message=message,
                user=f"U-{who}",
                emoji=emoji,
            )
        )

    def presses(self, who: str, action: str, value: object) -> str:
        """Let somebody press a button, and give what they are answered; empty: nothing."""
        answer = self.office.intake.receive(
            ButtonPressed(
                key=self._key("press"),
                platform="slack",
                at=self.office.now,
                action=action,
                value=str(value),
                user=f"U-{who}",
                channel=_id(SOS),
                channel_name=SOS,
            )
        )
        return answer.reply.plain() if answer is not None and answer.reply is not None else ""

    def commands(self, who: str, text: str) -> str:
        return self.office.command(who, "oncall", text)

    def gives(self, event: Event) -> None:
        self.office.intake.receive(event)

    def _key(self, kind: str) -> str:
        self.count += 1
        return f"{kind}:{self.count}"

    # -- what the chat does

    def delivers(self, *, failing: Purpose | None = None, recipient: bool = False) -> None:
        """Take everything that is owed; what has one purpose fails for good. recipient: by its recipient's fault."""
        with self.office.store.transaction() as session:
            owed = select(OutboxRow).where(OutboxRow.state.in_((OutboxState.PENDING, OutboxState.SENDING)))
            for row in session.scalars(owed.order_by(OutboxRow.id)).all():
                is_sent = row.purpose is not failing
                if is_sent:
                    place = row.effect.get("channel") or row.lane
                    sending.record_sent(session, row, self.office.now, place, f"sent{row.id}")
                else:
                    sending.record_failed(session, row, "refused")
                if not is_sent or (row.purpose in (Purpose.PAGE, Purpose.REQUEST) and row.post_id is None):
                    self.office.intake.decide_within(session, self._settled(row, is_sent, recipient))

    def cannot_reach(self, who: str) -> None:
        """Let the page to one person, by direct message, fail for good by its recipient's fault."""
        with self.office.store.transaction() as session:
            owed = select(OutboxRow).where(OutboxRow.purpose == Purpose.PAGE, OutboxRow.lane == f"@U-{who}")
            row = session.scalars(owed).one()
            sending.record_failed(session, row, "user_disabled")
            self.office.intake.decide_within(session, self._settled(row, is_sent=False, is_recipients=True))

    def drops(self) -> None:
        """Let every page that is being sent, and that nobody wants any more, end unsent."""
        with self.office.store.transaction() as session:
            sent = (OutboxRow.state == OutboxState.SENDING, OutboxRow.is_unwanted, OutboxRow.purpose == Purpose.PAGE)
            for row in session.scalars(select(OutboxRow).where(*sent)).all():
                sending.record_retry(session, row, self.office.now, "refused", is_doubtful=False)
                told = replace(self._settled(row, is_sent=False, is_recipients=False), is_dropped=True)
                self.office.intake.decide_within(session, told)

    def _settled(self, row: OutboxRow, is_sent: bool, is_recipients: bool) -> DeliverySettled:
        return DeliverySettled(
            key=f"settled:{row.id}",
            platform=CLOCK,
            at=self.office.now,
            row=row.id,
            request=row.request_id,
            purpose=row.purpose.value,
            is_delivered=is_sent,
            is_recipients_fault=not is_sent and is_recipients,
            error="" if is_sent else "refused",
        )

    def takes_up(self) -> None:
        """Be in the middle of sending everything that is owed: it can no longer be dropped."""
        with self.office.store.transaction() as session:
            for row in session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.PENDING)):
                row.state = OutboxState.SENDING

    def until(self, at: str) -> None:
        """Let time pass to an instant, minute by minute where something is due, and deliver what is owed."""
        self.office.pass_time(at)
        self.delivers()
        self.office.pass_time()
        self.delivers()

    # -- looking

    def on_duty(self) -> tuple[str, str]:
        """Give who is on duty now, and the next on the list."""
        with self.office.store.reading() as session:
            rotation = self.office.standing.policy.rotation()
            assert rotation is not None
            found = duty.on_call(self.office.context(session), rotation)
        assert found.engineer is not None
        assert found.secondary is not None
        return found.engineer, found.secondary

    def request(self, message: str) -> Request:
        with self.office.store.reading() as session:
            found = session.scalar(select(Request).where(Request.root == message))
        assert found is not None, f"no request hangs on {message}"
        return found

    def requests(self) -> int:
        with self.office.store.reading() as session:
            return session.scalar(select(func.count()).select_from(Request)) or 0

    def timeline(self, message: str) -> list[str]:
        number = self.request(message).id
        with self.office.store.reading() as session:
            found = select(TimelineEntry).where(TimelineEntry.request_id == number).order_by(TimelineEntry.id)
            return [entry.what for entry in session.scalars(found)]

    def pages(self) -> list[Page]:
        """Give the pages that are on their way or delivered, since it was last asked."""
        with self.office.store.reading() as session:
            found = select(OutboxRow).where(
                OutboxRow.id > self.seen_pages,
                OutboxRow.purpose == Purpose.PAGE,
                OutboxRow.state != OutboxState.DROPPED,
                OutboxRow.post_id.is_(None),
            )
            rows = session.scalars(found.order_by(OutboxRow.id)).all()
            self.seen_pages = session.scalar(select(func.max(OutboxRow.id))) or 0
        return [_page(effects.from_json(row.effect)) for row in rows]

    def paged(self) -> list[set[str]]:
        """Give whom each page notifies, since it was last asked."""
        return [set(page.people) for page in self.pages()]

    def owed(self) -> Sequence[Effect]:
        return self.office.owed()


def at_desk(database_url: str, *, at: str = MONDAY, **changed: Any) -> Desk:
    """Give a desk in an office with all five kinds of channels, on either database. changed: as for `office`."""
    channels = tuple(Channel(name=name, kind=ChannelKind(kind)) for name, kind in CHANNELS.items())
    opened = office(database_url, at=at, **{"channels": channels, **changed})
    opened.owed()
    opened.intake.standing = replace(opened.standing, classifier=of_words())
    desk = Desk(opened)
    desk.pages()
    return desk


def mentions(message: Message) -> Iterator[str]:
    """Give the people whom a message notifies."""
    for block in message.blocks:
        lines = [block.line] if isinstance(block, Paragraph | Note) else []
        if isinstance(block, Fields):
            lines = [line for _, line in block.pairs]
        for line in lines:
            yield from (span.user.removeprefix("U-") for span in line if isinstance(span, Mention))


def buttons(owed: Sequence[Effect]) -> list[Button]:
    """Give the buttons of all messages that are owed."""
    said = [one.message for one in owed if isinstance(one, Post | Direct | Edit)]
    return [
        button for message in said for block in message.blocks if isinstance(block, Buttons) for button in block.buttons
    ]


def _page(effect: Effect) -> Page:
    assert isinstance(effect, Post | Direct)
    if isinstance(effect, Direct):
        return Page(frozenset([effect.user.removeprefix("U-")]), effect.user, None, effect.message.plain())
    return Page(frozenset(mentions(effect.message)) - AUTHORS, effect.channel, effect.thread, effect.message.plain())


def _id(channel: str | None, who: str = "dev") -> str:
    return f"C-{channel}" if channel is not None else f"D-{who}"
