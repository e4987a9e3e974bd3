"""Known answers: one, in the thread, only when sure, and not again once two people have turned it down."""

from dataclasses import replace

import pytest

from models.effects import Post, React
from models.knowledge.library import Library
from models.knowledge.section import Section
from models.message import Link, Paragraph
from models.policy import KnownAnswer
from tests.handlers.desk import HOW_TO, OPERATIONS, Desk, at_desk, buttons
from tests.shipped import classifier

QUESTION = "how do I rotate the vault token in my pipeline?"
ANSWER = "https://docs.example.org/vault.md#rotating"
PATTERN = KnownAnswer.model_validate({"match": "rotate", "title": "Rotating", "url": "https://example.org/config"})


@pytest.fixture
def desk(database_url: str) -> Desk:
    found = at_desk(database_url)
    section = Section("docs:vault.md#rotating", "Vault", "Rotating a token in a pipeline", "Revoke it, then …", ANSWER)
    _judges_as_shipped(found, library=Library([section]))
    return found


def _judges_as_shipped(desk: Desk, library: Library | None = None) -> None:
    standing = desk.office.intake.standing
    desk.office.intake.standing = replace(standing, classifier=classifier(), library=library)


def offered(desk: Desk) -> list[str]:
    """Give the addresses of what was offered since."""
    blocks = [block for one in desk.owed() if isinstance(one, Post) for block in one.message.blocks]
    spans = [span for block in blocks if isinstance(block, Paragraph) for span in block.line]
    return [span.url for span in spans if isinstance(span, Link)]


def vote(desk: Desk, who: str, word: str) -> str:
    desk.writes("dev", QUESTION, HOW_TO)
    (button,) = [each for each in buttons(desk.owed()) if each.value.endswith(word)]
    return desk.presses(who, button.action, button.value)


def later(desk: Desk, minutes: int) -> None:
    desk.until(f"2026-11-02 10:{minutes}")


def test_a_section_of_the_docs_that_surely_answers_is_offered(desk: Desk) -> None:
    desk.writes("dev", QUESTION, HOW_TO)
    assert offered(desk) == [ANSWER]


def test_what_is_not_sure_is_not_offered_and_gets_the_ticket(desk: Desk) -> None:
    desk.writes("dev", "how do I print umlauts from my pipeline?", HOW_TO)
    assert [type(one) for one in desk.owed()] == [React]


def test_the_configurations_answer_comes_before_the_docs(desk: Desk) -> None:
    standing = desk.office.intake.standing
    desk.office.intake.standing = replace(standing, policy=standing.policy.model_copy(update={"answers": (PATTERN,)}))
    desk.writes("dev", QUESTION, HOW_TO)
    assert offered(desk) == ["https://example.org/config"]


def test_outside_of_how_to_nothing_is_offered(desk: Desk) -> None:
    desk.writes("dev", QUESTION, OPERATIONS)
    assert offered(desk) == []


def test_the_link_that_resolved_a_request_answers_the_next_one_like_it(database_url: str) -> None:
    desk = at_desk(database_url)
    _judges_as_shipped(desk)
    first = desk.writes("dev", "how do I find the umbrella chart for helm in my pipeline?", HOW_TO)
    desk.owed()
    desk.commands("ana", f"resolve {desk.request(first).id} https://example.org/umbrella")
    desk.owed()
    desk.writes("eve", "how does my pipeline find the helm umbrella chart?", HOW_TO)
    assert offered(desk) == ["https://example.org/umbrella"]


def test_two_people_turn_an_answer_down_and_it_is_not_offered_again(desk: Desk) -> None:
    assert "If others say so too" in vote(desk, "ana", "no")
    later(desk, 20)
    vote(desk, "eve", "no")
    later(desk, 40)
    desk.writes("dev", QUESTION, HOW_TO)
    assert offered(desk) == []


def test_one_person_alone_cannot_turn_an_answer_down(desk: Desk) -> None:
    vote(desk, "ana", "no")
    later(desk, 20)
    vote(desk, "ana", "no")
    later(desk, 40)
    desk.writes("dev", QUESTION, HOW_TO)
    assert offered(desk) == [ANSWER]


def test_the_last_word_of_a_person_counts(desk: Desk) -> None:
    desk.writes("dev", QUESTION, HOW_TO)
    yes, no = buttons(desk.owed())
    desk.presses("ana", no.action, no.value)
    desk.presses("eve", no.action, no.value)
    assert "offer it again" in desk.presses("eve", yes.action, yes.value)
    later(desk, 20)
    desk.writes("dev", QUESTION, HOW_TO)
    assert offered(desk) == [ANSWER]


def test_thumbs_on_the_answer_count_as_its_buttons(desk: Desk) -> None:
    desk.writes("dev", QUESTION, HOW_TO)
    desk.delivers()
    for who, emoji in (("ana", "-1"), ("eve", "thumbsdown")):
        for row in range(1, 6):  # the answer is one of what was sent; thumbs on anything else mean nothing
            desk.reacts(who, f"sent{row}", emoji, channel=HOW_TO)
    desk.owed()
    later(desk, 20)
    desk.writes("dev", QUESTION, HOW_TO)
    assert offered(desk) == []


@pytest.mark.parametrize("value", ["", "1", "x:yes", "99:yes", "1:maybe", "12345678901:no"])
def test_a_button_that_nobody_made_is_refused(desk: Desk, value: str) -> None:
    assert desk.presses("ana", "answer", value) != ""
