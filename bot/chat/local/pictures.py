"""The pictures that came with messages of the bot's: kept as they were drawn, with their words."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.chat import picture
from models.effects import Effect, Post


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture. alt: what it shows, in words."""

    png: bytes
    alt: str


def drawn(effect: Effect) -> Picture | None:
    """Give the picture of a post, drawn; None for what has none."""
    if not isinstance(effect, Post) or effect.picture is None:
        return None
    return Picture(picture.png(effect.picture), effect.picture.alt)


def keep(db: sqlite3.Connection, message: str, shown: Picture) -> None:
    """Keep the picture of a message."""
    db.execute("INSERT INTO pictures VALUES (?, ?, ?)", (message, shown.png, shown.alt))


def find(db: sqlite3.Connection, message: str) -> Picture | None:
    """Give the picture of a message; None where it has none."""
    row = db.execute("SELECT png, alt FROM pictures WHERE message = ?", (message,)).fetchone()
    return None if row is None else Picture(row["png"], row["alt"])


def alts(db: sqlite3.Connection, messages: Sequence[str]) -> Mapping[str, str]:
    """Give, by message, what its picture shows."""
    rows = db.execute(
        "SELECT message, alt FROM pictures WHERE message IN (SELECT value FROM json_each(?))", (json.dumps(messages),)
    )
    return {row["message"]: row["alt"] for row in rows}
