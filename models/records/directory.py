"""The channels that the platforms told of: which id a name has now."""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import Index, Select, String, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record


class KnownChannel(Record):
    """One channel of one platform that the bot is in."""

    __tablename__ = "known_channel"
    __table_args__ = (Index(None, "platform", "name"),)

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    channel: Mapped[str] = mapped_column(String(200), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


def learn(session: Session, platform: str, channels: Iterable[tuple[str, str]]) -> None:
    """Keep the (id, name) of channels in place of what was known of those ids and names.

    What is known already costs nothing: a workspace may have thousands, told at each start.
    """
    found = select(KnownChannel.channel, KnownChannel.name).where(KnownChannel.platform == platform)
    known = {(channel, name) for channel, name in session.execute(found)}
    fresh = [one for one in channels if one not in known]
    if not known:  # a first start: there may be thousands
        by_name = {name: channel for channel, name in dict(fresh).items()}
        session.add_all(KnownChannel(platform=platform, channel=one, name=name) for name, one in by_name.items())
        session.flush()
        return
    for channel, name in fresh:
        session.execute(
            delete(KnownChannel).where(
                KnownChannel.platform == platform, (KnownChannel.channel == channel) | (KnownChannel.name == name)
            )
        )
        session.add(KnownChannel(platform=platform, channel=channel, name=name))
        session.flush()


def channel_id(session: Session, platform: str, name: str) -> str | None:
    """Give a channel's id by its name; None where the bot is not in it."""
    return session.scalar(_finding_channel(), {"platform": platform, "name": name})


@cache
def _finding_channel() -> Select[str]:
    """Give the statement, built once. What else is pending in the session need not be written for it."""
    wanted = (KnownChannel.platform == bindparam("platform"), KnownChannel.name == bindparam("name"))
    return select(KnownChannel.channel).where(*wanted).execution_options(autoflush=False)
