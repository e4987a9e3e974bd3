"""`/oncall stats`: the figures of the resolver's days, and of what is stored of pages and requests."""

import re
from typing import Any

import pytest

from models.policy import AfterHours, Holidays, OnCall, Person, Service
from models.records import roster as stored
from models.records import rota as rotas
from models.rota.roster import Roster
from models.rota.shift import Override
from tests.handlers.build import instant, people, rotation
from tests.handlers.desk import SOS, Desk, at_desk

SATURDAY = "2026-11-07 10:00"
NIGHTS: dict[str, Any] = {
    "after_hours": AfterHours(urgent="page", page=("gil",)),
    "services": (Service(name="Registry", aliases=("registry",), critical=True),),
}


def figures(desk: Desk, words: str = "30") -> dict[str, str]:
    """Give what the answer says of each person, by their first name."""
    lines = desk.commands("lea", f"stats {words}").splitlines()
    return {line[2:].split()[0].lower(): line.split(" — ")[1] for line in lines if " — " in line}


def at_weekend(database_url: str, **changed: Any) -> Desk:
    desk = at_desk(database_url, **changed)
    desk.office.pass_time(SATURDAY)
    return desk


def put_on_duty(desk: Desk, engineer: str | None, start: str, end: str) -> None:
    with desk.office.store.transaction() as session:
        stored.add_override(
            session,
            Override(
                "platform", instant(start), instant(end), engineer, made_at=instant("2026-11-02 10:00"), made_by="lea"
            ),
        )


def test_each_working_day_counts_for_whoever_was_on_call(database_url: str) -> None:
    desk = at_weekend(database_url)
    put_on_duty(desk, "gil", "2026-11-02 09:00", "2026-11-07 09:00")
    found = figures(desk)
    assert found["gil"] == "5 days (1 Mon, 1 Fri, 0 eves), 0 urgent, 0 out of hours"
    assert [found[name] for name in ("ana", "ben", "cleo", "dan")] == [
        "0 days (0 Mon, 0 Fri, 0 eves), 0 urgent, 0 out of hours"
    ] * 4


def titles(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("Last")]


def test_without_a_number_three_spans_are_told(database_url: str) -> None:
    desk = at_desk(database_url)
    for day in ("2026-12-15", "2027-01-25", "2027-03-06"):
        desk.office.pass_time(f"{day} 10:00")
    said = desk.commands("ana", "stats")
    assert titles(said) == [
        "Last 30 days: 21 working days",
        "Last 90 days: 65 working days",
        "Last 365 days: 90 working days",
    ]
    assert said.count("Ana Ruiz — ") == 3


def test_what_was_never_planned_is_not_counted_and_nothing_is_told_twice(database_url: str) -> None:
    said = at_weekend(database_url).commands("ana", "stats")
    assert titles(said) == ["Last 30 days: 5 working days"]
    assert "Over 90 and 365 days it is the same: nothing older is kept." in said


def test_a_span_ends_with_today_and_today_counts_once_its_hours_have_begun(database_url: str) -> None:
    desk = at_weekend(database_url)
    put_on_duty(desk, "gil", "2026-11-02 09:00", "2026-11-07 09:00")
    assert figures(desk, "2")["gil"].startswith("1 day (0 Mon, 1 Fri")  # Friday and Saturday
    assert "gil" not in figures(desk, "1")
    desk.office.pass_time("2026-11-09 09:00")
    assert "Today: 0 working days" in desk.commands("lea", "stats 1")
    desk.office.pass_time("2026-11-09 09:01")
    assert "Today: 1 working day" in desk.commands("lea", "stats 1")


def test_an_eve_is_told(database_url: str) -> None:
    off = rotation(holidays=Holidays(extra_off=(instant("2026-11-04 00:00").date(),)))
    found = figures(at_weekend(database_url, rotations=(off,)))
    assert sum(" 1 eve)" in said for said in found.values()) == 1


def test_a_day_that_was_explicitly_nobodys_is_told_as_such(database_url: str) -> None:
    desk = at_weekend(database_url)
    put_on_duty(desk, None, "2026-11-04 09:00", "2026-11-04 17:00")
    assert "Last 30 days: 5 working days, 1 of them nobody's" in desk.commands("lea", "stats 30")


