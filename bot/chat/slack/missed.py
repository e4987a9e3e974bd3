"""What was said while the bot or Slack was away, read afterwards and handed in like everything else.

The keys are those of the live events, so that nothing is taken twice. What happened to a message since (replies,
reactions) is handed in together with it. A command that was missed is not carried out: its time is over.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import structlog
from pydantic import ValidationError

from bot.chat.port import Inbound, Reading
from bot.chat.slack.channels import PLATFORM, NotNow
from bot.chat.slack.failures import FAILED, code, reason
from bot.chat.slack.history import History, Said, Stopped, before, stamp
from bot.chat.slack.incoming import Reader
from bot.chat.slack.payloads import MessageEvent
from bot.chat.slack.render import Json
from models.errors import StoreUnavailable
from models.events import Event, MessageDeleted, MessagePosted

OVERLAP = timedelta(hours=24)
TOGETHER = 25
RETRY_SECONDS = 5.0
MOST_DIRECT = 200
"""How many direct conversations are looked into: each is a call, and Slack does not say which have something new."""

GONE = frozenset(["channel_not_found", "not_in_channel", "is_archived", "missing_scope"])
"""The refusals that concern one channel, and would be no others a minute later."""

log = structlog.get_logger(__name__)


class Seen:
    """The newest message of each channel that came live since it was read to its end; none of others."""

    def __init__(self) -> None:
        self._newest: dict[str, str] = {}
        self._whole: set[str] = set()
        self._lock = threading.Lock()

    def live(self, channel: str, ts: str) -> None:
        """Take note of a message that came live; before its channel was read to the end it says nothing."""
        with self._lock:
            if channel in self._whole or channel.startswith("D"):
                self._newest[channel] = max(self._newest.get(channel, ""), ts)

    def read_to_end(self, channel: str) -> None:
        """Take note that nothing of a channel is missing any more."""
        with self._lock:
            self._whole.add(channel)

    def lost_sight(self) -> None:
        """Take note that something may have been missed in every channel."""
        with self._lock:
            self._whole.clear()

    def taken(self) -> Mapping[str, str]:
        """Give what is new since this was asked last."""
        with self._lock:
            newest, self._newest = self._newest, {}
            return newest


class Missed:
    """Reads what was missed, channel by channel."""

    def __init__(self, history: History, reader: Reader, inbound: Inbound, seen: Seen) -> None:
        self._history, self._reader, self._inbound, self._seen = history, reader, inbound, seen
        self.threads_read = threading.Event()

    def keep(self) -> None:
        """Keep how far the channels were read by what came live. Raises StoreUnavailable."""
        newest = self._seen.taken()
        if newest:
            self._inbound.keep_read(PLATFORM, newest)

    def read(self) -> None:
        """Read all that was missed: first what became of the live requests, then the channels, then what is private.

        Raises what the client raises, NotNow, StoreUnavailable and Stopped: it can be begun anew at any time.
        """
        self._seen.lost_sight()
        reading = self._inbound.reading(PLATFORM)
        count = 0
        try:
            count += sum(self._thread(reading, *place) for place in reading.threads if reading.positions)
        finally:
            self.threads_read.set()
        count += sum(self._channel(reading, channel) for channel in reading.channels)
        count += sum(self._channel(reading, channel) for channel in self._directs(reading))
        log.info("slack.missed_read", channels=len(reading.channels), handed_in=count)

    def _directs(self, reading: Reading) -> Iterable[str]:
        if not reading.positions:
            return ()  # a first start; each conversation is begun when somebody writes in it
        known = [channel for channel in reading.positions if channel.startswith("D")]
        try:
            found = list(self._history.directs())
        except FAILED as error:
            if code(error) != "missing_scope":
                raise
            log.warning("slack.direct_messages_not_listed", reason="missing_scope im:read")
            found = []
        return list(dict.fromkeys([*known, *found]))[:MOST_DIRECT]

    def _channel(self, reading: Reading, channel: str) -> int:
        """Read one channel from where it was read to; one that was never read before begins with now."""
        try:
            oldest = _oldest(reading, channel)
            if oldest is None:
                newest, count = self._history.newest(channel), 0
            else:
                said = self._history.since(channel, oldest)
                count = self._hand_in(channel, said, _newest(reading, channel))
                newest = max((str(one["ts"]) for one in said.messages), key=stamp, default="")
        except FAILED as error:
            if code(error) not in GONE:
                raise
            log.warning("slack.channel_not_read", channel=channel, reason=reason(error))
            return 0
        if newest:
            self._inbound.keep_read(PLATFORM, {channel: newest})
        self._seen.read_to_end(channel)
        return count

    def _hand_in(self, channel: str, said: Said, known: str) -> int:
        """Hand in a channel's past, several messages a commit; a message that was answered goes in with its thread."""
        count, together = 0, list[Event]()
        for message in said.messages:
            together += self._events(channel, message, said)
            if _has_news(message, known):
                thread = self._history.thread(channel, str(message["ts"]), before(known, OVERLAP) if known else "0")
                for reply in thread.messages[1:]:
                    together += self._events(channel, reply, thread)
            if len(together) >= TOGETHER:
                self._inbound.receive_all(together)
                count, together = count + len(together), []
        self._inbound.receive_all(together)
        return count + len(together)

    def _thread(self, reading: Reading, channel: str, root: str) -> int:
        """Read what became of a live request's thread; of one that is not there any more, that it was deleted."""
        known = _newest(reading, channel)
        try:
            said = self._history.thread(channel, root, before(known, OVERLAP) if known else "0")
        except FAILED as error:
            if code(error) == "thread_not_found":
                self._inbound.receive(self._reader.gone(channel, root))
                return 1
            if code(error) not in GONE:
                raise
            log.warning("slack.channel_not_read", channel=channel, reason=reason(error))
            return 0
        since = _since(reading, channel)
        events = [one for message in said.messages for one in self._events(channel, message, said, since)]
        self._inbound.receive_all(events)
        return len(events)

    def _events(self, channel: str, message: Json, said: Said, since: str = "") -> Iterator[Event]:
        """Give what one message of the past tells: itself, its edit, what was put on it.

        since: what was put on messages before it is older than all reading, and was seen as it came.
        """
        try:
            read = MessageEvent.model_validate(
                {**message, "channel": channel, "channel_type": "im" if channel.startswith("D") else ""}
            )
        except ValidationError as error:
            log.warning("slack.payload_unread", kind="history", error=type(error).__name__)
            return
        yield from self._posted(read, said)
        if not since or stamp(read.ts) > stamp(since):
            yield from self._reader.standing_reactions(read)

    def _posted(self, read: MessageEvent, said: Said) -> Iterator[Event]:
        event = self._reader.message(read, is_missed=True)
        if isinstance(event, MessagePosted):
            age = said.age(read.ts)
            yield event if age is None else replace(event, at=event.at - age)
            edited = self._reader.edited(read)
            yield from () if edited is None else (edited,)
        elif isinstance(event, MessageDeleted):
            yield event


