"""Whether the help did help: asked once, in private, and the author's last answer is kept with the request."""

import pytest

from models.effects import Direct, Edit
from models.events import FormSubmitted
from models.message import Answer
from models.records import feedback as records
from models.records.feedback import Feedback
from tests.handlers.build import direct
from tests.handlers.desk import COMMUNITY, HOW_TO, PLATFORM, SOS, URGENT, Desk, at_desk


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


@pytest.fixture
def number(desk: Desk) -> int:
    """Give a request of Dev's that Ana resolved for him."""
    found = desk.request(desk.writes("dev", URGENT, SOS)).id
    desk.presses("ana", "resolve", found)
    return found


def asked(desk: Desk, who: str = "dev") -> int:
    return sum("Did that help you?" in one for one in direct(desk.owed(), who))


def kept(desk: Desk, number: int) -> Feedback | None:
    with desk.office.store.reading() as session:
        return records.of_request(session, number)


def answer(desk: Desk, number: int) -> tuple[bool | None, str]:
    found = kept(desk, number)
    assert found is not None
    return found.is_helpful, found.words


def submits(desk: Desk, who: str, number: int, words: str) -> Answer | None:
    desk.count += 1
    return desk.office.intake.receive(
        FormSubmitted(
            key=f"form:{desk.count}",
            platform="slack",
            at=desk.office.now,
            form="feedback",
            subject=str(number),
            user=f"U-{who}",
            fields={"words": words},
        )
    )


@pytest.mark.parametrize(("text", "channel"), [(URGENT, SOS), (PLATFORM, HOW_TO), (COMMUNITY, None)])
def test_the_author_is_asked_once_in_private_when_somebody_resolved_it(
    desk: Desk, text: str, channel: str | None
) -> None:
    message = desk.writes("dev", text, channel)
    desk.owed()
    desk.presses("ana", "resolve", desk.request(message).id)
    (question,) = [one for one in desk.owed() if isinstance(one, Direct) and one.user == "U-dev"]
    assert "was resolved by Ana Ruiz. Did that help you?" in question.message.plain()


def test_asked_once_means_once(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.reacts("ana", message, "white_check_mark")
    assert asked(desk) == 1
    desk.reacts("dev", message, "rotating_light")
    desk.reacts("ana", message, "white_check_mark")
    assert asked(desk) == 0


def test_nobody_is_asked_who_resolved_it_alone_or_asked_the_bot_for_nothing(desk: Desk) -> None:
    own = desk.writes("dev", URGENT, SOS)
    desk.reacts("dev", own, "white_check_mark")
    community = desk.writes("eve", COMMUNITY, HOW_TO)
    desk.presses("ana", "resolve", desk.request(community).id)
    owed = desk.owed()
    assert direct(owed, "dev") == direct(owed, "eve") == []
    assert kept(desk, desk.request(own).id) is None
    assert kept(desk, desk.request(community).id) is None


def test_an_answer_is_kept_a_later_one_replaces_it_and_the_question_says_so(desk: Desk, number: int) -> None:
    desk.delivers()
    desk.presses("dev", "helped", f"{number}:yes")
    assert answer(desk, number) == (True, "")
    desk.owed()
    desk.presses("dev", "helped", f"{number}:no")
    assert answer(desk, number) == (False, "")
    (edit,) = [one for one in desk.owed() if isinstance(one, Edit)]
    assert "👎 It did not help." in edit.message.plain()


def test_words_are_kept_masked_and_shown_with_why(desk: Desk, number: int) -> None:
    desk.presses("dev", "helped", f"{number}:no")
    submits(desk, "dev", number, "took an hour, password=hunter22secret")
    assert answer(desk, number) == (False, "took an hour, password=‹secret›")
    why = desk.commands("ben", f"why {number}")
    assert "Its author: 👎 It did not help." in why
    assert "> took an hour" in why


def test_a_command_does_the_same_and_leaves_the_words_that_it_does_not_give(desk: Desk, number: int) -> None:
    assert "It helped" in desk.commands("dev", f"helped {number} yes quick and kind")
    desk.commands("dev", f"helped {number} no")
    assert answer(desk, number) == (False, "quick and kind")
    assert "yes or no" in desk.commands("dev", f"helped {number} perhaps")


@pytest.mark.parametrize("who", ["ana", "eve", "mallory"])
def test_only_the_author_may_answer(desk: Desk, number: int, who: str) -> None:
    refused = "Only whoever asked can say whether it helped."
    assert desk.presses(who, "helped", f"{number}:no") == refused
    assert desk.presses(who, "helped-words", number) == refused
    assert desk.commands(who, f"helped {number} no") == refused
    assert refused in str(submits(desk, who, number, "bad"))
    assert answer(desk, number) == (None, "")


def test_too_many_words_are_refused_in_the_form(desk: Desk, number: int) -> None:
    found = submits(desk, "dev", number, "x" * 2001)
    assert found is not None
    assert "2,001 characters" in found.errors["words"]


def test_nobody_judges_what_is_open_still(desk: Desk) -> None:
    number = desk.request(desk.writes("dev", URGENT, SOS)).id
    assert "is not resolved yet" in desk.commands("dev", f"helped {number} yes")
    assert kept(desk, number) is None
