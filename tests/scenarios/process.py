"""`watchbill run` as people start it: a process of its own, with a configuration file, a log and signals."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Self, TypeVar

import yaml

from bot.clock import SystemClock
from bot.settings import Settings, load
from bot.store import Store
from handlers.context import Standing
from models.records import rota as rotas
from models.rota.duty import Duty, who_is_on
from tests.fakes.slack import FakeSlack
from tests.scenarios.house import document
from tests.shipped import classifier

T = TypeVar("T")

WATCHBILL = Path(sys.executable).with_name("watchbill")
PATIENCE = 60.0


def configuration(slack: FakeSlack, url: str, **changes: Any) -> dict[str, Any]:
    """Give a configuration of the demo's people on a fake Slack, on call at whatever hour the test runs.

    changes: top-level keys to replace.
    """
    written = document()
    (rotation,) = written["oncall"]["rotations"]
    every_day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    rotation |= {"working_days": every_day, "holidays": {}, "handover_at": "00:00", "hours": "00:00-23:59"}
    for service in written["services"]:  # a name is its own alias
        service["aliases"] = [alias for alias in service["aliases"] if alias.lower() != service["name"].lower()]
    connected = {
        "timezone": _where_it_is_about_noon(SystemClock().now()),
        "database": {"url": url},
        "http": {"listen": "127.0.0.1:0"},
        "chat": {
            "platforms": ["slack"],
            "slack": {"bot_token": "${SLACK_BOT_TOKEN}", "app_token": "${SLACK_APP_TOKEN}", "api_url": slack.base_url},
        },
    }
    return {**written, **connected, **changes}


def _where_it_is_about_noon(now: datetime) -> str:
    """Give a zone in which no shift and no day ends while a test runs. POSIX counts the offset westward."""
    west = now.astimezone(UTC).hour - 12
    return f"Etc/GMT{west:+d}"


def environment(slack: FakeSlack) -> dict[str, str]:
    """Give this process's environment with the fake's tokens."""
    return {**os.environ, "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}


@dataclass(frozen=True)
class Line:
    """One line of the log, as it was written. fields: {} where it is no JSON, as the libraries' own lines are."""

    text: str
    fields: Mapping[str, Any]

    @property
    def event(self) -> str:
        return str(self.fields.get("event", ""))


class BotProcess:
    """One `watchbill run`, and the ones that follow it with the same configuration and the same log."""

    def __init__(self, folder: Path, slack: FakeSlack, written: Mapping[str, Any], *, name: str = "bot") -> None:
        self.config, self._log = folder / f"{name}.yaml", folder / f"{name}.log"
        self._environment = environment(slack)
        self._process: subprocess.Popen[bytes] | None = None
        self._begun_at = 0.0
        self._earlier = 0
        self.write(written)

    def write(self, written: Mapping[str, Any] | str) -> None:
        """Write the configuration; a text is written as it stands."""
        text = written if isinstance(written, str) else yaml.safe_dump(dict(written), sort_keys=False)
        self.config.write_text(text, encoding="utf-8")

    @property
    def settings(self) -> Settings:
        return load(self.config, self._environment)

    # -- starting and ending

    def begin(self) -> Self:
        """Start it, and do not wait."""
        self._earlier = self._log.stat().st_size if self._log.exists() else 0
        command = [str(WATCHBILL), "run", "--config", str(self.config)]
        with self._log.open("ab") as log:
            self._begun_at = monotonic()
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, env=self._environment, cwd=self.config.parent
            )
        return self

    def start(self) -> float:
        """Start it and wait until it is ready; give the seconds that took."""
        self.begin()
        self.until(lambda: self.is_ready() or None)
        return monotonic() - self._begun_at

    def is_ready(self) -> bool:
        """Say whether its HTTP side says so."""
        ready = next((line for line in self.lines() if line.event == "bot.ready"), None)
        if ready is None:
            assert self.process.poll() is None, f"it ended:\n{self.text()}"
            return False
        return _status(f"http://127.0.0.1:{ready.fields['port']}/readyz") == 200

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it was never started"
        return self._process

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """End it at once, as a lost machine would."""
        self.process.kill()
        self.process.wait()

    def wait(self, seconds: float = PATIENCE) -> int:
        """Wait for its end, and give its exit code."""
        return self.process.wait(seconds)

    def terminate(self, seconds: float = 10.0) -> int:
        """Ask it to stop as an operator does, and give its exit code."""
        self.send(signal.SIGTERM)
        return self.wait(seconds)

    def end(self) -> None:
        """Leave nothing behind, whatever became of it."""
        if self._process is not None and self._process.poll() is None:
            self.kill()

    # -- looking

    def text(self) -> str:
        """Give all that the running process, or the last one, wrote."""
        with self._log.open("rb") as log:
            log.seek(self._earlier)
            return log.read().decode()

    def whole_log(self) -> str:
        """Give all that was ever written, by the earlier processes too."""
        return self._log.read_text(encoding="utf-8")

    def lines(self) -> Sequence[Line]:
        return [_line(text) for text in self.text().splitlines()]

    def wait_for_line(self, event: str) -> Line:
        return self.until(lambda: next((line for line in self.lines() if line.event == event), None))

    def resident_megabytes(self) -> float:
        """Give its resident memory. Reads /proc: Linux only."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))

    def computed_seconds(self) -> float:
        """Give for how long it has computed, however busy the machine is besides. Reads /proc: Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until(self, look: Callable[[], T | None], seconds: float = PATIENCE) -> T:
        """Give what a look finds, as soon as it finds something; says what the process wrote where it does not."""
        end = monotonic() + seconds
        while (found := look()) is None:
            assert monotonic() < end, f"it did not happen in {seconds:.0f} s; the bot wrote:\n{self.text()}"
            sleep(0.02)
        return found


@contextmanager
def ended(*bots: BotProcess) -> Iterator[None]:
    """See to it that no process is left."""
    try:
        yield
    finally:
        for bot in bots:
            bot.end()


def duty(store: Store, settings: Settings) -> Duty:
    """Give who is on call now, from the one resolver over what the process stored."""
    standing = Standing(settings.policy, classifier(), ("slack",))
    calendar = standing.calendar(settings.policy.oncall.rotations[0])
    with store.reading() as session:
        return who_is_on(rotas.load(session, calendar), SystemClock().now())


def _line(text: str) -> Line:
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    return Line(text, fields if isinstance(fields, dict) else {})


def _status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code
    except OSError:
        return 0
