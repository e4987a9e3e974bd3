"""A wish for a swap or a cover, from asked to settled: accepted, declined, withdrawn, refused, lapsed. DESIGN §5.

It is bound to shifts by their ids and looked at again when it is accepted.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from handlers import duty, exchange_shift, roster_change
from handlers.command import Call
from handlers.context import Answer, Context, Standing
from handlers.dates import today_of, zone_of
from handlers.roster_change import Change
from handlers.wording import exchange as wording
from handlers.wording import times
from models.errors import UserError
from models.events import TimeCame
from models.message import Message
from models.policy import Person
from models.records import delivery
from models.records import exchange as records
from models.records.exchange import Exchange, ExchangeState
from models.rota.duty import who_is_on
from models.rota.exchange import Swap, swapped
from models.rota.rota import Rota
from models.rota.shift import RotaError, Shift

LAPSES = "exchange"

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def typed(ctx: Context, call: Call) -> Answer | None:
    """Carry out `accept 12`, `decline 12` or `withdraw 12`; None where the words say something else."""
    verbs: Mapping[str, Callable[[Context, str], Answer]] = {
        "accept": accept,
        "decline": decline,
        "withdraw": withdraw,
    }
    verb = verbs.get(call.words[0].lower()) if call.words and len(call.words) <= 2 else None  # noqa: PLR2004
    if verb is None:
        return None
    number = call.words[-1].removeprefix("#")
    if not number.isdecimal():
        raise call.wrong(wording.which_number(call.words[0]))
    return verb(ctx, number)


def accept(ctx: Context, number: str) -> Answer:
    """Grant a wish: a swap by whoever was asked, a cover by the first engineer; one that is void by now is refused."""
    me, rotation = exchange_shift.asker(ctx), ctx.policy.rotation(_numbered(ctx, number).rotation)
    if rotation is None:
        raise UserError(wording.no_such(number))
    change = roster_change.take(ctx, rotation)
    row = _numbered(ctx, number)  # as it stands now that nobody else changes the rotation
    _may_accept(ctx, row, me)
    try:
        said = _carried_out(change, row, me)
    except RotaError as refusal:
        return _refused(ctx, row, said_of(ctx, refusal))
    _settle(ctx, row, ExchangeState.ACCEPTED, me)
    facts = {"day": row.mine_day.isoformat(), "his_day": row.his_day.isoformat() if row.his_day else None}
    done = roster_change.settle(change, row.kind, said, besides=me.id, engineer=me.id, other=row.asker, **facts)
    return Answer(reply=wording.done(said, done.outcome.told, done.outcome.unreached))


def _may_accept(ctx: Context, row: Exchange, me: Person) -> None:
    if row.state is not ExchangeState.OPEN:
        raise UserError(_settled_already(ctx, row))
    if row.asker == me.id:
        raise UserError(wording.WITHDRAW_INSTEAD)
    if row.other is not None and row.other != me.id:
        raise UserError(wording.not_asked(ctx.name_of(row.other)))
    if not duty.is_engineer(ctx, me):
        raise UserError(wording.ONLY_ENGINEERS)


def _carried_out(change: Change, row: Exchange, me: Person) -> str:
    """Change the shifts of a wish, and say what was agreed. Raises RotaError, saying why, where that is void by now."""
    ctx = change.ctx
    mine, his = _shifts(change.rota, row)
    if mine is None or (row.his_day is not None and his is None):
        raise RotaError(wording.unplanned(row.mine_day if mine is None else row.his_day or row.mine_day))
    for shift in (mine, his):
        if shift is not None and exchange_shift.is_decided(change.rota, shift, ctx.now):
            raise RotaError(wording.decided_meanwhile(shift.day))
    if his is None:
        exchange_shift.give(change, mine, row.asker, me)
    else:
        assert his.id is not None
        swap = Swap(row.mine, his.id, row.asker, me.id)
        for before, after in zip((mine, his), swapped(swap, mine, his, ctx.now), strict=True):
            exchange_shift.exchange(ctx, before, after)
    return wording.agreed(worded(ctx, row, mine, his), me.name)


def _refused(ctx: Context, row: Exchange, why: str) -> Answer:
    """Settle a wish that the rules refuse by now, and tell both why."""
    _settle(ctx, row, ExchangeState.REFUSED, None, why)
    _tell_asker(ctx, row, wording.void(_seen(ctx, row, ctx.policy.person(row.asker)), why))
    return Answer(reply=wording.refused(why))


def decline(ctx: Context, number: str) -> Answer:
    """Refuse to swap, and tell the asker."""
    me, row = exchange_shift.asker(ctx), _numbered(ctx, number)
    if row.other is None or row.other != me.id:
        raise UserError(wording.not_asked(ctx.name_of(row.other)) if row.other else wording.EVERYBODY_WAS_ASKED)
    _settle(ctx, row, ExchangeState.DECLINED, me)
    _tell_asker(ctx, row, wording.declined(_seen(ctx, row, ctx.policy.person(row.asker)), me.name))
    return Answer(reply=wording.answered(ExchangeState.DECLINED))


def withdraw(ctx: Context, number: str) -> Answer:
    """Take one's own wish back."""
    me, row = exchange_shift.asker(ctx), _numbered(ctx, number)
    if row.asker != me.id:
        raise UserError(wording.NOT_YOURS)
    _settle(ctx, row, ExchangeState.WITHDRAWN, me)
    return Answer(reply=wording.answered(ExchangeState.WITHDRAWN))


