"""Deliveries that wait share a commit, in their order; and a store that is away fails all that were in it."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep

import pytest

from bot.http.together import MOST, Together
from models.errors import StoreUnavailable
from models.events import ReportedAlert


@dataclass
class Taking:
    """What takes alerts: waits with the first until it is let go. is_away: whether it fails after that."""

    taken: list[list[str]] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    is_away: bool = False

    def take(self, alerts: Sequence[ReportedAlert]) -> None:
        self.taken.append([one.fingerprint for one in alerts])
        assert self.go.wait(60)
        if self.is_away:
            raise StoreUnavailable("disk full")


def send(together: Together, taking: Taking, counts: Sequence[int]) -> list[StoreUnavailable | None]:
    """Send deliveries of so many alerts each, the first alone and the others while it is taken; give how each ended."""
    ended: list[StoreUnavailable | None] = [None] * len(counts)

    def one(number: int) -> None:
        alerts = [ReportedAlert(fingerprint=str(number), is_firing=True)] * counts[number]
        try:
            together.take(alerts)
        except StoreUnavailable as failure:
            ended[number] = failure

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(counts))]
    for number, thread in enumerate(threads):
        thread.start()
        latest = monotonic() + 20
        while together.waiting < number or not taking.taken:  # each waits before the next is sent
            assert monotonic() < latest
            sleep(0.001)
    taking.go.set()
    for thread in threads:
        thread.join(20)
    return ended


def test_what_waits_is_taken_at_once_in_its_order() -> None:
    taking = Taking()
    assert send(Together(taking.take), taking, [1, 1, 2, 1]) == [None] * 4
    assert taking.taken == [["0"], ["1", "2", "2", "3"]]


def test_one_that_is_large_is_taken_by_itself() -> None:
    taking = Taking()
    send(Together(taking.take), taking, [1, MOST + 1, 1])
    assert [len(some) for some in taking.taken] == [1, MOST + 1, 1]


def test_while_the_store_is_away_each_of_them_fails() -> None:
    taking = Taking(is_away=True)
    ended = send(Together(taking.take), taking, [1, 1, 1])
    assert all(isinstance(one, StoreUnavailable) for one in ended)


@pytest.mark.parametrize("count", [0, 1])
def test_one_alone_is_taken_alone(count: int) -> None:
    taking = Taking()
    taking.go.set()
    Together(taking.take).take([ReportedAlert(fingerprint="a", is_firing=True)] * count)
    assert taking.taken == [["a"] * count]
