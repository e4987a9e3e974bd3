"""Paging: who is told of a grave request, when, and who next if nobody acknowledges. Source: DESIGN §4, §5."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import duty, escalation, page, page_facts
from handlers.context import Context, Standing
from handlers.wording import operations
from handlers.wording import paging as wording
from models.effects import Direct, Post
from models.events import DeliverySettled, TimeCame
from models.message import Message, Span
from models.policy import ChannelKind, EscalationStep, Person, Rotation
from models.records import course, delivery
from models.records import request as records
from models.records.delivery import OutboxState, Purpose
from models.records.request import Due, Request, RequestState
from models.triage.verdict import RequestClass


def begin(ctx: Context, request: Request) -> None:
    """Page for a request from the first step on; outside hours, do what the policy says instead.

    Where somebody took it and fell silent, the steps count from now: its first page was delivered long ago.
    """
    rotation = _rotation(ctx, request)
    stop(ctx, request)
    request.rotation = rotation.name if rotation is not None else None
    request.step, request.paged_at = 0, ctx.now if request.state is RequestState.ACKNOWLEDGED else None
    if rotation is not None and escalation.is_held(ctx, request, rotation, ctx.now):
        _wait_for_hours(ctx, request, rotation)
    else:
        _run_step(ctx, request, rotation)


def _rotation(ctx: Context, request: Request) -> Rotation | None:
    """Give whose a request is: its channel's; of what alerts ask, which nobody wrote, its service's."""
    if request.author:
        return ctx.policy.rotation_for(request.channel_name)
    return ctx.policy.rotation_for_alerts(request.service, request.channel_name)


def go_on(ctx: Context, request: Request) -> None:
    """Run what is due now, leaving out the steps whose time has passed as well; past the last, the last again.

    Once the hours are over, what is left waits for the next ones.
    """
    stop(ctx, request)
    rotation = ctx.policy.rotation(request.rotation) if request.rotation else None
    if rotation is not None and escalation.is_held(ctx, request, rotation, ctx.now):
        _wait_for_hours(ctx, request, rotation)
    else:
        _run_overdue(ctx, request, rotation)


def _run_overdue(ctx: Context, request: Request, rotation: Rotation | None) -> None:
    steps = escalation.steps(ctx, request)
    request.paged_at = request.paged_at or ctx.now
    request.step = min(request.step, len(steps) - 1)
    overdue = max((step.after for step in steps if request.paged_at + step.after <= ctx.now), default=timedelta())
    while steps[request.step].after < overdue:
        request.step += 1
    together = steps[request.step].after
    while request.step < len(steps) and steps[request.step].after == together:
        _run_step(ctx, request, rotation)


def stop(ctx: Context, request: Request) -> None:
    """Send no more pages for a request; a first page that nobody has seen yet is as if it had never been."""
    request.due = request.due_at = request.helpers_at = None
    if request.page_id in delivery.drop_pending_pages(ctx.session, request.id):
        request.page_id = None


def slow_down(ctx: Context, request: Request) -> bool:
    """Go on from the page that was sent, at the times of a class that is lower now; False where none was sent."""
    stop(ctx, request)
    if request.page_id is None:
        return False
    begun = request.paged_at or ctx.now
    request.step = max(1, sum(begun + step.after <= ctx.now for step in escalation.steps(ctx, request)))
    _schedule(ctx, request)
    show(ctx, request)
    return True


def tell_owner(ctx: Context, request: Request) -> None:
    """Ping whoever took a request that has become graver since: they alone, as they are on it."""
    owner = ctx.handle_name(request.owner or "", request.platform)
    person = ctx.policy.person_with_handle(request.platform, request.owner or "")
    _page(ctx, request, wording.raised(page_facts.facts(ctx, request), owner), [person] if person is not None else [])
    name = page_facts.name(ctx, request.owner, request.platform)
    ctx.log(request.rotation, wording.logged_page(request.id, name), request=request)


def escalate(ctx: Context, request: Request, why: str) -> list[Person]:
    """Ask everybody of the team and the leads at once, as the last step would; give who is asked, nobody maybe."""
    rotation = ctx.policy.rotation(request.rotation) if request.rotation else ctx.policy.rotation()
    everybody = EscalationStep(after=timedelta(), to=("team", "leads"))
    people, _ = escalation.recipients(ctx, request, rotation, everybody)
    others = [person for person in people if person != ctx.person]
    if not others:
        return []
    mentions = _called(ctx, request, others)
    asked_by = ctx.handle_on(request.platform)
    asker = ctx.called(asked_by, request.platform, otherwise=request.author_name if asked_by == request.author else "")
    _page(ctx, request, wording.escalated(page_facts.facts(ctx, request), mentions, asker, why), others)
    ctx.log(request.rotation, wording.logged_page(request.id, ", ".join(one.name for one in others)), request=request)
    return others


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the requests whose due time has come."""
    del standing
    for one in course.due(session, now):
        yield TimeCame.of("request", f"{one.number}:{one.due}:{one.step}", one.at)


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next due time of a request."""
    del standing
    return course.next_due(session, now)


def delivery_settled(ctx: Context, event: DeliverySettled) -> None:
    """Count the escalation from the first page's delivery; move on where only the recipient was the fault."""
    request = records.get(ctx.session, event.request) if event.request is not None else None
    if request is not None and not event.is_delivered and request.page_id == event.row:
        _page_lost(ctx, request)
    if event.is_dropped:
        return
    if event.purpose == Purpose.PAGE and request is not None and event.is_delivered:
        page.delivered(ctx, request, event.row)
    if event.purpose == Purpose.PAGE and request is not None and request.state.is_live:
        _page_settled(ctx, request, event)
    if not event.is_delivered and event.purpose in (Purpose.PAGE, Purpose.QUESTION, Purpose.HANDOVER):
        what = wording.owed(event.purpose, event.request)
        ctx.tell(duty.people(ctx, ctx.policy.oncall.leads), lambda _: operations.delivery_failed(what, event.error))


