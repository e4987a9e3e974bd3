import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.triage.spelling import Speller
from models.triage.text import stem

WORDS = ("portal", "unreachable", "everyone", "down", "prod", "store", "quota", "certificate")
KNOWN = frozenset(map(stem, (*WORDS, "dawn", "story")))


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller.of(WORDS, KNOWN)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("portl", "portal"),
        ("portaal", "portal"),
        ("protal", "portal"),
        ("unreachble", "unreachable"),
        ("evryone", "everyone"),
        ("qouta", "quota"),
        ("donw", "down"),
        ("cerfificate", "certificate"),
    ],
)
def test_one_slip_is_put_right(speller: Speller, written: str, meant: str) -> None:
    assert speller.guess(written) == meant


@pytest.mark.parametrize("word", ["proud", "stone", "mortal", "don", "prd", "x" * 40, "503", "?", "", "نعم"])
def test_what_may_be_another_word_is_left_alone(speller: Speller, word: str) -> None:
    assert speller.guess(word) == word


def test_words_that_the_training_knew_are_left_alone(speller: Speller) -> None:
    sentences = (("dawn", "story", "?"),)

    assert speller.corrected(sentences) is sentences


def test_only_the_strange_words_of_a_message_change(speller: Speller) -> None:
    assert speller.corrected((("the", "portl", "at", "dawn"), ("donw", "!"))) == (
        ("the", "portal", "at", "dawn"),
        ("down", "!"),
    )


@given(word=st.text(max_size=20))
def test_any_word_gets_a_guess_that_stays(speller: Speller, word: str) -> None:
    once = speller.guess(word)

    assert once == word or once in WORDS
    assert speller.guess(once) == once
