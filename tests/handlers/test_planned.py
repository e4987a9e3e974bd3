"""A later office finds in its store exactly what the first one planned, and its ids go on from there."""

import shutil
from pathlib import Path

from sqlalchemy import text

from bot.store import Store
from models.records import Record
from tests.handlers import planned
from tests.handlers.build import office


def test_what_is_put_into_a_postgresql_is_what_was_kept(postgres_url: str) -> None:
    office(postgres_url, at="2026-12-07 10:00").store.close()
    kept = planned.kept(postgres_url)
    assert isinstance(kept, planned.PostgresStore)
    assert {"shift", "outbox"} <= set(kept.rows)
    assert kept.counted
    with (store := Store(postgres_url)).transaction() as session:
        names = ", ".join(table.name for table in Record.metadata.sorted_tables)
        session.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    store.close()
    assert planned.is_new(postgres_url)

    kept.put(postgres_url)
    assert planned.kept(postgres_url) == kept


def test_a_second_office_is_as_the_first_that_planned(sqlite_template: Path, tmp_path: Path) -> None:
    urls = []
    for number in range(2):
        shutil.copy(sqlite_template, tmp_path / f"{number}.db")
        urls.append(f"sqlite:///{tmp_path / str(number)}.db")
    first, second = (office(url, at="2026-12-08 10:00") for url in urls)
    assert first.command("ana", "oncall-list") == second.command("ana", "oncall-list")
    assert first.seen == second.seen > 0
    assert (first.pass_time(), second.pass_time()) == (0, 0)
