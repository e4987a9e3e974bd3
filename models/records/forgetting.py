"""What is blanked: words that are old, somebody's who asks to be forgotten, and those that are taken back."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, delete, func, null, or_, select, update
from sqlalchemy.orm import Session

from models.records.base import changed, table_of
from models.records.blanking import Place, Whose
from models.records.delivery import OutboxRow
from models.records.event import Outcome, ReceivedEvent
from models.records.handover import Handover
from models.records.request import LabelledExample
from models.records.words import GONE_OUT, PLACES, without_message

AT_ONCE = 200
"""So many rows are blanked in one transaction, so that nobody waits long for it."""

# -- what is old


def oldest(session: Session, place: Place, before: datetime) -> int | None:
    """Give the number of the row with the oldest words of a table; None where none are older than an instant."""
    number: int | None = session.scalar(_oldest(place.name), {"before": place.limit(before)})
    return number


@cache
def _oldest(table: str) -> Select[int]:
    """Give the statement, built once: every look at the clock of a night asks it of every table."""
    place = next(one for one in PLACES if one.name == table)
    return select(_id(place)).where(*_old(place)).order_by(*_order(place)).limit(1)


def blank_old(session: Session, place: Place, before: datetime) -> int:
    """Blank the oldest words of a table, at most `AT_ONCE` rows; give how many."""
    found = select(place.record).where(*_old(place)).order_by(*_order(place)).limit(AT_ONCE)
    rows = session.scalars(found.with_for_update(of=place.record), {"before": place.limit(before)}).all()
    for row in rows:
        place.blank(row)
    session.flush()
    return len(rows)


def _id(place: Place) -> Any:
    return table_of(place.record).primary_key.columns[0]


def _order(place: Place) -> tuple[Any, Any]:
    """Give the order by age, which the two largest tables have an index for."""
    return place.since, _id(place)


def _old(place: Place) -> tuple[ColumnElement[bool], ...]:
    return place.is_old, place.is_left, place.is_settled, place.is_over


# -- what is somebody's


def forget(session: Session, whose: Whose, answers_before: datetime) -> Mapping[str, int]:
    """Blank all that somebody wrote, and their name beside it; give how many rows of each table.

    answers_before: what was answered before is blanked whoever asked: it is
    kept only for a redelivery, and nobody knows whose it was.
    """
    counts = Counter[str]()
    numbers = set(session.scalars(whose.requests()))
    counts["handover"] += _forget_in_handovers(session, whose, numbers)
    counts["outbox"] += _forget_mentions(session, numbers)
    for place in PLACES:
        counts[place.name] += _forget_in(session, place, whose)
    gone = (ReceivedEvent.answer.is_not(null()), ReceivedEvent.received_at < answers_before)
    counts["answers"] = changed(session, update(ReceivedEvent).where(*gone).values(answer=null()))
    return {table: count for table, count in counts.items() if count}


def examples_of(session: Session, whose: Whose) -> set[int]:
    """Give the numbers of the examples that were drawn from somebody's requests."""
    return set(session.scalars(select(LabelledExample.id).where(LabelledExample.request_id.in_(whose.requests()))))


def still_owed(session: Session, whose: Whose) -> int:
    """Give how many messages about somebody's requests are still to go out: they cannot be blanked before."""
    owed = (OutboxRow.request_id.in_(whose.requests()), OutboxRow.state.not_in(GONE_OUT))
    return session.scalar(select(func.count()).select_from(OutboxRow).where(*owed)) or 0


def _forget_in(session: Session, place: Place, whose: Whose) -> int:
    named = [table_of(place.record).c[name] != "" for name in place.names]
    found = select(place.record).where(place.of(whose), place.is_settled, or_(place.is_left, *named))
    rows = session.scalars(found.order_by(_id(place)).with_for_update(of=place.record)).all()
    for row in rows:
        place.blank(row)
        for name in place.names:
            setattr(row, name, "")
    session.flush()
    return len(rows)