def keep_reading(
    missed: Missed, wanted: threading.Event, stopping: threading.Event, *, seconds: float, again: float
) -> None:
    """Read what was missed whenever that is wanted, until the stop.

    seconds: how often it is kept how far all was read; again: after how long it is wanted by itself.
    """
    read_at = monotonic()
    while not stopping.is_set():
        is_wanted = wanted.wait(seconds) or monotonic() - read_at > again
        if stopping.is_set():
            return
        if is_wanted:
            wanted.clear()
            read_at = monotonic()
        if not _is_done(missed, is_wanted=is_wanted) and is_wanted and not stopping.wait(RETRY_SECONDS):
            wanted.set()


def _is_done(missed: Missed, *, is_wanted: bool) -> bool:
    try:
        if is_wanted:
            missed.read()
        missed.keep()
    except Stopped:
        return True
    except (*FAILED, NotNow, StoreUnavailable) as error:
        told = str(error) if isinstance(error, NotNow | StoreUnavailable) else reason(error)
        log.warning("slack.missed_not_read", reason=told)
        return False
    except Exception as error:  # noqa: BLE001 - the end of its thread: nobody else would hear of it
        log.error("slack.missed_failed", error=type(error).__name__)
    return True


def _has_news(message: Json, known: str) -> bool:
    """Say whether a message has replies that were not there, or may have been missed, when its channel was read."""
    latest = str(message.get("latest_reply") or "")
    return bool(message.get("reply_count")) and (not latest or not known or stamp(latest) > stamp(known))


def _newest(reading: Reading, channel: str) -> str:
    position = reading.positions.get(channel)
    return position.newest if position is not None else ""


def _since(reading: Reading, channel: str) -> str:
    position = reading.positions.get(channel)
    return position.since if position is not None else ""


def _oldest(reading: Reading, channel: str) -> str | None:
    """Give the timestamp to read on from; None where a channel was never read.

    A direct conversation that is new was begun while the bot was away: it is read from where the newest of all is.
    """
    position = reading.positions.get(channel)
    if position is not None:
        return max(position.since, before(position.newest, OVERLAP), key=stamp)
    if not channel.startswith("D") or not reading.positions:
        return None
    return before(max((one.newest for one in reading.positions.values()), key=stamp), OVERLAP)
