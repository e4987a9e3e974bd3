"""What the bot does for a class in a kind of channel: DESIGN §4's table, row by row."""

from collections.abc import Sequence

import pytest

from handlers.wording import requests as wording
from models.effects import Direct, Edit, Effect, Post, React
from models.policy import AfterHours, KnownAnswer, Service
from models.records.request import Due, RequestState
from models.triage.verdict import RequestClass
from tests.handlers.desk import (
    COMMUNITY,
    DOUBTED_COMMUNITY,
    DOUBTED_IN_SOS,
    DOUBTED_NONE,
    DOUBTED_PLATFORM,
    DOUBTED_URGENT,
    GENERAL,
    HOW_TO,
    NONE,
    OPERATIONS,
    PLATFORM,
    SOS,
    URGENT,
    Desk,
    at_desk,
    buttons,
)

EVENING = "2026-11-02 20:00"


def did(desk: Desk, owed: Sequence[Effect]) -> set[str]:
    """Give what is owed in a word each."""
    return {word for effect in owed for word in _words(desk, effect)}


def _words(desk: Desk, effect: Effect) -> list[str]:  # noqa: PLR0911 - one line a kind
    match effect:
        case React(emoji="ticket"):
            return ["ticket"]
        case Post(channel="C-devops-sos", thread=None) if "was asked in" in effect.message.plain():
            return ["cross-link"]
        case Post() if "you are on call" in effect.message.plain():
            named = ["names operations"] if "best asked in #devops-operations" in effect.message.plain() else []
            return ["ping in thread" if effect.thread else "ping in sos", *named]
        case Post() if "was just pinged about your" in effect.message.plain():
            return ["word to the author"]
        case Post() if "looks like a question that others" in effect.message.plain():
            return ["point to how-to", *(button.label for button in buttons([effect]))]
        case Post() if "outside the hours" in effect.message.plain():
            return ["tell when"]
        case Post() if "may answer it" in effect.message.plain():
            return ["known answer"]
        case Post() if "right now?" in effect.message.plain():
            return ["question"]
        case _:
            return [f"something else: {effect}"]


@pytest.mark.parametrize(
    ("word", "channel", "wanted"),
    [
        (URGENT, HOW_TO, {"ping in thread", "cross-link"}),
        (URGENT, SOS, {"ping in thread"}),
        (URGENT, OPERATIONS, {"ping in thread", "cross-link"}),
        (URGENT, GENERAL, {"ping in thread", "cross-link"}),
        (URGENT, None, {"ping in sos", "word to the author"}),
        (PLATFORM, HOW_TO, {"ping in thread", "names operations"}),
        (PLATFORM, SOS, {"ping in thread"}),
        (PLATFORM, OPERATIONS, {"ping in thread"}),
        (PLATFORM, GENERAL, set()),
        (COMMUNITY, HOW_TO, {"ticket"}),
        (COMMUNITY, SOS, {"point to how-to", "I'll ask there", "Production is down"}),
        (COMMUNITY, OPERATIONS, {"point to how-to", "I'll ask there"}),
        (COMMUNITY, GENERAL, set()),
        (COMMUNITY, None, {"ticket"}),
        (NONE, HOW_TO, set()),
        (NONE, SOS, set()),
        (NONE, OPERATIONS, set()),
        (NONE, GENERAL, set()),
        (NONE, None, set()),
    ],
)
def test_within_hours_each_class_gets_what_the_table_says(
    database_url: str, word: str, channel: str | None, wanted: set[str]
) -> None:
    desk = at_desk(database_url)
    desk.writes("dev", word, channel)
    assert did(desk, desk.owed()) == wanted


@pytest.mark.parametrize(
    ("word", "channel", "wanted"),
    [
        (URGENT, HOW_TO, {"tell when", "cross-link"}),
        (URGENT, SOS, {"tell when"}),
        (URGENT, OPERATIONS, {"tell when", "cross-link"}),
        (URGENT, GENERAL, {"tell when", "cross-link"}),
        (URGENT, None, {"tell when"}),
        (PLATFORM, HOW_TO, {"tell when"}),
        (PLATFORM, SOS, {"tell when"}),
        (PLATFORM, OPERATIONS, {"tell when"}),
        (PLATFORM, GENERAL, set()),
        (COMMUNITY, HOW_TO, {"ticket"}),
        (COMMUNITY, SOS, {"point to how-to", "I'll ask there", "Production is down"}),
        (COMMUNITY, OPERATIONS, {"point to how-to", "I'll ask there"}),
        (NONE, HOW_TO, set()),
    ],
)
def test_outside_hours_nobody_is_pinged_and_the_author_is_told_when(
    database_url: str, word: str, channel: str | None, wanted: set[str]
) -> None:
    desk = at_desk(database_url, at=EVENING)
    desk.writes("dev", word, channel)
    assert did(desk, desk.owed()) == wanted
    assert desk.pages() == []


