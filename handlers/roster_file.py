"""The lists as a file has them: written as the configuration writes them, and brought in as one change of each.

What is brought in goes the way of `/oncall-list`: locked, planned anew, written down, told to whom it moves. DESIGN §8.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime

import yaml
from sqlalchemy.orm import Session

from handlers import duty, roster_change
from handlers.context import Context, Standing
from handlers.roster_change import Change, Done, actor_name
from handlers.roster_change import order_of as names_of
from handlers.wording import oncall_list as words
from handlers.wording.roster_file import Brought, Newcomer
from models.policy import Rotation
from models.records import roster as stored
from models.records import rota as rotas
from models.rota.calendar import WorkCalendar
from models.rota.duty import who_is_on
from models.rota.roster import Roster
from models.rota.turns import Seeds

WIDTH = 100
ENDLESS = 10**6

Lists = Mapping[str, Sequence[str]]
"""The order of each rotation, by its name."""


# -- out


def order_of(session: Session | None, calendar: WorkCalendar, now: datetime) -> tuple[str, ...]:
    """Give who is on a list, in the order of the running cycle; the configured list where the store has none."""
    if session is None or not stored.is_known(session, calendar.rotation.name):
        return calendar.rotation.engineers
    return rotas.load(session, calendar).standing(now).order(now)


def orders(session: Session | None, standing: Standing, now: datetime) -> dict[str, Sequence[str]]:
    """Give every list of the configuration as it stands."""
    rotations = standing.policy.oncall.rotations
    return {rotation.name: order_of(session, standing.calendar(rotation), now) for rotation in rotations}


def as_yaml(lists: Lists) -> str:
    """Give lists as they stand in a configuration file."""
    document = _document(lists)
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=None, width=WIDTH)
    return text


def in_one_line(rotation: str, order: Sequence[str]) -> str:
    """Give one list as the same YAML in one line, as it can be copied out of a chat."""
    document = _document({rotation: order})
    text: str = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, default_flow_style=True, width=ENDLESS)
    return text.strip().removeprefix("{").removesuffix("}")


def _document(lists: Lists) -> dict[str, object]:
    rotations = [{"name": name, "engineers": list(order)} for name, order in lists.items()]
    return {"oncall": {"rotations": rotations}}


# -- in


def bring_in(ctx: Context, wanted: Lists) -> list[Brought]:
    """Make every named list what it should be, and give what that changed. Each person is told in one message."""
    found: dict[str, Brought] = {}
    changes: list[Change] = []
    for rotation in ctx.policy.oncall.rotations:
        if rotation.name in wanted:
            one = _relisted(ctx, rotation, tuple(wanted[rotation.name]))
            found[rotation.name] = one if isinstance(one, Brought) else Brought(rotation.name)
            changes += [one] if isinstance(one, Change) else []
    orders = [(names_of(change.roster, ctx.now), list(wanted[change.rotation.name])) for change in changes]
    details = [{"old": old, "new": new} for old, new in orders]
    told = words.imported(actor_name(ctx))
    own = list(zip(changes, details, strict=True))
    done = roster_change.settle_each(own, "import", told) if own else ()
    for change, each, (old, new) in zip(changes, done, orders, strict=True):
        found[change.rotation.name] = _difference(change, each, old, new)
    return list(found.values())


def _relisted(ctx: Context, rotation: Rotation, order: tuple[str, ...]) -> Change | Brought:
    """Give the change of a list that was planned anew; else what there is to say of one that is new, or as it was."""
    if not stored.is_known(ctx.session, rotation.name):
        return _begun(ctx, rotation, order)
    stored.lock(ctx.session, rotation.name)
    if order_of(ctx.session, ctx.standing.calendar(rotation), ctx.now) == order:
        return Brought(rotation.name)
    seeds = _seeds(ctx, rotation, order)
    change = roster_change.take(ctx, rotation, seeds)
    old = names_of(change.roster, ctx.now)
    roster_change.relist(change, relisted(change.roster, order, ctx.now), seeds)
    if newcomers := [engineer for engineer in order if engineer not in old]:
        roster_change.fill_gap(change, newcomers[0])
    return change


def _begun(ctx: Context, rotation: Rotation, order: tuple[str, ...]) -> Brought:
    """Begin a list that the store does not have yet with what the file says, not with the configuration."""
    stored.save_roster(ctx.session, rotation.name, Roster.of(*order))
    duty.plan_ahead(ctx, rotation)
    ctx.audit("import", f"rotation:{rotation.name}", roster_change.kept_detail({"new": list(order)}))
    return Brought(rotation.name, is_new=True)


def relisted(roster: Roster, order: Sequence[str], now: datetime) -> Roster:
    """Give a list with exactly these people in this order, as leads would make it one by one.

    Whoever is no longer named leaves now. Newcomers behind everybody else come with the next cycle; one with somebody
    of the list behind them has that place in the running one.
    """
    before = roster.order(now)
    for engineer in before:
        if engineer not in order:
            roster = roster.remove(engineer, now)
    last = max((place for place, engineer in enumerate(order) if engineer in before), default=-1)
    for place, engineer in enumerate(order):
        if engineer not in before:
            roster = roster.add(engineer, now, position=1 if place < last else None)
    return roster.reordered(tuple(order), roster.cycle)


def _seeds(ctx: Context, rotation: Rotation, order: Sequence[str]) -> Seeds:
    """Give seeds that stay the same until anything of the rotation changes, so that a preview shows what is done then.

    They follow from the store's own random stamp.
    """
    basis = f"{rotation.name}:{stored.stamp(ctx.session, rotation.name)}:{list(order)}"
    return lambda cycle: int.from_bytes(hashlib.sha256(f"{basis}:{cycle}".encode()).digest()[:6])


def _difference(change: Change, done: Done, old: Sequence[str], new: Sequence[str]) -> Brought:
    was = who_is_on(change.rota, change.now).engineer
    return Brought(
        change.rotation.name,
        comes=tuple(_newcomer(change, done, place, one) for place, one in enumerate(new, start=1) if one not in old),
        leaves=tuple(one for one in old if one not in new),
        moves=tuple((one, old.index(one) + 1, new.index(one) + 1) for one in moved(old, new)),
        dates=done.dates,
        on_duty=None if was == done.on_duty.engineer else (was, done.on_duty.engineer),
        unreached=tuple(one for one in done.outcome.unreached if one in map(change.ctx.name_of, done.dates)),
    )


def _newcomer(change: Change, done: Done, place: int, engineer: str) -> Newcomer:
    first = duty.first_of(duty.as_served(done.rota, change.now), engineer)
    return Newcomer(engineer, place, None if first is None else first.day)


def moved(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """Give the fewest people whose moves make one order of the other: all but the longest run that kept its order."""
    place = {engineer: index for index, engineer in enumerate(old)}
    staying = [engineer for engineer in new if engineer in place]
    ends: list[int] = []
    runs: list[list[str]] = []
    for engineer in staying:
        at = bisect_left(ends, place[engineer])
        run = [*(runs[at - 1] if at else []), engineer]
        ends[at : at + 1], runs[at : at + 1] = [place[engineer]], [run]
    kept = set(runs[-1]) if runs else set()
    return [engineer for engineer in staying if engineer not in kept]
