"""Who has opened their page in the chat, and what it shows, so that it is brought up to date only where it differs."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import String, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record
from models.records.request import LIVE, Request


class HomePage(Record):
    """One person's page on one platform. digest: of what it shows."""

    __tablename__ = "home_page"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    user: Mapped[str] = mapped_column(String(200), primary_key=True)
    opened_at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64), default="")


def opened(session: Session, platform: str, user: str, now: datetime) -> HomePage:
    """Keep that somebody looks at their page, and give it."""
    page = session.get(HomePage, (platform, user), with_for_update=True)
    if page is None:
        page = HomePage(platform=platform, user=user, opened_at=now, digest="")
        session.add(page)
    page.opened_at = now
    return page


def opened_since(session: Session, instant: datetime) -> Sequence[HomePage]:
    """Give the pages that somebody looked at since an instant."""
    found = select(HomePage).where(HomePage.opened_at >= instant)
    return session.scalars(found.order_by(HomePage.platform, HomePage.user)).all()


def live_of(session: Session, handles: Collection[tuple[str, str]]) -> Sequence[Request]:
    """Give the live requests that somebody asked or is on, the gravest and oldest first.

    handles: theirs, each as (platform, handle).
    """
    theirs = or_(
        *(
            and_(Request.platform == platform, or_(Request.author == handle, Request.owner == handle))
            for platform, handle in handles
        )
    )
    found = session.scalars(select(Request).where(Request.state.in_(LIVE), theirs))
    return sorted(found, key=lambda request: (-request.request_class.gravity, request.opened_at))
