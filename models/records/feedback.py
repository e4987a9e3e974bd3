"""What the authors of requests said of the help that they got."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record


class Feedback(Record):
    """Whether the help with one request did help: its author's last word. is_helpful: None until they answered.

    ask_id: the outbox row of the question; None where the author answered unasked.
    """

    __tablename__ = "feedback"
    __table_args__ = (Index(None, "request_id", unique=True),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    asked_at: Mapped[datetime]
    is_helpful: Mapped[bool | None]
    words: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    ask_id: Mapped[int | None] = mapped_column(Id)


def of_request(session: Session, request_id: int) -> Feedback | None:
    """Give what is known of the help with a request; None where its author was not asked."""
    found = select(Feedback).where(Feedback.request_id == request_id)
    return session.scalar(found.with_for_update().execution_options(populate_existing=True))


def add(session: Session, request_id: int, now: datetime, ask_id: int | None = None) -> Feedback:
    """Keep that an author is asked, or answers unasked."""
    made = Feedback(request_id=request_id, asked_at=now, ask_id=ask_id)
    session.add(made)
    session.flush()
    return made
