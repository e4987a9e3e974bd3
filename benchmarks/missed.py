"""How long it takes until 1,000 messages that were missed are in the store: `python -m benchmarks.missed`."""

import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from bot.store import Store
from models.records.request import ReadMessage
from tests.fakes.slack import FakeSlack, Rates
from tests.scenarios.house import CHANNELS, House, policy, workspace

MESSAGES, ANSWERED = 1_000, 50


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, FakeSlack(rates=Rates()) as slack:
        url = f"sqlite:///{Path(folder) / 'missed.db'}"
        store = Store(url)
        store.migrate()
        store.close()
        workspace(slack)
        house = House(url, slack, policy=policy())
        house.start()
        house.until(lambda: len(house.bot.intake.reading("slack").positions) == len(CHANNELS) or None)
        house.stop()
        _missed(slack)
        begun = time.monotonic()
        house.resume()
        seconds = _until_kept(house, begun)
        calls = [one for one in slack.calls if one.method in ("conversations.history", "conversations.replies")]
        refused = sum(one.status == 429 for one in calls)
        print(f"{MESSAGES} messages, {ANSWERED} of them answered: in the store {seconds:.1f} s after the start")
        print(f"{len(calls)} calls, {refused} of them refused by Slack's rates")
        house.stop()


def _missed(slack: FakeSlack) -> None:
    rooms = ("devops-how-to", "devops-sos", "devops-operations", "general")
    with slack.silence():
        for number in range(MESSAGES):
            root = slack.post(rooms[number % len(rooms)], "farid", f"how do I read log number {number} of my pipeline?")
            if number % (MESSAGES // ANSWERED) == 0:
                slack.post(rooms[number % len(rooms)], "grace", "in the console", thread_ts=root)


def _until_kept(house: House, begun: float) -> float:
    while True:
        with house.store.reading() as session:
            kept = session.scalar(select(func.count()).select_from(ReadMessage)) or 0
        if kept >= MESSAGES:
            return time.monotonic() - begun
        time.sleep(0.1)


if __name__ == "__main__":
    main()
