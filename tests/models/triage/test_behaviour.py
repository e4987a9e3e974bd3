"""The behaviour that no average may hide; the table is `behaviour.txt`."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from models.triage.classifier import Classifier
from models.triage.verdict import RequestClass

TABLE = Path(__file__).with_name("behaviour.txt")
CALM = frozenset({"platform", "community", "none", "ask"})


class Row(NamedTuple):
    """One line of the table."""

    rule: str
    wanted: frozenset[str]
    text: str


def rows() -> list[Row]:
    found, rule = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            rule = line.removeprefix("== ")
        elif line and not line.startswith("#"):
            wanted, text = line.split(" | ", 1)
            wants = frozenset(wanted.split("/"))
            choice = wants - {"calm"} | CALM if "calm" in wants else wants
            found.append(Row(rule, choice, text.replace("\\n", "\n")))
    return found


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def marked(row: Row) -> Any:
    gap = "gap" in row.wanted
    marks = [pytest.mark.xfail(strict=True, reason="a known gap; once closed, the word gap goes")] if gap else []
    return pytest.param(row, marks=marks, id=f"{row.rule}: {row.text[:40]}")


@pytest.mark.parametrize("row", [marked(row) for row in rows()])
def test_the_message_is_judged_as_the_table_says(classifier: Classifier, row: Row) -> None:
    verdict = classifier.classify(row.text)

    said = {str(verdict.request_class), "ask"} if verdict.ask else {str(verdict.request_class)}
    assert said & row.wanted, f"{verdict.request_class} {verdict.confidence:.2f}, ask {verdict.ask}: {verdict.reasons}"


def test_every_rule_has_at_least_ten_messages_and_wants_only_what_exists() -> None:
    table = rows()

    counts = {rule: sum(row.rule == rule for row in table) for rule in {row.rule for row in table}}
    assert min(counts.values()) >= 10
    assert {want for row in table for want in row.wanted} <= {"ask", "gap", *map(str, RequestClass)}
