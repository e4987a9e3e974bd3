"""Who opted in to be told of questions that nobody answers. Source: DESIGN §4."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record, changed


class Helper(Record):
    """One helper, by the handle they opted in with. person: their id, where the configuration knew them then."""

    __tablename__ = "helper"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    user: Mapped[str] = mapped_column(String(200), primary_key=True)
    person: Mapped[str | None] = mapped_column(String(100))
    since: Mapped[datetime]


def find(session: Session, platform: str, user: str, person: str | None) -> Helper | None:
    """Give somebody's entry: by their handle, or by their id from wherever they opted in."""
    is_theirs = or_((Helper.platform == platform) & (Helper.user == user), Helper.person == (person or ""))
    return session.scalars(select(Helper).where(is_theirs).order_by(Helper.since)).first()


def add(session: Session, platform: str, user: str, person: str | None, now: datetime) -> bool:
    """Make somebody a helper; False where they are one already."""
    if find(session, platform, user, person) is not None:
        return False
    session.add(Helper(platform=platform, user=user, person=person, since=now))
    session.flush()
    return True


def remove(session: Session, platform: str, user: str, person: str | None) -> bool:
    """Make somebody a helper no longer, from whichever platform they opted in; False where they were none."""
    is_theirs = or_((Helper.platform == platform) & (Helper.user == user), Helper.person == (person or ""))
    return changed(session, delete(Helper).where(is_theirs)) > 0


def every(session: Session) -> Sequence[Helper]:
    """Give all helpers, whoever opted in first first."""
    return session.scalars(select(Helper).order_by(Helper.since, Helper.platform, Helper.user)).all()
