"""What everybody has to hear: posts in operations on every platform, and that nobody is on duty."""

from collections.abc import Callable

from handlers import duty
from handlers.context import Context
from handlers.wording import announcement as wording
from models.effects import Post
from models.message import Message
from models.policy import Channel, ChannelKind, Rotation
from models.records.delivery import Purpose
from models.rota.duty import Duty


def operations_channel(ctx: Context, rotation: Rotation) -> Channel | None:
    """Give where a rotation's changes are spoken of: the operations channel that it serves, else the first."""
    found = [channel for channel in ctx.policy.channels if channel.kind is ChannelKind.OPERATIONS]
    own = [channel for channel in found if rotation.channels is not None and rotation.serves(channel.name)]
    return next(iter(own or found), None)


def in_operations(ctx: Context, rotation: Rotation, message: Callable[[str], Message]) -> list[str]:
    """Post in operations on every enabled platform that the bot is there on; give which.

    message: gives the message for a platform, whose mentions are its own.
    """
    channel = operations_channel(ctx, rotation)
    posted = []
    for platform in ctx.standing.platforms if channel is not None else ():
        place = ctx.channel_id(channel.name if channel is not None else None, platform)
        if place is not None:
            ctx.say(Post(place, message(platform)), purpose=Purpose.NOTICE, platform=platform)
            posted.append(platform)
    return posted


def nobody_on_duty(ctx: Context, rotation: Rotation, on_duty: Duty, following: Duty) -> None:
    """Say loudly, in operations and to the fallback, that nobody is on duty."""
    facts = wording.Gap(
        rotation=rotation.name,
        why=duty.why(ctx, on_duty.why),
        until=None if on_duty.shift is None else on_duty.end,
        following=ctx.name_of(following.engineer) if following.engineer is not None else None,
        now=ctx.now,
        zone=ctx.policy.zone,
    )
    people = duty.fallback(ctx)

    def told(platform: str) -> Message:
        return wording.nobody(facts, [ctx.mention(person.id, platform) for person in people])

    in_operations(ctx, rotation, told)
    ctx.tell(people, lambda _: wording.nobody(facts, ()))
