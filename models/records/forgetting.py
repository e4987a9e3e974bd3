"""What is blanked when somebody takes their words back: every place that still holds them."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.records.base import changed
from models.records.delivery import OutboxRow, OutboxState
from models.records.event import Outcome, ReceivedEvent
from models.records.request import LabelledExample

GONE_OUT = (OutboxState.SENT, OutboxState.FAILED, OutboxState.DROPPED)
NO_WORDS = {"blocks": [], "summary": ""}


def forget_quotes(session: Session, request_id: int) -> None:
    """Blank what quotes a request: the messages that have gone out about it, and the examples drawn from it.

    What is still to go out stays as it is: it is owed.
    """
    session.execute(delete(LabelledExample).where(LabelledExample.request_id == request_id))
    for row in session.scalars(
        select(OutboxRow).where(OutboxRow.request_id == request_id, OutboxRow.state.in_(GONE_OUT)).with_for_update()
    ):
        if isinstance(row.effect.get("message"), dict):
            row.effect = {**row.effect, "message": NO_WORDS}


def forget_unread(session: Session, platform: str, channel: str, message: str) -> int:
    """Forget the failed events of a message, which would be read once more; give how many there were."""
    payload = ReceivedEvent.payload
    statement = (
        update(ReceivedEvent)
        .where(
            ReceivedEvent.platform == platform,
            ReceivedEvent.outcome.in_((Outcome.FAILED, Outcome.GIVEN_UP)),
            payload["kind"].as_string().in_(("message-posted", "message-edited")),
            payload["channel"].as_string() == channel,
            payload["message"].as_string() == message,
        )
        .values(outcome=Outcome.DONE, due_at=None, payload=None)
    )
    return changed(session, statement)
