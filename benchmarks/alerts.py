"""What alerts cost: from a sender's request to its answer, which comes after the commit, over real sockets.

python -m benchmarks.alerts [--short] [--only sqlite|postgresql]

`watchbill run` with the local chat is a process of its own; the senders are threads of this one.
"""

import argparse
import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import urlopen

import yaml
from sqlalchemy import func, select

from benchmarks.databases import chosen
from bot.store import Store
from models.records.alert import Alert, AlertState
from tests.alertmanager.running import free_port

WATCHBILL = Path(sys.executable).with_name("watchbill")
TOKEN = "bench"
BEGUN = datetime(2026, 11, 2, 10, tzinfo=UTC)
SENDERS = 8


@dataclass(frozen=True)
class Size:
    """How much is measured: seconds at 100 a second, alerts in batches, alerts that stay open, single ones after."""

    seconds: int
    batched: int
    open: int
    single: int


WHOLE = Size(seconds=20, batched=20_000, open=10_000, single=300)
SHORT = Size(seconds=2, batched=1_000, open=500, single=20)

WANTED: Mapping[str, str] = {
    "100 a second: p50": "",
    "100 a second: p99": "50 ms",
    "100 a second: most": "",
    "batches of 50, a group each": "1,000/s",
    "batches of 50, each its own incident": "",
    "batches of 50, told again": "",
    "a new one, nothing open: p50": "",
    "a new one, 10,000 open incidents: p50": "as before",
    "a new one in a group of 10,000 open: p50": "as before",
    "lost": "0",
}
Figures = dict[str, str]