def test_outside_hours_an_urgent_author_learns_who_is_next_when_and_whom_to_call(database_url: str) -> None:
    desk = at_desk(database_url, at=EVENING, after_hours=AfterHours(contact="Service desk 7-7000"))
    desk.writes("dev", URGENT, SOS)
    (told,) = (one.message.plain() for one in desk.owed() if isinstance(one, Post))
    assert "Ben Cole is next" in told
    assert "tomorrow 09:00 UTC" in told
    assert "Service desk 7-7000" in told


def test_a_direct_conversation_is_answered_without_a_thread(database_url: str) -> None:
    desk = at_desk(database_url, at=EVENING)
    desk.writes("dev", URGENT, None)
    (told,) = (one for one in desk.owed() if isinstance(one, Post))
    assert (told.channel, told.thread) == ("D-dev", None)


def test_a_cross_link_notifies_nobody_and_promises_nothing_outside_hours(database_url: str) -> None:
    desk = at_desk(database_url, at=EVENING)
    desk.writes("dev", URGENT, HOW_TO)
    (link,) = (one.message.plain() for one in desk.owed() if isinstance(one, Post) and one.channel == f"C-{SOS}")
    assert "outside hours" in link
    assert "is told" not in link


def test_what_waited_for_the_hours_is_pinged_when_they_begin(database_url: str) -> None:
    desk = at_desk(database_url, at=EVENING)
    message = desk.writes("dev", PLATFORM, OPERATIONS)
    desk.office.pass_time("2026-11-03 08:59")
    assert desk.pages() == []
    desk.office.pass_time("2026-11-03 09:00")
    assert desk.paged() == [{desk.on_duty()[0]}]
    assert desk.request(message).engineer == desk.on_duty()[0]


NIGHT = AfterHours(urgent="page", page=("gil",))
CRITICAL = (
    Service(name="Registry", aliases=("registry",), critical=True),
    Service(name="Wiki", aliases=("wiki",)),
)


def test_outside_hours_only_those_named_are_paged_and_only_for_a_critical_service(database_url: str) -> None:
    desk = at_desk(database_url, at=EVENING, after_hours=NIGHT, services=CRITICAL)
    desk.writes("dev", f"{URGENT} wiki", SOS)
    assert desk.pages() == []
    desk.writes("eve", f"{URGENT} registry", SOS)
    assert desk.paged() == [{"gil"}]


def test_at_night_the_escalation_reaches_those_named_and_leads_and_nobody_who_is_off(database_url: str) -> None:
    desk = at_desk(database_url, at=EVENING, after_hours=NIGHT, services=CRITICAL)
    desk.writes("dev", f"{URGENT} registry", SOS)
    for minute in ("00", "05", "10", "15"):
        desk.until(f"2026-11-02 20:{minute}")
    assert desk.paged() == [{"gil"}, {"gil"}, {"gil"}, {"gil", "lea"}]


def test_a_known_answer_is_posted_in_place_of_the_ticket(database_url: str) -> None:
    known = KnownAnswer.model_validate({"match": "PIPE.*", "title": "Pipelines", "url": "https://example.org/p"})
    desk = at_desk(database_url, answers=(known,))
    desk.writes("dev", COMMUNITY, HOW_TO)
    assert did(desk, desk.owed()) == {"known answer"}


