"""Who is on call, from the stored rota: the one place in which handlers ask, and in which shifts are planned."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers.context import Context
from models.policy import Person, Policy, Rotation
from models.records import roster as stored
from models.records import rota as rotas
from models.rota.duty import Duty, duties, who_is_on
from models.rota.plan import Plan, plan
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Shift
from models.rota.turns import Seeds

NEAR = timedelta(days=21)  # enough ahead to name the next on the list across a holiday season
INSTANT = timedelta(microseconds=1)


def on_call(ctx: Context, rotation: Rotation, at: datetime | None = None) -> Duty:
    """Give who is on duty in a rotation at an instant (None: now), and why them."""
    moment = at or ctx.now
    return who_is_on(near(ctx, rotation, moment), moment)


def stretch(rota: Rota, at: datetime) -> tuple[Duty, Duty]:
    """Give the duty at an instant, over all of its shift in which nobody else serves, and the one after it."""
    first = who_is_on(rota, at)
    before = first
    while (before := who_is_on(rota, before.start - INSTANT)).shift is not None and _is_the_same(first, before):
        first = replace(first, start=before.start)
    following = who_is_on(rota, first.end)
    while following.shift is not None and _is_the_same(first, following):
        following = who_is_on(rota, following.end)
    return replace(first, end=following.start, next=following.engineer), following


def stretches(rota: Rota, since: datetime) -> list[Duty]:
    """Give the duties as `stretch` does, without gap, from the shift that runs at an instant to the last one stored."""
    left = [shift for shift in rota.shifts if shift.end > since]
    found: list[Duty] = []
    for duty in duties(rota, left[0].start, left[-1].end) if left else ():
        if found and _is_the_same(found[-1], duty):
            found[-1] = replace(found[-1], end=duty.end, next=duty.next)
        else:
            found.append(duty)
    return found


def _is_the_same(first: Duty, later: Duty) -> bool:
    return (first.shift, first.engineer, first.why) == (later.shift, later.engineer, later.why)


def as_served(rota: Rota, since: datetime) -> list[Shift]:
    """Give the shifts that end after an instant, each with whom the resolver names for what is left of it.

    A weekly shift is given by its working days, because single days of it can be somebody else's.
    """
    parts = (part for shift in rota.shifts if shift.end > since for part in _parts(rota, shift))
    return [
        replace(part, engineer=who_is_on(rota, max(part.start, since)).engineer) for part in parts if part.end > since
    ]


def _parts(rota: Rota, shift: Shift) -> Iterable[Shift]:
    if rota.calendar.rotation.kind == "daily":
        yield shift
        return
    day = shift.day
    while (start := max(shift.start, rota.calendar.hours_of(day)[0])) < shift.end:
        following = rota.calendar.next_working(day)
        yield replace(shift, day=day, start=start, end=min(shift.end, rota.calendar.hours_of(following)[0]))
        day = following


def first_of(shifts: Iterable[Shift], engineer: str) -> Shift | None:
    """Give the first of some shifts that is somebody's."""
    return next((shift for shift in shifts if shift.engineer == engineer), None)


def why(ctx: Context, said: str) -> str:
    """Give a reason of the resolver's with people's names in place of their ids."""
    return named(ctx.policy, said)


def named(policy: Policy, said: str) -> str:
    """Give a reason of the resolver's with the names of a policy's people in place of their ids."""
    names = {person.id: person.name for person in policy.people}
    return re.sub(r"[^\s;:,]+", lambda word: names.get(word[0], word[0]), said)


def near(ctx: Context, rotation: Rotation, at: datetime) -> Rota:
    """Give the part of a rotation's rota around an instant."""
    return ctx.standing.shelf.near(ctx.session, ctx.standing.calendar(rotation), at)


def whole(ctx: Context, rotation: Rotation) -> Rota:
    """Give everything that is stored of a rotation."""
    return rotas.load(ctx.session, ctx.standing.calendar(rotation))


def fallback(ctx: Context) -> list[Person]:
    """Give who is pinged where nobody is on duty: those named for it, else the leads."""
    return people(ctx, ctx.policy.oncall.fallback or ctx.policy.oncall.leads)


