"""Rocket.Chat's exports: what a room's "Export messages" sends as JSON, and `mongoexport` of its collections.

Both are a message a line. A room's own export names its author `username` and knows neither ids nor threads; its file
bears the room's name. The collection names author and thread, and rooms by an id that the rooms' file explains.
"""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from bot.exports.folder import Folder
from bot.exports.lines import rows
from bot.exports.post import Fault, Post, instant

_BOT_KEYS = ("bot", "botHelper")


def is_rocketchat(folder: Folder) -> bool:
    """Say whether a folder is an export of Rocket.Chat's."""
    for name in folder.named(".json"):
        with folder.open(name) as file:
            first = next(iter(file), b"")
        try:
            row = json.loads(first)
        except ValueError:
            continue
        if isinstance(row, dict) and "msg" in row and "ts" in row:
            return True
    return False


def posts(folder: Folder) -> Iterator[Post | Fault | int]:
    """Yield the messages file by file, faults, and the size of what was read."""
    rooms = _rooms(folder)
    for name in folder.named(".json"):
        channel = PurePosixPath(name).stem
        for number, item in enumerate(rows(folder, name), 1):
            if not isinstance(item, dict):
                yield item
                continue
            try:
                post = _post(channel, rooms, item, number)
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                yield Fault(f"{name}, line {number}", f"{type(error).__name__}: {error}")
            else:
                if post is not None:
                    yield post


def _rooms(folder: Folder) -> dict[str, str]:
    """Give the rooms' names by their ids; none where no file tells them."""
    found: dict[str, str] = {}
    for name in folder.named(".json"):
        if "room" in PurePosixPath(name).stem.lower():
            found |= {
                str(row["_id"]): str(row["name"])
                for row in rows(folder, name)
                if isinstance(row, dict) and "_id" in row and "name" in row and "msg" not in row
            }
    return found


def _post(channel: str, rooms: dict[str, str], row: dict[str, Any], number: int) -> Post | None:
    if "msg" not in row or row.get("t") or row.get("type"):
        return None  # a room, or what the server itself wrote: who joined, who was made an owner
    author = (row.get("u") or {}).get("username") or row.get("username") or ""
    return Post(
        at=instant(row["ts"]),
        channel=rooms.get(str(row.get("rid")), channel),
        author=str(author),
        text=str(row["msg"]),
        message=str(row.get("_id") or number),
        thread=str(row["tmid"]) if row.get("tmid") else None,
        is_bot=any(row.get(key) for key in _BOT_KEYS),
    )
