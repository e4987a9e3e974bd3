"""Wakes what has to be looked at from time to time; holds no truth. Due times are columns. Source: DESIGN §3."""

from collections.abc import Callable
from time import monotonic

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot.clock import Clock
from bot.intake import Intake
from bot.metrics import Metrics
from bot.store import Store
from handlers import registry
from models.errors import StoreUnavailable
from models.events import TimeCame

log = structlog.get_logger(__name__)


class DueWork:
    """Hands in every due time that has come, each once, through the intake."""

    def __init__(self, store: Store, clock: Clock, intake: Intake, metrics: Metrics) -> None:
        self._store, self._clock, self._intake, self._metrics = store, clock, intake, metrics
        self.last_round = monotonic()

    def run(self) -> int:
        """Do all that is due now, and give how much it was. A failing job holds up no other."""
        count = sum(self._run_job(job) for job in registry.JOBS)
        self._intake.retry_due()
        self.last_round = monotonic()
        return count

    def _run_job(self, job: registry.Job) -> int:
        try:
            events = self._due(job)
            for event in events:
                self._intake.receive(event)
        except StoreUnavailable as error:
            log.error("job.store_unavailable", job=job.name, reason=str(error))
            return 0
        except Exception:  # one of the four places: the wrapper around every job
            self._metrics.job_failures.labels(job.name).inc()
            log.exception("job.failed", job=job.name)
            return 0
        return len(events)

    def _due(self, job: registry.Job) -> list[TimeCame]:
        with self._store.reading() as session:
            return list(job.due(session, self._intake.standing, self._clock.now()))


def start(work: Callable[[], object], seconds: float) -> BackgroundScheduler:
    """Start to wake a piece of work every so many seconds; missed wakes are one."""
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
    scheduler.add_job(work, "interval", seconds=seconds, max_instances=1)
    scheduler.start()
    return scheduler
