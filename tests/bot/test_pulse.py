"""The bot's own heartbeat, called on a real server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep

import pytest
from structlog.testing import capture_logs

from bot.metrics import Metrics
from bot.pulse import Pulse

SECRET = "/ping/5f0e1c7a-very-secret"


class Watcher(ThreadingHTTPServer):
    """Whoever watches: answers with a status, as slowly as a test wants."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.called: list[str] = []
        self.status, self.answers = 200, threading.Event()
        self.answers.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{SECRET}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        watcher = self.server
        assert isinstance(watcher, Watcher)
        watcher.called.append(f"{self.command} {self.path}")
        watcher.answers.wait(60)
        self.send_response(watcher.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        del format, args


@contextmanager
def watching() -> Iterator[Watcher]:
    watcher = Watcher()
    thread = threading.Thread(target=watcher.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield watcher
    watcher.answers.set()
    watcher.shutdown()
    thread.join()
    watcher.server_close()


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    with watching() as opened:
        yield opened


def counted(metrics: Metrics, outcome: str) -> float | None:
    return metrics.registry.get_sample_value("watchbill_healthcheck_calls_total", {"outcome": outcome})


def test_while_all_is_well_it_is_called_again_and_again(watcher: Watcher) -> None:
    pulse = Pulse(watcher.url, list, Metrics(), every_seconds=0.01)
    pulse.start()
    until = monotonic() + 20
    while len(watcher.called) < 3 and monotonic() < until:
        sleep(0.01)
    pulse.stop()
    assert watcher.called[:3] == [f"GET {SECRET}"] * 3


def test_what_keeps_the_bot_from_its_work_withholds_the_call(watcher: Watcher) -> None:
    amiss, metrics = ["scheduler has stopped"], Metrics()
    pulse = Pulse(watcher.url, lambda: amiss, metrics)
    with capture_logs() as logged:
        assert pulse.beat() == "withheld"
    assert watcher.called == []
    assert [(one["event"], one["amiss"]) for one in logged] == [("healthcheck.withheld", ["scheduler has stopped"])]
    amiss.clear()
    assert pulse.beat() == "called"
    assert (counted(metrics, "withheld"), counted(metrics, "called")) == (1.0, 1.0)


def test_a_call_that_fails_is_told_without_the_address(watcher: Watcher) -> None:
    metrics = Metrics()
    pulse = Pulse(watcher.url, list, metrics, timeout_seconds=0.2)
    with capture_logs() as logged:
        watcher.status = 500
        assert pulse.beat() == "failed"
        watcher.answers.clear()
        assert pulse.beat() == "failed"
        watcher.answers.set()
        with watching() as gone:
            url = gone.url
        assert Pulse(url, list, metrics).beat() == "failed"
    assert [one["event"] for one in logged] == ["healthcheck.failed"] * 3
    assert [one["reason"] for one in logged] == ["status 500", "TimeoutError", "ConnectionRefusedError"]
    assert "secret" not in repr(logged)
    assert counted(metrics, "failed") == 3.0
