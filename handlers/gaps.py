"""The look ahead of every working morning: days with nobody on duty, and people whom nothing reaches.

The leads get one message for all rotations, and only when something in it is new. Source: DESIGN §1, §5.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import gaps as wording
from handlers.wording.account import Account
from models.events import TimeCame
from models.policy import Rotation
from models.records import account as accounts
from models.records import event as received
from models.records import gap as records
from models.records import roster as stored
from models.records import rota as rotas
from models.rota.calendar import DAY, LONGEST_BREAK
from models.rota.outlook import Outlook, Unserved, outlook
from models.rota.plan import plan
from models.rota.rota import Rota

GAPS = "gaps"
AHEAD_DAYS = 30
BEFORE = timedelta(days=2)

Aheads = Sequence[tuple[Rotation, Outlook]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is amiss. key: names it in the store. is_known: whether the leads were told of it.

    is_open: see `ToldGap`. gap: for a day with nobody; trouble: for somebody whom nothing reaches.
    """

    key: str
    is_known: bool
    is_open: bool = False
    gap: wording.Gap | None = None
    trouble: wording.Trouble | None = None


# -- when


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give today's look ahead, where its time has come; those missed on days before are let go."""
    at = _time_on(standing, _today(standing, now))
    if at is None or at > now:
        return
    event = TimeCame.of(GAPS, "", at)
    if not received.has_come(session, event):
        yield event


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the next look ahead is due."""
    del session
    today = _today(standing, now)
    if not standing.calendars:
        return None
    days = (today + ahead * DAY for ahead in range(LONGEST_BREAK))
    return next((at for day in days if (at := _time_on(standing, day)) is not None and at > now), None)


def _today(standing: Standing, now: datetime) -> date:
    return now.astimezone(standing.policy.zone).date()


def _time_on(standing: Standing, day: date) -> datetime | None:
    """Give the first handover time of the rotations that work on a day; None where none does."""
    return min((one.handover_at(day) for one in standing.calendars.values() if one.is_working(day)), default=None)


# -- what


def look_ahead(ctx: Context, event: TimeCame) -> None:
    """Tell the leads what is amiss in the next 30 days, where some of it is new to them."""
    del event
    told = records.told(ctx.session)
    aheads = [(rotation, _outlook(ctx, rotation)) for rotation in ctx.policy.oncall.rotations]
    days = [one for rotation, ahead in aheads for one in _days(ctx, rotation, ahead, told)]
    found = [*days, *_people(ctx, aheads, told)]
    is_told = any(not one.is_known for one in found) and _tell(ctx, found)
    kept = found if is_told else [one for one in found if one.is_known]
    records.keep(ctx.session, {one.key: one.is_open for one in kept}, ctx.now)


def _tell(ctx: Context, found: Sequence[Finding]) -> bool:
    """Tell the leads, or where none can be reached the fallback; False where nobody can."""
    news, rest = ([one for one in found if one.is_known is is_known] for is_known in (False, True))
    facts = wording.Facts(
        gaps=_runs(ctx, news),
        troubles=[one.trouble for one in news if one.trouble is not None],
        old_gaps=_runs(ctx, rest),
        old_troubles=[one.trouble for one in rest if one.trouble is not None],
        is_alone=len(ctx.policy.oncall.rotations) == 1,
        days=AHEAD_DAYS,
        today=_today(ctx.standing, ctx.now),
        zone=ctx.policy.zone,
    )
    message = wording.ahead(facts)
    leads = duty.people(ctx, ctx.policy.oncall.leads)
    return bool(ctx.tell(leads, lambda _: message) or ctx.tell(duty.fallback(ctx), lambda _: message))


def _runs(ctx: Context, found: Sequence[Finding]) -> list[wording.Gap]:
    """Give the days with nobody, those that follow on each other for one reason as one."""
    runs: list[wording.Gap] = []
    for gap in (one.gap for one in found if one.gap is not None):
        last = runs[-1] if runs else None
        if last is not None and _is_joined(ctx, last, gap):
            runs[-1] = replace(last, last=gap.last, days=last.days + 1)
        else:
            runs.append(gap)
    return runs


def _is_joined(ctx: Context, last: wording.Gap, gap: wording.Gap) -> bool:
    calendar = ctx.standing.calendars[gap.rotation]
    is_alike = (last.rotation, last.why, last.span, gap.span) == (gap.rotation, gap.why, None, None)
    return is_alike and calendar.next_working(last.last) == gap.first


# -- days with nobody


def _days(ctx: Context, rotation: Rotation, ahead: Outlook, told: Mapping[str, bool]) -> Iterable[Finding]:
    """Give the days with nobody. What goes on from the last day that was looked at before is no news."""
    calendar = ctx.standing.calendar(rotation)
    going_on: date | None = None
    for one in ahead.unserved:
        key = f"nobody:{rotation.name}:{one.day}:{'whole' if one.is_whole else 'part'}"
        is_known = key in told or one.day == going_on
        yield Finding(key, is_known, is_open=one.day == ahead.last, gap=_gap(ctx, rotation, one))
        is_leading_on = told.get(key, one.day == going_on)
        going_on = calendar.next_working(one.day) if is_leading_on else None


def _gap(ctx: Context, rotation: Rotation, one: Unserved) -> wording.Gap:
    span = None if one.is_whole else (one.start, one.end)
    return wording.Gap(rotation.name, one.day, one.day, days=1, span=span, why=duty.why(ctx, one.why))


def _outlook(ctx: Context, rotation: Rotation) -> Outlook:
    until = _today(ctx.standing, ctx.now) + AHEAD_DAYS * DAY
    return outlook(_rota(ctx, rotation, until), ctx.now, until)


def _rota(ctx: Context, rotation: Rotation, until: date) -> Rota:
    """Give a rota that reaches up to a day; what is not planned yet is planned in memory alone."""
    calendar = ctx.standing.calendar(rotation)
    last = stored.last_day(ctx.session, rotation.name)
    if last is not None and calendar.next_shift_day(last) > until:
        return rotas.load(ctx.session, calendar, ctx.now - BEFORE, calendar.midnight(until) + duty.NEAR)
    whole = duty.whole(ctx, rotation)
    since = max(whole.shifts[-1].end, ctx.now) if whole.shifts else ctx.now
    made = plan(whole, since=since, until=until, seeds=lambda cycle: cycle)
    return replace(whole, shifts=(*whole.shifts, *made.shifts))


# -- people whom nothing reaches


def _people(ctx: Context, aheads: Aheads, told: Mapping[str, bool]) -> Iterable[Finding]:
    gone = accounts.gone(ctx.session)
    for person, (rotations, day) in _due_to_serve(aheads).items():
        for key, account in _troubles(ctx, person, gone):
            trouble = wording.Trouble(
                name=ctx.name_of(person),
                person=person,
                rotations=rotations,
                first_day=day,
                is_unknown=ctx.policy.person(person) is None,
                account=account,
                platforms=ctx.standing.platforms,
            )
            yield Finding(key, is_known=key in told, trouble=trouble)


def _due_to_serve(aheads: Aheads) -> Mapping[str, tuple[Sequence[str], date | None]]:
    """Give everybody on a list or due to serve: in which rotations, and on which day first."""
    found: dict[str, tuple[Sequence[str], date | None]] = {}
    for rotation, ahead in aheads:
        for person, day in ahead.first_days.items():
            rotations, first = found.get(person, ((), None))
            days = [one for one in (first, day) if one is not None]
            found[person] = ((*rotations, rotation.name), min(days, default=None))
    return found


def _troubles(
    ctx: Context, person_id: str, gone: Mapping[tuple[str, str], str]
) -> Iterable[tuple[str, Account | None]]:
    """Give why somebody is not reached, with its key: not configured, without a handle, or by a gone account."""
    person = ctx.policy.person(person_id)
    if person is None:
        yield f"unknown:{person_id}", None
        return
    handles = [(name, handle) for name in ctx.standing.platforms if (handle := person.handle(name)) is not None]
    if not handles:
        yield f"no-handle:{person_id}", None
    for platform, handle in handles:
        if (platform, handle) in gone:
            yield records.account_key(platform, handle), Account(platform, gone[platform, handle])


LOOK_AHEAD = Job(GAPS, "the look ahead for gaps", due, coming, look_ahead)
