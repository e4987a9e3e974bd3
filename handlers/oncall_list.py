"""`/oncall-list`: the list of a rotation, and what leads change on it. Source: DESIGN §5, §7."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from handlers import duty, roster_change, roster_file
from handlers.command import Call, Command, find_person
from handlers.context import Answer, Context
from handlers.dates import leading_day, parse_day, today_of
from handlers.roster_change import SERVED, Change, Done, actor_name, order_of
from handlers.roster_shuffle import shuffle
from handlers.wording import list_history
from handlers.wording import oncall_list as wording
from models.errors import UserError
from models.policy import Rotation, Shuffle
from models.records import audit
from models.records import roster as stored
from models.records import rota as rotas
from models.rota.duty import who_is_on
from models.rota.exchange import skipped
from models.rota.fairness import NOTHING, Tally, tally
from models.rota.roster import Member, Roster
from models.rota.rota import Rota
from models.rota.shift import RotaError, Shift

SHOWN = timedelta(days=400)
HISTORY = 15
MOST_SHADOW_DAYS = 60


# -- looking


def _show(ctx: Context, call: Call) -> Answer:
    calendar = ctx.standing.calendar(call.rotation)
    rota = rotas.load(ctx.session, calendar, ctx.now - SHOWN)
    roster = rota.standing(ctx.now)
    served, serving = tally(rota, ctx.now - SERVED, ctx.now), duty.as_served(rota, ctx.now)
    listed = [
        _place(ctx, rota, _stay(ctx, roster, engineer), served.get(engineer, NOTHING), duty.first_of(serving, engineer))
        for engineer in roster.order(ctx.now)
    ]
    following = _next_cycle(ctx, call.rotation, rota)
    return Answer(reply=wording.listed(call.rotation.name, listed, following, _kind(ctx, call.rotation)))


def _kind(ctx: Context, rotation: Rotation) -> wording.Kind:
    week_from = rotation.handover_weekday.value if rotation.kind == "weekly" else None
    others = tuple(other.name for other in ctx.policy.oncall.rotations if other.name != rotation.name)
    return wording.Kind(week_from, others)


def _stay(ctx: Context, roster: Roster, engineer: str) -> Member:
    return next(stay for stay in roster.stays[engineer] if not stay.has_ended(ctx.now))


def _place(ctx: Context, rota: Rota, stay: Member, served: Tally, coming: Shift | None) -> wording.Place:
    day_of = rota.calendar.day_of
    return wording.Place(
        name=ctx.name_of(stay.engineer),
        served=served.days,
        next_day=coming.day if coming is not None else None,
        is_on_now=coming is not None and coming.start <= ctx.now,
        is_away=rota.away(stay.engineer).at(ctx.now) is not None,
        since=day_of(stay.since) if stay.since is not None and _is_ahead(ctx, stay.since) else None,
        until=day_of(stay.until) if stay.until is not None else None,
        shadows=day_of(stay.shadows_from) if stay.shadows_from is not None and _is_ahead(ctx, stay.since) else None,
    )


def _is_ahead(ctx: Context, at: datetime | None) -> bool:
    return at is not None and at > ctx.now


def _next_cycle(ctx: Context, rotation: Rotation, rota: Rota) -> wording.NextCycle:
    number = rota.cycle_at(ctx.now) + 1
    cycle = rota.cycle(number)
    day = next((shift.day for shift in rota.shifts if shift.cycle == number), None)
    order = tuple(map(ctx.name_of, cycle.order)) if cycle is not None and day is not None else ()
    return wording.NextCycle(order, day, is_manual=rotation.shuffle is Shuffle.MANUAL)


def _history(ctx: Context, call: Call) -> Answer:
    lines = audit.of_subject(ctx.session, f"rotation:{call.rotation.name}", HISTORY)
    shown = [
        list_history.Happened(entry.at, ctx.name_of(entry.actor), entry.action, _named(ctx, _read(entry.detail)))
        for entry in lines
    ]
    return Answer(reply=list_history.history(call.rotation.name, shown, ctx.policy.zone))


def _read(detail: str) -> dict[str, object]:
    try:
        found = json.loads(detail)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _named(ctx: Context, detail: dict[str, object]) -> dict[str, list[str]]:
    """Give a line of the history with names in place of ids."""
    lists = {key: value if isinstance(value, list) else [value] for key, value in detail.items()}
    return {key: [ctx.name_of(str(one)) for one in values] for key, values in lists.items()}


def _export(ctx: Context, call: Call) -> Answer:
    order = roster_file.order_of(ctx.session, ctx.standing.calendar(call.rotation), ctx.now)
    return Answer(reply=wording.export(call.rotation.name, roster_file.in_one_line(call.rotation.name, order)))


# -- who and when


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for. start: from when on; None: from now. shadow: working days of following along before that."""

    engineer: str
    position: int | None
    start: datetime | None
    shadow: int = 0


