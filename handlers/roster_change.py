"""One change of who is on call when: locked, re-planned, written down, and told to whom it moves. DESIGN §5."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from handlers import announcement, duty
from handlers.command import Call
from handlers.context import Context
from handlers.wording import commands
from handlers.wording import oncall_list as wording
from models.errors import UserError
from models.message import Message
from models.policy import Rotation
from models.records import roster as stored
from models.rota.duty import Duty, who_is_on
from models.rota.plan import moved, plan
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Shift

LONGEST_DETAIL = 1900
SERVED = timedelta(days=90)


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


def begin(ctx: Context, call: Call) -> Change:
    """Take a rotation's list for a lead's change. Raises UserError where a lead did not ask."""
    if not ctx.policy.is_lead(ctx.person):
        leads = duty.people(ctx, ctx.policy.oncall.leads)
        raise UserError(commands.leads_only([person.name for person in leads]))
    return take(ctx, call.rotation)


def take(ctx: Context, rotation: Rotation) -> Change:
    """Take a rotation for a change; no other change of it goes on until this one ends."""
    duty.plan_ahead(ctx, rotation)
    rota = duty.whole(ctx, rotation)
    return Change(ctx, rotation, rota, tuple(duty.as_served(rota, ctx.now)))


def relist(change: Change, roster: Roster) -> None:
    """Keep a new list, and plan from now on by it."""
    stored.save_roster(change.ctx.session, change.rotation.name, roster)
    replan(change, replace(change.rota, roster=roster))


def replan(change: Change, rota: Rota) -> None:
    """Plan from now on by a rota that has changed. What has begun stays."""
    until = duty.horizon(change.ctx, change.rotation)
    made = plan(rota, since=change.now, until=until, seeds=duty.seeds())
    duty.store_plan(change.ctx, change.rotation, made, change.now)


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
    moves = [_written(change, action, detail) for change in changes]
    outcome = _tell(moves, told, besides)
    for move in moves:
        _announce(move)
    return [Done(move.after, move.now, replace(outcome, on_duty=_serving(move))) for move in moves]


@dataclass(frozen=True, slots=True)
class _Move:
    """A change and what came of it. now, following: the duty after it; before: the one that held until then."""

    change: Change
    after: Rota
    now: Duty
    following: Duty
    before: Duty


def _written(change: Change, action: str, detail: dict[str, Any]) -> _Move:
    ctx, rotation = change.ctx, change.rotation
    after = duty.whole(ctx, rotation)
    ctx.audit(action, f"rotation:{rotation.name}", _detail(detail))
    now, following = duty.stretch(after, ctx.now)
    return _Move(change, after, now, following, who_is_on(change.rota, ctx.now))


def _announce(move: _Move) -> None:
    """Say in operations that somebody else, or nobody, is on duty from now on; nothing where that did not change."""
    ctx, rotation, now, before = move.change.ctx, move.change.rotation, move.now, move.before
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
        for engineer, moved_days in moved(move.change.serving, duty.as_served(move.after, ctx.now)).items():
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


def _detail(detail: dict[str, Any]) -> str:
    """Give what the history keeps, as JSON; without the orders where they are too long for one line of it."""
    kept = {key: value for key, value in detail.items() if value is not None}
    for dropped in ("new", "old"):
        if len(json.dumps(kept, ensure_ascii=False)) > LONGEST_DETAIL:
            kept.pop(dropped, None)
    return json.dumps(kept, ensure_ascii=False)


def order_of(roster: Roster, at: datetime) -> Sequence[str]:
    """Give a list's order as the history keeps it."""
    return list(roster.order(at))


def actor_name(ctx: Context) -> str:
    """Give the name of whoever makes the change."""
    return ctx.person.name if ctx.person is not None else ctx.actor
