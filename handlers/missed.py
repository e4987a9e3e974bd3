"""What was asked while the bot or the chat was away: judged once it is known what became of it meanwhile.

What somebody has answered or taken pages nobody. What is recent is done as always; what is older comes as one page
that names all of it. Source: DESIGN §3.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from handlers import escalation, page, paging
from handlers.context import Context
from handlers.wording import missed as wording
from models.effects import Post
from models.events import MessagePosted
from models.policy import ChannelKind, Person, Rotation
from models.records import reading as records
from models.records.request import Due, ReadMessage, Request, RequestState

HOLD = timedelta(seconds=2)
"""How long what was missed waits for the replies and reactions that are read with it."""

QUIET = timedelta(seconds=10)
"""How long what is old waits for what else was missed, so that all of it is told at once."""

RECENT = timedelta(minutes=30)
MOST_NAMED = 15

Act = Callable[[Context, Request], None]


def when(ctx: Context, event: MessagePosted) -> datetime:
    """Give when a message was written: now, unless it was missed."""
    return min(event.at, ctx.now) if event.is_missed else ctx.now


def is_old(ctx: Context, message: MessagePosted | ReadMessage) -> bool:
    """Say whether a message was missed for so long that nobody waits at the keyboard any more."""
    return isinstance(message, MessagePosted) and message.is_missed and ctx.now - when(ctx, message) > RECENT


def hold(ctx: Context, request: Request, message: MessagePosted | ReadMessage) -> bool:
    """Let a request that was missed wait to be judged; False where it was not missed."""
    if not isinstance(message, MessagePosted) or not message.is_missed:
        return False
    request.opened_at = request.last_message_at = when(ctx, message)
    request.due = Due.MISSED
    request.due_at = ctx.now + (QUIET if is_old(ctx, message) else HOLD)
    ctx.note(request, "read afterwards", source="message")
    return True


def judge(ctx: Context, request: Request, act: Act) -> None:
    """Judge a request that was missed; one that is old together with all others that are.

    act: does what is done for a new request.
    """
    if ctx.now - request.opened_at <= RECENT:
        _release(request)
        _judge_alone(ctx, request, act)
        return
    held = [one for one in records.held(ctx.session, request.platform) if ctx.now - one.opened_at > RECENT]
    together = [one for one in held if _release(one) and _is_for_the_engineer(ctx, one)]
    for one in held:
        if one not in together:
            _judge_alone(ctx, one, act)
    for name, of_it in _by_rotation(ctx, together).items():
        rotation = ctx.policy.rotation(name)
        if rotation is None or len(of_it) == 1:
            for one in of_it:
                paging.begin(ctx, one)
        else:
            _page_together(ctx, of_it, rotation)


def _by_rotation(ctx: Context, requests: Sequence[Request]) -> Mapping[str, list[Request]]:
    found: dict[str, list[Request]] = {}
    for one in requests:
        rotation = ctx.policy.rotation_for(one.channel_name)
        found.setdefault(rotation.name if rotation is not None else "", []).append(one)
    return found


def _release(request: Request) -> bool:
    request.due = request.due_at = None
    return True


def _is_settled(request: Request) -> bool:
    return request.first_answer_at is not None or request.state is not RequestState.OPEN


def _is_for_the_engineer(ctx: Context, request: Request) -> bool:
    rotation = ctx.policy.rotation_for(request.channel_name)
    is_held = rotation is not None and escalation.is_held(ctx, request, rotation, ctx.now)
    return request.request_class.is_grave and not _is_settled(request) and not is_held


def _judge_alone(ctx: Context, request: Request, act: Act) -> None:
    if not _is_settled(request):
        act(ctx, request)
    elif request.state is RequestState.OPEN:
        ctx.note(request, "answered meanwhile", source="clock", actor="")
        request.due, request.due_at = Due.STALE, ctx.now + ctx.policy.community.stale_after


def _page_together(ctx: Context, requests: Sequence[Request], rotation: Rotation) -> None:
    """Page once for several requests; each says in its thread who was told, and escalates from there."""
    gravest = max(requests, key=lambda one: (one.request_class.gravity, -one.id))
    gravest.rotation = rotation.name
    people, _ = escalation.recipients(ctx, gravest, rotation, escalation.steps(ctx, gravest)[0])
    row = _summarise(ctx, requests, people, gravest)
    paging.page_elsewhere(ctx, gravest, people)
    for request in requests:
        _tell_thread(ctx, request, people)
        paging.was_paged(ctx, request, rotation, people)
        ctx.note(request, "paged", detail=f"with {len(requests) - 1} others, row {row}", source="clock", actor="")
    names = ", ".join(person.name for person in people) or "nobody"
    ctx.log(rotation.name, wording.logged(len(requests), names))


def _summarise(ctx: Context, requests: Sequence[Request], people: Sequence[Person], gravest: Request) -> int:
    platform = gravest.platform
    mentions = [ctx.mention(person.id, platform) for person in people]
    asked = [
        wording.Asked(
            one.id,
            one.request_class,
            ctx.name_of_handle(one.author, platform) or one.author_name,
            one.channel,
            one.root,
            one.channel_name or "a direct message",
            one.text,
            ctx.now - one.opened_at,
        )
        for one in sorted(requests, key=lambda one: (-one.request_class.gravity, one.opened_at))
    ]
    told = wording.summary(mentions, asked[:MOST_NAMED], len(asked) - MOST_NAMED)
    operations = ctx.policy.channel_of_kind(ChannelKind.OPERATIONS)
    place = ctx.channel_id(operations.name, platform) if operations is not None else None
    where = Post(place, told) if place is not None else Post(gravest.channel, told, thread=paging.thread_of(gravest))
    return page.owe_for_several(ctx, gravest, where, people)


def _tell_thread(ctx: Context, request: Request, people: Sequence[Person]) -> None:
    names = [person.name for person in people]
    told = wording.told_late(names)
    request.page_id = ctx.say(Post(request.channel, told, thread=paging.thread_of(request)), request=request)
