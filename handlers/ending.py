"""How a request ends: each end by one function, and what follows which end in one table."""

from collections.abc import Callable, Mapping, Sequence

from handlers import duty, feedback, originals, paging, question, runbook
from handlers.context import Context, Source
from handlers.wording import lifecycle as wording
from models.errors import UserError
from models.message import Message
from models.records.request import Request, RequestState

FOLLOWERS: Mapping[RequestState, Sequence[Callable[[Context, Request], None]]] = {
    RequestState.RESOLVED: (paging.show, originals.ended, runbook.ask, feedback.ask),
    RequestState.DISMISSED: (paging.show, originals.ended),
    RequestState.REROUTED: (paging.show, originals.ended),
    RequestState.STALE: (originals.ended,),  # silently
    RequestState.DUPLICATE: (paging.show,),  # whoever waited for it waits for what it goes on in
    RequestState.WITHDRAWN: (paging.show,),  # the first that went on in it takes its place
}
"""What follows each end, in this order."""


def end(
    ctx: Context,
    request: Request,
    to: RequestState,
    *,
    source: Source,
    actor: str | None = None,
    detail: str = "",
    moot: Message | None = None,
) -> None:
    """End a request: no more pages go out for it, no answer is waited for, and what follows is done.

    actor: whose doing it was; None: whoever the event came from. moot: what stands in place of an open question from
    now on; None: the question stays.
    """
    request.state = to
    if moot is not None and request.asked_class is not None:
        question.settle(ctx, request, moot)
    question.forget(request)
    paging.stop(ctx, request)
    ctx.note(request, to.value, source=source, actor=actor, detail=detail)
    for follow in FOLLOWERS[to]:
        follow(ctx, request)


def require_right(ctx: Context, request: Request) -> None:
    """Refuse to whoever is neither its author nor an engineer, and where it is over already, by UserError."""
    if not (ctx.is_author(request) or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.ENGINEERS_AND_AUTHOR_ONLY)
    if not request.state.is_live:
        raise UserError(wording.closed(request.id, request.state))
