"""`/oncall`: who is on call, and why them."""

from dataclasses import replace
from datetime import date

from handlers import duty
from handlers.feed_address import address
from models.policy import AfterHours, Holidays, OnCall, Person
from models.records import roster as stored
from models.rota.shift import Absence, Override
from tests.handlers.build import TEAM, Office, instant, office, people, rotation

PUBLIC, SECRET = "https://watchbill.example.org/", "0123456789abcdef"


def absent(opened: Office, engineer: str, first: str, last: str | None = None) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last or first)
    with opened.store.transaction() as session:
        stored.add_absence(session, Absence(engineer, *days, opened.now))


def override(opened: Office, engineer: str | None, start: str, end: str) -> None:
    with opened.store.transaction() as session:
        stored.add_override(
            session, Override("platform", instant(start), instant(end), engineer, opened.now, "lea", "a wedding")
        )


def test_it_says_who_is_on_call_until_when_why_and_who_is_next(sqlite_url: str) -> None:
    said = office(sqlite_url).command("ana", "oncall")
    assert said.splitlines() == [
        "Ana Ruiz is on call for platform until tomorrow 09:00 UTC.",
        "Next: Ben Cole, from tomorrow 09:00 UTC.",
        "Why Ana Ruiz: next on the list.",
    ]


