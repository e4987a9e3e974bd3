"""What anybody may read names nobody and holds no secret."""

import pytest

from models.anonymous import Anonymous
from models.policy import Person

PEOPLE = (
    Person(id="amina", name="Amina Diallo", slack="U01AAAAAAAA", rocketchat="amina.diallo", github="adiallo"),
    Person(id="bob", name="Bob Lindqvist", email="bob@example.org"),
    Person(id="al", name="Al Müller-Sørensen", local="almu"),
)
PUBLIC = Anonymous(PEOPLE)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Bob is on it", "Someone is on it"),
        ("ask Amina Diallo or bob", "ask someone or someone"),
        ("AMINA's dashboard", "Someone's dashboard"),
        ("Diallo, Amina looks", "Someone looks"),
        ("<@U01AAAAAAAA> and <@U0ELSE|zoe> look", "Someone and someone look"),
        ("ping @stranger, <!here>, <!subteam^S01|@oncall>", "ping someone"),
        ("thanks to U01AAAAAAAA, amina.diallo, adiallo", "thanks to someone"),
        ("write to zoe.o@example.com", "write to someone"),
        ("mail <mailto:bob@example.org|bob@example.org>", "mail someone"),
        ("Muller-Sørensen, MÜLLER and Frau Sørensen", "Someone and Frau someone"),
    ],
)
def test_people_are_taken_out_by_whatever_they_are_called(said: str, shown: str) -> None:
    assert PUBLIC.words(said, 200) == shown


@pytest.mark.parametrize("said", ["The albums load again", "Bobsled race", "al fresco", "at 10:42 @ 5 %"])
def test_other_words_stay(said: str) -> None:
    assert PUBLIC.words(said, 200) == said


def test_secrets_and_what_links_carry_along_are_taken_out() -> None:
    found = PUBLIC.words("see https://bob:hunter2@wiki.example/a?token=abc123def#top password=Sommer2026!", 200)
    assert found == "see https://wiki.example/a password=‹secret›"


def test_marks_of_a_chat_are_read_as_their_words() -> None:
    assert PUBLIC.words("see <https://x.example/y|the page> in <#C1|devops-sos>", 200) == "see the page in #devops-sos"


def test_words_stand_on_one_line_and_end_in_time() -> None:
    assert PUBLIC.words("two\n  lines\u202e", 200) == "two lines"
    assert PUBLIC.words("a" * 300, 120) == f"{'a' * 119}…"


@pytest.mark.parametrize("mark", ["\u00ad", "\u034f", "\u061c", "\u200b", "\U000e0061"])
def test_what_no_screen_shows_hides_no_name(mark: str) -> None:
    assert PUBLIC.words(f"B{mark}ob did it", 200) == PUBLIC.words("Bob did it", 200)


def test_without_people_only_mentions_and_addresses_are_taken_out() -> None:
    assert Anonymous(()).words("Bob and @bob", 200) == "Bob and someone"
