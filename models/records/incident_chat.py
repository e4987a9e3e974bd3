"""What people wrote in the thread of an incident, until somebody notes it in its timeline."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record
from models.records.incident import IncidentEntry


class IncidentMessage(Record):
    """One message in the thread of an incident.

    entry_id: the line of the timeline that it was noted in; None: it is not. noted_by: the platform handle of who did.
    """

    __tablename__ = "incident_message"
    __table_args__ = (Index(None, "platform", "channel", "message", unique=True), Index(None, "at"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    platform: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(200))
    message: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)
    entry_id: Mapped[int | None] = mapped_column(Id)
    noted_by: Mapped[str | None] = mapped_column(String(200))


def message(session: Session, platform: str, channel: str, of: str) -> IncidentMessage | None:
    """Give a message of an incident's thread, held; None for any other."""
    found = select(IncidentMessage).where(
        IncidentMessage.platform == platform, IncidentMessage.channel == channel, IncidentMessage.message == of
    )
    return session.scalar(found.with_for_update())


def take_back(session: Session, said: IncidentMessage) -> None:
    """Take the line of the timeline back that a message was noted in."""
    entry = session.get(IncidentEntry, said.entry_id) if said.entry_id is not None else None
    if entry is not None:
        session.delete(entry)
    said.entry_id = said.noted_by = None


def blank(session: Session, said: IncidentMessage) -> None:
    """Blank a message that was taken back in the chat, and the line that it was noted in; that it was noted stays."""
    said.text = ""
    entry = session.get(IncidentEntry, said.entry_id) if said.entry_id is not None else None
    if entry is not None:
        entry.detail = ""
