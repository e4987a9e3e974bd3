"""Days on which somebody is away."""

from datetime import date

import pytest

from handlers import duty
from models.policy import OnCall
from models.rota.duty import rows, who_is_on
from tests.handlers.build import Office, direct, instant, office, posts, rotation

# The office's Monday is 2 November 2026; Ana, Ben, Cleo and Dan serve Monday to Thursday, and so on.


def serving(opened: Office, name: str = "platform", days: int = 12) -> dict[str, str | None]:
    with opened.store.reading() as session:
        ctx = opened.context(session)
        wanted = ctx.policy.rotation(name)
        assert wanted is not None
        rota = duty.whole(ctx, wanted)
        return {str(row.day): row.engineer for row in rows(rota, date(2026, 11, 2), days) if row.start}


def on_call(opened: Office, at: str) -> str | None:
    with opened.store.reading() as session:
        ctx = opened.context(session)
        return who_is_on(duty.whole(ctx, ctx.policy.oncall.rotations[0]), instant(at)).engineer


def test_an_absent_engineers_turn_goes_to_the_next_and_comes_back_in_the_same_cycle(database_url: str) -> None:
    opened = office(database_url)
    said = opened.command("ben", "oncall", "off tomorrow..wed family")
    assert "You are off Tue 3 Nov to Wed 4 Nov." in said
    assert "Tue 3 Nov goes to Cleo Park." in said
    assert "Instead: Thu 5 Nov" in said
    assert list(serving(opened).values())[:4] == ["ana", "cleo", "dan", "ben"]
    owed = opened.owed()
    (told,) = direct(owed, "cleo")
    assert "Ben Cole is off Tue 3 Nov to Wed 4 Nov (family)." in told
    assert "New: Tue 3 Nov" in told
    assert direct(owed, "ben") == []


def test_who_goes_off_while_on_duty_is_replaced_at_once_and_the_morning_stays_theirs(database_url: str) -> None:
    opened = office(database_url)
    opened.at("2026-11-02 12:00").command("ana", "oncall", "off 2026-11-02 ill")
    assert on_call(opened, "2026-11-02 12:00") == "ben"
    assert on_call(opened, "2026-11-02 11:59") == "ana"
    owed = opened.owed()
    assert any("Ben Cole is on call in platform now, in place of Ana Ruiz" in one for one in posts(owed))
    assert any("You are on call in platform now" in one for one in direct(owed, "ben"))


def test_who_stood_in_is_not_changed_by_a_later_plan(database_url: str) -> None:
    opened = office(database_url)
    opened.at("2026-11-02 12:00").command("ana", "oncall", "off 2026-11-02 ill")
    opened.at("2026-11-02 14:00").command("lea", "oncall-list", "assign tomorrow @gil")
    opened.command("dan", "oncall", "take wed")
    opened.at("2026-11-02 15:00").command("lea", "oncall-list", "move @dan 1")
    assert on_call(opened, "2026-11-02 13:00") == "ben"
    opened.at("2026-11-02 16:00").command("lea", "oncall-list", "remove @ben")
    assert on_call(opened, "2026-11-02 15:30") == "ben"
    assert on_call(opened, "2026-11-02 16:00") not in {"ana", "ben"}


def test_in_a_weekly_rotation_a_day_off_is_served_by_a_stand_in_who_is_told_and_kept(database_url: str) -> None:
    opened = office(database_url, rotations=(rotation(kind="weekly"),))
    said = opened.command("ana", "oncall", "off wed dentist")
    assert "Wed 4 Nov goes to Ben Cole." in said
    assert any("New: Wed 4 Nov." in one for one in direct(opened.owed(), "ben"))
    assert "Wed 4 Nov 09:00 UTC, until Thu 5 Nov 09:00 UTC" in opened.command("ben", "oncall", "me")
    opened.pass_time("2026-11-04 09:00")
    assert on_call(opened, "2026-11-04 09:00") == "ben"
    opened.at("2026-11-04 12:00").command("lea", "oncall-list", "remove @ben from 2026-11-06")
    assert on_call(opened, "2026-11-04 11:00") == "ben"
    assert on_call(opened, "2026-11-05 09:00") == "ana"


