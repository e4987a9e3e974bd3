"""JSON Lines: an object a line, {"text", "channel"?, "author"?, "at"?, "id"?, "thread"?, "is_bot"?}."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bot.exports.folder import Folder
from bot.exports.post import Fault, Post, instant

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for a time that nobody told."""
_AUTHOR = ("author", "user", "username")
_AT = ("at", "ts", "time", "timestamp", "date")
_PROGRESS = 1000


def rows(folder: Folder, name: str) -> Iterator[dict[str, Any] | Fault | int]:
    """Yield the objects of a file, a fault for each line that is none, and now and then how many bytes were read."""
    read = 0
    with folder.open(name) as file:
        for number, line in enumerate(file, 1):
            read += len(line)
            if line.strip():
                yield _row(f"{name}:{number}", line)
            if number % _PROGRESS == 0:
                yield read
                read = 0
    yield read


def _row(where: str, line: bytes) -> dict[str, Any] | Fault:
    try:
        row = json.loads(line.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        return Fault(where, f"no UTF-8 at byte {error.start + 1}")
    except (ValueError, RecursionError):
        return Fault(where, "is no JSON")
    return row if isinstance(row, dict) else Fault(where, "is no object")


def posts(folder: Folder) -> Iterator[Post | Fault | int]:
    """Yield the messages in the order of the lines, faults, and the size of what was read."""
    for name in sorted(folder.sizes):
        for number, item in enumerate(rows(folder, name), 1):
            if not isinstance(item, dict):
                yield item
                continue
            try:
                yield _post(item, number)
            except (KeyError, ValueError, TypeError) as error:
                yield Fault(f"{name}, message {number}", f"{type(error).__name__}: {error}")


def _post(row: dict[str, Any], number: int) -> Post:
    if not isinstance(row["text"], str):
        raise TypeError("its text is no text")
    at = next((row[key] for key in _AT if row.get(key) is not None), None)
    return Post(
        at=instant(at) if at is not None else EPOCH,
        channel=str(row.get("channel") or ""),
        author=str(next((row[key] for key in _AUTHOR if row.get(key)), "")),
        text=row["text"],
        message=str(row.get("id") or row.get("ts") or number),
        thread=str(row["thread"]) if row.get("thread") else None,
        is_bot=bool(row.get("is_bot")),
    )
