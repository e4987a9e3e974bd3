"""A lead's shuffle: drawn from seeds that can be checked, shown before it is put in force. Source: DESIGN §5."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, timedelta

from handlers import duty, roster_change
from handlers.command import Call
from handlers.context import Answer, Context
from handlers.roster_change import SERVED, Change, actor_name, order_of
from handlers.wording import commands
from handlers.wording import roster_shuffle as wording
from models.errors import UserError
from models.events import ButtonPressed
from models.message import Message
from models.records import audit
from models.records import roster as stored
from models.records.audit import AuditEntry
from models.rota.fairness import NOTHING, tally
from models.rota.plan import Plan, notice_ends, reshuffle
from models.rota.roster import Roster
from models.rota.rota import Cycle, Rota
from models.rota.shift import Shift

FEWEST = 2
JUST_NOW = timedelta(minutes=1)
VALUE_PARTS = 3


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a shuffle would do to a list as it stands. made: the plan; facts: the same for people to read."""

    change: Change
    made: Plan
    facts: wording.Shuffling

    @property
    def value(self) -> str:
        """What the button of its preview carries: the rotation, the list's version, and the mark of what is shown."""
        name = self.change.rotation.name
        return f"{name}:{stored.version(self.change.ctx.session, name)}:{self.mark}"

    @property
    def mark(self) -> str:
        """What is another one as soon as the shuffle would do anything else than what is shown."""
        shown = (self.facts.since, self.facts.before, self.facts.after, *map(astuple, self.facts.turns))
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def shuffle(ctx: Context, call: Call) -> Answer:
    """Draw a new order after the notice that people get; with `preview`, show what that would do."""
    is_preview = [word.lower() for word in call.words] == ["preview"]
    if call.words and not is_preview:
        raise call.wrong(wording.ONLY_PREVIEW)
    proposal = _proposal(roster_change.begin(ctx, call.rotation))
    if is_preview:
        return Answer(reply=wording.preview(proposal.facts, proposal.value))
    other = _just_shuffled(proposal.change)
    if other is not None:
        shown = wording.preview(proposal.facts, proposal.value, "Shuffle once more")
        return Answer(reply=wording.again(other, shown))
    return Answer(reply=_shuffled(proposal))


def shuffle_as_seen(ctx: Context, event: ButtonPressed) -> Answer:
    """Do what a preview showed. Raises UserError where a shuffle would no longer do exactly that, with the reason."""
    name, *rest = event.value.rsplit(":", VALUE_PARTS - 1)
    rotation = ctx.policy.rotation(name)
    if rotation is None or len(rest) != VALUE_PARTS - 1:
        raise UserError(commands.UNKNOWN_BUTTON)
    version, mark = rest
    change = roster_change.begin(ctx, rotation)
    proposal = _proposal(change)
    if str(stored.version(ctx.session, name)) != version:
        raise UserError(_who_changed(change))
    if proposal.mark != mark:
        raise UserError(wording.outdated(_preview_command(change)))
    return Answer(reply=_shuffled(proposal))


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer]] = {wording.BUTTON: shuffle_as_seen}


def _proposal(change: Change) -> Proposal:
    ctx = change.ctx
    if len(change.roster.order(ctx.now)) < FEWEST:
        raise UserError(wording.TOO_FEW)
    since = notice_ends(change.rota, ctx.now)
    made = reshuffle(change.rota, since=since, until=duty.horizon(ctx, change.rotation), seeds=_seeds(change))
    if not _drawn(made):
        raise UserError(wording.BEYOND_THE_PLAN)
    return Proposal(change, made, _facts(change, made))


def _shuffled(proposal: Proposal) -> Message:
    """Put a shuffle in force, and give the answer."""
    change, made = proposal.change, proposal.made
    ctx, name, drawn, since = change.ctx, change.rotation.name, _drawn(made), proposal.facts.since
    duty.store_plan(ctx, change.rotation, _with_old_draws(change, made), made.since)
    stored.save_roster(ctx.session, name, _reordered(change, drawn))
    seeds = [roster_change.seed_of(cycle) for cycle in drawn]
    done = roster_change.settle(
        change,
        "shuffle",
        wording.told(actor_name(ctx), since),
        seeds=seeds,
        start=since.isoformat(),
        old=_order_before(change, drawn[0]),
        new=list(drawn[0].order),
    )
    return wording.confirm(proposal.facts, seeds, done.outcome)


# -- others, meanwhile


def _just_shuffled(change: Change) -> str | None:
    """Give the name of another lead whose shuffle was the last change of the list, within the last minute."""
    ctx = change.ctx
    last = next(iter(_history(change, 1)), None)
    if last is None or last.action != "shuffle" or ctx.now - last.at >= JUST_NOW:
        return None
    own = ctx.person.id if ctx.person is not None else ctx.actor
    return ctx.name_of(last.actor) if last.actor != own else None


