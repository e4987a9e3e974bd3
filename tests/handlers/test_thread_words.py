"""Words in a thread that do what the buttons do: whole messages, of those who may."""

import pytest

from handlers.wording.thread_words import Meaning, is_back, meaning
from models.effects import Private, React
from models.records.request import RequestState
from models.triage.verdict import RequestClass
from tests.handlers.desk import COMMUNITY, HOW_TO, OPERATIONS, SOS, URGENT, Desk, at_desk


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


@pytest.fixture
def urgent(desk: Desk) -> str:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    desk.owed()
    return message


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("on it", (Meaning.TAKE, "")),
        ("I'm on it!", (Meaning.TAKE, "")),
        ("looking into it", (Meaning.TAKE, "")),
        ("I’ll take this", (Meaning.TAKE, "")),
        ("Resolved.", (Meaning.RESOLVE, "")),
        ("fixed, thanks", (Meaning.RESOLVE, "")),
        ("Thanks, it works now :tada:", (Meaning.RESOLVE, "")),
        ("it's fixed ✅", (Meaning.RESOLVE, "")),
        ("this is resolved now", (Meaning.RESOLVE, "")),
        ("never mind", (Meaning.RESOLVE, "")),
        ("duplicate of #142", (Meaning.DUPLICATE, "142")),
        ("Dupe of 142", (Meaning.DUPLICATE, "142")),
        ("this is a duplicate of #142.", (Meaning.DUPLICATE, "142")),
        ("same as #142", (Meaning.DUPLICATE, "142")),
        ("not a request", (Meaning.NO_REQUEST, "")),
        ("wrong channel", (Meaning.REROUTE, "")),
        ("please ask in #devops-how-to", (Meaning.REROUTE, "devops-how-to")),
        ("moved to #security", (Meaning.REROUTE, "security")),
        ("escalate", (Meaning.ESCALATE, "")),
        ("escalate: The registry is slow, too", (Meaning.ESCALATE, "The registry is slow, too")),
        ("resolved?", None),
        ("is it fixed?", None),
        ("not resolved", None),
        ("I fixed something else", None),
        ("fixed the typo in my message", None),
        ("who is on it", None),
        ("nobody is looking into it", None),
        ("I am not on it", None),
        ("duplicate of what?", None),
        ("same as yesterday", None),
        ("duplicate of #12345678901234567890", None),
        ("we should escalate this to the vendor", None),
        ("thanks", None),
        ("", None),
        ("on it " * 200, None),
    ],
)
def test_only_a_whole_message_means_something(words: str, wanted: tuple[Meaning, str] | None) -> None:
    assert meaning(words) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("it is back", True),
        ("It's back again :(", True),
        ("it's back again", True),
        ("it is down again!", True),
        ("down again", True),
        ("still broken", True),
        ("not fixed", True),
        ("The problem is back", True),
        ("please reopen this", True),
        ("it is back up", False),
        ("it's back, thanks", False),
        ("the portal is back online", False),
        ("thanks", False),
        ("thanks, all good", False),
        ("back to work", False),
    ],
)
def test_only_plain_words_say_that_it_is_back(words: str, wanted: bool) -> None:
    assert is_back(words) is wanted


def test_an_engineer_takes_and_resolves_with_words_and_sees_that_they_were_understood(desk: Desk, urgent: str) -> None:
    word = desk.writes("ana", "on it", SOS, thread=urgent)
    assert (desk.request(urgent).state, desk.request(urgent).owner) == (RequestState.ACKNOWLEDGED, "U-ana")
    assert React("C-devops-sos", word, "eyes") in desk.owed()
    word = desk.writes("ana", "fixed", SOS, thread=urgent)
    assert (desk.request(urgent).state, desk.request(urgent).resolved_by) == (RequestState.RESOLVED, "U-ana")
    assert React("C-devops-sos", word, "white_check_mark") in desk.owed()


def test_the_author_resolves_with_words_and_takes_nothing(desk: Desk, urgent: str) -> None:
    desk.writes("dev", "on it", SOS, thread=urgent)
    assert desk.request(urgent).state is RequestState.OPEN
    desk.writes("dev", "it works again, thanks!", SOS, thread=urgent)
    assert (desk.request(urgent).state, desk.request(urgent).resolved_by) == (RequestState.RESOLVED, "U-dev")


