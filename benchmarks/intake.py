"""What the way in costs: the whole bot beside a bare slack-bolt listener, over the same websocket, in the same run.

python -m benchmarks.intake [--short] [--only sqlite|postgresql] [--storms 20]
"""

import argparse
import gc
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from benchmarks.databases import chosen
from benchmarks.load import Load, processor_seconds, town
from bot.store import Store
from models.records.request import ReadMessage
from tests.scenarios.process import BotProcess, configuration, ended, environment


@dataclass(frozen=True)
class Size:
    """How much is measured. Seconds of the steady stream, messages of the sustained rate, bursts of a thousand."""

    steady_seconds: int
    rate: int
    burst: int
    sustained: int
    storms: int
    storm: int
    people: int


WHOLE = Size(steady_seconds=20, rate=100, burst=300, sustained=3000, storms=20, storm=1000, people=4000)
SHORT = Size(steady_seconds=2, rate=50, burst=50, sustained=100, storms=1, storm=200, people=400)

Figures = dict[str, str]
WANTED: Mapping[str, str] = {
    "ready after": "2 s",
    "resident when ready": "",
    "100 a second: p50": "",
    "100 a second: p99": "50 ms",
    "100 a second: most": "",
    "burst of 300: all acknowledged": "3 s",
    "sustained": "300/s SQLite, 150/s PostgreSQL",
    "times the listener": "8 SQLite, 16 PostgreSQL",
    "processor time a message": "",
    "processor time, times the listener": "",
    "storms: rate": "",
    "storms: lost": "0",
    "resident at the end": "150 MB",
}


def measure(load: Load, size: Size, pid: int, bare: "Costs | None", figures: Figures) -> "Costs":
    """Put one process under load; bare: what the same load cost the listener."""
    load.burst(min(200, size.burst))  # the first messages load what is loaded late
    steady = load.paced(size.rate, size.rate * size.steady_seconds)
    figures["100 a second: p50"] = f"{steady.share(0.5) * 1000:.1f} ms"
    figures["100 a second: p99"] = f"{steady.share(0.99) * 1000:.1f} ms"
    figures["100 a second: most"] = f"{steady.share(1) * 1000:.1f} ms"
    figures["burst of 300: all acknowledged"] = f"{load.burst(size.burst).seconds:.2f} s"
    costs = Costs.of(load, size.sustained, pid)
    figures["sustained"] = f"{1 / costs.wall:.0f}/s"
    figures["processor time a message"] = f"{costs.processor * 1000:.2f} ms"
    if bare is not None:
        figures["times the listener"] = f"{costs.wall / bare.wall:.1f}"
        figures["processor time, times the listener"] = f"{costs.processor / bare.processor:.1f}"
    return costs


@dataclass(frozen=True)
class Costs:
    """What one message costs a process that has always one more to take, in seconds."""

    wall: float
    processor: float

    @classmethod
    def of(cls, load: Load, count: int, pid: int) -> "Costs":
        before = processor_seconds(pid)
        speed = load.burst(count)
        return cls(1 / speed.rate, (processor_seconds(pid) - before) / count)


def of_listener(load: Load, size: Size, figures: Figures) -> Costs:
    """Measure the listener that only acknowledges."""
    command = [sys.executable, "-m", "benchmarks.listener", load.slack.base_url]
    with subprocess.Popen(command, env=environment(load.slack)) as listener:
        try:
            load.slack.wait_connected(timeout=20)
            costs = measure(load, size, listener.pid, None, figures)
            figures["storms: rate"] = f"{_storms(load, size):.0f}/s"
        finally:
            listener.terminate()
    return costs


def of_bot(load: Load, url: str, size: Size, bare: Costs, figures: Figures) -> None:
    """Measure `watchbill run` on one database."""
    Store(url).migrate()
    known = load.stamps
    with tempfile.TemporaryDirectory() as folder:
        bot = BotProcess(Path(folder), load.slack, configuration(load.slack, url))
        with ended(bot):
            figures["ready after"] = f"{bot.start():.2f} s"
            figures["resident when ready"] = f"{bot.resident_megabytes():.0f} MB"
            measure(load, size, bot.process.pid, bare, figures)
            figures["storms: rate"] = f"{_storms(load, size):.0f}/s"
            figures["resident at the end"] = f"{bot.resident_megabytes():.0f} MB"
            figures["storms: lost"] = str(len((load.stamps - known) - _read(url)))
            assert bot.terminate() == 0, bot.text()


def _storms(load: Load, size: Size) -> float:
    rates = [load.burst(size.storm).rate for _ in range(size.storms)]
    return sum(rates) / len(rates)


def _read(url: str) -> set[str]:
    """Give every message that was stored; a second row for one would be refused by its unique key."""
    store = Store(url)
    with store.reading() as session:
        found = set(session.scalars(select(ReadMessage.message)))
    store.close()
    return found


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--short", action="store_true", help="only see that it runs, on SQLite; the figures say little")
    asked.add_argument("--only", choices=["sqlite", "postgresql"], help="leave out the other database")
    asked.add_argument("--storms", type=int, help="how many bursts of a thousand; 20 where it is left out")
    given = asked.parse_args()
    size = SHORT if given.short else WHOLE
    size = replace(size, storms=given.storms or size.storms)
    databases = chosen(given.only or ("sqlite" if given.short else None))

    gc.disable()  # to look through what the load itself remembers takes a fifth of a second, which is not the bot's
    table: dict[str, Figures] = {"listener": {}}
    with town(size.people) as load:
        bare = of_listener(load, size, table["listener"])
    for name, database in databases.items():
        with database() as url, town(size.people) as load:
            of_bot(load, url, size, bare, table.setdefault(name, {}))
    show(table)


def show(table: Mapping[str, Figures]) -> None:
    print(f"{'':38}" + "".join(f"{name:>14}" for name in table) + "   wanted")
    for row, wanted in WANTED.items():
        print(f"{row:38}" + "".join(f"{figures.get(row, '-'):>14}" for figures in table.values()) + f"   {wanted}")


if __name__ == "__main__":
    main()
