"""Handovers as Markdown, JSON and CSV."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from io import StringIO

import pytest

from handlers.handover import handover_rows
from handlers.wording.handover_export import ExportRow, render
from tests.handlers.handover_world import World


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    made = World.of(sqlite_url).at("02 16:00")
    made.request("checkout is `down` | <!channel>")
    made.command("amina", 'note =SUM(1,2) "quoted"')
    made.command("amina", "submit")
    made.command("bob", "accept")
    made.pass_to("04 09:00")
    yield made
    made.close()


def rows(world: World, since: date | None = None) -> list[ExportRow]:
    with world.store.reading() as session:
        return handover_rows(session, world.standing, since)


def test_json_gives_every_handover_with_zoned_times(world: World) -> None:
    first, second = json.loads(render(rows(world), "json"))
    assert (first["outgoing"], first["incoming"], first["accepted_by"]) == ("Amina", "Bob", "Bob")
    assert first["shift_start"] == "2026-11-02T09:00:00+00:00"
    assert (first["is_automatic"], second["is_automatic"]) == (False, True)
    assert first["open"] == 1
    assert first["watch"] == '=SUM(1,2) "quoted"'


def test_csv_reads_back_and_no_cell_is_a_formula(world: World) -> None:
    first, second = csv.DictReader(StringIO(render(rows(world), "csv")))
    assert first["watch"] == '\'=SUM(1,2) "quoted"'
    assert (first["number"], second["number"]) == ("1", "2")
    assert not [cell for row in (first, second) for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_markdown_keeps_peoples_words_as_words(world: World) -> None:
    text = render(rows(world), "md")
    assert text.startswith("## 2026-11-02 platform: Amina → Bob (#1)")
    assert '> =SUM(1,2) "quoted"' in text
    assert "    • #1 urgent · checkout is `down`" in text
    assert text.count("## ") == 2


def test_since_leaves_out_what_ended_before_that_day(world: World) -> None:
    assert [row.number for row in rows(world, date(2026, 11, 4))] == [2]
    assert [row.number for row in rows(world, date(2026, 11, 3))] == [1, 2]
    assert rows(world, date(2026, 11, 5)) == []


def test_an_empty_export_is_still_a_document() -> None:
    assert render([], "json") == "[]\n"
    assert render([], "md") == "No handover has been filed.\n"
    assert render([], "csv").startswith("number,rotation,day")
