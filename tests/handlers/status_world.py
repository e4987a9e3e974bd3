"""A board of the status page, made of incidents by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from handlers.status import Board, Known, board
from models.policy import Policy
from models.status import State

NOW = datetime(2026, 11, 28, 19, 12, tzinfo=UTC)
"""A Saturday; 12:12 in Vancouver."""

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def policy(**changed: Any) -> Policy:
    """Give an organisation with three services and a status page; changes replace top-level keys."""
    return Policy.model_validate(
        {
            "timezone": "America/Vancouver",
            "people": [{"id": "amina", "name": "Amina Diallo"}, {"id": "bob", "name": "Bob Lindqvist"}],
            "services": [{"name": "Image registry"}, {"name": "Vault"}, {"name": "Argo CD"}],
            "status": {"title": "Platform status"},
            **changed,
        }
    )


def down(number: int = 7, service: str | None = "Image registry", **changed: Any) -> Known:
    """Give an incident of alerts that began half an hour ago."""
    known: dict[str, Any] = {
        "number": number,
        "service": service,
        "state": State.DOWN,
        "title": "RegistryDown",
        "opened_at": NOW - 30 * MINUTE,
        "reopened_at": None,
        "resolved_at": None,
    }
    return Known(**{**known, **changed})


def shown(*known: Known, now: datetime = NOW, url: str = "", **changed: Any) -> Board:
    """Give the board of some incidents. changed: of the policy."""
    decided = policy(**changed)
    assert decided.status is not None
    return board(decided, decided.status, known, since=NOW - 70 * DAY, now=now, url=url)
