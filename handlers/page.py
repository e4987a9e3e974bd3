"""One page: owed to the chat, and kept with whom it asks for, so that what it asked of them can be counted."""

from collections.abc import Iterable

from handlers import duty
from handlers.context import Context
from models.effects import Direct, Post
from models.policy import Person
from models.records import effort
from models.records.delivery import Purpose
from models.records.request import Request


def owe(
    ctx: Context,
    request: Request,
    effect: Post | Direct,
    people: Iterable[Person | None],
    *,
    platform: str | None = None,
) -> int:
    """Owe one page, and give its outbox row. people: whom it asks for; who has no handle there is not notified.

    platform: None for the request's own.
    """
    place = platform or request.platform
    row = ctx.say(effect, purpose=Purpose.PAGE, request=request, platform=place)
    asked = [person.id for person in people if person is not None and person.handle(place)]
    if request.rotation is not None:
        effort.keep_page(ctx.session, row, request.id, request.rotation, asked)
    return row


def owe_for_several(ctx: Context, gravest: Request, effect: Post, people: Iterable[Person | None]) -> int:
    """Owe one page that names several requests: it is counted once, and is none of them alone's to be dropped."""
    row = ctx.say(effect, purpose=Purpose.PAGE, platform=gravest.platform)
    asked = [person.id for person in people if person is not None and person.handle(gravest.platform)]
    if gravest.rotation is not None:
        effort.keep_page(ctx.session, row, gravest.id, gravest.rotation, asked)
    return row


def delivered(ctx: Context, request: Request, row: int) -> None:
    """Keep that a page reached its people, and whether they were off then: what counts is when it came."""
    rotation = ctx.policy.rotation(request.rotation) if request.rotation else None
    is_off = rotation is not None and not duty.is_within_hours(ctx, rotation)
    effort.page_delivered(ctx.session, row, ctx.now, is_out_of_hours=is_off)
