"""Every column that could hold somebody's words was looked at, and those that do are blanked."""

import pytest
from sqlalchemy import JSON, Column, String, Table

from models.records import Record
from models.records.base import Word
from models.records.words import NEVER, PLACES, unquoted, without_excerpts, without_message

TABLES = Record.metadata.sorted_tables


def could_hold_words(column: Column[object]) -> bool:
    """Say whether a column has text or JSON; a word of an enumeration is ours."""
    return isinstance(column.type, String | JSON) and not isinstance(column.type, Word)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_of_each_column_it_is_said_once_whether_it_holds_words(table: Table) -> None:
    said = NEVER.get(table.name, "").split()
    for place in PLACES:
        if place.name == table.name:
            said += [*(name for name in place.words if could_hold_words(table.c[name])), *place.names]
    assert sorted(said) == sorted(column.name for column in table.columns if could_hold_words(column))


def test_no_table_is_named_that_is_not_there() -> None:
    assert {*NEVER, *(place.name for place in PLACES)} <= {table.name for table in TABLES}


def test_reasons_lose_what_they_quote() -> None:
    assert unquoted(["says “gives 503”", "asked in sos", "names registry"]) == ["asked in sos", "names registry"]


def test_an_effect_keeps_where_it_went() -> None:
    posted = {"kind": "post", "channel": "C1", "message": {"blocks": [{"kind": "quote", "text": "words"}]}}
    assert without_message(posted) == {"kind": "post", "channel": "C1", "message": {"blocks": [], "summary": ""}}
    assert without_message({"kind": "react", "message": "17.1"}) == {"kind": "react", "message": "17.1"}


def test_the_body_of_a_handover_keeps_its_figures() -> None:
    body = {
        "rotation": "platform",
        "open": {"items": [{"number": 3, "excerpt": "words", "state": "open"}], "total": 1},
        "log": [{"at": "2026-11-02T10:00:00Z", "text": "words", "author": "Ana Ruiz"}],
        "by_class": [["urgent", 2]],
    }
    kept = without_excerpts(body)
    assert kept == {
        "rotation": "platform",
        "open": {"items": [{"number": 3, "excerpt": "", "state": "open"}], "total": 1},
        "log": [{"at": "2026-11-02T10:00:00Z", "text": "", "author": "Ana Ruiz"}],
        "by_class": [["urgent", 2]],
        "is_blank": True,
    }
    assert without_excerpts(None) is None


def test_the_body_of_a_handover_keeps_its_incidents_without_their_titles() -> None:
    item = {"number": 7, "excerpt": "words", "severity": "critical"}
    kept = without_excerpts({"rotation": "platform", "incidents": {"live": [item], "live_total": 1, "resolved": []}})
    assert kept is not None
    assert kept["incidents"] == {"live": [{**item, "excerpt": ""}], "live_total": 1, "resolved": []}