def is_within_hours(ctx: Context, rotation: Rotation, at: datetime | None = None) -> bool:
    """Say whether an instant (None: now) lies in a rotation's hours."""
    return ctx.standing.calendar(rotation).is_within_hours(at or ctx.now)


def next_hours_begin(ctx: Context, rotation: Rotation) -> datetime:
    """Give when a rotation's hours next begin."""
    return ctx.standing.calendar(rotation).next_hours_begin(ctx.now)


def members(ctx: Context, rotation: Rotation) -> list[Person]:
    """Give the people of a rotation who are on its list and not away now, in the list's order."""
    rota = near(ctx, rotation, ctx.now)
    there = (name for name in rota.roster.order(ctx.now) if not rota.is_away(name, ctx.now))
    return [person for name in there if (person := ctx.policy.person(name)) is not None]


def shadows(ctx: Context, rotation: Rotation) -> list[Person]:
    """Give the newcomers who shadow whoever is on duty in a rotation now."""
    return people(ctx, near(ctx, rotation, ctx.now).roster.shadows(ctx.now))


def is_engineer(ctx: Context, person: Person | None) -> bool:
    """Say whether somebody is on a list in the store, leads, or is whom a page may go to: whoever is asked may act.

    Whoever was assigned is on duty without being on any list.
    """
    if person is None:
        return False
    if ctx.policy.is_lead(person) or person.id in _named_to_be_paged(ctx.policy):
        return True
    rotations = ctx.policy.oncall.rotations
    rosters = (rotas.load_roster(ctx.session, rotation.name) for rotation in rotations)
    if any(person.id in roster.order(ctx.now) for roster in rosters):
        return True
    return any(person.id == on_call(ctx, rotation).engineer for rotation in rotations)


def _named_to_be_paged(policy: Policy) -> set[str]:
    steps = (*policy.escalation.urgent, *policy.escalation.platform)
    return {*policy.oncall.fallback, *policy.after_hours.page, *(who for step in steps for who in step.to)}


def plan_ahead(ctx: Context, rotation: Rotation, drawn_from: Seeds | None = None) -> Plan:
    """Plan and store a rotation's shifts up to its horizon; an empty store is seeded from the configured list.

    What is planned already stays as it is. drawn_from: the seeds of new cycles; None: random ones.
    """
    stored.lock(ctx.session, rotation.name)
    if not stored.is_known(ctx.session, rotation.name):
        stored.save_roster(ctx.session, rotation.name, Roster.of(*rotation.engineers))
    rota = whole(ctx, rotation)
    since = rota.shifts[-1].end if rota.shifts and rota.shifts[-1].end > ctx.now else ctx.now
    planned = plan(rota, since=since, until=horizon(ctx, rotation), seeds=drawn_from or seeds())
    return store_plan(ctx, rotation, planned, since)


def horizon(ctx: Context, rotation: Rotation) -> date:
    """Give the last civil day that is planned."""
    calendar = ctx.standing.calendar(rotation)
    return calendar.day_of(ctx.now) + timedelta(days=rotation.horizon_days)


def store_plan(ctx: Context, rotation: Rotation, planned: Plan, since: datetime) -> Plan:
    """Keep a plan in place of every shift that begins at or after an instant, and give it."""
    if planned.joint is not None and planned.joint.id is not None:
        joint = planned.joint
        stored.end_shift(ctx.session, planned.joint.id, joint.end, joint.engineer, joint.reason)
    stored.replace_shifts(ctx.session, rotation.name, since, planned.shifts)
    stored.save_cycles(ctx.session, rotation.name, planned.cycles)
    return planned


def seeds() -> Seeds:
    """Give a source of seeds for new cycles; each is kept with its cycle, so that a draw can be checked."""
    return lambda _cycle: secrets.randbits(48)


def people(ctx: Context, ids: Iterable[str | None]) -> list[Person]:
    """Give the configured people of ids; ids that the configuration no longer has are left out."""
    return [person for one in ids if (person := ctx.policy.person(one)) is not None]
