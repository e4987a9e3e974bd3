"""The load: a fake Slack full of people, messages as they come in support channels, and what became of them."""

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from tests.fakes.slack import Delivery, FakeSlack, Rates, Schedule
from tests.fakes.slack.workspace import User
from tests.scenarios.house import workspace

SEED = 1
CLASSES = {"urgent": 4, "platform": 12, "community": 44, "none": 40}
"""Shares of each class in the messages: most of what is written asks nobody of the platform team for anything."""
ROOMS = {"devops-how-to": 50, "devops-operations": 25, "devops-sos": 15, "general": 10}
PATIENCE = 300.0


@dataclass(frozen=True)
class Speed:
    """Times in seconds: from an envelope on the websocket to its acknowledgement, and for all of them together."""

    latencies: Sequence[float]
    seconds: float

    def share(self, share: float) -> float:
        """Give the latency that this share of the messages stays under."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def rate(self) -> float:
        return len(self.latencies) / self.seconds


class Load:
    """Posts drawn at random, the same ones in each run."""

    def __init__(self, slack: FakeSlack, people: int) -> None:
        self.slack = slack
        self._dice = random.Random(SEED)
        self._texts = _texts()
        self._authors = [slack.user(f"U7{number:05d}") for number in range(people)]
        for room in slack.workspace.channels.values():
            room.members += [author.id for author in self._authors]

    def _drawn(self) -> tuple[str, User, str]:
        dice = self._dice
        (room,) = dice.choices([*ROOMS], [*ROOMS.values()])
        (label,) = dice.choices([*CLASSES], [*CLASSES.values()])
        return room, dice.choice(self._authors), dice.choice(self._texts[label])

    def paced(self, rate: float, count: int) -> Speed:
        """Post one by one, so many a second."""
        return self._measured(lambda: self._post_paced(rate, count))

    def _post_paced(self, rate: float, count: int) -> None:
        begun = time.monotonic()
        for number in range(count):
            time.sleep(max(0.0, begun + number / rate - time.monotonic()))
            self.slack.post(*self._drawn())

    def burst(self, count: int) -> Speed:
        """Post all at once."""
        drawn = [self._drawn() for _ in range(count)]
        return self._measured(lambda: self._post_at_once(drawn))

    def _post_at_once(self, drawn: Sequence[tuple[str, User, str]]) -> None:
        with self.slack.at_once():
            for one in drawn:
                self.slack.post(*one)

    def _measured(self, post: Callable[[], None]) -> Speed:
        first = len(self.slack.deliveries)
        post()
        self.slack.wait_quiet(PATIENCE)
        sent = self.slack.deliveries[first:]
        return Speed([_latency(one) for one in sent], _span(sent))

    @property
    def stamps(self) -> set[str]:
        """The timestamps of every message that people posted."""
        bot = self.slack.workspace.bot_id
        rooms = self.slack.workspace.channels.values()
        return {ts for room in rooms for ts, one in room.messages.items() if one.get("bot_id") != bot}


def _latency(delivery: Delivery) -> float:
    assert delivery.acked_at is not None, delivery.failure
    return delivery.acked_at - delivery.attempts[0].sent_at


def _span(sent: Sequence[Delivery]) -> float:
    return max(one.acked_at or 0.0 for one in sent) - min(one.attempts[0].sent_at for one in sent)


@contextmanager
def town(people: int) -> Iterator[Load]:
    """Give the load on a fake Slack that limits no posts, and is as patient as Slack is."""
    with FakeSlack(rates=Rates(is_on=False), schedule=Schedule()) as slack:
        workspace(slack)
        yield Load(slack, people)


def _texts() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in CLASSES}
    corpus = resources.files("models.triage").joinpath("corpus/train.jsonl")
    for line in corpus.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found[row["label"]].append(row["text"])
    return found


def processor_seconds(pid: int) -> float:
    """Give the processor time that a process has used. Reads /proc: Linux only."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
