"""The way in: event → key → handler → one transaction → acknowledged. Source: DESIGN §3."""

import traceback
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy.orm import Session

from bot.chat.port import Reading
from bot.clock import Clock
from bot.metrics import Metrics
from bot.store import Store
from handlers import registry
from handlers.context import Context, Standing
from handlers.wording import operations
from models.effects import Direct
from models.errors import InTheWay, StoreUnavailable, UserError
from models.events import (
    AccountChanged,
    AlertReceived,
    ButtonPressed,
    CommandGiven,
    DeliverySettled,
    Event,
    FormSubmitted,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    TimeCame,
    from_json,
    without_secrets,
)
from models.message import Answer, Message, answer_from_json, answer_to_json, text
from models.records import directory
from models.records import event as received
from models.records import reading as read_positions

FIRST_RETRY = timedelta(seconds=10)
MOST_ATTEMPTS = 8
MOST_TURNS = 3
Placed = MessagePosted | MessageEdited | MessageDeleted | ReactionAdded | ReactionRemoved | CommandGiven | ButtonPressed
"""The events that happen in a channel."""

HOURLY = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)


class Intake:
    """Takes every event, from chats, hooks and clock alike, and commits what follows from it.

    standing: replaced as a whole on a reload. wake: called after each commit, so that what is owed goes out at once.
    """

    def __init__(self, store: Store, clock: Clock, standing: Standing, metrics: Metrics) -> None:
        self.standing = standing
        self.wake: Callable[[], None] = lambda: None
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._told: dict[str, dict[str, str]] = {}

    def receive(self, event: Event) -> Answer | None:
        """Take one event, without the secrets in it; return only after the commit.

        Gives what is answered on the spot, the same again for a redelivery.
        Raises StoreUnavailable where nothing could be written: the event must stay unacknowledged.
        """
        return self._received(without_secrets(event))

    def _received(self, event: Event) -> Answer | None:
        with self._metrics.intake_seconds.labels(event.kind).time():
            answer = self._taken(event)
        self.wake()
        return answer

    def receive_all(self, events: Sequence[Event]) -> None:
        """Take events that are answered by nothing, in their order; return only after all are committed.

        Where many wait, one transaction for several costs a fraction of one for each. Whatever goes wrong in it undoes
        it whole, and each event is taken by itself: it fails alone, and what becomes of it is the same.
        Raises StoreUnavailable where nothing could be written: none of them may be acknowledged then.
        """
        begun = monotonic()
        events = [without_secrets(event) for event in events]
        if len(events) > 1 and self._are_taken_together(events):
            for event in events:
                self._metrics.intake_seconds.labels(event.kind).observe(monotonic() - begun)
            self.wake()
            return
        for event in events:
            self._received(event)

    def _are_taken_together(self, events: Sequence[Event]) -> bool:
        try:
            with self._store.transaction() as session:
                self._store.serialise(session, map(_turn, events))
                decided = [self._decided(session, event) for event in events]
        except Exception as error:  # noqa: BLE001 - one of the four places: each is taken by itself, and fails there
            log.info("intake.one_by_one", events=len(events), where=where(error))
            return False
        for event, (_, outcome) in zip(events, decided, strict=True):
            self._count(event, outcome)
        return True

    def _taken(self, event: Event) -> Answer | None:
        try:
            answer, outcome = self._decided_alone(event)
        except StoreUnavailable as error:
            self._count(event, "unavailable")
            log.error("store.unavailable", kind=event.kind, reason=str(error))
            raise
        except UserError as refusal:
            return self._refused(event, refusal)
        except Exception as error:  # noqa: BLE001 - one of the four places: a handler's fault must lose nothing
            return self._failed(event, error)
        self._count(event, outcome)
        return answer

    def _decided_alone(self, event: Event) -> tuple[Answer | None, str]:
        """Decide in a transaction; once more where another decision was in the way."""
        for _ in range(MOST_TURNS):
            with suppress(InTheWay):
                return self._decided_within_its_turn(event)
            log.info("intake.in_the_way", kind=event.kind)
        return self._decided_within_its_turn(event)

    def _decided_within_its_turn(self, event: Event) -> tuple[Answer | None, str]:
        with self._store.transaction() as session:
            self._store.serialise(session, [_turn(event)])
            return self._decided(session, event)

    def _decided(self, session: Session, event: Event) -> tuple[Answer | None, str]:
        """Give what is answered, and what became of the event: it was `done`, or is a `duplicate`."""
        row = received.insert_once(session, event, self._clock.now())
        if row is None:
            return _earlier_answer(session, event), "duplicate"
        answer = registry.decide(self._context(session, event))
        if answer is not None:
            received.keep_answer(session, row, answer_to_json(answer))
        return answer, "done"

    def decide_within(self, session: Session, event: Event) -> None:
        """Take an event inside a transaction that is already open; a failing handler is undone and tried again."""
        try:
            with session.begin_nested():
                _, outcome = self._decided(session, event)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - what was delivered must be recorded whatever follows from it
            self._keep_failure(session, event, error)
        else:
            self._count(event, outcome)

    def _context(self, session: Session, event: Event) -> Context:
        named = self._as_configured(session, event)
        return Context(session, self._clock.now(), named, self.standing, actor_of(event))

    def _as_configured(self, session: Session, event: Event) -> Event:
        """Give an event by the name that the configuration has for its channel, where that was renamed meanwhile."""
        policy = self.standing.policy
        if not isinstance(event, Placed) or not event.channel_name or policy.channel(event.channel_name) is not None:
            return event
        known = directory.name_of(session, event.platform, event.channel)
        return event if known is None or policy.channel(known) is None else replace(event, channel_name=known)

    def _refused(self, event: Event, refusal: UserError) -> Answer:
        answer = Answer(reply=text(str(refusal)))
        with self._store.transaction() as session:
            row = received.insert_once(session, event, self._clock.now())
            if row is not None:
                received.keep_answer(session, row, answer_to_json(answer), received.Outcome.REFUSED)
        self._count(event, "refused")
        return answer

    def _failed(self, event: Event, error: Exception) -> Answer | None:
        with self._store.transaction() as session:
            self._keep_failure(session, event, error)
        is_asked = isinstance(event, CommandGiven | ButtonPressed | FormSubmitted)
        return Answer(reply=operations.not_yet()) if is_asked else None

    def _keep_failure(self, session: Session, event: Event, error: Exception) -> None:
        known = received.find(session, event.platform, event.key)
        attempts = (known.attempts if known is not None else 0) + 1
        now = self._clock.now()
        due_at = now + FIRST_RETRY * 2 ** (attempts - 1) if attempts < MOST_ATTEMPTS else None
        received.keep_failure(session, event, now, due_at, where(error))
        self._count(event, "failed")
        log.error("event.failed", kind=event.kind, key=event.key, attempts=attempts, where=where(error))
        if attempts == 1 or due_at is None:
            self._tell_failed(session, event.kind, error, is_final=due_at is None)

    def _tell_failed(self, session: Session, kind: str, error: Exception, *, is_final: bool) -> None:
        told = operations.event_failed(kind, is_final=is_final)
        self._tell_leads(session, "failed", f"{kind}:{where(error)}:{is_final}", told)

    def _tell_leads(self, session: Session, about: str, subject: str, told: Message, every: timedelta = HOURLY) -> None:
        """Tell the leads something: once an hour, or in another span, about each subject, however often it happens."""
        now = self._clock.now()
        notice = TimeCame.of(about, subject[:240], now - (now - EPOCH) % every)
        if received.insert_once(session, notice, now) is None:
            return
        context = Context(session, now, notice, self.standing)
        leads = map(context.policy.person, context.policy.oncall.leads)
        context.tell(leads, lambda _: told)

    def retry_due(self) -> None:
        """Try the failed events whose time has come once more."""
        with self._store.reading() as session:
            rows = received.due_again(session, self._clock.now())
        for row in rows:
            try:
                event = from_json(row.payload or {})
            except ValueError as error:
                self._give_up(row, error)
            else:
                self._retry(row, event)
        if rows:
            self.wake()

    def _give_up(self, row: received.ReceivedEvent, error: Exception) -> None:
        """Keep an event that cannot be read, as one of another release, for the operator alone."""
        kind = str((row.payload or {}).get("kind", "unknown"))
        log.error("event.unreadable", kind=kind, key=row.key, where=where(error))
        with self._store.transaction() as session:
            if received.give_up(session, row, where(error)):
                self._tell_failed(session, kind, error, is_final=True)

    def _retry(self, row: received.ReceivedEvent, event: Event) -> None:
        try:
            with self._store.transaction() as session:
                if received.claim_again(session, row):
                    self._store.serialise(session, [_turn(event)])
                    context = self._context(session, event)
                    _answer_late(context, registry.decide(context))
        except UserError as refusal:
            with self._store.transaction() as session:
                if received.claim_again(session, row):
                    _answer_late(self._context(session, event), Answer(reply=text(str(refusal))))
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - it is kept again, with a later time
            with self._store.transaction() as session:
                self._keep_failure(session, event, error)

    def learn_channels(self, platform: str, channels: Iterable[tuple[str, str]], *, are_all: bool = False) -> None:
        """Keep the (id, name) of a platform's channels, and tell the leads of configured ones that are lost by it."""
        told = dict(channels)
        self._told[platform] = told if are_all else {**self._told.get(platform, {}), **told}
        configured = [channel.name for channel in self.standing.policy.channels]
        with self._store.transaction() as session:
            lost = directory.learn(session, platform, told.items(), are_all=are_all, configured=configured)
            self._tell_lost(session, platform, lost)
        self.wake()

    def learn_channels_again(self) -> None:
        """Take the names that the platforms told for what they are under another configuration."""
        for platform, told in [*self._told.items()]:
            self.learn_channels(platform, told.items())

    def lose_channel(self, platform: str, channel: str) -> None:
        """Forget a channel, and tell the leads where it is a configured one."""
        self._told.get(platform, {}).pop(channel, None)
        with self._store.transaction() as session:
            name = directory.lose(session, platform, channel)
            self._tell_lost(session, platform, {} if name is None else {name: ""})
        self.wake()

    def _tell_lost(self, session: Session, platform: str, lost: Mapping[str, str]) -> None:
        for name, now_called in lost.items():
            if self.standing.policy.channel(name) is not None:
                told = operations.channel_lost(platform, name, now_called)
                every = timedelta(days=1) if now_called else HOURLY  # of a name it is told until it is mended
                self._tell_leads(session, "channel-lost", f"{platform}:{name}", told, every)

    def people(self, platform: str) -> Collection[str]:
        """Give the user ids that the configured people have on a platform."""
        return {handle for person in self.standing.policy.people if (handle := person.handle(platform)) is not None}

    def reading(self, platform: str) -> Reading:
        """Give what is to be read of what a platform's adapter missed, and from where on."""
        with self._store.reading() as session:
            names = (channel.name for channel in self.standing.policy.channels)
            found = (directory.channel_id(session, platform, name) for name in names)
            threads = read_positions.live_threads(session, platform)
            return Reading(list(filter(None, found)), read_positions.positions(session, platform), threads)

    def keep_read(self, platform: str, read: Mapping[str, str]) -> None:
        """Keep up to which message each channel of a platform was read."""
        with self._store.transaction() as session:
            read_positions.keep(session, platform, read)

    def _count(self, event: Event, outcome: str) -> None:
        self._metrics.events.labels(event.platform, event.kind, outcome).inc()


