"""The channels that the platforms told of: which id a name has now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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


def learn(
    session: Session,
    platform: str,
    channels: Iterable[tuple[str, str]],
    *,
    are_all: bool = False,
    configured: Collection[str] = (),
) -> Mapping[str, str]:
    """Keep the (id, name) of channels in place of what was known of those ids and names.

    are_all: the bot is in no others. configured: the names that the configuration goes by; a channel that had one of
    them keeps it here until it gets another, or another channel gets that. Gives the names that no channel has any
    more, each with what its channel is called now; empty: the bot is not in it. What is known already costs nothing: a
    workspace may have thousands, told at each start.
    """
    found = select(KnownChannel.channel, KnownChannel.name).where(KnownChannel.platform == platform)
    known: dict[str, str] = dict(iter(session.execute(found)))
    told = dict(channels)
    names = set(told.values())
    stay = {
        channel: known[channel]
        for channel, name in told.items()
        if known.get(channel) in configured and known[channel] not in names and name not in configured
    }
    called = {**told, **stay}
    _keep(session, platform, [one for one in called.items() if known.get(one[0]) != one[1]], is_first=not known)
    gone = [channel for channel in known if are_all and channel not in told]
    for channel in gone:
        lose(session, platform, channel)
    names |= {name for channel, name in known.items() if channel not in {*told, *gone}}
    return {name: told.get(channel, "") for channel, name in known.items() if name not in names}


def name_of(session: Session, platform: str, channel: str) -> str | None:
    """Give what a channel is called here: its name, or that by which the configuration knew it."""
    row = session.get(KnownChannel, (platform, channel))
    return None if row is None else row.name


def lose(session: Session, platform: str, channel: str) -> str | None:
    """Forget a channel that the bot is no longer in, and give its name; None where it was not known."""
    row = session.get(KnownChannel, (platform, channel))
    if row is None:
        return None
    session.delete(row)
    session.flush()
    return row.name


def _keep(session: Session, platform: str, fresh: Sequence[tuple[str, str]], *, is_first: bool) -> None:
    if is_first:  # there may be thousands
        by_name = {name: channel for channel, name in fresh}
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