def _page_settled(ctx: Context, request: Request, event: DeliverySettled) -> None:
    if event.is_delivered:
        ctx.note(request, "page delivered", source="clock", actor="")
    if request.paged_at is None:
        request.paged_at = ctx.now
    if request.state is RequestState.OPEN and _is_escalating(request):
        _schedule(ctx, request)
        if event.is_recipients_fault and request.due is Due.PAGE and _reaches_nobody(ctx, request, event.row):
            request.due_at = ctx.now


def _reaches_nobody(ctx: Context, request: Request, row: int) -> bool:
    """Say whether a page that its recipient could not get was of the newest step, and nobody else gets it either."""
    newest = delivery.newest_pages(ctx.session, request.id)
    return row in newest and all(state in (OutboxState.FAILED, OutboxState.DROPPED) for state in newest.values())


def _page_lost(ctx: Context, request: Request) -> None:
    """Say anew what a page that ended unsent was to say: what was to be changed in it ended with it.

    One that was no longer wanted, as when the class was lowered, may have been the only one: then paging begins anew.
    """
    request.page_id = None
    if request.state is RequestState.ACKNOWLEDGED:
        show_owner(ctx, request)
    elif request.state is RequestState.OPEN and _is_escalating(request) and not _pages(ctx, request):
        begin(ctx, request)


def _is_escalating(request: Request) -> bool:
    """Say whether pages follow one another: not where the class was lowered, or the hours are waited for."""
    return request.request_class.is_grave and request.due in (None, Due.PAGE)


def show(ctx: Context, request: Request) -> None:
    """Bring every page up to date with what became of its request; those after the first say it shortly.

    Those from before it was reopened stay as they are: they tell how it ended then.
    """
    ctx.edit(request.page_id, page_message(ctx, request), request.platform, request)
    for row in _pages(ctx, request):
        if row != request.page_id:
            platform = delivery.platform_of(ctx.session, row)
            ctx.edit(row, wording.later_page(page_facts.facts(ctx, request, platform)), platform, request)


def _pages(ctx: Context, request: Request) -> Sequence[int]:
    return delivery.pages(ctx.session, request.id, request.waits_since)


def show_owner(ctx: Context, request: Request) -> None:
    """Say in its thread who is on a request: in its pages, or where none was sent in a post of its own."""
    if request.page_id is None:
        request.page_id = ctx.say(in_thread(ctx, request, page_message(ctx, request)), request=request)
    else:
        show(ctx, request)


def page_message(ctx: Context, request: Request) -> Message:
    """Give the page of a request as it has to read now."""
    return wording.page(page_facts.facts(ctx, request))


def _run_step(ctx: Context, request: Request, rotation: Rotation | None) -> None:
    steps = escalation.steps(ctx, request)
    step = steps[request.step]
    people, why = escalation.recipients(ctx, request, rotation, step)
    if request.step == 0 and people:
        request.engineer = people[0].id
        _tell_author(ctx, request, people[0])
    if step.by == "dm" and request.step > 0:
        _page_directly(ctx, request, people)
    else:
        _page_in_thread(ctx, request, people, why)
    names = ", ".join(person.name for person in people) or "nobody"
    ctx.note(request, "paged", detail=f"{names} ({step.by})", source="clock", actor="")
    ctx.log(request.rotation, wording.logged_page(request.id, names), request=request)
    if request.step == 0 and rotation is not None and request.state is RequestState.OPEN:
        _tell_shadows(ctx, request, rotation, names)
    request.step += 1
    _schedule(ctx, request)


