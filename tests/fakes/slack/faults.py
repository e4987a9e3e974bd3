"""What goes wrong on demand."""

from dataclasses import dataclass, field
from enum import StrEnum

from tests.fakes.slack.rates import too_many
from tests.fakes.slack.workspace import SlackError


class Fault(StrEnum):
    """What a call meets instead of its answer. Any other word is answered as Slack's error string."""

    RATE_LIMITED = "ratelimited"
    SERVER_ERROR = "http_500"
    UNAVAILABLE = "http_503"
    HANG = "hang"
    CUT = "cut"
    LOSE_ANSWER = "lose_answer"
    NOT_JSON = "not_json"


WIRE_FAULTS = frozenset({Fault.HANG, Fault.CUT, Fault.LOSE_ANSWER, Fault.NOT_JSON})


@dataclass
class _Planned:
    kind: str
    times: int
    retry_after: int
    channel: str


@dataclass
class Faults:
    _planned: dict[str, list[_Planned]] = field(default_factory=dict)

    def plan(self, method: str, kind: str, times: int, retry_after: int, channel: str) -> None:
        """Let the next calls of a method ('*': of any) fail; channel narrows it where it is not empty."""
        self._planned.setdefault(method, []).append(_Planned(kind, times, retry_after, channel))

    def clear(self) -> None:
        self._planned.clear()

    def take(self, method: str, channel: str) -> str:
        """Give the wire fault that this call meets, '' for none; raise what Slack would answer."""
        for name in (method, "*"):
            for planned in self._planned.get(name, []):
                if planned.times > 0 and planned.channel in {"", channel}:
                    planned.times -= 1
                    return _met(planned)
        return ""


def _met(planned: _Planned) -> str:
    if planned.kind in WIRE_FAULTS:
        return planned.kind
    if planned.kind == Fault.RATE_LIMITED:
        raise too_many(planned.retry_after)
    if planned.kind.startswith("http_"):
        raise SlackError("internal_error", status=int(planned.kind.removeprefix("http_")))
    raise SlackError(planned.kind)
