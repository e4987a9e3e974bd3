"""How fast the whole bot is on Rocket.Chat: message to ping on the wire, reconnecting, and what was missed.

python -m benchmarks.rocketchat [--short]
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from benchmarks import pings
from benchmarks.databases import sqlite
from bot.store import Store
from tests.fakes.rocketchat import FakeRocketChat
from tests.fakes.slack import FakeSlack
from tests.scenarios.house import PEOPLE
from tests.scenarios.process import BotProcess, configuration, ended


class Crowd(pings.Crowd):
    """People on a fake Rocket.Chat."""

    def __init__(self, chat: FakeRocketChat) -> None:
        super().__init__()
        self.chat = chat

    def say(self, room: str, author: str, words: str) -> str:
        return self.chat.post(room, self.chat.user(author).username, words)

    def pinged(self, message: str) -> float | None:
        _, root = self.chat.workspace.message(message)
        answer = next(iter(self.chat.thread(message)), None)
        return None if answer is None else (answer["ts"] - root["ts"]) / 1000


@contextmanager
def running() -> Iterator[tuple[Crowd, str]]:
    """Give the people on a bot of its own process, on SQLite, and the store's address."""
    with FakeSlack() as unused, FakeRocketChat(check=False) as chat, sqlite() as url:
        written = configuration(unused, url)
        for person in written["people"]:
            person["rocketchat"] = person["id"]
            del person["slack"]
            chat.user(person["id"])
        written["channels"] += pings.CHANNELS
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
            yield Crowd(chat), url
            assert bot.terminate() == 0, bot.text()


def caught_up(crowd: Crowd, url: str, count: int) -> float:
    """Give the seconds from the server's return until all that was written while it was away is in the store."""
    with pings.counting(url, "msg:R-talk:") as stored:
        before = stored()
        with crowd.chat.away():
            sleep(0.2)
            for number in range(count):
                crowd.chatter(number)
        begun = monotonic()
        while stored() < before + count:
            assert monotonic() - begun < pings.PATIENCE, "not all was read"
            sleep(0.1)
        return monotonic() - begun


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--short", action="store_true", help="only see that it runs; the figures say little")
    is_short = asked.parse_args().short
    with running() as (crowd, url):
        pings.show(crowd, is_short=is_short)
        again = [crowd.reconnected(crowd.chat.cut, after=1.5) for _ in range(2 if is_short else 10)]
        pings.show_times("cut, until a new message is pinged", again)
        count = 100 if is_short else 1_000
        print(f"{count} missed, all in the store after {caught_up(crowd, url, count):.1f} s")


if __name__ == "__main__":
    main()
