"""How a request ended, as a sentence goes on."""

from collections.abc import Mapping

from models.records.request import RequestState

HOW: Mapping[RequestState, str] = {
    RequestState.RESOLVED: "it was resolved",
    RequestState.REROUTED: "it was asked elsewhere",
    RequestState.DUPLICATE: "it goes on in another one",
    RequestState.DISMISSED: "it was no request",
    RequestState.WITHDRAWN: "its author took it back",
    RequestState.STALE: "nobody said anything for days",
}
