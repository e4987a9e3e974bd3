"""Whether the help did help: its author is asked once, in private, and their last answer is kept."""

from collections.abc import Callable, Mapping, Sequence

from handlers import lookup
from handlers.command import Call, Command
from handlers.context import Answer, Context, Source
from handlers.wording import commands as command_words
from handlers.wording import feedback as wording
from models.effects import Direct
from models.errors import UserError
from models.events import ButtonPressed, FormSubmitted
from models.message import Block, MessageRef
from models.records import feedback as records
from models.records import request as requests
from models.records.delivery import Purpose
from models.records.feedback import Feedback
from models.records.request import Request, RequestState
from models.secrets import mask


def ask(ctx: Context, request: Request) -> None:
    """Ask the author of a request that somebody else resolved for them, once, in a direct message."""
    if not _is_asked_about(ctx, request) or records.of_request(ctx.session, request.id) is not None:
        return
    is_linked = not request.is_direct
    link = MessageRef(request.channel, request.root, f"#{request.id}") if is_linked else None
    resolver = ctx.person.name if ctx.person is not None else "somebody"
    question = Direct(request.author, wording.ask(request.id, link, resolver))
    records.add(ctx.session, request.id, ctx.now, ctx.say(question, purpose=Purpose.NOTICE, request=request))


def _is_asked_about(ctx: Context, request: Request) -> bool:
    """Say whether an author may be asked: not after their own ✅, nor where nobody asked the bot for anything."""
    return bool(request.author) and not ctx.is_author(request) and (request.request_class.is_grave or request.is_direct)


def told(ctx: Context, request: Request) -> Sequence[Block]:
    """Give what the author of a request said of the help; nothing where they said nothing."""
    found = records.of_request(ctx.session, request.id)
    if found is None or found.is_helpful is None:
        return ()
    return wording.told(is_helpful=found.is_helpful, words=found.words)


# -- what the author says


def _answer(ctx: Context, request: Request, *, is_helpful: bool, source: Source, words: str | None = None) -> None:
    """Keep an author's answer in place of the one before. words: None: as they were."""
    found = _theirs(ctx, request)
    if found.is_helpful is not is_helpful:
        ctx.note(request, "helped" if is_helpful else "did not help", source=source)
    found.is_helpful, found.answered_at = is_helpful, ctx.now
    found.words = found.words if words is None else words
    if found.ask_id is not None:
        said = wording.answered(request.id, is_helpful=is_helpful, words=found.words)
        ctx.edit(found.ask_id, said, request.platform, request)


def _theirs(ctx: Context, request: Request) -> Feedback:
    """Give what is kept of a request's help. Raises UserError for anybody but its author, and before it is over."""
    _require_author(ctx, request)
    found = records.of_request(ctx.session, request.id)
    if found is None and request.state is not RequestState.RESOLVED:
        raise UserError(wording.not_yet(request.id))
    return found or records.add(ctx.session, request.id, ctx.now)


def _require_author(ctx: Context, request: Request) -> None:
    if not ctx.is_author(request):
        raise UserError(wording.ONLY_THE_AUTHOR)


def _pressed(ctx: Context, event: ButtonPressed) -> None:
    number, _, word = event.value.partition(":")
    request = lookup.numbered(ctx, number)
    if word not in (wording.YES, wording.NO):
        raise UserError(command_words.UNKNOWN_BUTTON)
    _answer(ctx, request, is_helpful=word == wording.YES, source="button")


def _pressed_words(ctx: Context, event: ButtonPressed) -> Answer:
    request = lookup.numbered(ctx, event.value)
    return Answer(form=wording.form(request.id, _theirs(ctx, request).words))


def _form_submitted(ctx: Context, event: FormSubmitted) -> Answer:
    request = lookup.numbered(ctx, event.subject)
    found = _theirs(ctx, request)
    words = mask(event.fields.get(wording.FIELD, "")).strip()
    if len(words) > wording.LONGEST:
        return Answer(errors={wording.FIELD: wording.too_long(len(words))})
    is_helpful = found.is_helpful is not False
    _answer(ctx, request, is_helpful=is_helpful, source="form", words=words)
    return Answer(reply=wording.kept(request.id, is_helpful=is_helpful))


def _helped(ctx: Context, call: Call) -> Answer:
    if len(call.words) < 2 or call.words[1].lower() not in (wording.YES, wording.NO):  # noqa: PLR2004 - number, answer
        raise call.wrong(wording.YES_OR_NO)
    number, is_helpful = call.number(call.words[0]), call.words[1].lower() == wording.YES
    request = requests.get(ctx.session, number)
    if request is None:
        raise UserError(command_words.no_such_request(number))
    words = " ".join(call.words[2:])
    if len(words) > wording.LONGEST:
        raise call.wrong(wording.too_long(len(words)))
    _answer(ctx, request, is_helpful=is_helpful, source="command", words=words or None)
    return Answer(reply=wording.kept(request.id, is_helpful=is_helpful))


COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "helped",
        "<number> yes|no [words]",
        "say whether the help with your request did help",
        "/oncall helped 142 yes",
        _helped,
        takes_text=True,
    ),
)

BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    wording.ANSWER: _pressed,
    wording.SAY_MORE: _pressed_words,
}

FORMS: Mapping[str, Callable[[Context, FormSubmitted], Answer | None]] = {wording.FORM: _form_submitted}