def test_a_weekend_off_moves_nobody(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    before = serving(opened)
    assert "No shift lies in it." in opened.command("ana", "oncall", "off sat..sun")
    assert (serving(opened), opened.owed()) == (before, [])


def test_days_off_taken_back_in_one_rotation_leave_those_of_others(sqlite_url: str) -> None:
    second = rotation(name="database", engineers=("cleo", "ben"))
    oncall = OnCall(leads=("lea",), fallback=("lea",), rotations=(rotation(), second))
    opened = office(sqlite_url, oncall=oncall)
    opened.command("ben", "oncall", "off tomorrow in platform")
    assert "no days off entered" in opened.command("ben", "oncall", "off cancel tomorrow in database")
    assert serving(opened)["2026-11-03"] == "cleo"


def test_who_comes_back_on_the_same_day_is_on_duty_again_from_then_on(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ana", "oncall", "off 2026-11-02")
    opened.at("2026-11-02 11:00").command("ana", "oncall", "off cancel 2026-11-02")
    assert on_call(opened, "2026-11-02 11:00") == "ana"
    assert on_call(opened, "2026-11-02 10:30") == "ben"


def test_days_off_taken_back_give_the_days_back(database_url: str) -> None:
    opened = office(database_url)
    before = serving(opened)
    opened.command("ben", "oncall", "off tomorrow..wed")
    opened.owed()
    said = opened.command("ben", "oncall", "off cancel wed")
    assert "You are no longer off Tue 3 Nov to Wed 4 Nov." in said
    assert "New: Tue 3 Nov" in said
    assert serving(opened) == before
    assert any("Ben Cole is there after all" in one for one in direct(opened.owed(), "cleo"))
    assert "You have no days off entered for Wed 4 Nov." in opened.command("ben", "oncall", "off cancel wed")


def test_an_agreed_shift_within_days_off_stays_and_is_pointed_out(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("dan", "oncall", "take tomorrow")
    said = opened.command("dan", "oncall", "off tomorrow..thu")
    assert "Tue 3 Nov stays yours: it was agreed or assigned. /oncall cover 2026-11-03 asks for somebody." in said
    assert serving(opened)["2026-11-03"] == "dan"
    assert serving(opened)["2026-11-05"] != "dan"


def test_days_off_count_in_every_rotation_and_are_told_in_one_message(database_url: str) -> None:
    second = rotation(name="database", engineers=("cleo", "ben"), channels=("devops-sos",))
    oncall = OnCall(leads=("lea",), fallback=("lea",), rotations=(rotation(), second))
    opened = office(database_url, oncall=oncall)
    assert serving(opened, "database")["2026-11-03"] == "ben"
    opened.command("ben", "oncall", "off tomorrow")
    assert serving(opened)["2026-11-03"] == "cleo"
    assert serving(opened, "database")["2026-11-03"] == "cleo"
    (told,) = direct(opened.owed(), "cleo")
    assert "Your on-call dates in platform changed." in told
    assert "Your on-call dates in database changed." in told


def test_days_off_in_a_named_rotation_count_there_alone(sqlite_url: str) -> None:
    second = rotation(name="database", engineers=("cleo", "ben"))
    oncall = OnCall(leads=("lea",), fallback=("lea",), rotations=(rotation(), second))
    opened = office(sqlite_url, oncall=oncall)
    opened.command("ben", "oncall", "off tomorrow in database")
    assert serving(opened)["2026-11-03"] == "ben"
    assert serving(opened, "database")["2026-11-03"] == "cleo"


def test_a_lead_enters_days_off_for_somebody_who_is_told(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    said = opened.command("lea", "oncall", "off @ben tomorrow..fri ill")
    assert "Ben Cole is off Tue 3 Nov to Fri 6 Nov." in said
    (told,) = direct(opened.owed(), "ben")
    assert "Ben Cole is off Tue 3 Nov to Fri 6 Nov (ill), Lea Novak entered it." in told
    assert opened.command("ana", "oncall", "off @ben fri") == "Only a lead can enter somebody else's days off."
    assert "Ben Cole is no longer off" in opened.command("lea", "oncall", "off cancel @ben tomorrow")


def test_what_a_lead_skipped_is_not_taken_back_by_whom_it_skipped(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("lea", "oncall-list", "skip")
    assert "You have no days off entered" in opened.command("ben", "oncall", "off cancel tomorrow")
    assert opened.command("ben", "oncall", "off").startswith("You have no days off entered.")


def test_ones_own_days_off_are_listed(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "off 7 dec..11 dec family")
    assert "Mon 7 Dec to Fri 11 Dec (family)" in opened.command("ben", "oncall", "off")
    assert "Mon 7 Dec to Fri 11 Dec (family)" in opened.command("ben", "oncall", "me")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("off 2026-11-11..2026-11-10", "Days off cannot end (Tue 10 Nov) before they begin (Wed 11 Nov)."),
        ("off 2026-10-26..2026-10-30", "is over, and the past is never changed."),
        ("off soon", "is no day that I can read"),
        ("off mon", "Which day do you mean by “mon”"),
        ("off cancel", "Say which days"),
        ("off @nobody fri", "I know nobody called"),
    ],
)
def test_days_off_that_cannot_be_are_answered_with_the_reason(sqlite_url: str, words: str, why: str) -> None:
    opened = office(sqlite_url)
    before = serving(opened)
    assert why in opened.command("ben", "oncall", words)
    assert (serving(opened), opened.owed()) == (before, [])


def test_everybody_away_leaves_a_day_with_nobody_which_the_list_says(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    for who in ("ana", "ben", "cleo", "dan"):
        opened.command(who, "oncall", "off wed")
    assert serving(opened)["2026-11-04"] is None
    assert "Wed 4 Nov — nobody (everybody on the list is away)" in opened.command("lea", "oncall", "list 3")


def test_somebody_whose_dates_do_not_move_is_told_what_a_lead_entered_for_them(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("lea", "oncall", "off @ben sat..sun")
    assert any(
        "Ben Cole is off Sat 7 Nov to Sun 8 Nov, Lea Novak entered it." in one for one in direct(opened.owed(), "ben")
    )


def test_two_ranges_at_once_are_refused(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "one range at a time" in opened.command("ben", "oncall", "off tomorrow and wed")
    assert opened.owed() == []
