"""The look ahead of every working morning: what is amiss, told to the leads once."""

from datetime import date, datetime

import pytest

from handlers import gaps
from models.events import TimeCame
from models.policy import OnCall, Person
from models.records import account as accounts
from models.records import roster as stored
from models.records import rota as rotas
from models.rota.roster import Roster
from models.rota.shift import Absence, Override
from tests.handlers.build import Office, direct, instant, office, people, policy, rotation
from tests.handlers.desk import at_desk
from tests.handlers.test_account import tells

TUESDAY, WEDNESDAY, THURSDAY = "2026-11-03 09:00", "2026-11-04 09:00", "2026-11-05 09:00"


def told(opened: Office, text: str, who: str = "lea") -> list[str]:
    """Let a morning come, and give what the look ahead told somebody."""
    opened.pass_time(text)
    return [one for one in direct(opened.owed(), who) if one.startswith("On call in the next 30 days")]


def put_nobody(opened: Office, start: str, end: str, engineer: str | None = None) -> None:
    with opened.store.transaction() as session:
        stored.add_override(
            session, Override("platform", instant(start), instant(end), engineer, opened.now, "lea", "the fair")
        )


def send_away(opened: Office, first: str, last: str, *absent: str) -> None:
    with opened.store.transaction() as session:
        for person in absent:
            days = (date.fromisoformat(first), date.fromisoformat(last))
            stored.add_absence(session, Absence(person, *days, made_at=opened.now))


def list_of(opened: Office, *engineers: str) -> None:
    with opened.store.transaction() as session:
        stored.save_roster(session, "platform", Roster.of(*engineers))


def coming(opened: Office) -> datetime | None:
    with opened.store.reading() as session:
        return gaps.coming(session, opened.standing, opened.now)


# -- when


def test_where_nothing_is_amiss_nobody_hears_of_it(database_url: str) -> None:
    assert told(office(database_url), TUESDAY) == []


def test_it_looks_on_working_days_at_the_first_handover_time(sqlite_url: str) -> None:
    late = rotation(name="database", engineers=("gil",), handover_at="11:00", working_days=["mon", "sun"])
    opened = office(sqlite_url, at="2026-11-06 12:00", rotations=(rotation(handover_at="10:00"), late))
    assert coming(opened) == instant("2026-11-08 11:00")
    opened.at("2026-11-08 11:00")
    assert coming(opened) == instant("2026-11-09 10:00")