def test_anybody_elses_words_are_only_words(desk: Desk, urgent: str) -> None:
    for words in ("on it", "fixed", "duplicate of #1", "not a request", "wrong channel", "escalate"):
        desk.writes("mallory", words, SOS, thread=urgent)
    assert (desk.request(urgent).state, desk.owed(), desk.pages()) == (RequestState.OPEN, [], [])


def test_an_engineer_joins_dismisses_reroutes_and_escalates_with_words(desk: Desk, urgent: str) -> None:
    others = [desk.writes(who, URGENT, SOS) for who in ("eve", "fay", "guy")]
    desk.delivers()
    desk.pages()
    for message, words in zip(
        others, ("duplicate of #1", "not a request", "please ask in #devops-how-to"), strict=True
    ):
        desk.writes("ana", words, SOS, thread=message)
    states = [desk.request(one).state for one in others]
    assert states == [RequestState.DUPLICATE, RequestState.DISMISSED, RequestState.REROUTED]
    desk.writes("ana", "escalate: it grows", SOS, thread=urgent)
    assert ["> it grows" in page.text for page in desk.pages() if page.thread == urgent] == [True]


def test_words_that_name_something_in_vain_are_answered_to_whoever_wrote_them_alone(desk: Desk, urgent: str) -> None:
    desk.writes("ana", "duplicate of #77", SOS, thread=urgent)
    (told,) = desk.owed()
    assert isinstance(told, Private)
    assert (told.user, told.message.plain()) == ("U-ana", "There is no request #77.")
    assert desk.request(urgent).state is RequestState.OPEN


def test_the_timeline_says_that_it_was_done_in_the_thread(desk: Desk, urgent: str) -> None:
    desk.writes("ana", "on it", SOS, thread=urgent)
    assert "on it: Ana Ruiz, in the thread" in desk.commands("gil", "show 1")


# -- coming back


@pytest.mark.parametrize("channel", [SOS, HOW_TO, OPERATIONS])
def test_what_was_resolved_comes_back_by_its_authors_words(desk: Desk, channel: str) -> None:
    message = desk.writes("dev", URGENT, channel)
    desk.delivers()
    desk.reacts("ana", message, "white_check_mark")
    desk.pages()
    desk.writes("dev", "it is back", channel, thread=message)
    assert (desk.request(message).state, desk.request(message).request_class) == (
        RequestState.OPEN,
        RequestClass.URGENT,
    )
    assert len(desk.pages()) == 1


@pytest.mark.parametrize(("who", "words"), [("dev", "thanks"), ("dev", "it is back up"), ("eve", "it is back")])
def test_thanks_and_other_peoples_words_reopen_nothing(desk: Desk, who: str, words: str) -> None:
    message = desk.writes("dev", URGENT, HOW_TO)
    desk.reacts("ana", message, "white_check_mark")
    desk.pages()
    desk.writes(who, words, HOW_TO, thread=message)
    assert (desk.request(message).state, desk.pages()) == (RequestState.RESOLVED, [])


def test_what_was_closed_as_no_request_does_not_come_back_by_those_words(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, HOW_TO)
    desk.commands("ana", "class 1 none")
    desk.writes("dev", "still broken", HOW_TO, thread=message)
    assert desk.request(message).state is RequestState.DISMISSED


def test_a_question_that_is_back_is_expected_to_be_answered_again(desk: Desk) -> None:
    message = desk.writes("dev", COMMUNITY, HOW_TO)
    desk.writes("eve", "have a look", HOW_TO, thread=message)
    desk.writes("dev", "solved, thank you", HOW_TO, thread=message)
    assert desk.request(message).state is RequestState.RESOLVED
    desk.office.at("2026-11-02 11:00")
    desk.writes("dev", "not solved", HOW_TO, thread=message)
    request = desk.request(message)
    assert (request.state, request.first_answer_at) == (RequestState.OPEN, None)
    assert request.helpers_at is not None
