"""What was asked twice: where it goes on, and what its author is told."""

import pytest

from models.effects import Direct, Edit, Post
from models.events import FormSubmitted
from models.records.request import RequestState
from models.triage.verdict import RequestClass
from tests.handlers.build import direct
from tests.handlers.desk import COMMUNITY, HOW_TO, NONE, OPERATIONS, PLATFORM, SOS, URGENT, Desk, at_desk

ENDED = "is resolved, and with it your request"


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


def two(desk: Desk, first: str = URGENT, second: str = URGENT) -> tuple[str, str]:
    """Give a request, and another one of somebody else's about the same."""
    messages = desk.writes("dev", first, SOS), desk.writes("eve", second, OPERATIONS)
    desk.delivers()
    desk.pages()
    desk.owed()
    return messages


def said(desk: Desk, thread: str) -> list[str]:
    """Give what was posted in a thread since it was last asked."""
    return [one.message.plain() for one in desk.owed() if isinstance(one, Post) and one.thread == thread]


def joined(desk: Desk, duplicate: str, original: str, who: str = "ana") -> str:
    return desk.commands(who, f"duplicate {desk.request(duplicate).id} of #{desk.request(original).id}")


# -- what it does


@pytest.mark.parametrize("who", ["ana", "eve"])
def test_engineers_and_the_author_say_of_what_it_is_a_duplicate_and_its_pages_stop(desk: Desk, who: str) -> None:
    first, second = two(desk)
    assert joined(desk, second, first, who).startswith("#2 goes on in #1.")
    request = desk.request(second)
    assert (request.state, request.duplicate_of, request.due) == (RequestState.DUPLICATE, 1, None)
    assert any(isinstance(one, Edit) and "goes on in #1." in str(one.message.plain()) for one in desk.owed())
    for minute in ("05", "10", "15"):
        desk.until(f"2026-11-02 10:{minute}")
    assert not [page for page in desk.pages() if page.thread == second]


def test_nobody_else_may(desk: Desk) -> None:
    first, second = two(desk)
    for who in ("dev", "mallory"):
        assert "Only the author, the engineers" in joined(desk, second, first, who)
    assert desk.request(second).state is RequestState.OPEN


def test_its_author_is_told_once_where_it_goes_on_and_once_that_it_is_resolved(desk: Desk) -> None:
    first, second = two(desk)
    joined(desk, second, first)
    (told,) = said(desk, second)
    assert told.startswith("This is the same as #1 and goes on there. Nobody has taken it yet")
    desk.reacts("ana", first, "white_check_mark")
    (told,) = said(desk, second)
    assert ENDED in told
    desk.writes("dev", URGENT, SOS, thread=first)
    desk.owed()
    desk.reacts("ana", first, "white_check_mark")
    assert said(desk, second) == [], "nobody is told twice"


def test_a_question_that_the_bot_has_posted_about_tells_its_author_directly(desk: Desk) -> None:
    original, question = desk.writes("dev", COMMUNITY, HOW_TO), desk.writes("eve", COMMUNITY, SOS)
    desk.owed()
    joined(desk, question, original)
    owed = desk.owed()
    assert [one.user for one in owed if isinstance(one, Direct)] == ["U-eve"]
    assert not [one for one in owed if isinstance(one, Post)], "one post in its thread, which nobody asked for"


def test_the_graver_class_goes_over_to_the_original_and_a_lighter_one_does_not(desk: Desk) -> None:
    first, second = two(desk, PLATFORM, URGENT)
    joined(desk, second, first)
    assert desk.request(first).request_class is RequestClass.URGENT
    third = desk.writes("fay", PLATFORM, OPERATIONS)
    joined(desk, third, first)
    assert desk.request(first).request_class is RequestClass.URGENT


def test_of_what_is_resolved_its_author_learns_that(desk: Desk) -> None:
    first, second = two(desk)
    desk.reacts("ana", first, "white_check_mark")
    desk.owed()
    joined(desk, second, first)
    assert "which is resolved already" in said(desk, second)[0]


# -- chains


