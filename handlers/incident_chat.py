"""What people write in the thread of an incident: kept, so that a 📝 can note it in the timeline."""

from handlers import duty, incidents
from handlers.context import Context
from models.events import MessageDeleted, MessageEdited, MessagePosted, ReactionAdded, ReactionRemoved
from models.records import delivery
from models.records import incident as records
from models.records import incident_chat as chat
from models.records.base import put
from models.records.incident import Incident
from models.records.incident_chat import IncidentMessage
from models.secrets import mask

NOTED, LOGGED = "noted", "logged"
LONGEST = 4000


def of_thread(ctx: Context, channel: str, thread: str | None) -> Incident | None:
    """Give the incident whose thread hangs on a message; None for any other thread."""
    row = delivery.sent_as(ctx.session, ctx.platform, channel, thread) if thread is not None else None
    return records.of_post(ctx.session, row.id) if row is not None else None


def message_posted(ctx: Context, event: MessagePosted) -> None:
    """Keep what a person wrote in the thread of an incident."""
    incident = None if event.is_bot else of_thread(ctx, event.channel, event.thread)
    if incident is not None:
        put(
            ctx.session,
            IncidentMessage,
            incident_id=incident.id,
            platform=event.platform,
            channel=event.channel,
            message=event.message,
            author=event.author,
            at=ctx.happened_at,
            text=mask(event.text)[:LONGEST],
        )


def message_edited(ctx: Context, event: MessageEdited) -> None:
    """Keep the new words of a message of an incident's thread; what was noted stays as it was noted."""
    said = chat.message(ctx.session, event.platform, event.channel, event.message)
    if said is not None:
        said.text = mask(event.text)[:LONGEST]


def message_deleted(ctx: Context, event: MessageDeleted) -> None:
    """Forget the words of a message that was taken back in the chat."""
    said = chat.message(ctx.session, event.platform, event.channel, event.message)
    if said is not None:
        chat.blank(ctx.session, said)


def noted(ctx: Context, event: ReactionAdded) -> None:
    """Note a message of an incident's thread in its timeline, once. Who may not is not answered."""
    said = chat.message(ctx.session, event.platform, event.channel, event.message)
    if said is None or said.entry_id is not None or not duty.is_engineer(ctx, ctx.person):
        return
    incident = records.incident(ctx.session, said.incident_id)
    if incident is not None:
        said.noted_by = ctx.actor
        said.entry_id = incidents.note(
            ctx, incident, NOTED, source="thread", detail=said.text, actor=said.author, at=said.at
        )


def taken_back(ctx: Context, event: ReactionRemoved) -> None:
    """Take a note back with the reaction of whoever made it."""
    said = chat.message(ctx.session, event.platform, event.channel, event.message)
    if said is not None and said.entry_id is not None and said.noted_by == ctx.actor:
        chat.take_back(ctx.session, said)


def logged(ctx: Context, channel: str, thread: str | None, text: str) -> None:
    """Write what was logged in the thread of an incident into its timeline, too."""
    incident = of_thread(ctx, channel, thread)
    if incident is not None:
        incidents.note(ctx, incident, LOGGED, source="command", detail=text)
