"""What the bot does for a class in a kind of channel: the policy table of DESIGN §4, and every change of class."""

from collections.abc import Iterable
from datetime import datetime

from handlers import duty, ending, escalation, nudges, paging, question, suggestion
from handlers.context import Context, Source
from handlers.place import kind_of, place_of
from handlers.wording import requests as wording
from models.effects import Post, React
from models.events import MessagePosted
from models.message import Message
from models.policy import ChannelKind
from models.records import incident_following
from models.records import request as records
from models.records.delivery import Purpose
from models.records.request import Due, LabelledExample, ReadMessage, Request, RequestState
from models.triage.verdict import RequestClass

TICKET = "ticket"


def open_request(
    ctx: Context,
    message: MessagePosted | ReadMessage,
    *,
    text: str,
    request_class: RequestClass,
    confidence: float,
    reasons: Iterable[str],
    runner_up: RequestClass,
    service: str | None = None,
    environment: str | None = None,
) -> Request:
    """Open the request whose thread hangs on a message; nothing is done for it yet. text: as it may be kept."""
    request = Request(
        platform=message.platform,
        channel=message.channel,
        channel_name=message.channel_name,
        is_direct=message.is_direct,
        root=message.message,
        author=message.author,
        author_name=message.author_name,
        text=text,
        opened_at=ctx.happened_at,
        last_message_at=ctx.now,
        request_class=request_class,
        confidence=confidence,
        reasons=list(reasons),
        runner_up=runner_up,
        service=service,
        environment=environment,
        state=RequestState.OPEN,
        step=0,
        has_answered=False,
    )
    return records.add(ctx.session, request)


def respond(ctx: Context, request: Request) -> None:
    """Do what the policy says for a request of its class in its channel; in general only urgent ones act.

    Nothing is done yet for one that was missed: what became of it meanwhile may still be read.
    """
    if request.due is Due.MISSED:
        return
    if request.request_class is not RequestClass.URGENT and kind_of(ctx, request) is ChannelKind.GENERAL:
        nudges.leave_to_others(ctx, request)
        return
    match request.request_class:
        case RequestClass.URGENT:
            _respond_urgent(ctx, request)
        case RequestClass.PLATFORM:
            if incident_following.is_known(ctx.session, request.id):
                nudges.leave_to_others(ctx, request)  # nobody is pinged again for what is known
            else:
                paging.begin(ctx, request)
        case RequestClass.COMMUNITY:
            _respond_community(ctx, request)
        case RequestClass.NONE:
            pass


def reclassify(ctx: Context, request: Request, to: RequestClass, *, source: Source, is_correction: bool) -> None:
    """Give a request another class, and do what follows; a person's correction is kept as a labelled example."""
    was = request.request_class
    if is_correction:
        _keep_example(ctx, request, to)
    if to is was and not _is_held(request):
        return
    request.request_class = to
    if is_correction and to is not was:
        request.reasons = [wording.said_by_hand(to)]
    if to is not was:
        ctx.note(request, "reclassified", source=source, detail=f"{was} → {to}")
        _take_back_pointer(ctx, request)
    if to is RequestClass.NONE:
        ending.end(ctx, request, RequestState.DISMISSED, source=source)
    elif request.state is RequestState.ACKNOWLEDGED:
        _respond_owned(ctx, request, is_raised=to.gravity > was.gravity)
    elif to.gravity >= was.gravity:
        respond(ctx, request)
    elif not (to.is_grave and paging.slow_down(ctx, request)):
        paging.stop(ctx, request)
        respond(ctx, request)
        paging.show(ctx, request)


def classify_by_hand(ctx: Context, request: Request, to: RequestClass, *, source: Source) -> None:
    """Give a request the class that a person chose; an open question about it is answered by that."""
    if request.asked_class is not None:
        ctx.note(request, "question answered", source=source, detail=to.value)
        question.settle(ctx, request, wording.question_answered(to))
    reclassify(ctx, request, to, source=source, is_correction=True)


