"""`/oncall off`: days on which somebody is away; their turns go to the next, and come back later. Source: DESIGN §5."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers import duty, exchange_shift, roster_change
from handlers.command import Call, Command
from handlers.context import Answer, Context
from handlers.dates import leading_day, leading_span, today_of
from handlers.roster_change import Change, Done, actor_name
from handlers.wording import absence as wording
from models.errors import UserError
from models.policy import Person, Rotation
from models.records import roster as stored
from models.rota.shift import Absence

ANOTHER = ("and", "&", "+", ",", "or")


def _off(ctx: Context, call: Call) -> Answer:
    person, words = _whose(ctx, call)
    if not words:
        return Answer(reply=wording.listed(own(ctx, person), None if person == ctx.person else person.name))
    if words[0].lower() == "cancel":
        return _cancel(ctx, call, person, words[1:])
    absence = _wanted(ctx, call, person, words)
    changes = _begin(ctx, call)
    stored.add_absence(ctx.session, absence)
    for change in changes:
        roster_change.replan(change, replace(change.rota, absences=(*change.rota.absences, absence)))
    away, besides = _away(ctx, absence), person.id if person == ctx.person else None
    facts = {"engineer": person.id, "start": absence.first.isoformat(), "last": absence.last.isoformat()}
    said = wording.told(actor_name(ctx), person.name, away)
    done = roster_change.settle_all(changes, "off", said, besides=besides, **facts)
    pairs = zip(changes, done, strict=True)
    effects = [effect for one in pairs if (effect := _effect(*one, absence)) is not None]
    name = None if person == ctx.person else person.name
    if name is not None and not any(person.id in one.dates for one in done):
        ctx.tell([person], lambda _: wording.told_you(said))
    return Answer(reply=wording.entered(name, away, effects, done[0].outcome.unreached))


def _whose(ctx: Context, call: Call) -> tuple[Person, Sequence[str]]:
    """Give whose days they are, and the other words: one's own, or those of somebody whom a lead names first."""
    me, words = exchange_shift.asker(ctx), call.words
    is_cancel = bool(words) and words[0].lower() == "cancel"
    named = words[1:] if is_cancel else words
    if not named or not named[0].startswith(("@", "<@")):
        return me, words
    person, rest = call.leading_person(ctx, named)
    if person != me and not ctx.policy.is_lead(me):
        raise UserError(wording.LEADS_ONLY)
    return person, ("cancel", *rest) if is_cancel else rest


def _wanted(ctx: Context, call: Call, person: Person, words: Sequence[str]) -> Absence:
    today = today_of(ctx)
    first, last, why = leading_span(words, today)
    if last < first:
        raise UserError(wording.backwards(first, last, today))
    if why and why[0].lower() in ANOTHER:
        raise call.wrong(wording.ONE_AT_A_TIME)
    reason, rotation = " ".join(why)[:500], call.rotation.name if call.is_named else None
    absence = Absence(person.id, first, last, ctx.now, reason, rotation)
    if last < today:
        raise call.wrong(wording.over(_away(ctx, absence)))
    return absence


def _begin(ctx: Context, call: Call) -> list[Change]:
    """Take the rotations that the words are about: the one that was named, or all; always in the same order."""
    rotations: Sequence[Rotation] = [call.rotation] if call.is_named else ctx.policy.oncall.rotations
    return [roster_change.take(ctx, rotation) for rotation in rotations]


def _cancel(ctx: Context, call: Call, person: Person, words: Sequence[str]) -> Answer:
    if not words:
        raise call.wrong(wording.WHICH)
    today = today_of(ctx)
    day, rest = leading_day(words, today)
    if rest:
        raise call.wrong(wording.WHICH)
    name = None if person == ctx.person else person.name
    found = [one for one in _entered(ctx, call, person, today) if one.first <= day <= one.last]
    if not found:
        raise UserError(wording.not_away(name, day, today))
    changes = _concerned(ctx, found)
    _take_back(ctx, changes, found)
    away = [_away(ctx, one) for one in found]
    besides = person.id if person == ctx.person else None
    said = " ".join(wording.told_back(person.name, one) for one in away)
    facts = {"engineer": person.id, "start": found[0].first.isoformat(), "last": found[-1].last.isoformat()}
    done = roster_change.settle_all(changes, "off cancelled", said, besides=besides, **facts)
    gained, lost = _dates(done, person)
    return Answer(reply=wording.cancelled(name, away, gained, lost))


def _take_back(ctx: Context, changes: Sequence[Change], absences: Sequence[Absence]) -> None:
    """Cancel absences from now on, and plan without them."""
    for absence in absences:
        stored.cancel_absence(ctx.session, absence, ctx.now)
    for change in changes:
        roster_change.replan(change, duty.whole(ctx, change.rotation))


def _dates(done: Sequence[Done], person: Person) -> tuple[list[date], list[date]]:
    """Give the days that somebody gains and loses in all rotations together."""
    theirs = [one.dates.get(person.id, ((), ())) for one in done]
    return sorted(day for _, gained in theirs for day in gained), sorted(day for lost, _ in theirs for day in lost)


def _effect(change: Change, done: Done, absence: Absence) -> wording.Effect | None:
    """Give what days off changed for their person in one rotation; None: nothing."""
    ctx, now = change.ctx, change.now
    after = duty.as_served(done.rota, now)
    lost, gained = done.dates.get(absence.engineer, ((), ()))
    by_day = {shift.day: shift for shift in after}
    kept = [
        shift.day
        for shift in after
        if shift.engineer == absence.engineer and absence.first <= shift.day <= absence.last and shift.day not in gained
    ]
    if not (lost or gained or kept):
        return None
    instead = [(day, _name(ctx, by_day[day].engineer) if day in by_day else None) for day in lost]
    return wording.Effect(change.rotation.name, tuple(instead), gained, tuple(kept))


def _name(ctx: Context, engineer: str | None) -> str | None:
    return None if engineer is None else ctx.name_of(engineer)


def _entered(ctx: Context, call: Call, person: Person, since: date) -> list[Absence]:
    """Give what somebody entered, of a rotation that was named that one's alone; what a lead skipped, to leads."""
    absences = stored.absences_of(ctx.session, person.id, since)
    named = [one for one in absences if not call.is_named or one.rotation == call.rotation.name]
    known = [one for one in named if one.rotation is None or ctx.policy.rotation(one.rotation) is not None]
    return [one for one in known if not one.is_skip or ctx.policy.is_lead(ctx.person)]


def _concerned(ctx: Context, absences: Sequence[Absence]) -> list[Change]:
    """Take the rotations in which some absences count, always in the same order."""
    named = {one.rotation for one in absences}
    return [
        roster_change.take(ctx, rotation)
        for rotation in ctx.policy.oncall.rotations
        if None in named or rotation.name in named
    ]


def own(ctx: Context, person: Person) -> list[wording.Away]:
    """Give the days off of somebody that are not over."""
    absences = stored.absences_of(ctx.session, person.id, today_of(ctx))
    return [_away(ctx, one) for one in absences if not one.is_skip]


def _away(ctx: Context, absence: Absence) -> wording.Away:
    return wording.Away(absence.first, absence.last, absence.reason, today_of(ctx))


COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "off",
        "DATE[..DATE] [why] | cancel DATE",
        "enter days off, or take them back; leads put @user first for somebody else",
        "/oncall off 2026-12-21..2026-12-31 family",
        _off,
        takes_text=True,
    ),
)
