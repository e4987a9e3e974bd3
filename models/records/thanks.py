"""Thanks that people gave each other, and who does not want to be named for them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Index, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, changed
from models.records.request import Request

BY_COMMAND, BY_REACTION = "command", "reaction"


class FirstAnswers(NamedTuple):
    """First answers that one account gave. by_engineer: whether as an engineer; None where that was not kept."""

    platform: str
    by: str | None
    by_engineer: bool | None
    number: int


class Thanks(Record):
    """One person's thanks to another.

    giver, receiver: a person's id, or as `slack:U01AAAA` for somebody whom the configuration does not know.
    source: command or reaction. message: what was reacted to; None by command. why: the giver's words, masked.
    """

    __tablename__ = "thanks"
    __table_args__ = (
        Index(None, "platform", "channel", "message", "giver", unique=True),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime]
    platform: Mapped[str] = mapped_column(String(20))
    giver: Mapped[str] = mapped_column(String(220))
    receiver: Mapped[str] = mapped_column(String(220))
    source: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(200))
    message: Mapped[str | None] = mapped_column(String(200))
    request_id: Mapped[int | None] = mapped_column(Id)
    why: Mapped[str] = mapped_column(Text, default="")


class UnnamedHelper(Record):
    """Somebody who does not want to be named for their help. who: as in `Thanks.receiver`."""

    __tablename__ = "unnamed_helper"

    who: Mapped[str] = mapped_column(String(220), primary_key=True)
    since: Mapped[datetime]


def for_message(session: Session, platform: str, channel: str, message: str, giver: str) -> Thanks | None:
    """Give somebody's thanks for one message; None where they gave none."""
    found = select(Thanks).where(
        Thanks.platform == platform, Thanks.channel == channel, Thanks.message == message, Thanks.giver == giver
    )
    return session.scalar(found)


def by_command_since(session: Session, giver: str, receiver: str, since: datetime) -> Thanks | None:
    """Give the last thanks that somebody gave to another by command since an instant."""
    found = select(Thanks).where(
        Thanks.giver == giver, Thanks.receiver == receiver, Thanks.source == BY_COMMAND, Thanks.at >= since
    )
    return session.scalar(found.order_by(Thanks.id.desc()).limit(1))


def take_back(session: Session, platform: str, channel: str, message: str, giver: str) -> bool:
    """Take back somebody's thanks for one message; False where there were none."""
    statement = delete(Thanks).where(
        Thanks.platform == platform, Thanks.channel == channel, Thanks.message == message, Thanks.giver == giver
    )
    return changed(session, statement) > 0


def given_between(session: Session, start: datetime, end: datetime) -> Sequence[Thanks]:
    """Give the thanks of [start, end), in order."""
    return session.scalars(select(Thanks).where(Thanks.at >= start, Thanks.at < end).order_by(Thanks.id)).all()


def first_answers_between(session: Session, start: datetime, end: datetime) -> Sequence[FirstAnswers]:
    """Give who gave the first answers of [start, end), and how many, by whether it was known for an engineer's."""
    by = (Request.platform, Request.first_answer_by, Request.first_answer_by_engineer)
    answered = (Request.first_answer_at >= start, Request.first_answer_at < end)
    return [FirstAnswers(*row) for row in session.execute(select(*by, func.count()).where(*answered).group_by(*by))]


def unnamed(session: Session) -> Collection[str]:
    """Give who does not want to be named."""
    return set(session.scalars(select(UnnamedHelper.who)))


def leave_out(session: Session, who: str, now: datetime) -> None:
    """Keep that somebody does not want to be named."""
    if session.get(UnnamedHelper, who) is None:
        session.add(UnnamedHelper(who=who, since=now))


def name_again(session: Session, who: str) -> None:
    """Keep that somebody may be named again."""
    changed(session, delete(UnnamedHelper).where(UnnamedHelper.who == who))