def test_the_bot_posts_once_in_a_community_thread_that_nobody_asked_it_for(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", COMMUNITY, SOS)
    desk.owed()
    number = desk.request(message).id
    desk.commands("ana", f"class {number} platform")
    desk.owed()
    desk.commands("ana", f"class {number} community")
    assert "point to how-to" not in did(desk, desk.owed())


def test_the_pointer_follows_a_correction_there_and_back(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", COMMUNITY, SOS)
    desk.delivers()
    desk.owed()
    number = desk.request(message).id
    desk.commands("ana", f"class {number} urgent")
    edits = [one.message.plain() for one in desk.owed() if isinstance(one, Edit)]
    assert [text for text in edits if "please stay here" in text] == ["This is taken as urgent now; please stay here."]
    desk.delivers()
    desk.commands("ana", f"class {number} community")
    edits = [one.message.plain() for one in desk.owed() if isinstance(one, Edit)]
    assert [text for text in edits if "others in" in text], "the same word points to how-to again"


def test_an_urgent_request_is_never_pointed_elsewhere_before_it_was_pinged(database_url: str) -> None:
    desk = at_desk(database_url)
    for channel in (SOS, OPERATIONS, HOW_TO):
        desk.writes("dev", URGENT, channel)
        assert "point to how-to" not in did(desk, desk.owed())
        desk.until(f"2026-11-02 10:{10 + 10 * [SOS, OPERATIONS, HOW_TO].index(channel)}")


# -- the question to the author


def test_asked_in_sos_the_graver_class_applies_at_once(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_IN_SOS, SOS)
    assert did(desk, desk.owed()) == {"ping in thread", "question"}
    assert desk.request(message).request_class is RequestClass.URGENT


def test_in_sos_a_question_ends_after_five_minutes_and_the_graver_class_stays(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_IN_SOS, SOS)
    desk.delivers()
    desk.pages()
    desk.office.pass_time("2026-11-02 10:05")
    request = desk.request(message)
    assert (request.request_class, request.asked_class, request.asked_until) == (RequestClass.URGENT, None, None)
    desk.presses("dev", "class", f"{request.id}:community")
    assert desk.request(message).request_class is RequestClass.URGENT, "an author may not lower the class days later"


@pytest.mark.parametrize("word", [DOUBTED_COMMUNITY, DOUBTED_URGENT, DOUBTED_NONE])
def test_asked_elsewhere_nothing_is_done_for_five_minutes_then_the_graver_class_applies(
    database_url: str, word: str
) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", word, HOW_TO)
    assert did(desk, desk.owed()) == {"question"}
    assert desk.request(message).request_class is not RequestClass.URGENT

    desk.office.pass_time("2026-11-02 10:04")
    assert desk.pages() == []
    desk.office.pass_time("2026-11-02 10:05")
    assert desk.paged() == [{desk.on_duty()[0]}]
    assert desk.request(message).request_class is RequestClass.URGENT


def test_asked_about_a_platform_request_the_engineer_is_pinged_for_that_meanwhile(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_PLATFORM, HOW_TO)
    assert did(desk, desk.owed()) == {"ping in thread", "names operations", "question"}
    desk.presses("dev", "class", f"{desk.request(message).id}:platform")
    assert len(desk.pages()) == 1, "the answer changes nothing, so that nobody is pinged again"


def test_in_general_a_doubt_is_asked_about_and_a_no_ends_it(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_PLATFORM, GENERAL)
    assert did(desk, desk.owed()) == {"question"}
    desk.presses("dev", "class", f"{desk.request(message).id}:platform")
    desk.office.pass_time("2026-11-02 16:00")
    assert desk.pages() == []
    assert desk.request(message).due is Due.STALE


def test_a_yes_pings_once_and_the_time_that_was_given_means_nothing_any_more(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_URGENT, HOW_TO)
    assert "urgent now" in desk.presses("dev", "class", f"{desk.request(message).id}:urgent")
    desk.office.pass_time("2026-11-02 10:05")
    assert desk.paged() == [{desk.on_duty()[0]}]


def test_a_no_is_treated_as_the_question_it_is(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.owed()
    desk.presses("dev", "class", f"{desk.request(message).id}:community")
    assert any(isinstance(one, React) for one in desk.owed())
    desk.office.pass_time("2026-11-02 10:06")
    assert desk.pages() == []


def test_a_no_to_what_was_no_request_closes_it(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_NONE, HOW_TO)
    desk.presses("dev", "class", f"{desk.request(message).id}:none")
    assert desk.request(message).state is RequestState.DISMISSED


def test_an_engineers_answer_counts_and_a_strangers_does_not(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    number = desk.request(message).id
    assert "engineers and leads" in desk.presses("mallory", "class", f"{number}:community")
    assert desk.request(message).asked_class is RequestClass.URGENT
    desk.presses("dan", "class", f"{number}:community")
    assert desk.request(message).asked_class is None


def test_outside_hours_a_yes_in_sos_tells_nothing_a_second_time(database_url: str) -> None:
    desk = at_desk(database_url, at=EVENING)
    message = desk.writes("dev", DOUBTED_IN_SOS, SOS)
    assert did(desk, desk.owed()) == {"tell when", "question"}
    desk.presses("dev", "class", f"{desk.request(message).id}:urgent")
    assert not any(isinstance(one, Post) for one in desk.owed())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("yes", True),
        ("Yes, production", True),
        ("yep all of it", True),
        ("Yeah!", True),
        ("Correct.", True),
        ("It is", True),
        ("no", False),
        ("No, production is fine, only my laptop", False),
        ("nope...", False),
        ("No - just me", False),
        ("no\nonly my laptop", False),
        ("Not production, only staging", False),
        ("not in prod", False),
        ("", None),
        ("no idea", None),
        ("No one can log in", None),
        ("no-one can log in", None),
        ("No. 1 priority", None),
        ("not working at all", None),
        ("not sure", None),
        ("nobody can log in", None),
        ("it is not", None),
        ("correct me if I am wrong", None),
        ("yesterday it worked", None),
        ("I think yes", None),
    ],
)
def test_only_a_plain_yes_or_no_is_one(words: str, said: bool | None) -> None:
    assert wording.yes_or_no(words) is said


@pytest.mark.parametrize("channel", [HOW_TO, None])
def test_a_no_in_words_counts_as_the_button(database_url: str, channel: str | None) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_COMMUNITY, channel)
    desk.delivers()
    desk.owed()
    thread = message if channel is not None else None
    desk.writes("dev", "No, production is fine, only my laptop", channel, thread=thread)
    assert any(isinstance(one, Edit) and "as a question to the community" in str(one) for one in desk.owed())
    desk.until("2026-11-02 10:06")
    request = desk.request(message)
    assert (request.request_class, request.asked_class, request.asked_otherwise) == (RequestClass.COMMUNITY, None, None)
    assert (desk.requests(), desk.pages()) == (1, [])


def test_a_yes_in_words_counts_as_the_button(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.delivers()
    desk.writes("dev", "Yes, all of it", HOW_TO, thread=message)
    assert desk.paged() == [{desk.on_duty()[0]}]
    desk.until("2026-11-02 10:04")
    assert (desk.request(message).request_class, desk.pages()) == (RequestClass.URGENT, [])


def test_a_no_in_words_means_what_its_button_says(database_url: str) -> None:
    desk = at_desk(database_url)
    nothing, asked_in_sos = desk.writes("dev", DOUBTED_NONE, HOW_TO), desk.writes("dev", DOUBTED_IN_SOS, SOS)
    desk.writes("dev", "no", HOW_TO, thread=nothing)
    desk.writes("dev", f"no, the {COMMUNITY}", SOS, thread=asked_in_sos)
    assert desk.request(nothing).state is RequestState.DISMISSED
    assert desk.request(asked_in_sos).request_class is RequestClass.COMMUNITY


@pytest.mark.parametrize(("who", "words"), [("eve", "no"), ("dev", "no idea")])
def test_a_strangers_no_and_one_in_doubt_leave_the_question_open(database_url: str, who: str, words: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.writes(who, words, HOW_TO, thread=message)
    assert desk.request(message).asked_class is RequestClass.URGENT


def test_a_no_beside_grave_words_is_no_answer(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.writes("dev", f"No, it is an {URGENT}", HOW_TO, thread=message)
    assert desk.request(message).request_class is RequestClass.URGENT


@pytest.mark.parametrize(
    ("who", "threaded", "said"),
    [
        ("dev", True, "No button was pressed, so I treat this as urgent."),
        ("dev", False, "No button was pressed, so I treat this as urgent."),
        ("eve", True, "There was no answer, so I treat this as urgent."),
    ],
)
def test_nobody_who_wrote_is_told_that_there_was_no_answer(
    database_url: str, who: str, threaded: bool, said: str
) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.writes(who, "let me look", HOW_TO, thread=message if threaded else None)
    desk.owed()
    desk.office.pass_time("2026-11-02 10:05")
    assert [one.message.plain() for one in desk.owed() if isinstance(one, Edit)] == [said]


# -- waiting and being answered


def test_a_question_that_waited_eight_working_hours_is_shown_to_the_engineer_once(database_url: str) -> None:
    desk = at_desk(database_url)
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.owed()
    desk.office.pass_time("2026-11-03 09:59")
    assert not any("Nobody has answered" in said for said in directs(desk))
    desk.office.pass_time("2026-11-03 10:00")
    assert sum("Nobody has answered" in said for said in directs(desk)) == 1
    desk.office.pass_time("2026-11-04 16:00")
    assert not any("Nobody has answered" in said for said in directs(desk))


def directs(desk: Desk) -> list[str]:
    return [one.message.plain() for one in desk.owed() if isinstance(one, Direct)]


def test_after_a_human_answer_nobody_is_nudged(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.writes("eve", "have a look at the docs", HOW_TO, thread=message)
    assert (desk.request(message).first_answer_by, desk.request(message).due) == ("U-eve", Due.STALE)
    desk.owed()
    desk.office.pass_time("2026-11-03 16:00")
    assert not any("Nobody has answered" in said for said in directs(desk))


def test_the_authors_own_word_is_no_answer(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.writes("dev", NONE, HOW_TO, thread=message)
    assert desk.request(message).first_answer_at is None
    assert desk.request(message).due is Due.ENGINEER


def test_idle_for_ten_days_it_is_closed_silently_and_a_word_begins_the_days_anew(database_url: str) -> None:
    desk = at_desk(database_url, at="2026-11-02 10:00")
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.writes("eve", "have a look", HOW_TO, thread=message)
    desk.office.at("2026-11-05 10:00")
    desk.writes("dev", NONE, HOW_TO, thread=message)
    desk.office.pass_time("2026-11-15 09:59")
    assert desk.request(message).state is RequestState.OPEN
    desk.owed()
    desk.office.pass_time("2026-11-15 10:00")
    assert desk.request(message).state is RequestState.STALE
    assert desk.owed() == []
