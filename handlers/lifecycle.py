"""What people do with a request: take it, resolve it, raise it, correct its class.

Buttons, reactions and commands come to the same functions.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from handlers import (
    duplicate,
    duty,
    ending,
    escalation,
    feedback,
    lookup,
    originals,
    paging,
    question,
    response,
    runbook,
)
from handlers.command import Call, Command
from handlers.context import Answer, Context, Source
from handlers.place import place_of, reference
from handlers.wording import commands as command_words
from handlers.wording import lifecycle as wording
from handlers.wording import requests as request_words
from handlers.wording import times
from models.errors import UserError
from models.events import ButtonPressed, ReactionAdded
from models.message import Link, Message, message, text
from models.records import request as records
from models.records.request import ReadMessage, Request, RequestState
from models.triage.verdict import RequestClass

ASKED_AGAIN_AFTER = timedelta(minutes=10)


def acknowledge(ctx: Context, request: Request, *, source: Source) -> None:
    """Take a request: its escalation stops, and its page says who is on it. Raises UserError where that cannot be."""
    if not duty.is_engineer(ctx, ctx.person):
        raise UserError(wording.ENGINEERS_ONLY)
    if not request.state.is_live:
        raise UserError(wording.closed(request.id, request.state))
    taker = ctx.handle_on(request.platform)
    if request.state is RequestState.ACKNOWLEDGED and request.owner == taker:
        response.heard(ctx, request, taker)
        return
    _relieve(ctx, request)
    paging.stop(ctx, request)
    taken_at = response.since_it_waits(ctx, request)
    request.state, request.owner, request.owned_at = RequestState.ACKNOWLEDGED, taker, taken_at
    request.acknowledged_at = request.acknowledged_at or taken_at
    request.last_word_at = ctx.now
    response.await_owner(ctx, request)
    ctx.note(request, "acknowledged", source=source)
    ctx.log(request.rotation, wording.logged_taken(request.id, _name(ctx)), request=request)
    if request.asked_class is not None:
        question.settle(ctx, request, request_words.question_moot(_name(ctx)))
    paging.show_owner(ctx, request)


def _relieve(ctx: Context, request: Request) -> None:
    """Tell whoever was on a request that somebody else has taken it over."""
    if request.state is RequestState.ACKNOWLEDGED and request.owner:
        before = ctx.policy.person_with_handle(request.platform, request.owner)
        told = wording.relieved(request.id, *place_of(ctx, request), _name(ctx))
        ctx.tell([before], lambda _: told, request=request)


def resolve(ctx: Context, request: Request, *, source: Source, link: str | None = None) -> None:
    """Resolve a live request: by its owner or author, an engineer, or a lead. Raises UserError where that cannot be.

    One that is resolved already takes a runbook link later, and nothing else.
    """
    resolver = ctx.handle_on(request.platform)
    is_theirs = ctx.is_author(request) or resolver == request.owner
    if not (is_theirs or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.ENGINEERS_AND_AUTHOR_ONLY)
    if request.state is RequestState.RESOLVED and link is not None:
        runbook.document(ctx, request, link, source=source)
        return
    if not request.state.is_live:
        raise UserError(wording.closed(request.id, request.state))
    request.resolved_by, request.resolved_at = resolver, response.since_it_waits(ctx, request)
    request.runbook_url = link or request.runbook_url  # what is there already is not asked for
    ctx.log(request.rotation, wording.logged_resolved(request.id, _name(ctx)), request=request)
    moot = request_words.question_moot(_name(ctx), is_resolved=True)
    ending.end(ctx, request, RequestState.RESOLVED, source=source, moot=moot)
    if link is not None:
        runbook.document(ctx, request, link, source=source)


def escalate(ctx: Context, request: Request, why: str, *, source: Source) -> Sequence[str]:
    """Ask the rest of the team, and give whom by name; nobody maybe. Raises UserError where that cannot be.

    Whoever is on call now is to see the outcome documented, whoever resolves it. Outside the hours only an engineer
    asks people who are off.
    """
    is_engineer = duty.is_engineer(ctx, ctx.person)
    if not (ctx.is_author(request) or is_engineer):
        raise UserError(wording.ENGINEERS_AND_AUTHOR_ONLY)
    if not request.state.is_live:
        raise UserError(wording.closed(request.id, request.state))
    if request.escalated_at is not None and ctx.now - request.escalated_at < ASKED_AGAIN_AFTER:
        again = times.clock(request.escalated_at + ASKED_AGAIN_AFTER, ctx.policy.zone)
        raise UserError(wording.just_escalated(request.id, times.clock(request.escalated_at, ctx.policy.zone), again))
    rotation = ctx.policy.rotation(request.rotation) if request.rotation else ctx.policy.rotation()
    if rotation is not None and not is_engineer and escalation.is_held(ctx, request, rotation, ctx.now):
        begins = times.moment(duty.next_hours_begin(ctx, rotation), ctx.policy.zone, ctx.now)
        raise UserError(wording.not_now(begins, ctx.policy.after_hours.contact))
    ctx.note(request, "escalated", source=source, detail=why)
    ctx.log(request.rotation, wording.logged_escalated(request.id, _name(ctx), why), request=request)
    told = paging.escalate(ctx, request, why)
    request.escalated_by = ctx.handle_on(request.platform)
    request.escalated_at = ctx.now if told else None
    request.duty_of = duty.on_call(ctx, rotation).engineer if rotation is not None else None
    return [person.name for person in told]


def correct(ctx: Context, request: Request, to: RequestClass, *, source: Source) -> None:
    """Correct the class of a request: its author may raise it, engineers may do both. Raises UserError otherwise."""
    is_author_raising = ctx.is_author(request) and to.gravity > request.request_class.gravity
    is_author_answering = ctx.is_author(request) and request.asked_class is not None
    if not (is_author_raising or is_author_answering or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.MAY_NOT_CORRECT)
    if request.state is RequestState.REROUTED and to.is_grave:
        response.reopen(ctx, request, to, source=source, is_correction=True)
        return
    if not request.state.is_live:
        raise UserError(wording.closed(request.id, request.state))
    response.classify_by_hand(ctx, request, to, source=source)


def _name(ctx: Context) -> str:
    return ctx.person.name if ctx.person is not None else ctx.actor


# -- by button


def _pressed_acknowledge(ctx: Context, event: ButtonPressed) -> Answer | None:
    numbers = event.value.split(",")
    for request in [lookup.numbered(ctx, number) for number in numbers]:
        if request.state.is_live or len(numbers) == 1:  # of several, some may be over by now
            acknowledge(ctx, request, source="button")
    return None


def _pressed_resolve(ctx: Context, event: ButtonPressed) -> Answer | None:
    resolve(ctx, lookup.numbered(ctx, event.value), source="button")
    return None


def _pressed_class(ctx: Context, event: ButtonPressed) -> Answer:
    number, _, to = event.value.partition(":")
    request = lookup.numbered(ctx, number)
    if to not in tuple(RequestClass):
        raise UserError(command_words.UNKNOWN_BUTTON)
    correct(ctx, request, RequestClass(to), source="button")
    return Answer(reply=wording.corrected(reference(ctx, request), request.request_class))


def _pressed_escalate(ctx: Context, event: ButtonPressed) -> Answer:
    request = lookup.numbered(ctx, event.value)
    return Answer(reply=wording.escalated(reference(ctx, request), escalate(ctx, request, "", source="button")))


def _pressed_why(ctx: Context, event: ButtonPressed) -> Answer:
    return Answer(reply=_explained(ctx, lookup.numbered(ctx, event.value)))


def _pressed_make_request(ctx: Context, event: ButtonPressed) -> Answer:
    """Make the message a request on whose menu it was chosen. Raises UserError where that cannot be."""
    place = (event.platform, event.channel, event.message or "")
    found = lookup.about(ctx, *place)
    if found is not None:
        raise UserError(wording.is_request_already(found.id))
    read = records.read_message(ctx.session, *place)
    if read is None:
        raise UserError(wording.NEVER_READ)
    if ctx.actor != read.author and not duty.is_engineer(ctx, ctx.person):
        raise UserError(wording.ENGINEERS_AND_AUTHOR_ONLY)
    request = _opened_by_hand(ctx, read)
    read.request_id = request.id
    response.reclassify(ctx, request, RequestClass.COMMUNITY, source="button", is_correction=True)
    return Answer(reply=wording.made_request(reference(ctx, request)))


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    "ack": _pressed_acknowledge,
    "resolve": _pressed_resolve,
    "class": _pressed_class,
    "escalate": _pressed_escalate,
    "why": _pressed_why,
    "make-request": _pressed_make_request,
}


# -- by reaction: whoever may not is not answered, because a reaction is no question


def _reacted(act: Callable[[Context, Request], None]) -> Callable[[Context, ReactionAdded], None]:
    def handle(ctx: Context, event: ReactionAdded) -> None:
        request = _meant(ctx, event)
        if request is not None:
            try:
                act(ctx, request)
            except UserError:
                ctx.note(request, "reaction without effect", source="reaction", detail=event.emoji)

    return handle


def _tick(ctx: Context, request: Request) -> None:
    """Resolve a request; a second tick of whoever resolved it says what is so already."""
    is_so = request.state is RequestState.RESOLVED and request.resolved_by == ctx.handle_on(request.platform)
    if not is_so:
        resolve(ctx, request, source="reaction")


def _meant(ctx: Context, event: ReactionAdded) -> Request | None:
    return lookup.about(ctx, event.platform, event.channel, event.message)


def _raised(ctx: Context, event: ReactionAdded) -> None:
    """Make a request urgent, or a message that the triage took for none."""
    if _meant(ctx, event) is None:
        _mark(ctx, event, RequestClass.URGENT)
    else:
        _reacted(_make_urgent)(ctx, event)


def _make_urgent(ctx: Context, request: Request) -> None:
    """Raise a request to urgent; one that is over comes back for its author and for engineers."""
    is_theirs = ctx.is_author(request) or duty.is_engineer(ctx, ctx.person)
    if is_theirs and duplicate.raise_original(ctx, request, RequestClass.URGENT, source="reaction"):
        return
    if is_theirs and originals.may_come_back(ctx, request):
        response.reopen(ctx, request, RequestClass.URGENT, source="reaction", is_correction=True)
    else:
        correct(ctx, request, RequestClass.URGENT, source="reaction")


def _mark(ctx: Context, event: ReactionAdded, to: RequestClass) -> None:
    """Make a message a request that the triage took for none."""
    read = records.read_message(ctx.session, event.platform, event.channel, event.message)
    if read is None or read.request_id is not None:
        return
    if ctx.actor == read.author or duty.is_engineer(ctx, ctx.person):
        request = _opened_by_hand(ctx, read)
        read.request_id = request.id
        response.reclassify(ctx, request, to, source="reaction", is_correction=True)


def _opened_by_hand(ctx: Context, read: ReadMessage) -> Request:
    request = response.open_request(
        ctx,
        read,
        text=read.text,
        request_class=RequestClass.NONE,
        confidence=1.0,
        reasons=[wording.MARKED_BY_HAND],
        runner_up=read.request_class,
    )
    ctx.note(request, "opened", source="reaction")
    return request


REACTIONS: Mapping[str, Callable[[Context, ReactionAdded], None]] = {
    "eyes": _reacted(lambda ctx, request: acknowledge(ctx, request, source="reaction")),
    "white_check_mark": _reacted(_tick),
    "rotating_light": _raised,
    "pushpin": lambda ctx, event: _mark(ctx, event, RequestClass.COMMUNITY),
}


# -- by command


def _request_of(ctx: Context, call: Call) -> Request:
    if not call.words:
        raise call.wrong(wording.WHICH_REQUEST)
    number = call.number(call.words[0])
    request = records.get(ctx.session, number)
    if request is None:
        raise UserError(command_words.no_such_request(number))
    return request


def _ack(ctx: Context, call: Call) -> Answer:
    request = _request_of(ctx, call)
    acknowledge(ctx, request, source="command")
    return Answer(reply=wording.taken(reference(ctx, request)))


def _resolve(ctx: Context, call: Call) -> Answer:
    request = _request_of(ctx, call)
    link = runbook.given_link(call, call.words[1]) if len(call.words) > 1 else None
    resolve(ctx, request, source="command", link=link)
    return Answer(
        reply=text(
            "Resolved ",
            reference(ctx, request),
            ", documented in " if link else "",
            Link(link, link) if link else None,
            ".",
        )
    )


def _escalate(ctx: Context, call: Call) -> Answer:
    request = _request_of(ctx, call)
    names = escalate(ctx, request, " ".join(call.words[1:]), source="command")
    return Answer(reply=wording.escalated(reference(ctx, request), names))


def _class(ctx: Context, call: Call) -> Answer:
    request = _request_of(ctx, call)
    words = [one.value for one in RequestClass]
    if len(call.words) < 2 or call.words[1].lower() not in words:  # noqa: PLR2004 - a number and a class
        raise call.wrong(wording.which_class(words))
    correct(ctx, request, RequestClass(call.words[1].lower()), source="command")
    return Answer(reply=wording.corrected(reference(ctx, request), request.request_class))


def _why(ctx: Context, call: Call) -> Answer:
    return Answer(reply=_explained(ctx, _request_of(ctx, call)))


def _explained(ctx: Context, request: Request) -> Message:
    link = reference(ctx, request)
    why = wording.why(link, request.request_class, request.confidence, request.reasons, request.runner_up)
    return message(*why.blocks, *feedback.told(ctx, request))


COMMANDS: tuple[Command, ...] = (
    Command("oncall", "ack", "<number>", "take a request: I'm on it", "/oncall ack 142", _ack),
    Command("oncall", "resolve", "<number> [runbook link]", "a request is resolved", "/oncall resolve 142", _resolve),
    Command(
        "oncall",
        "escalate",
        "<number> [why]",
        "ask the rest of the team",
        "/oncall escalate 142",
        _escalate,
        takes_text=True,
    ),
    Command(
        "oncall",
        "class",
        "<number> urgent|platform|community|none",
        "correct the class of a request",
        "/oncall class 142 platform",
        _class,
    ),
    Command("oncall", "why", "<number>", "the reasons behind a triage", "/oncall why 142", _why),
)
