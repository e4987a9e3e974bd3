"""Whether a message speaks of a trouble that is known already: link it, ask, or leave it. Source: DESIGN §4.

Nothing is linked in doubt. A message is linked where it names the incident's service, or a thing that is that service's
alone, tells a failure that the incident explains, now and in the same environment, and neither asks how something is
done, nor wants something, nor tells of a cause of its author's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from models.policy import Service
from models.triage.classifier import Classifier
from models.triage.telling import GENERIC, Telling, Vocabulary, incident_telling
from models.triage.verdict import RequestClass

_SHORT = 7  # tokens of a message that says no more than that something is down
_BRIEF = 40  # tokens of a message that speaks of one matter only
_WORDS_OF_A_TITLE = 2

# What a failure of a service explains of what people see of it: an outage stops everything, what is slow does not.
_EXPLAINS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "unreachable": frozenset({"unreachable", "timeout", "sealed", GENERIC}),
        "sealed": frozenset({"sealed", "unreachable", GENERIC}),
        "timeout": frozenset({"timeout", "unreachable"}),
        "slow": frozenset({"slow", "timeout"}),
        "flaky": frozenset({"flaky", "timeout"}),
        "full": frozenset({"full"}),
        "stuck": frozenset({"stuck", "late"}),
        "late": frozenset({"late", "stuck"}),
        "empty": frozenset({"empty"}),
        "expired": frozenset({"expired"}),
        "evicted": frozenset({"evicted", "stuck"}),
        "unsynced": frozenset({"unsynced", "stuck"}),
        "lossy": frozenset({"lossy"}),
        "refused": frozenset({"refused"}),
    }
)
# Said of any failure, so that it tells two apart from none.
_VAGUE = frozenset({GENERIC, "unreachable"})
_OUTAGE = frozenset({"unreachable", "timeout"})
# What many services have: that both speak of one does not tell whose it is.
_EVERYBODYS = frozenset(
    {
        "login",
        "api",
        "route",
        "job",
        "log",
        "metric",
        "certificate",
        "database",
        "secret",
        "message",
        "download",
        "upload",
        "node",
        "sync",
    }
)
_EMPTY = frozenset(
    {"·", "the", "a", "an", "of", "to", "in", "on", "at", "and", "or", "with", "for", "from", "by", "it", "its", "this"}
    | {"is", "are", "be", "has", "have", "can", "cannot", "not", "no", "all", "that"}
)
_RULED_OUT: Mapping[str, str] = MappingProxyType(
    {
        "over": "says that it is over",
        "own cause": "tells of a change of their own",
        "own copy": "speaks of their own installation",
        "alone": "is theirs alone",
    }
)


class Likeness(IntEnum):
    """What to do about a message and an incident."""

    NO = 0
    ASK = 1
    LINK = 2


@dataclass(frozen=True, slots=True)
class LiveIncident:
    """What is known of an incident. service: its name in the catalogue. alerts: `name: what it says`, of each."""

    number: int
    title: str
    service: str | None
    environment: str | None
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How a message resembles an incident. incident: its number; None where there is nothing to say of any.

    reasons: at most three, in plain words.
    """

    likeness: Likeness
    incident: int | None
    reasons: tuple[str, ...]


NONE = Resemblance(Likeness.NO, None, ())


@dataclass(frozen=True, slots=True)
class Matcher:
    """Compares messages with the incidents that are live; holds nothing that changes."""

    vocabulary: Vocabulary

    @classmethod
    def of(cls, classifier: Classifier, services: Sequence[Service]) -> "Matcher":
        """Give the matcher for a catalogue of services."""
        return cls(Vocabulary.of(classifier, services))

    def resemblance(
        self, text: str, incidents: Sequence[LiveIncident], request_class: RequestClass | None = None
    ) -> Resemblance:
        """Give the incident that a message speaks of, and how sure that is.

        request_class: what the triage said of the message; for `none` nothing is ever linked.
        """
        if not incidents or request_class is RequestClass.NONE:
            return NONE
        told = self.vocabulary.message(text)
        if _is_vague(told):
            return _of_the_only(told, incidents)
        is_question = request_class is RequestClass.COMMUNITY
        found = [_compared(told, _known(one), one.number, is_question=is_question) for one in incidents]
        return _best([one for one in found if one.likeness is not Likeness.NO])