def _who_changed(change: Change) -> str:
    """Say who has changed the list since it was seen."""
    ctx, command = change.ctx, _preview_command(change)
    last = next(iter(_history(change, 1)), None)
    if last is None:
        return wording.outdated(command)
    return wording.changed(ctx.name_of(last.actor), last.action, last.at, ctx.policy.zone, command)


def _preview_command(change: Change) -> str:
    is_alone = len(change.ctx.policy.oncall.rotations) == 1
    return f"/oncall-list shuffle preview{'' if is_alone else f' in {change.rotation.name}'}"


def _history(change: Change, limit: int) -> list[AuditEntry]:
    return audit.of_subject(change.ctx.session, f"rotation:{change.rotation.name}", limit)


# -- what is drawn


def _order_before(change: Change, first: Cycle) -> list[str]:
    """Give the order that the same cycle had before; the list's where it had none or runs already."""
    old = change.rota.cycle(first.number)
    is_running = first.number == change.rota.cycle_at(change.now)
    return list(old.order) if old is not None and not is_running else list(order_of(change.roster, change.now))


def _drawn(made: Plan) -> list[Cycle]:
    """Give the cycles whose order a shuffle draws; one in which everybody has served already is left as it is."""
    return [cycle for cycle in made.cycles if cycle.draw is not None and cycle.draw.base]


def _with_old_draws(change: Change, made: Plan) -> Plan:
    """Give a plan in which a cycle that had nobody left to draw keeps its order, and the draw and mend that made it."""
    return replace(made, cycles=tuple(_with_old_draw(change, cycle) for cycle in made.cycles))


def _with_old_draw(change: Change, cycle: Cycle) -> Cycle:
    old = change.rota.cycle(cycle.number)
    if cycle.draw is None or cycle.draw.base:
        return cycle
    if old is None:
        return replace(cycle, draw=None)
    return replace(cycle, order=old.order, draw=old.draw, mend=old.mend)


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


# -- what is shown


def _facts(change: Change, made: Plan) -> wording.Shuffling:
    ctx, calendar, first = change.ctx, change.rota.calendar, _drawn(made)[0]
    since = made.shifts[0].day if made.shifts else calendar.day_of(made.since)
    return wording.Shuffling(
        rotation=change.rotation.name,
        since=since,
        today=calendar.day_of(ctx.now),
        before=tuple(map(ctx.name_of, _order_before(change, first))),
        after=tuple(map(ctx.name_of, first.order)),
        begins=_begin(change, made, first),
        turns=tuple(_turns(change, made)),
        moves=tuple(_moves_today(change, first)),
        zone=ctx.policy.zone,
    )


def _begin(change: Change, made: Plan, first: Cycle) -> date | None:
    """Give the first day of a cycle; None for the one that runs."""
    if first.number == change.rota.cycle_at(change.now):
        return None
    shifts = (*(shift for shift in change.rota.shifts if shift.start < made.since), *made.shifts)
    return next(shift.day for shift in shifts if shift.cycle == first.number)


def _turns(change: Change, made: Plan) -> Iterator[wording.Turn]:
    """Yield each person's next turn before and after, in the new order; assigned days are whose they are."""
    rota, ctx = change.rota, change.ctx
    served = tally(rota, change.now - SERVED, change.now)
    old = _from(rota, made.since)
    kept = tuple(shift for shift in rota.shifts if shift.start < made.since)
    new = _from(replace(rota, shifts=(*kept, *made.shifts)), made.since)
    for engineer in dict.fromkeys(shift.engineer for shift in new):
        if engineer is not None:
            before, after = _first_day(old, engineer), _first_day(new, engineer)
            sums = served.get(engineer, NOTHING)
            yield wording.Turn(ctx.name_of(engineer), before, after, sums.days, sums.mondays, sums.fridays)


def _from(rota: Rota, since: datetime) -> list[Shift]:
    """Give the shifts that begin at or after an instant, each with whom the resolver names."""
    return [shift for shift in duty.as_served(rota, since) if shift.start >= since]


def _first_day(shifts: Sequence[Shift], engineer: str) -> date | None:
    first = duty.first_of(shifts, engineer)
    return None if first is None else first.day


def _moves_today(change: Change, first: Cycle) -> Iterator[wording.Move]:
    """Yield the moves that leads made today, since the last shuffle, the newest of each person."""
    ctx, calendar = change.ctx, change.rota.calendar
    midnight = calendar.midnight(calendar.day_of(ctx.now))
    drawn = first.draw.base if first.draw is not None and first.number == change.rota.cycle_at(ctx.now) else ()
    told: set[str] = set()
    for entry in _history(change, 20):
        if entry.at < midnight or entry.action in {"shuffle", "import"}:
            return
        detail = json.loads(entry.detail)
        engineer = detail.get("engineer")
        if entry.action == "move" and engineer not in told:
            told.add(engineer)
            names = ctx.name_of(engineer), detail["position"], ctx.name_of(entry.actor)
            yield wording.Move(*names, entry.at, is_kept=engineer not in drawn)
