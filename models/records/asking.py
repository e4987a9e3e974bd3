"""What was asked with the form, until its post stands in the channel: then it is a request."""

from dataclasses import dataclass

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asked. author: their handle on the platform. production: `yes`, `no` or `unsure`."""

    platform: str
    author: str
    author_name: str
    channel_name: str
    text: str
    production: str


class AskedRow(Record):
    """One question that is on its way. row: the outbox row of its post."""

    __tablename__ = "asked"

    row: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    platform: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(200))
    author_name: Mapped[str] = mapped_column(String(200))
    channel_name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    production: Mapped[str] = mapped_column(String(10))


def keep(session: Session, row: int, asked: Asked) -> None:
    """Keep what was asked until its post was sent."""
    session.add(
        AskedRow(
            row=row,
            platform=asked.platform,
            author=asked.author,
            author_name=asked.author_name,
            channel_name=asked.channel_name,
            text=asked.text,
            production=asked.production,
        )
    )


def take(session: Session, row: int) -> Asked | None:
    """Give what was asked with a post, and keep it no longer; None where the post was no question."""
    found = session.get(AskedRow, row)
    if found is None:
        return None
    session.delete(found)
    return Asked(found.platform, found.author, found.author_name, found.channel_name, found.text, found.production)
