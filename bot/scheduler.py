"""Wakes what has to be looked at from time to time; holds no truth. Due times are columns. Source: DESIGN §3."""

from collections.abc import Callable, Collection, Sequence
from itertools import islice
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.intake import Intake, where
from bot.metrics import Metrics
from bot.store import Store
from handlers import heartbeat, registry
from handlers.job import Job
from models.errors import StoreUnavailable
from models.events import TimeCame
from models.records import event as received

MOST_AT_ONCE = 100
AWAY_SECONDS = 60.0
"""Whoever has not looked for so long, though it looks every second, was away."""

log = structlog.get_logger(__name__)


class DueWork:
    """Hands in every due time that has come, each once, through the intake."""

    def __init__(self, store: Store, clock: Clock, intake: Intake, metrics: Metrics) -> None:
        self._store, self._clock, self._intake, self._metrics = store, clock, intake, metrics
        self.last_round = monotonic()
        self._is_back = True

    def run(self, without: Collection[str] = ()) -> int:
        """Do all that is due now, and give how much it was. A failing job holds up no other.

        without: the names of jobs that are left for later.
        """
        begun = monotonic()
        self._is_back = self._is_back or begun - self.last_round > AWAY_SECONDS
        count, self.last_round = 0, begun
        try:
            self._tell_return()
            jobs = [job for job in registry.JOBS if job.name not in without]
            while jobs:
                job, events, jobs = self._first_due(jobs)
                for event in events:
                    self._hand_in(job, event)
                count += len(events)
            self._intake.retry_due()
        except StoreUnavailable as error:
            log.error("due_work.store_unavailable", reason=str(error))
            self._is_back = True
        return count

    def _tell_return(self) -> None:
        """Hand in that the bot is back: it began, stood still, or had no store to keep anything in."""
        if self._is_back:
            event = heartbeat.came_back(self._intake.standing, self._clock.now())
            if event is not None:
                self._hand_in(heartbeat.BACK, event)
            self._is_back = False

    def _first_due(self, jobs: Sequence[Job]) -> tuple[Job, list[TimeCame], list[Job]]:
        """Give the first job that something is due of, what, and the jobs after it: they see what followed from it."""
        now, standing = self._clock.now(), self._intake.standing
        with self._store.reading() as session:
            for number, job in enumerate(jobs):
                try:
                    new = (event for event in job.due(session, standing, now) if not received.has_come(session, event))
                    events = list(islice(new, MOST_AT_ONCE))
                except SQLAlchemyError:
                    raise
                except Exception as error:  # noqa: BLE001 - one of the four places: the wrapper around every job
                    self._failed(job, error)
                    continue
                if events:
                    return job, events, list(jobs[number + 1 :])
        return jobs[-1], [], []

    def _hand_in(self, job: Job, event: TimeCame) -> None:
        try:
            self._intake.receive(event)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one of the four places: the wrapper around every job
            self._failed(job, error)

    def _failed(self, job: Job, error: Exception) -> None:
        self._metrics.job_failures.labels(job.name).inc()
        log.error("job.failed", job=job.name, where=where(error))


def start(work: Callable[[], object], seconds: float) -> BackgroundScheduler:
    """Start to wake a piece of work every so many seconds; missed wakes are one."""
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(work, "interval", seconds=seconds, max_instances=1)
    scheduler.start()
    return scheduler
