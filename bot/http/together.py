"""Deliveries that wait for one another share a commit. Source: docs/decisions/0009."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.errors import StoreUnavailable
from models.events import ReportedAlert

MOST = 2_000
"""So many alerts are taken at once, so that whoever sends few does not wait long for whoever sends many."""


@dataclass
class _Waiting:
    """One delivery. is_taken: whether it is committed, or failed."""

    alerts: Sequence[ReportedAlert]
    is_taken: bool = False
    failure: StoreUnavailable | None = None


class Together:
    """The deliveries of one sender: what waits while one is committed is taken next, in its order and all at once.

    take: takes alerts, and returns only after their commit; raises StoreUnavailable.
    """

    def __init__(self, take: Callable[[Sequence[ReportedAlert]], object]) -> None:
        self._take = take
        self._waiting: list[_Waiting] = []
        self._lists, self._turn = threading.Lock(), threading.Lock()

    @property
    def waiting(self) -> int:
        """How many deliveries wait."""
        return len(self._waiting)

    def take(self, alerts: Sequence[ReportedAlert]) -> None:
        """Take one delivery; return only after its commit. Raises StoreUnavailable."""
        one = _Waiting(alerts)
        with self._lists:
            self._waiting.append(one)
        with self._turn:
            while not one.is_taken:
                self._take_some()
        if one.failure is not None:
            raise one.failure

    def _take_some(self) -> None:
        some = self._next()
        failure: StoreUnavailable | None = StoreUnavailable("another delivery has failed")
        try:
            self._take([alert for one in some for alert in one.alerts])
            failure = None
        except StoreUnavailable as error:
            failure = error
        finally:  # whatever went wrong, nobody waits for ever, and nobody is told that it is kept
            for one in some:
                one.failure, one.is_taken = failure, True

    def _next(self) -> list[_Waiting]:
        """Give the next deliveries: at least one, and as many more as are not too many alerts."""
        with self._lists:
            some = [self._waiting.pop(0)]
            count = len(some[0].alerts)
            while self._waiting and count + len(self._waiting[0].alerts) <= MOST:
                count += len(self._waiting[0].alerts)
                some.append(self._waiting.pop(0))
        return some
