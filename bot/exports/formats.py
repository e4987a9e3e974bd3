"""The exports that can be read, and which of them a folder is."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from bot.exports import lines, rocketchat, slack
from bot.exports.folder import Folder
from bot.exports.post import Fault, Post

Reader = Callable[[Folder], Iterator[Post | Fault | int]]

READERS: Mapping[str, Reader] = MappingProxyType(
    {"slack": slack.posts, "rocketchat": rocketchat.posts, "jsonl": lines.posts}
)


def told_by(folder: Folder) -> str:
    """Give the format of a folder, from what is in it."""
    if slack.is_slack(folder):
        return "slack"
    return "rocketchat" if rocketchat.is_rocketchat(folder) else "jsonl"