def test_chains_end_at_the_original_whichever_end_is_joined_first(database_url: str) -> None:
    desk = at_desk(database_url)
    first, second = two(desk)
    third, fourth = desk.writes("fay", URGENT, SOS), desk.writes("guy", URGENT, SOS)
    joined(desk, second, first)
    assert joined(desk, third, second).startswith("#3 goes on in #1."), "a duplicate of a duplicate"
    assert joined(desk, first, fourth).startswith("#1 goes on in #4."), "an original that becomes one"
    assert {desk.request(one).duplicate_of for one in (first, second, third)} == {4}
    desk.owed()
    desk.reacts("ana", fourth, "white_check_mark")
    told = [one for one in desk.owed() if isinstance(one, Post) and ENDED in one.message.plain()]
    assert {one.thread for one in told} == {first, second, third}


def test_what_cannot_be_is_answered_and_changes_nothing(desk: Desk) -> None:
    first, second = two(desk)
    assert desk.commands("ana", "duplicate 2 of 2") == "#2 cannot be a duplicate of itself."
    joined(desk, second, first)
    for given, answer in (
        ("1 of 2", "#2 is a duplicate of #1 already."),
        ("1 of 99", "There is no request #99."),
        ("99 of 1", "There is no request #99."),
        ("2 of 1", "#2 is closed already: it goes on in another one."),
        (f"1 of {'9' * 30}", "is no request number. The form is: /oncall duplicate <number> of <number>"),
        ("1", "Which request, and of which? The form is: /oncall duplicate <number> of <number>"),
        ("1 of", "Which request, and of which?"),
        ("", "Which request, and of which?"),
    ):
        assert answer in desk.commands("ana", f"duplicate {given}")
    assert desk.request(first).state is RequestState.OPEN
    assert desk.request(first).duplicate_of is None


def test_nothing_goes_on_in_what_was_no_request(desk: Desk) -> None:
    first, second = two(desk)
    desk.commands("ana", "class 1 none")
    assert joined(desk, second, first) == "#1 is closed, because it was no request: nothing goes on there."
    assert desk.request(second).state is RequestState.OPEN


# -- what is left of it


def test_an_original_that_its_author_took_back_leaves_the_others_a_request(database_url: str) -> None:
    desk = at_desk(database_url)
    first, second = two(desk)
    third = desk.writes("fay", URGENT, SOS)
    joined(desk, second, first)
    joined(desk, third, first)
    desk.pages()
    desk.deletes(first)
    assert (desk.request(second).state, desk.request(second).duplicate_of) == (RequestState.OPEN, None)
    assert desk.request(third).duplicate_of == 2
    assert [page.thread for page in desk.pages()] == [second]


def test_whoever_was_on_an_original_that_was_taken_back_is_on_what_goes_on_and_nobody_is_paged(desk: Desk) -> None:
    first, second = two(desk, URGENT, PLATFORM)
    desk.commands("ana", "ack 1")
    joined(desk, second, first)
    desk.delivers()
    desk.owed()
    desk.deletes(first)
    request = desk.request(second)
    assert (request.state, request.owner, request.request_class) == (RequestState.ACKNOWLEDGED, "U-ana", "urgent")
    owed = desk.owed()
    assert direct(owed, "ana") == [
        "Whoever asked #1 has deleted their message. #2 asked the same and goes on; you are on that now."
    ]
    (told,) = (one.message.plain() for one in owed if isinstance(one, Post) and one.thread == second)
    assert told.startswith("👀 @Ana Ruiz is on it since 10:00 UTC: Urgent request #2")
    assert desk.pages() == []
    assert desk.timeline(second)[-2:] == ["reopened", "acknowledged"]


def test_whoever_was_on_what_its_author_took_back_is_told(desk: Desk) -> None:
    first, _ = two(desk)
    desk.commands("ana", "ack 1")
    desk.delivers()
    desk.owed()
    desk.deletes(first)
    told = direct(desk.owed(), "ana")
    assert told == ["Whoever asked #1 has deleted their message: it is closed, and not yours any more."]


def test_whoever_took_their_duplicate_back_is_not_told_how_the_original_ended(desk: Desk) -> None:
    first, second = two(desk)
    joined(desk, second, first)
    desk.delivers()
    desk.deletes(second)
    desk.delivers()
    desk.owed()
    desk.commands("ana", "resolve 1")
    assert desk.request(second).state is RequestState.WITHDRAWN
    assert said(desk, second) == []


