"""How far each channel was read, so that what was said while the bot was away can be read afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record
from models.records.request import LIVE, Due, Request


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


def live_threads(session: Session, platform: str, most: int = 200) -> Sequence[tuple[str, str]]:
    """Give the channel and the root of each live request of a platform, the gravest and newest first."""
    wanted = [Request.channel, Request.root, Request.request_class, Request.id]
    rows = session.execute(select(*wanted).where(Request.platform == platform, Request.state.in_(LIVE))).all()
    found = sorted(rows, key=lambda row: (-row.request_class.gravity, -row.id))
    return [(row.channel, row.root) for row in found[:most]]


def held(session: Session, platform: str) -> Sequence[Request]:
    """Give the live requests of a platform that were missed and are to be judged, the oldest first; they are locked.

    Those that another replica judges just now are left to it.
    """
    found = select(Request).where(Request.platform == platform, Request.state.in_(LIVE), Request.due == Due.MISSED)
    locked = found.order_by(Request.id).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return session.scalars(locked).all()
