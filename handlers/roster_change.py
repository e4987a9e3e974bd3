"""One change of who is on call when: locked, re-planned, written down, and told to whom it moves. DESIGN §5."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from handlers import announcement, duty, stand_in
from handlers.context import Context
from handlers.wording import commands, log
from handlers.wording import oncall_list as wording
from models.errors import UserError
from models.message import Message
from models.policy import Rotation
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
    before = set(change.roster.members)
    leaving = [stay for stay in roster.members if stay.until is not None and stay not in before]
    for stay in leaving:
        stored.revoke_overrides_of(change.ctx.session, change.rotation.name, stay.engineer, stay.until or change.now)
    replan(change, duty.whole(change.ctx, change.rotation) if leaving else replace(change.rota, roster=roster), seeds)


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


def settle(change: Change, action: str, told: str, *, besides: str | None = None, **detail: Any) -> Done:
    """Write a change down and tell everybody whose dates it moved, each in one direct message.

    told: what was done, as a sentence. besides: who is told already. detail: what the history keeps of it, as plain
    JSON values.
    """
    (done,) = settle_all([change], action, told, besides=besides, **detail)
    return done


def settle_all(
    changes: Sequence[Change], action: str, told: str, *, besides: str | None = None, **detail: Any
) -> Sequence[Done]:
    """Settle what was done at once in several rotations, like `settle`: whom it moves is told of all in one message."""
    return settle_each([(change, detail) for change in changes], action, told, besides)


def settle_each(
    changes: Sequence[tuple[Change, dict[str, Any]]], action: str, told: str, besides: str | None = None
) -> Sequence[Done]:
    """Settle like `settle_all` what the history of each rotation keeps something of its own of."""
    moves = [_written(change, action, dict(detail)) for change, detail in changes]
    outcome = _tell(moves, told, besides)
    for move in moves:
        if move.dates:
            move.change.ctx.log(move.change.rotation.name, told)
        _announce(move)
    return [
        Done(move.after, move.now, replace(outcome, on_duty=_serving(move), redrawn=move.redrawn), move.dates)
        for move in moves
    ]


@dataclass(frozen=True, slots=True)
class _Move:
    """A change and what came of it. now, following: the duty after it; before: the one that held until then.

    redrawn: from when on the order had to be drawn anew; None: it stayed.
    """

    change: Change
    after: Rota
    now: Duty
    following: Duty
    before: Duty
    redrawn: date | None

    @property
    def dates(self) -> Dates:
        """Whose dates it moved, and which."""
        return moved(self.change.serving, duty.as_served(self.after, self.change.now))


def _written(change: Change, action: str, detail: dict[str, Any]) -> _Move:
    ctx, rotation = change.ctx, change.rotation
    stand_in.renew(ctx, rotation)
    after = duty.whole(ctx, rotation)
    redrawn = _redrawn(change, after) if "seeds" not in detail else ()
    detail["redrawn"] = [seed_of(cycle) for cycle in redrawn] or None
    ctx.audit(action, f"rotation:{rotation.name}", kept_detail(detail))
    now, following = duty.stretch(after, ctx.now)
    first = next((shift.day for one in redrawn for shift in after.shifts if shift.cycle == one.number), None)
    return _Move(change, after, now, following, who_is_on(change.rota, ctx.now), first)


def _announce(move: _Move) -> None:
    """Say in operations that somebody else, or nobody, is on duty from now on; nothing where that did not change."""
    ctx, rotation, now, before = move.change.ctx, move.change.rotation, move.now, move.before
    if now.engineer != before.engineer:
        taking, leaving = (ctx.name_of(one.engineer) if one.engineer else None for one in (now, before))
        ctx.log(rotation.name, log.on_duty(taking, leaving))
    if now.engineer is None and before.engineer is not None:
        announcement.nobody_on_duty(ctx, rotation, now, move.following)
    elif now.engineer != before.engineer:
        names = [ctx.name_of(one.engineer) for one in (now, before)]
        post = wording.replaced(rotation.name, names[0], names[1], now.end, ctx.now, ctx.policy.zone)
        announcement.in_operations(ctx, rotation, lambda _: post)


def _serving(move: _Move) -> str | None:
    engineer = move.now.engineer
    return move.change.ctx.name_of(engineer) if engineer is not None else None


def _tell(moves: Sequence[_Move], told: str, besides: str | None) -> wording.Outcome:
    """Tell each person whose dates moved of all of them in one message."""
    ctx = moves[0].change.ctx
    facts: dict[str, list[wording.Moved]] = {}
    for move in moves:
        for engineer, moved_days in move.dates.items():
            if engineer != besides:
                facts.setdefault(engineer, []).append(_moved(move, engineer, *moved_days))
    reached = []
    for person in duty.people(ctx, facts):
        reached += ctx.tell([person], partial(_same, wording.moved(told, facts[person.id])))
    names = [ctx.name_of(one) for one in facts]
    return wording.Outcome(
        told=tuple(person.name for person in reached),
        unreached=tuple(name for name in names if name not in {person.name for person in reached}),
        on_duty=None,
    )


def _moved(move: _Move, engineer: str, lost: tuple[date, ...], gained: tuple[date, ...]) -> wording.Moved:
    running = move.now.shift.day if move.now.shift is not None else None
    is_on_now = engineer == move.now.engineer and running in gained
    return wording.Moved(
        rotation=move.change.rotation.name,
        lost=lost,
        gained=tuple(day for day in gained if not (is_on_now and day == running)),
        until=move.now.end if is_on_now else None,
        now=move.change.now,
        zone=move.change.ctx.policy.zone,
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
