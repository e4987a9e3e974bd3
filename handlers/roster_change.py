"""One change of an on-call list by a lead: locked, re-planned, written down, and told to whom it moves. DESIGN §5."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from handlers import announcement, duty
from handlers.context import Context
from handlers.wording import commands
from handlers.wording import oncall_list as wording
from models.errors import UserError
from models.message import Message
from models.policy import Person, Rotation
from models.records import roster as stored
from models.rota.duty import Duty, who_is_on
from models.rota.plan import moved, plan
from models.rota.roster import Roster
from models.rota.rota import Cycle, Rota
from models.rota.shift import Override, Shift
from models.rota.turns import Seeds

LONGEST_DETAIL = 1900
SERVED = timedelta(days=90)

Dates = Mapping[str, tuple[tuple[date, ...], tuple[date, ...]]]
"""For each person whose dates differ, the days that they lose and the days that they gain."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change while it is made. rota: everything known before it; serving: who was to serve what is to come."""

    ctx: Context
    rotation: Rotation
    rota: Rota
    serving: tuple[Shift, ...]

    @property
    def now(self) -> datetime:
        """The moment of the change."""
        return self.ctx.now

    @property
    def roster(self) -> Roster:
        """The list as it stands, in the order of the running cycle."""
        return self.rota.standing(self.ctx.now)


@dataclass(frozen=True, slots=True)
class Done:
    """What a change came to. rota: everything known after it."""

    rota: Rota
    on_duty: Duty
    outcome: wording.Outcome
    dates: Dates


@dataclass
class Letters:
    """What several changes tell each person, so that it comes in one direct message."""

    parts: dict[str, list[Message]] = field(default_factory=dict)

    def add(self, person: Person, part: Message) -> None:
        """Put a part into somebody's letter."""
        self.parts.setdefault(person.id, []).append(part)

    def post(self, ctx: Context) -> None:
        """Send each person their letter."""
        for engineer, parts in self.parts.items():
            whole = Message(tuple(block for part in parts for block in part.blocks), parts[0].summary)
            ctx.tell([ctx.policy.person(engineer)], partial(_same, whole))


def begin(ctx: Context, rotation: Rotation) -> Change:
    """Take a rotation's list for a change; no other change of it goes on until this one ends.

    Raises UserError where a lead did not ask.
    """
    if not ctx.policy.is_lead(ctx.person):
        leads = duty.people(ctx, ctx.policy.oncall.leads)
        raise UserError(commands.leads_only([person.name for person in leads]))
    return take(ctx, rotation)


def take(ctx: Context, rotation: Rotation, seeds: Seeds | None = None) -> Change:
    """Take a list for a change, whoever makes it. seeds: of what is still to be planned before it; None: random."""
    duty.plan_ahead(ctx, rotation, seeds)
    rota = duty.whole(ctx, rotation)
    return Change(ctx, rotation, rota, tuple(duty.as_served(rota, ctx.now)))


def relist(change: Change, roster: Roster, seeds: Seeds | None = None) -> None:
    """Keep a new list, and plan from now on by it. seeds: of the cycles to draw; None: random."""
    stored.save_roster(change.ctx.session, change.rotation.name, roster)
    replan(change, replace(change.rota, roster=roster), seeds)


def replan(change: Change, rota: Rota, seeds: Seeds | None = None) -> None:
    """Plan from now on by a rota that has changed. What has begun stays."""
    until = duty.horizon(change.ctx, change.rotation)
    made = plan(rota, since=change.now, until=until, seeds=seeds or duty.seeds())
    duty.store_plan(change.ctx, change.rotation, made, change.now)


def override(change: Change, start: datetime, end: datetime, engineer: str | None, reason: str = "") -> None:
    """Put somebody, or nobody, on duty for a span."""
    by, name = change.ctx.person, change.rotation.name
    made_by = by.id if by is not None else change.ctx.actor
    stored.add_override(change.ctx.session, Override(name, start, end, engineer, change.now, made_by, reason))
    change.ctx.session.flush()


def fill_gap(change: Change, engineer: str) -> None:
    """Put a newcomer on duty at once where nobody is; what was nobody's stays so in the past."""
    running = who_is_on(change.rota, change.now)
    if running.engineer is None and running.shift is not None and not change.rota.overriding.at(change.now):
        override(change, running.shift.start, running.shift.end, engineer, wording.NOBODY_WAS_THERE)


