"""Questions that nobody answers: who is told, when, and when not. Source: DESIGN §4."""

from datetime import timedelta
from typing import Any

import pytest

from models.effects import Direct, Edit, Effect, Post
from models.policy import Community, Holidays, KnownAnswer
from models.records import account
from models.records import helper as helpers
from models.records import request as records
from models.records.delivery import Purpose
from models.records.request import Due, RequestState
from tests.handlers.build import direct, office, rotation
from tests.handlers.desk import COMMUNITY, DOUBTED_COMMUNITY, HOW_TO, OPERATIONS, PLATFORM, URGENT, Desk, at_desk

FRIDAY = "2026-11-06 15:00"
OFF_ON_MONDAY = rotation(holidays=Holidays.model_validate({"extra_off": ["2026-11-09"]}))


def desk_of(url: str, *helping: str, **changed: Any) -> Desk:
    """Give a desk at which some people are helpers."""
    desk = at_desk(url, **changed)
    for who in helping:
        desk.commands(who, "helper on")
    desk.owed()
    return desk


def told(desk: Desk, who: str) -> list[str]:
    """Give what somebody was told of questions that wait, since it was last asked."""
    return [said for said in direct(desk.owed(), who) if "for an answer" in said]


def _plain(effect: Effect) -> str:
    return effect.message.plain() if isinstance(effect, Post | Direct | Edit) else ""


# -- opting in


