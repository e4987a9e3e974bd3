"""Builders of outbox rows, for the tests of what is owed and of what is sent."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from models.effects import Effect, Post
from models.message import text
from models.records import delivery, sending
from models.records.delivery import OutboxRow, OutboxState, Purpose, Rank
from models.records.lane import Claim
from models.records.sending import Owed

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
POST = Post("C1", text("x"))


def owe(
    session: Session,
    key: str,
    effect: Effect = POST,
    purpose: Purpose = Purpose.REPLY,
    request: int | None = None,
) -> int:
    return delivery.owe(session, key=key, platform="slack", effect=effect, purpose=purpose, now=NOW, request_id=request)


def state(session: Session, row: int) -> OutboxState:
    return session.get_one(OutboxRow, row, populate_existing=True).state


def claim(session: Session, holder: str = "one", at: datetime = NOW, limit: int = 10) -> list[Owed]:
    wanted = Claim("slack", holder, at, at + 60 * SECOND, tuple(Rank))
    return sending.claim(session, wanted, limit)


def claimed(session: Session, holder: str = "one", at: datetime = NOW) -> list[int]:
    return [owed.id for owed in claim(session, holder, at)]
