"""What was over is taken up again: by its author or an engineer, as when it was closed by mistake."""

from handlers import duty, lookup, response
from handlers.command import Call, Command
from handlers.context import Answer, Context, Source
from handlers.place import reference
from handlers.wording import lifecycle as wording
from models.errors import UserError
from models.records.request import Request, RequestState
from models.triage.verdict import RequestClass


def reopen(ctx: Context, request: Request, to: RequestClass | None, *, source: Source) -> None:
    """Take up what is over again: by its author or an engineer. Raises UserError where that cannot be.

    to: its class from now on; None: the one that it had, and that of a question for what was closed as no request.
    """
    if not (ctx.is_author(request) or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.ENGINEERS_AND_AUTHOR_ONLY)
    if request.state.is_live:
        raise UserError(wording.is_open(request.id, request.state))
    if request.state is RequestState.WITHDRAWN:
        raise UserError(wording.closed(request.id, request.state))
    had = request.request_class if request.request_class is not RequestClass.NONE else RequestClass.COMMUNITY
    is_correction = to is not None and to is not request.request_class
    response.reopen(ctx, request, to or had, source=source, is_correction=is_correction)


def _reopen(ctx: Context, call: Call) -> Answer:
    if not call.words:
        raise call.wrong(wording.WHICH_REQUEST)
    request = lookup.numbered(ctx, str(call.number(call.words[0])))
    words = [one.value for one in RequestClass if one is not RequestClass.NONE]
    to = call.words[1].lower() if len(call.words) > 1 else None
    if to is not None and to not in words:
        raise call.wrong(wording.which_class(words))
    reopen(ctx, request, RequestClass(to) if to is not None else None, source="command")
    return Answer(reply=wording.reopened(reference(ctx, request), request.request_class))


COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "reopen",
        "<number> [urgent|platform|community]",
        "take up again what was over",
        "/oncall reopen 142",
        _reopen,
    ),
)
