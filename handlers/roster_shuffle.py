"""A lead's shuffle: drawn from seeds that can be checked, shown before it is put in force. Source: DESIGN §5."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from handlers import duty, roster_change
from handlers.command import Call
from handlers.context import Answer, Context
from handlers.roster_change import SERVED, Change, actor_name, order_of
from handlers.wording import oncall_list as wording
from models.errors import UserError
from models.message import Message
from models.records import roster as stored
from models.rota.plan import Plan, notice_ends, reshuffle
from models.rota.roster import Roster
from models.rota.rota import Cycle

FEWEST = 2


def shuffle(ctx: Context, call: Call) -> Answer:
    """Draw a new order after the notice that people get; with `preview`, show what that would do."""
    is_preview = [word.lower() for word in call.words] == ["preview"]
    if call.words and not is_preview:
        raise call.wrong(wording.ONLY_PREVIEW)
    change = roster_change.begin(ctx, call.rotation)
    if len(change.roster.order(ctx.now)) < FEWEST:
        raise UserError(wording.TOO_FEW)
    since = notice_ends(change.rota, ctx.now)
    made = reshuffle(change.rota, since=since, until=duty.horizon(ctx, call.rotation), seeds=_seeds(change))
    if not _drawn(made):
        raise UserError(wording.BEYOND_THE_PLAN)
    if is_preview:
        return Answer(reply=wording.preview(_turns(change, made), _since(change, made), _order(change, made)))
    return Answer(reply=_shuffled(change, made))


def _shuffled(change: Change, made: Plan) -> Message:
    """Put a shuffle in force, and give the answer."""
    ctx, name, drawn, since = change.ctx, change.rotation.name, _drawn(made), _since(change, made)
    turns = _turns(change, made)
    duty.store_plan(ctx, change.rotation, _with_old_draws(change, made), made.since)
    stored.save_roster(ctx.session, name, _reordered(change, drawn))
    seeds = [f"{draw.seed} (cycle {cycle.number})" for cycle in drawn if (draw := cycle.draw) is not None]
    done = roster_change.settle(
        change,
        "shuffle",
        wording.shuffled(actor_name(ctx), since),
        seeds=seeds,
        start=since.isoformat(),
        old=_order_before(change, drawn[0]),
        new=list(drawn[0].order),
    )
    return wording.confirm_shuffled(turns, since, _order(change, made), seeds, done.outcome)


def _order(change: Change, made: Plan) -> wording.Drawn:
    """Give the first order that a shuffle draws, which the list, its next cycle and the history then show."""
    first = _drawn(made)[0]
    is_running = first.number == change.rota.cycle_at(change.now)
    return wording.Drawn(tuple(map(change.ctx.name_of, first.order)), is_running=is_running)


def _order_before(change: Change, first: Cycle) -> list[str]:
    """Give the order that the same cycle had before; the list's where it had none or runs already."""
    old = change.rota.cycle(first.number)
    is_running = first.number == change.rota.cycle_at(change.now)
    return list(old.order) if old is not None and not is_running else list(order_of(change.roster, change.now))


def _drawn(made: Plan) -> list[Cycle]:
    """Give the cycles whose order a shuffle draws; one in which everybody has served already is left as it is."""
    return [cycle for cycle in made.cycles if cycle.draw is not None and cycle.draw.base]


def _with_old_draws(change: Change, made: Plan) -> Plan:
    """Give a plan in which a cycle that had nobody left to draw keeps the draw that made its order."""
    kept = []
    for cycle in made.cycles:
        old = change.rota.cycle(cycle.number)
        is_empty = cycle.draw is not None and not cycle.draw.base
        kept.append(replace(cycle, draw=old.draw if old is not None else None) if is_empty else cycle)
    return replace(made, cycles=tuple(kept))


def _seeds(change: Change) -> Callable[[int], int]:
    """Give seeds that stay the same until the list changes, so that a preview shows what the shuffle then does.

    They follow from the random seeds drawn before and from how often the list was changed: whoever wants other ones
    has to change the list, which the history shows.
    """
    name = change.rotation.name
    drawn = [cycle.seed for cycle in change.rota.cycles if cycle.number >= change.rota.cycle_at(change.now)]
    basis = f"{name}:{stored.version(change.ctx.session, name)}:{drawn}"
    return lambda cycle: int.from_bytes(hashlib.sha256(f"{basis}:{cycle}".encode()).digest()[:6])


def _reordered(change: Change, drawn: Sequence[Cycle]) -> Roster:
    """Give the list in its new order, where the running cycle was drawn anew; later cycles keep their own."""
    roster = change.roster
    ours = next((cycle for cycle in drawn if cycle.number == roster.cycle), None)
    return roster if ours is None else roster.reordered(ours.order, ours.number)


def _turns(change: Change, made: Plan) -> list[wording.Turn]:
    """Give each person's next turn before and after, in the new order."""
    rota, ctx = change.rota, change.ctx
    served = duty.days_served(rota, change.now - SERVED, change.now)
    old = [shift for shift in rota.shifts if shift.start >= made.since]
    turns = []
    for engineer in dict.fromkeys(shift.engineer for shift in made.shifts):
        if engineer is not None:
            was, will = duty.first_of(old, engineer), duty.first_of(made.shifts, engineer)
            days = [shift.day if shift is not None else None for shift in (was, will)]
            turns.append(wording.Turn(ctx.name_of(engineer), days[0], days[1], served[engineer]))
    return turns


def _since(change: Change, made: Plan) -> date:
    return made.shifts[0].day if made.shifts else change.rota.calendar.day_of(made.since)