def test_an_urgent_request_counts_once_for_whoever_took_and_resolved_it(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", "outage", SOS)
    desk.delivers()
    desk.reacts("ana", message, "eyes")
    desk.reacts("ben", message, "eyes")
    desk.reacts("ben", message, "white_check_mark")
    found = figures(desk)
    assert ", 1 urgent," in found["ana"]
    assert ", 1 urgent," in found["ben"]
    assert ", 0 urgent," in found["cleo"]


def test_what_is_not_urgent_is_not_counted_and_its_author_is_no_engineer(database_url: str) -> None:
    desk = at_desk(database_url)
    quota = desk.writes("dev", "quota", SOS)
    outage = desk.writes("eve", "outage", SOS)
    desk.delivers()
    desk.reacts("ana", quota, "white_check_mark")
    desk.reacts("eve", outage, "white_check_mark")
    assert all(", 0 urgent," in said for said in figures(desk).values())


def test_a_ping_counts_as_out_of_hours_when_it_came_then(database_url: str) -> None:
    desk = at_desk(database_url, **NIGHTS)
    desk.writes("dev", "outage of the registry", SOS)
    desk.delivers()  # 10:00, within the hours
    desk.office.at("2026-11-02 22:00")
    desk.writes("eve", "outage of the registry", SOS)
    desk.delivers()
    found = figures(desk)
    assert found["gil"] == "0 days (0 Mon, 0 Fri, 0 eves), 0 urgent, 1 out of hours"
    assert all(said.endswith(" 0 out of hours") for name, said in found.items() if name != "gil")


def test_a_ping_that_never_arrived_is_not_counted(database_url: str) -> None:
    desk = at_desk(database_url, **NIGHTS)
    desk.office.at("2026-11-02 22:00")
    desk.writes("dev", "outage of the registry", SOS)
    assert "gil" not in figures(desk)


def test_each_page_counts_by_itself_also_by_direct_message(database_url: str) -> None:
    desk = at_desk(database_url, **NIGHTS)
    desk.office.at("2026-11-02 22:00")
    desk.writes("dev", "outage of the registry", SOS)
    desk.delivers()
    desk.until("2026-11-02 22:06")  # the second step is by direct message
    assert figures(desk)["gil"].endswith(" 2 out of hours")


def test_who_has_left_is_shown_for_what_they_served_and_who_is_new_with_nothing(database_url: str) -> None:
    desk = at_weekend(database_url)
    with desk.office.store.transaction() as session:
        roster = rotas.load_roster(session, "platform").remove("ana", desk.office.now).add("gil", desk.office.now)
        stored.save_roster(session, "platform", roster)
    found = figures(desk)
    assert found["gil"].startswith("0 days")
    assert not found["ana"].startswith("0 days")


def test_another_rotation_has_its_own_figures(database_url: str) -> None:
    desk = at_weekend(database_url, rotations=(rotation(), rotation(name="database", engineers=("gil",))))
    assert set(figures(desk, "30 in database")) == {"gil"}
    assert "gil" not in figures(desk, "30 in platform")
    assert set(figures(desk, "in database")) == {"gil"}


def test_a_weekly_shift_counts_as_its_working_days(database_url: str) -> None:
    found = figures(at_weekend(database_url, rotations=(rotation(kind="weekly"),)))
    assert sorted(said.split(",")[0] for said in found.values()) == [
        "0 days (0 Mon",
        "0 days (0 Mon",
        "0 days (0 Mon",
        "5 days (1 Mon",
    ]


def test_an_empty_list_is_said(database_url: str) -> None:
    desk = at_desk(database_url, rotations=(rotation(engineers=()),))
    assert "Nobody is on the list of platform, and nobody served." in desk.commands("lea", "stats")


def test_four_hundred_people_are_told_shortly(sqlite_url: str) -> None:
    many = tuple(Person(id=f"p{number}", name=f"Person {number}") for number in range(400))
    crowd = rotation(engineers=tuple(person.id for person in many))
    lea = OnCall(leads=("lea",), fallback=("lea",), rotations=(crowd,))
    desk = at_desk(sqlite_url, people=(*people(), *many), oncall=lea)
    said = desk.commands("lea", "stats")
    assert "• and 388 more, each with at most 0 days: /oncall stats 30" in said
    assert len(said) < 4000
    assert desk.commands("lea", "stats 90").count("Person ") == 60


@pytest.mark.parametrize("words", ["0", "731", "-3", "abc", "30 90", "٣"])
def test_a_number_of_days_that_is_none_is_answered_with_the_right_form(sqlite_url: str, words: str) -> None:
    said = at_desk(sqlite_url).commands("lea", f"stats {words}")
    assert "is no number of days from 1 to 730" in said
    assert "/oncall stats [days]" in said


def test_who_left_the_configuration_is_shown_by_id(sqlite_url: str) -> None:
    desk = at_weekend(sqlite_url)
    with desk.office.store.transaction() as session:
        stored.save_roster(session, "platform", Roster.of("zoe"))
    assert figures(desk)["zoe"].startswith("0 days")


def test_the_list_counts_days_in_the_same_way(database_url: str) -> None:
    desk = at_weekend(database_url)
    put_on_duty(desk, "gil", "2026-11-03 09:30", "2026-11-03 17:00")
    listed = re.findall(r"\d+\. (\w+) .* — (\d+ days?) served", desk.office.command("lea", "oncall-list"))
    counted = figures(desk, "90")
    assert len(listed) == 4
    assert {name.lower(): days for name, days in listed} == {
        name: counted[name].split(" (")[0] for name in ("ana", "ben", "cleo", "dan")
    }
    assert counted["gil"].startswith("1 day")
