"""Who is paged for a grave request, when, and who next. Source: DESIGN §4, §5."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.effects import Direct, Edit, Post
from models.events import ButtonPressed
from models.policy import AfterHours, Escalation, EscalationStep, Person, Service
from models.records import effort, roster
from models.records.delivery import OutboxRow, Purpose
from models.records.request import Due, RequestState
from models.rota.shift import Absence
from tests.handlers.build import direct, people, posts, rotation
from tests.handlers.desk import (
    COMMUNITY,
    DOUBTED_IN_SOS,
    HOW_TO,
    OPERATIONS,
    PLATFORM,
    SOS,
    URGENT,
    Desk,
    at_desk,
    buttons,
)

TEAM = {"ana", "ben", "cleo", "dan"}


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


# -- the steps


def test_the_first_page_says_who_why_and_what_happens_next(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    (page,) = desk.pages()
    assert page.people == {"ana"}
    assert (page.where, page.thread) == (f"C-{SOS}", message)
    assert "Why you: " in page.text
    assert "the engineer on call gets a direct message at about 10:05 UTC" in page.text


def test_a_newcomer_who_shadows_is_told_what_was_paged_and_is_not_paged(desk: Desk) -> None:
    desk.office.command("lea", "oncall-list", "add @gil shadow 3")
    desk.office.owed()
    desk.writes("dev", URGENT, SOS)
    (told,) = direct(desk.office.owed(), "gil")
    assert told.startswith("Ana Ruiz, whom you shadow, was just pinged about")
    assert [page.people for page in desk.pages()] == [{"ana"}]


def test_what_happens_next_is_counted_from_the_page_and_not_from_the_message(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 20:00")
    desk.writes("dev", URGENT, SOS)
    desk.until("2026-11-03 09:00")
    page = next(page for page in desk.pages() if "you are on call" in page.text)
    assert "direct message at about 09:05 UTC" in page.text


def test_an_urgent_request_that_nobody_takes_goes_from_step_to_step(desk: Desk) -> None:
    desk.writes("dev", URGENT, SOS)
    desk.until("2026-11-02 10:00")
    primary, secondary = desk.on_duty()
    assert desk.paged() == [{primary}]
    desk.until("2026-11-02 10:04")
    assert desk.pages() == []
    desk.until("2026-11-02 10:05")
    assert [page.where for page in desk.pages()] == [f"U-{primary}"]
    desk.until("2026-11-02 10:10")
    assert desk.paged() == [{secondary}]
    desk.until("2026-11-02 10:15")
    assert desk.paged() == [TEAM | {"lea"}]
    desk.until("2026-11-02 12:00")
    assert desk.pages() == []


def test_a_platform_request_reaches_the_secondary_after_an_hour_and_nobody_after_that(desk: Desk) -> None:
    desk.writes("dev", PLATFORM, OPERATIONS)
    desk.delivers()
    desk.until("2026-11-02 10:59")
    assert desk.paged() == [{desk.on_duty()[0]}]
    desk.until("2026-11-02 11:00")
    assert desk.paged() == [{desk.on_duty()[1]}]
    desk.until("2026-11-02 16:00")
    assert desk.pages() == []


def test_in_sos_a_platform_request_escalates_as_an_urgent_one(desk: Desk) -> None:
    desk.writes("dev", PLATFORM, SOS)
    desk.until("2026-11-02 10:00")
    desk.until("2026-11-02 10:10")
    assert desk.paged()[-1] == {desk.on_duty()[1]}


def test_the_steps_count_from_the_first_pages_delivery(desk: Desk) -> None:
    desk.writes("dev", URGENT, SOS)
    desk.office.pass_time("2026-11-02 10:30")
    assert len(desk.pages()) == 1, "while the page is on its way nothing else is due"
    desk.delivers()
    desk.until("2026-11-02 10:34")
    assert desk.pages() == []
    desk.until("2026-11-02 10:35")
    assert len(desk.pages()) == 1


def test_or_from_its_final_failure_of_which_the_leads_are_told(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers(failing=Purpose.PAGE)
    assert any("I could not deliver the page" in said for said in direct(desk.owed(), "lea"))
    assert desk.request(message).due_at == desk.office.now + timedelta(minutes=5)


def test_a_recipients_own_failure_moves_the_escalation_on_at_once(desk: Desk) -> None:
    desk.writes("dev", URGENT, SOS)
    desk.until("2026-11-02 10:00")
    desk.office.pass_time("2026-11-02 10:05")
    desk.pages()
    desk.delivers(failing=Purpose.PAGE, recipient=True)
    desk.office.pass_time()
    assert desk.paged() == [{desk.on_duty()[1]}]


def test_steps_that_are_overdue_together_are_sent_as_the_one_due_now(desk: Desk) -> None:
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    desk.until("2026-11-02 10:11")
    assert desk.paged() == [{desk.on_duty()[1]}]


def step(after: str, *to: str, by: str = "thread") -> EscalationStep:
    return EscalationStep.model_validate({"after": after, "to": to, "by": by})


def test_steps_of_the_same_time_are_both_sent(sqlite_url: str) -> None:
    steps = (step("0m", "primary"), step("5m", "primary", by="dm"), step("5m", "secondary"), step("9m", "leads"))
    desk = at_desk(sqlite_url, escalation=Escalation(urgent=steps))
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    desk.until("2026-11-02 10:06")
    assert desk.paged() == [{desk.on_duty()[0]}, {desk.on_duty()[1]}]
    desk.until("2026-11-02 10:09")
    assert desk.paged() == [{"lea"}]


def test_a_step_can_name_a_person_and_several_roles(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, escalation=Escalation(urgent=(step("0m", "gil", "primary", "leads"),)))
    desk.writes("dev", URGENT, SOS)
    (page,) = desk.pages()
    assert page.people == {"gil", "lea", desk.on_duty()[0]}
    assert "This was the last step" in page.text


def test_the_page_that_is_overtaken_by_the_next_step_is_not_sent(desk: Desk) -> None:
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.office.pass_time("2026-11-02 10:05")
    desk.office.pass_time("2026-11-02 10:10")
    assert desk.paged() == [{"ana"}, {desk.on_duty()[1]}]


def page_rows(desk: Desk) -> list[int]:
    with desk.office.store.reading() as session:
        pages = select(OutboxRow.id).where(OutboxRow.purpose == Purpose.PAGE, OutboxRow.post_id.is_(None))
        return list(session.scalars(pages.order_by(OutboxRow.id)))


def edits(desk: Desk) -> dict[int, Edit]:
    """Give what is owed to each page since it was last asked."""
    return {one.row: one for one in desk.owed() if isinstance(one, Edit)}


def test_every_page_in_thread_and_by_direct_message_says_what_became_of_its_request(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    for minute in ("00", "05", "10"):
        desk.until(f"2026-11-02 10:{minute}")
    number = desk.request(message).id
    desk.owed()
    desk.presses("ana", "ack", number)
    taken = edits(desk)
    assert sorted(taken) == page_rows(desk)
    assert len(taken) == 3
    assert all("is on it since 10:10" in edit.message.plain() for edit in taken.values())
    desk.presses("ana", "resolve", number)
    resolved = edits(desk)
    assert sorted(resolved) == page_rows(desk)
    assert buttons(list(resolved.values())) == []


def test_the_pages_from_before_a_reopening_keep_how_it_ended_then(desk: Desk) -> None:
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.until("2026-11-02 10:05")
    desk.presses("ana", "resolve", 1)
    desk.until("2026-11-02 12:00")
    before = page_rows(desk)
    desk.commands("dev", "reopen 1")
    desk.until("2026-11-02 12:05")
    desk.owed()
    desk.presses("ana", "resolve", 1)
    assert sorted(edits(desk)) == [row for row in page_rows(desk) if row not in before]
    assert len(before) == 2


def test_the_page_of_a_class_that_was_raised_since_is_brought_up_to_date_too(desk: Desk) -> None:
    first = desk.writes("dev", PLATFORM, HOW_TO)
    desk.delivers()
    desk.writes("dev", URGENT, HOW_TO)
    desk.delivers()
    desk.owed()
    desk.presses("ana", "resolve", desk.request(first).id)
    assert sorted(edits(desk)) == page_rows(desk)
    assert len(page_rows(desk)) == 2


# -- who


def test_whoever_was_on_the_team_and_is_away_is_left_out(desk: Desk) -> None:
    primary, secondary = desk.on_duty()
    away = next(iter(sorted(TEAM - {primary, secondary})))
    monday = date(2026, 11, 2)
    with desk.office.store.transaction() as session:
        roster.add_absence(session, Absence(away, monday, monday, made_at=desk.office.now))
    desk.writes("dev", URGENT, SOS)
    for minute in ("00", "05", "10", "15"):
        desk.until(f"2026-11-02 10:{minute}")
    assert desk.paged()[-1] == (TEAM | {"lea"}) - {away}


def test_with_nobody_on_duty_the_fallback_is_pinged_at_once_and_loudly(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, rotations=(rotation(engineers=()),), is_planned=False)
    desk.writes("dev", URGENT, SOS)
    (page,) = desk.pages()
    assert page.people == {"lea"}
    assert page.text.startswith("Nobody is on duty who can be reached. @Lea Novak, please take")


def test_the_fallback_is_not_promised_an_engineer_on_call_whom_there_is_not(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, rotations=(rotation(engineers=()),))
    desk.writes("dev", URGENT, SOS)
    (page,) = desk.pages()
    assert "If nobody takes it, you get a direct message at about 10:05 UTC." in page.text


def test_where_somebody_assigned_nobody_the_fallback_is_pinged(desk: Desk) -> None:
    desk.office.command("lea", "oncall-list", "assign 2026-11-02 nobody")
    desk.writes("dev", URGENT, SOS)
    assert desk.paged() == [{"lea"}]


def test_an_engineer_without_a_handle_on_the_platform_is_replaced_by_the_fallback(sqlite_url: str) -> None:
    without = tuple(
        Person(id=person.id, name=person.name, slack=None if person.id == "ana" else person.slack)
        for person in people()
    )
    desk = at_desk(sqlite_url, people=without)
    desk.writes("dev", URGENT, SOS)
    (page,) = desk.pages()
    assert page.people == {"lea"}
    assert "Nobody is on duty who can be reached" in page.text


def on_rocketchat(*moved: str) -> tuple[Person, ...]:
    """Give everybody, some of them on Rocket.Chat alone, under their id."""
    return tuple(Person(id=one.id, name=one.name, rocketchat=one.id) if one.id in moved else one for one in people())


BOTH = ("slack", "rocketchat")


def test_whoever_is_not_on_the_platform_of_a_request_is_paged_directly_on_their_own(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, people=on_rocketchat("ana"), platforms=BOTH)
    message = desk.writes("dev", URGENT, SOS)
    thread, direct_one = desk.pages()
    assert (thread.people, thread.thread) == (frozenset(), message)
    assert thread.text.startswith("Ana Ruiz (told on Rocket.Chat), you are on call: ")
    assert direct_one.where == "ana"
    assert direct_one.text.startswith("Urgent request #1 in #devops-sos on Slack from U-dev waits for you.")
    assert "These buttons count there too." in direct_one.text
    with desk.office.store.reading() as session:
        platforms = session.scalars(select(OutboxRow.platform).where(OutboxRow.purpose == Purpose.PAGE)).all()
        counted = session.scalars(select(effort.Page.person)).all()
    assert platforms == ["slack", "rocketchat"]
    assert counted == ["ana"]


def test_who_takes_it_from_another_platform_is_named_in_its_thread_and_every_page_says_so(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, people=on_rocketchat("ana"), platforms=BOTH)
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.owed()
    desk.gives(
        ButtonPressed(
            key="act:there",
            platform="rocketchat",
            at=desk.office.now,
            action="ack",
            value="1",
            user="ana",
            channel="D-ana",
            channel_name=None,
        )
    )
    taken = edits(desk)
    assert sorted(taken) == page_rows(desk)
    assert [edit.message.plain().split(":")[0] for edit in taken.values()] == ["👀 Ana Ruiz is on it since 10"] * 2
    assert desk.request(message).state is RequestState.ACKNOWLEDGED
    assert "Ana Ruiz" in desk.commands("lea", "show 1")
    desk.until("2026-11-02 10:31")  # its owner is found, though the request knows them by another platform
    assert any("#1" in told.message.plain() for told in desk.owed() if isinstance(told, Direct) and told.user == "ana")


def test_each_step_reaches_people_where_they_are(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, people=on_rocketchat("ana", "ben"), platforms=BOTH)
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    desk.until("2026-11-02 10:05")
    assert [page.where for page in desk.pages()] == ["ana"]
    desk.until("2026-11-02 10:10")
    assert [page.where for page in desk.pages()] == [f"C-{SOS}", "ben"]
    desk.until("2026-11-02 10:15")
    team, *others = desk.pages()
    assert team.people == {"cleo", "dan", "lea"}
    assert sorted(page.where for page in others) == ["ana", "ben"]


def test_a_direct_conversation_is_paged_where_engineers_are_with_its_words(desk: Desk) -> None:
    desk.writes("dev", URGENT, None)
    (page,) = desk.pages()
    assert (page.where, page.thread) == (f"C-{SOS}", None)
    assert f"> {URGENT}" in page.text


def test_a_platform_request_from_a_direct_conversation_is_paged_in_operations(desk: Desk) -> None:
    desk.writes("dev", PLATFORM, None)
    assert [page.where for page in desk.pages()] == [f"C-{OPERATIONS}"]


# -- a change of class on the way


def test_raised_while_paged_as_platform_the_urgent_steps_begin_anew(desk: Desk) -> None:
    first = desk.writes("dev", PLATFORM, OPERATIONS)
    desk.delivers()
    desk.office.at("2026-11-02 10:20")
    desk.writes("dev", URGENT, OPERATIONS, thread=first)
    desk.delivers()
    assert desk.paged() == [{desk.on_duty()[0]}, {desk.on_duty()[0]}]
    desk.until("2026-11-02 10:25")
    assert [page.where for page in desk.pages()] == [f"U-{desk.on_duty()[0]}"]


def test_raised_before_the_first_page_went_out_only_the_graver_one_is_sent(desk: Desk) -> None:
    desk.writes("dev", PLATFORM, OPERATIONS)
    desk.writes("dev", URGENT, OPERATIONS)
    assert ["urgent request" in page.text for page in desk.pages()] == [True]


def test_lowered_to_a_question_the_pages_stop(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    desk.commands("ana", f"class {desk.request(message).id} community")
    desk.until("2026-11-02 16:00")
    assert desk.pages() == []


def test_lowered_while_the_page_is_in_the_air_its_delivery_begins_no_escalation(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.takes_up()
    desk.commands("ana", f"class {desk.request(message).id} community")
    desk.delivers()
    assert desk.request(message).due is Due.ENGINEER
    desk.pages()
    desk.until("2026-11-02 12:00")
    assert desk.pages() == []


def test_taken_while_a_page_was_in_the_air_that_then_ended_unsent_the_thread_says_anew_who_is_on_it(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.takes_up()
    desk.owed()
    desk.presses("ana", "ack", desk.request(message).id)
    desk.owed()
    desk.drops()
    (said,) = (effect for effect in desk.owed() if isinstance(effect, Post))
    assert said.thread == message
    assert "is on it since 10:00" in said.message.plain()
    desk.delivers()
    desk.presses("ana", "resolve", desk.request(message).id)
    assert [edit.row for edit in desk.owed() if isinstance(edit, Edit)] == [desk.request(message).page_id]


def test_a_first_page_that_failed_for_good_after_it_was_taken_is_said_anew(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.takes_up()
    desk.presses("ana", "ack", desk.request(message).id)
    desk.owed()
    desk.delivers(failing=Purpose.PAGE)
    (said,) = (effect for effect in desk.owed() if isinstance(effect, Post) and effect.thread == message)
    assert "is on it since 10:00" in said.message.plain()


def test_lowered_while_the_only_page_was_in_the_air_that_then_failed_it_is_paged_all_the_same(
    desk: Desk,
) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.takes_up()
    desk.presses("ana", "class", f"{desk.request(message).id}:platform")
    desk.pages()
    desk.drops()
    assert desk.paged() == [{desk.on_duty()[0]}]
    desk.delivers()
    assert desk.request(message).due is Due.PAGE


def test_a_page_that_is_overtaken_in_the_air_and_fails_begins_nothing_anew(desk: Desk) -> None:
    desk.writes("dev", URGENT, SOS)
    desk.until("2026-11-02 10:00")
    desk.office.pass_time("2026-11-02 10:05")
    desk.takes_up()
    desk.office.pass_time("2026-11-02 10:10")
    desk.pages()
    desk.drops()
    assert desk.pages() == []


def test_one_recipient_of_several_who_cannot_be_reached_moves_nothing_on(sqlite_url: str) -> None:
    steps = (
        EscalationStep(after=timedelta(), to=("primary",)),
        EscalationStep(after=timedelta(minutes=5), to=("team",), by="dm"),
        EscalationStep(after=timedelta(minutes=10), to=("leads",)),
        EscalationStep(after=timedelta(minutes=20), to=("gil",)),
    )
    desk = at_desk(sqlite_url, escalation=Escalation(urgent=steps))
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.office.pass_time("2026-11-02 10:05")
    for who in ("cleo", "dan"):
        desk.cannot_reach(who)
        assert desk.request(message).due_at == desk.office.now + timedelta(minutes=5)
    for who in ("ana", "ben"):
        desk.cannot_reach(who)
    assert desk.request(message).due_at == desk.office.now, "nobody of the step could be reached"


def test_with_nobody_next_on_the_list_the_page_does_not_say_that_nobody_is_on_duty(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, rotations=(rotation(engineers=("ana",)),))
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.until("2026-11-02 10:05")
    desk.pages()
    desk.until("2026-11-02 10:10")
    (page,) = desk.pages()
    assert page.people == {"lea"}
    assert "nobody else on the list" in page.text
    assert "nobody is on duty" not in page.text


def test_escalated_by_hand_with_nobody_else_there_nothing_is_posted(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, rotations=(rotation(engineers=("lea",)),))
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    assert "nobody else is there" in desk.commands("lea", "escalate 1")
    assert desk.pages() == []


def test_outside_hours_with_an_empty_list_the_author_is_told_who_is_pinged_in_its_place(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 20:00", rotations=(rotation(engineers=()),))
    desk.writes("dev", URGENT, SOS)
    (said,) = (effect.message.plain() for effect in desk.owed() if isinstance(effect, Post) and effect.thread)
    assert "Nobody is on the list of engineers then: Lea Novak is pinged about your request" in said


def test_an_open_request_whose_page_ended_unsent_is_not_told_of_twice(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.takes_up()
    desk.commands("ana", f"class {desk.request(message).id} community")
    desk.owed()
    desk.drops()
    assert not any(isinstance(effect, Post) for effect in desk.owed())


def test_lowered_to_platform_nobody_is_pinged_again_and_the_rest_goes_at_its_times(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, HOW_TO)
    desk.delivers()
    desk.pages()
    desk.commands("ana", f"class {desk.request(message).id} platform")
    assert any(isinstance(one, Edit) for one in desk.owed())
    desk.until("2026-11-02 10:59")
    assert desk.pages() == []
    desk.until("2026-11-02 11:00")
    assert desk.paged() == [{desk.on_duty()[1]}]


def test_raised_while_somebody_is_on_it_they_alone_are_pinged(desk: Desk) -> None:
    first = desk.writes("dev", PLATFORM, OPERATIONS)
    desk.delivers()
    desk.presses("dan", "ack", desk.request(first).id)
    desk.pages()
    desk.writes("dev", URGENT, OPERATIONS, thread=first)
    desk.until("2026-11-02 10:15")
    (page,) = desk.pages()
    assert page.people == {"dan"}
    assert "that you took is an urgent request now" in page.text
    assert desk.request(first).due is Due.SILENCE


# -- silence


def taken(desk: Desk, word: str = URGENT, channel: str = SOS) -> str:
    message = desk.writes("dev", word, channel)
    desk.delivers()
    desk.presses("ana", "ack", desk.request(message).id)
    desk.delivers()
    desk.pages()
    desk.owed()
    return message


def reminders(desk: Desk) -> int:
    return sum("have not written there" in said for said in direct(desk.owed(), "ana"))


def test_silent_for_thirty_minutes_its_owner_is_reminded_and_fifteen_later_it_goes_on(desk: Desk) -> None:
    message = taken(desk)
    desk.until("2026-11-02 10:29")
    assert (reminders(desk), desk.pages()) == (0, [])
    desk.until("2026-11-02 10:30")
    assert (reminders(desk), desk.pages()) == (1, [])
    desk.until("2026-11-02 10:44")
    assert desk.pages() == []
    desk.until("2026-11-02 10:45")
    (page,) = desk.pages()
    assert "took urgent request" in page.text
    assert "silent for too long" in desk.timeline(message)


def test_a_word_of_its_owners_begins_the_thirty_minutes_anew(desk: Desk) -> None:
    message = taken(desk)
    desk.office.at("2026-11-02 10:20")
    desk.writes("ana", "restarting it", SOS, thread=message)
    desk.until("2026-11-02 10:49")
    assert reminders(desk) == 0
    desk.until("2026-11-02 10:50")
    assert reminders(desk) == 1


def test_a_word_after_the_reminder_keeps_the_escalation_from_going_on(desk: Desk) -> None:
    message = taken(desk)
    desk.until("2026-11-02 10:35")
    desk.writes("ana", "still on it", SOS, thread=message)
    desk.until("2026-11-02 10:50")
    assert desk.pages() == []
    assert desk.request(message).due is Due.SILENCE


def test_taking_it_again_after_the_reminder_does_so_too(desk: Desk) -> None:
    message = taken(desk)
    desk.until("2026-11-02 10:35")
    desk.reacts("ana", message, "eyes")
    desk.until("2026-11-02 10:50")
    assert desk.pages() == []


def test_somebody_elses_word_does_not(desk: Desk) -> None:
    message = taken(desk)
    desk.writes("eve", "any news?", SOS, thread=message)
    desk.until("2026-11-02 10:30")
    desk.until("2026-11-02 10:45")
    assert len(desk.pages()) == 1


def test_silent_after_the_last_step_everybody_is_asked_once_more(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    for minute in ("00", "05", "10", "15"):
        desk.until(f"2026-11-02 10:{minute}")
    desk.presses("ana", "ack", desk.request(message).id)
    desk.pages()
    desk.until("2026-11-02 10:45")
    desk.until("2026-11-02 11:00")
    assert desk.paged() == [TEAM | {"lea"}]


def test_whoever_takes_a_question_is_not_chased_for_it(desk: Desk) -> None:
    taken(desk, COMMUNITY, HOW_TO)
    desk.until("2026-11-02 16:00")
    assert (reminders(desk), desk.pages()) == (0, [])


def test_nobody_is_paged_for_what_was_resolved_meanwhile(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.reacts("dev", message, "white_check_mark")
    desk.pages()
    desk.until("2026-11-02 10:30")
    assert desk.pages() == []
    assert desk.request(message).state is RequestState.RESOLVED


# -- failures of what is no page


def test_a_question_that_could_not_be_delivered_is_told_to_the_leads(desk: Desk) -> None:
    desk.writes("dev", DOUBTED_IN_SOS, SOS)
    desk.delivers(failing=Purpose.QUESTION)
    assert any("I could not deliver the question" in said for said in direct(desk.owed(), "lea"))


def test_a_reply_that_could_not_be_delivered_bothers_nobody(desk: Desk) -> None:
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.owed()
    desk.delivers(failing=Purpose.REPLY)
    assert not any(isinstance(one, Direct) for one in desk.owed())


# -- escalated by hand


def test_escalated_by_hand_the_team_and_leads_are_asked_but_not_the_asker(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    desk.commands("ben", f"escalate {desk.request(message).id} I am stuck")
    assert desk.pages()[0].people == TEAM - {"ben"} | {"lea"}
    assert desk.request(message).state is RequestState.OPEN


def test_a_question_escalated_by_hand_begins_no_escalation_of_its_own(desk: Desk) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.commands("dev", f"escalate {desk.request(message).id}")
    desk.delivers()
    desk.pages()
    desk.until("2026-11-02 12:00")
    assert desk.pages() == []
    assert desk.request(message).due is Due.ENGINEER


def test_what_waits_for_the_hours_is_not_paged_at_night_because_it_was_escalated_by_hand(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 20:00")
    message = desk.writes("dev", PLATFORM, OPERATIONS)
    desk.commands("dev", f"escalate {desk.request(message).id}")
    desk.delivers()
    desk.pages()
    desk.until("2026-11-02 23:00")
    assert desk.pages() == []
    assert desk.request(message).due is Due.RESUME


# -- the end of the hours


def test_once_the_hours_are_over_nobody_else_is_paged_until_the_next_ones(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 16:52")
    message = desk.writes("dev", URGENT, SOS)
    desk.until("2026-11-02 16:52")
    desk.until("2026-11-02 16:57")
    assert len(desk.pages()) == 2, "within the hours the steps go on"
    desk.owed()
    desk.until("2026-11-02 17:02")
    desk.until("2026-11-02 17:07")
    assert desk.pages() == []
    (note,) = desk.owed()
    assert isinstance(note, Post)
    assert (note.thread, "tomorrow 09:00 UTC" in note.message.plain()) == (message, True)
    desk.until("2026-11-03 09:00")
    assert desk.paged() == [{desk.on_duty()[0]}]
    desk.until("2026-11-03 09:10")
    assert desk.paged() == [{desk.on_duty()[1]}], "the steps begin anew"


def test_a_page_promises_nobody_a_ping_after_the_end_of_the_hours(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 16:58")
    desk.writes("dev", URGENT, SOS)
    (page,) = desk.pages()
    assert "The hours end before the next step: if nobody takes it, it comes up again tomorrow 09:00 UTC." in page.text


def test_a_critical_service_goes_on_with_those_named_for_nights(sqlite_url: str) -> None:
    desk = at_desk(
        sqlite_url,
        at="2026-11-02 16:52",
        after_hours=AfterHours(urgent="page", page=("gil",)),
        services=(Service(name="Registry", aliases=("registry",), critical=True),),
    )
    desk.writes("dev", f"{URGENT} registry", SOS)
    desk.until("2026-11-02 16:52")
    desk.pages()
    desk.until("2026-11-02 17:02")
    assert desk.paged() == [{"gil"}]


def test_whoever_took_it_at_night_and_fell_silent_makes_nobody_else_pinged_before_the_hours(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 22:00")
    message = desk.writes("dev", URGENT, SOS)
    desk.presses("dan", "ack", desk.request(message).id)
    for at in ("22:00", "22:30"):
        desk.until(f"2026-11-02 {at}")
    (reminder,) = direct(desk.owed(), "dan")
    assert "Otherwise whoever is on call gets it tomorrow 09:00 UTC." in reminder, "nobody is told of an escalation"
    for at in ("22:45", "23:59"):
        desk.until(f"2026-11-02 {at}")
    (told,) = posts(desk.owed(), SOS)
    assert told.startswith("Dan Wu took this and has not written here since.")
    assert (desk.pages(), desk.request(message).due) == ([], Due.RESUME)
    desk.until("2026-11-03 09:00")
    (page,) = desk.pages()
    assert page.people - {"dan"} == {desk.on_duty()[0]}
    assert "took urgent request" in page.text
    assert "Why you: next on the list." in page.text
    desk.until("2026-11-03 09:10")
    assert desk.pages()[-1].people - {"dan"} == {desk.on_duty()[1]}, "and the steps after it follow"
