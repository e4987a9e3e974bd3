"""The accounts in the chats that reach nobody: deactivated, or refused for good."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Record, changed, table_of


class GoneAccount(Record):
    """An account that reaches nobody. since: when that was noticed.

    reason: what a platform said when a message to it failed; empty where the platform told of the account itself.
    """

    __tablename__ = "gone_account"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    user: Mapped[str] = mapped_column(String(200), primary_key=True)
    since: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500), default="")


def keep(session: Session, platform: str, user: str, now: datetime, reason: str = "") -> bool:
    """Keep that an account reaches nobody; False where that was known."""
    values = {"platform": platform, "user": user, "since": now, "reason": reason[:500]}
    connection = session.connection()
    return connection.execute(_keeping(connection.dialect.name), values).scalar() is not None


@cache
def _keeping(dialect: str) -> Executable:
    table = table_of(GoneAccount)
    insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    return insert.on_conflict_do_nothing(index_elements=["platform", "user"]).returning(table.c.user)


def forget(session: Session, platform: str, user: str) -> bool:
    """Keep that an account is active again; False where nobody thought otherwise."""
    statement = delete(GoneAccount).where(GoneAccount.platform == platform, GoneAccount.user == user)
    return changed(session, statement) > 0


def gone(session: Session) -> Mapping[tuple[str, str], str]:
    """Give the accounts that reach nobody, by platform and user, each with its reason."""
    found = select(GoneAccount.platform, GoneAccount.user, GoneAccount.reason)
    return {(platform, user): reason for platform, user, reason in session.execute(found)}
