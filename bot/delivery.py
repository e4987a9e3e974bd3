"""The outbox loop: claim, send, retry, give up loudly. One for each platform. Source: DESIGN §3.

One thread claims lanes and records results, in one transaction a round; a small pool makes the calls, so that a call
that hangs holds up its own lane only.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic, sleep

import structlog
from sqlalchemy.orm import Session

from bot.chat.port import LANE, ChatPort, Pace, Remote
from bot.clock import Clock
from bot.metrics import Metrics
from bot.store import Store
from models.effects import Edit, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed, StoreUnavailable
from models.events import CLOCK, DeliverySettled, Event
from models.records import delivery
from models.records.delivery import Owed, Purpose, Rank

LEASE = timedelta(seconds=45)
DOUBT = timedelta(seconds=15)
FIRST_RETRY = timedelta(seconds=0.5)
SLOWEST_RETRY = timedelta(seconds=60)
MOST_ATTEMPTS = 1500  # with the slowest retry, a day and more
SENDERS = 8
IDLE_SECONDS = 1.0
SWEEP_SECONDS = 1.0
REST_SECONDS = 0.05
"""How long no round follows one that had nothing to do: every event wakes the loop, but few owe something."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one call. remote: where it went; None where it failed."""

    row: Owed
    remote: Remote | None
    failure: DeliveryFailed | None
    paces: Sequence[Pace] = ()


class Budgets:
    """The calls that a platform's budgets still allow, counted in this process on the monotonic clock."""

    def __init__(self) -> None:
        self._ready_at: dict[str, float] = {}
        self._held: dict[int, float] = {}

    def ranks(self) -> list[int]:
        """Give the ranks in which a call may be made now."""
        return [rank for rank in Rank if self._held.get(rank, 0) <= monotonic()]

    def hold_rank(self, rank: int, seconds: float) -> None:
        """Claim nothing of a rank for a while: its budget is spent."""
        self._held[rank] = monotonic() + seconds

    def wait(self, paces: Sequence[Pace]) -> float:
        """Give the seconds until a call may be made; 0: now."""
        return max((self._ready_at.get(pace.bucket, 0) - self._ahead(pace) - monotonic() for pace in paces), default=0)

    def spend(self, paces: Sequence[Pace]) -> None:
        """Count one call."""
        for pace in paces:
            ready = max(self._ready_at.get(pace.bucket, 0), monotonic())
            self._ready_at[pace.bucket] = ready + pace.interval.total_seconds()

    def hold(self, paces: Sequence[Pace], span: timedelta) -> None:
        """Make no call on these budgets for a while, as the platform asked."""
        for pace in paces:
            self._ready_at[pace.bucket] = monotonic() + span.total_seconds() + self._ahead(pace)

    @staticmethod
    def _ahead(pace: Pace) -> float:
        return (pace.burst - 1) * pace.interval.total_seconds()


