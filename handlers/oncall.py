"""`/oncall`: who is on call now and later, why them, and when it is my turn. Source: DESIGN §5, §7."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice

from handlers import absence, duty, runbook_debt
from handlers.command import Call, Command
from handlers.context import Answer, Context
from handlers.dates import zone_of
from handlers.exchange_wish import open_wishes
from handlers.feed_address import address
from handlers.wording import calendar as feeds
from handlers.wording import oncall as wording
from handlers.wording.absence import away_line
from handlers.wording.exchange import open_line
from models.errors import UserError
from models.policy import Person, Rotation
from models.records import rota as rotas
from models.rota.duty import Duty, Row, rows, who_is_on
from models.rota.rota import Rota
from models.rota.shift import ShiftSource

USUAL_DAYS, MOST_DAYS = 14, 60
MOST_SHIFTS = 8
BEFORE = timedelta(days=1)


def _now(ctx: Context, call: Call) -> Answer:
    rotation = call.rotation
    now, following = duty.stretch(duty.near(ctx, rotation, ctx.now), ctx.now)
    is_open = duty.is_within_hours(ctx, rotation)
    begin = None if is_open else duty.next_hours_begin(ctx, rotation)
    hours = wording.Hours(rotation.hours, begin, ctx.policy.after_hours.contact)
    people = [person.name for person in duty.fallback(ctx)]
    shadows = [person.name for person in duty.shadows(ctx, rotation)]
    told = _told(ctx, rotation, now), _told(ctx, rotation, following)
    return Answer(reply=wording.now(*told, hours, people, shadows))


def _next(ctx: Context, call: Call) -> Answer:
    rota = duty.near(ctx, call.rotation, ctx.now)
    first, second = duty.stretch(rota, ctx.now)
    coming: list[wording.Told] = []
    while second.shift is not None and len(coming) < 2:  # noqa: PLR2004 - the next, and the one after
        first, second = duty.stretch(rota, second.start)
        coming.append(_told(ctx, call.rotation, first))
    return Answer(reply=wording.following(call.rotation.name, coming))


def _list(ctx: Context, call: Call) -> Answer:
    days = _days(call)
    calendar = ctx.standing.calendar(call.rotation)
    today = calendar.day_of(ctx.now)
    begin = calendar.midnight(today)
    rota = rotas.load(ctx.session, calendar, begin - BEFORE, begin + timedelta(days=days) + duty.NEAR)
    listed = [_day(ctx, rota, row, today) for row in rows(rota, today, days)]
    shown = wording.listed(call.rotation, listed, ctx.policy.zone, begin)
    feed = address(ctx.standing, "rotation", call.rotation.name)
    return Answer(reply=feeds.with_theirs(shown, call.rotation.name, feed))


def _days(call: Call) -> int:
    if not call.words:
        return USUAL_DAYS
    word = call.words[0]
    days = int(word) if word.isascii() and word.isdigit() and len(word) < 4 else 0  # noqa: PLR2004 - more is refused
    if len(call.words) > 1 or not 1 <= days <= MOST_DAYS:
        raise call.wrong(wording.no_days(call.text, MOST_DAYS))
    return days


def _day(ctx: Context, rota: Rota, row: Row, today: date) -> wording.Day:
    engineer, why = row.engineer, row.why
    is_plain = engineer is not None and row.source is ShiftSource.LIST
    if row.start is not None and row.end is not None and row.start <= ctx.now < row.end:  # who serves by now
        present = who_is_on(rota, ctx.now)
        engineer, why, is_plain = present.engineer, present.why, present.source is ShiftSource.LIST
    if row.start is None and row.source is ShiftSource.LIST:  # a working day on which no shift begins
        engineer, why = _going_on(rota, row.day)
        is_plain = engineer is not None
    return wording.Day(
        day=row.day,
        engineer=ctx.name_of(engineer) if engineer is not None else None,
        has_shift=row.start is not None or engineer is not None,
        why="" if is_plain and engineer is not None else duty.why(ctx, why),
        is_today=row.day == today,
    )


def _going_on(rota: Rota, day: date) -> tuple[str | None, str]:
    """Give who serves on in the hours of a day on which no shift begins; where none is planned, that."""
    begin, _ = rota.calendar.hours_of(day)
    on_duty = who_is_on(rota, begin)
    return on_duty.engineer, wording.NOT_PLANNED if on_duty.source is None else on_duty.why


def _mine(ctx: Context, call: Call) -> Answer:
    person = ctx.person
    if person is None:
        raise UserError(wording.STRANGER)
    found = [(rotation, _shifts_of(ctx, rotation, person)) for rotation in _asked(ctx, call)]
    mine = [_my_shift(ctx, rotation, shift) for rotation, shifts in found for shift in shifts]
    is_listed = any(_is_listed(ctx, rotation, person) for rotation, _ in found)
    ordered = sorted(mine, key=lambda shift: shift.start)[:MOST_SHIFTS]
    ahead = wording.Ahead(
        [*map(away_line, absence.own(ctx, person))],
        [*map(open_line, open_wishes(ctx, person))],
        runbook_debt.lines(ctx, person),
        runbook_debt.leavers_lines(ctx, person),
    )
    shown = wording.mine(ordered, ahead, is_listed=is_listed, zone=zone_of(ctx), now=ctx.now)
    return Answer(reply=feeds.with_yours(shown, address(ctx.standing, "person", person.id)))


def _asked(ctx: Context, call: Call) -> Sequence[Rotation]:
    """Give the rotation that was named; all of them where none was."""
    return [call.rotation] if call.is_named else ctx.policy.oncall.rotations


def _shifts_of(ctx: Context, rotation: Rotation, person: Person) -> list[Duty]:
    rota = rotas.load(ctx.session, ctx.standing.calendar(rotation), ctx.now - BEFORE)
    theirs = (one for one in duty.stretches(rota, ctx.now) if one.engineer == person.id and one.end > ctx.now)
    return list(islice(theirs, MOST_SHIFTS))


def _is_listed(ctx: Context, rotation: Rotation, person: Person) -> bool:
    return person.id in rotas.load_roster(ctx.session, rotation.name).order(ctx.now)


def _my_shift(ctx: Context, rotation: Rotation, mine: Duty) -> wording.MyShift:
    is_alone = len(ctx.policy.oncall.rotations) == 1
    is_by_list = mine.source is ShiftSource.LIST
    return wording.MyShift(
        rotation="" if is_alone else rotation.name,
        start=mine.start,
        end=mine.end,
        why="" if is_by_list else duty.why(ctx, mine.why),
    )


def _told(ctx: Context, rotation: Rotation, on_duty: Duty) -> wording.Told:
    return wording.Told(
        rotation=rotation.name,
        engineer=ctx.name_of(on_duty.engineer) if on_duty.engineer is not None else None,
        why=duty.why(ctx, on_duty.why),
        start=on_duty.start,
        end=on_duty.end,
        is_planned=on_duty.source is not None,
        now=ctx.now,
        zone=zone_of(ctx),
    )


COMMANDS: tuple[Command, ...] = (
    Command("oncall", "", "", "who is on call now, who is next, and why", "/oncall", _now),
    Command("oncall", "next", "", "who comes next", "/oncall next", _next),
    Command("oncall", "list", "[days]", "the coming days, 14 or as many as you say", "/oncall list 14", _list),
    Command("oncall", "me", "", "my next shifts, and the runbook links I owe", "/oncall me", _mine),
)
