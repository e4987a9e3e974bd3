"""What is asked again and again is found by an index, in few statements: SQLite says how it would find it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from bot.store import Store
from handlers import digest, registry, retention
from handlers.context import Context
from models.events import TimeCame
from models.records import debt as debts
from models.records.shelf import Shelf
from models.rota.duty import who_is_on
from tests.handlers.build import Office, office

GROWING = {"request", "read_message", "timeline", "received_event", "runbook_debt", "shift", "duty_override", "absence"}


@contextmanager
def asked(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """Give the questions that are sent meanwhile, with their values."""
    found: list[tuple[str, Any]] = []

    def heard(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            found.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", heard)
    yield found
    event.remove(store.engine, "before_cursor_execute", heard)


def read_whole(store: Store, questions: list[tuple[str, Any]]) -> list[str]:
    """Give the questions for which a growing table is read from one end to the other."""
    return [
        question[0]
        for question in questions
        for step in steps(store, question)
        if step.startswith("SCAN") and step.split()[1] in GROWING
    ]


def steps(store: Store, question: tuple[str, Any]) -> list[str]:
    with store.engine.connect() as connection:
        return [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question[0]}", question[1])]


def test_who_is_on_call_is_read_in_four_statements_and_looked_up_in_one(database_url: str) -> None:
    opened: Office = office(database_url)
    shelf, calendar = Shelf(), opened.standing.calendars["platform"]
    with opened.store.reading() as session:
        with asked(opened.store) as anew:
            duty = who_is_on(shelf.near(session, calendar, opened.now), opened.now)
        with asked(opened.store) as kept:
            assert who_is_on(shelf.near(session, calendar, opened.now), opened.now) == duty
    assert duty.engineer == "ana"
    assert (len(anew), len(kept)) == (4, 1)


def test_who_is_on_call_is_found_by_indexes(sqlite_url: str) -> None:
    opened: Office = office(sqlite_url)
    with opened.store.reading() as session, asked(opened.store) as questions:
        Shelf().near(session, opened.standing.calendars["platform"], opened.now)
    assert read_whole(opened.store, questions) == []


def test_no_look_at_what_is_due_reads_a_table_that_grows(sqlite_url: str) -> None:
    opened: Office = office(sqlite_url)
    # What is old is looked for once a night, until nothing is left.
    jobs = [job for job in registry.JOBS if job.name != retention.NAME]
    with opened.store.reading() as session, asked(opened.store) as questions:
        for job in jobs:
            list(job.due(session, opened.standing, opened.now))
            job.coming(session, opened.standing, opened.now)
    assert len(questions) > len(jobs)
    assert read_whole(opened.store, questions) == []


def test_a_digest_reads_no_table_that_grows(sqlite_url: str) -> None:
    opened: Office = office(sqlite_url)
    came = TimeCame.of(digest.DIGEST, "", opened.now)
    with opened.store.reading() as session, asked(opened.store) as questions:
        ctx = Context(session, opened.now, came, opened.standing)
        digest.gathered(ctx, digest.weeks_ago(opened.standing, opened.now, 1))
    assert "UNION ALL" in " ".join(statement for statement, _ in questions)
    assert read_whole(opened.store, questions) == []


def test_open_runbook_debts_are_looked_for_among_the_open_ones_and_not_among_all_that_was_resolved(
    sqlite_url: str,
) -> None:
    opened: Office = office(sqlite_url)
    with opened.store.reading() as session, asked(opened.store) as questions:
        debts.open_debts(session)
    assert steps(opened.store, questions[0])[0].startswith("SEARCH runbook_debt USING INDEX ix_runbook_debt_state")
