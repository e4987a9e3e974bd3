"""What a digest is computed from: requests and corrections of a span of time, as frozen rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from models.digest import Asked, Corrected, Period
from models.records.delivery import OutboxRow
from models.records.request import LIVE, LabelledExample, Request, RequestState
from models.triage.verdict import RequestClass

NEVER_ASKED = (RequestState.DISMISSED, RequestState.WITHDRAWN)
_IS_REQUEST = (Request.state.not_in(NEVER_ASKED), Request.request_class != RequestClass.NONE)

_SEEN = (
    Request.id,
    Request.request_class,
    Request.opened_at,
    func.coalesce(Request.reopened_at, Request.opened_at),
    Request.rotation,
    Request.platform,
    Request.channel,
    Request.root,
    Request.channel_name,
    Request.is_direct,
    Request.first_answer_at,
    Request.acknowledged_at,
    case((Request.state == RequestState.RESOLVED, Request.resolved_at)),
    Request.state.in_(LIVE),
)
"""As `Asked` takes them."""


def requests(session: Session, period: Period) -> Sequence[Asked]:
    """Give the requests that were opened, first answered or resolved in a period, and those that are live, in order.

    What turned out to be no request, or was taken back, is left out.
    """
    columns = (Request.opened_at, Request.first_answer_at, Request.resolved_at)
    parts = [_within(column, period) for column in columns] + [Request.state.in_(LIVE)]
    outside = [_outside(column, period) for column in columns]
    # Each part by its index, without what is in those before it; an OR of them reads every request.
    wanted = (select(*_SEEN).where(one, *outside[:place], *_IS_REQUEST) for place, one in enumerate(parts))
    rows = session.execute(union_all(*wanted)).all()
    return sorted((Asked(*row) for row in rows), key=lambda one: one.number)


def opened(session: Session, period: Period) -> Sequence[tuple[RequestClass, datetime]]:
    """Give the class of each request that was opened in a period, and when; those left out are left out here, too."""
    wanted = select(Request.request_class, Request.opened_at).where(_within(Request.opened_at, period), *_IS_REQUEST)
    return [(one, at) for one, at in session.execute(wanted).all()]


def _within(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.start, column < period.end)


def _outside(column: Any, period: Period) -> ColumnElement[bool]:
    return or_(column.is_(None), column < period.start, column >= period.end)


def corrections(session: Session, period: Period) -> Sequence[Corrected]:
    """Give the corrections of a period, in order."""
    wanted = select(LabelledExample.request_id, LabelledExample.was, LabelledExample.label)
    found = session.execute(wanted.where(_within(LabelledExample.at, period)).order_by(LabelledExample.id))
    return [Corrected(*row) for row in found]


def began(session: Session) -> datetime | None:
    """Give since when there is anything in the store that was owed to a chat; None where nothing ever was."""
    return session.scalar(select(OutboxRow.created_at).order_by(OutboxRow.id).limit(1))
