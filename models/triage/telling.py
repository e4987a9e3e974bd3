"""What a message, or an incident, tells of a trouble: whose it is, which thing fails, how, and when.

The words are in `resemblance.json`: things, failures, signs and products, each a line of phrases, as in the lexicon.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from models.policy import Service
from models.triage.classifier import Classifier
from models.triage.lexicon import Hit, Lexicon
from models.triage.spelling import Speller
from models.triage.surroundings import environment_of
from models.triage.text import Message, stem, tokens

GENERIC = "fails"  # something is wrong, and no more is said of how
_SHORTEST_NAME = 5  # letters of a name that may be misspelt
_FEW = 2  # words between "my" and what is somebody's own
_BREAK = "·"  # stands between two clauses; a token of its own

_CLAUSE = re.compile(r"[,;:]\s|\s[-–—]{1,3}\s|\s(?:but|although|though|whereas)\s", re.IGNORECASE)
_CHANGES = (
    r"(?:chang|renam|rotat|upgrad|updat|deploy|mov|switch|migrat|add|remov|edit|merg|install|delet|replac|enabl|disabl"
    r"|configur|creat|releas|refactor|bump)\w*"
)
_OWN_CAUSE = re.compile(
    rf"\b(?:since|after|because) (?:i|we|i've|we've|i have|we have) (?:\w+ )?{_CHANGES}"
    r"|\b(?:since|after) (?:the|our|my) (?:(?:last|latest|own|new) )?(?:deploy\w*|release|merge|commit|migration)\b"
)
_OWN_COPY = re.compile(r"\b(?:(?:our|my|their) own|we (?:run|host|operate) (?:our|a|an)|i (?:run|host) (?:my|a|an))\b")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ASKS = frozenset(
    {"is", "are", "did", "do", "does", "has", "have", "was", "were", "can", "could", "will", "would"}
    | {"how", "what", "when", "where", "why", "who", "which", "any", "anyone", "anybody", "anything"}
)
_PLACE = frozenset({"on", "in", "inside", "within"})
_ARTICLES = frozenset({"the", "our", "your"})
_AS_TRIAGE: Mapping[str, str] = MappingProxyType(
    {"own_host": "own copy"} | dict.fromkeys(("down", "degraded", "http_down", "fails", "stop_work"), GENERIC)
)
_NO_REPORT = frozenset({"usage", "wants"})
# Whose a trouble is, not what it is: builds fail and databases stop for any reason.
_BYSTANDERS = frozenset({"job", "namespace", "database", "secret"})


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of a trouble.

    services: those that it is about, by their names in the catalogue; places, as in "on silver", only where there are
    no others. is_theirs: a failure is told with a service or after it, not before.
    environment, in_namespace: the one that is told, and whether only the name of a namespace tells it.
    things, failures, signs, products: what `resemblance.json` knows of it; a failure may be `GENERIC`.
    kinds: the things that narrow the trouble down. failing: the things told in one breath with a failure.
    stems: of all words, for an incident of its title's. size: in tokens.
    is_bare: nothing is named at all, as in "is it down?".
    """

    services: tuple[str, ...]
    is_theirs: bool
    environment: str | None
    in_namespace: bool
    things: frozenset[str]
    kinds: frozenset[str]
    failing: frozenset[str]
    failures: frozenset[str]
    signs: frozenset[str]
    products: frozenset[str]
    stems: frozenset[str]
    size: int
    is_bare: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words for troubles, and the names of the catalogue; holds nothing that changes."""

    table: Mapping[str, Lexicon]
    names: Lexicon
    slips: Speller
    classifier: Classifier

    @classmethod
    def of(cls, classifier: Classifier, services: Sequence[Service]) -> "Vocabulary":
        """Give the vocabulary for a catalogue of services."""
        names = Lexicon.of({one.name: [name.lower() for name in (one.name, *one.aliases)] for one in services})
        words = {word for word in names.words() if len(word) >= _SHORTEST_NAME}
        return cls(_table(), names, Speller.of(words, classifier.model.known), classifier)

    def message(self, text: str) -> Telling:
        """Give what a message tells. What is said to be well, asked how to do or wished for tells of no trouble."""
        message = Message(text)
        marked = Message(_CLAUSE.sub(f" {_BREAK} ", message.raw)).sentences
        corrected = self.slips.corrected(self.classifier.speller.corrected(marked))
        sentences = [_clauses(sentence, self._clause) for sentence in corrected]
        heard = [clause for sentence in sentences for clause in sentence]
        reports = [sentence for sentence in sentences if not _no_report(sentence)]
        told = [clause for sentence in reports for clause in sentence if not clause.is_well]
        things = _union(clause.things for clause in told)
        failing = _union(clause.things for clause in told if clause.failures)
        return Telling(
            services=_subjects(told) or _subjects([clause for clause in heard if not clause.is_well]),
            is_theirs=_is_theirs(sentences),
            environment=environment_of(message),
            in_namespace=bool(message.namespaces),
            things=things,
            kinds=(failing or things) - _BYSTANDERS,
            failing=failing,
            failures=_union(clause.failures for clause in told),
            signs=_union(clause.signs for clause in heard) | _own(message),
            products=_union(clause.products for clause in told),
            stems=frozenset(stem(word) for clause in told for word in clause.words),
            size=sum(len(clause.words) for clause in heard),
            is_bare=all(clause.is_bare for clause in heard),
        )

    def _clause(self, words: Sequence[str]) -> "_Clause":
        failing, signing = self.table["failures"].hits(words), self.table["signs"].hits(words)
        names = self.names.hits(words)
        signs = _concepts(signing) | self._as_triage(words)
        failures = _concepts(failing) | (signs & {GENERIC})
        asks = "?" in words or words[0] in _ASKS
        if any("my" in words[max(0, hit.start - _FEW) : hit.start] for hit in names):
            signs |= {"mine"}
        if asks and names and (failures or "healthy" in signs):
            signs |= {"asks how it is"}
        return _Clause(
            words=words,
            names=tuple((hit.concepts[0], _is_place(words, hit.start)) for hit in names),
            things=_concepts(self.table["things"].hits(words)),
            failures=failures,
            products=_named(self.table["products"].hits(words), words) - _named(names, words),
            signs=_signs_of(signs, words, asks=asks),
            is_well="healthy" in signs and not failures and not asks,
            is_bare=_covers([*failing, *signing, *self.table["bare"].hits(words)], words),
        )

    def _as_triage(self, words: Sequence[str]) -> frozenset[str]:
        """Give the signs that the triage's own lexicon tells: that something fails, or is a home-made installation."""
        names = self.names.words()
        hits = [hit for hit in self.classifier.lexicon.hits(words) if not names.issuperset(words[hit.start : hit.end])]
        return frozenset(_AS_TRIAGE[each] for hit in hits for each in hit.concepts if each in _AS_TRIAGE)