def _settle(ctx: Context, row: Exchange, state: ExchangeState, by: Person | None, why: str = "") -> None:
    """Settle a wish and say so where it was asked. Raises UserError where somebody was faster."""
    if not records.settle(ctx.session, row.id, state, by.id if by is not None else None, ctx.now):
        raise UserError(_settled_already(ctx, _numbered(ctx, str(row.id))))
    said = wording.outcome(wording.Settled(_seen(ctx, row), state, by.name if by is not None else None, why))
    for post in row.posts:
        ctx.edit(post, said, delivery.platform_of(ctx.session, post))


def _settled_already(ctx: Context, row: Exchange) -> str:
    by = ctx.name_of(row.settled_by) if row.settled_by is not None else None
    at = times.moment(row.settled_at or ctx.now, zone_of(ctx), ctx.now)
    return wording.settled_already(wording.Settled(_seen(ctx, row), row.state, by), at)


def _tell_asker(ctx: Context, row: Exchange, said: Message) -> None:
    ctx.tell([ctx.policy.person(row.asker)], lambda _: said)


def _numbered(ctx: Context, number: str) -> Exchange:
    found = records.get(ctx.session, int(number)) if number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004
    if found is None:
        raise UserError(wording.no_such(number))
    return found


def _shifts(rota: Rota, row: Exchange) -> tuple[Shift | None, Shift | None]:
    """Give the shifts of a wish; None for one that is no longer there, and for the second of a cover."""
    by_id = {(shift.id, shift.day): shift for shift in rota.shifts}
    return by_id.get((row.mine, row.mine_day)), by_id.get((row.his, row.his_day)) if row.his_day is not None else None


def said_of(ctx: Context, refusal: RotaError) -> str:
    """Give a reason of the rules with people's names in it."""
    today = today_of(ctx)
    named = duty.why(ctx, str(refusal))
    return _ISO_DAY.sub(lambda found: times.day(date.fromisoformat(found[0]), today), named)


def worded(
    ctx: Context, row: Exchange, mine: Shift | None, his: Shift | None, reader: Person | None = None
) -> wording.Wish:
    """Give a wish as a reader sees it (None: everybody)."""
    return wording.Wish(
        number=row.id,
        rotation=row.rotation,
        asker=ctx.name_of(row.asker),
        mine=part(ctx, mine, row.asker) if mine is not None else _gone(ctx, row.mine_day, row.asker),
        his=_his(ctx, row, his),
        reason=row.reason,
        now=ctx.now,
        zone=zone_of(ctx, reader) if reader is not None else ctx.policy.zone,
    )


def _his(ctx: Context, row: Exchange, his: Shift | None) -> wording.Part | None:
    if row.his_day is None:
        return None
    return part(ctx, his, row.other) if his is not None else _gone(ctx, row.his_day, row.other)


def part(ctx: Context, shift: Shift, owner: str | None) -> wording.Part:
    """Give a shift as the sentences need it. owner: whose it is; None: nobody's."""
    return wording.Part(shift.day, shift.start, shift.end, ctx.name_of(owner) if owner is not None else None)


def _gone(ctx: Context, day: date, owner: str | None) -> wording.Part:
    """Give a shift that is no longer planned: its day is all that is known."""
    return wording.Part(day, ctx.now, ctx.now, ctx.name_of(owner) if owner is not None else None)


def _seen(ctx: Context, row: Exchange, reader: Person | None = None) -> wording.Wish:
    """Give a wish whose shifts do not matter any more, only their days."""
    return worded(ctx, row, None, None, reader)


def open_wishes(ctx: Context, person: Person) -> list[wording.Wish]:
    """Give the wishes that somebody made or is asked for and that are open."""
    return [_seen(ctx, row, person) for row in records.open_of(ctx.session, person.id)]


def lapse_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the open wishes that nobody can grant any more: their time has passed, or their shift went to another."""
    del standing
    lapsed = [TimeCame.of(LAPSES, str(row.id), row.lapses_at) for row in records.lapsed(session, now)]
    return lapsed or [TimeCame.of(LAPSES, str(row.id), row.made_at) for row in records.void(session)]


def lapse_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the next open wish lapses."""
    del standing
    return records.next_lapse(session, now)


def _is_still_the_askers(ctx: Context, row: Exchange) -> bool:
    """Say whether the asker serves the shift of a wish that comes to its end, by the resolver."""
    rotation = ctx.policy.rotation(row.rotation)
    rota = exchange_shift.rota_of(ctx, rotation) if rotation is not None else None
    mine, _ = _shifts(rota, row) if rota is not None else (None, None)
    if rota is None or mine is None:
        return False
    return who_is_on(rota, max(mine.start, min(ctx.now, mine.end - duty.INSTANT))).engineer == row.asker


def lapse(ctx: Context, event: TimeCame) -> None:
    """Let a wish lapse, and tell its asker that the shift stayed theirs; or settle it as void, where it did not."""
    row = records.get(ctx.session, int(event.subject))
    if row is None or row.state is not ExchangeState.OPEN:
        return
    if not _is_still_the_askers(ctx, row):
        _settle(ctx, row, ExchangeState.REFUSED, None, wording.MOVED_ON)
        return
    _settle(ctx, row, ExchangeState.LAPSED, None)
    _tell_asker(ctx, row, wording.lapsed(_seen(ctx, row, ctx.policy.person(row.asker))))
