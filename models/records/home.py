"""Who has opened their page in the chat, and what it shows, so that it is brought up to date only where it differs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record


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