def _tell_shadows(ctx: Context, request: Request, rotation: Rotation, names: str) -> None:
    """Let the newcomers who shadow the engineer on call know what they were paged for; nothing is asked of them."""
    for newcomer in duty.shadows(ctx, rotation):
        home = ctx.home_for(newcomer, request.platform)
        if home is not None:
            told = Direct(newcomer.handle(home) or "", wording.shadowed(page_facts.facts(ctx, request, home), names))
            ctx.say(told, purpose=Purpose.NOTICE, request=request, platform=home)


def _schedule(ctx: Context, request: Request) -> None:
    """Set when the next step is due; while the first page is on its way nothing is."""
    steps = escalation.steps(ctx, request)
    request.due = request.due_at = None
    if request.paged_at is not None and request.step < len(steps):
        request.due = Due.PAGE
        request.due_at = max(ctx.now, request.paged_at + steps[request.step].after)


def _page_in_thread(ctx: Context, request: Request, people: Sequence[Person], why: str) -> None:
    is_first = request.step == 0 and request.state is RequestState.OPEN
    mentions, facts = _called(ctx, request, people), page_facts.facts(ctx, request)
    message = wording.first_page(facts, mentions, why) if is_first else wording.next_page(facts, mentions, why)
    row = _page(ctx, request, message, people)
    if is_first:
        request.page_id = row


def _called(ctx: Context, request: Request, people: Sequence[Person]) -> list[Span]:
    """Give how a page in a request's thread calls people: who is not on its platform is named, and told elsewhere."""
    homes = [(person, ctx.home_for(person, request.platform)) for person in people]
    return [
        ctx.mention(person.id, request.platform)
        if home in (request.platform, None)
        else wording.called(person.name, home)
        for person, home in homes
    ]


def _page(ctx: Context, request: Request, message: Message, people: Sequence[Person]) -> int:
    """Owe one page in a request's thread, and one directly to each who is not on its platform; give the first's row."""
    row = page.owe(ctx, request, in_thread(ctx, request, message), people)
    page_elsewhere(ctx, request, people)
    return row


def page_elsewhere(ctx: Context, request: Request, people: Sequence[Person]) -> None:
    """Page those directly who cannot be pinged on a request's platform, where they can be reached."""
    _page_directly(ctx, request, [person for person in people if not person.handle(request.platform)])


def _tell_author(ctx: Context, request: Request, engineer: Person) -> None:
    """Tell an author who wrote to the bot directly what was done; the page itself stands elsewhere."""
    if request.is_direct and request.state is RequestState.OPEN:
        told = wording.told_author(page_facts.facts(ctx, request), engineer.name)
        ctx.say(Post(request.channel, told), purpose=Purpose.NOTICE, request=request)


def _page_directly(ctx: Context, request: Request, people: Sequence[Person]) -> None:
    for person in people:
        home = ctx.home_for(person, request.platform)
        if home is not None:
            said = Direct(person.handle(home) or "", wording.direct_page(page_facts.facts(ctx, request, home)))
            page.owe(ctx, request, said, [person], platform=home)


def was_paged(ctx: Context, request: Request, rotation: Rotation, people: Sequence[Person]) -> None:
    """Count a request as paged by a page that named several: its escalation goes on from there."""
    request.rotation, request.engineer = rotation.name, people[0].id if people else None
    request.step, request.paged_at = 1, ctx.now
    _schedule(ctx, request)


def thread_of(request: Request) -> str | None:
    """Give the thread to answer in; a direct conversation needs none."""
    return None if request.is_direct else request.root


def in_thread(ctx: Context, request: Request, message: Message) -> Post:
    """Give the post of a page: in the request's thread; for a direct conversation, where engineers are."""
    if not request.is_direct:
        return Post(request.channel, message, thread=request.root)
    kind = ChannelKind.SOS if request.request_class is RequestClass.URGENT else ChannelKind.OPERATIONS
    channel = ctx.policy.channel_of_kind(kind)
    found = ctx.channel_id(channel.name, request.platform) if channel is not None else None
    return Post(found, message) if found is not None else Post(request.channel, message, thread=request.root)


def _wait_for_hours(ctx: Context, request: Request, rotation: Rotation) -> None:
    begins = duty.next_hours_begin(ctx, rotation)
    request.due, request.due_at = Due.RESUME, begins
    following = duty.on_call(ctx, rotation, begins)
    request.engineer = following.engineer
    facts, contact = page_facts.facts(ctx, request), ctx.policy.after_hours.contact
    if following.engineer is not None:
        told = wording.after_hours(facts, ctx.name_of(following.engineer), begins, contact)
    else:
        told = wording.after_hours_of_nobody(facts, [one.name for one in duty.fallback(ctx)], begins, contact)
    ctx.say(Post(request.channel, told, thread=thread_of(request)), purpose=Purpose.NOTICE, request=request)
    ctx.note(request, "waits for the hours", detail=begins.isoformat(), source="clock", actor="")
    ctx.log(request.rotation, wording.logged_wait(request.id, request.request_class), request=request)
