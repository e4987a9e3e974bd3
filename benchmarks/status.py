"""How many readers the status page takes from its cache, what a look at the store costs, and that one sees the other.

`python -m benchmarks.status [--short]`: the page of 12 services with 2,000 incidents in 90 days, on SQLite, served by
the bot's own server; the readers are a process of their own, which asks over loopback and waits for each answer.
"""

import multiprocessing
import selectors
import shutil
import socket
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from time import monotonic, process_time

from bot.clock import SystemClock
from bot.http.server import HttpServer, application
from bot.http.status import StatusPages
from bot.store import Store
from handlers.context import Standing
from models.policy import Policy, Service
from models.records.incident import Incident, IncidentSource, IncidentState
from models.severity import Severity
from models.status_policy import StatusPage
from models.triage.classifier import Classifier

SERVICES, INCIDENTS, READERS = 12, 2000, 64
ASKS = {
    "whole, packed": "Accept-Encoding: gzip\r\n",
    "unchanged (304)": "Accept-Encoding: gzip\r\nIf-None-Match: {etag}\r\n",
}


class Well:
    """A bot that is well."""

    def problems(self) -> list[str]:
        return []

    def absences(self) -> list[str]:
        return []

    def notes(self) -> list[str]:
        return []

    def render(self) -> bytes:
        return b""


def main(*, is_short: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="watchbill-status-"))
    try:
        _measure(folder, runs=1 if is_short else 5, seconds=0.5 if is_short else 3.0)
    finally:
        shutil.rmtree(folder)


def _measure(folder: Path, runs: int, seconds: float) -> None:
    store, clock = Store(f"sqlite:///{folder / 'watchbill.db'}"), SystemClock()
    store.migrate()
    names = [f"Service {number}" for number in range(SERVICES)]
    _fill(store, clock, names)
    policy = Policy(services=tuple(Service(name=name) for name in names), status=StatusPage())
    standing = Standing(policy, Classifier.load(), ("local",))
    pages = StatusPages(store, clock, lambda: standing)
    begun, worked = monotonic(), process_time()
    pages.refresh()
    print(
        f"made anew: {(monotonic() - begun) * 1000:.0f} ms, of which {(process_time() - worked) * 1000:.0f} ms computed"
    )
    begun, worked = monotonic(), process_time()
    pages.refresh()
    print(
        f"looked at, unchanged: {(monotonic() - begun) * 1000:.0f} ms, {(process_time() - worked) * 1000:.0f} computed"
    )
    server = HttpServer(pages.before(application(Well())), "127.0.0.1:0")
    pages.start()
    server.start()
    for what, headers in ASKS.items():
        edition = pages.edition
        assert edition is not None
        ask = headers.format(etag=edition.fresh["/status"].packed.etag.decode())
        found = sorted(_run(server.port, ask, seconds) for _ in range(runs))
        per_second, processor = found[-1]
        print(f"{what}: {per_second:,.0f} a second, best of {runs}; {processor * 1e6:.0f} µs of the processor each")
    server.stop()
    pages.stop()
    store.close()


def _fill(store: Store, clock: SystemClock, names: list[str]) -> None:
    now = clock.now()
    with store.transaction() as session:
        for number in range(INCIDENTS):
            opened = now - timedelta(minutes=(INCIDENTS - number) * 60)
            is_live = number >= INCIDENTS - 3
            session.add(
                Incident(
                    title="It answers 502",
                    service=names[number % SERVICES],
                    severity=Severity.CRITICAL if number % 3 == 0 else Severity.WARNING,
                    state=IncidentState.OPEN if is_live else IncidentState.RESOLVED,
                    source=IncidentSource.ALERTS,
                    opened_at=opened,
                    seen_at=opened,
                    resolved_at=None if is_live else opened + timedelta(minutes=9),
                    labels={"alertname": "RegistryDown"},
                )
            )


def _run(port: int, headers: str, seconds: float) -> tuple[float, float]:
    """Give how many answers came in a second, and the processor's seconds that each cost this process."""
    here, there = multiprocessing.Pipe(duplex=False)
    readers = multiprocessing.get_context("spawn").Process(target=_read, args=(port, headers, seconds, there))
    worked = process_time()
    readers.start()
    there.close()
    count, took = here.recv()  # EOFError where the readers failed
    readers.join()
    return count / took, (process_time() - worked) / count


def _read(port: int, headers: str, seconds: float, told: object) -> None:
    """Read as many do: each on a connection of its own, asking again when the answer is there."""
    ask = f"GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode()
    selector = selectors.DefaultSelector()
    for _ in range(READERS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, bytearray())
        connection.send(ask)
    count, begun = 0, monotonic()
    while monotonic() < begun + seconds:
        for key, _ in selector.select(1):
            buffer: bytearray = key.data
            buffer += key.fileobj.recv(65536)  # type: ignore[union-attr]
            if _is_whole(buffer):
                buffer.clear()
                count += 1
                key.fileobj.send(ask)  # type: ignore[union-attr]
    told.send((count, monotonic() - begun))  # type: ignore[attr-defined]


def _is_whole(answer: bytearray) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    if answer.startswith(b"HTTP/1.1 304"):
        return True
    assert answer.startswith(b"HTTP/1.1 200")
    at = answer.index(b"content-length: ") + len(b"content-length: ")
    return len(answer) >= head + 4 + int(answer[at : answer.index(b"\r", at)])


if __name__ == "__main__":
    main(is_short="--short" in sys.argv)