@dataclass
class Senders:
    """Those who send. port: where the bot listens."""

    port: int
    numbers: Iterator[int] = field(default_factory=count)
    sent: set[str] = field(default_factory=set)

    def alert(self, group: str, *, is_firing: bool = True, pod: int | None = None) -> dict[str, object]:
        """Give an alert; pod: one that was sent before."""
        number = next(self.numbers) if pod is None else pod
        self.sent.add(f"{number:016x}")
        labels = {"alertname": f"Errors{group}", "service": "registry", "severity": "warning", "pod": f"pod-{number}"}
        return {
            "name": labels["alertname"],  # read by us alone
            "status": "firing" if is_firing else "resolved",
            "labels": {
                **labels,
                "cluster": "prod-1",
                "namespace": "registry-prod",
                "instance": f"10.0.0.{number % 250}",
            },
            "annotations": {
                "summary": f"Registry pod {number} answers 5xx",
                "runbook_url": "https://docs.example.org/r",
            },
            "startsAt": (BEGUN + timedelta(milliseconds=number)).isoformat(),
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example.org:9090/graph?g0.expr=up",
            "fingerprint": f"{number:016x}",
        }

    def deliver(self, connection: HTTPConnection, alerts: Sequence[Mapping[str, object]]) -> float:
        """Send a delivery, and give how long its answer took, in seconds."""
        names = {str(one["name"]) for one in alerts}
        body = {
            "version": "4",
            "groupKey": f"{{}}:{min(names)}",
            "groupLabels": {"alertname": names.pop()} if len(names) == 1 else {},
            "externalURL": "https://alertmanager.example.org",
            "alerts": list(alerts),
        }
        raw, began = json.dumps(body), monotonic()
        connection.request("POST", "/hooks/alertmanager", raw, {"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        return monotonic() - began

    def all(self, deliveries: Sequence[Sequence[Mapping[str, object]]], every: float = 0) -> tuple[list[float], float]:
        """Send deliveries, one `every` so many seconds or as fast as they go; give each one's time, and all of it."""
        times: list[float] = []
        turns, began, lock = iter(enumerate(deliveries)), monotonic(), threading.Lock()

        def send() -> None:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            while True:
                with lock:
                    at, alerts = next(turns, (0, None))
                if alerts is None:
                    break
                sleep(max(0.0, began + at * every - monotonic()))
                times.append(self.deliver(connection, alerts))
            connection.close()

        threads = [threading.Thread(target=send) for _ in range(SENDERS if every == 0 else 4 * SENDERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sorted(times), monotonic() - began


@contextmanager
def bot(url: str) -> Iterator[Senders]:
    """Give senders in front of a bot on a database."""
    Store(url).migrate()
    port = free_port()
    config = {
        "database": {"url": url},
        "http": {"listen": f"127.0.0.1:{port}"},
        "chat": {"platforms": ["local"]},
        "channels": [{"name": f"devops-{kind}", "kind": kind} for kind in ("how-to", "sos", "operations", "alerts")],
        "people": [{"id": "amina", "name": "Amina Diallo"}],
        "oncall": {
            "leads": ["amina"],
            "fallback": ["amina"],
            "rotations": [{"name": "platform", "engineers": ["amina"]}],
        },
        "services": [{"name": "Image registry", "aliases": ["registry"], "platform": True}],
        "hooks": {"alertmanager": {"token": TOKEN, "rate": 1_000_000}},
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        with (Path(folder) / "log").open("wb") as log:
            command = [str(WATCHBILL), "run", "--config", str(path)]
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={**os.environ})
            try:
                _until_ready(port, Path(folder) / "log")
                yield Senders(port)
            finally:
                process.terminate()
                process.wait(timeout=30)


def _until_ready(port: int, log: Path) -> None:
    latest = monotonic() + 60
    while monotonic() < latest:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except (URLError, OSError):
            sleep(0.1)
    raise AssertionError(log.read_text(encoding="utf-8"))


def measure(senders: Senders, url: str, size: Size, figures: Figures) -> None:
    """Put one bot under load."""
    senders.all([[senders.alert("Warm")] for _ in range(100)])  # the first ones load what is loaded late
    _single(senders, size, "a new one, nothing open: p50", figures)
    steady(senders, size, figures)
    groups = [[senders.alert(f"G{at}") for _ in range(50)] for at in range(size.batched // 50)]
    figures["batches of 50, a group each"] = _rate(senders, groups)
    figures["batches of 50, told again"] = _rate(senders, groups)
    own = [_ungrouped(senders, 50) for _ in range(size.open // 50)]
    figures["batches of 50, each its own incident"] = _rate(senders, own)
    _single(senders, size, "a new one, 10,000 open incidents: p50", figures)
    senders.all([[senders.alert("Full") for _ in range(50)] for _ in range(size.open // 50)])
    _single(senders, size, "a new one in a group of 10,000 open: p50", figures, group="Full")
    figures["lost"] = str(len(senders.sent - _kept(url)))


def steady(senders: Senders, size: Size, figures: Figures) -> None:
    """Send 100 alerts a second, each by itself: new ones, the same again, and their ends."""
    told: list[list[dict[str, object]]] = []
    for at in range(100 * size.seconds // 3):
        new = senders.alert(f"S{at % 20}")
        number = int(str(new["fingerprint"]), 16)
        told += [[new], [new], [senders.alert(f"S{at % 20}", is_firing=False, pod=number)]]
    times, _ = senders.all(told, every=0.01)
    for name, share in (("p50", 0.5), ("p99", 0.99), ("most", 1.0)):
        figures[f"100 a second: {name}"] = f"{times[int(share * (len(times) - 1))] * 1000:.1f} ms"


def _ungrouped(senders: Senders, number: int) -> list[dict[str, object]]:
    """Give alerts that are an incident each: their sender has grouped by nothing."""
    return [senders.alert(f"Own{next(senders.numbers)}") for _ in range(number)]


def _rate(senders: Senders, deliveries: Sequence[Sequence[Mapping[str, object]]]) -> str:
    _, seconds = senders.all(deliveries)
    return f"{sum(map(len, deliveries)) / seconds:,.0f}/s"


def _single(senders: Senders, size: Size, name: str, figures: Figures, group: str = "") -> None:
    """Send new alerts one after the other."""
    connection = HTTPConnection("127.0.0.1", senders.port, timeout=60)
    alerts = [senders.alert(group or f"N{next(senders.numbers)}") for _ in range(size.single)]
    times = sorted(senders.deliver(connection, [one]) for one in alerts)
    figures[name] = f"{times[len(times) // 2] * 1000:.1f} ms"
    connection.close()


def _kept(url: str) -> set[str]:
    store = Store(url)
    with store.reading() as session:
        found = set(session.scalars(select(Alert.fingerprint)))
        print(f"  open: {session.scalar(select(func.count()).where(Alert.state == AlertState.FIRING)):,}")
    store.close()
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--short", action="store_true", help="only see that it runs, on SQLite; the figures say little")
    asked.add_argument("--only", choices=["sqlite", "postgresql"], help="leave out the other database")
    given = asked.parse_args()
    size = SHORT if given.short else WHOLE
    gc.disable()
    table: dict[str, Figures] = {}
    for name, database in chosen(given.only or ("sqlite" if given.short else None)).items():
        with database() as url, bot(url) as senders:
            measure(senders, url, size, table.setdefault(name, {}))
    print(f"{'':44}" + "".join(f"{name:>14}" for name in table) + "   wanted")
    for row, wanted in WANTED.items():
        print(f"{row:44}" + "".join(f"{figures.get(row, '-'):>14}" for figures in table.values()) + f"   {wanted}")


if __name__ == "__main__":
    main()
