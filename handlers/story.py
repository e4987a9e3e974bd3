"""`/oncall show`: what happened to a request, short enough to be read at night."""

from handlers import duty, lookup
from handlers.command import Call, Command
from handlers.context import Answer, Context
from handlers.place import reference
from handlers.wording import commands as command_words
from handlers.wording import lifecycle as words
from handlers.wording import story as wording
from models.errors import UserError
from models.events import ButtonPressed
from models.records import request as records
from models.records.request import Request, TimelineEntry
from models.timing import timing


def _show(ctx: Context, call: Call) -> Answer:
    if len(call.words) != 1:
        raise call.wrong(words.WHICH_REQUEST)
    number = call.number(call.words[0])
    request = records.get(ctx.session, number)
    if request is None:
        raise UserError(command_words.no_such_request(number))
    return Answer(reply=wording.story(_told(ctx, request), _lines(ctx, request), ctx.policy.zone))


def _pressed(ctx: Context, event: ButtonPressed) -> Answer:
    request = lookup.numbered(ctx, event.value)
    return Answer(reply=wording.story(_told(ctx, request), _lines(ctx, request), ctx.policy.zone))


def _told(ctx: Context, request: Request) -> wording.Told:
    rotation = ctx.policy.rotation(request.rotation) if request.rotation else None
    original = records.get(ctx.session, request.duplicate_of) if request.duplicate_of is not None else None
    may_read = not request.is_direct or ctx.is_author(request) or duty.is_engineer(ctx, ctx.person)
    return wording.Told(
        link=reference(ctx, request),
        request_class=request.request_class,
        state=request.state,
        author=_name(ctx, request, request.author),
        place=request.channel_name,
        service=request.service,
        words=request.text if may_read else "",
        owner=_name(ctx, request, request.owner) if request.owner else None,
        duty_of=ctx.name_of(request.duty_of) if request.duty_of is not None else None,
        original=reference(ctx, original) if original is not None else None,
        answered_by=_name(ctx, request, request.first_answer_by) if request.first_answer_by else None,
        took=timing(request, ctx.standing.calendar(rotation) if rotation is not None else None),
    )


def _lines(ctx: Context, request: Request) -> list[wording.Happened]:
    return [_line(ctx, request, entry) for entry in records.timeline(ctx.session, request.id)]


def _line(ctx: Context, request: Request, entry: TimelineEntry) -> wording.Happened:
    actor = _name(ctx, request, entry.actor) if entry.actor else ""
    return wording.Happened(entry.at, entry.what, actor, entry.detail, entry.source)


def _name(ctx: Context, request: Request, handle: str) -> str:
    person = ctx.policy.person_with_handle(request.platform, handle)
    if person is not None:
        return person.name
    return request.author_name or handle if handle == request.author else handle


BUTTONS = {"show": _pressed}

COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall", "show", "<number>", "what happened to a request, and how long it took", "/oncall show 142", _show
    ),
)
