"""A real Alertmanager for the tests of its hook."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

NAMES = ("prometheus-alertmanager", "alertmanager")
PATIENCE = 60.0
"""Seconds; what a busy machine may take."""

CONFIGURATION = """
route:
  receiver: watchbill
  group_by: [alertname, service]
  group_wait: 50ms
  group_interval: 200ms
  repeat_interval: 300ms
receivers:
  - name: watchbill
    webhook_configs:
      - url: {url}
        send_resolved: true
        http_config:
          authorization: {{credentials: "{token}"}}
"""


@dataclass(frozen=True)
class Alertmanager:
    """An Alertmanager that runs. api: the address of its API."""

    api: str

    def tell(self, *alerts: Mapping[str, object]) -> None:
        """Tell it of alerts, as Prometheus does."""
        body = json.dumps(alerts).encode()
        asked = Request(f"{self.api}/alerts", body, {"Content-Type": "application/json"})
        with urlopen(asked, timeout=20) as answer:
            assert answer.status == 200

    def is_ready(self) -> bool:
        with suppress(URLError, OSError), urlopen(f"{self.api}/status", timeout=5) as answer:
            return bool(answer.status == 200)
        return False


@contextmanager
def alertmanager(folder: Path, url: str, token: str) -> Iterator[Alertmanager]:
    """Give one that reports to an address; without the program the test is skipped, or fails where it must not be."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        is_needed = os.environ.get("WATCHBILL_REQUIRE_ALERTMANAGER")
        (pytest.fail if is_needed else pytest.skip)("there is no Alertmanager here")
    (folder / "alertmanager.yml").write_text(CONFIGURATION.format(url=url, token=token), encoding="utf-8")
    port = free_port()
    options = {
        "config.file": folder / "alertmanager.yml",
        "storage.path": folder / "data",
        "web.listen-address": f"127.0.0.1:{port}",
        "cluster.listen-address": "",
        "log.level": "error",
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *(f"--{name}={value}" for name, value in options.items())], stdout=log, stderr=log
        )
        try:
            running = Alertmanager(f"http://127.0.0.1:{port}/api/v2")
            until(running.is_ready)
            yield running
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    latest = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < latest, "it never became so"
        sleep(0.02)