@dataclass(frozen=True, slots=True)
class _Clause:
    """What a clause tells. names: of services, each with whether it is told as a place."""

    words: Sequence[str]
    names: tuple[tuple[str, bool], ...]
    things: frozenset[str]
    failures: frozenset[str]
    products: frozenset[str]
    signs: frozenset[str]
    is_well: bool
    is_bare: bool


@lru_cache(maxsize=256)
def incident_telling(service: str | None, environment: str | None, texts: tuple[str, ...]) -> Telling:
    """Give what an incident tells, from its title and its alerts; the same ones are asked for again and again."""
    table = _table()
    clauses = [clause for text in texts for clause in _CLAUSE.split(text)]
    heard = [(words, _concepts(table["signs"].hits(words))) for words in map(_words, clauses)]
    words = [word for words, signs in heard if "healthy" not in signs for word in (*words, _BREAK)]
    signs = _concepts(table["signs"].hits(words))
    things = _concepts(table["things"].hits(words))
    return Telling(
        services=(service,) if service is not None else (),
        is_theirs=True,
        environment=environment,
        in_namespace=False,
        things=things,
        failing=things,
        kinds=things - _BYSTANDERS - _concepts(table["things"].hits(_words(service or ""))),
        failures=_concepts(table["failures"].hits(words)) | (signs & {GENERIC}),
        signs=frozenset(),
        products=_named(table["products"].hits(words), words),
        stems=frozenset(stem(word) for word in _words(texts[0])),
        size=len(words),
        is_bare=False,
    )


def _clauses(words: Sequence[str], told: Callable[[Sequence[str]], _Clause]) -> list[_Clause]:
    """Give the clauses of a sentence that say something."""
    clauses: list[list[str]] = [[]]
    for word in words:
        if word == _BREAK:
            clauses.append([])
        else:
            clauses[-1].append(word)
    return [told(clause) for clause in clauses if clause]


def _words(text: str) -> tuple[str, ...]:
    return tokens(_CAMEL.sub(" ", text).lower())


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Lexicon]:
    text = resources.files("models.triage").joinpath("resemblance.json").read_text(encoding="utf-8")
    table = json.loads(text)
    return {part: Lexicon.of(lines if isinstance(lines, dict) else {part: lines}) for part, lines in table.items()}


def _concepts(hits: Sequence[Hit]) -> frozenset[str]:
    return frozenset(concept for hit in hits for concept in hit.concepts)


def _named(hits: Sequence[Hit], words: Sequence[str]) -> frozenset[str]:
    return frozenset(" ".join(words[hit.start : hit.end]) for hit in hits)


def _covers(hits: Sequence[Hit], words: Sequence[str]) -> bool:
    """Say whether every word stands in a hit."""
    return len({at for hit in hits for at in range(hit.start, hit.end)}) == len(words)


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _is_place(words: Sequence[str], at: int) -> bool:
    before = at - 2 if at >= 1 and words[at - 1] in _ARTICLES else at - 1
    return before >= 0 and words[before] in _PLACE


def _signs_of(signs: frozenset[str], words: Sequence[str], *, asks: bool) -> frozenset[str]:
    """Give a clause's signs with what only its form tells: what is asked after, what will be, what only seems alone."""
    found = set(signs)
    if asks:
        found.add("asks")
        if "over" in found:
            found = found - {"over"} | {"asks after"}
        if "many" in found:
            found.discard("alone")  # "is it only ours?"
    if words[0] == "will":
        found.add("future")
    return frozenset(found)


def _own(message: Message) -> frozenset[str]:
    signs = (("own cause", _OWN_CAUSE), ("own copy", _OWN_COPY))
    return frozenset(sign for sign, told in signs if told.search(message.plain))


def _no_report(sentence: Sequence[_Clause]) -> bool:
    return any(clause.signs & _NO_REPORT for clause in sentence)


def _subjects(heard: Sequence[_Clause]) -> tuple[str, ...]:
    told = [each for one in heard for each in one.names]
    subjects = [name for name, is_place in told if not is_place] or [name for name, _ in told]
    return tuple(dict.fromkeys(subjects))


def _is_theirs(sentences: Sequence[Sequence[_Clause]]) -> bool:
    """Say whether a failure is told in a sentence that names a service, or after one that is no question."""
    is_named = False
    for sentence in sentences:
        names, fails = any(clause.names for clause in sentence), any(clause.failures for clause in sentence)
        if fails and (names or is_named):
            return True
        is_named = is_named or (names and not any("asks" in clause.signs for clause in sentence))
    return False