def _is_held(request: Request) -> bool:
    """Say whether nothing was done for a request yet, because its author is asked first."""
    return request.state is RequestState.OPEN and request.page_id is None and request.due is None


def _respond_owned(ctx: Context, request: Request, *, is_raised: bool) -> None:
    """Do what a change of class means for a request that somebody is on: nobody else is paged for it."""
    if is_raised and request.request_class.is_grave:
        paging.tell_owner(ctx, request)
    if is_raised and request.request_class is RequestClass.URGENT:
        _link_in_sos(ctx, request)
    paging.show(ctx, request)
    await_owner(ctx, request)


def await_owner(ctx: Context, request: Request) -> None:
    """Wait for the next word of whoever took a request; for one that nobody is paged for, as long as for any."""
    if request.request_class.is_grave:
        request.due, request.due_at = Due.SILENCE, ctx.now + ctx.policy.escalation.silent_after
    else:
        nudges.leave_to_others(ctx, request)


def reopen(ctx: Context, request: Request, to: RequestClass, *, source: Source, is_correction: bool) -> None:
    """Take up what is over as if it were new: nobody is on it, and its page, its steps and its times begin anew."""
    _begin_anew(ctx, request)
    ctx.note(request, "reopened", source=source)
    reclassify(ctx, request, to, source=source, is_correction=is_correction)


def carry_on(ctx: Context, request: Request, original: Request, *, source: Source) -> None:
    """Take up what went on in a request that is gone: whoever was on that one is on this one, and nobody is paged."""
    _begin_anew(ctx, request)
    request.state, request.owner = RequestState.ACKNOWLEDGED, original.owner
    request.owned_at = request.acknowledged_at = since_it_waits(ctx, request)
    request.request_class = max(request.request_class, original.request_class, key=lambda one: one.gravity)
    request.rotation, request.duty_of = original.rotation or request.rotation, original.duty_of
    ctx.note(request, "reopened", source=source)
    ctx.note(request, "acknowledged", source=source, actor=original.owner, detail=f"as of #{original.id}")
    await_owner(ctx, request)
    paging.show_owner(ctx, request)


def _begin_anew(ctx: Context, request: Request) -> None:
    request.state, request.reopened_at = RequestState.OPEN, ctx.happened_at
    request.owner = request.acknowledged_at = request.owned_at = None
    request.first_answer_at = request.first_answer_by = request.first_answer_by_engineer = None
    request.resolved_by = request.resolved_at = request.duplicate_of = None
    request.escalated_by = request.escalated_at = request.duty_of = None
    request.page_id = request.paged_at = None
    request.step = 0


def human_answered(ctx: Context, request: Request, who: str) -> None:
    """Take note of a person's word in a request's thread: nothing needs to be nudged for a while."""
    heard(ctx, request, who)
    if request.first_answer_at is None and request.state.is_live:
        request.first_answer_at, request.first_answer_by = since_it_waits(ctx, request), who
        request.first_answer_by_engineer = duty.is_engineer(ctx, ctx.person)
        ctx.note(request, "first answer", source="thread")
    request.helpers_at = None
    if request.due is Due.ENGINEER:
        nudges.leave_to_others(ctx, request)


def since_it_waits(ctx: Context, request: Request) -> datetime:
    """Give when something happened to a request, as its platform tells it; never before it waited for that."""
    return max(ctx.happened_at, request.waits_since)


def heard(ctx: Context, request: Request, who: str) -> None:
    """Take note that somebody has said something: a request is not idle then, and its owner not silent."""
    request.last_word_at = ctx.now
    if request.state is RequestState.ACKNOWLEDGED and who == request.owner:
        paging.stop(ctx, request)
        await_owner(ctx, request)
    elif request.due is Due.STALE:
        nudges.leave_to_others(ctx, request)


def _respond_urgent(ctx: Context, request: Request) -> None:
    paging.begin(ctx, request)
    _link_in_sos(ctx, request)


