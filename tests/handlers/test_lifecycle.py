"""What people do with a request, by button, reaction and command: who may, and what follows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.effects import Direct, Edit
from models.events import CommandGiven
from models.policy import AfterHours, Escalation, EscalationStep, OnCall
from models.records import audit
from models.records.handover import LogEntry
from models.records.request import Due, LabelledExample, RequestState
from models.triage.verdict import RequestClass
from tests.handlers.build import direct, people, rotation
from tests.handlers.desk import COMMUNITY, GENERAL, HOW_TO, NONE, OPERATIONS, PLATFORM, SOS, URGENT, Desk, at_desk


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


@pytest.fixture
def urgent(desk: Desk) -> str:
    """Give an urgent request whose page was delivered."""
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    desk.owed()
    return message


def examples(desk: Desk) -> list[tuple[str, RequestClass, RequestClass]]:
    with desk.office.store.reading() as session:
        return [(one.by, one.was, one.label) for one in session.scalars(select(LabelledExample))]


def state(desk: Desk, message: str) -> RequestState:
    return desk.request(message).state


# -- taking


@pytest.mark.parametrize("who", ["ana", "dan", "lea"])
def test_engineers_and_leads_may_take_a_request_and_its_page_says_so(desk: Desk, urgent: str, who: str) -> None:
    assert desk.presses(who, "ack", desk.request(urgent).id) == ""
    assert (state(desk, urgent), desk.request(urgent).owner) == (RequestState.ACKNOWLEDGED, f"U-{who}")
    (edit,) = desk.owed()
    assert isinstance(edit, Edit)
    assert "is on it since 10:00 UTC" in edit.message.plain()


@pytest.mark.parametrize("who", ["dev", "gil", "mallory"])
def test_nobody_else_may_and_is_told_why(desk: Desk, urgent: str, who: str) -> None:
    number = desk.request(urgent).id
    for answer in (desk.presses(who, "ack", number), desk.commands(who, f"ack {number}")):
        assert answer == "Only the engineers on the on-call list and the leads can do this."
    assert state(desk, urgent) is RequestState.OPEN


@pytest.mark.parametrize(
    "named",
    [
        {"after_hours": AfterHours(page=("gil",))},
        {"oncall": OnCall(leads=("lea",), fallback=("gil",), rotations=(rotation(),))},
        {"escalation": Escalation(platform=(EscalationStep(after=timedelta(), to=("primary", "gil")),))},
    ],
)
def test_whoever_is_named_to_be_paged_may_take_a_request(sqlite_url: str, named: dict[str, Any]) -> None:
    desk = at_desk(sqlite_url, **named)
    message = desk.writes("dev", URGENT, SOS)
    desk.presses("gil", "ack", desk.request(message).id)
    assert desk.request(message).owner == "U-gil"


@pytest.mark.parametrize(
    "take",
    [
        lambda desk, message: desk.presses("gil", "ack", desk.request(message).id),
        lambda desk, message: desk.commands("gil", f"ack {desk.request(message).id}"),
        lambda desk, message: desk.reacts("gil", message, "eyes"),
    ],
    ids=["button", "command", "reaction"],
)
def test_whoever_was_assigned_without_being_on_the_list_may_take_what_they_are_paged_for(
    desk: Desk, take: Callable[[Desk, str], object]
) -> None:
    desk.office.command("lea", "oncall-list", "assign 2026-11-02 @gil")
    message = desk.writes("dev", URGENT, SOS)
    assert desk.paged() == [{"gil"}]
    desk.delivers()
    take(desk, message)
    assert (desk.request(message).state, desk.request(message).owner) == (RequestState.ACKNOWLEDGED, "U-gil")


def test_an_owner_who_is_on_the_list_no_longer_may_resolve_their_request(desk: Desk, urgent: str) -> None:
    before, _ = desk.on_duty()
    owner = next(one for one in ("ana", "ben", "cleo", "dan") if one not in desk.on_duty())
    desk.reacts(owner, urgent, "eyes")
    desk.office.command("lea", "oncall-list", f"remove @{owner}")
    assert (desk.on_duty()[0], desk.on_duty()[1] != owner) == (before, True)
    desk.reacts(owner, urgent, "white_check_mark")
    assert (desk.request(urgent).state, desk.request(urgent).resolved_by) == (RequestState.RESOLVED, f"U-{owner}")


def test_taking_it_twice_changes_nothing_the_second_time(desk: Desk, urgent: str) -> None:
    desk.reacts("ana", urgent, "eyes")
    desk.owed()
    desk.reacts("ana", urgent, "eyes")
    assert desk.owed() == []
    assert desk.timeline(urgent).count("acknowledged") == 1


def test_somebody_else_can_take_over(desk: Desk, urgent: str) -> None:
    desk.reacts("ana", urgent, "eyes")
    since = desk.request(urgent).acknowledged_at
    desk.office.at("2026-11-02 10:10")
    desk.commands("ben", f"ack {desk.request(urgent).id}")
    assert (desk.request(urgent).owner, desk.request(urgent).acknowledged_at) == ("U-ben", since)
    assert desk.request(urgent).owned_at == desk.office.now, "the page says since when the one who is on it is"


def test_whoever_is_relieved_is_told(desk: Desk, urgent: str) -> None:
    desk.reacts("ana", urgent, "eyes")
    desk.owed()
    desk.commands("ben", f"ack {desk.request(urgent).id}")
    assert any("Ben Cole has taken over" in told for told in direct(desk.owed(), "ana"))


def test_an_eye_that_is_taken_back_changes_nothing(desk: Desk, urgent: str) -> None:
    desk.reacts("ana", urgent, "eyes")
    desk.unreacts("ana", urgent, "eyes")
    assert state(desk, urgent) is RequestState.ACKNOWLEDGED


def test_a_closed_request_cannot_be_taken(desk: Desk, urgent: str) -> None:
    number = desk.request(urgent).id
    desk.presses("ana", "resolve", number)
    assert desk.commands("ana", f"ack {number}") == f"#{number} is closed already: it was resolved."
    assert state(desk, urgent) is RequestState.RESOLVED


def test_taken_before_its_page_went_out_it_is_posted_as_taken_and_nobody_is_pinged(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.reacts("ana", message, "eyes")
    assert desk.pages() == []
    desk.owed()
    desk.delivers()
    desk.presses("ana", "resolve", desk.request(message).id)
    (edit,) = [one for one in desk.owed() if isinstance(one, Edit)]
    assert "was resolved by" in str(edit), "the post that says who is on it is kept up to date"


def test_taking_it_makes_the_authors_answer_needless(desk: Desk) -> None:
    message = desk.writes("dev", "flaky", SOS)
    desk.delivers()
    desk.owed()
    desk.reacts("ana", message, "eyes")
    assert any("no answer is needed any more" in str(one) for one in desk.owed())
    assert desk.request(message).asked_class is None


def test_resolving_it_says_so_where_the_author_was_asked(desk: Desk) -> None:
    message = desk.writes("dev", "flaky", SOS)
    desk.delivers()
    desk.owed()
    desk.reacts("ana", message, "white_check_mark")
    assert any("Ana Ruiz has resolved it; no answer is needed any more." in str(one) for one in desk.owed())


def test_taken_outside_hours_it_does_not_come_up_in_the_morning(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 20:00")
    message = desk.writes("dev", URGENT, SOS)
    desk.reacts("dan", message, "eyes")
    assert desk.request(message).due is Due.SILENCE


# -- resolving


@pytest.mark.parametrize("who", ["dev", "ana", "lea"])
def test_the_author_engineers_and_leads_may_resolve(desk: Desk, urgent: str, who: str) -> None:
    desk.reacts(who, urgent, "white_check_mark")
    request = desk.request(urgent)
    assert (request.state, request.resolved_by, request.due) == (RequestState.RESOLVED, f"U-{who}", None)
    assert any("was resolved by" in str(one) for one in desk.owed())


def test_a_tick_that_comes_a_second_time_leaves_no_trace(desk: Desk, urgent: str) -> None:
    desk.reacts("dev", urgent, "white_check_mark")
    before = desk.timeline(urgent)
    desk.reacts("dev", urgent, "white_check_mark")
    assert desk.timeline(urgent) == before


def test_a_stranger_may_not_resolve(desk: Desk, urgent: str) -> None:
    answer = desk.presses("mallory", "resolve", desk.request(urgent).id)
    assert answer == "Only the author, the engineers on the on-call list and the leads can do this."
    assert state(desk, urgent) is RequestState.OPEN


def test_resolving_twice_is_refused_unless_it_adds_the_runbook(desk: Desk, urgent: str) -> None:
    number = desk.request(urgent).id
    assert desk.commands("ana", f"resolve {number}") == f"Resolved #{number}."
    assert "closed already" in desk.commands("ana", f"resolve {number}")
    answer = desk.commands("ana", f"resolve #{number} https://example.org/runbook")
    assert answer == f"Resolved #{number}, documented in https://example.org/runbook."
    assert desk.request(urgent).runbook_url == "https://example.org/runbook"


def test_what_is_no_link_is_no_runbook(desk: Desk, urgent: str) -> None:
    answer = desk.commands("ana", f"resolve {desk.request(urgent).id} javascript:alert(1)")
    assert "has to begin with https://" in answer
    assert state(desk, urgent) is RequestState.OPEN


def test_a_link_that_is_too_long_to_be_kept_is_refused_with_the_form(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", URGENT, SOS)
    answer = desk.commands("ana", f"resolve {desk.request(message).id} https://example.org/{'x' * 2100}")
    assert "longer than 2000 characters. The form is: /oncall resolve" in answer
    assert state(desk, message) is RequestState.OPEN


@pytest.mark.parametrize("emoji", ["white_check_mark", "eyes"])
def test_what_was_closed_as_no_request_stays_so(desk: Desk, urgent: str, emoji: str) -> None:
    number = desk.request(urgent).id
    desk.commands("ana", f"class {number} none")
    desk.reacts("dev", urgent, emoji)
    answer = desk.commands("ana", f"resolve {number} https://example.org")
    assert answer == f"#{number} is closed already: it was no request."
    assert (state(desk, urgent), desk.request(urgent).runbook_url) == (RequestState.DISMISSED, None)


# -- from another platform


@pytest.fixture
def abroad(sqlite_url: str) -> Desk:
    """Give a desk whose people are in the local chat, too, as `l-ana`."""
    folk = tuple(person.model_copy(update={"local": f"l-{person.id}"}) for person in people())
    return at_desk(sqlite_url, people=folk, platforms=("slack", "local"))


def commanded(desk: Desk, user: str, words: str) -> None:
    """Let somebody give a command in the local chat about what was asked in Slack."""
    event = CommandGiven(
        key=f"act:{user}:{words}",
        platform="local",
        at=desk.office.now,
        name="oncall",
        text=words,
        user=user,
        channel="c",
        channel_name=None,
    )
    desk.office.intake.receive(event)


def test_whoever_takes_it_from_another_platform_is_reminded_where_they_can_be(abroad: Desk) -> None:
    message = abroad.writes("dev", URGENT, SOS)
    commanded(abroad, "l-ana", f"ack {abroad.request(message).id}")
    assert abroad.request(message).owner == "U-ana"
    abroad.delivers()
    abroad.owed()
    abroad.until("2026-11-02 10:30")
    assert [one.user for one in abroad.owed() if isinstance(one, Direct)] == ["U-ana"]


def test_its_story_and_the_figures_know_whoever_took_it_from_another_platform(abroad: Desk) -> None:
    message = abroad.writes("dev", URGENT, SOS)
    commanded(abroad, "l-ana", f"ack {abroad.request(message).id}")
    assert "10:00 on it: Ana Ruiz, by command" in abroad.commands("ben", "show 1")
    abroad.office.at("2026-11-02 12:00")
    (hers,) = (line for line in abroad.commands("ben", "stats").splitlines() if "Ana Ruiz" in line)
    assert "1 urgent" in hers


def test_the_authors_handle_is_nobodys_on_another_platform(abroad: Desk) -> None:
    message = abroad.writes("dev", URGENT, SOS)
    commanded(abroad, "U-dev", f"resolve {abroad.request(message).id}")
    assert state(abroad, message) is RequestState.OPEN


def test_an_author_is_known_by_their_handle_on_either_platform(abroad: Desk) -> None:
    message = abroad.writes("gil", URGENT, SOS)
    commanded(abroad, "l-gil", f"resolve {abroad.request(message).id}")
    assert (state(abroad, message), abroad.request(message).resolved_by) == (RequestState.RESOLVED, "U-gil")


# -- correcting


@pytest.mark.parametrize(("who", "to"), [("ana", "none"), ("lea", "urgent"), ("dev", "urgent"), ("dev", "platform")])
def test_engineers_may_give_any_class_and_the_author_a_graver_one(desk: Desk, who: str, to: str) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.commands(who, f"class {desk.request(message).id} {to}")
    assert desk.request(message).request_class == to
    assert examples(desk) == [(f"U-{who}", RequestClass.COMMUNITY, RequestClass(to))]


@pytest.mark.parametrize(("who", "to"), [("dev", "community"), ("dev", "none"), ("mallory", "urgent")])
def test_the_author_may_not_lower_it_and_a_stranger_nothing(desk: Desk, urgent: str, who: str, to: str) -> None:
    answer = desk.commands(who, f"class {desk.request(urgent).id} {to}")
    assert answer == "The author can raise a request; engineers and leads can give it any class."
    assert desk.request(urgent).request_class is RequestClass.URGENT
    assert examples(desk) == []


def test_a_correction_is_audited(desk: Desk, urgent: str) -> None:
    number = desk.request(urgent).id
    desk.commands("ana", f"class {number} platform")
    with desk.office.store.reading() as session:
        (entry,) = audit.of_subject(session, f"request:{number}")
    assert (entry.actor, entry.action, entry.detail) == ("ana", "reclassify", "urgent → platform")


def test_to_say_again_what_it_is_already_pings_nobody_and_posts_nothing(desk: Desk, urgent: str) -> None:
    desk.commands("ana", f"class {desk.request(urgent).id} urgent")
    assert desk.owed() == []
    assert len(examples(desk)) == 1, "that a judgement was right is worth learning, too"


def test_a_question_that_is_confirmed_as_one_is_not_answered_a_second_time(desk: Desk) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    due = desk.request(message).due_at
    desk.owed()
    desk.office.at("2026-11-02 11:00")
    desk.commands("ana", f"class {desk.request(message).id} community")
    assert desk.owed() == []
    assert desk.request(message).due_at == due


def test_no_request_closes_it_and_a_closed_one_cannot_be_corrected(desk: Desk, urgent: str) -> None:
    number = desk.request(urgent).id
    assert desk.commands("ana", f"class {number} none") == f"#{number} is closed as no request."
    assert state(desk, urgent) is RequestState.DISMISSED
    assert desk.commands("ana", f"class {number} urgent") == f"#{number} is closed already: it was no request."


def test_the_button_of_a_pointer_raises_it_for_its_author(desk: Desk) -> None:
    message = desk.writes("dev", COMMUNITY, SOS)
    answer = desk.presses("dev", "class", f"{desk.request(message).id}:urgent")
    assert "is urgent now" in answer
    assert desk.paged() == [{desk.on_duty()[0]}]


@pytest.mark.parametrize("value", ["", "x", "0", "999", "999999999999", "-1", "²", "1:nonsense", "1:"])
@pytest.mark.parametrize("action", ["ack", "resolve", "class", "why"])
def test_a_button_with_a_strange_value_is_answered_and_changes_nothing(desk: Desk, action: str, value: str) -> None:
    message = desk.writes("dev", URGENT, SOS)
    answer = desk.presses("ana", action, value)
    assert answer
    assert "went wrong" not in answer
    assert state(desk, message) is RequestState.OPEN


# -- reactions


@pytest.mark.parametrize("emoji", ["eyes", "white_check_mark", "rotating_light", "pushpin"])
def test_whoever_may_not_reacts_without_effect_and_without_an_answer(desk: Desk, emoji: str) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.owed()
    desk.reacts("mallory", message, emoji)
    assert (state(desk, message), desk.request(message).request_class) == (RequestState.OPEN, RequestClass.COMMUNITY)
    assert desk.owed() == []


@pytest.mark.parametrize("emoji", ["eyes", "white_check_mark", "rotating_light", "pushpin"])
def test_the_bots_own_reactions_mean_nothing(desk: Desk, emoji: str) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.owed()
    desk.reacts("ana", message, emoji, is_bot=True)
    assert (state(desk, message), desk.owed()) == (RequestState.OPEN, [])


@pytest.mark.parametrize("emoji", ["tada", "ticket", ""])
def test_any_other_reaction_means_nothing(desk: Desk, urgent: str, emoji: str) -> None:
    desk.reacts("ana", urgent, emoji)
    assert (state(desk, urgent), desk.owed()) == (RequestState.OPEN, [])


def test_a_reaction_on_the_bots_own_post_is_about_its_request(desk: Desk, urgent: str) -> None:
    desk.reacts("ana", f"sent{desk.request(urgent).page_id}", "eyes", channel=SOS)
    assert state(desk, urgent) is RequestState.ACKNOWLEDGED


def test_a_reaction_on_a_later_message_of_a_burst_is_about_its_request(desk: Desk, urgent: str) -> None:
    later = desk.writes("dev", NONE, SOS)
    desk.reacts("ana", later, "eyes")
    assert state(desk, urgent) is RequestState.ACKNOWLEDGED


@pytest.mark.parametrize("who", ["dev", "ana"])
def test_a_siren_makes_a_question_urgent_for_its_author_and_engineers(desk: Desk, who: str) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.reacts(who, message, "rotating_light")
    assert desk.request(message).request_class is RequestClass.URGENT
    assert desk.paged() == [{desk.on_duty()[0]}]


@pytest.mark.parametrize("who", ["dev", "ana"])
@pytest.mark.parametrize("to", ["none", "resolved"])
def test_a_siren_on_what_is_over_reopens_it_for_its_author_and_engineers(
    desk: Desk, urgent: str, who: str, to: str
) -> None:
    number = desk.request(urgent).id
    desk.presses("lea", *(("class", f"{number}:none") if to == "none" else ("resolve", number)))
    desk.reacts(who, urgent, "rotating_light")
    request = desk.request(urgent)
    assert (request.state, request.request_class, request.resolved_by) == (
        RequestState.OPEN,
        RequestClass.URGENT,
        None,
    )
    assert [(set(page.people), page.thread) for page in desk.pages()] == [({desk.on_duty()[0]}, urgent)]
    assert desk.timeline(urgent).count("reopened") == 1


def test_a_strangers_siren_on_what_is_over_reopens_nothing(desk: Desk, urgent: str) -> None:
    desk.presses("lea", "resolve", desk.request(urgent).id)
    desk.reacts("mallory", urgent, "rotating_light")
    assert (state(desk, urgent), desk.pages()) == (RequestState.RESOLVED, [])


def test_a_siren_on_what_was_taken_back_reopens_nothing(desk: Desk, urgent: str) -> None:
    desk.deletes(urgent)
    desk.reacts("ana", urgent, "rotating_light")
    assert (state(desk, urgent), desk.pages()) == (RequestState.WITHDRAWN, [])


@pytest.mark.parametrize("channel", [SOS, GENERAL])
def test_a_siren_on_what_was_read_as_nothing_opens_an_urgent_request(desk: Desk, channel: str) -> None:
    message = desk.writes("dev", NONE, channel)
    desk.reacts("mallory", message, "rotating_light")
    assert desk.requests() == 0
    desk.reacts("dev", message, "rotating_light")
    desk.reacts("ana", message, "rotating_light")
    assert desk.request(message).request_class is RequestClass.URGENT
    assert desk.paged() == [{desk.on_duty()[0]}]


def test_a_pin_makes_a_request_of_what_was_read_as_nothing_once(desk: Desk) -> None:
    message = desk.writes("dev", NONE, HOW_TO)
    desk.reacts("mallory", message, "pushpin")
    assert desk.requests() == 0
    desk.reacts("ana", message, "pushpin")
    desk.reacts("dev", message, "pushpin")
    assert desk.requests() == 1
    assert desk.request(message).request_class is RequestClass.COMMUNITY
    assert examples(desk) == [("U-ana", RequestClass.NONE, RequestClass.COMMUNITY)]
    assert desk.timeline(message)[0] == "opened"


def test_a_reaction_in_an_unknown_channel_or_on_an_unknown_message_changes_nothing(desk: Desk) -> None:
    desk.reacts("ana", "elsewhere", "eyes", channel="random")
    desk.reacts("ana", "elsewhere", "rotating_light", channel=SOS)
    assert (desk.requests(), desk.owed()) == (0, [])


# -- escalating, explaining, logging


def test_the_author_and_engineers_may_ask_for_help_and_others_not(desk: Desk, urgent: str) -> None:
    number = desk.request(urgent).id
    assert "Only the author" in desk.commands("mallory", f"escalate {number}")
    assert desk.pages() == []
    assert desk.commands("dev", f"escalate {number} it grows").startswith(f"Asked for help with #{number}: ")
    assert len(desk.pages()) == 1
    desk.presses("ana", "resolve", number)
    assert "closed already" in desk.commands("dev", f"escalate {number}")


def test_anybody_may_ask_why(desk: Desk, urgent: str) -> None:
    number = desk.request(urgent).id
    for answer in (desk.presses("mallory", "why", number), desk.commands("mallory", f"why {number}")):
        assert answer.startswith(f"#{number} is urgent, because:")
        assert "Confidence 99%" in answer


def test_an_engineer_writes_into_the_log_and_a_stranger_not(desk: Desk) -> None:
    assert "Only the engineers" in desk.commands("mallory", "log I was here")
    assert "Written into the log of platform" in desk.commands("ana", "log restarted it in the end")
    with desk.office.store.reading() as session:
        written = [(one.author, one.text) for one in session.scalars(select(LogEntry)) if one.author]
    assert written == [("ana", "restarted it in the end")]


def test_the_log_writes_itself(desk: Desk, urgent: str) -> None:
    number = desk.request(urgent).id
    desk.reacts("ana", urgent, "eyes")
    desk.reacts("ana", urgent, "white_check_mark")
    with desk.office.store.reading() as session:
        written = [one.text for one in session.scalars(select(LogEntry)) if one.request_id == number]
    assert written == [
        f"#{number}: paged Ana Ruiz",
        f"#{number}: Ana Ruiz is on it",
        f"#{number}: resolved by Ana Ruiz",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("ack", "Which request? The form is: /oncall ack <number> — for example: /oncall ack 142"),
        ("ack twelve", "“twelve” is no request number. The form is: /oncall ack <number>"),
        ("ack 9999999999", "is no request number"),
        ("ack ²", "is no request number"),
        ("ack 99", "There is no request #99."),
        ("resolve", "The form is: /oncall resolve <number> [runbook link]"),
        ("escalate", "The form is: /oncall escalate <number> [why]"),
        ("class", "Which request?"),
        ("class 1", "The class is one of urgent, platform, community, none."),
        ("class 1 fatal", "The class is one of urgent, platform, community, none."),
        ("why", "The form is: /oncall why <number>"),
        ("log", "What shall I write? The form is: /oncall log <text>"),
        ("ack 1 in nowhere", "There is no rotation “nowhere”. There is platform."),
    ],
)
def test_a_wrong_argument_is_answered_with_the_right_form(desk: Desk, urgent: str, given: str, said: str) -> None:
    assert said in desk.commands("ana", given)
    assert state(desk, urgent) is RequestState.OPEN


def test_a_class_may_be_written_in_capitals(desk: Desk) -> None:
    message = desk.writes("dev", PLATFORM, OPERATIONS)
    desk.commands("ana", f"CLASS #{desk.request(message).id} Community")
    assert desk.request(message).request_class is RequestClass.COMMUNITY


def test_a_page_says_in_words_how_its_request_ended(desk: Desk, urgent: str) -> None:
    desk.presses("ana", "class", f"{desk.request(urgent).id}:none")
    (edit,) = (one for one in desk.owed() if isinstance(one, Edit))
    assert edit.message.plain().splitlines()[0] == "Request #1 from @U-dev is closed: it was no request."


def test_a_strangers_reaction_is_not_the_last_that_a_handover_tells(desk: Desk, urgent: str) -> None:
    desk.reacts("mallory", urgent, "eyes")
    assert "nobody is on it · paged 10:00 · next: escalates 10:05" in desk.office.command("ana", "handover", "draft")


def test_a_handover_counts_a_reopened_request_from_when_it_came_back(desk: Desk, urgent: str) -> None:
    desk.presses("ana", "resolve", desk.request(urgent).id)
    desk.office.at("2026-11-02 15:00")
    desk.commands("dev", "reopen 1")
    desk.office.at("2026-11-02 15:10")
    desk.presses("ana", "resolve", 1)
    assert "by Ana Ruiz in 10 min" in desk.office.command("ana", "handover", "draft")
