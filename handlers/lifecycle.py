"""What people do with a request: take it, resolve it, raise it, correct its class.

Buttons, reactions and commands come to the same functions.
"""

from collections.abc import Callable, Mapping

from handlers import duty, paging, response
from handlers.command import Call, Command
from handlers.context import Answer, Context, Source
from handlers.wording import commands as command_words
from handlers.wording import lifecycle as wording
from handlers.wording import requests as request_words
from models.errors import UserError
from models.events import ButtonPressed, ReactionAdded
from models.message import Link, Message, text
from models.records import request as records
from models.records.request import ReadMessage, Request, RequestState
from models.triage.verdict import RequestClass

LONGEST_LINK = 2000


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
    request.state, request.owner, request.owned_at = RequestState.ACKNOWLEDGED, taker, ctx.now
    request.acknowledged_at = request.acknowledged_at or ctx.now
    request.last_word_at = ctx.now
    response.await_owner(ctx, request)
    ctx.note(request, "acknowledged", source=source)
    ctx.log(request.rotation, wording.logged_taken(request.id, _name(ctx)), request=request)
    if request.asked_class is not None:
        response.settle_question(ctx, request, request_words.question_moot(_name(ctx)))
    paging.show_owner(ctx, request)


def _relieve(ctx: Context, request: Request) -> None:
    """Tell whoever was on a request that somebody else has taken it over."""
    if request.state is RequestState.ACKNOWLEDGED and request.owner:
        before = ctx.policy.person_with_handle(request.platform, request.owner)
        told = wording.relieved(request.id, *response.place_of(ctx, request), _name(ctx))
        ctx.tell([before], lambda _: told, request=request)


def resolve(ctx: Context, request: Request, *, source: Source, runbook: str | None = None) -> None:
    """Resolve a live request: by its owner or author, an engineer, or a lead. Raises UserError where that cannot be.

    One that is resolved already takes a runbook later, and nothing else.
    """
    is_theirs = ctx.is_author(request) or ctx.handle_on(request.platform) == request.owner
    if not (is_theirs or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.ENGINEERS_AND_AUTHOR_ONLY)
    is_documented = request.state is RequestState.RESOLVED and runbook is not None
    if not request.state.is_live and not is_documented:
        raise UserError(wording.closed(request.id, request.state))
    request.runbook_url = runbook or request.runbook_url
    if is_documented:
        return
    paging.stop(ctx, request)
    request.state, request.resolved_at = RequestState.RESOLVED, ctx.now
    request.resolved_by = ctx.handle_on(request.platform)
    ctx.note(request, "resolved", source=source)
    ctx.log(request.rotation, wording.logged_resolved(request.id, _name(ctx)), request=request)
    if request.asked_class is not None:
        response.settle_question(ctx, request, request_words.question_moot(_name(ctx)))
    paging.show(ctx, request)


def correct(ctx: Context, request: Request, to: RequestClass, *, source: Source) -> None:
    """Correct the class of a request: its author may raise it, engineers may do both. Raises UserError otherwise."""
    is_author_raising = ctx.is_author(request) and to.gravity > request.request_class.gravity
    is_author_answering = ctx.is_author(request) and request.asked_class is not None
    if not (is_author_raising or is_author_answering or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.MAY_NOT_CORRECT)
    if not request.state.is_live:
        raise UserError(wording.closed(request.id, request.state))
    response.classify_by_hand(ctx, request, to, source=source)


def _name(ctx: Context) -> str:
    return ctx.person.name if ctx.person is not None else ctx.actor


# -- by button


def _pressed_acknowledge(ctx: Context, event: ButtonPressed) -> Answer | None:
    numbers = event.value.split(",")
    for request in [_numbered(ctx, number) for number in numbers]:
        if request.state.is_live or len(numbers) == 1:  # of several, some may be over by now
            acknowledge(ctx, request, source="button")
    return None


def _pressed_resolve(ctx: Context, event: ButtonPressed) -> Answer | None:
    resolve(ctx, _numbered(ctx, event.value), source="button")
    return None


def _pressed_class(ctx: Context, event: ButtonPressed) -> Answer:
    number, _, to = event.value.partition(":")
    request = _numbered(ctx, number)
    if to not in tuple(RequestClass):
        raise UserError(command_words.UNKNOWN_BUTTON)
    correct(ctx, request, RequestClass(to), source="button")
    return Answer(reply=wording.corrected(request.id, request.request_class))