def _forget_in_handovers(session: Session, whose: Whose, numbers: Collection[int]) -> int:
    """Blank somebody's words in the bodies of handovers, and the messages of each handover that held some."""
    count = 0
    for row in session.scalars(select(Handover).order_by(Handover.id).with_for_update()):
        body = _without(row.body, whose.called, numbers)
        is_theirs = whose.person is not None and whose.person in (row.outgoing, row.submitted_by)
        if body == row.body and not is_theirs:
            continue
        row.body = body
        count += 1
        _blank_posts(session, [row.post_id, row.accept_id, *(row.posts or {}).values()])
    session.flush()
    return count


def _without(body: Mapping[str, Any] | None, called: str, numbers: Collection[int]) -> dict[str, Any] | None:
    if not body:
        return None if body is None else {}
    sections = {
        name: {**body[name], "items": [_item_without(item, numbers) for item in body[name].get("items", ())]}
        for name in ("open", "waiting", "resolved", "debts")
        if name in body
    }
    lines = [_line_without(line, called) for line in body.get("log", ())]
    return {**body, **sections, "log": lines}


def _line_without(line: Mapping[str, Any], called: str) -> dict[str, Any]:
    is_theirs = bool(called) and (line.get("author") == called or (not line.get("author") and called in line["text"]))
    return {**line, "text": "", "author": ""} if is_theirs else dict(line)


def _item_without(item: Mapping[str, Any], numbers: Collection[int]) -> dict[str, Any]:
    return {**item, "excerpt": "", "author": ""} if item.get("number") in numbers else dict(item)


def _blank_posts(session: Session, rows: Iterable[int | None]) -> None:
    wanted = [row for row in rows if isinstance(row, int)]
    found = or_(OutboxRow.id.in_(wanted), OutboxRow.post_id.in_(wanted))
    for row in session.scalars(select(OutboxRow).where(found, OutboxRow.state.in_(GONE_OUT))):
        row.effect, row.is_blank = without_message(row.effect), True


def _forget_mentions(session: Session, numbers: Collection[int]) -> int:
    """Blank the messages that have gone out and speak of requests without being about one, as a morning's."""
    if not numbers:
        return 0
    speaks = (OutboxRow.request_id.is_(None), OutboxRow.is_blank.is_(False), OutboxRow.state.in_(GONE_OUT))
    count = 0
    for row in session.scalars(select(OutboxRow).where(*speaks, cast(OutboxRow.effect, String).like("%#%"))):
        if not numbers_in(str(row.effect)).isdisjoint(numbers):
            row.effect, row.is_blank = without_message(row.effect), True
            count += 1
    session.flush()
    return count


def numbers_in(text: str) -> set[int]:
    """Give the numbers of the requests that a text speaks of, as in `#142`."""
    return {int(number) for number in re.findall(r"#(\d{1,18})(?!\d)", text)}


# -- what is taken back


def forget_quotes(session: Session, request_id: int, *, is_all: bool) -> None:
    """Forget the examples drawn from a request; where all its words are gone, blank the messages about it as well.

    What is still to go out stays as it is: it is owed.
    """
    session.execute(delete(LabelledExample).where(LabelledExample.request_id == request_id))
    if not is_all:
        return
    for row in session.scalars(
        select(OutboxRow).where(OutboxRow.request_id == request_id, OutboxRow.state.in_(GONE_OUT)).with_for_update()
    ):
        row.effect, row.is_blank = without_message(row.effect), True


def forget_unread(session: Session, platform: str, channel: str, message: str) -> int:
    """Forget the failed events of a message, which would be read once more; give how many there were."""
    payload = ReceivedEvent.payload
    statement = (
        update(ReceivedEvent)
        .where(
            ReceivedEvent.platform == platform,
            ReceivedEvent.outcome.in_((Outcome.FAILED, Outcome.GIVEN_UP)),
            payload["kind"].as_string().in_(("message-posted", "message-edited")),
            payload["channel"].as_string() == channel,
            payload["message"].as_string() == message,
        )
        .values(outcome=Outcome.DONE, due_at=None, payload=null())
    )
    return changed(session, statement)
