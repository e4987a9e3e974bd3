"""The bot's own heartbeat: an address that is called while it is well, so that whoever watches there misses it.

It is called every minute, and only while events can be taken, what is owed goes out and due times are looked for: a bot
that is up and does nothing must be missed just as one that is gone.
"""

import threading
from collections.abc import Callable, Sequence
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import structlog

from bot.metrics import Metrics

EVERY_SECONDS, TIMEOUT_SECONDS = 60.0, 10.0

log = structlog.get_logger(__name__)


class Pulse:
    """Calls an address again and again. is_amiss: gives what keeps the bot from its work; empty: it is well.

    The address is a secret: whoever has it can pretend that the bot is well. No log holds it.
    """

    def __init__(
        self,
        url: str,
        is_amiss: Callable[[], Sequence[str]],
        metrics: Metrics,
        *,
        every_seconds: float = EVERY_SECONDS,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._url, self._is_amiss, self._metrics = url, is_amiss, metrics
        self._every, self._timeout = every_seconds, timeout_seconds
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Call at once, and every minute from then on."""
        self._thread.start()

    def stop(self) -> None:
        """Call no more. A call that is under way is left."""
        self._stopping.set()

    def beat(self) -> str:
        """Call once, if all is well; give what came of it: `called`, `failed` or `withheld`."""
        amiss = list(self._is_amiss())
        if amiss:
            log.warning("healthcheck.withheld", amiss=amiss)
            outcome = "withheld"
        else:
            reason = self._call()
            outcome = "failed" if reason else "called"
            if reason:
                log.warning("healthcheck.failed", reason=reason)
        self._metrics.healthchecks.labels(outcome).inc()
        return outcome

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.beat()
            self._stopping.wait(self._every)

    def _call(self) -> str:
        """Give why a call failed, in words without the address; empty where it did not."""
        asked = Request(self._url, headers={"User-Agent": "watchbill"})  # noqa: S310 - http and https only, by the settings
        try:
            with urlopen(asked, timeout=self._timeout):  # noqa: S310
                return ""
        except HTTPError as error:
            error.close()
            return f"status {error.code}"
        except (OSError, HTTPException, ValueError) as error:
            cause = getattr(error, "reason", error)
            return type(cause if isinstance(cause, BaseException) else error).__name__
