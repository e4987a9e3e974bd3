"""How far each channel was read, so that what was said while the bot was away can be read afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record


@dataclass(frozen=True, slots=True)
class Position:
    """Ids of a platform's messages. since: what was the newest when reading began; newest: read up to here."""

    since: str
    newest: str


class ReadPosition(Record):
    """How far one channel was read. since, newest: the platform's ids of messages, which are in its order."""

    __tablename__ = "read_position"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    channel: Mapped[str] = mapped_column(String(200), primary_key=True)
    since: Mapped[str] = mapped_column(String(200))
    newest: Mapped[str] = mapped_column(String(200))


def positions(session: Session, platform: str) -> Mapping[str, Position]:
    """Give how far each channel of a platform was read."""
    rows = session.scalars(select(ReadPosition).where(ReadPosition.platform == platform))
    return {row.channel: Position(row.since, row.newest) for row in rows}


def keep(session: Session, platform: str, read: Mapping[str, str]) -> None:
    """Keep up to which message channels were read; a position never goes back."""
    for channel, newest in sorted(read.items()):
        row = session.get(ReadPosition, (platform, channel), with_for_update=True)
        if row is None:
            session.add(ReadPosition(platform=platform, channel=channel, since=newest, newest=newest))
        else:
            row.newest = max(row.newest, newest)
