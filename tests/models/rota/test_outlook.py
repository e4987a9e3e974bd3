from dataclasses import replace

from models.rota.outlook import Outlook, outlook
from models.rota.rota import Rota
from tests.models.rota.builders import away, canada, day, override, planned, rota, utc

TEAM = ("amina", "bo", "chen")
NOW = utc("2026-11-02T09:00")


def ahead(on: Rota, now: str = "2026-11-02T09:00", until: str = "2026-11-09") -> Outlook:
    return outlook(on, utc(now), day(until))


def nobody(on: Rota, now: str = "2026-11-02T09:00") -> list[tuple[str, str, str, bool]]:
    found = ahead(on, now).unserved
    return [(f"{one.day:%a}", f"{one.start:%H:%M}", f"{one.end:%H:%M}", one.is_whole) for one in found]


def with_nobody(*spans: tuple[str, str]) -> Rota:
    return replace(planned(rota(*TEAM)), overrides=tuple(override(None, start, end) for start, end in spans))


def test_where_everybody_has_a_day_nothing_is_amiss() -> None:
    assert ahead(planned(rota(*TEAM))).unserved == ()


def test_a_day_that_is_nobodys_is_given_whole_with_the_resolvers_reason() -> None:
    (one,) = ahead(with_nobody(("2026-11-04T00:00", "2026-11-05T00:00"))).unserved
    assert (one.day, one.start, one.end, one.is_whole) == (
        day("2026-11-04"),
        utc("2026-11-04T09:00"),
        utc("2026-11-04T17:00"),
        True,
    )
    assert one.why == "lea put nobody on duty"


def test_a_part_of_a_day_is_given_with_its_bounds() -> None:
    assert nobody(with_nobody(("2026-11-04T13:00", "2026-11-04T20:00"))) == [("Wed", "13:00", "17:00", False)]


def test_stretches_that_touch_are_one_and_of_several_the_first_is_given() -> None:
    spans = (
        ("2026-11-04T10:00", "2026-11-04T11:00"),
        ("2026-11-04T11:00", "2026-11-04T12:00"),
        ("2026-11-04T15:00", "2026-11-04T16:00"),
    )
    assert nobody(with_nobody(*spans)) == [("Wed", "10:00", "12:00", False)]


def test_what_is_past_is_not_given() -> None:
    spans = (("2026-11-04T10:00", "2026-11-04T11:00"), ("2026-11-04T15:00", "2026-11-04T16:00"))
    assert nobody(with_nobody(*spans), "2026-11-04T12:00") == [("Wed", "15:00", "16:00", False)]
    assert nobody(with_nobody(*spans), "2026-11-04T16:00") == []


def test_outside_the_hours_nobody_is_missed() -> None:
    assert nobody(with_nobody(("2026-11-04T17:00", "2026-11-05T09:00"), ("2026-11-07T00:00", "2026-11-08T00:00"))) == []


def test_a_holiday_is_no_gap() -> None:
    assert ahead(planned(rota(*TEAM, on=canada())), until="2026-11-14").unserved == ()


def test_everybody_away_is_a_gap() -> None:
    absent = tuple(away(person, "2026-11-04") for person in TEAM)
    (one,) = ahead(replace(planned(rota(*TEAM)), absences=absent)).unserved
    assert one.day == day("2026-11-04")
    assert one.why == "everybody on the list is away"


def test_an_empty_list_is_a_gap_on_each_working_day() -> None:
    found = ahead(planned(rota())).unserved
    assert [one.why for one in found] == ["the list is empty"] * 5


def test_everybody_is_named_with_the_first_day_on_which_they_serve() -> None:
    served = replace(planned(rota(*TEAM)), overrides=(override("fay", "2026-11-06T09:00", "2026-11-07T09:00"),))
    assert ahead(served, until="2026-11-05").first_days == {
        "amina": day("2026-11-02"),
        "bo": day("2026-11-03"),
        "chen": day("2026-11-04"),
    }
    assert ahead(served, "2026-11-06T12:00").first_days["fay"] == day("2026-11-06")
    assert ahead(served, "2026-11-06T18:00").first_days == dict.fromkeys(TEAM)


def test_the_last_working_day_is_told() -> None:
    assert ahead(planned(rota(*TEAM))).last == day("2026-11-06")
    assert ahead(planned(rota(*TEAM)), until="2026-11-02").last is None
