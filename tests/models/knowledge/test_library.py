"""What is offered is right, and enough is offered: measured on sixty questions that were written before the matcher."""

import json
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.knowledge.library import Library
from models.knowledge.section import Section, sections, slug

HERE = Path(__file__).parent
QUESTIONS = [json.loads(line) for line in (HERE / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
BASE = "https://docs.example.org/"


@pytest.fixture(scope="module")
def library() -> Library:
    pages = sorted((HERE / "docs").glob("*.md"))
    return Library(part for page in pages for part in sections(page.name, page.read_text(encoding="utf-8"), BASE))


def section(text: str, url: str, title: str = "") -> Section:
    return Section(url, "", title or text, text, url)


def test_nine_in_ten_of_what_is_offered_are_right_and_most_questions_get_it(library: Library) -> None:
    told = [(row["answer"], library.answer(row["text"])) for row in QUESTIONS]
    offered = [(wanted, found) for wanted, found in told if found is not None]
    right = [found for wanted, found in offered if found.key == f"docs:{wanted}"]
    answerable = [row for row in QUESTIONS if row["answer"]]

    assert (len(QUESTIONS), len(answerable)) == (60, 30)
    assert len(right) / len(offered) >= 0.9
    assert len(right) / len(answerable) >= 0.6


@pytest.mark.parametrize(
    "question", ["", "?", "how do I", "help", "quota", "the", '" OR 1', "heading : x", "NEAR(a b)"]
)
def test_a_question_that_says_little_is_not_answered(library: Library, question: str) -> None:
    assert library.answer(question) is None


def test_two_sections_that_fit_alike_are_no_sure_answer() -> None:
    twice = Library(
        [section("rotate the vault token", "https://a/1"), section("rotate the vault token", "https://a/2")]
    )
    once = Library([section("rotate the vault token", "https://a/1"), section("rotate the vault token", "https://a/1")])

    assert twice.answer("how do I rotate the vault token?") is None
    assert once.answer("how do I rotate the vault token?") is not None


def test_an_empty_library_answers_nothing() -> None:
    assert Library([]).answer("how do I rotate the vault token?") is None


@given(question=st.text(max_size=200))
def test_any_question_can_be_asked(library: Library, question: str) -> None:
    found = library.best(question)

    assert found is None or 0.0 <= found.heading <= found.cover <= 1.0


def test_several_threads_may_ask_at_once(library: Library) -> None:
    found: list[str] = []

    def ask() -> None:
        for row in QUESTIONS[:10]:
            answer = library.answer(row["text"])
            found.append(answer.key if answer is not None else "")

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 40
    assert len(set(found)) <= 11


def test_a_page_is_cut_at_its_headings() -> None:
    page = (
        "---\ntitle: x\n---\n# Quota\nAbout *quota*.\n\n"
        "## Asking, for `more`!\nOpen [the form](x).\n```\n# no heading\n```\n## Empty\n"
    )

    about, asking = sections("a/quota.md", page, BASE)

    assert (about.key, about.title, about.text) == ("docs:a/quota.md", "Quota", "About quota.")
    assert (asking.page, asking.title) == ("Quota", "Asking, for more!")
    assert asking.url == "https://docs.example.org/a/quota.md#asking-for-more"
    assert "# no heading" in asking.text


def test_a_page_without_headings_is_one_section() -> None:
    (only,) = sections("notes.md", "just words", BASE)

    assert (only.title, only.url) == ("notes.md", "https://docs.example.org/notes.md")


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("A pod in CrashLoopBackOff", "a-pod-in-crashloopbackoff"),
        ("What's new?", "whats-new"),
        ("Größe & Co", "größe-co"),
    ],
)
def test_anchors_are_those_of_the_usual_site_builders(title: str, anchor: str) -> None:
    assert slug(title) == anchor
