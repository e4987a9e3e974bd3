"""Classification of a file: lines in, answers out, one for one and in order (DESIGN §8, `classify`)."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.policy import ChannelKind, Costs, Service
from models.triage.classifier import Classifier


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a file. problem: what was wrong with the line, in words; it is classified all the same."""

    text: str
    channel: ChannelKind | None = None
    problem: str | None = None


def parse_line(line: str | bytes, default: ChannelKind | None = None) -> Line:
    """Give the message on a line: JSON {"text", "channel"?} where it is an object with a text, else the line itself.

    Bytes that are no UTF-8 are replaced, and named as the line's problem.
    """
    problem = None
    if isinstance(line, bytes):
        line, problem = _decoded(line)
    line = line.rstrip("\r\n")
    row = _object(line)
    if row is None:
        return Line(line, default, problem)
    text = row["text"] if isinstance(row["text"], str) else json.dumps(row["text"], ensure_ascii=False)
    try:
        return Line(text, ChannelKind(row["channel"]) if row.get("channel") else default, problem)
    except ValueError:
        return Line(text, default, f"unknown channel {row['channel']!r}")


def classify_rows(
    lines: Iterable[str | bytes],
    classifier: Classifier,
    *,
    channel: ChannelKind | None = None,
    services: Sequence[Service] = (),
    costs: Costs | None = None,
) -> Iterator[dict[str, Any]]:
    """Give {"text", "class", "confidence", "reasons", "ask"} for each line; a bad line also has its "problem"."""
    for raw in lines:
        line = parse_line(raw, channel)
        verdict = classifier.classify(line.text, line.channel, services=services, costs=costs)
        row: dict[str, Any] = {
            "text": line.text,
            "class": str(verdict.request_class),
            "confidence": round(verdict.confidence, 4),
            "reasons": list(verdict.reasons),
            "ask": verdict.ask,
        }
        yield row if line.problem is None else {**row, "problem": line.problem}


def _decoded(line: bytes) -> tuple[str, str | None]:
    try:
        return line.decode("utf-8"), None
    except UnicodeDecodeError as error:
        return line.decode("utf-8", "replace"), f"no UTF-8 at byte {error.start + 1}"


def _object(line: str) -> dict[str, Any] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) and "text" in row else None
