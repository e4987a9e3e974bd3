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

    To page costs a false page where the message is not urgent; to stay calm costs a missed one where it is;
    to ask costs a question either way. With 20, 3 and 1 the author is asked between 5 % and 67 % of urgency.
    """
    best, runner_up = sorted(probabilities, key=lambda each: (-probabilities[each], -each.gravity))[:2]
    urgency = probabilities[RequestClass.URGENT]
    paging, calm = (1 - urgency) * costs.false_page, urgency * costs.missed
    if costs.question < min(paging, calm):
        return Decision(best, True, RequestClass.URGENT, runner_up)
    if paging <= calm and best is not RequestClass.URGENT:
        return Decision(RequestClass.URGENT, False, RequestClass.URGENT, best)
    if calm < paging and best is RequestClass.URGENT:
        return Decision(runner_up, False, runner_up, best)
    return Decision(best, False, best, runner_up)
