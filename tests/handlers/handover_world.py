"""A team of three with a real store, whose shifts are planned from Monday, 2 November 2026 on, in UTC.

The order is Amina, Bob, Chen: Amina serves Monday, Bob Tuesday, Chen Wednesday, and so on. Dana leads.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import select

from bot.store import Store
from handlers import duty, handover, handover_jobs
from handlers.command import Call, matching
from handlers.context import Answer, Context, Standing
from models import effects
from models.effects import Direct, Edit, Post
from models.events import ButtonPressed, CommandGiven, Event, FormSubmitted, TimeCame
from models.message import Message
from models.policy import Channel, ChannelKind, OnCall, Person, Policy, Rotation
from models.records import directory
from models.records import event as received
from models.records import roster as rosters
from models.records.debt import DebtState, RunbookDebt
from models.records.delivery import OutboxRow
from models.records.handover import Handover, LogEntry
from models.records.request import Request, RequestState, TimelineEntry
from models.rota.shift import Override
from models.triage.verdict import RequestClass
from tests.alike import store_at
from tests.shipped import classifier

JOBS = (handover_jobs.REMINDER, handover_jobs.CHANGE, handover_jobs.ACCEPTANCE)

PEOPLE = tuple(
    Person(id=name.lower(), name=name, slack=f"U-{name.lower()}") for name in ("Amina", "Bob", "Chen", "Dana")
)


def utc(text: str) -> datetime:
    """Give an instant of November 2026: `02 09:00`."""
    day, _, clock = text.partition(" ")
    return datetime.fromisoformat(f"2026-11-{day}T{clock}:00+00:00").astimezone(UTC)


def policy(**changed: Any) -> Policy:
    rotation = Rotation(name="platform", engineers=("amina", "bob", "chen"))
    return Policy(
        **{
            "channels": (
                Channel(name="devops-sos", kind=ChannelKind.SOS),
                Channel(name="devops-operations", kind=ChannelKind.OPERATIONS),
            ),
            "people": PEOPLE,
            "oncall": OnCall(leads=("dana",), rotations=(rotation,)),
            **changed,
        }
    )


@dataclass
class World:
    store: Store
    standing: Standing
    now: datetime
    count: int = 0

    @classmethod
    def of(cls, url: str, start: str = "02 09:00", platforms: tuple[str, ...] = ("slack",), **changed: Any) -> Self:
        """url: of a migrated store."""
        world = cls(store_at(url), Standing(policy(**changed), classifier(), platforms), utc(start))
        with world.context() as ctx:
            directory.learn(ctx.session, "slack", [("C-SOS", "devops-sos"), ("C-OPS", "devops-operations")])
            for rotation in ctx.policy.oncall.rotations:
                duty.plan_ahead(ctx, rotation)
        return world

    def with_policy(self, **changed: Any) -> None:
        self.standing = replace(self.standing, policy=policy(**changed))

    @contextmanager
    def context(self, event: Event | None = None, actor: str = "") -> Iterator[Context]:
        self.count += 1
        happened = event or TimeCame.of("test", str(self.count), self.now)
        with self.store.transaction() as session:
            yield Context(session, self.now, happened, self.standing, actor)

    # -- what people do

    def command(self, who: str, text: str = "") -> Answer:
        event = CommandGiven(
            key=f"act:{self.count}",
            platform="slack",
            at=self.now,
            name="handover",
            text=text,
            user=f"U-{who}",
            channel="C-OPS",
            channel_name="devops-operations",
        )
        found = matching(handover.COMMANDS, text.split())
        assert found is not None
        with self.context(event, event.user) as ctx:
            return found[0].handle(ctx, Call.of(ctx, found[0], event, found[1]))

    def press(self, who: str, action: str, value: str) -> Answer:
        event = ButtonPressed(
            key=f"act:{self.count}",
            platform="slack",
            at=self.now,
            action=action,
            value=value,
            user=f"U-{who}",
            channel="D-1",
            channel_name=None,
        )
        with self.context(event, event.user) as ctx:
            answer = handover.BUTTONS[action](ctx, event)
        assert answer is not None
        return answer

    def submit(self, who: str, subject: str, **fields: str) -> Answer:
        event = FormSubmitted(
            key=f"act:{self.count}",
            platform="slack",
            at=self.now,
            form="handover",
            subject=subject,
            user=f"U-{who}",
            fields=fields,
        )
        with self.context(event, event.user) as ctx:
            answer = handover.FORMS["handover"](ctx, event)
        assert answer is not None
        return answer

    # -- time

    def at(self, instant: str) -> Self:
        self.now = utc(instant)
        return self

    def due(self) -> list[TimeCame]:
        """Do what is due now, and give what it was."""
        done: list[TimeCame] = []
        for job in JOBS:
            with self.store.reading() as session:
                events = list(job.due(session, self.standing, self.now))
            for event in events:
                with self.context(event) as ctx:
                    assert received.insert_once(ctx.session, event, self.now) is not None
                    job.handle(ctx, event)
            done += events
        return done

    def pass_to(self, instant: str) -> Self:
        """Go from one due instant to the next, as time itself would."""
        target = utc(instant)
        self.due()
        while (coming := self.coming()) is not None and coming <= target:
            self.now = coming
            self.due()
        self.now = target
        return self

    def coming(self) -> datetime | None:
        with self.store.reading() as session:
            found = [job.coming(session, self.standing, self.now) for job in JOBS]
        return min((instant for instant in found if instant is not None), default=None)

    # -- what there is

    def request(self, text: str = "the registry is down", **changed: Any) -> int:
        self.count += 1
        values: Mapping[str, Any] = {
            "platform": "slack",
            "channel": "C-SOS",
            "channel_name": "devops-sos",
            "root": f"m-{self.count}",
            "author": "U-dev",
            "author_name": "Dev",
            "text": text,
            "opened_at": self.now,
            "last_message_at": self.now,
            "request_class": RequestClass.URGENT,
            "confidence": 0.9,
            "reasons": ["says production"],
            "runner_up": RequestClass.PLATFORM,
            "state": RequestState.OPEN,
            "rotation": "platform",
            "step": 0,
            "has_answered": False,
            **changed,
        }
        with self.context() as ctx:
            row = Request(**values)
            ctx.session.add(row)
            ctx.session.flush()
            ctx.session.add(
                TimelineEntry(request_id=row.id, at=self.now, actor="", what="opened", detail="", source="message")
            )
            if row.state is RequestState.RESOLVED and row.request_class.is_grave and not row.runbook_url:
                owed = {"state": DebtState.OWED, "asked_at": self.now}
                ctx.session.add(RunbookDebt(request_id=row.id, **owed))
            return row.id

    def log(self, text: str) -> None:
        with self.context() as ctx:
            ctx.log("platform", text)

    def override(self, engineer: str | None, start: str, end: str) -> None:
        with self.context() as ctx:
            rosters.add_override(
                ctx.session, Override("platform", utc(start), utc(end), engineer, self.now, "dana", "asked")
            )

    def effects(self) -> list[tuple[int, Post | Direct | Edit]]:
        """Give what is owed to the chat, in order, with the number of its outbox row."""
        with self.store.reading() as session:
            rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        found = [(row.id, effects.from_json(row.effect)) for row in rows]
        return [(number, one) for number, one in found if isinstance(one, Post | Direct | Edit)]

    def posts(self) -> list[Message]:
        return [one.message for _, one in self.effects() if isinstance(one, Post)]

    def edits_of(self, row: int | None) -> list[Message]:
        return [one.message for _, one in self.effects() if isinstance(one, Edit) and one.row == row]

    def directs(self, who: str) -> list[Message]:
        return [one.message for _, one in self.effects() if isinstance(one, Direct) and one.user == f"U-{who}"]

    def handovers(self) -> Sequence[Handover]:
        with self.store.reading() as session:
            return session.scalars(select(Handover).order_by(Handover.shift_start)).all()

    def the_log(self) -> list[str]:
        with self.store.reading() as session:
            return list(session.scalars(select(LogEntry.text).order_by(LogEntry.id)))

    def close(self) -> None:
        self.store.close()


def said(answer: Answer) -> str:
    assert answer.reply is not None
    return answer.reply.plain()