def settle(change: Change, action: str, told: str, letters: Letters | None = None, **detail: Any) -> Done:
    """Write a change down and tell everybody whose dates it moved, each in one direct message.

    told: what was done, as a sentence. detail: what the history keeps of it, as plain JSON values.
    letters: takes what people are told, where other changes tell them something too; None: it is sent.
    """
    ctx, rotation = change.ctx, change.rotation
    after = duty.whole(ctx, rotation)
    redrawn = _redrawn(change, after) if "seeds" not in detail else ()
    detail["redrawn"] = [seed_of(cycle) for cycle in redrawn] or None
    ctx.audit(action, f"rotation:{rotation.name}", kept_detail(detail))
    now, following = duty.stretch(after, ctx.now)
    before = who_is_on(change.rota, ctx.now)
    dates = moved(change.serving, duty.as_served(after, ctx.now))
    collected = Letters() if letters is None else letters
    first = next((shift.day for one in redrawn for shift in after.shifts if shift.cycle == one.number), None)
    outcome = replace(_write(change, collected, dates, now, told), redrawn=first)
    if letters is None:
        collected.post(ctx)
    if now.engineer is None and before.engineer is not None:
        announcement.nobody_on_duty(ctx, rotation, now, following)
    elif now.engineer != before.engineer:
        names = [ctx.name_of(one.engineer) for one in (now, before)]
        post = wording.replaced(rotation.name, names[0], names[1], now.end, ctx.now, ctx.policy.zone)
        announcement.in_operations(ctx, rotation, lambda _: post)
    return Done(after, now, outcome, dates)


def _write(change: Change, letters: Letters, dates: Dates, on_duty: Duty, told: str) -> wording.Outcome:
    ctx, rotation = change.ctx, change.rotation
    running = on_duty.shift.day if on_duty.shift is not None else None
    reached = []
    for person in duty.people(ctx, dates):
        lost, gained = dates[person.id]
        is_on_now = person.id == on_duty.engineer and running in gained
        message = wording.moved(
            wording.Moved(
                rotation=rotation.name,
                told=told,
                lost=lost,
                gained=tuple(day for day in gained if not (is_on_now and day == running)),
                until=on_duty.end if is_on_now else None,
                now=ctx.now,
                zone=ctx.policy.zone,
            )
        )
        letters.add(person, message)
        reached += [person] if ctx.home_of(person) is not None else []
    names = [ctx.name_of(one) for one in dates]
    return wording.Outcome(
        told=tuple(person.name for person in reached),
        unreached=tuple(name for name in names if name not in {person.name for person in reached}),
        on_duty=ctx.name_of(on_duty.engineer) if on_duty.engineer is not None else None,
    )


def _same(message: Message, platform: str) -> Message:
    del platform  # it mentions nobody
    return message


def _redrawn(change: Change, after: Rota) -> tuple[Cycle, ...]:
    """Give the cycles that had to be drawn anew, as with the old draw somebody would have come again too soon."""
    before = {cycle.number: cycle.draw for cycle in change.rota.cycles if cycle.draw is not None}
    return tuple(
        cycle for cycle in after.cycles if cycle.draw is not None and before.get(cycle.number, cycle.draw) != cycle.draw
    )


def seed_of(cycle: Cycle) -> str:
    """Give a cycle's seed as the history names it."""
    return f"{cycle.seed} (cycle {cycle.number})"


def kept_detail(detail: dict[str, Any]) -> str:
    """Give what the history keeps, as JSON; what is too long for one line of it loses what can be found elsewhere.

    Seeds are kept with their cycles, and a new order is the next line's old one.
    """
    kept = {key: value for key, value in detail.items() if value is not None}
    for dropped in ("new", "redrawn", "seeds", "old"):
        while dropped in kept and len(json.dumps(kept, ensure_ascii=False)) > LONGEST_DETAIL:
            is_cut = dropped in {"seeds", "redrawn"} and len(kept[dropped]) > 1
            kept[dropped] = kept[dropped][: len(kept[dropped]) // 2] if is_cut else None
            kept = {key: value for key, value in kept.items() if value is not None}
    return json.dumps(kept, ensure_ascii=False)


def order_of(roster: Roster, at: datetime) -> Sequence[str]:
    """Give a list's order as the history keeps it."""
    return list(roster.order(at))


def actor_name(ctx: Context) -> str:
    """Give the name of whoever makes the change."""
    return ctx.person.name if ctx.person is not None else ctx.actor
