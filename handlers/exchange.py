"""`/oncall swap`, `cover`, `take`: shifts that people give one another. Source: DESIGN §5, §7."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from handlers import announcement, duty, exchange_form, exchange_shift, exchange_wish, roster_change
from handlers.command import Call, Command
from handlers.context import Answer, Context
from handlers.dates import NoDay, leading_day, today_of
from handlers.job import Job
from handlers.wording import exchange as wording
from handlers.wording import exchange_form as form_words
from handlers.wording.commands import NO_ROTATION
from models.effects import Direct, Post
from models.errors import UserError
from models.events import ButtonPressed, FormSubmitted
from models.policy import Person, Rotation
from models.records import exchange as records
from models.records.delivery import Purpose
from models.records.exchange import Exchange, ExchangeKind, ExchangeState
from models.rota.duty import who_is_on
from models.rota.exchange import Swap, swapped
from models.rota.rota import Rota
from models.rota.shift import RotaError, Shift


def _swap(ctx: Context, call: Call) -> Answer:
    if answer := exchange_wish.typed(ctx, call):
        return answer
    if not call.words:
        return Answer(form=exchange_form.opening(ctx, call.rotation))
    me, rota = exchange_shift.asker(ctx), exchange_shift.rota_of(ctx, call.rotation)
    if len(call.words) < 2:  # noqa: PLR2004 - a day and a person
        raise call.wrong(wording.WHAT_AND_WHOM)
    day, rest = leading_day(call.words, today_of(ctx))
    if not rest:
        raise call.wrong(wording.WHAT_AND_WHOM)
    other, rest = call.leading_person(ctx, rest)
    mine = exchange_shift.shift_of(ctx, call, rota, day, me)
    his = _theirs(ctx, call, rota, other, rest)
    _check(ctx, me, mine, other, his)
    return _ask_to_swap(ctx, call.rotation, (mine, his), other, is_away=rota.away(other.id).at(mine.start) is not None)


def _pressed_swap(ctx: Context, event: ButtonPressed) -> Answer:
    """Open the form for the rotation that a button names; for the first one where it names none."""
    rotation = ctx.policy.rotation(event.value or None)
    if rotation is None:
        raise UserError(NO_ROTATION)
    return Answer(form=exchange_form.opening(ctx, rotation))


def _first_step(ctx: Context, event: FormSubmitted) -> Answer:
    rotation, me, other = _named(ctx, event.subject, event.fields.get("other", ""))
    mine = exchange_form.chosen(ctx, exchange_shift.rota_of(ctx, rotation), me, event.fields.get("mine", ""))
    return Answer(form=exchange_form.second(ctx, rotation, mine, other))


def _second_step(ctx: Context, event: FormSubmitted) -> Answer:
    name, _, rest = event.subject.partition(":")
    number, _, person = rest.partition(":")
    rotation, me, other = _named(ctx, name, person)
    rota = exchange_shift.rota_of(ctx, rotation)
    mine = exchange_form.chosen(ctx, rota, me, number)
    his = exchange_form.chosen(ctx, rota, other, event.fields.get("his", ""))
    _check(ctx, me, mine, other, his)
    return _ask_to_swap(ctx, rotation, (mine, his), other, is_away=rota.away(other.id).at(mine.start) is not None)


def _named(ctx: Context, rotation: str, other: str) -> tuple[Rotation, Person, Person]:
    """Give what a form names. Raises UserError where the configuration no longer knows it."""
    found, person = ctx.policy.rotation(rotation), ctx.policy.person(other)
    if found is None or person is None:
        raise UserError(form_words.CHANGED)
    return found, exchange_shift.asker(ctx), person


def _theirs(ctx: Context, call: Call, rota: Rota, other: Person, words: Sequence[str]) -> Shift:
    """Give the shift that is wanted in return: of the day that was named, or their next one."""
    if not words:
        return exchange_shift.next_of(ctx, call.rotation, rota, other)
    day, rest = leading_day(words, today_of(ctx))
    if rest:
        raise call.wrong(wording.WHAT_AND_WHOM)
    return exchange_shift.shift_of(ctx, call, rota, day, other)


def _check(ctx: Context, me: Person, mine: Shift, other: Person, his: Shift) -> None:
    """Raise UserError where the rules would refuse a swap."""
    for shift in (mine, his):
        if shift.start <= ctx.now:
            raise UserError(wording.lasting(shift.day, today_of(ctx)))
    assert mine.id is not None
    assert his.id is not None
    try:
        swapped(Swap(mine.id, his.id, me.id, other.id), mine, his, ctx.now)
    except RotaError as refusal:
        raise UserError(exchange_wish.said_of(ctx, refusal)) from None


def _ask_to_swap(
    ctx: Context, rotation: Rotation, shifts: tuple[Shift, Shift], other: Person, *, is_away: bool
) -> Answer:
    """Keep a swap and ask the other by direct message."""
    platform, (mine, his) = ctx.home_of(other), shifts
    if platform is None:
        raise UserError(wording.unreachable(other.name))
    row = _kept(ctx, rotation, mine, ExchangeKind.SWAP, min(mine.start, his.start))
    row.other, row.his, row.his_day = other.id, his.id, his.day
    ctx.session.flush()
    ask = wording.ask_to_swap(exchange_wish.worded(ctx, row, mine, his, other))
    row.posts = [ctx.say(Direct(other.handle(platform) or "", ask), purpose=Purpose.NOTICE, platform=platform)]
    said = exchange_wish.worded(ctx, row, mine, his, ctx.person)
    return Answer(reply=wording.asked(said, other.name, is_away=is_away))


def _cover(ctx: Context, call: Call) -> Answer:
    if answer := exchange_wish.typed(ctx, call):
        return answer
    shift, why = _to_cover(ctx, call)
    row = _kept(ctx, call.rotation, shift, ExchangeKind.COVER, shift.end, " ".join(why)[:500])
    ctx.session.flush()
    place = _ask_everybody(ctx, call.rotation, row, exchange_wish.worded(ctx, row, shift, None))
    if place is None:
        raise UserError(wording.NOWHERE_TO_ASK)
    return Answer(reply=wording.asked(exchange_wish.worded(ctx, row, shift, None, ctx.person), place, is_away=False))


def _to_cover(ctx: Context, call: Call) -> tuple[Shift, Sequence[str]]:
    """Give the shift of mine that was named, or the nearest one, and the words that say why."""
    me, rota = exchange_shift.asker(ctx), exchange_shift.rota_of(ctx, call.rotation)
    try:
        day, why = leading_day(call.words, today_of(ctx))
    except NoDay:
        return exchange_shift.nearest_of(ctx, rota, me), call.words
    return exchange_shift.shift_of(ctx, call, rota, day, me), why


def _ask_everybody(ctx: Context, rotation: Rotation, row: Exchange, wish: wording.Wish) -> str | None:
    """Ask in operations on every platform, and give where that is; None where the bot is nowhere."""
    channel = announcement.operations_channel(ctx, rotation)
    places = {name: ctx.channel_id(channel.name, name) for name in ctx.standing.platforms} if channel else {}
    row.posts = [
        ctx.say(Post(place, wording.ask_for_cover(wish)), purpose=Purpose.NOTICE, platform=platform)
        for platform, place in places.items()
        if place is not None
    ]
    return f"in #{channel.name}" if channel is not None and row.posts else None


def _kept(  # noqa: PLR0917
    ctx: Context, rotation: Rotation, shift: Shift, kind: ExchangeKind, lapses_at: datetime, reason: str = ""
) -> Exchange:
    """Keep a new wish. Raises UserError where the same shift is asked about already."""
    asker = exchange_shift.asker(ctx).id
    assert shift.id is not None
    earlier = records.open_about(ctx.session, rotation.name, shift.id)
    if earlier is not None and earlier.asker == asker:
        raise UserError(wording.asked_already(earlier.id, earlier.kind))
    row = Exchange(
        rotation=rotation.name,
        kind=kind,
        state=ExchangeState.OPEN,
        asker=asker,
        mine=shift.id,
        mine_day=shift.day,
        reason=reason,
        made_at=ctx.now,
        lapses_at=lapses_at,
        posts=[],
    )
    ctx.session.add(row)
    return row


def _take(ctx: Context, call: Call) -> Answer:
    me, day = exchange_shift.asker(ctx), None if [*map(str.lower, call.words)] == ["now"] else _only_day(ctx, call)
    if not duty.is_engineer(ctx, me):
        raise UserError(wording.ONLY_ENGINEERS)
    change = roster_change.take(ctx, call.rotation)
    shift = exchange_shift.on_day(ctx, call, change.rota, day) if day else exchange_shift.running(ctx, change.rota)
    exchange_shift.check_undecided(ctx, change.rota, shift)
    owner = shift.engineer if shift.start > ctx.now else who_is_on(change.rota, ctx.now).engineer
    try:
        exchange_shift.give(change, shift, owner, me)
    except RotaError as refusal:
        raise UserError(exchange_wish.said_of(ctx, refusal)) from None
    said = wording.took(me.name, exchange_wish.part(ctx, shift, owner), ctx.now, ctx.policy.zone)
    facts = {"engineer": me.id, "other": owner, "day": shift.day.isoformat()}
    done = roster_change.settle(change, "take", said, besides=me.id, **facts)
    ctx.log(call.rotation.name, said)
    return Answer(reply=wording.done(said, done.outcome.told, done.outcome.unreached))


def _only_day(ctx: Context, call: Call) -> date:
    if not call.words:
        raise call.wrong(wording.WHICH_DAY)
    day, rest = leading_day(call.words, today_of(ctx))
    if rest:
        raise call.wrong(wording.WHICH_DAY)
    return day


def _pressed(act: Callable[[Context, str], Answer]) -> Callable[[Context, ButtonPressed], Answer | None]:
    return lambda ctx, event: act(ctx, event.value)


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    wording.ACCEPT: _pressed(exchange_wish.accept),
    wording.DECLINE: _pressed(exchange_wish.decline),
    wording.WITHDRAW: _pressed(exchange_wish.withdraw),
    form_words.FIRST: _pressed_swap,
}

FORMS: Mapping[str, Callable[[Context, FormSubmitted], Answer | None]] = {
    form_words.FIRST: _first_step,
    form_words.SECOND: _second_step,
}

COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "swap",
        "MINE @user [THEIRS]",
        "ask somebody to swap shifts; theirs is their next one; alone: with a form",
        "/oncall swap fri @gil 2026-12-09",
        _swap,
    ),
    Command(
        "oncall",
        "cover",
        "[MINE] [why]",
        "ask everybody to cover a shift of mine; the first who takes it has it",
        "/oncall cover fri at the dentist",
        _cover,
        takes_text=True,
    ),
    Command("oncall", "take", "DATE|now", "take a shift over without being asked", "/oncall take tomorrow", _take),
)

LAPSE = Job(
    exchange_wish.LAPSES,
    "a wish for a swap or a cover that nobody granted",
    exchange_wish.lapse_due,
    exchange_wish.lapse_coming,
    exchange_wish.lapse,
)
