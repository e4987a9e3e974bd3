"""How fast the whole bot is on Rocket.Chat: message to ping on the wire, reconnecting, and what was missed.

python -m benchmarks.rocketchat [--short]
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from time import monotonic, sleep

from sqlalchemy import func, select

from benchmarks.databases import sqlite
from bot.store import Store
from models.records.event import ReceivedEvent
from tests.fakes.rocketchat import FakeRocketChat
from tests.fakes.slack import FakeSlack
from tests.scenarios.house import PEOPLE
from tests.scenarios.process import BotProcess, configuration, ended

ROOMS = 12
URGENT = "Our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down, case "
PATIENCE = 120.0


class Load:
    """People in rooms of a fake Rocket.Chat; each urgent message is of somebody new, so that it is a new request."""

    def __init__(self, chat: FakeRocketChat) -> None:
        self.chat, self._authors, self._words = chat, 0, _chatter()

    def urgent(self) -> str:
        self._authors += 1
        author = self.chat.user(f"author{self._authors}").username
        return self.chat.post(f"sos-{self._authors % ROOMS}", author, f"{URGENT}{self._authors}")

    def chatter(self, number: int) -> str:
        author = self.chat.user(f"talker{number % 500}").username
        return self.chat.post("talk", author, self._words[number % len(self._words)])

    def pinged(self, message: str) -> float | None:
        """Give the seconds from a message to the first answer in its thread, by the server's clock."""
        _, root = self.chat.workspace.message(message)
        answer = next(iter(self.chat.thread(message)), None)
        return None if answer is None else (answer["ts"] - root["ts"]) / 1000

    def all_pinged(self, messages: Sequence[str]) -> list[float]:
        end = monotonic() + PATIENCE
        while any(self.pinged(one) is None for one in messages):
            assert monotonic() < end, "not everybody was pinged"
            sleep(0.05)
        return [self.pinged(one) or 0.0 for one in messages]

    def idle(self, count: int) -> list[float]:
        """Cry for help when nothing else happens."""
        cried = []
        for _ in range(count):
            cried.append(self.urgent())
            sleep(0.3)
        return self.all_pinged(cried)

    def busy(self, seconds: int, rate: int) -> list[float]:
        """Write so many messages a second, five of which are cries for help, each room getting one in two seconds."""
        begun, cried = monotonic(), []
        for number in range(seconds * rate):
            sleep(max(0.0, begun + number / rate - monotonic()))
            if number % (rate // 5) == 0:
                cried.append(self.urgent())
            else:
                self.chatter(number)
        return self.all_pinged(cried)


def _chatter() -> list[str]:
    corpus = resources.files("models.triage").joinpath("corpus/train.jsonl").read_text(encoding="utf-8")
    rows = map(json.loads, corpus.splitlines())
    return [row["text"] for row in rows if row["label"] in ("community", "none")]


@contextmanager
def running() -> Iterator[tuple[Load, str]]:
    """Give the load on a bot of its own process, on SQLite, and the store's address."""
    with FakeSlack() as unused, FakeRocketChat(check=False) as chat, sqlite() as url:
        written = configuration(unused, url)
        for person in written["people"]:
            person["rocketchat"] = person["id"]
            del person["slack"]
            chat.user(person["id"])
        names = [f"sos-{number}" for number in range(ROOMS)]
        written["channels"] += [{"name": name, "kind": "sos"} for name in names] + [{"name": "talk", "kind": "general"}]
        for rotation in written["oncall"]["rotations"]:
            rotation.pop("channels", None)
        block = {"url": chat.url, "user_id": chat.bot.id, "token": chat.token}
        written["chat"] = {"platforms": ["rocketchat"], "rocketchat": block}
        for channel in written["channels"]:
            chat.room(channel["name"], [*PEOPLE])
        store = Store(url)
        store.migrate()
        store.close()
        with tempfile.TemporaryDirectory() as folder, ended(bot := BotProcess(Path(folder), unused, written)):
            bot.start()
            yield Load(chat), url
            assert bot.terminate() == 0, bot.text()


def reconnected(load: Load) -> float:
    """Give the seconds from a cut to the ping of what was written right after it."""
    sleep(1.5)  # a connection that breaks as soon as it stands is tried again more slowly
    begun = monotonic()
    load.chat.cut()
    load.all_pinged([load.urgent()])
    return monotonic() - begun


def caught_up(load: Load, url: str, count: int) -> float:
    """Give the seconds from the server's return until all that was written while it was away is in the store."""
    store = Store(url)
    before = _stored(store)
    with load.chat.away():
        sleep(0.2)
        for number in range(count):
            load.chatter(number)
    begun = monotonic()
    while _stored(store) < before + count:
        assert monotonic() - begun < PATIENCE, "not all was read"
        sleep(0.1)
    store.close()
    return monotonic() - begun


def _stored(store: Store) -> int:
    with store.reading() as session:
        told = select(func.count()).select_from(ReceivedEvent).where(ReceivedEvent.key.startswith("msg:R-talk:"))
        return session.scalar(told) or 0


def share(latencies: Sequence[float], of: float) -> str:
    ordered = sorted(latencies)
    return f"{ordered[min(len(ordered) - 1, int(of * len(ordered)))] * 1000:.0f} ms"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--short", action="store_true", help="only see that it runs; the figures say little")
    is_short = asked.parse_args().short
    with running() as (load, url):
        load.idle(3)  # the first ones load what is loaded late
        for name, latencies in (
            ("idle", load.idle(5 if is_short else 50)),
            ("50 a second", load.busy(2 if is_short else 30, 50)),
        ):
            print(f"{name}: half {share(latencies, 0.5)}, 99 % {share(latencies, 0.99)}, most {share(latencies, 1)}")
        again = [reconnected(load) for _ in range(2 if is_short else 10)]
        print(f"cut, until a new message is pinged: half {share(again, 0.5)}, most {share(again, 1)}")
        count = 100 if is_short else 1_000
        print(f"{count} missed, all in the store after {caught_up(load, url, count):.1f} s")


if __name__ == "__main__":
    main()
