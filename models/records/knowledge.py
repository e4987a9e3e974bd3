"""Answers that the bot offered, and what people thought of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record
from models.records.request import Request, RequestState

REFUSED_BY = 2
"""So many people's 👎, and an answer is not offered any more for that kind of question."""


class OfferedAnswer(Record):
    """One answer offered for a request.

    kind: how it was found, as `answers:<pattern>`, `docs:<page>#<section>` or `past:<url>`.
    outbox_id: the row that posted it.
    """

    __tablename__ = "offered_answer"
    __table_args__ = (Index(None, "outbox_id"), Index(None, "kind"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(500))
    title: Mapped[str] = mapped_column(String(500))
    url: Mapped[str] = mapped_column(String(2000))
    outbox_id: Mapped[int | None] = mapped_column(Id)


class AnswerVote(Record):
    """What one person thinks of an answer that was offered; their last word counts. voter: as `slack:U01AAAA`."""

    __tablename__ = "answer_vote"
    __table_args__ = (Index(None, "offered_id", "voter", unique=True),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    offered_id: Mapped[int] = mapped_column(ForeignKey("offered_answer.id"))
    voter: Mapped[str] = mapped_column(String(220))
    at: Mapped[datetime]
    is_helpful: Mapped[bool]


def offer(session: Session, request: Request, *, kind: str, title: str, url: str, now: datetime) -> OfferedAnswer:
    """Keep an answer that is offered for a request."""
    found = OfferedAnswer(request_id=request.id, at=now, kind=kind[:500], title=title[:500], url=url)
    session.add(found)
    session.flush()
    return found


def offered(session: Session, number: int) -> OfferedAnswer | None:
    """Give an offered answer by its number; None where there is none."""
    return session.get(OfferedAnswer, number)


def offered_in(session: Session, outbox_id: int) -> OfferedAnswer | None:
    """Give the answer that a row of the outbox offers; None where it offers none."""
    return session.scalar(select(OfferedAnswer).where(OfferedAnswer.outbox_id == outbox_id))


def vote(session: Session, answer: OfferedAnswer, voter: str, *, is_helpful: bool, now: datetime) -> None:
    """Keep what somebody thinks of an answer, in place of what they thought before."""
    one = select(AnswerVote).where(AnswerVote.offered_id == answer.id, AnswerVote.voter == voter).with_for_update()
    found = session.scalar(one)
    if found is None:
        session.add(AnswerVote(offered_id=answer.id, voter=voter, at=now, is_helpful=is_helpful))
    else:
        found.is_helpful, found.at = is_helpful, now


def is_refused(session: Session, kind: str) -> bool:
    """Say whether people have turned down an answer for a kind of question."""
    against = (
        select(func.count(AnswerVote.voter.distinct()))
        .join(OfferedAnswer, OfferedAnswer.id == AnswerVote.offered_id)
        .where(OfferedAnswer.kind == kind[:500], AnswerVote.is_helpful.is_(False))
    )
    return (session.scalar(against) or 0) >= REFUSED_BY


def resolved_with_link(session: Session, limit: int = 300) -> Sequence[tuple[int, str, str]]:
    """Give number, words and link of the last requests that were resolved with one; none whose words are gone."""
    found = (
        select(Request.id, Request.text, Request.runbook_url)
        .where(Request.runbook_url.is_not(None), Request.state == RequestState.RESOLVED, Request.text != "")
        .order_by(Request.resolved_at.desc())
        .limit(limit)
    )
    return [(number, text, url or "") for number, text, url in session.execute(found)]