def actor_of(event: Event) -> str:
    """Give the platform handle of whoever caused an event; empty for the clock and the delivery."""
    match event:
        case MessagePosted() | MessageEdited():
            return event.author
        case ReactionAdded() | ReactionRemoved() | CommandGiven() | ButtonPressed() | FormSubmitted() | HomeOpened():
            return event.user
        case MessageDeleted() | AccountChanged() | AlertReceived() | TimeCame() | DeliverySettled():
            return ""


def _turn(event: Event) -> tuple[str, ...]:
    """Give what one replica at a time works on: one author in one channel; for the clock, one thing."""
    channel = getattr(event, "channel", "") or getattr(event, "subject", "")
    return (event.platform, channel, actor_of(event))


def _answer_late(context: Context, answer: Answer | None) -> None:
    """Owe whoever asked what was answered at a later try: there is nothing any more to answer on the spot."""
    event = context.event
    if answer is None or not isinstance(event, CommandGiven | ButtonPressed | FormSubmitted):
        return
    said = answer.reply
    if answer.form is not None:
        said = operations.form_late()
    elif answer.errors and isinstance(event, FormSubmitted):
        said = operations.form_not_taken(answer.errors, event.fields)
    if said is not None:
        context.say(Direct(event.user, said))


def _earlier_answer(session: Session, event: Event) -> Answer | None:
    row = received.find(session, event.platform, event.key)
    return answer_from_json(row.answer) if row is not None and row.answer is not None else None


def where(error: Exception) -> str:
    """Give an error's type and the place it came from; its text could hold somebody's words."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    return (
        f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}" if last else type(error).__name__
    )
