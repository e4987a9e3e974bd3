"""What the clock does about handovers: reminds, files what nobody submitted, asks after acceptance. DESIGN §6.

Each instant is one event, whose key in the ledger keeps it from coming twice; what was missed while the bot was
away comes afterwards, in order.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Context, Standing
from handlers.handover_draft import Change, change_of
from handlers.handover_filing import ACCEPT_WITHIN, file, readdress, shown, stored, tell_leads
from handlers.job import Job
from handlers.wording import handover as wording
from handlers.wording import handover_asking, log
from models.events import TimeCame
from models.policy import Rotation
from models.records import event as received
from models.records import handover as records
from models.records.delivery import Purpose
from models.records.handover import WAITING, Handover
from models.rota.calendar import DAY, WorkCalendar

REMINDED_BEFORE = timedelta(minutes=30)
LOOK_BACK = timedelta(days=30)
LOOK_AHEAD = 3  # shifts searched for the next reminder: one may have no hours in it
REMINDS, CHANGES, ASKS = "handover-reminder", "handover", "acceptance"


def _is_done(session: Session, event: TimeCame) -> bool:
    return received.has_come(session, event)


# -- the reminder


def reminder_at(calendar: WorkCalendar, start: datetime, end: datetime) -> datetime | None:
    """Give when a shift's engineer is reminded: 30 minutes before its last hours end; None where it has no hours."""
    day, first = calendar.day_of(end), calendar.day_of(start)
    while day >= first:
        begin, stop = calendar.hours_of(day)
        begin, stop = max(begin, start), min(stop, end)
        if begin < stop and calendar.is_working(day):
            return max(begin, stop - REMINDED_BEFORE)
        day -= DAY
    return None


def reminder_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the reminders of the shifts that run and whose time has come."""
    for rotation, start, end in _spans(session, standing, now, 1):
        at = reminder_at(standing.calendar(rotation), start, end)
        if at is not None and start <= now and at <= now:
            event = TimeCame.of(REMINDS, rotation.name, at)
            if not _is_done(session, event):
                yield event


def reminder_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next reminder after now."""
    spans = _spans(session, standing, now, LOOK_AHEAD)
    instants = (reminder_at(standing.calendar(rotation), start, end) for rotation, start, end in spans)
    return min((at for at in instants if at is not None and at > now), default=None)


def _spans(
    session: Session, standing: Standing, now: datetime, limit: int
) -> Iterator[tuple[Rotation, datetime, datetime]]:
    for rotation in standing.policy.oncall.rotations:
        for start, end in records.shift_spans(session, rotation.name, now, limit):
            yield rotation, start, end


def remind(ctx: Context, event: TimeCame) -> None:
    """Remind the engineer on duty of the handover, unless it was submitted or the hours are over."""
    rotation = ctx.policy.rotation(event.subject)
    if rotation is None or not duty.is_within_hours(ctx, rotation):
        return
    shift = duty.on_call(ctx, rotation).shift
    if shift is None:
        return
    row, change = records.of_shift(ctx.session, rotation.name, shift.start), change_of(ctx, rotation, shift)
    if row is None or not _has_handed_over(row, change):
        incoming = ctx.name_of(change.incoming) if change.incoming else None
        stays = change.incoming == change.outgoing
        naming = ctx.policy.naming(rotation.name)
        said = handover_asking.reminder(rotation.name, naming, change.end, incoming, ctx.policy.zone, stays=stays)
        ctx.tell([ctx.policy.person(change.outgoing)], lambda _: said, purpose=Purpose.HANDOVER)


def _has_handed_over(row: Handover, change: Change) -> bool:
    """Say whether whoever serves at the end of a shift has submitted; what was before duty passed on is another's."""
    return row.is_filed and row.outgoing == change.outgoing


# -- the end of the shift


def change_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the shifts that have ended and were not handed over yet, the oldest first."""
    for rotation in standing.policy.oncall.rotations:
        missed: list[TimeCame] = []
        for end in records.shift_ends(session, rotation.name, now - LOOK_BACK, now):
            event = TimeCame.of(CHANGES, rotation.name, end)
            if _is_done(session, event):
                break
            missed.append(event)
        yield from reversed(missed)


def change_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next end of a shift after now."""
    return min((end for _, _, end in _spans(session, standing, now, 1)), default=None)


def change_over(ctx: Context, event: TimeCame) -> None:
    """File the handover of a shift that ended without one; send a submitted one on where somebody else took over."""
    rotation = ctx.policy.rotation(event.subject)
    start = records.shift_start_of(ctx.session, event.subject, event.at)
    if rotation is None or start is None:
        return
    change = _ended(ctx, rotation, start, event.at)
    is_old = bool(records.shift_ends(ctx.session, rotation.name, event.at, ctx.now))
    row = stored(ctx, change)
    if not _has_handed_over(row, change):
        file(ctx, row, change, by=None, silently=is_old)
    elif row.incoming != change.incoming and not is_old:
        readdress(ctx, row, change)


def _ended(ctx: Context, rotation: Rotation, start: datetime, end: datetime) -> Change:
    shift = duty.near(ctx, rotation, end).shift_at(start)
    return change_of(ctx, rotation, shift) if shift is not None else Change(rotation, start, end, None, None)


# -- the acceptance


def acceptance_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the handovers whose acceptance is to be asked after now."""
    del standing
    for row in records.unaccepted_due(session, now):
        assert row.due_at is not None
        event = TimeCame.of(ASKS, str(row.id), row.due_at)
        if not _is_done(session, event):
            yield event


def acceptance_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next instant after now at which an acceptance is asked after."""
    del standing
    return records.next_due(session, now)


def ask_acceptance(ctx: Context, event: TimeCame) -> None:
    """Ask the incoming engineer once more, then the leads; nobody once the next shift is over, or outside hours."""
    row = records.get(ctx.session, int(event.subject))
    if row is None or row.state not in WAITING or row.due_at != event.at:
        return
    rotation = ctx.policy.rotation(row.rotation)
    if rotation is None or _is_over(ctx, row):
        row.due_at = None
    elif not duty.is_within_hours(ctx, rotation):
        row.due_at = duty.next_hours_begin(ctx, rotation) + ACCEPT_WITHIN
    elif row.reminders == 0:
        _ask_again(ctx, row)
    else:
        _tell_leads(ctx, row)


def _is_over(ctx: Context, row: Handover) -> bool:
    return bool(records.shift_ends(ctx.session, row.rotation, row.shift_end, ctx.now))


def _ask_again(ctx: Context, row: Handover) -> None:
    row.reminders, row.due_at = 1, ctx.now + ACCEPT_WITHIN
    said = wording.ask_again(shown(ctx, row))
    if not ctx.tell([ctx.policy.person(row.incoming)], lambda _: said, purpose=Purpose.HANDOVER):
        _tell_leads(ctx, row)


def _tell_leads(ctx: Context, row: Handover) -> None:
    row.reminders, row.due_at = row.reminders + 1, None
    said = wording.tell_leads(shown(ctx, row))
    tell_leads(ctx, lambda _: said)
    ctx.log(row.rotation, log.logged_unaccepted(row.id))


REMINDER = Job(REMINDS, "a reminder to hand over", reminder_due, reminder_coming, remind)
CHANGE = Job(CHANGES, "the handover", change_due, change_coming, change_over)
ACCEPTANCE = Job(ASKS, "a look whether the handover was accepted", acceptance_due, acceptance_coming, ask_acceptance)
