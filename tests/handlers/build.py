"""What handler tests are built of: a small organisation, its store, and a way to let things happen in it.

The organisation is in UTC. Its rotation `platform` lists Ana, Ben, Cleo and Dan; Lea leads and is the fallback.
`office(database_url)` gives an `Office`; `office.at("2026-11-02 10:00")` sets the time (UTC; that day is a Monday).
`office.command("lea", "oncall-list", "add @gil")` goes the way of the real bot: through the intake and its
transaction, and gives the answer's text. `office.pass_time()` hands in what is due. `office.owed()` gives what is
owed to the chat since it was last asked.
"""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from bot.clock import SteppingClock
from bot.intake import Intake
from bot.metrics import Metrics
from bot.scheduler import DueWork
from bot.store import Store
from handlers.context import Context, Standing
from models import effects
from models.effects import Direct, Effect, Post
from models.events import CommandGiven, TimeCame
from models.message import Message
from models.policy import Channel, ChannelKind, OnCall, Person, Policy, Rotation
from models.records.delivery import OutboxRow
from tests.alike import store_at
from tests.handlers import planned
from tests.shipped import classifier

TEAM = ("ana", "ben", "cleo", "dan")
NAMES = ("Ana Ruiz", "Ben Cole", "Cleo Park", "Dan Wu", "Gil Hart", "Lea Novak")
MOST_ROUNDS = 5
MONDAY = "2026-11-02 10:00"

_PLANNED: dict[tuple[str, ...], planned.SqliteStore | planned.PostgresStore] = {}
"""What an office has planned, by its database, its instant, its policy and its platforms."""


def instant(text: str) -> datetime:
    """Give an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def people() -> tuple[Person, ...]:
    """Give everybody, each with a handle such as `U-ana` on Slack."""
    return tuple(Person(id=name.split()[0].lower(), name=name, slack=f"U-{name.split()[0].lower()}") for name in NAMES)


def rotation(**changed: Any) -> Rotation:
    """Give the rotation `platform`."""
    return Rotation(**{"name": "platform", "engineers": TEAM, **changed})


def policy(*rotations: Rotation, **changed: Any) -> Policy:
    """Give the organisation's policy; without rotations, with the one of `rotation()`."""
    channels = {"devops-how-to": "how-to", "devops-sos": "sos", "devops-operations": "operations"}
    return Policy(
        **{
            "channels": tuple(Channel(name=name, kind=ChannelKind(kind)) for name, kind in channels.items()),
            "people": people(),
            "oncall": OnCall(leads=("lea",), fallback=("lea",), rotations=rotations or (rotation(),)),
            "duties": ("Answer #devops-sos",),
            **changed,
        }
    )


@dataclass
class Office:
    """The organisation at work."""

    store: Store
    clock: SteppingClock
    intake: Intake
    work: DueWork
    seen: int = 0
    given: int = field(default=0)

    @property
    def now(self) -> datetime:
        """The present instant."""
        return self.clock.now()

    @property
    def standing(self) -> Standing:
        """What stands now."""
        return self.intake.standing

    def decide_by(self, changed: Policy) -> None:
        """Go on under another policy."""
        self.intake.standing = replace(self.standing, policy=changed)

    def at(self, text: str) -> "Office":
        """Go to a later instant without letting anything become due."""
        self.clock.set(instant(text))
        return self

    def pass_time(self, text: str | None = None) -> int:
        """Go to a later instant (None: stay), and hand in what is due and what follows from it; give how much."""
        if text is not None:
            self.at(text)
        rounds = iter(self.work.run, 0)
        return sum(islice(rounds, MOST_ROUNDS))

    def command(self, who: str, name: str, text: str = "") -> str:
        """Let somebody give a command, and give the answer's plain text."""
        return self.answer(who, name, text).plain()

    def answer(self, who: str, name: str, text: str = "") -> Message:
        """Let somebody give a command, and give the answer."""
        self.given += 1
        event = CommandGiven(
            key=f"act:{self.given}",
            platform="slack",
            at=self.now,
            name=name,
            text=text,
            user=f"U-{who}",
            channel="C-devops-operations",
            channel_name="devops-operations",
        )
        answer = self.intake.receive(event)
        assert answer is not None
        assert answer.reply is not None
        return answer.reply

    def context(self, session: Session) -> Context:
        """Give the context of a decision that nothing outside caused."""
        return Context(session, self.now, TimeCame.of("test", str(self.given), self.now), self.standing)

    def owed(self) -> Sequence[Effect]:
        """Give what is owed to the chat since it was last asked."""
        with self.store.reading() as session:
            rows = session.scalars(select(OutboxRow).where(OutboxRow.id > self.seen).order_by(OutboxRow.id)).all()
            self.seen = max((row.id for row in rows), default=self.seen)
            return [effects.from_json(row.effect) for row in rows]


def direct(owed: Sequence[Effect], who: str) -> list[str]:
    """Give the texts of the direct messages to somebody."""
    return [one.message.plain() for one in owed if isinstance(one, Direct) and one.user == f"U-{who}"]


def posts(owed: Sequence[Effect], channel: str = "devops-operations") -> list[str]:
    """Give the texts of the posts in a channel."""
    return [one.message.plain() for one in owed if isinstance(one, Post) and one.channel == f"C-{channel}"]


def office(database_url: str, *, at: str = MONDAY, is_planned: bool = True, **changed: Any) -> Office:
    """Give an organisation at an instant; planned and greeted, unless it is to begin with nothing.

    Its store is closed when nobody holds it any more. The first office of a policy plans, and the later ones find its
    plan in their new store.

    changed: of the policy, as for `policy()`; `rotations`: in place of the one of `rotation()`; `platforms`,
    `feed_secret`: of what it stands on.
    """
    rotations = changed.pop("rotations", ())
    platforms, feed_secret = changed.pop("platforms", ("slack",)), changed.pop("feed_secret", "")
    standing = Standing(policy(*rotations, **changed), classifier(), platforms, feed_secret=feed_secret)
    key = (make_url(database_url).get_backend_name(), at, standing.policy.model_dump_json(), feed_secret, *platforms)
    is_new = is_planned and planned.is_new(database_url)
    if is_new and key in _PLANNED:
        _PLANNED[key].put(database_url)
    store, clock = store_at(database_url), SteppingClock(instant(at), is_running=False)
    metrics = Metrics()
    intake = Intake(store, clock, standing, metrics)
    intake.learn_channels("slack", [(f"C-{channel.name}", channel.name) for channel in standing.policy.channels])
    opened = Office(store, clock, intake, DueWork(store, clock, intake, metrics))
    weakref.finalize(opened, store.close)
    if is_planned and not (is_new and key in _PLANNED):
        opened.pass_time()
    if is_new and key not in _PLANNED:
        _PLANNED[key] = planned.kept(database_url)
    if is_planned:
        opened.owed()
    return opened
