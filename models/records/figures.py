"""What a digest is computed from: requests and corrections of a span of time, as frozen rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, union
from sqlalchemy.orm import Session

from models.digest import Asked, Corrected, Period
from models.records.delivery import OutboxRow
from models.records.request import LIVE, LabelledExample, Request, RequestState
from models.triage.verdict import RequestClass

NEVER_ASKED = (RequestState.DISMISSED, RequestState.WITHDRAWN)

_SEEN = (
    Request.id,
    Request.request_class,
    Request.opened_at,
    Request.reopened_at,
    Request.rotation,
    Request.platform,
    Request.channel,
    Request.root,
    Request.channel_name,
    Request.is_direct,
    Request.first_answer_at,
    Request.acknowledged_at,
    Request.resolved_at,
    Request.state,
)


def requests(session: Session, period: Period) -> Sequence[Asked]:
    """Give the requests that were opened, first answered or resolved in a period, and those that are live, in order.

    What turned out to be no request, or was taken back, is left out.
    """
    spans = (_within(at, period) for at in (Request.opened_at, Request.first_answer_at, Request.resolved_at))
    wanted = (select(*_SEEN).where(one) for one in (*spans, Request.state.in_(LIVE)))
    found: Iterable[Any] = session.execute(union(*wanted))  # each by its index; an OR of them reads every request
    return sorted((_asked(row) for row in found if _is_request(row)), key=lambda one: one.number)


def opened(session: Session, period: Period) -> Sequence[tuple[RequestClass, datetime]]:
    """Give the class of each request that was opened in a period, and when; those left out are left out here, too."""
    wanted = select(Request.request_class, Request.opened_at).where(
        _within(Request.opened_at, period),
        Request.state.not_in(NEVER_ASKED),
        Request.request_class != RequestClass.NONE,
    )
    return [(one, at) for one, at in session.execute(wanted)]


def _within(column: Any, period: Period) -> ColumnElement[bool]:
    return and_(column >= period.start, column < period.end)


def _is_request(row: Any) -> bool:
    return row.state not in NEVER_ASKED and row.request_class is not RequestClass.NONE


def _asked(row: Any) -> Asked:
    return Asked(
        number=row.id,
        request_class=row.request_class,
        opened_at=row.opened_at,
        since=row.reopened_at or row.opened_at,
        rotation=row.rotation,
        platform=row.platform,
        channel=row.channel,
        root=row.root,
        place=row.channel_name,
        is_direct=row.is_direct,
        answered_at=row.first_answer_at,
        taken_at=row.acknowledged_at,
        resolved_at=row.resolved_at if row.state is RequestState.RESOLVED else None,
        is_live=row.state.is_live,
    )


def corrections(session: Session, period: Period) -> Sequence[Corrected]:
    """Give the corrections of a period, in order."""
    wanted = select(LabelledExample.request_id, LabelledExample.was, LabelledExample.label)
    found = session.execute(wanted.where(_within(LabelledExample.at, period)).order_by(LabelledExample.id))
    return [Corrected(*row) for row in found]


def began(session: Session) -> datetime | None:
    """Give since when there is anything in the store that was owed to a chat; None where nothing ever was."""
    return session.scalar(select(OutboxRow.created_at).order_by(OutboxRow.id).limit(1))
