"""What the triage answers: the classes, and the verdict on one message (DESIGN §4)."""

from dataclasses import dataclass
from enum import StrEnum

from models.policy import ChannelKind


class RequestClass(StrEnum):
    """The four classes, gravest first; `none` is no request at all."""

    URGENT = "urgent"
    PLATFORM = "platform"
    COMMUNITY = "community"
    NONE = "none"

    @property
    def gravity(self) -> int:
        """Give how grave the class is: 3 for urgent down to 0 for none."""
        return len(RequestClass) - 1 - tuple(RequestClass).index(self)

    @property
    def is_grave(self) -> bool:
        """Whether somebody is paged for it."""
        return self in (RequestClass.URGENT, RequestClass.PLATFORM)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the triage says about one message.

    request_class: the class to act on.
    confidence: calibrated; of the verdicts with 0.8, about 80 % are right.
    reasons: at most three, in plain words, the weightiest first.
    ask: the costs say that the author should be asked.
    graver: what applies if the question stays unanswered; request_class itself where nothing is asked.
    service: a name from the catalogue; environment: production, test, development or tools; None: not told.
    """

    request_class: RequestClass
    confidence: float
    reasons: tuple[str, ...]
    ask: bool
    graver: RequestClass
    runner_up: RequestClass
    probabilities: tuple[tuple[RequestClass, float], ...]
    service: str | None
    environment: str | None

    def probability(self, request_class: RequestClass) -> float:
        """Give the calibrated probability of one class."""
        return dict(self.probabilities)[request_class]

    @property
    def otherwise(self) -> RequestClass:
        """Give the class should the author say no, where they are asked; else the one to act on."""
        return self.runner_up if self.ask and self.request_class is self.graver else self.request_class

    def is_request_in(self, kind: ChannelKind | None) -> bool:
        """Say whether a message is a request in a channel of a kind; in a general one only what may be urgent is."""
        if kind is ChannelKind.GENERAL:
            return RequestClass.URGENT in (self.request_class, self.graver)
        return self.request_class is not RequestClass.NONE or self.graver.is_grave