@dataclass(frozen=True, slots=True)
class _Comparison:
    likeness: Likeness
    number: int
    shared: int
    reasons: tuple[str, ...]


def _known(incident: LiveIncident) -> Telling:
    return incident_telling(incident.service, incident.environment, (incident.title, *incident.alerts))


def _best(found: Sequence[_Comparison]) -> Resemblance:
    """Give the most alike; where two are alike enough to be linked and neither stands out, it is asked about."""
    if not found:
        return NONE
    best, *others = sorted(found, key=lambda one: (-one.likeness, -one.shared))
    is_tied = any((one.likeness, one.shared) == (best.likeness, best.shared) for one in others)
    likeness = Likeness.ASK if is_tied else best.likeness
    return Resemblance(likeness, best.number, best.reasons)


def _is_vague(told: Telling) -> bool:
    """Say whether a message says no more than that something is down, or asks whether it still is."""
    return told.is_bare and told.size <= _SHORT and (bool(told.failures & _VAGUE) or "asks after" in told.signs)


def _of_the_only(told: Telling, incidents: Sequence[LiveIncident]) -> Resemblance:
    if len(incidents) > 1 or _ruled_out(told):
        return NONE
    return Resemblance(Likeness.ASK, incidents[0].number, ("does not say what; this is all that is known",))


def _compared(told: Telling, known: Telling, number: int, *, is_question: bool) -> _Comparison:
    reasons: list[str] = []
    likeness = _likeness(told, known, reasons)
    if is_question and not (likeness and _asks_about_it(told, known, likeness)):
        likeness = Likeness.NO
    shared = len(told.failures & known.failures - {GENERIC}) + len(told.things & known.things)
    return _Comparison(likeness, number, shared, tuple(reasons[:3]))


def _asks_about_it(told: Telling, known: Telling, likeness: Likeness) -> bool:
    """Say whether a question is one for the incident: it tells its failure in few words, or asks how it stands."""
    if "usage" in told.signs or told.size > _BRIEF:
        return False
    if likeness is Likeness.LINK and told.failures & known.failures - {GENERIC}:
        return True
    return not told.signs.isdisjoint({"asks how it is", "asks after"})


def _likeness(told: Telling, known: Telling, reasons: list[str]) -> Likeness:
    if _ruled_out(told):
        return Likeness.NO
    whose = _same_service(told, known, reasons)
    if "asks after" in told.signs:
        return min(whose, Likeness.ASK)
    if "mine" in told.signs and "many" not in told.signs:
        whose = min(whose, Likeness.ASK)
    return min(whose, _same_failure(told, known, reasons), _same_place(told, known))


def _ruled_out(told: Telling) -> str | None:
    """Give why a message reports no trouble of now, or one that is its author's own; None where it may report one."""
    if not told.signs.isdisjoint({"past", "future"}) and "ongoing" not in told.signs:
        return "speaks of another time"
    if not told.signs.isdisjoint({"usage", "wants"}) and not told.failures - _VAGUE:
        return "asks how something is done, or wants something"
    if "over" in told.signs and "flaky" in told.failures:
        return None  # it works again for a while
    return next((why for sign, why in _RULED_OUT.items() if sign in told.signs), None)


def _same_place(told: Telling, known: Telling) -> Likeness:
    """Say whether the environments agree; an app of any namespace can be hit by what is wrong in production."""
    here, there = told.environment, known.environment
    if there in (None, here):
        return Likeness.LINK
    if here is None:
        return Likeness.LINK if there == "production" else Likeness.ASK
    if there == "production" and told.in_namespace:
        return Likeness.LINK if here == "tools" else Likeness.ASK
    return Likeness.NO


