"""The outbox loop: claim, send, retry, give up loudly. One for each platform. Source: DESIGN §3.

One thread claims lanes and records results, in one transaction a round; a few others make the calls, so that a call
that hangs holds up its own lane only.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from math import inf
from time import monotonic, sleep

import structlog
from sqlalchemy.orm import Session

from bot.chat.port import LANE, ChatPort, Pace, Remote
from bot.clock import Clock
from bot.intake import where
from bot.metrics import Metrics
from bot.store import Store
from models import effects
from models.effects import Edit, Effect, Home, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed, StoreUnavailable
from models.events import CLOCK, DeliverySettled, Event
from models.records import delivery, lane, sending
from models.records import request as requests
from models.records.delivery import OutboxState, Purpose, Rank
from models.records.sending import DOUBT, Owed

LEASE = timedelta(seconds=45)
FIRST_RETRY = timedelta(seconds=0.5)
SLOWEST_RETRY = timedelta(seconds=60)
MOST_ATTEMPTS = 1500  # with the slowest retry, a day and more
MOST_FAULTS = 3
"""How often what our own code fails at is tried: it is hardly ever mended by waiting."""
SENDERS = 8
IDLE_SECONDS = 1.0
SWEEP_SECONDS = 1.0
REST_SECONDS = 0.05
"""How long no round follows one that had nothing to do: every event wakes the loop, but few owe something."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt: the row, what it says, and the budgets that it draws on."""

    row: Owed
    effect: Effect
    paces: Sequence[Pace]

    @property
    def pace(self) -> timedelta:
        """How long the lane rests after this call."""
        return sum((pace.interval for pace in self.paces if pace.bucket == LANE), timedelta())

    @property
    def is_page(self) -> bool:
        """Whether it tells somebody something new about a request."""
        return self.row.purpose is Purpose.PAGE and not isinstance(self.effect, Edit)

    @property
    def is_findable(self) -> bool:
        """Whether doing it again would show: what only sets a state may be done twice."""
        return not isinstance(self.effect, Edit | React | Topic | UserGroup | Home)


