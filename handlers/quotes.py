"""What follows from a deletion for all that quotes the message: in the store, and in the chat where it can change."""

from handlers.context import Context
from models import effects
from models.effects import Direct, Edit, Post
from models.records import forgetting, quotes
from models.records.quotes import Quoted
from models.records.request import ReadMessage, Request


def taken_back(ctx: Context, read: ReadMessage, words: str, request: Request | None, before: str) -> None:
    """Take the words of a message that was deleted out of what quotes them.

    words: the message's. before: the request's text with them; it has its new text already.
    """
    quotes.forget_in_log(ctx.session, [Quoted(words)], read.at)
    if request is None:
        return
    both = [Quoted(before, request.text), Quoted(words)]
    quotes.forget_in_handovers(ctx.session, request, both)
    quotes.forget_answers(ctx.session, request)
    for post in quotes.posts_about(ctx.session, request):
        shown = quotes.take_out(ctx.session, post, both)
        if shown is not None and post.effect["kind"] in ("post", "direct"):
            said = effects.from_json({**post.effect, "message": shown})
            assert isinstance(said, Post | Direct)
            ctx.say(Edit(post.id, said.message), platform=post.platform, request=request)
    ctx.session.flush()
    forgetting.forget_quotes(ctx.session, request.id, is_all=not request.text)