def _wish(ctx: Context, call: Call, rota: Rota) -> _Wish:
    words, shadow = _cut(call.words, "shadow")
    words, since = _cut(words, "from")
    start = _start(ctx, call, rota, since) if since is not None else None
    days = _shadow_days(call, shadow) if shadow is not None else 0
    position = _position(call, words.pop()) if len(words) > 1 and words[-1].isdigit() else None
    if not words:
        raise call.wrong(wording.WHOM)
    return _Wish(_engineer(ctx, call, rota.roster, " ".join(words)), position, start, days)


def _cut(words: Sequence[str], at: str) -> tuple[list[str], list[str] | None]:
    """Give the words before a word and those after it; None where it is not among them."""
    folded = [word.lower() for word in words]
    if at not in folded:
        return list(words), None
    return list(words[: folded.index(at)]), list(words[folded.index(at) + 1 :])


def _shadow_days(call: Call, words: Sequence[str]) -> int:
    word = words[0] if len(words) in {1, 2} else ""
    days = int(word) if word.isascii() and word.isdigit() and len(word) < 4 else 0  # noqa: PLR2004 - more is refused
    if not 1 <= days <= MOST_SHADOW_DAYS or words[1:] not in ([], ["days"], ["day"]):
        raise call.wrong(wording.no_shadow_days(" ".join(words), MOST_SHADOW_DAYS))
    return days


def _position(call: Call, word: str) -> int:
    position = int(word) if word.isascii() and len(word) < 6 else 0  # noqa: PLR2004 - no list is longer
    if position < 1:
        raise call.wrong(wording.no_position(word))
    return position


def _engineer(ctx: Context, call: Call, roster: Roster, word: str) -> str:
    """Give the id that a word means: somebody configured, or whoever is still on the list without being it."""
    return word if find_person(ctx, word) is None and word in roster.stays else call.person(ctx, word).id


def _start(ctx: Context, call: Call, rota: Rota, words: Sequence[str]) -> datetime | None:
    today = today_of(ctx)
    day = parse_day(" ".join(words), today)
    if day < today:
        raise call.wrong(wording.past(day, today))
    begin = rota.calendar.handover_at(rota.calendar.shift_day_from(day))
    return begin if begin > ctx.now else None


def _tried(call: Call, edit: Callable[[], Roster]) -> Roster:
    try:
        return edit()
    except RotaError as refusal:
        raise call.wrong(wording.refused(str(refusal))) from None


# -- changing


def _add(ctx: Context, call: Call) -> Answer:
    change = roster_change.begin(ctx, call.rotation)
    wish = _wish(ctx, call, change.rota)
    wish, shadows_from = _with_shadow(change, wish)
    adding = partial(change.roster.add, wish.engineer, ctx.now, since=wish.start, position=wish.position)
    new = _tried(call, lambda: adding(shadows_from=shadows_from))
    roster_change.relist(change, new)
    if wish.start is None:
        roster_change.fill_gap(change, wish.engineer)
    name = ctx.name_of(wish.engineer)
    shadows = _day(change, shadows_from)
    told = wording.added(actor_name(ctx), name, _day(change, wish.start), shadows)
    done = _settled(change, "add", told, wish, new)
    first = duty.first_of(duty.as_served(done.rota, ctx.now), wish.engineer)
    is_reachable = ctx.home_of(ctx.policy.person(wish.engineer)) is not None
    place = new.order(ctx.now).index(wish.engineer) + 1
    shown = wording.Added(name, place, _day(change, wish.start), first.day if first else None, is_reachable, shadows)
    return Answer(reply=wording.confirm_added(shown, done.outcome))