def test_an_original_closed_as_no_request_is_told(desk: Desk) -> None:
    first, second = two(desk)
    joined(desk, second, first)
    desk.owed()
    desk.commands("ana", "class 1 none")
    assert "#1 that yours goes on in was closed: it was no request." in said(desk, second)[0]


def test_an_original_that_goes_stale_is_told_within_the_hours_and_to_nobody_else(desk: Desk) -> None:
    first, second = desk.writes("dev", COMMUNITY, HOW_TO), desk.writes("eve", COMMUNITY, HOW_TO)
    desk.delivers()
    joined(desk, second, first)
    desk.office.at("2026-11-04 16:30")
    desk.writes("ben", "try another runner", HOW_TO, thread=first)
    desk.delivers()
    desk.office.pass_time("2026-11-14 16:30")  # a Saturday
    assert desk.request(first).state is RequestState.OPEN
    desk.owed()
    desk.until("2026-11-16 09:00")
    assert desk.request(first).state is RequestState.STALE
    told = [(one.user, one.message.plain()) for one in desk.owed() if isinstance(one, Direct)]
    assert [user for user, said in told if "was closed: nobody said anything for days." in said] == ["U-eve"]


def test_a_cry_in_its_thread_raises_the_original_while_that_goes_on(desk: Desk) -> None:
    first, second = two(desk, PLATFORM, PLATFORM)
    joined(desk, second, first)
    desk.writes("eve", URGENT, OPERATIONS, thread=second)
    assert (desk.request(first).request_class, desk.request(second).state) == (
        RequestClass.URGENT,
        RequestState.DUPLICATE,
    )


def test_a_siren_on_it_raises_the_original_while_that_goes_on(desk: Desk) -> None:
    first, second = two(desk, PLATFORM, PLATFORM)
    joined(desk, second, first)
    desk.reacts("eve", second, "rotating_light")
    assert desk.request(first).request_class is RequestClass.URGENT


@pytest.mark.parametrize("words", [URGENT, "it is down again"])
def test_a_cry_in_its_thread_after_that_is_a_request_of_its_own(desk: Desk, words: str) -> None:
    first, second = two(desk)
    joined(desk, second, first)
    desk.reacts("ana", first, "white_check_mark")
    desk.pages()
    desk.writes("eve", words, OPERATIONS, thread=second)
    assert (desk.request(second).state, desk.request(second).duplicate_of) == (RequestState.OPEN, None)
    assert [page.thread for page in desk.pages()] == [second]
    assert desk.request(first).state is RequestState.RESOLVED


def test_chatter_in_its_thread_changes_nothing(desk: Desk) -> None:
    first, second = two(desk)
    joined(desk, second, first)
    desk.owed()
    desk.writes("eve", NONE, OPERATIONS, thread=second)
    assert (desk.request(second).state, desk.owed()) == (RequestState.DUPLICATE, [])


# -- by button and form


def submitted(desk: Desk, who: str, subject: object, of: str) -> tuple[str, str]:
    """Let somebody submit the form, and give the answer and the error beside the field."""
    event = FormSubmitted(
        key=f"form:{who}:{of}", platform="slack", at=desk.office.now, form="duplicate", subject=str(subject),
        user=f"U-{who}", fields={"of": of},
    )  # fmt: skip
    answer = desk.office.intake.receive(event)
    assert answer is not None
    return answer.reply.plain() if answer.reply is not None else "", answer.errors.get("of", "")


def test_the_button_asks_of_which_and_the_form_does_the_same_as_the_command(desk: Desk) -> None:
    first, second = two(desk)
    assert desk.presses("ana", "duplicate", 2) == "", "a form opens"
    assert submitted(desk, "ana", 2, "soon") == ("", "“soon” is no request number.")
    assert submitted(desk, "ana", 2, "77") == ("", "There is no request #77.")
    assert submitted(desk, "mallory", 2, "1")[1].startswith("Only the author")
    assert submitted(desk, "ana", 2, " #1 ")[0].startswith("#2 goes on in #1.")
    assert desk.request(second).duplicate_of == desk.request(first).id
    assert desk.presses("ana", "duplicate", 2) == "#2 is closed already: it goes on in another one."
