"""The on-call log: what people write into it, by command and by 📝 on a message. What the bot writes: `Context.log`.

Source: DESIGN §6.
"""

from collections.abc import Callable, Mapping

from handlers import duty, incident_chat
from handlers.command import Call, Command
from handlers.context import Answer, Context
from handlers.wording import log as wording
from models import effects
from models.effects import Direct, Post
from models.errors import UserError
from models.events import MessageDeleted, ReactionAdded, ReactionRemoved
from models.records import delivery
from models.records import handover as records
from models.records import incident_chat as chat
from models.records import request as requests
from models.records.base import put
from models.records.handover import LogEntry
from models.secrets import mask

LONGEST = 3000
NOTES = ("memo", "pencil")  # 📝 has two short names


def _log(ctx: Context, call: Call) -> Answer:
    if not call.words:
        raise call.wrong(wording.NOTHING_TO_LOG)
    if not duty.is_engineer(ctx, ctx.person):
        raise UserError(wording.ENGINEERS_ONLY)
    if len(call.text) > LONGEST:
        raise UserError(wording.too_long(LONGEST, len(call.text)))
    ctx.log(call.rotation.name, call.text, author=ctx.person.id if ctx.person is not None else None)
    incident_chat.logged(ctx, call.event.channel, call.event.thread, call.text)
    return Answer(reply=wording.logged(call.rotation.name))


# -- by reaction: whoever may not is not answered, because a reaction is no question


def _noted(ctx: Context, event: ReactionAdded) -> None:
    """Note a message of a channel in the log, and in the timeline of the incident in whose thread it stands, once.

    What is said to the bot alone stays there.
    """
    incident_chat.noted(ctx, event)
    rotation, person = ctx.policy.rotation_for(event.channel_name), ctx.person
    if rotation is None or event.channel_name is None or person is None or not duty.is_engineer(ctx, person):
        return
    if records.noted_from(ctx.session, event.platform, event.channel, event.message) is not None:
        return
    put(
        ctx.session,
        LogEntry,
        rotation=rotation.name,
        at=ctx.now,
        author=person.id,
        text=wording.noted(_first_line(ctx, event), event.channel_name),
        request_id=_request_of(ctx, event),
        platform=event.platform,
        channel=event.channel,
        channel_name=event.channel_name,
        message=event.message,
    )


def _taken_back(ctx: Context, event: ReactionRemoved) -> None:
    """Take a note back with its reaction, where it is the same person's and no handover has it yet."""
    incident_chat.taken_back(ctx, event)
    if ctx.person is None:
        return
    entry = records.noted_from(ctx.session, event.platform, event.channel, event.message)
    if entry is not None and entry.author == ctx.person.id:
        records.take_back(ctx.session, entry)


def message_deleted(ctx: Context, event: MessageDeleted) -> None:
    """Forget the words of a message that was taken back in the chat; that it was noted stays."""
    entry = records.noted_from(ctx.session, event.platform, event.channel, event.message)
    if entry is not None:
        entry.text = wording.noted(wording.DELETED, entry.channel_name or "")


def _first_line(ctx: Context, event: ReactionAdded) -> str:
    """Give the first line of a message; empty where the bot does not know its text."""
    read = requests.read_message(ctx.session, event.platform, event.channel, event.message)
    if read is not None:
        return _first(read.text)
    said = chat.message(ctx.session, event.platform, event.channel, event.message)
    if said is not None:
        return _first(said.text)
    row = delivery.sent_as(ctx.session, event.platform, event.channel, event.message)
    effect = effects.from_json(row.effect) if row is not None else None
    return _first(effect.message.notification()) if isinstance(effect, Post | Direct) else ""


def _first(text: str) -> str:
    return mask(next((line.strip() for line in text.splitlines() if line.strip()), ""))


def _request_of(ctx: Context, event: ReactionAdded) -> int | None:
    found = requests.of_message(ctx.session, event.platform, event.channel, event.message)
    return found.id if found is not None else None


COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "log",
        "<text>",
        "write a line into the shift's log",
        "/oncall log restarted the registry",
        _log,
        takes_text=True,
    ),
)

REACTIONS: Mapping[str, Callable[[Context, ReactionAdded], None]] = dict.fromkeys(NOTES, _noted)
UNREACTIONS: Mapping[str, Callable[[Context, ReactionRemoved], None]] = dict.fromkeys(NOTES, _taken_back)