class Delivery:
    """Sends what is owed to one platform.

    settle: takes the outcome of each page and of each final failure, inside the transaction that records it.
    """

    def __init__(
        self,
        port: ChatPort,
        *,
        store: Store,
        clock: Clock,
        metrics: Metrics,
        settle: Callable[[Session, Event], None],
        holder: str,
    ) -> None:
        self._port, self._store, self._clock, self._metrics, self._settle = port, store, clock, metrics, settle
        self._holder = holder
        self._budgets = Budgets()
        self._results: queue.SimpleQueue[Result | None] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix=f"send-{port.name}")
        self._thread = threading.Thread(target=self._run, name=f"delivery-{port.name}", daemon=True)
        self._in_flight = 0
        self._is_stopping = False
        self._next_sweep = self._rests_until = 0.0
        self.last_round = monotonic()

    def start(self) -> None:
        """Begin to send; what a dead process left half sent is taken back first."""
        if self._store.is_sqlite:
            with self._store.transaction() as session:
                delivery.release_all_lanes(session, self._port.name)
        self._thread.start()

    def wake(self) -> None:
        """Say that something may be owed."""
        self._results.put(None)

    def stop(self) -> None:
        """Finish the calls in flight, record them, and stop."""
        self._is_stopping = True
        self.wake()
        self._thread.join(timeout=15)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        wait = 0.0
        while not (self._is_stopping and self._in_flight == 0):
            results = self._gather(wait)
            try:
                wait = self._round(results)
            except StoreUnavailable as error:
                log.error("delivery.store_unavailable", platform=self._port.name, reason=str(error))
                wait = self._keep(results)
            except Exception:  # one of the four places: the loop itself must go on
                log.exception("delivery.round_failed", platform=self._port.name)
                wait = self._keep(results)
            self.last_round = monotonic()

    def _keep(self, results: list[Result]) -> float:
        for result in results:
            self._results.put(result)
        self._in_flight += len(results)
        threading.Event().wait(0.5)
        return 0.5

    def _gather(self, wait: float) -> list[Result]:
        """Give the calls that have ended; waits for one, for a wake, or until something may be due."""
        results: list[Result] = []
        try:
            item = self._results.get(timeout=wait) if wait > 0 else self._results.get_nowait()
            sleep(max(0.0, self._rests_until - monotonic()))
            while True:
                if item is not None:
                    results.append(item)
                item = self._results.get_nowait()
        except queue.Empty:
            pass
        self._in_flight -= len(results)
        return results

    def _round(self, results: list[Result]) -> float:
        free = 0 if self._is_stopping else SENDERS - self._in_flight
        if not results and not self._is_anything_owed():
            self._rest()
            return IDLE_SECONDS
        with self._store.transaction() as session:
            instant = self._store.instant(session)
            for result in results:
                self._record(session, result, instant)
            self._sweep(session, instant)
            claim = delivery.Claim(self._port.name, self._holder, instant, instant + LEASE, self._budgets.ranks())
            owed = delivery.claim(session, claim, free) if free else []
            ready = [row for row in owed if self._is_within_budget(session, row)]
            pause = delivery.seconds_to_next(session, self._port.name, instant)
        for row in ready:
            self._submit(row)
        if not results and not ready:
            self._rest()
        return min(IDLE_SECONDS, pause)

    def _rest(self) -> None:
        self._rests_until = monotonic() + REST_SECONDS

    def _sweep(self, session: Session, instant: datetime) -> None:
        """Look after what others left behind: it need not be looked for in every round."""
        if self._next_sweep <= monotonic():
            delivery.take_back_expired(session, self._port.name, instant)
            delivery.drop_orphaned_edits(session, self._port.name)
            self._next_sweep = monotonic() + SWEEP_SECONDS

    def _is_anything_owed(self) -> bool:
        with self._store.reading() as session:
            return delivery.is_owed(session, self._port.name)

    def _is_within_budget(self, session: Session, row: Owed) -> bool:
        paces = [pace for pace in self._port.paces(row.effect) if pace.bucket != LANE]
        wait = self._budgets.wait(paces)
        if wait > 0:
            self._budgets.hold_rank(row.rank, wait)
            delivery.put_back(session, row.id)
            delivery.free_lane(session, row, None)
            return False
        self._budgets.spend(paces)
        return True

    def _submit(self, row: Owed) -> None:
        self._in_flight += 1
        self._pool.submit(self._send, row)

    def _send(self, row: Owed) -> None:
        try:
            result = Result(row, self._sent(row), None, self._port.paces(row.effect))
        except DeliveryFailed as failure:
            result = Result(row, None, failure, self._port.paces(row.effect))
        except Exception as error:  # one of the four places: an adapter's fault is a failed call
            log.exception("delivery.adapter_failed", platform=self._port.name, row=row.id)
            result = Result(row, None, DeliveryFailed(type(error).__name__, unknown=True))
        self._results.put(result)

    def _sent(self, row: Owed) -> Remote:
        effect = row.effect
        if isinstance(effect, Private) and effect.expires_at <= self._clock.now():
            raise DeliveryFailed("it came too late to be of use", permanent=True)
        if row.is_doubtful and not isinstance(effect, Edit | React | Topic | UserGroup):
            found = self._port.find(effect, row.key, row.created_at - timedelta(minutes=1))
            if found is not None:
                return found
            self._metrics.doubtful.labels(self._port.name).inc()
        target = None
        if row.target_channel is not None:
            target = Remote(row.target_channel, row.target_message)
        return self._port.perform(effect, row.key, target)

    def _record(self, session: Session, result: Result, instant: datetime) -> None:
        row, failure = result.row, result.failure
        next_at: datetime | None = None
        if failure is None:
            self._record_sent(session, row, result.remote or Remote(row.lane))
            next_at = instant + sum((pace.interval for pace in result.paces if pace.bucket == LANE), timedelta())
        elif failure.permanent or row.attempts > MOST_ATTEMPTS:
            self._record_failed(session, row, failure)
        else:
            wait = self._backoff(row.attempts, failure)
            if failure.retry_after is not None:
                self._budgets.hold(result.paces, failure.retry_after)
            next_at = instant + wait
            delivery.record_retry(
                session, row.id, next_at, str(failure), is_doubtful=row.is_doubtful or failure.unknown
            )
            log.warning("delivery.retry", platform=row.platform, row=row.id, reason=str(failure), attempts=row.attempts)
            self._metrics.sends.labels(row.platform, row.effect.kind, "retry").inc()
        delivery.free_lane(session, row, next_at)

    @staticmethod
    def _backoff(attempts: int, failure: DeliveryFailed) -> timedelta:
        if failure.retry_after is not None:
            return failure.retry_after
        if failure.unknown:
            return DOUBT
        return min(FIRST_RETRY * int(2 ** min(attempts - 1, 10)), SLOWEST_RETRY)

    def _record_sent(self, session: Session, row: Owed, remote: Remote) -> None:
        now = self._clock.now()
        delivery.record_sent(session, row.id, now, remote.channel, remote.message)
        self._metrics.sends.labels(row.platform, row.effect.kind, "sent").inc()
        self._metrics.send_delay.labels(row.platform, row.purpose).observe(
            max(0.0, (now - row.created_at).total_seconds())
        )
        if row.purpose is Purpose.PAGE and not isinstance(row.effect, Edit):
            self._settle(session, self._settled(row, is_delivered=True))

    def _record_failed(self, session: Session, row: Owed, failure: DeliveryFailed) -> None:
        delivery.record_failed(session, row.id, str(failure))
        self._metrics.sends.labels(row.platform, row.effect.kind, "failed").inc()
        log.error("delivery.failed", platform=row.platform, row=row.id, effect=row.effect.kind, reason=str(failure))
        self._settle(session, self._settled(row, is_delivered=False, failure=failure))

    def _settled(self, row: Owed, *, is_delivered: bool, failure: DeliveryFailed | None = None) -> DeliverySettled:
        return DeliverySettled(
            key=f"settled:{row.id}",
            platform=CLOCK,
            at=self._clock.now(),
            row=row.id,
            request=row.request_id,
            purpose=row.purpose.value,
            is_delivered=is_delivered,
            is_recipients_fault=failure.recipient if failure is not None else False,
            error=str(failure) if failure is not None else "",
        )
