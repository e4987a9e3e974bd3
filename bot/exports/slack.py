"""Slack's export: a zip archive with a folder for each channel and in it a file of JSON for each day.

Source: Slack's help centre, "How to read Slack data exports".
"""

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from bot.chat.slack.text import plain
from bot.exports.folder import Folder
from bot.exports.post import Fault, Post, instant

_DAY = re.compile(r"\d{4}-\d\d-\d\d\.json")
_SPOKEN = frozenset({None, "thread_broadcast", "file_share", "me_message", "bot_message"})


def is_slack(folder: Folder) -> bool:
    """Say whether a folder is an export of Slack's."""
    return any(_DAY.fullmatch(PurePosixPath(name).name) for name in folder.named(".json"))


def posts(folder: Folder) -> Iterator[Post | Fault | int]:
    """Yield the messages channel by channel, in the order of their days, faults, and the size of each file read."""
    bots = _bots(folder)
    for name in folder.named(".json"):
        path = PurePosixPath(name)
        if _DAY.fullmatch(path.name):
            try:
                with folder.open(name) as file:
                    day = json.load(file)
            except ValueError as error:
                yield Fault(name, f"is no JSON: {error}")
                day = []
            yield from _of_day(name, path.parent.name, day, bots)
        yield folder.sizes[name]


def _bots(folder: Folder) -> frozenset[str]:
    """Give the ids of the users that are bots."""
    for name in folder.named("users.json"):
        try:
            with folder.open(name) as file:
                return frozenset(each["id"] for each in json.load(file) if each.get("is_bot"))
        except (ValueError, KeyError, AttributeError, TypeError):
            return frozenset()
    return frozenset()


def _of_day(name: str, channel: str, day: Any, bots: frozenset[str]) -> Iterator[Post | Fault]:
    for number, row in enumerate(day if isinstance(day, list) else [day], 1):
        try:
            post = _post(channel, row, bots)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            yield Fault(f"{name}, message {number}", f"{type(error).__name__}: {error}")
        else:
            if post is not None:
                yield post


def _post(channel: str, row: Any, bots: frozenset[str]) -> Post | None:
    if row.get("type") != "message" or row.get("subtype") not in _SPOKEN:
        return None
    author = str(row.get("user") or row.get("bot_id") or "")
    root = row.get("thread_ts")
    return Post(
        at=instant(row["ts"]),
        channel=channel,
        author=author,
        text=plain(str(row.get("text") or ""), lambda _: None),
        message=str(row["ts"]),
        thread=str(root) if root and root != row["ts"] else None,
        is_bot=bool(row.get("bot_id")) or row.get("subtype") == "bot_message" or author in bots,
    )
