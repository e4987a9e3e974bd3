"""What was asked twice: it goes on in another request, and its author is told once when that one is over."""

from handlers import author, ending, lookup, originals, response
from handlers.command import Call, Command
from handlers.context import Answer, Context, Source
from handlers.place import reference
from handlers.wording import commands as command_words
from handlers.wording import duplicate as wording
from handlers.wording import lifecycle as words
from models.errors import UserError
from models.events import ButtonPressed, FormSubmitted
from models.message import Form, Message
from models.records import course
from models.records import request as records
from models.records.request import Request, RequestState
from models.triage.verdict import RequestClass

FORM = "duplicate"


def mark(ctx: Context, request: Request, of: int, *, source: Source) -> Request:
    """Let a request go on in another, and give that one: where a duplicate is named, what that goes on in.

    The other takes over the graver class. Raises UserError where that cannot be, before anything is changed.
    """
    ending.require_right(ctx, request)
    original = _wanted(ctx, request, of)
    course.lead_on(ctx.session, request.id, original.id)
    request.duplicate_of = original.id
    moot = wording.question_moot(reference(ctx, original, request.platform))
    ending.end(ctx, request, RequestState.DUPLICATE, source=source, detail=f"of #{original.id}", moot=moot)
    ctx.log(request.rotation, wording.logged(request.id, original.id), request=request)
    if not (ctx.is_author(request) and source == "command"):
        author.tell(ctx, request, wording.goes_on(originals.facts(ctx, original, request)))
    if original.state.is_live and request.request_class.gravity > original.request_class.gravity:
        response.reclassify(ctx, original, request.request_class, source=source, is_correction=False)
    return original


def _wanted(ctx: Context, request: Request, of: int) -> Request:
    named = records.get(ctx.session, of)
    if named is None:
        raise UserError(command_words.no_such_request(of))
    original = originals.of(ctx, named)
    if original.id == request.id:
        raise UserError(wording.itself(request.id, of))
    if not original.state.is_live and original.state is not RequestState.RESOLVED:
        raise UserError(wording.nothing_goes_on(original.id, original.state))
    return original


def raise_original(ctx: Context, request: Request, to: RequestClass, *, source: Source) -> bool:
    """Raise what a duplicate goes on in; False where the request is no duplicate, or nothing goes on."""
    original = originals.of(ctx, request)
    if original.id == request.id or not original.state.is_live:
        return False
    if to.gravity > original.request_class.gravity:
        response.reclassify(ctx, original, to, source=source, is_correction=False)
    return True


def withdrawn(ctx: Context, original: Request) -> None:
    """Take up the first of what goes on in a request that its author took back; the others go on in that one.

    Whoever was on it is told, and goes on with that.
    """
    first = next(iter(course.duplicates(ctx.session, original.id)), None)
    _tell_owner(ctx, original, first)
    if first is None:
        return
    course.lead_on(ctx.session, original.id, first.id)
    if original.owner is not None:
        response.carry_on(ctx, first, original, source="message")
    else:
        response.reopen(ctx, first, first.request_class, source="message", is_correction=False)


def _tell_owner(ctx: Context, original: Request, instead: Request | None) -> None:
    if original.owner is not None:
        owner = ctx.policy.person_with_handle(original.platform, original.owner)

        def told(platform: str) -> Message:
            link = reference(ctx, instead, platform) if instead is not None else None
            return wording.taken_back(original.id, link)

        ctx.tell([owner], told, request=original)


# -- by command, button and form


def _duplicate(ctx: Context, call: Call) -> Answer:
    words_given = [word for word in call.words if word.lower() != "of"]
    if len(words_given) != 2:  # noqa: PLR2004 - this one, of that one
        raise call.wrong(wording.WHICH_TWO)
    number, of = map(call.number, words_given)
    records.hold(ctx.session, [number, of])
    request = records.get(ctx.session, number)
    if request is None:
        raise UserError(command_words.no_such_request(number))
    return _marked(ctx, request, mark(ctx, request, of, source="command"))


def _marked(ctx: Context, request: Request, original: Request) -> Answer:
    return Answer(reply=wording.marked(request.id, reference(ctx, original)))


def _pressed(ctx: Context, event: ButtonPressed) -> Answer:
    request = lookup.numbered(ctx, event.value)
    if not request.state.is_live:
        raise UserError(words.closed(request.id, request.state))
    return Answer(form=form(request.id))


def form(number: int) -> Form:
    """Ask which request another one is a duplicate of."""
    return wording.form(FORM, number)


def _submitted(ctx: Context, event: FormSubmitted) -> Answer:
    request = lookup.numbered(ctx, event.subject)
    given = event.fields.get("of", "").strip().removeprefix("#")
    if not (given.isascii() and given.isdecimal()) or len(given) > 9:  # noqa: PLR2004 - fits every database
        return Answer(errors={"of": command_words.no_number(given)})
    try:
        original = mark(ctx, request, int(given), source="form")
    except UserError as refusal:
        return Answer(errors={"of": str(refusal)})
    return _marked(ctx, request, original)


BUTTONS = {"duplicate": _pressed}
FORMS = {FORM: _submitted}

COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "duplicate",
        "<number> of <number>",
        "a request goes on in another one; its author is told when that is resolved",
        "/oncall duplicate 143 of 142",
        _duplicate,
    ),
)
