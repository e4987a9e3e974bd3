"""Words in a thread that do what the buttons do.

The whole message has to be such words, and its author one of those who may. Everybody else's are only words.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

from handlers import duplicate, duty, lifecycle, rerouting
from handlers.context import Context
from handlers.wording import thread_words as wording
from handlers.wording.thread_words import Meaning
from models.effects import Private, React
from models.errors import UserError
from models.events import MessagePosted
from models.message import text
from models.records.request import Request
from models.secrets import mask
from models.triage.verdict import RequestClass

READABLE_FOR = timedelta(minutes=10)

_ACTS: Mapping[Meaning, Callable[[Context, Request, str], object]] = {
    Meaning.TAKE: lambda ctx, request, _: lifecycle.acknowledge(ctx, request, source="thread"),
    Meaning.RESOLVE: lambda ctx, request, _: lifecycle.resolve(ctx, request, source="thread"),
    Meaning.ESCALATE: lambda ctx, request, why: lifecycle.escalate(ctx, request, why, source="thread"),
    Meaning.NO_REQUEST: lambda ctx, request, _: lifecycle.correct(ctx, request, RequestClass.NONE, source="thread"),
    Meaning.DUPLICATE: lambda ctx, request, of: duplicate.mark(ctx, request, int(of), source="thread"),
    Meaning.REROUTE: lambda ctx, request, to: rerouting.reroute(ctx, request, to.lower() or None, source="thread"),
}


def obey(ctx: Context, request: Request, event: MessagePosted) -> bool:
    """Do what an engineer's or the author's words in a thread say; False where they say nothing that is done.

    What was done is shown by a reaction on the words. What names something in vain is answered to them alone.
    """
    found = wording.meaning(mask(event.text))
    if found is None or not (ctx.is_author(request) or duty.is_engineer(ctx, ctx.person)):
        return False
    meaning, rest = found
    try:
        _ACTS[meaning](ctx, request, rest)
    except UserError as refusal:
        if rest:
            _answer(ctx, event, str(refusal))
        return False
    ctx.say(React(event.channel, event.message, wording.SEEN[meaning]), request=request)
    return True


def _answer(ctx: Context, event: MessagePosted, said: str) -> None:
    until = ctx.now + READABLE_FOR
    ctx.say(Private(event.channel, event.author, text(said), expires_at=until, thread=event.thread))
