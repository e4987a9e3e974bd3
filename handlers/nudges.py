"""Questions that nobody answers: shown to the helpers, then to the engineer on call, then closed. Source: DESIGN §4.

Nobody is told anything outside the hours of the rotation, and nothing of it is posted in the thread.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import nudges as wording
from models.effects import Direct
from models.events import DeliverySettled, TimeCame
from models.policy import Person, Rotation
from models.records import account as accounts
from models.records import course, delivery
from models.records import helper as helpers
from models.records import request as records
from models.records import roster as stored
from models.records.delivery import Purpose
from models.records.helper import Helper
from models.records.request import Due, Request, RequestState
from models.rota.calendar import WorkCalendar
from models.triage.verdict import RequestClass

JOB = "helpers"
MOST_TOGETHER = 10


def leave_to_others(ctx: Context, request: Request) -> None:
    """Do nothing for a request but close it when it has been idle for long."""
    request.due, request.due_at = Due.STALE, ctx.now + ctx.policy.community.stale_after


def expect_an_answer(ctx: Context, request: Request) -> None:
    """Remember when somebody is to look at a question that nobody has answered."""
    rotation = ctx.policy.rotation_for(request.channel_name)
    if rotation is None or request.first_answer_at is not None:
        leave_to_others(ctx, request)
        return
    calendar, waits = ctx.standing.calendar(rotation), ctx.policy.community
    request.rotation = rotation.name
    request.due = Due.ENGINEER
    request.due_at = _within_hours(calendar, calendar.add_working_time(ctx.now, waits.engineer_after))
    helped_at = _within_hours(calendar, calendar.add_working_time(ctx.now, waits.helpers_after))
    request.helpers_at = None if request.is_direct else helped_at  # nobody else can read a direct conversation


def _within_hours(calendar: WorkCalendar, at: datetime) -> datetime:
    """Give an instant, or the begin of the next hours: a span that is over when they end is told when they begin."""
    return at if calendar.is_within_hours(at) else calendar.next_hours_begin(at)


# -- the engineer on call


def tell_engineer(ctx: Context, request: Request) -> None:
    """Show a question that waited a working day to the engineer on call, once; outside the hours, when they begin."""
    rotation = ctx.policy.rotation(request.rotation)
    if rotation is not None and not duty.is_within_hours(ctx, rotation):
        request.due_at = duty.next_hours_begin(ctx, rotation)
        return
    leave_to_others(ctx, request)
    if rotation is None:
        return
    person = _whoever_can_be_reached(ctx, rotation)
    if person is not None:
        ctx.tell([person], lambda on: wording.waited_long(_question(ctx, request, on)), request=request)
    named = person.name if person is not None else "nobody"
    ctx.note(request, "shown to the engineer on call", source="clock", detail=named)


def _whoever_can_be_reached(ctx: Context, rotation: Rotation) -> Person | None:
    """Give the engineer on call; the next on the list, or the fallback, where their account reaches nobody."""
    on_duty, gone = duty.on_call(ctx, rotation), accounts.gone(ctx.session)
    candidates = [*duty.people(ctx, [on_duty.engineer, on_duty.secondary]), *duty.fallback(ctx)]
    homes = ((person, ctx.home_of(person)) for person in candidates)
    reached = (one for one, home in homes if home is not None and (home, one.handle(home) or "") not in gone)
    return next(reached, None)


# -- the helpers


def helpers_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the questions that the helpers are to be told of."""
    del standing
    for number, at in course.for_helpers(session, now):
        yield TimeCame.of(JOB, str(number), at)


def helpers_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the helpers are next to be told of a question."""
    del standing
    return course.next_for_helpers(session, now)


def tell_helpers(ctx: Context, event: TimeCame) -> None:
    """Show a question, and what else is due with it, to the helpers: once, in one direct message each."""
    request = records.get(ctx.session, int(event.subject))
    if request is None or request.helpers_at != event.at:
        return
    rotation = ctx.policy.rotation(request.rotation)
    if rotation is None or not _waits(request):
        request.helpers_at = None
    elif not duty.is_within_hours(ctx, rotation):
        request.helpers_at = duty.next_hours_begin(ctx, rotation)
    else:
        _tell_together(ctx, request, rotation)


def _tell_together(ctx: Context, request: Request, rotation: Rotation) -> None:
    together = [request, *course.due_with(ctx.session, request, ctx.now, MOST_TOGETHER - 1)]
    waiting = [one for one in together if _waits(one)]
    for one in together:
        one.helpers_at = None
    handles = _helpers(ctx, request.platform, rotation)
    told = [handle for handle in handles if _tell(ctx, handle, waiting)]
    for one in waiting if told else ():
        ctx.note(one, "shown to the helpers", source="clock", detail=wording.so_many(len(told)))


def _tell(ctx: Context, handle: str, waiting: Sequence[Request]) -> bool:
    """Tell one helper of the questions that others asked; False where there is none."""
    questions = [_question(ctx, one, one.platform) for one in waiting if one.author != handle]
    if questions:
        said = wording.helpers(questions)
        ctx.say(Direct(handle, said), purpose=Purpose.NOTICE, platform=waiting[0].platform)
    return bool(questions)


def _waits(request: Request) -> bool:
    is_open = request.state is RequestState.OPEN and request.request_class is RequestClass.COMMUNITY
    return is_open and request.first_answer_at is None


def _helpers(ctx: Context, platform: str, rotation: Rotation) -> Sequence[str]:
    """Give the handles of the helpers who can answer on a platform and are not away."""
    gone = accounts.gone(ctx.session)
    found = (_handle(ctx, helper, platform, rotation) for helper in helpers.every(ctx.session))
    return [one for one in dict.fromkeys(found) if one is not None and (platform, one) not in gone]


def _handle(ctx: Context, helper: Helper, platform: str, rotation: Rotation) -> str | None:
    known = ctx.policy.person(helper.person)
    person = known or ctx.policy.person_with_handle(helper.platform, helper.user)
    if person is None:
        return helper.user if helper.platform == platform else None
    return None if _is_away(ctx, person, rotation) else person.handle(platform)


def _is_away(ctx: Context, person: Person, rotation: Rotation) -> bool:
    today = ctx.standing.calendar(rotation).day_of(ctx.now)
    entered = stored.absences_of(ctx.session, person.id, today)
    return any(one.first <= today and not one.is_skip and one.rotation in (None, rotation.name) for one in entered)


def _question(ctx: Context, request: Request, platform: str) -> wording.Question:
    """Give a question as it is read on a platform."""
    return wording.Question(
        number=request.id,
        channel=request.channel if request.platform == platform else None,
        root=request.root,
        place=request.channel_name,
        author=ctx.called(request.author, request.platform, read_on=platform, otherwise=request.author_name),
        words=request.text,
        waited=ctx.now - request.waits_since,
    )


def delivery_settled(ctx: Context, event: DeliverySettled) -> None:
    """Strike a helper off whom nothing reaches any more, unless the configuration knows them and watches over them."""
    found = delivery.recipient(ctx.session, event.row) if event.is_recipients_fault else None
    if found is not None and ctx.policy.person_with_handle(*found) is None:
        helpers.remove(ctx.session, *found, None)


HELPERS = Job(JOB, "a question that helpers are told of", helpers_due, helpers_coming, tell_helpers)
