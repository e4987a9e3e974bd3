"""Takes what waits for the bot to it, in order, and again a moment later where the bot could not take it."""

import dataclasses
import json
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.chat.local.platform import Platform
from bot.chat.port import Inbound
from bot.intake import where
from models import events
from models.errors import StoreUnavailable
from models.events import Event, MessagePosted
from models.message import Answer

_MAX_FAILURES = 3


class Courier:
    """One thread between the chat's queue and the bot. Like a chat server, it forgets an event only when it was taken.

    answered: told of every answer, after the commit.
    """

    def __init__(
        self,
        platform: Platform,
        inbound: Inbound,
        answered: Callable[[Event, Answer], None],
        redeliver_after: timedelta,
    ) -> None:
        self._platform = platform
        self._inbound = inbound
        self._answered = answered
        self._pause = redeliver_after.total_seconds()
        self._is_stopping = False
        self._failures = 0
        self._missed = self._last_waiting()
        self._thread = threading.Thread(target=self._run, name="local-chat-courier", daemon=True)
        self._log = structlog.get_logger("bot.chat.local")

    def start(self) -> None:
        """Take what waits, and whatever comes."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is in hand; the rest waits for the next start."""
        with self._platform.mail:
            self._is_stopping = True
            self._platform.mail.notify_all()
        self._thread.join()

    def is_alive(self) -> bool:
        """Say whether it is at work."""
        return self._thread.is_alive() and not self._is_stopping

    def _run(self) -> None:
        while not self._is_stopping:
            waiting = self._first_waiting()
            if waiting is None:
                self._wait_for_mail()
            elif not self._take(*waiting):
                self._wait(self._pause)

    def _take(self, number: int, event: Event) -> bool:
        try:
            answer = self._inbound.receive(event)
        except StoreUnavailable:
            return False
        except Exception as error:  # noqa: BLE001 - a fault of the bot's own must not end the connection: redelivered, then given up
            self._failures += 1
            self._log.error("local.event_refused", key=event.key, failures=self._failures, where=where(error))
            if self._failures < _MAX_FAILURES:
                return False
            answer = None
        self._failures = 0
        self._forget(number)
        if answer is not None:
            self._answered(event, answer)
        return True

    def _wait_for_mail(self) -> None:
        with self._platform.mail:
            if not self._is_stopping and self._first_waiting() is None:
                self._platform.mail.wait()

    def _wait(self, seconds: float) -> None:
        with self._platform.mail:
            self._platform.mail.wait_for(lambda: self._is_stopping, timeout=seconds)

    def _first_waiting(self) -> tuple[int, Event] | None:
        with self._platform.archive.transaction() as db:
            row = db.execute("SELECT n, event FROM queue ORDER BY n LIMIT 1").fetchone()
        if row is None:
            return None
        event = events.from_json(json.loads(row["event"]))
        if isinstance(event, MessagePosted) and row["n"] <= self._missed:
            event = dataclasses.replace(event, is_missed=True)
        return row["n"], event

    def _last_waiting(self) -> int:
        with self._platform.archive.transaction() as db:
            return int(db.execute("SELECT coalesce(max(n), 0) FROM queue").fetchone()[0])

    def _forget(self, number: int) -> None:
        with self._platform.archive.transaction() as db:
            db.execute("DELETE FROM queue WHERE n = ?", (number,))
        with self._platform.mail:
            self._platform.mail.notify_all()

    def wait_until_taken(self, seconds: float) -> bool:
        """Wait until nothing waits for the bot any more; say whether it came to that."""
        with self._platform.mail:
            return self._platform.mail.wait_for(lambda: self._first_waiting() is None, timeout=seconds)
