"""How often a message is linked to the incident that it speaks of, and how long that takes.

`python -m benchmarks.match [FILE.jsonl …]` measures the pairs under `tests/models/triage/incidents`, or those of other
files there. Each text goes the whole way: it is judged as in its channel, and compared as what it was judged to be.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Any

from models.policy import ChannelKind, Service
from models.triage.classifier import Classifier
from models.triage.evaluation import Figure, share
from models.triage.resemblance import Likeness, LiveIncident, Matcher, Resemblance

FOLDER = Path(__file__).parent.parent / "tests" / "models" / "triage" / "incidents"
LIVE_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said of one pair. incident: the key of the one it was said of."""

    row: Mapping[str, Any]
    found: Resemblance
    incident: str | None

    @property
    def is_linked(self) -> bool:
        """Whether the message was linked without a question."""
        return self.found.likeness is Likeness.LINK

    @property
    def is_right(self) -> bool:
        """Whether it was linked, and to the incident that it speaks of."""
        return self.is_linked and self.incident == self.row["same"]


@dataclass(frozen=True, slots=True)
class World:
    """A catalogue and its incidents."""

    services: tuple[Service, ...]
    incidents: Mapping[str, LiveIncident]

    def live(self, keys: Sequence[str]) -> list[LiveIncident]:
        """Give the incidents of some keys."""
        return [self.incidents[key] for key in keys]

    def key(self, number: int | None) -> str | None:
        """Give the key of an incident's number."""
        return next((key for key, one in self.incidents.items() if one.number == number), None)


def lines(path: Path) -> list[dict[str, Any]]:
    """Give the rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def world(name: str) -> World:
    """Give the world of a file of pairs: `catalogue.json` and `incidents.jsonl`, or those that its name begins with."""
    prefix = name.removesuffix("pairs.jsonl")
    services = json.loads((FOLDER / f"{prefix}catalogue.json").read_text(encoding="utf-8"))
    incidents = {
        row["key"]: LiveIncident(number, row["title"], row["service"], row["environment"], tuple(row["alerts"]))
        for number, row in enumerate(lines(FOLDER / f"{prefix}incidents.jsonl"), 1)
    }
    return World(tuple(Service(**one) for one in services), incidents)


def outcomes(classifier: Classifier, name: str) -> list[Outcome]:
    """Give what is said of every pair of a file."""
    here = world(name)
    matcher = Matcher.of(classifier, here.services)
    return [_outcome(classifier, matcher, here, row) for row in lines(FOLDER / name)]


def _outcome(classifier: Classifier, matcher: Matcher, here: World, row: Mapping[str, Any]) -> Outcome:
    verdict = classifier.classify(row["text"], ChannelKind(row["channel"]), services=here.services)
    graver = max(verdict.request_class, verdict.graver, key=lambda each: each.gravity)
    found = matcher.resemblance(row["text"], here.live(row["live"]), graver)
    return Outcome(row, found, here.key(found.incident))


def figures(told: Sequence[Outcome]) -> dict[str, Figure]:
    """Give the shares, each with its 95 % interval."""
    linked = [one for one in told if one.is_linked]
    same = [one for one in told if one.row["same"]]
    others = [one for one in told if not one.row["same"]]
    return {
        "links that are right": share(sum(one.is_right for one in linked), len(linked)),
        "incidents found": share(sum(one.is_right for one in same), len(same)),
        "found or asked about": share(sum(one.incident == one.row["same"] for one in same), len(same)),
        "near misses asked about": share(sum(one.found.likeness is Likeness.ASK for one in others), len(others)),
    }


def milliseconds(classifier: Classifier, name: str) -> tuple[float, float]:
    """Give the median and the 95th percentile of the processor's time for one comparison with twenty live incidents."""
    here = world(name)
    matcher = Matcher.of(classifier, here.services)
    live = list(here.incidents.values())[:LIVE_AT_ONCE]
    spent = []
    for text in [row["text"] for row in lines(FOLDER / name)] * 2:
        begun = thread_time()
        matcher.resemblance(text, live)
        spent.append(1000 * (thread_time() - begun))
    return median(spent), sorted(spent)[int(0.95 * len(spent))]


def main() -> None:
    """Print the figures of each file, and what was linked wrongly."""
    classifier = Classifier.load()
    for name in sys.argv[1:] or sorted(path.name for path in FOLDER.glob("*pairs.jsonl")):
        told = outcomes(classifier, name)
        print(f"{name}: {len(told)} pairs")
        for what, figure in figures(told).items():
            print(f"  {what:<24} {_written(figure)}")
        median_ms, most_ms = milliseconds(classifier, name)
        print(f"  one of {LIVE_AT_ONCE} live: median {median_ms:.2f} ms, 95 % within {most_ms:.2f} ms")
        for one in told:
            if one.is_linked and not one.is_right:
                print(f"  wrong: {one.row['id']} → {one.incident}: {', '.join(one.found.reasons)}")


def _written(figure: Figure) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return "nothing to count"
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


if __name__ == "__main__":
    main()