class Unwanted(DeliveryFailed):
    """It was looked for and is not there, and nobody wants it any more."""

    def __init__(self) -> None:
        super().__init__("it is no longer wanted", permanent=True)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one call. remote: where it went; None where it failed."""

    call: Call
    remote: Remote | None
    failure: DeliveryFailed | None


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

    settle: takes the outcome of each page, of each question of a form, and of each final failure, inside the
    transaction that records it.
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
        self._holder, self._claims = holder, count(1)
        self._budgets = Budgets()
        self._results: queue.SimpleQueue[Result | None] = queue.SimpleQueue()
        self._calls: queue.SimpleQueue[Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=f"delivery-{port.name}", daemon=True)
        self._in_flight = 0
        self._stops_at = inf
        self._next_sweep = self._rests_until = 0.0
        self.last_round = monotonic()

    def start(self) -> None:
        """Begin to send; what a dead process left half sent is taken back first."""
        if self._store.is_sqlite:
            with self._store.transaction() as session:
                lane.free_all(session, self._port.name)
        self._thread.start()
        for number in range(SENDERS):
            threading.Thread(target=self._make_calls, name=f"send-{self._port.name}-{number}", daemon=True).start()

    def wake(self) -> None:
        """Say that something may be owed."""
        self._results.put(None)

    def stop(self, seconds: float = 15.0) -> None:
        """Finish the calls in flight, record them, and stop.

        One that takes longer than that stays as it is: it is looked for at the next start, as after a crash.
        """
        self._stops_at = monotonic() + seconds
        self.wake()
        self._thread.join(seconds + IDLE_SECONDS)
        for _ in range(SENDERS):
            self._calls.put(None)

    @property
    def _is_stopping(self) -> bool:
        return self._stops_at < inf

    def _run(self) -> None:
        wait = 0.0
        while not (self._is_stopping and (self._in_flight == 0 or monotonic() > self._stops_at)):
            results = self._gather(wait)
            try:
                wait = self._round(results)
                self.last_round = monotonic()
            except StoreUnavailable as error:
                log.error("delivery.store_unavailable", platform=self._port.name, reason=str(error))
                wait = self._keep(results)
                self.last_round = monotonic()  # it waits for the store, which no restart brings back
            except Exception as error:  # noqa: BLE001 - one of the four places: the loop itself must go on
                log.error("delivery.round_failed", platform=self._port.name, where=where(error))
                wait = self._keep(results)

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
            requests.hold(session, (one.call.row.request_id for one in results if one.call.row.request_id is not None))
            for result in results:
                self._record(session, result, instant)
            self._sweep(session, instant)
            calls = self._claimed(session, instant, free) if free else []
            pause = sending.seconds_to_next(session, self._port.name, instant)
        for call in calls:
            self._submit(call)
        if not results and not calls:
            self._rest()
        return min(IDLE_SECONDS, pause)

    def _claimed(self, session: Session, instant: datetime, limit: int) -> list[Call]:
        """Take what may go now; what cannot be read fails, and what is over its budget is put back."""
        holder = f"{self._holder}:{next(self._claims)}"
        wanted = lane.Claim(self._port.name, holder, instant, instant + LEASE, self._budgets.ranks())
        calls = [self._read(session, row) for row in sending.claim(session, wanted, limit)]
        return [call for call in calls if call is not None and self._is_within_budget(session, call)]

    def _read(self, session: Session, row: Owed) -> Call | None:
        try:
            effect = effects.from_json(row.document)
            return Call(row, effect, self._port.paces(effect))
        except Exception as error:  # noqa: BLE001 - one of the four places: one row must not hold up the others
            failure = DeliveryFailed(f"it cannot be read: {where(error)}", permanent=True)
            self._record_failed(session, row, failure)
            sending.free_lane(session, row, None)
            return None

    def _rest(self) -> None:
        self._rests_until = monotonic() + REST_SECONDS

    def _sweep(self, session: Session, instant: datetime) -> None:
        """Look after what others left behind: it need not be looked for in every round."""
        if self._next_sweep <= monotonic():
            sending.take_back_expired(session, self._port.name, instant)
            sending.drop_orphaned_edits(session, self._port.name)
            self._next_sweep = monotonic() + SWEEP_SECONDS

    def _is_anything_owed(self) -> bool:
        with self._store.reading() as session:
            return delivery.is_owed(session, self._port.name)

    def _is_within_budget(self, session: Session, call: Call) -> bool:
        paces = [pace for pace in call.paces if pace.bucket != LANE]
        wait = self._budgets.wait(paces)
        if wait > 0:
            self._budgets.hold_rank(call.row.rank, wait)
            sending.put_back(session, call.row)
            sending.free_lane(session, call.row, None)
            return False
        self._budgets.spend(paces)
        return True

    def _submit(self, call: Call) -> None:
        self._in_flight += 1
        self._calls.put(call)

    def _make_calls(self) -> None:
        """Make one call after the other, until the stop. A call that hangs then must not keep the process alive."""
        while (call := self._calls.get()) is not None:
            self._send(call)

    def _send(self, call: Call) -> None:
        try:
            result = Result(call, self._sent(call), None)
        except DeliveryFailed as failure:
            result = Result(call, None, failure)
        except Exception as error:  # noqa: BLE001 - one of the four places: an adapter's fault is a failed call
            row = call.row
            log.error("delivery.adapter_failed", platform=row.platform, row=row.id, where=where(error))
            is_last = row.attempts >= MOST_FAULTS
            result = Result(call, None, DeliveryFailed(where(error), unknown=True, permanent=is_last))
        self._results.put(result)

    def _sent(self, call: Call) -> Remote:
        row, effect = call.row, call.effect
        if isinstance(effect, Private) and effect.expires_at <= self._clock.now():
            raise DeliveryFailed("it came too late to be of use", permanent=True)
        if row.is_doubtful and call.is_findable:
            found = self._port.find(effect, row.key, row.created_at - timedelta(minutes=1))
            if found is not None:
                return found
            if row.is_unwanted:
                raise Unwanted
            self._metrics.doubtful.labels(self._port.name).inc()
        target = None
        if row.target_channel is not None:
            target = Remote(row.target_channel, row.target_message)
        return self._port.perform(effect, row.key, target)

    def _record(self, session: Session, result: Result, instant: datetime) -> None:
        call, failure = result.call, result.failure
        rest = call.pace
        if failure is None:
            self._record_sent(session, call, result.remote or Remote(call.row.lane))
        elif isinstance(failure, Unwanted):
            if sending.record_dropped(session, call.row):
                self._tell_dropped(session, call)
        elif failure.permanent or call.row.attempts > MOST_ATTEMPTS:
            self._record_failed(session, call.row, failure)
        else:
            self._record_retry(session, call, failure, instant)
            rest = max(rest, self._lane_waits(call.row, failure))
        sending.free_lane(session, call.row, instant + rest)

    @staticmethod
    def _lane_waits(row: Owed, failure: DeliveryFailed) -> timedelta:
        """Give how long what stands behind a failed row waits for it: it must not be passed by, nor hold them up."""
        if failure.retry_after is not None:
            return failure.retry_after
        return DOUBT if failure.unknown and not row.is_doubtful else timedelta()

    def _record_retry(self, session: Session, call: Call, failure: DeliveryFailed, instant: datetime) -> None:
        row = call.row
        if failure.retry_after is not None:
            self._budgets.hold(call.paces, failure.retry_after)
        due_at = instant + self._backoff(row.attempts, failure)
        is_doubtful = row.is_doubtful or failure.unknown
        state = sending.record_retry(session, row, due_at, str(failure), is_doubtful=is_doubtful)
        if state is OutboxState.DROPPED:
            self._tell_dropped(session, call)
        log.warning("delivery.retry", platform=row.platform, row=row.id, reason=str(failure), attempts=row.attempts)
        self._metrics.sends.labels(row.platform, call.effect.kind, "retry").inc()

    @staticmethod
    def _backoff(attempts: int, failure: DeliveryFailed) -> timedelta:
        if failure.retry_after is not None:
            return failure.retry_after
        backoff = min(FIRST_RETRY * int(2 ** min(attempts - 1, 10)), SLOWEST_RETRY)
        return max(DOUBT, backoff) if failure.unknown else backoff

    def _record_sent(self, session: Session, call: Call, remote: Remote) -> None:
        row, now = call.row, self._clock.now()
        if not sending.record_sent(session, row, now, remote.channel, remote.message):
            self._came_too_late(row)
            return
        self._metrics.sends.labels(row.platform, call.effect.kind, "sent").inc()
        self._metrics.send_delay.labels(row.platform, row.purpose).observe(
            max(0.0, (now - row.created_at).total_seconds())
        )
        if call.is_page or row.purpose is Purpose.REQUEST:
            self._settle(session, self._settled(row, is_delivered=True))

    def _record_failed(self, session: Session, row: Owed, failure: DeliveryFailed) -> None:
        if not sending.record_failed(session, row, str(failure)):
            self._came_too_late(row)
            return
        kind = str(row.document.get("kind", "unknown"))
        self._metrics.sends.labels(row.platform, kind, "failed").inc()
        log.error("delivery.failed", platform=row.platform, row=row.id, effect=kind, reason=str(failure))
        self._settle(session, self._settled(row, is_delivered=False, failure=failure))

    def _tell_dropped(self, session: Session, call: Call) -> None:
        """Tell that a page ended unsent while its call was under way: what was to be changed in it is said nowhere."""
        if call.is_page:
            self._settle(session, self._settled(call.row, is_delivered=False, is_dropped=True))

    @staticmethod
    def _came_too_late(row: Owed) -> None:
        log.warning("delivery.too_late", platform=row.platform, row=row.id, attempts=row.attempts)

    def _settled(
        self, row: Owed, *, is_delivered: bool, is_dropped: bool = False, failure: DeliveryFailed | None = None
    ) -> DeliverySettled:
        return DeliverySettled(
            key=f"settled:{row.id}",
            platform=CLOCK,
            at=self._clock.now(),
            row=row.id,
            request=row.request_id,
            purpose=row.purpose.value,
            is_delivered=is_delivered,
            is_dropped=is_dropped,
            is_recipients_fault=failure.recipient if failure is not None else False,
            error=str(failure) if failure is not None else "",
        )
