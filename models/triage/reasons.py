"""Why the triage says what it says: at most three facts, in plain words (DESIGN §4)."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from models.policy import ChannelKind
from models.triage.channel import log_shares
from models.triage.model import CLASSES, Model
from models.triage.reading import Reading
from models.triage.text import NUMBERS, STAND_INS, stem
from models.triage.verdict import RequestClass

MOST = 3
_UNWRITTEN = frozenset({*NUMBERS, *STAND_INS})
NOT_TOLD = "does not say whether production is meant"
PRODUCTION = "production"
_PLACES: Mapping[str, str] = MappingProxyType(
    {"test": "a test environment", "development": "a development environment", "tools": "a tools namespace"}
)
_SPOKEN: Mapping[str, str] = MappingProxyType(
    {
        "down": "says “{}”",
        "degraded": "says “{}”",
        "http_down": "“{}”",
        "http_refused": "“{}”",
        "loss": "speaks of lost data: “{}”",
        "attack": "speaks of an attack: “{}”",
        "certificate": "about a certificate",
        "users": "its users are hit: “{}”",
        "everyone": "many are hit: “{}”",
        "one_person": "one person: “{}”",
        "tool": "names a shared tool: “{}”",
        "platform_thing": "names the platform: “{}”",
        "platform_people": "turns to the platform's people: “{}”",
        "quota": "about quota: “{}”",
        "access": "about access: “{}”",
        "how_to": "asks how: “{}”",
        "anyone": "asks anybody: “{}”",
        "advice": "asks for advice: “{}”",
        "production_fine": "says that it is no emergency: “{}”",
        "now": "happens now: “{}”",
        "past": "speaks of the past: “{}”",
        "future": "speaks of the future: “{}”",
        "resolved": "says that it is over: “{}”",
        "announce": "announces: “{}”",
        "answer": "answers somebody: “{}”",
        "thanks": "gives thanks",
        "chatter": "chatter: “{}”",
        "urgent_word": "says “{}”",
        "hypothetical": "speaks of what might be: “{}”",
        "own_thing": "about their own: “{}”",
        "pull_words": "“{}”",
        "crash_words": "“{}”",
        "stop_work": "work stands still: “{}”",
        "ask_please": "asks for something: “{}”",
        "new_thing": "asks for “{}”",
        "vulnerability": "about a weakness: “{}”",
    }
)
_UNSPOKEN_FOR: Mapping[RequestClass, frozenset[str]] = MappingProxyType(
    {
        RequestClass.URGENT: frozenset(
            {
                "resolved",
                "production_fine",
                "thanks",
                "chatter",
                "hypothetical",
                "answer",
                "announce",
                "advice",
                "how_to",
                "past",
                "future",
                "own_thing",
            }
        ),
        RequestClass.PLATFORM: frozenset({"resolved", "thanks", "chatter", "answer", "announce", "past"}),
        RequestClass.COMMUNITY: frozenset({"thanks", "attack", "users", "everyone", "answer", "chatter", "announce"}),
        RequestClass.NONE: frozenset(
            {"ask_please", "how_to", "users", "everyone", "down", "access", "quota", "new_thing"}
        ),
    }
)
_FALLBACK: Mapping[RequestClass, str] = MappingProxyType(
    {
        RequestClass.URGENT: "reads like an outage for real users",
        RequestClass.PLATFORM: "reads like something for the platform team",
        RequestClass.COMMUNITY: "reads like a question to fellow users",
        RequestClass.NONE: "reads like no request",
    }
)


class Fact(NamedTuple):
    """One thing that spoke for the class, with its weight."""

    weight: float
    kind: str
    words: str


def reasons(
    reading: Reading,
    model: Model,
    decided: RequestClass,
    *,
    channel: ChannelKind | None,
    service: str | None,
    environment: str | None,
    in_doubt: bool,
) -> tuple[str, ...]:
    """Give what spoke most for the decided class: words and their meaning, the service, the environment, the channel.

    in_doubt: the author is asked; then it counts, too, that a message does not say whether production is meant.
    """
    said = _place_of(decided, environment, in_doubt=in_doubt)
    facts = _spoken(sorted(_facts(reading, model, decided), reverse=True))
    told = [
        *facts[:1],
        f"names {service}" if service else None,
        said if environment else None,
        f"asked in {channel}" if channel and _channel_speaks_for(decided, channel) else None,
        said,
        *facts[1:],
    ]
    return tuple(dict.fromkeys(each for each in told if each))[:MOST] or (_FALLBACK[decided],)


def _place_of(decided: RequestClass, environment: str | None, *, in_doubt: bool) -> str | None:
    """Give what the environment that was told, or that none was told, has to do with it; None where it has nothing."""
    if environment is None:
        return NOT_TOLD if in_doubt or decided is RequestClass.URGENT else None
    if environment == PRODUCTION:
        return "says production" if in_doubt or decided.is_grave else None
    return f"speaks of {_PLACES[environment]}, not of production" if decided is not RequestClass.URGENT else None


def _spoken(facts: Sequence[Fact]) -> list[str]:
    """Give each kind of fact once, and no word twice."""
    told: dict[str, str] = {}
    for fact in facts:
        if fact.kind not in told and not any(f"“{fact.words}”" in other for other in told.values()):
            told[fact.kind] = _SPOKEN[fact.kind].format(fact.words)
    return list(told.values())


def _channel_speaks_for(decided: RequestClass, channel: ChannelKind) -> bool:
    shares = log_shares(channel)
    return shares[CLASSES.index(decided)] > sum(shares) / len(shares)


def _facts(reading: Reading, model: Model, decided: RequestClass) -> Iterator[Fact]:
    for concept, words in sorted(_told(reading)):
        if concept in _SPOKEN and concept not in _UNSPOKEN_FOR[decided]:
            weight = _pull(model, "meanings", concept, decided) + _words_pull(model, words, decided)
            if weight > 0:
                yield Fact(weight, concept, " ".join(words))


def _told(reading: Reading) -> set[tuple[str, tuple[str, ...]]]:
    """Give each concept with the words that tell it; but no word that nobody wrote."""
    spans = (
        (hit.concepts, tuple(sentence[hit.start : hit.end]))
        for sentence, hits in zip(reading.sentences, reading.hits, strict=True)
        for hit in hits
    )
    return {(concept, words) for concepts, words in spans if not set(words) & _UNWRITTEN for concept in concepts}


def _words_pull(model: Model, words: Sequence[str], decided: RequestClass) -> float:
    return sum(_pull(model, "stems", stem(word), decided) for word in words)


def _pull(model: Model, view: str, feature: str, decided: RequestClass) -> float:
    """Give how much a feature speaks for the class against the mean of the others."""
    weights = model.views[view].weights(feature)
    own = weights[CLASSES.index(decided)]
    return own - (sum(weights) - own) / (len(weights) - 1)