def _with_shadow(change: Change, wish: _Wish) -> tuple[_Wish, datetime | None]:
    """Give a wish with the day on which they really begin, and when they begin to follow along; None: never.

    Where no day was named they follow along from now, and begin after so many working days.
    """
    if not wish.shadow:
        return wish, None
    calendar = change.rota.calendar
    if wish.start is None:
        first = calendar.after_working_days(calendar.day_of(change.now), wish.shadow)
        return replace(wish, start=calendar.handover_at(calendar.shift_day_from(first))), change.now
    first = calendar.before_working_days(calendar.day_of(wish.start), wish.shadow)
    return wish, max(change.now, calendar.handover_at(first))


def _remove(ctx: Context, call: Call) -> Answer:
    change = roster_change.begin(ctx, call.rotation)
    wish = _wish(ctx, call, change.rota)
    if wish.position is not None or wish.shadow:
        raise call.wrong(wording.NO_POSITION_HERE)
    old = change.roster
    new = _tried(call, lambda: old.remove(wish.engineer, ctx.now, until=wish.start))
    roster_change.relist(change, new)
    name = ctx.name_of(wish.engineer)
    told = wording.removed(actor_name(ctx), name, _day(change, wish.start))
    done = _settled(change, "remove", told, wish, new)
    was_on_duty = who_is_on(change.rota, ctx.now).engineer == wish.engineer and wish.start is None
    shown = wording.Removed(name, _day(change, wish.start), was_on_duty, is_empty=not new.order(ctx.now))
    return Answer(reply=wording.confirm_removed(shown, done.outcome))


def _move(ctx: Context, call: Call) -> Answer:
    change = roster_change.begin(ctx, call.rotation)
    wish = _wish(ctx, call, change.rota)
    position = wish.position
    if position is None or wish.start is not None or wish.shadow:
        raise call.wrong(wording.WHERE_TO)
    old = change.roster
    new = _tried(call, lambda: old.move(wish.engineer, position, ctx.now))
    roster_change.relist(change, new)
    name = ctx.name_of(wish.engineer)
    done = _settled(change, "move", wording.moved_to(actor_name(ctx), name, position), wish, new)
    return Answer(reply=wording.confirm_moved(name, position, done.outcome))


def _settled(change: Change, action: str, told: str, wish: _Wish, new: Roster) -> Done:
    return roster_change.settle(
        change,
        action,
        told,
        engineer=wish.engineer,
        position=wish.position,
        start=_iso(_day(change, wish.start)),
        shadow=wish.shadow or None,
        old=order_of(change.roster, change.now),
        new=order_of(new, change.now),
    )


# -- one day


def _assign(ctx: Context, call: Call) -> Answer:
    change = roster_change.begin(ctx, call.rotation)
    if len(call.words) < 2:  # noqa: PLR2004 - a day and a person
        raise call.wrong(wording.DAY_AND_PERSON)
    is_now = call.words[0].lower() == "now"
    day, rest = (today_of(ctx), call.words[1:]) if is_now else leading_day(call.words, today_of(ctx))
    who = " ".join(rest)
    if not who:
        raise call.wrong(wording.DAY_AND_PERSON)
    if who.lower() == "list":
        return _given_back(change, day, *(_running(change) if is_now else _span(change, call, day)))
    engineer = None if who.lower() == "nobody" else call.person(ctx, who).id
    start, end = _rest_of_shift(change) if is_now else _span(change, call, day)
    roster_change.override(change, start, end, engineer)
    name = ctx.name_of(engineer) if engineer is not None else None
    told = wording.assigned(actor_name(ctx), name, day, today_of(ctx))
    done = roster_change.settle(change, "assign", told, engineer=engineer or "nobody", day=day.isoformat())
    return Answer(reply=wording.confirm_assigned(name, day, done.outcome, today_of(ctx)))


def _given_back(change: Change, day: date, start: datetime, end: datetime) -> Answer:
    """Let the list decide again what was assigned of a day; what of it has passed stays."""
    ctx = change.ctx
    if not stored.revoke_assignments(ctx.session, change.rotation.name, start, end, ctx.now):
        raise UserError(wording.not_assigned(day))
    told = wording.given_back(actor_name(ctx), day, today_of(ctx))
    done = roster_change.settle(change, "assign", told, engineer="list", day=day.isoformat())
    engineer = who_is_on(done.rota, max(start, ctx.now)).engineer
    name = ctx.name_of(engineer) if engineer is not None else None
    return Answer(reply=wording.confirm_assigned(name, day, done.outcome, today_of(ctx)))


