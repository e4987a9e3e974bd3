"""Shifts that people give one another: swaps, covers, and days that somebody takes."""

import json
from datetime import date

import pytest
from sqlalchemy import select

from models.effects import Direct, Edit, Post
from models.message import Button, Buttons
from models.policy import Person
from models.records import audit
from models.records.exchange import Exchange, ExchangeState
from models.rota.duty import rows
from tests.handlers.build import Office, direct, office, people, posts, rotation
from tests.handlers.desk import Desk

# The office's Monday is 2 November 2026; Ana, Ben, Cleo and Dan serve Monday to Thursday, and so on.


def serving(opened: Office, first: str = "2026-11-02", days: int = 12) -> dict[str, str | None]:
    with opened.store.reading() as session:
        ctx = opened.context(session)
        from handlers import duty

        rota = duty.whole(ctx, ctx.policy.oncall.rotations[0])
        return {str(row.day): row.engineer for row in rows(rota, date.fromisoformat(first), days) if row.start}


def states(opened: Office) -> list[ExchangeState]:
    with opened.store.reading() as session:
        return list(session.scalars(select(Exchange.state).order_by(Exchange.id)))


def history(opened: Office) -> list[tuple[str, str]]:
    with opened.store.reading() as session:
        return [(one.actor, one.action) for one in audit.of_subject(session, "rotation:platform", 20)]


def presses(opened: Office, who: str, action: str, number: int = 1) -> str:
    opened.given += 1
    return Desk(opened, count=1000 + opened.given).presses(who, f"exchange-{action}", number)


def buttons(message_owner: Direct | Post) -> list[Button]:
    return [one for block in message_owner.message.blocks if isinstance(block, Buttons) for one in block.buttons]


# -- swap


def test_a_swap_changes_nothing_until_it_is_accepted(database_url: str) -> None:
    opened = office(database_url)
    before = serving(opened)
    said = opened.command("ben", "oncall", "swap tomorrow @cleo")
    assert "I asked Cleo Park: your Tue 3 Nov for their Wed 4 Nov." in said
    assert serving(opened) == before
    (asked,) = [one for one in opened.owed() if isinstance(one, Direct)]
    assert asked.user == "U-cleo"
    assert asked.message.plain().splitlines()[:3] == [
        "Ben Cole asks to swap shifts with you in platform.",
        "You would serve Tue 3 Nov (tomorrow 09:00 UTC until Wed 4 Nov 09:00 UTC),",
        "Ben Cole would serve Wed 4 Nov (Wed 4 Nov 09:00 UTC until Thu 5 Nov 09:00 UTC).",
    ]
    assert [one.action for one in buttons(asked)] == ["exchange-accept", "exchange-decline"]


