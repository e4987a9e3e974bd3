"""Incidents at the desk of `desk.py`, in an organisation whose catalogue has two services."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from models import effects
from models.effects import Edit, Post
from models.message import Buttons, Message
from models.policy import Service
from models.records import incident as records
from models.records.delivery import OutboxRow
from models.records.incident import Incident, IncidentLink
from tests.handlers.desk import Desk, at_desk

SERVICES = (
    Service(name="Image registry", aliases=("artifactory", "registry"), platform=True, critical=True),
    Service(name="Wiki", aliases=("confluence",)),
)


def incident_desk(database_url: str, **changed: Any) -> Desk:
    return at_desk(database_url, **{"services": SERVICES, **changed})


def says(desk: Desk, who: str, text: str) -> str:
    """Let somebody give `/incident …`."""
    return desk.office.command(who, "incident", text)


def incident(desk: Desk, number: int) -> Incident:
    with desk.office.store.reading() as session:
        found = session.get(Incident, number)
    assert found is not None
    return found


def count(desk: Desk) -> int:
    with desk.office.store.reading() as session:
        return len(session.scalars(select(Incident)).all())


def links(desk: Desk, number: int) -> list[int]:
    """Give the requests that belong to an incident."""
    with desk.office.store.reading() as session:
        found = select(IncidentLink.request_id).where(IncidentLink.incident_id == number)
        return list(session.scalars(found.order_by(IncidentLink.request_id)))


def timeline(desk: Desk, number: int) -> list[tuple[str, str, str]]:
    """Give what happened: what, by whom, with which words."""
    with desk.office.store.reading() as session:
        return [(one.what, one.actor, one.detail) for one in records.entries(session, number)]


def reads(desk: Desk, channel: str, thread: str | None = None) -> list[Message]:
    """Give what the bot's messages in a channel, or in a thread of it, say now, with every change made to them."""
    with desk.office.store.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
    shown: dict[int, Message] = {}
    for row in rows:
        effect = effects.from_json(row.effect)
        if isinstance(effect, Post) and (effect.channel, effect.thread) == (f"C-{channel}", thread):
            shown[row.id] = effect.message
        if isinstance(effect, Edit) and effect.row in shown:
            shown[effect.row] = effect.message
    return list(shown.values())


def plain(messages: Sequence[Message]) -> list[str]:
    return [one.plain() for one in messages]


def labels(message: Message) -> list[str]:
    """Give the labels of a message's buttons."""
    return [one.label for block in message.blocks if isinstance(block, Buttons) for one in block.buttons]
