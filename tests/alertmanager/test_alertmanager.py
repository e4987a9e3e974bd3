"""What a real Alertmanager sends becomes one incident, whatever it groups, repeats and sends again."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.clock import SystemClock
from bot.http.hooks import router
from bot.http.server import HttpServer, application
from bot.metrics import Metrics
from bot.settings import Hook, Hooks
from models.errors import StoreUnavailable
from models.events import Event
from models.records.incident import Incident, IncidentState
from tests.alertmanager.running import Alertmanager, alertmanager, free_port, until
from tests.bot.test_http import Patient
from tests.handlers.desk import Desk, at_desk
from tests.handlers.test_alerts import Monitor

TOKEN = "a-long-token"


@dataclass
class Watched:
    """A desk with a hook that an Alertmanager reports to. refused: how many deliveries the store did not take."""

    desk: Desk
    port: int = field(default_factory=free_port)
    is_away: bool = False
    refused: int = 0

    @property
    def monitor(self) -> Monitor:
        return Monitor(self.desk)

    def receive(self, event: Event) -> object:
        if self.is_away:
            self.refused += 1
            raise StoreUnavailable("disk full")
        return self.desk.office.intake.receive(event)

    @contextmanager
    def listening(self) -> Iterator[None]:
        hooks = Hooks(alertmanager=Hook(token=SecretStr(TOKEN)))
        routes = router(hooks, self.receive, self.desk.office.clock, Metrics())
        server = HttpServer(application(Patient(), [routes]), f"127.0.0.1:{self.port}")
        server.start()
        try:
            yield
        finally:
            server.stop()

    def counts(self) -> tuple[int, int]:
        """Give how many alerts of the one incident fire, and how many there were."""
        found = self.monitor.rows(Incident)
        return (found[0].firing, found[0].alerts) if found else (0, 0)

    def times(self) -> list[int]:
        return [one.times for one in self.monitor.alerts()]

    def is_over(self) -> bool:
        return self.monitor.incident().state is IncidentState.RESOLVED


def one(pod: str, *, is_over: bool = False, severity: str = "critical") -> Mapping[str, object]:
    """Give an alert as Prometheus tells Alertmanager of it."""
    now = SystemClock().now()
    ends = now if is_over else now + timedelta(minutes=5)
    starts = ends if is_over else now  # as it fills in itself; what it merges then keeps its first start
    return {
        "labels": {"alertname": "RegistryErrors", "service": "registry", "severity": severity, "pod": pod},
        "annotations": {"summary": "The registry answers 5xx"},
        "startsAt": starts.isoformat(),
        "endsAt": ends.isoformat(),
        "generatorURL": "http://prometheus.example.org:9090/graph",
    }


def test_an_outage_is_one_incident_from_its_first_alert_to_its_last(database_url: str, tmp_path: Path) -> None:
    watched = Watched(at_desk(database_url))
    watched.desk.office.clock.run()
    with alertmanager(tmp_path, f"http://127.0.0.1:{watched.port}/hooks/alertmanager", TOKEN) as sender:
        with watched.listening():
            fires_grouped_and_repeated(watched, sender)
            is_sent_again_after_the_store_was_away(watched, sender)
        is_sent_again_after_the_bot_was_away(watched, sender)


def fires_grouped_and_repeated(watched: Watched, sender: Alertmanager) -> None:
    sender.tell(one("a"), one("b"))
    until(lambda: watched.counts() == (2, 2))
    watched.desk.delivers()
    assert len(watched.desk.paged()) == 1
    before = watched.times()
    until(lambda: all(now > was for now, was in zip(watched.times(), before, strict=True)))
    watched.desk.delivers()
    assert (watched.desk.paged(), watched.monitor.lines()) == ([], ["opened", "paged"])


def is_sent_again_after_the_store_was_away(watched: Watched, sender: Alertmanager) -> None:
    watched.is_away = True
    sender.tell(one("c"), one("a", is_over=True))
    until(lambda: watched.refused >= 2)
    assert watched.counts() == (2, 2)
    watched.is_away = False
    until(lambda: watched.counts() == (2, 3))


def is_sent_again_after_the_bot_was_away(watched: Watched, sender: Alertmanager) -> None:
    sender.tell(one("b", is_over=True), one("c", is_over=True))
    with watched.listening():
        until(watched.is_over)
        sender.tell(one("b"))
        until(lambda: not watched.is_over())
        sender.tell(one("b", is_over=True))
        until(watched.is_over)
    assert watched.monitor.lines() == ["opened", "paged", "resolved", "again", "resolved"]