def _pressed_why(ctx: Context, event: ButtonPressed) -> Answer:
    return Answer(reply=_explained(_numbered(ctx, event.value)))


def _pressed_make_request(ctx: Context, event: ButtonPressed) -> Answer:
    """Make the message a request on whose menu it was chosen. Raises UserError where that cannot be."""
    place = (event.platform, event.channel, event.message or "")
    found = response.about(ctx, *place)
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
    return Answer(reply=wording.made_request(request.id))


def _numbered(ctx: Context, value: str) -> Request:
    request = records.get(ctx.session, int(value)) if value.isdecimal() and len(value) < 10 else None  # noqa: PLR2004
    if request is None:
        raise UserError(command_words.no_such_request(value[:20]))
    return request


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    "ack": _pressed_acknowledge,
    "resolve": _pressed_resolve,
    "class": _pressed_class,
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


def _meant(ctx: Context, event: ReactionAdded) -> Request | None:
    return response.about(ctx, event.platform, event.channel, event.message)


def _raised(ctx: Context, event: ReactionAdded) -> None:
    """Make a request urgent, or a message that the triage took for none."""
    if _meant(ctx, event) is None:
        _mark(ctx, event, RequestClass.URGENT)
    else:
        _reacted(_make_urgent)(ctx, event)


def _make_urgent(ctx: Context, request: Request) -> None:
    """Raise a request to urgent; one that is over comes back for its author and for engineers."""
    if request.state.may_come_back and (ctx.is_author(request) or duty.is_engineer(ctx, ctx.person)):
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
    "white_check_mark": _reacted(lambda ctx, request: resolve(ctx, request, source="reaction")),
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
    return Answer(reply=wording.taken(request.id))


def _resolve(ctx: Context, call: Call) -> Answer:
    request = _request_of(ctx, call)
    link = call.words[1] if len(call.words) > 1 else None
    if link is not None and not link.startswith(("http://", "https://")):
        raise call.wrong(wording.NO_LINK)
    if link is not None and len(link) > LONGEST_LINK:
        raise call.wrong(wording.link_too_long(LONGEST_LINK))
    resolve(ctx, request, source="command", runbook=link)
    return Answer(
        reply=text(
            "Resolved ", f"#{request.id}", ", documented in " if link else "", Link(link, link) if link else None, "."
        )
    )


def _escalate(ctx: Context, call: Call) -> Answer:
    request = _request_of(ctx, call)
    if not (ctx.is_author(request) or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.ENGINEERS_AND_AUTHOR_ONLY)
    if not request.state.is_live:
        raise UserError(wording.closed(request.id, request.state))
    ctx.note(request, "escalated", source="command", detail=" ".join(call.words[1:]))
    told = paging.escalate(ctx, request)
    return Answer(reply=wording.escalated(request.id, [person.name for person in told]))


def _class(ctx: Context, call: Call) -> Answer:
    request = _request_of(ctx, call)
    words = [one.value for one in RequestClass]
    if len(call.words) < 2 or call.words[1].lower() not in words:  # noqa: PLR2004 - a number and a class
        raise call.wrong(wording.which_class(words))
    correct(ctx, request, RequestClass(call.words[1].lower()), source="command")
    return Answer(reply=wording.corrected(request.id, request.request_class))


def _why(ctx: Context, call: Call) -> Answer:
    return Answer(reply=_explained(_request_of(ctx, call)))


def _explained(request: Request) -> Message:
    return wording.why(request.id, request.request_class, request.confidence, request.reasons, request.runner_up)


def _log(ctx: Context, call: Call) -> Answer:
    if not call.words:
        raise call.wrong(wording.NOTHING_TO_LOG)
    if not duty.is_engineer(ctx, ctx.person):
        raise UserError(wording.ENGINEERS_ONLY)
    ctx.log(call.rotation.name, call.text, author=ctx.person.id if ctx.person is not None else None)
    return Answer(reply=wording.logged(call.rotation.name))


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
    Command(
        "oncall",
        "log",
        "<text>",
        "write a line into the shift's log",
        "/oncall log restarted the registry",
        _log,
        takes_text=True,
    ),
)
