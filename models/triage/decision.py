"""What to do with the probabilities: the class, and whether the costs say to ask the author (DESIGN §4)."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.policy import Costs
from models.triage.verdict import RequestClass


@dataclass(frozen=True, slots=True)
class Decision:
    """The class to act on, whether to ask first, and the class that applies if nobody answers."""

    request_class: RequestClass
    ask: bool
    graver: RequestClass
    runner_up: RequestClass


def decide(probabilities: Mapping[RequestClass, float], costs: Costs) -> Decision:
    """Give the cheapest of three: to page, to stay calm, to ask.

    To page costs a false page where the message is not urgent; to stay calm costs a missed one where it is.
    To ask costs a question, and a second one where the message is urgent, because its author has to wait.
    With 20, 3 and 1 the author is asked between 5.3 % and 50 % of urgency.
    """
    best, runner_up = sorted(probabilities, key=lambda each: (-probabilities[each], -each.gravity))[:2]
    urgency = probabilities[RequestClass.URGENT]
    paging, calm = (1 - urgency) * costs.false_page, urgency * costs.missed
    if (1 + urgency) * costs.question < min(paging, calm):
        return Decision(best, True, RequestClass.URGENT, runner_up)
    if paging <= calm:
        return _decision(RequestClass.URGENT, best, runner_up)
    calmest = runner_up if best is RequestClass.URGENT else best
    return _decision(calmest, best, runner_up)


def _decision(chosen: RequestClass, best: RequestClass, runner_up: RequestClass) -> Decision:
    return Decision(chosen, False, chosen, runner_up if chosen is best else best)
