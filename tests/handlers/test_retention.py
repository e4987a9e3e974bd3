"""Words that are old are blanked in every table, and the figures stay; what is live keeps its words."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.store import Store
from handlers import retention
from handlers.context import Context
from models.policy import Retention
from models.records import Record, forgetting, words
from models.records import event as received
from models.records import handover as handovers
from models.records.audit import AuditEntry
from models.records.base import table_of
from models.records.request import ReadMessage, Request, RequestState, TimelineEntry
from tests.handlers.build import Office, instant, office
from tests.handlers.planting import PLANTED, plant, send_all, write
from tests.stored import everything

LATER = "2027-06-20 10:00"
"""More than 180 days after everything."""
FIGURES = ("request_class", "confidence", "opened_at", "acknowledged_at", "resolved_at", "state", "author", "number")


@pytest.fixture
def opened(database_url: str) -> Office:
    return office(database_url, at="2026-11-02 10:00")


def figures(store: Store) -> Mapping[str, Any]:
    """Give how many rows each table has, and the figures of the requests."""
    tables = [table for table in Record.metadata.sorted_tables if table.name not in ("received_event", "audit")]
    with store.reading() as session:
        counts = {table.name: session.scalar(select(func.count()).select_from(table)) for table in tables}
        requests = [
            [getattr(row, name, None) for name in FIGURES]
            for row in session.scalars(select(Request).order_by(Request.id))
        ]
        bodies = [
            row.body for row in session.scalars(select(handovers.Handover).order_by(handovers.Handover.id)) if row.body
        ]
    totals = [(one["open"]["total"], one["resolved"]["total"], one["log_total"], one["by_class"]) for one in bodies]
    return {**counts, "requests": requests, "bodies": totals}


def blank(opened: Office, at: str = LATER) -> None:
    """Let the nights come in which the job runs, without all else that would become due."""
    opened.at(at)
    with opened.store.transaction() as session:
        while events := [one for one in retention.due(session, opened.standing, opened.now) if one.subject != "done"]:
            for event in events:
                retention.blank(Context(session, opened.now, event, opened.standing), event)


def test_what_came_in_by_every_way_is_blanked_in_every_table_and_the_figures_stay(opened: Office) -> None:
    plant(opened)
    before, held = figures(opened.store), everything(opened.store)
    assert {line.partition(":")[0] for line in held.splitlines() if PLANTED in line} >= {
        *(
            "absence",
            "exchange",
            "handover",
            "labelled_example",
            "log_entry",
            "outbox",
            "read_message",
            "received_event",
        ),
        *("request", "timeline"),
    }

    blank(opened)

    assert [line for line in everything(opened.store).splitlines() if PLANTED in line] == []
    assert figures(opened.store) == before


def test_the_night_writes_one_line_of_counts_and_is_done_once(opened: Office) -> None:
    write(opened, f"production is down, {PLANTED} gives 503 to all customers")
    opened.command("ana", "oncall", "resolve 1 https://docs.example.org/x")
    send_all(opened.store)

    for moment in ("2027-05-01 03:31", "2027-05-02 03:29"):
        opened.at(moment)
        for _ in range(4):
            opened.work.run()
    assert PLANTED in everything(opened.store)
    opened.at("2027-05-02 03:30")
    for _ in range(4):
        opened.work.run()

    assert [line for line in everything(opened.store).splitlines() if PLANTED in line] == []
    with opened.store.reading() as session:
        lines = [row.detail for row in session.scalars(select(AuditEntry).where(AuditEntry.action == "retention"))]
        done = received.find(session, "clock", "retention:done:2027-05-02T03:30:00+00:00")
    assert done is not None
    assert len(lines) == 1
    assert json.loads(lines[0])["request"] == 1


def test_what_is_live_keeps_its_words_until_it_ends(opened: Office) -> None:
    write(opened, f"production is down, {PLANTED} gives 503 to all customers")

    blank(opened)
    with opened.store.reading() as session:
        assert [PLANTED in row.text for row in session.scalars(select(Request))] == [True]
        assert [PLANTED in row.text for row in session.scalars(select(ReadMessage))] == [True]
    assert PLANTED in str(opened.owed())

    with opened.store.transaction() as session:
        session.execute(update(Request).values(state=RequestState.RESOLVED))
    send_all(opened.store)
    blank(opened, "2027-06-21 10:00")
    assert PLANTED not in everything(opened.store)


def test_what_is_younger_stays(opened: Office) -> None:
    opened.decide_by(opened.standing.policy.model_copy(update={"retention": Retention(text_days=7)}))
    opened.command("ana", "oncall", f"log {PLANTED}")

    blank(opened, "2026-11-09 10:00")
    assert PLANTED in everything(opened.store)
    blank(opened, "2026-11-10 10:00")
    assert PLANTED not in everything(opened.store)


def test_many_old_rows_are_blanked_in_parts_and_a_restart_goes_on_where_it_stopped(opened: Office) -> None:
    place = next(one for one in words.PLACES if one.record is TimelineEntry)
    write(opened, "production is down, 503 for all customers")
    opened.command("ana", "oncall", "resolve 1 https://docs.example.org/x")
    entry = {"request_id": 1, "at": opened.now, "actor": "U-ana", "what": "escalated", "source": "command"}
    many = forgetting.AT_ONCE * 2 + 5
    with opened.store.transaction() as session:
        session.execute(table_of(TimelineEntry).insert(), [{**entry, "detail": f"why {n}"} for n in range(many)])
    before = instant("2026-11-03 00:00")
    parts = []
    for _ in range(4):
        with opened.store.transaction() as session:
            parts.append(forgetting.blank_old(session, place, before))
    assert parts == [forgetting.AT_ONCE, forgetting.AT_ONCE, 5, 0]


def test_the_quiet_hour_is_the_organisations_own(opened: Office) -> None:
    opened.decide_by(opened.standing.policy.model_copy(update={"timezone": "America/Vancouver"}))
    with opened.store.reading() as session:
        assert retention.coming(session, opened.standing, opened.now) == instant("2026-11-02 10:30")
        night = next(iter(retention.due(session, opened.standing, opened.now))).at
    assert night == instant("2026-11-01 10:30")
    assert opened.now - night < timedelta(days=1)
