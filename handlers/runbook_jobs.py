"""What the clock does about runbook debts: unanswered questions become some, and some are recalled. DESIGN §6."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import duty, runbook, runbook_debt
from handlers.context import Context, Standing
from handlers.dates import zone_of
from handlers.job import Job
from handlers.wording import runbook as wording
from models.events import TimeCame
from models.policy import Person
from models.records import debt as records
from models.records import event as received
from models.records import request as requests
from models.records.debt import DebtState, OpenDebt, RunbookDebt
from models.records.request import Request, RequestState

REMINDS = "runbook-debt"
WEEK = timedelta(days=7)


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the questions that nobody answered in their shift, and the debts that are to be recalled."""
    del standing
    for debt in records.due(session, now):
        assert debt.due_at is not None
        event = TimeCame.of(REMINDS, str(debt.request_id), debt.due_at)
        if not received.has_come(session, event):
            yield event


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when something is due about one next."""
    del standing
    return records.next_due(session, now)


def time_came(ctx: Context, event: TimeCame) -> None:
    """Ask who was off before; make a question that nobody answered a debt; remind of a debt, nobody twice in a week."""
    request = requests.get(ctx.session, int(event.subject))
    debt = records.hold(ctx.session, int(event.subject))
    if request is None or debt is None or debt.due_at != event.at:
        return
    if request.state is not RequestState.RESOLVED:
        debt.due_at = None
    elif debt.state is DebtState.ASKED:
        if not _asks(ctx, debt, request):
            ctx.note(request, "runbook debt", source="clock", actor="")
            runbook.promise(ctx, debt, request)
    else:
        debt.due_at = _not_before(ctx, debt, request)
        if debt.due_at is None:
            _remind(ctx, debt)


def _asks(ctx: Context, debt: RunbookDebt, request: Request) -> bool:
    """Ask whoever was off when it was resolved; False where they were asked already, or nothing reaches them."""
    if debt.ask_id is not None:
        return False
    runbook.put_question(ctx, debt, request)
    return debt.ask_id is not None


def _not_before(ctx: Context, debt: RunbookDebt, request: Request) -> datetime | None:
    """Give until when a reminder has to wait: for a week's end, the hours, or somebody's return; None: it need not."""
    last = records.last_reminded(ctx.session, debt.person)
    if last is not None and last + WEEK > ctx.now:
        return last + WEEK
    calendar = runbook_debt.calendar(ctx, request)
    if not calendar.is_within_hours(ctx.now) or _is_away(ctx, debt, request):
        return calendar.next_hours_begin(ctx.now)
    return None


def _is_away(ctx: Context, debt: RunbookDebt, request: Request) -> bool:
    rotation = runbook_debt.rotation(ctx, request)
    if rotation is None or debt.person is None:
        return False
    return duty.near(ctx, rotation, ctx.now).unable(debt.person).at(ctx.now) is not None


def _remind(ctx: Context, debt: RunbookDebt) -> None:
    """Recall all that somebody owes in one message: to them, or where they have left to the leads."""
    found = records.open_debts(ctx.session)
    theirs = [one for one in found if one.debt.person == debt.person and one.debt.state is DebtState.OWED]
    for one in theirs:
        one.debt.reminded_at, one.debt.due_at = ctx.now, ctx.now + WEEK
    is_gone = runbook_debt.has_left(ctx, debt.person)
    for reader in duty.people(ctx, ctx.policy.oncall.leads if is_gone else [debt.person]):
        _recall(ctx, reader, theirs, is_gone=is_gone)


def _recall(ctx: Context, reader: Person, debts: Sequence[OpenDebt], *, is_gone: bool) -> None:
    shown = [runbook_debt.owed(ctx, one, ctx.home_of(reader), with_name=is_gone) for one in debts]
    say = wording.of_leavers if is_gone else wording.reminder
    told = say(shown, zone_of(ctx, reader), runbook_debt.MOST_LISTED)
    ctx.tell([reader], lambda _: told)


DEBTS = Job(REMINDS, "a runbook debt", due, coming, time_came)