def _link_in_sos(ctx: Context, request: Request) -> None:
    """Point to an urgent request from the sos channel. One from a direct conversation is paged there itself.

    What alerts page for, which nobody asked, is spoken of in their channel alone.
    """
    sos = ctx.policy.channel_of_kind(ChannelKind.SOS)
    if sos is None or not request.author or request.is_direct or request.channel_name == sos.name:
        return
    found = ctx.channel_id(sos.name, request.platform)
    if found is not None:
        told = ctx.name_of(request.engineer) if request.due is not Due.RESUME else None
        link = wording.cross_link(request.id, request.channel, request.root, request.channel_name or "", told)
        ctx.say(Post(found, link), purpose=Purpose.NOTICE, request=request)


def _respond_community(ctx: Context, request: Request) -> None:
    if incident_following.is_known(ctx.session, request.id):
        nudges.leave_to_others(ctx, request)  # it has its answer
        return
    kind = kind_of(ctx, request)
    if kind in (ChannelKind.SOS, ChannelKind.OPERATIONS):
        _point_to_how_to(ctx, request, is_sos=kind is ChannelKind.SOS)
    elif kind is ChannelKind.HOW_TO:
        known = None if request.has_answered else suggestion.known_answer(ctx, request)
        if known is not None:
            suggestion.offer(ctx, request, known, lambda message: _post_once(ctx, request, message))
        else:
            ctx.say(React(request.channel, request.root, TICKET), request=request)
    nudges.expect_an_answer(ctx, request)


def _point_to_how_to(ctx: Context, request: Request, *, is_sos: bool) -> None:
    how_to = ctx.policy.channel_of_kind(ChannelKind.HOW_TO)
    if how_to is not None:
        found = ctx.channel_id(how_to.name, request.platform)
        pointer = wording.point_to_how_to(request.id, how_to.name, found, with_button=is_sos)
        if request.pointer_id is not None:
            ctx.edit(request.pointer_id, pointer, request.platform, request)
        else:
            request.pointer_id = _post_once(ctx, request, pointer)


def _take_back_pointer(ctx: Context, request: Request) -> None:
    """Let a pointer to another channel say that the request stays where it is; its class is another one now."""
    if request.pointer_id is not None and request.request_class.is_grave:
        ctx.edit(request.pointer_id, wording.stays_here(request.request_class), request.platform, request)


def _post_once(ctx: Context, request: Request, message: Message) -> int | None:
    """Post in a community thread, and give the outbox row; None where the bot has done so before.

    Where its author was asked a question, that is the bot's one post: what there is to say stands in its place.
    """
    if request.has_answered:
        return None
    request.has_answered = True
    if request.question_id is not None:
        ctx.edit(request.question_id, message, request.platform, request)
        return request.question_id
    return ctx.say(Post(request.channel, message, thread=paging.thread_of(request)), request=request)


def _keep_example(ctx: Context, request: Request, to: RequestClass) -> None:
    kind = kind_of(ctx, request)
    ctx.session.add(
        LabelledExample(
            request_id=request.id,
            text=request.text,
            channel_kind=kind.value if kind is not None else None,
            label=to,
            was=request.request_class,
            by=ctx.actor,
            at=ctx.now,
        )
    )
    ctx.audit("reclassify", f"request:{request.id}", f"{request.request_class} → {to}")


def remind_owner(ctx: Context, request: Request) -> None:
    """Remind whoever acknowledged a request and has been silent since; the escalation goes on a while later."""
    goes_on_at = ctx.now + ctx.policy.escalation.silent_escalates_after
    resumes_at, zone = escalation.resumes_at(ctx, request, goes_on_at), ctx.policy.zone
    otherwise = wording.comes_up(resumes_at, zone, ctx.now) if resumes_at else wording.escalates(goes_on_at, zone)
    told = wording.silent(request.id, *place_of(ctx, request), otherwise)
    person = ctx.policy.person_with_handle(request.platform, request.owner or "")
    ctx.tell([person], lambda _: told, purpose=Purpose.NOTICE, request=request)
    ctx.note(request, "reminded", source="clock", actor="", detail=person.name if person is not None else "")
    request.due, request.due_at = Due.PAGE, goes_on_at
