"""Moves a clock forward as time itself would have: from one due instant to the next. Source: DESIGN §3."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic, sleep

from bot.clock import SteppingClock
from bot.intake import Intake
from bot.scheduler import DueWork
from bot.store import Store
from handlers import registry
from models.records import delivery
from models.records import event as received

DRAIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Coming:
    """The next instant at which something is due, and what, in words."""

    at: datetime
    what: str


class Stepper:
    """Goes to each next due instant, lets everything drain, and repeats, up to the instant that is wanted."""

    def __init__(self, clock: SteppingClock, store: Store, intake: Intake, work: DueWork) -> None:
        self._clock, self._store, self._intake, self._work = clock, store, intake, work
        self._one_at_a_time = Lock()

    def advance_to(self, target: datetime) -> None:
        """Move the clock to a later instant, stopping wherever something is due."""
        with self._one_at_a_time:
            self._settle()
            while (coming := self.next_due()) is not None and coming.at <= target:
                self._clock.forward_to(coming.at)
                self._settle()
            self._clock.forward_to(target)

    def advance(self, by: timedelta) -> None:
        """Move the clock on by a span."""
        self.advance_to(self._clock.now() + by)

    def next_due(self) -> Coming | None:
        """Give what is due next; None where nothing is. What failed and is due no longer counts, but its next try."""
        now = self._clock.now()
        with self._store.reading() as session:
            instants = [(job.coming(session, self._intake.standing, now), job.about) for job in registry.JOBS]
            instants.append((received.next_due(session), "another try"))
        coming = [Coming(at, what) for at, what in instants if at is not None and at > now]
        return min(coming, key=lambda one: one.at, default=None)

    def _settle(self) -> None:
        """Do what is due and wait until what follows from it was sent, until nothing more follows."""
        while self._work.run() or not self._is_drained():
            pass

    def _is_drained(self) -> bool:
        """Wait until nothing is owed; say whether nothing was owed to begin with."""
        if not self._owed():
            return True
        until = monotonic() + DRAIN_SECONDS
        while self._owed() and monotonic() < until:
            sleep(0.01)
        return monotonic() >= until

    def _owed(self) -> int:
        with self._store.reading() as session:
            return delivery.count_unsettled(session)
