"""What other requests go on in: the authors of those are told once when it is over."""

from datetime import datetime

from handlers import author, duty
from handlers.context import Context
from handlers.place import reference
from handlers.wording import duplicate as wording
from models.records import course
from models.records import request as records
from models.records.request import Request, RequestState

MOST_LINKS = 100  # from one duplicate to the next; they end at once, as each leads to an original
TOLD = "told how the original ended"


def of(ctx: Context, request: Request) -> Request:
    """Give what a request goes on in at last; itself where it is no duplicate."""
    for _ in range(MOST_LINKS):
        if request.state is not RequestState.DUPLICATE or request.duplicate_of is None:
            break
        following = records.get(ctx.session, request.duplicate_of)
        if following is None:
            break
        request = following
    return request


def may_come_back(ctx: Context, request: Request) -> bool:
    """Say whether a request is over and can be reopened: a duplicate, only where nothing goes on any more."""
    if request.state is RequestState.DUPLICATE:
        return not of(ctx, request).state.is_live
    return request.state.may_come_back


def ended(ctx: Context, original: Request) -> None:
    """Tell the authors of what goes on in a request that it is over: each once, however often it is over."""
    for one in course.duplicates(ctx.session, original.id):
        if any(entry.what == TOLD for entry in records.timeline(ctx.session, one.id)):
            continue
        author.tell(ctx, one, wording.ended(facts(ctx, original, one)))
        ctx.note(one, TOLD, source="clock", actor="")


def told_at(ctx: Context, original: Request) -> datetime:
    """Give when an original may end by itself: now, or when the hours begin, where somebody is told of that."""
    rotation = ctx.policy.rotation(original.rotation) if original.rotation is not None else None
    if rotation is None or duty.is_within_hours(ctx, rotation) or not course.duplicates(ctx.session, original.id):
        return ctx.now
    return duty.next_hours_begin(ctx, rotation)


def facts(ctx: Context, original: Request, request: Request) -> wording.Original:
    person = ctx.policy.person_with_handle(original.platform, original.owner or "")
    return wording.Original(
        link=reference(ctx, original, request.platform),
        author=ctx.handle_name(request.author, request.platform),
        state=original.state,
        owner=person.name if person is not None else original.owner,
    )
