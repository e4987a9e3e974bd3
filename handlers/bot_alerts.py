"""Bots that the configuration names as sources of alerts: what they post in an alerts channel is an alert."""

from handlers import alerts
from handlers.context import Context
from models import bot_alert
from models.events import MessageEdited, MessagePosted
from models.policy import ChannelKind


def source_of(ctx: Context, event: MessagePosted | MessageEdited) -> str | None:
    """Give the configured name of the bot that wrote a message in an alerts channel; None for anybody else's.

    A bot is known by its ids and names. Somebody who is marked as no bot is known by their id alone, for anybody may
    call themselves as they like.
    """
    channel = ctx.policy.channel(event.channel_name)
    if not ctx.policy.alerts.bots or channel is None or channel.kind is not ChannelKind.ALERTS:
        return None
    names = {event.author, *(event.aliases if event.is_bot else ())}
    known = {name.casefold() for name in names if name}
    return next((bot for bot in ctx.policy.alerts.bots if bot.casefold() in known), None)


def told(ctx: Context, event: MessagePosted | MessageEdited) -> bool:
    """Take a message for what it says of an alert, where it is from such a bot; say whether it was.

    What stands in a thread is talk about an alert that stands above it.
    """
    source = source_of(ctx, event) if event.thread is None else None
    report = bot_alert.read(source, event.text) if source is not None else None
    if source is None or report is None:
        return False
    alerts.received(ctx, source, [report])
    return True
