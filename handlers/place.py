"""Where a request is talked about, and its number as it may be written elsewhere."""

from handlers.context import Context
from models.message import MessageRef, Span
from models.records import delivery
from models.records.request import Request


def place_of(ctx: Context, request: Request) -> tuple[str, str]:
    """Give the channel and the message where a request is talked about: its page's, where the author wrote directly."""
    page = delivery.place(ctx.session, request.page_id) if request.is_direct and request.page_id is not None else None
    return page or (request.channel, request.root)


def reference(ctx: Context, request: Request, platform: str | None = None) -> Span:
    """Give a request's number, leading to where it is talked about; the bare number where a reader cannot go there.

    platform: where it is read; None: where the event came from.
    """
    channel, root = place_of(ctx, request)
    is_private = request.is_direct and channel == request.channel
    number = f"#{request.id}"
    return (
        MessageRef(channel, root, number)
        if request.platform == (platform or ctx.platform) and not is_private
        else number
    )