def _running(change: Change) -> tuple[datetime, datetime]:
    start, end = _rest_of_shift(change)
    running = change.rota.shift_at(change.now)
    return (running.start if running is not None else start), end


def _rest_of_shift(change: Change) -> tuple[datetime, datetime]:
    """Give what is left of the shift that runs, or until the next handover where none does."""
    calendar, running = change.rota.calendar, change.rota.shift_at(change.now)
    following = calendar.handover_at(calendar.next_shift_day(calendar.shift_day_at(change.now)))
    return change.now, running.end if running is not None else following


def _span(change: Change, call: Call, day: date) -> tuple[datetime, datetime]:
    calendar = change.rota.calendar
    why_off = calendar.why_off(day)
    if why_off is not None:
        raise call.wrong(wording.no_shift_on(day, why_off, calendar.next_working(day)))
    start, end = calendar.handover_at(day), calendar.handover_at(calendar.next_working(day))
    if end <= change.now:
        raise call.wrong(wording.past(day, today_of(change.ctx)))
    return start, end


def _skip(ctx: Context, call: Call) -> Answer:
    if call.words:
        raise call.wrong(wording.NOBODY_TO_NAME)
    change = roster_change.begin(ctx, call.rotation)
    shift = next((one for one in change.rota.shifts if one.start > ctx.now), None)
    if shift is None or shift.engineer is None:
        raise UserError(wording.NOBODY_TO_SKIP)
    if shift.is_exchanged or change.rota.overriding.within(shift.start, shift.end):
        raise UserError(wording.agreed(ctx.name_of(shift.engineer), shift.day))
    absence = skipped(change.rota, shift.engineer, shift, ctx.now, actor_name(ctx))
    stored.add_absence(ctx.session, absence)
    ctx.session.flush()
    roster_change.replan(change, replace(change.rota, absences=(*change.rota.absences, absence)))
    name = ctx.name_of(shift.engineer)
    told = wording.skipped(actor_name(ctx), name, shift.day)
    done = roster_change.settle(change, "skip", told, engineer=shift.engineer, day=shift.day.isoformat())
    instead = who_is_on(done.rota, shift.start).engineer
    coming = duty.first_of([one for one in done.rota.shifts if one.start > shift.start], shift.engineer)
    shown = wording.Skipped(name, shift.day, ctx.name_of(instead) if instead else None, coming.day if coming else None)
    return Answer(reply=wording.confirm_skipped(shown, done.outcome))


def _day(change: Change, at: datetime | None) -> date | None:
    return None if at is None else change.rota.calendar.day_of(at)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


COMMANDS: tuple[Command, ...] = (
    Command("oncall-list", "", "", "the list and the next cycle, with days served", "/oncall-list", _show),
    Command("oncall-list", "show", "", "the same", "/oncall-list show", _show),
    Command(
        "oncall-list",
        "add",
        "@user [position] [from DATE] [shadow DAYS]",
        "put somebody on the list; shadow: for so many working days before, they follow along",
        "/oncall-list add @gil 3 from 2026-12-07 shadow 5",
        _add,
    ),
    Command(
        "oncall-list",
        "remove",
        "@user [from DATE]",
        "take somebody off the list",
        "/oncall-list remove @gil from fri",
        _remove,
    ),
    Command("oncall-list", "move", "@user POSITION", "another place on the list", "/oncall-list move @gil 3", _move),
    Command(
        "oncall-list",
        "shuffle",
        "[preview]",
        "draw a new order, or show what that would do",
        "/oncall-list shuffle preview",
        shuffle,
    ),
    Command(
        "oncall-list",
        "assign",
        "DATE|now @user|nobody|list",
        "give one day, or what is left of the running shift, to somebody, or back to the list",
        "/oncall-list assign 2026-12-24 @gil",
        _assign,
    ),
    Command("oncall-list", "skip", "", "let the next one on the list serve later", "/oncall-list skip", _skip),
    Command("oncall-list", "history", "", "who changed what on the list", "/oncall-list history", _history),
    Command("oncall-list", "export", "", "the list, as the configuration writes it", "/oncall-list export", _export),
)
