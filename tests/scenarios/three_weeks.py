"""A team of five in the local chat, whose bot is stopped and started again at any instant.

`team(url, folder, at)` gives it running. What people do goes through the chat as from its page; `raw(team)` gives
what was kept, for whoever recomputes figures from it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select

from bot.app import Bot, build, command_hints
from bot.chat.local.cast import BOT, roles_of
from bot.chat.local.platform import channel_id
from bot.chat.local.port import LocalChat
from bot.clock import SteppingClock
from bot.metrics import Metrics
from bot.stepping import Stepper
from handlers.context import Standing
from models import effects
from models.effects import Direct, Post
from models.policy import AfterHours, Channel, ChannelKind, Holidays, OnCall, Person, Policy, Rotation
from models.records import rota as rotas
from models.records.delivery import OutboxRow, OutboxState
from models.records.handover import Handover, LogEntry
from models.records.request import Request, TimelineEntry
from models.rota.calendar import WorkCalendar
from models.rota.duty import Duty, who_is_on
from models.rota.zone import zone
from tests.alike import store_at
from tests.shipped import classifier

ZONE = zone("America/Vancouver")
NAMES = {
    "ana": "Ana Ruiz",
    "ben": "Ben Cole",
    "cleo": "Cleo Park",
    "dan": "Dan Wu",
    "eli": "Eli Stone",
    "lea": "Lea Novak",
    "uma": "Uma Berg",
}
TEAM, LEAD, DEVELOPER = ("ana", "ben", "cleo", "dan", "eli"), "lea", "uma"
SOS, OPERATIONS = "devops-sos", "devops-operations"


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a civil time of the team's."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def policy() -> Policy:
    """Give the team's policy."""
    holidays = Holidays(country="CA", subdivision="BC")
    kinds = {"devops-how-to": ChannelKind.HOW_TO, SOS: ChannelKind.SOS, OPERATIONS: ChannelKind.OPERATIONS}
    return Policy(
        timezone=ZONE.key,
        channels=tuple(Channel(name=name, kind=kind) for name, kind in kinds.items()),
        people=tuple(Person(id=person, name=name) for person, name in NAMES.items()),
        oncall=OnCall(
            leads=(LEAD,),
            fallback=(LEAD,),
            rotations=(Rotation(name="platform", engineers=TEAM, holidays=holidays),),
        ),
        after_hours=AfterHours(contact="Service desk 7-7000"),
        duties=("Answer #devops-sos",),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """Something that the bot said of its own accord, as it was first said. to: a channel's or a person's id."""

    day: date
    to: str
    thread: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Raw:
    """Everything that was kept, in order."""

    requests: Sequence[Request]
    timeline: Sequence[TimelineEntry]
    handovers: Sequence[Handover]
    log: Sequence[LogEntry]


class Team:
    """The team's bot and chat, on files that outlive them."""

    def __init__(self, url: str, folder: Path, at: datetime) -> None:
        self._url, self._folder, self._policy = url, folder, policy()
        self.clock = SteppingClock(at, is_running=False)
        self.restarts = 0
        self.bot = self._built()

    def _built(self) -> Bot:
        self.store = store_at(self._url)
        self.chat = LocalChat(
            self._folder / "chat.db",
            self.clock,
            channels=self._policy.channels,
            people=self._policy.people,
            commands=command_hints(),
            zone=ZONE.key,
            roles=roles_of(self._policy),
        )
        bot = build(self.store, self.clock, Standing(self._policy, classifier(), ("local",)), [self.chat], Metrics())
        bot.due_seconds = 0  # only the stepper looks at what is due
        self.stepper = Stepper(self.clock, self.store, bot.intake, bot.work)
        return bot

    def start(self) -> None:
        self.bot.start()

    def stop(self) -> None:
        self.bot.stop()
        self.chat.close()

    def restart(self) -> None:
        """Stop the bot and its chat, whatever they were about to do, and start them anew on what they kept."""
        self.stop()
        self.restarts += 1
        self.bot = self._built()
        self.start()

    def until(self, at: datetime) -> None:
        """Let time pass, stopping wherever something is due."""
        self.chat.wait_until_taken()
        self.stepper.advance_to(max(at, self.clock.now()))

    # -- what people do

    def reports(self, text: str) -> str:
        """Let the developer report something in sos, and give the message's id; the bot may not have read it yet."""
        return self.chat.actions.say(DEVELOPER, channel_id(SOS), text, None).id

    def reacts(self, who: str, message: str, emoji: str) -> None:
        self.chat.actions.react(who, channel_id(SOS), message, emoji, is_wanted=True)

    def writes(self, who: str, text: str, thread: str) -> None:
        self.chat.actions.say(who, channel_id(SOS), text, thread)

    def types(self, who: str, command: str) -> str:
        """Let somebody give a command in operations, and give what they alone are answered."""
        self.chat.wait_until_taken()
        place = channel_id(OPERATIONS)
        self.chat.interaction.type(who, place, command, None)
        return str(self.chat.actions.timeline(who, place, None)["messages"][-1])

    # -- looking

    @property
    def calendar(self) -> WorkCalendar:
        return self.bot.intake.standing.calendar(self._policy.oncall.rotations[0])

    def duty(self, at: datetime | None = None) -> Duty:
        """Give who is on duty, from the one resolver."""
        with self.store.reading() as session:
            return who_is_on(rotas.load(session, self.calendar), at or self.clock.now())

    def serving(self, at: datetime | None = None) -> str:
        engineer = self.duty(at).engineer
        assert engineer is not None
        return engineer

    def request(self, message: str) -> Request:
        """Give the request that a message opened."""
        self.chat.wait_until_taken()
        with self.store.reading() as session:
            return session.scalars(select(Request).where(Request.root == message)).one()

    def said(self) -> Sequence[Said]:
        """Give everything that the bot sent and that was no change of something before, in order."""
        with self.store.reading() as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.state == OutboxState.SENT).order_by(OutboxRow.id))
            return [found for row in rows if (found := _said(row)) is not None]

    def arrived(self) -> int:
        """Give how many messages of the bot's stand in the chat; answers to commands are left out."""
        with self.chat.platform.archive.transaction() as db:
            query = "SELECT count(*) FROM messages WHERE author = ? AND only_for IS NULL"
            return int(db.execute(query, (BOT,)).fetchone()[0])

    def told(self, who: str) -> Sequence[str]:
        """Give what the bot told somebody directly."""
        return [one.text for one in self.said() if one.to == who]


def _said(row: OutboxRow) -> Said | None:
    effect, day = effects.from_json(row.effect), row.created_at.astimezone(ZONE).date()
    match effect:
        case Post():
            return Said(day, effect.channel, effect.thread, effect.message.plain())
        case Direct():
            return Said(day, effect.user, None, effect.message.plain())
        case _:
            return None


def raw(team: Team) -> Raw:
    """Give everything that was kept."""
    with team.store.reading() as session:
        return Raw(
            requests=session.scalars(select(Request).order_by(Request.id)).all(),
            timeline=session.scalars(select(TimelineEntry).order_by(TimelineEntry.id)).all(),
            handovers=session.scalars(select(Handover).order_by(Handover.shift_end, Handover.id)).all(),
            log=session.scalars(select(LogEntry).order_by(LogEntry.id)).all(),
        )


@contextmanager
def team(url: str, folder: Path, at: datetime) -> Iterator[Team]:
    """Give the team, its bot running."""
    found = Team(url, folder, at)
    found.start()
    try:
        found.until(at)
        yield found
    finally:
        found.stop()


__all__ = ["DEVELOPER", "LEAD", "NAMES", "OPERATIONS", "SOS", "TEAM", "Raw", "Said", "Team", "local", "raw", "team"]