def test_an_answer_notifies_nobody(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    for words in ("", "next", "list", "me"):
        opened.command("ana", "oncall", words)
    assert opened.owed() == []


def test_times_are_those_of_whoever_asks(sqlite_url: str) -> None:
    abroad = tuple(one.model_copy(update={"timezone": "Asia/Tokyo"}) for one in people())
    assert "until tomorrow 18:00 JST" in office(sqlite_url, people=abroad).command("ana", "oncall")


def test_outside_hours_it_says_when_they_begin_and_whom_to_call(sqlite_url: str) -> None:
    alone, contact = (rotation(engineers=("ana",)),), AfterHours(contact="Service desk 7-7000")
    opened = office(sqlite_url, rotations=alone, after_hours=contact).at("2026-11-07 03:00")
    said = opened.command("ana", "oncall")
    assert "Ana Ruiz is on call for platform until Mon 9 Nov 09:00 UTC." in said
    assert "they begin Mon 9 Nov 09:00 UTC. If it cannot wait: Service desk 7-7000." in said


def test_who_is_away_is_named_with_who_stands_in(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    absent(opened, "ana", "2026-11-02")
    said = opened.command("ben", "oncall")
    assert said.startswith("Ben Cole is on call for platform until tomorrow 09:00 UTC.")
    assert "Why Ben Cole: Ana Ruiz is away; Ben Cole is next on the list." in said


def test_an_override_that_says_nobody_is_said_loudly_with_who_is_told_instead(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    override(opened, None, "2026-11-02 09:00", "2026-11-03 09:00")
    said = opened.command("ben", "oncall")
    assert "Nobody is on call for platform until tomorrow 09:00 UTC: Lea Novak put nobody on duty: a wedding." in said
    assert "Urgent requests go to Lea Novak." in said
    assert "Next: Ben Cole" in said


def test_a_rotation_without_people_says_so(sqlite_url: str) -> None:
    said = office(sqlite_url, rotations=(rotation(engineers=()),)).command("ana", "oncall")
    assert "Nobody is on call for platform until tomorrow 09:00 UTC: the list is empty." in said
    assert "/oncall-list assign" in said


def test_an_unplanned_rotation_says_so(sqlite_url: str) -> None:
    said = office(sqlite_url, is_planned=False).command("ana", "oncall")
    assert "Nobody is on call for platform: no shift is planned." in said


def test_next_is_the_shift_after_this_one_and_the_one_after_it(sqlite_url: str) -> None:
    said = office(sqlite_url).command("ana", "oncall", "next")
    assert "Ben Cole is next on call for platform, from tomorrow 09:00 UTC until Wed 4 Nov 09:00 UTC." in said
    assert "After that: Cleo Park" in said


def test_a_list_shows_calendar_days_and_why_a_day_has_nobody(sqlite_url: str) -> None:
    holidays = Holidays(extra_off=(date(2026, 11, 11),))
    opened = office(sqlite_url, rotations=(rotation(holidays=holidays, engineers=("ana",)),))
    override(opened, "ben", "2026-11-10 09:00", "2026-11-12 09:00")
    lines = opened.command("ana", "oncall", "list").splitlines()[1:15]
    assert lines[0] == "• Mon 2 Nov (today) — Ana Ruiz"
    assert lines[5:7] == ["• Sat 7 Nov — weekend", "• Sun 8 Nov — weekend"]
    assert lines[8] == "• Tue 10 Nov — Ben Cole (Lea Novak put Ben Cole on duty: a wedding)"
    assert lines[9] == "• Wed 11 Nov — day off"
    assert lines[13] == "• Sun 15 Nov — weekend"


def test_today_in_a_list_is_whoever_serves_now(sqlite_url: str) -> None:
    opened = office(sqlite_url, oncall=OnCall(leads=("lea",), rotations=(rotation(),))).at("2026-11-02 10:40")
    opened.command("lea", "oncall-list", "remove @ana")
    named = opened.command("ben", "oncall").split(" is on call")[0]
    assert named == "Ben Cole"
    today, tomorrow = opened.command("ben", "oncall", "list 2").splitlines()[1:3]
    assert today == "• Mon 2 Nov (today) — Ben Cole (Ana Ruiz has left the list; Ben Cole is next on the list)"
    assert tomorrow.startswith("• Tue 3 Nov — ")


def test_a_list_is_fourteen_days_unless_another_number_is_given(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert opened.command("ana", "oncall", "list").count("•") == 14
    assert opened.command("ana", "oncall", "list 3").count("•") == 3
    assert opened.command("ana", "oncall", "list 60").count("•") == 60


def test_days_beyond_the_plan_are_not_called_free(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(horizon_days=7),))
    lines = opened.command("ana", "oncall", "list 10").splitlines()
    assert lines[10] == "• Wed 11 Nov — not planned yet"


def test_in_a_weekly_rotation_every_working_day_names_who_serves(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(kind="weekly"),))
    lines = opened.command("ana", "oncall", "list 8").splitlines()[1:9]
    assert lines[0] == "• Mon 2 Nov (today) — Ana Ruiz"
    assert lines[4:6] == ["• Fri 6 Nov — Ana Ruiz", "• Sat 7 Nov — weekend"]
    assert lines[7] == "• Mon 9 Nov — Ben Cole"


def test_a_wrong_number_of_days_is_answered_with_the_right_form(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    for words in ("list 0", "list -1", "list 61", "list soon", "list 1e9", "list 3 4", "list ٣", f"list {'9' * 5000}"):
        assert "The form is: /oncall list [days]" in opened.command("ana", "oncall", words)


def test_me_lists_my_shifts_and_the_one_i_am_on(sqlite_url: str) -> None:
    lines = office(sqlite_url).command("ana", "oncall", "me").splitlines()
    assert lines[:2] == ["Your next shifts", "• now, until tomorrow 09:00 UTC"]
    assert len(lines) == 9


def test_me_leaves_out_what_somebody_else_was_put_on(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    override(opened, "gil", "2026-11-03 09:00", "2026-11-04 09:00")
    assert "tomorrow" not in opened.command("ben", "oncall", "me").splitlines()[1]
    assert "• tomorrow 09:00 UTC, until Wed 4 Nov 09:00 UTC" in opened.command("gil", "oncall", "me")


def test_me_covers_every_rotation_unless_one_is_named(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(), rotation(name="database", engineers=("dan", "ana"))))
    everything = opened.command("dan", "oncall", "me")
    assert everything.splitlines()[1].startswith("• now, until tomorrow 09:00 UTC in database")
    assert "in platform" in everything
    assert "in platform" not in opened.command("dan", "oncall", "me in database")


def test_whoever_is_not_on_the_list_is_told_so(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "You are not on the on-call list." in opened.command("lea", "oncall", "me")
    assert "I do not know you" in opened.command("stranger", "oncall", "me")


def test_another_rotation_is_named_at_the_end(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(), rotation(name="database", engineers=("dan",))))
    assert opened.command("ana", "oncall", "in database").startswith("Dan Wu is on call for database")
    assert "There is no rotation “nope”. There is platform, database." in opened.command("ana", "oncall", "in nope")


def test_a_name_that_looks_like_markup_stays_text(sqlite_url: str) -> None:
    name = '<!channel> "\u202eX"'
    odd = tuple(Person(id=one.id, name=name if one.id == "ana" else one.name, slack=one.slack) for one in people())
    opened = office(sqlite_url, people=odd)
    said = opened.command("ben", "oncall")
    assert said.startswith(f"{name}\u202c is on call"), "the name's turn of direction ends with it"


def test_the_stretch_of_a_duty_ends_where_somebody_else_takes_over(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    override(opened, "gil", "2026-11-02 12:00", "2026-11-02 14:00")
    with opened.store.reading() as session:
        ctx = opened.context(session)
        rota = duty.near(ctx, opened.standing.policy.oncall.rotations[0], opened.now)
        now, following = duty.stretch(rota, opened.now)
        later, _ = duty.stretch(rota, instant("2026-11-02 15:00"))
    assert (now.engineer, now.start, now.end) == ("ana", instant("2026-11-02 09:00"), instant("2026-11-02 12:00"))
    assert (following.engineer, later.engineer) == ("gil", "ana")
    assert later.start == instant("2026-11-02 14:00")


def test_the_shifts_of_everybody_are_the_resolvers_answers(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    absent(opened, "ben", "2026-11-03")
    with opened.store.reading() as session:
        ctx = opened.context(session)
        plan = opened.standing.policy.oncall.rotations[0]
        rota = duty.whole(ctx, plan)
        served = duty.as_served(rota, opened.now)
        named = [duty.on_call(ctx, plan, max(shift.start, opened.now)).engineer for shift in served]
    assert [shift.engineer for shift in served] == named
    assert named[:2] == ["ana", "cleo"]


def test_everybody_away_is_nobody(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    for engineer in TEAM:
        absent(opened, engineer, "2026-11-02", "2026-12-31")
    assert "Nobody is on call for platform" in opened.command("lea", "oncall")


def test_without_any_rotation_it_says_so(sqlite_url: str) -> None:
    opened = office(sqlite_url, oncall=OnCall())
    assert opened.command("ana", "oncall") == "There is no on-call rotation in the configuration yet."


def test_my_shifts_end_with_my_calendar_and_the_list_with_the_rotations(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "calendar" not in opened.command("ana", "oncall", "me") + opened.command("ana", "oncall", "list")
    opened.intake.standing = replace(opened.standing, public_url=PUBLIC, feed_secret=SECRET)
    mine, listed = address(opened.standing, "person", "ana"), address(opened.standing, "rotation", "platform")
    assert opened.command("ana", "oncall", "me").splitlines()[-1] == f"Your calendar: {mine}"
    assert opened.command("ana", "oncall", "list 3").splitlines()[-1] == f"Calendar of platform: {listed}"
    assert (
        opened.command("lea", "oncall", "me")
        .splitlines()[-1]
        .startswith(f"Your calendar: {PUBLIC}calendar/person/lea/")
    )


def test_without_an_address_of_the_bot_or_a_secret_no_calendar_is_named(sqlite_url: str) -> None:
    for url, secret in ((PUBLIC, ""), ("", SECRET)):
        opened = office(sqlite_url)
        opened.intake.standing = replace(opened.standing, public_url=url, feed_secret=secret)
        assert "calendar" not in opened.command("ana", "oncall", "me") + opened.command("ana", "oncall", "list")