def test_an_accepted_swap_exchanges_both_days_and_tells_the_asker(database_url: str) -> None:
    opened = office(database_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    opened.owed()
    said = presses(opened, "cleo", "accept")
    assert "Cleo Park and Ben Cole swapped: Cleo Park serves Tue 3 Nov, Ben Cole Wed 4 Nov." in said
    assert list(serving(opened).values())[:4] == ["ana", "cleo", "ben", "dan"]
    owed = opened.owed()
    (told,) = direct(owed, "ben")
    assert "New: Wed 4 Nov." in told
    assert "No longer yours: Tue 3 Nov." in told
    assert direct(owed, "cleo") == []  # answered on the spot, and the question itself is edited
    assert ["✅ Cleo Park and Ben Cole swapped" in one.message.plain() for one in owed if isinstance(one, Edit)] == [
        True
    ]
    assert history(opened) == [("cleo", "swap")]
    assert "Cleo Park swapped with Ben Cole" in opened.at("2026-11-03 10:00").command("ana", "oncall", "")


def test_a_swap_names_the_day_that_is_wanted_in_return(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    said = opened.command("ben", "oncall", "swap 3 nov Cleo Park 2026-11-10")
    later = next(day for day, who in serving(opened, days=30).items() if who == "cleo" and day > "2026-11-04")
    if later != "2026-11-10":
        assert "is not Cleo Park's" in said
        said = opened.command("ben", "oncall", f"swap 3 nov Cleo Park {later}")
    assert "I asked Cleo Park" in said
    presses(opened, "cleo", "accept")
    found = serving(opened, days=30)
    assert (found["2026-11-03"], found[later]) == ("cleo", "ben")


def test_a_swap_whose_shift_moved_meanwhile_is_refused_with_the_reason_and_changes_nothing(database_url: str) -> None:
    opened = office(database_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    opened.command("lea", "oncall-list", "remove @cleo")
    opened.command("lea", "oncall-list", "add @cleo")
    before, _ = serving(opened), opened.owed()
    assert "That no longer works: the shift of Wed 4 Nov no longer belongs to Cleo Park. Nothing was changed." in (
        presses(opened, "cleo", "accept")
    )
    assert serving(opened) == before
    assert states(opened) == [ExchangeState.REFUSED]
    (told,) = direct(opened.owed(), "ben")
    assert "Your swap of Tue 3 Nov is void: the shift of Wed 4 Nov no longer belongs to Cleo Park." in told


def test_a_swap_of_a_day_that_a_lead_gave_to_somebody_meanwhile_is_refused(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    opened.command("lea", "oncall-list", "assign tomorrow @gil")
    assert "a lead decided meanwhile who is on call on Tue 3 Nov" in presses(opened, "cleo", "accept")
    assert serving(opened)["2026-11-03"] == "gil"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("swap tomorrow", "Say which of your days, and with whom."),
        ("swap tomorrow @ben", "a swap needs two people and two shifts"),
        ("swap tomorrow @eve", "I know nobody called “@eve”."),
        ("swap tomorrow @gil", "Gil Hart is not on the list of platform and has no shift ahead there."),
        ("swap wed @cleo", "Wed 4 Nov is not yours: Cleo Park is on call then."),
        ("swap tomorrow @cleo thu", "Thu 5 Nov is not Cleo Park's: Dan Wu is on call then."),
        ("swap 2026-10-30 @cleo", "Fri 30 Oct is over, and the past is never changed."),
        ("swap sat @cleo", "No shift begins on Sat 7 Nov: it is off (weekend)."),
        ("swap 2027-11-03 @cleo", "No shift begins on Wed 3 Nov 2027: it is not planned yet."),
        ("swap mon @cleo", "Which day do you mean by “mon”"),
        ("swap 03/11 @cleo", "which is the day, and which the month"),
        ("swap tomorrow @ana 2 nov", "The shift of Mon 2 Nov has begun. Let somebody cover what is left of it"),
        ("swap accept 77", "There is no swap or cover 77."),
    ],
)
def test_a_swap_that_cannot_be_is_answered_with_the_reason(sqlite_url: str, words: str, why: str) -> None:
    opened = office(sqlite_url)
    assert why in opened.command("ben", "oncall", words)
    assert (states(opened), opened.owed(), history(opened)) == ([], [], [])


def test_a_declined_swap_is_told_to_the_asker(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    opened.owed()
    assert presses(opened, "cleo", "decline") == "I tell them that you cannot."
    (told,) = direct(opened.owed(), "ben")
    assert "Cleo Park cannot swap Tue 3 Nov with you. It stays yours." in told
    assert "Cleo Park declined it at 10:00 UTC." in presses(opened, "cleo", "accept")


def test_only_whoever_was_asked_accepts_a_swap_and_only_the_asker_withdraws_it(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    assert presses(opened, "dan", "accept") == "Cleo Park was asked, not you."
    assert presses(opened, "dan", "decline") == "Cleo Park was asked, not you."
    assert presses(opened, "ben", "accept") == "This is your own wish; you can withdraw it."
    assert presses(opened, "cleo", "withdraw") == "Only whoever asked can withdraw that."
    assert "It is withdrawn" in opened.command("ben", "oncall", "swap withdraw 1")
    assert "Ben Cole withdrew it at 10:00 UTC." in opened.command("cleo", "oncall", "swap accept #1")


def test_one_shift_is_asked_about_once_at_a_time(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    said = opened.command("ben", "oncall", "cover tomorrow")
    assert said == "You asked for that already: swap 1. Take it back first: /oncall swap withdraw 1."


def test_a_name_that_two_people_have_is_asked_about(sqlite_url: str) -> None:
    twins = (*people(), Person(id="ben2", name="Ben Adler", slack="U-ben2"))
    opened = office(sqlite_url, people=twins)
    said = opened.command("cleo", "oncall", "swap wed ben")
    assert "I asked" in said  # an id is nobody else's
    said = opened.command("dan", "oncall", "swap thu Ben Adler")
    assert "Ben Adler is not on the list of platform" in said


# -- cover


def test_the_first_who_takes_a_cover_has_it_and_the_second_is_told_who(database_url: str) -> None:
    opened = office(database_url)
    said = opened.command("ben", "oncall", "cover tomorrow at the dentist")
    assert "I asked in #devops-operations who covers Tue 3 Nov" in said
    owed = opened.owed()
    (asked,) = posts(owed)
    assert "Ben Cole looks for somebody to cover Tue 3 Nov in platform." in asked
    assert "at the dentist" in asked
    assert "Dan Wu covers Tue 3 Nov for Ben Cole." in presses(opened, "dan", "accept")
    assert presses(opened, "cleo", "accept") == "Dan Wu was first and covers it, since 10:00 UTC."
    assert serving(opened)["2026-11-03"] == "dan"
    assert history(opened) == [("dan", "cover")]
    (told,) = direct(opened.owed(), "ben")
    assert "Dan Wu covers Tue 3 Nov for Ben Cole." in told


def test_a_cover_of_the_running_shift_begins_now_and_leaves_its_past(database_url: str) -> None:
    opened = office(database_url, at="2026-11-02 09:30")
    opened.at("2026-11-02 12:00").command("ana", "oncall", "cover feeling ill")
    opened.owed()
    opened.at("2026-11-02 12:05")
    presses(opened, "dan", "accept")
    (announced, *_) = posts(opened.owed())
    assert "Dan Wu is on call in platform now, in place of Ana Ruiz, until tomorrow 09:00 UTC." in announced
    said = opened.command("ben", "oncall")
    assert "Dan Wu is on call for platform until tomorrow 09:00 UTC." in said
    assert "Why Dan Wu: Dan Wu covers for Ana Ruiz." in said
    with opened.store.reading() as session:
        from handlers import duty
        from tests.handlers.build import instant

        ctx = opened.context(session)
        assert duty.on_call(ctx, ctx.policy.oncall.rotations[0], instant("2026-11-02 12:04")).engineer == "ana"


def test_a_cover_without_a_day_is_for_the_nearest_shift(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "who covers Thu 5 Nov" in opened.command("dan", "oncall", "cover")
    assert "You have no shift ahead" in opened.command("lea", "oncall", "cover")


def test_only_engineers_take_a_cover(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "cover tomorrow")
    assert presses(opened, "gil", "accept") == "Only engineers of an on-call list can take a shift."
    assert presses(opened, "stranger", "accept").startswith("I do not know you")


def test_a_wish_that_nobody_grants_lapses_when_its_time_has_passed(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    opened.owed()
    opened.pass_time("2026-11-03 09:00")
    assert states(opened) == [ExchangeState.LAPSED]
    assert any("Nobody took your shift of Tue 3 Nov in time." in one for one in direct(opened.owed(), "ben"))
    assert "It is void since" in presses(opened, "cleo", "accept")


def test_open_wishes_are_among_ones_own_shifts(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    line = "swap of Tue 3 Nov with Cleo Park, Wed 4 Nov, asked by Ben Cole, not answered yet (swap 1)"
    assert line in opened.command("ben", "oncall", "me")
    assert line in opened.command("cleo", "oncall", "me")


# -- take


def test_a_shift_is_taken_without_a_request_and_its_owner_is_told(database_url: str) -> None:
    opened = office(database_url)
    assert "Dan Wu took Tue 3 Nov from Ben Cole." in opened.command("dan", "oncall", "take tomorrow")
    assert serving(opened)["2026-11-03"] == "dan"
    (told,) = direct(opened.owed(), "ben")
    assert "Dan Wu took Tue 3 Nov from Ben Cole." in told
    assert "No longer yours: Tue 3 Nov." in told


def test_the_running_shift_is_taken_from_now_on(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("dan", "oncall", "take today")
    assert "Dan Wu is on call for platform" in opened.command("ana", "oncall")


@pytest.mark.parametrize(
    ("who", "words", "why"),
    [
        ("ben", "take", "Say which day you take."),
        ("ben", "take tomorrow please", "Say which day you take."),
        ("ben", "take tomorrow", "Nobody can cover their own shift"),
        ("gil", "take tomorrow", "Only engineers"),
        ("ben", "take sat", "No shift begins on Sat 7 Nov"),
        ("ben", "take 2026-10-30", "is over"),
    ],
)
def test_a_day_that_cannot_be_taken_is_answered_with_the_reason(
    sqlite_url: str, who: str, words: str, why: str
) -> None:
    opened = office(sqlite_url)
    assert why.lower() in opened.command(who, "oncall", words).lower()
    assert history(opened) == []


def test_what_a_lead_assigned_is_not_given_away(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("lea", "oncall-list", "assign tomorrow @ben")
    for who, words in (("dan", "take tomorrow"), ("ben", "cover tomorrow"), ("ben", "swap tomorrow @dan")):
        said = opened.command(who, "oncall", words)
        assert said == "A lead decided who is on call on Tue 3 Nov; ask Lea Novak."


def test_the_history_says_who_gave_what_to_whom(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ben", "oncall", "swap tomorrow @cleo")
    presses(opened, "cleo", "accept")
    opened.command("dan", "oncall", "take tomorrow")
    said = opened.command("lea", "oncall-list", "history")
    assert "Cleo Park: swap Cleo Park; for Ben Cole; on Tue 3 Nov; against Wed 4 Nov" in said
    assert "Dan Wu: take Dan Wu; for Cleo Park; on Tue 3 Nov" in said
    assert json.dumps(said)  # plain text throughout


def test_a_shuffle_and_a_removal_leave_what_was_agreed(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(notice_days=0),))
    opened.command("dan", "oncall", "take tomorrow")
    opened.command("lea", "oncall-list", "shuffle")
    assert serving(opened)["2026-11-03"] == "dan"
    opened.command("lea", "oncall-list", "remove @ben")
    assert serving(opened)["2026-11-03"] == "dan"


def test_a_wish_whose_shift_went_to_somebody_else_is_void_and_says_no_untruth(database_url: str) -> None:
    opened = office(database_url)
    opened.command("ben", "oncall", "cover tomorrow")
    opened.command("dan", "oncall", "take tomorrow")
    opened.owed()
    opened.pass_time()
    assert states(opened) == [ExchangeState.REFUSED]
    owed = opened.owed()
    assert any(
        "is void: the shift went to somebody else" in one.message.plain() for one in owed if isinstance(one, Edit)
    )
    opened.pass_time("2026-11-04 09:00")
    assert not any("stayed yours" in one for one in direct(opened.owed(), "ben"))


def test_in_a_weekly_rotation_a_single_day_is_not_taken_for_the_week(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(kind="weekly"),))
    said = opened.command("dan", "oncall", "take fri")
    assert "Fri 6 Nov lies in the shift that begins on Mon 2 Nov" in said
    assert opened.owed() == []


@pytest.mark.parametrize("words", ["cover accept", "cover accept one", "swap withdraw"])
def test_an_answer_without_a_number_asks_for_it_and_asks_nobody_to_cover(sqlite_url: str, words: str) -> None:
    opened = office(sqlite_url)
    assert "which one? Say its number" in opened.command("ben", "oncall", words)
    assert (states(opened), opened.owed()) == ([], [])


def test_who_leaves_serves_no_longer_by_a_cover_or_an_assignment(database_url: str) -> None:
    opened = office(database_url)
    opened.command("dan", "oncall", "take now")
    opened.command("lea", "oncall-list", "assign 2026-11-10 @dan")
    opened.at("2026-11-02 12:00").command("lea", "oncall-list", "remove @dan")
    assert "Dan Wu is on call" not in opened.command("ana", "oncall")
    assert serving(opened, days=30)["2026-11-10"] != "dan"


def test_what_is_left_of_the_running_shift_is_given_at_once_at_any_hour(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=()),))
    opened.at("2026-11-07 03:00").command("lea", "oncall-list", "assign now @gil")
    assert "Gil Hart is on call for platform" in opened.command("ana", "oncall")


def test_a_slip_in_a_rotations_name_is_asked_about_and_asks_nobody_to_cover(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "There is no rotation “platfrom”." in opened.command("ben", "oncall", "cover tomorrow in platfrom")
    assert "who covers" in opened.command("ben", "oncall", "cover tomorrow back in spring")


def test_a_running_shift_that_somebody_took_did_not_stay_the_askers(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("ana", "oncall", "cover 2026-11-02")
    opened.command("dan", "oncall", "take now")
    opened.owed()
    opened.pass_time("2026-11-03 09:00")
    assert not any("stayed yours" in one for one in direct(opened.owed(), "ana"))
    assert states(opened) == [ExchangeState.REFUSED]
