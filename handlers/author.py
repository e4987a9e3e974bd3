"""What the author of a request is told."""

from handlers import paging
from handlers.context import Context
from models.effects import Direct, Post
from models.message import Message
from models.records.delivery import Purpose
from models.records.request import Request


def tell(ctx: Context, request: Request, message: Message) -> None:
    """Tell an author what became of their request, in its thread; about a question, only what is the bot's one post.

    What else there is to say about a question is told to its author alone. Nobody wrote what alerts opened.
    """
    if not request.author:
        return
    is_second = request.has_answered or request.question_id is not None
    if is_second and not (request.request_class.is_grave or request.is_direct):
        ctx.say(Direct(request.author, message), purpose=Purpose.NOTICE, request=request)
        return
    request.has_answered = True
    thread = paging.thread_of(request)
    ctx.say(Post(request.channel, message, thread=thread), purpose=Purpose.NOTICE, request=request)
