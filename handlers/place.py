"""Where a request is talked about, what that place is for, and its number as it may be written elsewhere."""

from handlers.context import Context
from models.events import MessagePosted
from models.message import MessageRef, Span
from models.policy import ChannelKind
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


def kind_of(ctx: Context, place: MessagePosted | Request) -> ChannelKind | None:
    """Give what a channel is for; a direct conversation counts as how-to; None for a channel nobody configured.

    A place without a name that is not direct, such as a conversation of several people, is one nobody configured.
    """
    if place.is_direct:
        return ChannelKind.HOW_TO
    channel = ctx.policy.channel(place.channel_name)
    return channel.kind if channel is not None else None