def test_without_rotations_it_never_looks(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.decide_by(policy(oncall=OnCall()))
    assert coming(opened) is None
    assert opened.pass_time(TUESDAY) == 1, "the night's look for old words alone"


def test_a_morning_that_was_missed_is_looked_at_later_that_day_and_once(database_url: str) -> None:
    opened = office(database_url)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    assert len(told(opened, "2026-11-03 15:00")) == 1
    assert told(opened, "2026-11-03 15:30") == []


def test_two_replicas_tell_it_once(database_url: str) -> None:
    opened = office(database_url)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    opened.at(TUESDAY)
    event = TimeCame.of(gaps.GAPS, "", instant(TUESDAY))
    opened.intake.receive(event)
    opened.intake.receive(event)
    assert len([one for one in direct(opened.owed(), "lea") if "to look at" in one]) == 1


# -- days with nobody


def test_a_day_with_nobody_is_told_with_its_reason_and_what_to_do(database_url: str) -> None:
    opened = office(database_url)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    (said,) = told(opened, TUESDAY)
    assert "1 thing to look at" in said
    assert "• Fri 20 Nov — Lea Novak put nobody on duty: the fair" in said
    assert "/oncall-list assign 2026-11-20 @user." in said


def test_what_the_message_proposes_mends_it(database_url: str) -> None:
    opened = office(database_url)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    told(opened, TUESDAY)
    opened.command("lea", "oncall-list", "assign 2026-11-20 @gil")
    put_nobody(opened, "2026-11-24 09:00", "2026-11-25 09:00")
    (said,) = told(opened, WEDNESDAY)
    assert "Fri 20 Nov" not in said


def test_it_is_told_once_and_again_only_with_something_new(database_url: str) -> None:
    opened = office(database_url)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    assert len(told(opened, TUESDAY)) == 1
    assert told(opened, WEDNESDAY) == []
    put_nobody(opened, "2026-11-24 09:00", "2026-11-25 09:00")
    (said,) = told(opened, THURSDAY)
    news, _, rest = said.partition("Still so from before:")
    assert "Tue 24 Nov" in news
    assert "Fri 20 Nov" not in news
    assert "Fri 20 Nov" in rest


def test_what_was_mended_and_comes_back_is_new(database_url: str) -> None:
    opened = office(database_url)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    told(opened, TUESDAY)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00", "gil")
    assert told(opened, WEDNESDAY) == []
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    assert len(told(opened, THURSDAY)) == 1


def test_a_part_of_a_day_is_told_with_its_times_and_is_news_again_when_it_is_the_whole(database_url: str) -> None:
    opened = office(database_url)
    put_nobody(opened, "2026-11-20 13:00", "2026-11-20 17:00")
    (said,) = told(opened, TUESDAY)
    assert "• Fri 20 Nov 13:00–17:00 UTC — Lea Novak put nobody on duty" in said
    put_nobody(opened, "2026-11-20 09:00", "2026-11-20 17:00")
    (said,) = told(opened, WEDNESDAY)
    assert "• Fri 20 Nov — Lea Novak put nobody on duty" in said


def test_days_that_follow_on_each_other_are_one_line(database_url: str) -> None:
    opened = office(database_url)
    send_away(opened, "2026-11-19", "2026-11-24", "ana", "ben", "cleo", "dan")
    (said,) = told(opened, TUESDAY)
    assert "• Thu 19 Nov to Tue 24 Nov, 4 working days — everybody on the list is away" in said


def test_an_empty_list_is_told_once_though_each_morning_brings_one_more_day(database_url: str) -> None:
    opened = office(database_url)
    list_of(opened)
    with opened.store.transaction() as session:
        stored.replace_shifts(session, "platform", instant("2026-11-03 09:00"), ())
    (said,) = told(opened, TUESDAY)
    assert "Nobody is on call" in said
    for day in range(4, 28):
        assert told(opened, f"2026-11-{day:02} 09:00") == []


def test_a_gap_that_grows_within_the_days_looked_at_is_news(database_url: str) -> None:
    opened = office(database_url)
    put_nobody(opened, "2026-11-19 09:00", "2026-11-20 09:00")
    told(opened, TUESDAY)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    (said,) = told(opened, WEDNESDAY)
    assert "Fri 20 Nov" in said.partition("Still so")[0]


def test_days_beyond_the_horizon_are_looked_at_as_they_would_be_planned(database_url: str) -> None:
    opened = office(database_url, rotations=(rotation(horizon_days=7),))
    send_away(opened, "2026-11-25", "2026-11-25", "ana", "ben", "cleo", "dan")
    (said,) = told(opened, TUESDAY)
    assert "Wed 25 Nov — everybody on the list is away" in said


# -- people whom nothing reaches


def test_who_has_no_handle_is_told(database_url: str) -> None:
    opened = office(database_url, people=(*people(), Person(id="mute", name="Mo Mute")))
    list_of(opened, "ana", "ben", "cleo", "dan", "mute")
    (said,) = told(opened, TUESDAY)
    assert "• Mo Mute has no handle on Slack" in said
    assert "/oncall-list remove @mute." in said


def test_any_enabled_platform_will_do(sqlite_url: str) -> None:
    crowd = (*people(), Person(id="mute", name="Mo Mute"))
    opened = office(sqlite_url, people=crowd, platforms=("slack", "local"))
    list_of(opened, "ana", "mute")
    assert told(opened, TUESDAY) == []


def test_who_left_the_configuration_is_told_and_can_be_taken_off(database_url: str) -> None:
    opened = office(database_url)
    list_of(opened, "ana", "ben", "cleo", "dan", "zoe")
    (said,) = told(opened, TUESDAY)
    assert "• zoe is on the list and not in the configuration any more" in said
    assert "/oncall-list remove zoe." in said
    opened.command("lea", "oncall-list", "remove zoe")
    with opened.store.reading() as session:
        assert "zoe" not in rotas.load_roster(session, "platform").order(opened.now)
    assert told(opened, WEDNESDAY) == []


def test_who_was_deactivated_is_told_the_next_morning_with_their_next_day(database_url: str) -> None:
    desk = at_desk(database_url)
    _, following = desk.on_duty()
    tells(desk, following, is_active=False)
    (said,) = told(desk.office, TUESDAY)
    assert "has no active account on Slack, on call next Tue 3 Nov" in said


def test_what_was_told_at_once_is_not_told_again_in_the_morning(database_url: str) -> None:
    desk = at_desk(database_url)
    engineer, _ = desk.on_duty()
    tells(desk, engineer, is_active=False)
    assert told(desk.office, TUESDAY) == []


def test_who_is_active_again_is_no_longer_amiss_and_would_be_news(database_url: str) -> None:
    desk = at_desk(database_url)
    tells(desk, "dan", is_active=False)
    assert len(told(desk.office, TUESDAY)) == 1
    tells(desk, "dan", is_active=True)
    assert told(desk.office, WEDNESDAY) == []
    tells(desk, "dan", is_active=False)
    assert len(told(desk.office, THURSDAY)) == 1


def test_who_is_on_no_list_and_serves_nowhere_does_not_matter(database_url: str) -> None:
    desk = at_desk(database_url)
    tells(desk, "gil", is_active=False)
    assert told(desk.office, TUESDAY) == []


def test_whoever_was_assigned_a_day_matters(database_url: str) -> None:
    desk = at_desk(database_url)
    desk.office.command("lea", "oncall-list", "assign 2026-11-20 @gil")
    tells(desk, "gil", is_active=False)
    (said,) = told(desk.office, TUESDAY)
    assert "Gil Hart has no active account on Slack, on call next Fri 20 Nov" in said


# -- to whom


def test_all_rotations_come_in_one_message_with_their_names(database_url: str) -> None:
    opened = office(database_url, rotations=(rotation(), rotation(name="database", engineers=("gil", "ana"))))
    with opened.store.transaction() as session:
        accounts.keep(session, "slack", "U-gil", opened.now)
        accounts.keep(session, "slack", "U-ana", opened.now)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    (said,) = told(opened, TUESDAY)
    assert "3 things to look at" in said
    assert "• Fri 20 Nov in platform — " in said
    assert "/oncall-list assign 2026-11-20 @user in platform." in said
    assert "Ana Ruiz has no active account on Slack (in platform and database)" in said
    assert "Gil Hart has no active account on Slack (in database)" in said


def test_every_lead_is_told_and_nobody_else(database_url: str) -> None:
    leads = OnCall(leads=("lea", "gil"), fallback=("ana",), rotations=(rotation(),))
    opened = office(database_url, oncall=leads)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    opened.pass_time(TUESDAY)
    owed = opened.owed()
    counts = {who: sum("to look at" in one for one in direct(owed, who)) for who in ("lea", "gil", "ana", "ben")}
    assert counts == {"lea": 1, "gil": 1, "ana": 0, "ben": 0}


def test_where_no_lead_can_be_reached_it_stays_to_be_told(database_url: str) -> None:
    nobody = OnCall(rotations=(rotation(),))
    opened = office(database_url, oncall=nobody)
    put_nobody(opened, "2026-11-20 09:00", "2026-11-21 09:00")
    assert told(opened, TUESDAY) == []
    opened.decide_by(policy())
    assert len(told(opened, WEDNESDAY)) == 1


# -- bad input


def test_four_hundred_people_without_a_handle_are_one_short_message(sqlite_url: str) -> None:
    crowd = tuple(Person(id=f"p{number}", name=f"Person {number}") for number in range(400))
    opened = office(sqlite_url, people=(*people(), *crowd))
    list_of(opened, *(person.id for person in crowd))
    (said,) = told(opened, TUESDAY)
    assert "400 things to look at" in said
    assert "• and 385 more" in said
    assert len(said) < 3000
    assert told(opened, WEDNESDAY) == []


@pytest.mark.parametrize("name", ['O\'Brien "Bo" <!channel>', "\u202eevil\u202c"])
def test_a_name_is_text(sqlite_url: str, name: str) -> None:
    opened = office(sqlite_url, people=(*people(), Person(id="odd", name=name)))
    list_of(opened, "odd")
    (said,) = told(opened, TUESDAY)
    assert f"{name} has no handle on Slack" in said


def test_a_store_that_knows_nothing_yet_is_looked_at(database_url: str) -> None:
    opened = office(database_url, is_planned=False, rotations=(rotation(engineers=()),))
    (said,) = told(opened, "2026-11-02 10:00")
    assert "the list is empty" in said
    assert "/oncall-list add @user" in said