def _same_service(told: Telling, known: Telling, reasons: list[str]) -> Likeness:
    if not known.services:
        return _same_words(told, known, reasons)
    (service,) = known.services
    if told.services:
        reasons.append(f"names {service}")
        return _among(service, told, known)
    return _same_thing(told, known, reasons)


def _among(service: str, told: Telling, known: Telling) -> Likeness:
    if service not in told.services:
        return Likeness.NO
    is_about_it = told.is_theirs or bool(told.kinds & known.kinds)
    return Likeness.LINK if told.services[0] == service and is_about_it else Likeness.ASK


def _same_words(told: Telling, known: Telling, reasons: list[str]) -> Likeness:
    """Compare with an incident of no service of the catalogue: by the words of its title that say something."""
    if told.services:
        return Likeness.NO
    title = known.stems - _EMPTY
    shared = told.stems & title
    if len(shared) < _WORDS_OF_A_TITLE:
        return Likeness.NO
    reasons.append(f"speaks of “{' '.join(sorted(shared))}”")
    return Likeness.LINK if 2 * len(shared) >= len(title) else Likeness.ASK


def _same_thing(told: Telling, known: Telling, reasons: list[str]) -> Likeness:
    """Compare where no service is named: by a thing that is one service's alone, where many are hit."""
    shared = told.failing & known.things - _EVERYBODYS
    if not shared or told.products - known.products:
        return Likeness.NO
    reasons.append(f"speaks of the same thing: {', '.join(sorted(shared))}")
    is_told_well = ("many" in told.signs and told.size <= _BRIEF) or bool(told.failures & known.failures - _VAGUE)
    return Likeness.LINK if is_told_well else Likeness.ASK


def _same_failure(told: Telling, known: Telling, reasons: list[str]) -> Likeness:
    explained = frozenset(each for failure in known.failures for each in _EXPLAINS.get(failure, ()))
    shared = told.failures & explained - {GENERIC}
    if "refused" in told.failures - shared and not shared - _VAGUE:
        return Likeness.NO
    if shared:
        reasons.append(f"tells the same trouble: {', '.join(sorted(shared))}")
        is_just_that = bool(shared & known.failures or shared & _OUTAGE)
        return Likeness.LINK if _is_alike(told, known, is_just_that=is_just_that) else Likeness.ASK
    if not told.failures:
        return Likeness.ASK if "asks how it is" in told.signs else Likeness.NO
    return _of_some_failure(told, known, explained, reasons)


def _of_some_failure(told: Telling, known: Telling, explained: frozenset[str], reasons: list[str]) -> Likeness:
    """Compare where only that something fails is told, or it fails otherwise than the incident would make it."""
    if not told.failures & _VAGUE or _is_other_kind(told, known):
        return Likeness.NO
    reasons.append("tells that it fails")
    is_sure = GENERIC in explained or known.failures == {GENERIC}
    is_alike = bool(told.kinds & known.kinds) or (told.failures <= _VAGUE and told.kinds <= _use_of(known))
    return Likeness.LINK if is_sure and is_alike and told.size <= _BRIEF else Likeness.ASK


def _use_of(known: Telling) -> frozenset[str]:
    """Give the things that stop with the incident's: images are there to be fetched and kept."""
    return known.things | ({"download", "upload"} if "image" in known.things else set())


def _is_alike(told: Telling, known: Telling, *, is_just_that: bool) -> bool:
    """Say whether the same thing fails: both name it, or, where the very same failure is told, one of them none."""
    return bool(told.kinds & known.kinds) or (is_just_that and not _is_other_kind(told, known))


def _is_other_kind(told: Telling, known: Telling) -> bool:
    """Say whether both name what fails, and nothing that both name."""
    return bool(told.kinds and known.kinds) and not told.things & known.things