def test_anybody_may_become_a_helper_and_end_it_and_saying_so_twice_changes_nothing(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    for who in ("gil", "stranger"):
        assert "You are no helper." in desk.commands(who, "helper")
        assert "You are now a helper: when a question has waited 4 h" in desk.commands(who, "helper on")
        assert "You are a helper" in desk.commands(who, "HELPER ON")
        assert "You are a helper" in desk.commands(who, "helper")
        assert "You are no helper any more." in desk.commands(who, "helper off")
        assert "You are no helper." in desk.commands(who, "helper off")


def test_a_wrong_word_is_answered_with_the_form(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    assert "It is on or off. The form is: /oncall helper [on|off]" in desk.commands("gil", "helper maybe")


# -- when


def test_after_four_working_hours_the_helpers_get_one_direct_message_and_then_the_engineer(database_url: str) -> None:
    desk = desk_of(database_url, "gil", "stranger")
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.office.pass_time("2026-11-02 13:59")
    assert not [one for one in desk.owed() if isinstance(one, Direct)]
    desk.office.pass_time("2026-11-02 14:00")
    owed = desk.owed()
    assert {one.user for one in owed if isinstance(one, Direct)} == {"U-gil", "U-stranger"}
    assert f"question #{desk.request(message).id} in #devops-how-to has waited 4 h" in direct(owed, "gil")[0]
    assert not [one for one in owed if isinstance(one, Post)], "nothing of it stands in the thread"
    desk.office.pass_time("2026-11-03 10:00")
    owed = desk.owed()
    assert [one.user for one in owed if isinstance(one, Direct) and "Nobody has answered" in one.message.plain()] == [
        f"U-{desk.on_duty()[0]}"
    ]
    assert direct(owed, "gil") == []
    desk.office.pass_time("2026-11-12 16:00")
    assert not any("Nobody has answered" in str(one) or "for an answer" in str(one) for one in desk.owed())


@pytest.mark.parametrize(
    ("rotations", "before", "at"),
    [
        ((), "2026-11-09 10:59", "2026-11-09 11:00"),
        ((OFF_ON_MONDAY,), "2026-11-10 10:59", "2026-11-10 11:00"),
    ],
    ids=["weekend", "holiday"],
)
def test_a_weekend_and_a_holiday_nudge_nobody(sqlite_url: str, rotations: Any, before: str, at: str) -> None:
    desk = desk_of(sqlite_url, "gil", at=FRIDAY, rotations=rotations)
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.office.pass_time(before)
    assert told(desk, "gil") == []
    desk.office.pass_time(at)
    assert len(told(desk, "gil")) == 1


def test_what_is_due_just_when_the_hours_end_is_told_when_they_begin_again(sqlite_url: str) -> None:
    desk = desk_of(sqlite_url, "gil", at="2026-11-02 13:00")
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.office.pass_time("2026-11-03 08:59")
    assert told(desk, "gil") == []
    desk.office.pass_time("2026-11-03 09:00")
    assert len(told(desk, "gil")) == 1


def test_a_bot_that_was_down_when_it_was_due_tells_nobody_at_night(sqlite_url: str) -> None:
    desk = desk_of(sqlite_url, "gil")
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.owed()
    desk.office.at("2026-11-03 22:00").pass_time()
    assert not any("answer" in one.message.plain() for one in desk.owed() if isinstance(one, Direct))
    desk.office.pass_time("2026-11-04 09:00")
    owed = desk.owed()
    assert len(direct(owed, "gil")) == 1
    assert sum("Nobody has answered" in str(one) for one in owed) == 1


def test_a_bot_that_starts_again_forgets_nothing_and_tells_nobody_twice(sqlite_url: str) -> None:
    desk = desk_of(sqlite_url, "gil")
    desk.writes("dev", COMMUNITY, HOW_TO)
    again = Desk(office(sqlite_url, at="2026-11-02 13:59", is_planned=False))
    again.owed()
    again.office.pass_time("2026-11-02 14:00")
    assert len(told(again, "gil")) == 1
    desk.office.pass_time("2026-11-02 14:00")
    third = Desk(office(sqlite_url, at="2026-11-02 15:00", is_planned=False))
    third.office.pass_time()
    assert len(told(third, "gil")) == 1, "of all that was ever said"


def test_questions_that_are_due_together_come_in_one_message(database_url: str) -> None:
    desk = desk_of(database_url, "gil", at="2026-11-07 10:00")
    first, second = desk.writes("dev", COMMUNITY, HOW_TO), desk.writes("eve", f"{COMMUNITY} two", HOW_TO)
    mine = desk.writes("gil", COMMUNITY, OPERATIONS)
    desk.office.pass_time("2026-11-09 13:00")
    (said,) = told(desk, "gil")
    assert said.startswith("2 questions wait for an answer.")
    assert all(f"#{desk.request(one).id} in #devops-how-to" in said for one in (first, second))
    assert f"#{desk.request(mine).id}" not in said, "whoever asked is not told of it"


# -- what is left alone


def test_an_answer_an_owner_and_another_class_end_it(sqlite_url: str) -> None:
    desk = desk_of(sqlite_url, "gil")
    answered, owned, raised, closed = (desk.writes(who, COMMUNITY, HOW_TO) for who in ("dev", "eve", "fay", "guy"))
    desk.writes("eve", "have a look at the docs", HOW_TO, thread=answered)
    desk.reacts("ana", owned, "eyes")
    desk.commands("ana", f"class {desk.request(raised).id} urgent")
    desk.presses("guy", "resolve", desk.request(closed).id)
    desk.office.pass_time("2026-11-02 15:00")
    assert told(desk, "gil") == []


def test_helpers_who_are_away_or_gone_are_left_out(sqlite_url: str) -> None:
    desk = desk_of(sqlite_url, "ben", "dan", "gil", "lea")
    desk.commands("ben", "off 2026-11-02")
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.commands("dan", "helper off")
    with desk.office.store.transaction() as session:
        account.keep(session, "slack", "U-lea", desk.office.now)
    desk.owed()
    desk.office.pass_time("2026-11-02 14:00")
    owed = desk.owed()
    assert {one.user for one in owed if isinstance(one, Direct) and "for an answer" in one.message.plain()} == {"U-gil"}


def test_a_stranger_whom_nothing_reaches_any_more_is_no_helper_any_more(sqlite_url: str) -> None:
    desk = desk_of(sqlite_url, "stranger", "gil")
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.delivers()
    desk.office.pass_time("2026-11-02 14:00")
    desk.delivers(failing=Purpose.NOTICE, recipient=True)
    with desk.office.store.reading() as session:
        assert [one.user for one in helpers.every(session)] == ["U-gil"]


def test_what_was_asked_in_a_direct_conversation_is_shown_to_no_helper_and_names_its_author(sqlite_url: str) -> None:
    desk = desk_of(sqlite_url, "gil")
    desk.writes("dev", COMMUNITY, None)
    desk.office.pass_time("2026-11-03 10:00")
    owed = desk.owed()
    assert direct(owed, "gil") == []
    assert any("U-dev asked me alone, and nobody has answered #1 for" in _plain(one) for one in owed)


def test_where_the_engineers_account_reaches_nobody_the_next_is_shown_the_question(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.office.at("2026-11-03 09:30").pass_time()
    engineer, following = desk.on_duty()
    with desk.office.store.transaction() as session:
        account.keep(session, "slack", f"U-{engineer}", desk.office.now)
    desk.owed()
    desk.office.pass_time("2026-11-03 10:00")
    assert [one.user for one in desk.owed() if isinstance(one, Direct) and "Nobody has answered" in _plain(one)] == [
        f"U-{following}"
    ]


def test_with_helpers_after_the_engineer_both_are_told_each_once(sqlite_url: str) -> None:
    waits = Community(engineer_after=timedelta(hours=1), helpers_after=timedelta(hours=2))
    desk = desk_of(sqlite_url, "gil", community=waits)
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.office.pass_time("2026-11-02 16:00")
    owed = desk.owed()
    assert (len(direct(owed, "gil")), sum("Nobody has answered" in str(one) for one in owed)) == (1, 1)


def test_a_question_to_the_author_is_the_bots_one_post_and_the_known_answer_takes_its_place(sqlite_url: str) -> None:
    known = KnownAnswer.model_validate({"match": "slow", "title": "Slow?", "url": "https://example.org/p"})
    desk = at_desk(sqlite_url, answers=(known,))
    message = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.delivers()
    assert sum(isinstance(one, Post) for one in desk.owed()) == 1
    desk.presses("dev", "class", f"{desk.request(message).id}:community")
    owed = desk.owed()
    assert not [one for one in owed if isinstance(one, Post)]
    assert "This may answer it: Slow?" in [one.message.plain() for one in owed if isinstance(one, Edit)][-1]


# -- what waits past its time


def test_a_platform_request_that_nobody_took_in_time_is_overdue_until_somebody_does(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", PLATFORM, OPERATIONS)
    desk.writes("eve", URGENT, OPERATIONS)
    desk.writes("fay", COMMUNITY, HOW_TO)
    desk.delivers()
    number = desk.request(message).id

    def overdue() -> list[int]:
        with desk.office.store.reading() as session:
            return [one.id for one in records.overdue(session, "platform", desk.office.now)]

    desk.office.at("2026-11-02 10:59")
    assert overdue() == []
    desk.office.at("2026-11-02 11:00")
    assert overdue() == [number]
    desk.commands("ana", f"ack {number}")
    assert overdue() == []


def test_what_waits_for_the_hours_is_not_overdue(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 20:00")
    message = desk.writes("dev", PLATFORM, OPERATIONS)
    desk.office.at("2026-11-03 08:00")
    with desk.office.store.reading() as session:
        assert records.overdue(session, "platform", desk.office.now) == []
    assert (desk.request(message).state, desk.request(message).due) == (RequestState.OPEN, Due.RESUME)
