"""How fast the whole bot is on Slack: message to ping on the wire, by websocket and by HTTP, and reconnecting.

python -m benchmarks.slack [--short] [--only sqlite|postgresql] [--mode socket|http]
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import pings
from benchmarks.databases import chosen
from bot.chat.slack.socket import SHORT_SECONDS
from bot.store import Store
from tests.fakes.slack import FakeSlack, Rates
from tests.scenarios.house import handle
from tests.scenarios.process import BotProcess, configuration, ended

MODES = ("socket", "http")


class Crowd(pings.Crowd):
    """People on a fake Slack that limits calls as Slack does."""

    def __init__(self, slack: FakeSlack) -> None:
        super().__init__()
        self.slack = slack
        self.rooms = {one.name: one for one in slack.workspace.channels.values()}

    def say(self, room: str, author: str, words: str) -> str:
        user = f"U7{author.upper()}"
        if user not in self.slack.workspace.users:
            self.slack.user(user, author)
        members = self.rooms[room].members
        if user not in members:
            members.append(user)
        return self.slack.post(self.rooms[room], user, words)

    def pinged(self, message: str) -> float | None:
        answer = next(iter(self.slack.thread(message)), None)
        return None if answer is None else float(answer["ts"]) - float(message)


@contextmanager
def running(url: str, mode: str) -> Iterator[Crowd]:
    """Give the people on a bot of its own process."""
    store = Store(url)
    store.migrate()
    store.close()
    with FakeSlack(rates=Rates()) as slack, tempfile.TemporaryDirectory() as folder:
        bot = BotProcess(Path(folder), slack, _written(slack, url, mode))
        with ended(bot):
            bot.begin()
            bot.until(lambda: bot.is_ready() or None, pings.PATIENCE)
            if mode == "http":
                port = bot.wait_for_line("bot.ready").fields["port"]
                slack.deliver_over_http(f"http://127.0.0.1:{port}/slack/events")
            yield Crowd(slack)
            assert bot.terminate() == 0, bot.text()


def _written(slack: FakeSlack, url: str, mode: str) -> dict[str, Any]:
    written = configuration(slack, url)
    written["channels"] += pings.CHANNELS
    for rotation in written["oncall"]["rotations"]:
        rotation.pop("channels", None)
    people = [slack.user(handle(person["id"]), person["id"]) for person in written["people"]]
    for channel in written["channels"]:
        slack.channel(channel["name"], [*people])
    if mode == "http":
        written["chat"]["slack"] |= {"mode": mode, "signing_secret": slack.signing_secret}
        written["http"]["public_url"] = "https://watchbill.example.org"
    return written


def measure(url: str, mode: str, *, is_short: bool) -> None:
    """Measure one way in on one database, and print it."""
    with running(url, mode) as crowd:
        pings.show(crowd, is_short=is_short)
        if mode == "socket":
            count, after = (2, 1.5) if is_short else (10, SHORT_SECONDS + 0.5)
            again = [crowd.reconnected(crowd.slack.cut_websockets, after=after) for _ in range(count)]
            pings.show_times("cut, until a new message is pinged", again)


def main(modes: Sequence[str] = MODES) -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--short", action="store_true", help="only see that it runs; the figures say little")
    asked.add_argument("--only", choices=["sqlite", "postgresql"], help="leave out the other database")
    asked.add_argument("--mode", choices=modes, help="leave out the other way in")
    given = asked.parse_args()
    for name, database in chosen(given.only or ("sqlite" if given.short else None)).items():
        for mode in [given.mode] if given.mode else modes:
            print(f"--- {name}, {mode}")
            with database() as url:
                measure(url, mode, is_short=given.short)


if __name__ == "__main__":
    main()
