"""What belongs elsewhere: its author is sent to another channel, or has gone there already. Source: DESIGN §4."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from handlers import author, ending, lookup
from handlers.command import Call, Command
from handlers.context import Answer, Context, Source
from handlers.place import kind_of, reference
from handlers.wording import commands as command_words
from handlers.wording import lifecycle as words
from handlers.wording import rerouting as wording
from models.errors import UserError
from models.events import ButtonPressed
from models.message import ChannelRef, Span, Strong
from models.policy import Channel, ChannelKind
from models.records import course
from models.records import request as records
from models.records.request import Request, RequestState

FOLLOWED_WITHIN = timedelta(hours=1)
POINTED_FROM = (ChannelKind.SOS, ChannelKind.OPERATIONS)


def reroute(ctx: Context, request: Request, to: str | None, *, source: Source) -> str:
    """Close a request as asked elsewhere, and give the channel's name. Raises UserError where that cannot be.

    to: a configured channel's name; None: how-to, or for what was asked there operations.
    """
    ending.require_right(ctx, request)
    channel = _channel(ctx, request, to)
    place = _place(ctx, request, channel)
    there = wording.goes_on_in(place)
    ending.end(ctx, request, RequestState.REROUTED, source=source, detail=f"to #{channel.name}", moot=there)
    if request.pointer_id is not None:
        ctx.edit(request.pointer_id, there, request.platform, request)
    elif not ctx.is_author(request):
        author.tell(ctx, request, wording.asked_better(place))
    return channel.name


def _channel(ctx: Context, request: Request, to: str | None) -> Channel:
    kind = ChannelKind.OPERATIONS if kind_of(ctx, request) is ChannelKind.HOW_TO else ChannelKind.HOW_TO
    found = ctx.policy.channel_of_kind(kind) if to is None else ctx.policy.channel(to.removeprefix("#"))
    if found is None:
        raise UserError(wording.no_such_channel(to, [one.name for one in ctx.policy.channels]))
    if found.name == request.channel_name:
        raise UserError(wording.asked_there(request.id, found.name))
    return found


def _place(ctx: Context, request: Request, channel: Channel) -> Span:
    found = ctx.channel_id(channel.name, request.platform)
    return ChannelRef(found, channel.name) if found is not None else Strong(f"#{channel.name}")


def followed(ctx: Context, request: Request) -> None:
    """Close the questions whose author was pointed to how-to, and has just asked there."""
    if request.is_direct or kind_of(ctx, request) is not ChannelKind.HOW_TO:
        return
    names = [one.name for one in ctx.policy.channels if one.kind in POINTED_FROM]
    channels = [found for name in names if (found := ctx.channel_id(name, request.platform)) is not None]
    since = ctx.now - FOLLOWED_WITHIN
    for before in course.pointed(ctx.session, request.platform, channels, request.author, since):
        ending.end(ctx, before, RequestState.REROUTED, source="message", detail=f"to #{request.id}")
        link = reference(ctx, request, before.platform)
        ctx.edit(before.pointer_id, wording.goes_on_in(link), before.platform, before)


# -- by button and command


def _pressed(ctx: Context, event: ButtonPressed) -> Answer:
    request = lookup.numbered(ctx, event.value)
    name = reroute(ctx, request, None, source="button")
    return Answer(reply=wording.rerouted(reference(ctx, request), name))


def _reroute(ctx: Context, call: Call) -> Answer:
    if not call.words or len(call.words) > 2:  # noqa: PLR2004 - a number and a channel
        raise call.wrong(words.WHICH_REQUEST)
    number = call.number(call.words[0])
    request = records.get(ctx.session, number)
    if request is None:
        raise UserError(command_words.no_such_request(number))
    name = reroute(ctx, request, call.words[1] if len(call.words) > 1 else None, source="command")
    return Answer(reply=wording.rerouted(reference(ctx, request), name))


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer]] = {"reroute": _pressed}

COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "reroute",
        "<number> [channel]",
        "a request belongs in another channel: its author is sent there",
        "/oncall reroute 142 devops-how-to",
        _reroute,
    ),
)
