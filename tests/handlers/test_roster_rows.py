"""The rows of the command line: from the store, or planned in memory."""

from datetime import date, timedelta
from typing import Any

from handlers.context import Standing
from handlers.roster_rows import oncall_rows, roster_rows
from models.policy import Holidays
from models.records import roster as stored
from models.rota.shift import Override
from tests.handlers.build import TEAM, instant, office, policy, rotation
from tests.shipped import classifier

FIRST = date(2026, 11, 2)


def standing(**changed: Any) -> Standing:
    return Standing(policy(**changed), classifier(), ("slack", "local"))


def from_config(given: Standing, first: date = FIRST, days: int = 14) -> list[dict[str, Any]]:
    return roster_rows(None, given, given.policy.oncall.rotations[0], first, days)


def test_a_row_stands_for_each_calendar_day() -> None:
    rows = from_config(standing(timezone="America/Vancouver"))
    assert len(rows) == 14
    assert rows[0] == {
        "rotation": "platform",
        "date": "2026-11-02",
        "start": "2026-11-02T09:00:00-07:00",
        "end": "2026-11-03T09:00:00-07:00",
        "engineer": "ana",
        "source": "list",
        "cycle": 1,
    }
    assert rows[5] == {
        "rotation": "platform",
        "date": "2026-11-07",
        "start": None,
        "end": None,
        "engineer": None,
        "source": "weekend",
        "cycle": None,
    }


def test_a_plan_in_memory_begins_with_the_list_and_is_always_the_same() -> None:
    given = standing()
    rows = from_config(given, date(2026, 11, 7), 400)
    assert [row["engineer"] for row in rows if row["engineer"]][:4] == list(TEAM)
    assert rows == from_config(given, date(2026, 11, 7), 400)
    assert rows[:30] == from_config(given, date(2026, 11, 7), 30)


def test_a_holiday_says_so() -> None:
    platform = rotation(holidays=Holidays(country="CA", subdivision="BC"))
    given = Standing(policy(platform), classifier(), ("slack",))
    (row,) = from_config(given, date(2026, 11, 11), 1)
    assert (row["engineer"], row["source"]) == (None, "holiday")


def test_no_days_are_no_rows() -> None:
    assert from_config(standing(), days=0) == []


def test_a_store_without_the_rotation_is_planned_in_memory(sqlite_url: str) -> None:
    opened = office(sqlite_url, is_planned=False)
    given = opened.standing
    with opened.store.reading() as session:
        rows = roster_rows(session, given, given.policy.oncall.rotations[0], FIRST, 30)
    assert rows == from_config(given, days=30)


def test_the_rows_of_a_store_are_the_resolvers_answers(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    span = instant("2026-11-03 09:00"), instant("2026-11-04 09:00")
    with opened.store.transaction() as session:
        stored.add_override(session, Override("platform", *span, "gil", opened.now, "lea"))
    given = opened.standing
    with opened.store.reading() as session:
        rows = roster_rows(session, given, given.policy.oncall.rotations[0], FIRST, 365)
        for row in rows[:40]:
            if row["start"] is not None:
                at = max(opened.now, instant(row["start"][:19]))
                (answer,) = oncall_rows(session, given, at)
                assert answer["engineer"] == row["engineer"]
    assert (rows[1]["engineer"], rows[1]["source"]) == ("gil", "override")
    assert {row["engineer"] is None for row in rows if row["source"] == "list"} == {False}


def test_who_is_on_call_is_given_with_handles_and_who_is_next() -> None:
    (row,) = oncall_rows(None, standing(), instant("2026-11-07 12:00"))
    assert row == {
        "rotation": "platform",
        "engineer": "ana",
        "name": "Ana Ruiz",
        "handles": {"slack": "U-ana", "local": "ana"},
        "start": "2026-11-06T09:00:00+00:00",
        "end": "2026-11-09T09:00:00+00:00",
        "source": "list",
        "next": "ben",
    }


def test_both_commands_name_the_same_person_for_the_day_they_begin_with() -> None:
    given = standing()
    for ahead in range(28):
        day = FIRST + timedelta(days=ahead)
        (row,) = from_config(given, day, 1)
        if row["start"] is not None:
            (answer,) = oncall_rows(None, given, instant(row["start"][:19]) + timedelta(hours=3))
            assert answer["engineer"] == row["engineer"]


def test_nobody_is_null() -> None:
    given = Standing(policy(rotation(engineers=())), classifier(), ("slack",))
    (row,) = oncall_rows(None, given, instant("2026-11-02 12:00"))
    assert (row["engineer"], row["name"], row["handles"], row["next"]) == (None, None, {}, None)
    assert (row["start"], row["source"]) == ("2026-11-02T09:00:00+00:00", "list")


def test_each_rotation_has_a_row() -> None:
    given = Standing(policy(rotation(), rotation(name="database", engineers=("dan",))), classifier(), ("slack",))
    rows = oncall_rows(None, given, instant("2026-11-02 12:00"))
    assert [(row["rotation"], row["engineer"]) for row in rows] == [("platform", "ana"), ("database", "dan")]


def test_a_day_of_a_week_that_is_somebody_elses_is_a_row_of_its_own(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(kind="weekly"),))
    opened.command("lea", "oncall-list", "assign 2026-11-04 @gil")
    with opened.store.reading() as session:
        rows = roster_rows(session, opened.standing, opened.standing.policy.oncall.rotations[0], FIRST, 5)
    assert [(row["engineer"], row["source"]) for row in rows] == [
        ("ana", "list"),
        (None, "list"),
        ("gil", "override"),
        (None, "list"),
        (None, "list"),
    ]
    assert (rows[2]["start"], rows[2]["end"]) == ("2026-11-04T09:00:00+00:00", "2026-11-05T09:00:00+00:00")
