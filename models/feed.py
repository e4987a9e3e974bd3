"""What a calendar feed shows, as values: its events, what was shown before and is no longer so, and its key.

Source: RFC 5545 (UID, SEQUENCE, LAST-MODIFIED, STATUS), DESIGN §5.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

KEY_DIGITS = 32
SECOND = timedelta(seconds=1)

Key = tuple[str, datetime]
"""Which event of a rotation: whose feed it is in (empty: the rotation's own), and when it begins."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it is wanted now: [start, end), in whole seconds, because iCalendar has no smaller.

    person: whose feed it is in; empty: the rotation's own. engineer: None: nobody is on duty.
    """

    rotation: str
    person: str
    start: datetime
    end: datetime
    engineer: str | None
    summary: str
    description: str

    @property
    def key(self) -> Key:
        return self.person, self.start

    @property
    def digest(self) -> str:
        """Give what changes with everything that a reader sees of it."""
        seen = repr((self.end.isoformat(), self.summary, self.description))
        return hashlib.sha256(seen.encode()).hexdigest()[:KEY_DIGITS]


@dataclass(frozen=True, slots=True)
class Shown:
    """One event as feeds have shown it. sequence, modified: rise with each change, a cancellation among them."""

    rotation: str
    person: str
    start: datetime
    end: datetime
    engineer: str | None
    digest: str
    sequence: int
    modified: datetime
    is_cancelled: bool = False

    @property
    def key(self) -> Key:
        return self.person, self.start

    @property
    def uid(self) -> str:
        """The event's name for as long as it begins then, in this feed."""
        begin = self.start.astimezone(UTC)
        whose = f"/{self.person}" if self.person else ""
        return f"{begin:%Y%m%dT%H%M%SZ}/{self.rotation}{whose}@watchbill"


def brought_up(
    before: Mapping[Key, Shown], entries: Iterable[Entry], since: datetime, now: datetime
) -> Mapping[Key, Shown]:
    """Give what feeds show from now on, after what they showed before.

    What is no longer so is cancelled, and stays so until it is as old as anything else: what ended by `since` is left
    out as it was.
    """
    after = {entry.key: _after(before.get(entry.key), entry, now) for entry in entries}
    for key, old in before.items():
        if key not in after and old.end > since:
            after[key] = old if old.is_cancelled else _changed(old, now, is_cancelled=True)
    return after


def _after(old: Shown | None, entry: Entry, now: datetime) -> Shown:
    if old is None:
        fresh = now.replace(microsecond=0)
        return Shown(entry.rotation, entry.person, entry.start, entry.end, entry.engineer, entry.digest, 0, fresh)
    if old.digest == entry.digest and not old.is_cancelled:
        return old
    wanted = replace(old, end=entry.end, engineer=entry.engineer, digest=entry.digest)
    return _changed(wanted, now, is_cancelled=False)


def _changed(old: Shown, now: datetime, *, is_cancelled: bool) -> Shown:
    modified = max(now.replace(microsecond=0), old.modified + SECOND)
    return replace(old, sequence=old.sequence + 1, modified=modified, is_cancelled=is_cancelled)


def feed_key(secret: str, feed: str) -> str:
    """Give what the address of a feed ends with, which nobody can guess. feed: as `rotation:platform`."""
    return hmac.new(secret.encode(), feed.encode(), hashlib.sha256).hexdigest()[:KEY_DIGITS]


def is_feed_key(secret: str, feed: str, key: str) -> bool:
    """Say whether a key is that of a feed, without telling by the time it takes how much of it is right."""
    return hmac.compare_digest(feed_key(secret, feed).encode(), key.encode("utf-8", "surrogateescape"))
