"""Which request is meant: by a message in the chat, or by a number."""

from handlers.context import Context
from handlers.wording import commands as command_words
from models.errors import UserError
from models.records import delivery
from models.records import request as records
from models.records.request import Request


def about(ctx: Context, platform: str, channel: str, message: str) -> Request | None:
    """Give the request that a message is about: it opened or joined it, or is one of ours about it."""
    found = records.of_message(ctx.session, platform, channel, message)
    if found is not None:
        return found
    row = delivery.sent_as(ctx.session, platform, channel, message)
    return records.get(ctx.session, row.request_id) if row is not None and row.request_id is not None else None


def numbered(ctx: Context, value: str) -> Request:
    """Give the request whose number a button or a form holds. Raises UserError where there is none."""
    request = records.get(ctx.session, int(value)) if value.isdecimal() and len(value) < 10 else None  # noqa: PLR2004
    if request is None:
        raise UserError(command_words.no_such_request(value[:20]))
    return request
