"""What of the days ahead the leads were told of: so that they hear of each thing once, until it was mended."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record, changed


class ToldGap(Record):
    """One thing that is amiss and was told. key: names it, as `nobody:platform:2026-12-24:whole`.

    is_open: a day with nobody that was the last one looked at, so that the day after it is no news.
    """

    __tablename__ = "told_gap"

    key: Mapped[str] = mapped_column(String(300), primary_key=True)
    told_at: Mapped[datetime]
    is_open: Mapped[bool] = mapped_column(default=False)


def account_key(platform: str, user: str) -> str:
    """Give the key of an account that reaches nobody."""
    return f"account:{platform}:{user}"


def told(session: Session) -> Mapping[str, bool]:
    """Give what was told and is not mended, by key, each with whether it is open."""
    return {row.key: row.is_open for row in session.execute(select(ToldGap.key, ToldGap.is_open))}


def keep(session: Session, current: Mapping[str, bool], now: datetime) -> None:
    """Keep what was told and is so now, in place of what was kept before: what is mended would be new again."""
    before = told(session)
    mended = [key for key in before if key not in current]
    if mended:
        changed(session, delete(ToldGap).where(ToldGap.key.in_(mended)))
    for key, is_open in current.items():
        if key not in before:
            session.add(ToldGap(key=key, told_at=now, is_open=is_open))
        elif before[key] != is_open:
            changed(session, update(ToldGap).where(ToldGap.key == key).values(is_open=is_open))
    session.flush()


def add(session: Session, key: str, now: datetime) -> None:
    """Keep that one more thing was told."""
    if session.get(ToldGap, key) is None:
        session.add(ToldGap(key=key, told_at=now, is_open=False))
