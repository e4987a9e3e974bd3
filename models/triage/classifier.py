"""The triage of one message: text and channel in; class, confidence and reasons out (DESIGN §4)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from models.policy import ChannelKind, Costs, Service
from models.triage.channel import log_shares
from models.triage.decision import decide
from models.triage.gates import Gates
from models.triage.lexicon import Lexicon
from models.triage.model import CLASSES, Model, normalised
from models.triage.reading import Reading
from models.triage.reasons import reasons
from models.triage.spelling import Speller
from models.triage.surroundings import environment_of, service_of
from models.triage.verdict import RequestClass, Verdict

# Where only an environment without real users is named, one message in a hundred is urgent (corpus, `case` and
# `chat`); the text model alone says five. The factor on its odds was chosen by cross-validation.
_WITHOUT_USERS = frozenset({"test", "development"})
_LESS_URGENT = -3.0
# Where fewer of the words are known, what the text model says counts less: what it cannot read it should ask about.
_READABLE = 0.7
# What is only pasted (a link, a log) says little about what its author wants: half of it is how often each class is
# posted at all.
_AT_ALL: Mapping[RequestClass, float] = MappingProxyType(
    {
        RequestClass.URGENT: 0.03,
        RequestClass.PLATFORM: 0.17,
        RequestClass.COMMUNITY: 0.4,
        RequestClass.NONE: 0.4,
    }
)


@dataclass(frozen=True, slots=True)
class Classifier:
    """Judges messages with one model; holds nothing that changes."""

    model: Model
    lexicon: Lexicon
    gates: Gates
    speller: Speller

    @classmethod
    def load(cls) -> "Classifier":
        """Give the classifier with the shipped weights."""
        return cls.of(Model.load())

    @classmethod
    def of(cls, model: Model) -> "Classifier":
        """Give the classifier with a model of one's own, such as a retrained one."""
        lexicon = Lexicon.load()
        return cls(model, lexicon, Gates.load(), Speller.of(lexicon.words(), model.known))

    def classify(
        self,
        text: str,
        channel: ChannelKind | None = None,
        *,
        services: Sequence[Service] = (),
        costs: Costs | None = None,
    ) -> Verdict:
        """Give the verdict on a message.

        channel: None where it is unknown; a direct message counts as how-to.
        services: the catalogue. costs: None for the policy's defaults.
        """
        reading = Reading.of(text, self.lexicon, self.speller)
        message = reading.message
        service, environment = service_of(message, services), environment_of(message)
        closed = self.gates.reason(message)
        if closed:
            return _no_request(closed, service, environment)
        probabilities = self._probabilities(reading, channel, environment)
        decision = decide(probabilities, costs or Costs())
        return Verdict(
            request_class=decision.request_class,
            confidence=probabilities[decision.request_class],
            reasons=reasons(
                reading,
                self.model,
                decision.request_class,
                channel=channel,
                service=service,
                environment=environment,
                in_doubt=decision.ask,
            ),
            ask=decision.ask,
            graver=decision.graver,
            runner_up=decision.runner_up,
            probabilities=tuple(probabilities.items()),
            service=service,
            environment=environment,
        )

    def _probabilities(
        self, reading: Reading, channel: ChannelKind | None, environment: str | None
    ) -> dict[RequestClass, float]:
        told = self.model.log_probabilities(self.model.margins(reading))
        trust = min(1.0, self.model.familiarity(reading) / _READABLE)
        told = [trust * value for value in told]
        if environment in _WITHOUT_USERS:
            told[CLASSES.index(RequestClass.URGENT)] += _LESS_URGENT
        if reading.message.is_pasted:
            told = _mixed(told)
        joined = normalised([one + other for one, other in zip(told, log_shares(channel), strict=True)])
        return {each: math.exp(value) for each, value in zip(CLASSES, joined, strict=True)}


def _mixed(told: Sequence[float]) -> list[float]:
    shares = [math.exp(value) for value in normalised(told)]
    return [math.log((share + _AT_ALL[each]) / 2) for each, share in zip(CLASSES, shares, strict=True)]


def _no_request(reason: str, service: str | None, environment: str | None) -> Verdict:
    certain = tuple((each, 1.0 if each is RequestClass.NONE else 0.0) for each in CLASSES)
    return Verdict(
        request_class=RequestClass.NONE,
        confidence=1.0,
        reasons=(reason,),
        ask=False,
        graver=RequestClass.NONE,
        runner_up=RequestClass.COMMUNITY,
        probabilities=certain,
        service=service,
        environment=environment,
    )
