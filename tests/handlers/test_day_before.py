"""The working day before a shift."""

from datetime import time

from models.policy import OnCall, Person
from tests.handlers.build import Office, direct, office, people, rotation


def told(opened: Office, who: str, at: str) -> list[str]:
    opened.owed()
    opened.pass_time(at)
    return [one for one in direct(opened.owed(), who) if one.startswith("You are on call") and " from " in one]


def test_whoever_serves_next_is_told_on_the_working_day_before_at_the_configured_hour(database_url: str) -> None:
    opened = office(database_url)
    assert told(opened, "ben", "2026-11-02 15:59") == []
    (said,) = told(opened, "ben", "2026-11-02 16:00")
    assert said.startswith(
        "You are on call from tomorrow 09:00 UTC until Wed 4 Nov 09:00 UTC. You take over from Ana Ruiz."
    )
    assert "/oncall cover 2026-11-03 asks everybody" in said
    assert told(opened, "ben", "2026-11-02 17:00") == []


def test_a_shift_after_the_weekend_is_told_on_friday(sqlite_url: str) -> None:
    opened = office(sqlite_url, at="2026-11-06 10:00")
    (said,) = told(opened, "ben", "2026-11-06 16:00")
    assert said.startswith("You are on call from Mon 9 Nov 09:00 UTC")


def test_whoever_serves_by_then_is_told_and_not_whom_the_list_names(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("lea", "oncall-list", "assign tomorrow @dan")
    assert told(opened, "ben", "2026-11-02 16:00") == []


def test_whoever_was_assigned_the_day_is_told(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("lea", "oncall-list", "assign tomorrow @dan")
    (said,) = told(opened, "dan", "2026-11-02 16:00")
    assert "Why you: Lea Novak put Dan Wu on duty" in said


def test_a_cover_that_nobody_took_is_recalled(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "cover tomorrow")
    (said,) = told(opened, "ben", "2026-11-02 16:00")
    assert "Nobody has taken your cover 1 yet: it is still yours." in said


def test_the_times_are_the_readers(sqlite_url: str) -> None:
    there = tuple(
        Person(**{**one.model_dump(), "timezone": "America/Vancouver"}) if one.id == "ben" else one for one in people()
    )
    opened = office(sqlite_url, people=there)
    (said,) = told(opened, "ben", "2026-11-02 16:00")
    assert "from tomorrow 02:00" in said


def test_the_day_that_is_named_is_the_shifts_own_wherever_the_reader_is(sqlite_url: str) -> None:
    far = tuple(one.model_copy(update={"timezone": "Asia/Tokyo"}) if one.id == "cleo" else one for one in people())
    opened = office(
        sqlite_url, at="2026-11-02 09:30", people=far, rotations=(rotation(handover_at=time(16), remind_at=time(10)),)
    )
    (said,) = told(opened, "cleo", "2026-11-02 10:30")
    assert "/oncall cover 2026-11-03 asks everybody" in said


def test_no_configured_hour_is_no_message(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(remind_at=None),))
    assert told(opened, "ben", "2026-11-02 18:00") == []


def test_what_was_missed_is_told_late_but_not_after_the_shift_began(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(remind_at=time(12)),))
    assert len(told(opened, "ben", "2026-11-03 08:30")) == 1
    opened.at("2026-11-04 10:00")
    assert told(opened, "cleo", "2026-11-04 10:01") == []


def test_each_rotation_tells_its_own(sqlite_url: str) -> None:
    weekly = rotation(name="database", kind="weekly", engineers=("cleo", "dan"))
    oncall = OnCall(leads=("lea",), rotations=(rotation(), weekly))
    opened = office(sqlite_url, oncall=oncall, at="2026-11-06 10:00")
    (said,) = told(opened, "dan", "2026-11-06 16:00")
    assert said.startswith("You are on call in database from Mon 9 Nov 09:00 UTC until Mon 16 Nov 09:00 UTC.")


# -- shadows


def test_a_newcomer_shadows_before_they_begin_and_is_told_along_with_whoever_is_on_duty(database_url: str) -> None:
    opened = office(database_url)
    said = opened.command("lea", "oncall-list", "add @gil from 2026-11-10 shadow 4")
    assert "From Wed 4 Nov on they shadow whoever is on call." in said
    assert "shadows from Wed 4 Nov" in opened.command("ana", "oncall-list")
    opened.owed()
    opened.pass_time("2026-11-03 16:00")
    (eve,) = direct(opened.owed(), "gil")
    assert eve.startswith("You shadow Cleo Park from tomorrow 09:00 UTC")
    opened.pass_time("2026-11-04 09:00")
    (morning,) = direct(opened.owed(), "gil")
    assert morning.startswith("Cleo Park is on call until tomorrow 09:00 UTC, and you shadow them.")
    assert "Gil Hart shadows them." in opened.command("ana", "oncall")
    opened.pass_time("2026-11-10 09:00")
    assert "shadow" not in opened.command("ana", "oncall")


def test_without_a_day_a_newcomer_shadows_from_now_on(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    said = opened.command("lea", "oncall-list", "add @gil shadow 3 days")
    assert "Gil Hart is on the list from Thu 5 Nov on" in said
    assert "From Mon 2 Nov on they shadow" in said


def test_somebody_who_only_shadows_is_never_on_duty(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=("ana",)),))
    opened.command("lea", "oncall-list", "add @gil shadow 3")
    opened.command("ana", "oncall", "off today..tomorrow")
    assert "Nobody is on call for platform" in opened.command("lea", "oncall")


def test_a_number_of_days_that_nobody_shadows_for_is_refused(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    for given in ("0", "x", "9999", "", "3 weeks"):
        assert "is no number of working days from 1 to 60" in opened.command(
            "lea", "oncall-list", f"add @gil shadow {given}"
        )


def test_removed_before_they_begin_they_shadow_no_longer(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("lea", "oncall-list", "add @gil shadow 3")
    opened.at("2026-11-02 11:00").command("lea", "oncall-list", "remove @gil")
    assert "shadow" not in opened.command("ana", "oncall")
