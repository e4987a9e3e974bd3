"""What quotes a message that was taken back: lines of the log, handovers, answers, and what the bot posted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, null, or_, select, update
from sqlalchemy.orm import Session

from models.records.base import changed
from models.records.delivery import OutboxRow, OutboxState
from models.records.event import ReceivedEvent
from models.records.handover import Handover, LogEntry
from models.records.request import Request
from models.records.words import GONE_OUT

DELETED = "(deleted)"
SEED = 24
"""So many characters tell a quote; of fewer, all."""
SHORTEST = 8
"""A quote of fewer characters is looked for only where its request is named."""
IDS = frozenset({"kind", "channel", "user", "action", "value", "style", "url", "platform", "root", "group"})
"""Of a message's parts those that nobody reads."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words that were taken back. text: as a quote of them begins. instead: what it would be now; empty: nothing."""

    text: str
    instead: str = ""

    def without(self, said: str) -> str:
        """Give a text without its quotes of these words, which may be cut off and broken into lines otherwise."""
        flat, words = " ".join(said.split()), " ".join(self.text.split())
        at = _found(flat, words[:SEED], 0)
        if at < 0:
            return said
        while at >= 0:
            length = _common(flat[at:], words)
            left = " ".join(self.instead.split())[:length] or DELETED
            flat = flat[:at] + left + flat[at + length :]
            at = _found(flat, words[:SEED], at + len(left))
        return f"{said[: len(said) - len(said.lstrip())]}{flat}{said[len(said.rstrip()) :]}"

    def within(self, value: Any) -> Any:
        """Give JSON without the quotes in its texts."""
        if isinstance(value, str):
            return self.without(value)
        if isinstance(value, Mapping):
            return {key: each if key in IDS else self.within(each) for key, each in value.items()}
        return [self.within(each) for each in value] if isinstance(value, list) else value


def _found(text: str, seed: str, start: int) -> int:
    """Give where a quote begins: at the beginning of a word; -1 where there is none."""
    at = text.find(seed, start) if seed else -1
    while at > 0 and text[at - 1].isalnum():
        at = text.find(seed, at + 1)
    return at


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def forget_in_log(session: Session, quoted: Sequence[Quoted], since: datetime) -> None:
    """Take words out of the lines of the log that were written since."""
    telling = [one for one in quoted if len(one.text.strip()) >= SHORTEST]
    for entry in session.scalars(select(LogEntry).where(LogEntry.at >= since, LogEntry.text != "")):
        for one in telling:
            entry.text = one.without(entry.text)


def forget_in_handovers(session: Session, request: Request, quoted: Sequence[Quoted]) -> None:
    """Take words out of the handovers of the shifts that ended since a request was opened."""
    for row in session.scalars(select(Handover).where(Handover.shift_end >= request.opened_at)):
        body = row.body
        for one in quoted:
            body = _body_without(body, request.id, one)
        if body != row.body:
            row.body = body


def _body_without(body: dict[str, Any] | None, number: int, quoted: Quoted) -> dict[str, Any] | None:
    if not body:
        return body
    sections = {
        name: {**section, "items": [_item_without(item, number, quoted) for item in section["items"]]}
        for name, section in body.items()
        if isinstance(section, dict) and "items" in section
    }
    return {**body, **sections, "log": quoted.within(list(body.get("log", ())))}


def _item_without(item: dict[str, Any], number: int, quoted: Quoted) -> dict[str, Any]:
    return {**item, "excerpt": quoted.without(item["excerpt"])} if item.get("number") == number else item


def forget_answers(session: Session, request: Request) -> None:
    """Blank the answers that speak of a request: they are kept only for a redelivery."""
    names = cast(ReceivedEvent.answer, String).like(f"%#{request.id}%")
    since = (ReceivedEvent.received_at >= request.opened_at, ReceivedEvent.answer.is_not(null()), names)
    changed(session, update(ReceivedEvent).where(*since).values(answer=null()))


def posts_about(session: Session, request: Request) -> Sequence[OutboxRow]:
    """Give the posts that are about a request or name it, as a morning's message and a handover do."""
    names = cast(OutboxRow.effect, String).like(f"%#{request.id}%")
    found = select(OutboxRow).where(
        OutboxRow.created_at >= request.opened_at,
        OutboxRow.is_blank.is_(False),
        OutboxRow.post_id.is_(None),
        or_(OutboxRow.request_id == request.id, names),
    )
    return session.scalars(found.order_by(OutboxRow.id)).all()


def take_out(session: Session, post: OutboxRow, quoted: Sequence[Quoted]) -> dict[str, Any] | None:
    """Take words out of a post and its edits as they are kept; give the message that the chat has to show instead.

    None: what it shows is without them, or will be: an edit that waits is changed itself.
    """
    edits = session.scalars(select(OutboxRow).where(OutboxRow.post_id == post.id).order_by(OutboxRow.id)).all()
    wanted: dict[str, Any] | None = None
    for row, message in _messages([post, *edits]):
        clean = message
        for one in quoted:
            clean = one.within(clean)
        is_said = row.state in (OutboxState.SENT, OutboxState.SENDING)
        if is_said or row.state is OutboxState.PENDING:  # what ended unsent is seen by nobody
            wanted = clean if is_said and clean != message else None
        if clean != message and (row.state in GONE_OUT or row.state is OutboxState.PENDING):
            row.effect = {**row.effect, "message": clean}
    return wanted


def _messages(rows: Sequence[OutboxRow]) -> Iterator[tuple[OutboxRow, dict[str, Any]]]:
    for row in rows:
        if isinstance(row.effect.get("message"), dict):
            yield row, row.effect["message"]
