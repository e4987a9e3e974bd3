"""What was handed in of each message lately, so that what is told again and again is handed in once.

Rocket.Chat sends a message anew whenever anything of it changes: an edit, a reaction, a reply under it. It says how the
message stands, never what changed. After a restart the store's keys say what was there before.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from bot.chat.rocketchat.payloads import Sent

MOST = 20_000

Mark = tuple[str, str]
"""An emoji, and who put it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """How a message stood. taken_back: marks that were there once, and were taken off. at: of its last change."""

    edited: str = ""
    marks: frozenset[Mark] = frozenset()
    taken_back: frozenset[Mark] = frozenset()
    at: datetime | None = None

    def is_newer_than(self, sent: Sent) -> bool:
        """Whether this is how the message stood after what is told of it now: the two ways to hear of it overtake."""
        return self.at is not None and sent.updated_at is not None and self.at > sent.updated_at

    def followed_by(self, sent: Sent) -> "Seen":
        """Give how the message stands with what is told of it now."""
        if self.is_newer_than(sent):
            return self
        marks = marks_of(sent)
        return Seen(edited_of(sent), marks, self.taken_back | (self.marks - marks), sent.updated_at)


class Memory:
    """The messages that were seen last."""

    def __init__(self, most: int = MOST) -> None:
        self._seen: OrderedDict[str, Seen] = OrderedDict()
        self._most, self._lock = most, threading.Lock()

    def of(self, message: str) -> Seen | None:
        """Give how a message stood when it was handed in last; None where it was not, lately."""
        with self._lock:
            return self._seen.get(message)

    def keep(self, sent: Sent) -> None:
        """Keep how a message stands, once what follows from it is committed."""
        with self._lock:
            self._seen[sent.id] = self._seen.pop(sent.id, Seen()).followed_by(sent)
            while len(self._seen) > self._most:
                self._seen.popitem(last=False)


def marks_of(sent: Sent) -> frozenset[Mark]:
    """Give the reactions on a message, each with who put it."""
    return frozenset(
        (emoji.strip(":"), user) for emoji, reaction in (sent.reactions or {}).items() for user in reaction.usernames
    )


def edited_of(sent: Sent) -> str:
    """Give a word that is another one after each edit; empty where there was none."""
    return "" if sent.edited_at is None else str(int(sent.edited_at.timestamp() * 1000))
