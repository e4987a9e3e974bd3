"""Where the messages of incidents stand, and who is told where they cannot."""

from collections.abc import Iterator
from dataclasses import dataclass

from handlers import duty
from handlers.context import Context
from handlers.wording import incidents as wording
from models.events import TimeCame
from models.policy import ChannelKind
from models.records import event as received


@dataclass(frozen=True, slots=True)
class Place:
    """Where incidents are posted. channel: the platform's id; name: the configuration's."""

    platform: str
    channel: str
    name: str


def place(ctx: Context) -> Place | None:
    """Give where incidents are posted: the alerts channel, else where operations or urgent requests are spoken of."""
    return next(places(ctx), None)


def places(ctx: Context) -> Iterator[Place]:
    """Yield where incidents may be posted, the best place first."""
    for kind in (ChannelKind.ALERTS, ChannelKind.OPERATIONS, ChannelKind.SOS):
        channel = ctx.policy.channel_of_kind(kind)
        for platform in ctx.standing.platforms if channel is not None else ():
            assert channel is not None
            found = ctx.channel_id(channel.name, platform)
            if found is not None:
                yield Place(platform, found, channel.name)


def place_after(ctx: Context, platform: str, channel: str) -> Place | None:
    """Give where to post what could not be posted in a channel; None where nowhere is left."""
    every = list(places(ctx))
    at = next((at for at, one in enumerate(every) if (one.platform, one.channel) == (platform, channel)), -1)
    return every[at + 1] if at + 1 < len(every) else None


def tell_leads(ctx: Context, failed: tuple[str, str], where: Place | None, why: str, number: int | None) -> None:
    """Tell the leads, once an hour, that alerts cannot be posted in a channel. number: of what should stand there."""
    platform, channel = failed
    hour = ctx.now.replace(minute=0, second=0, microsecond=0)
    notice = TimeCame.of("unposted", f"{platform}:{channel}"[:240], hour)
    if received.insert_once(ctx.session, notice, ctx.now) is None:
        return
    name = next((one.name for one in places(ctx) if (one.platform, one.channel) == failed), channel)
    told = wording.cannot_post(name, platform, where.name if where is not None else None, why, number)
    ctx.tell(duty.people(ctx, ctx.policy.oncall.leads), lambda _: told)
