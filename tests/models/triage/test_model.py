import json
import math
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.triage.lexicon import Lexicon
from models.triage.model import CLASSES, Model, View, normalised, pack, unpack
from models.triage.reading import Reading
from models.triage.training import Example, Lesson, Settings, corpus, train

WIDTH = len(CLASSES) + 1
FIELDS = st.lists(st.integers(-(2**50), 2**50), min_size=WIDTH, max_size=WIDTH)


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    return Lesson.prepare(corpus()[::12], Settings(composed=60))


def test_the_scorer_gives_what_scikit_learn_gives(lesson: Lesson) -> None:
    every = np.arange(len(lesson.labels))
    theirs = lesson.margins(lesson.heads(every), np.arange(len(lesson.examples)))
    model, lexicon = lesson.model(), Lexicon.load()

    ours = np.array([model.margins(Reading.of(example.text, lexicon)) for example in lesson.examples])

    assert np.abs(ours - theirs).max() < 0.02
    assert (ours.argmax(axis=1) == theirs.argmax(axis=1)).mean() > 0.995


def test_training_twice_gives_the_same_model_byte_for_byte() -> None:
    examples = corpus()[::40]

    assert train(examples, Settings(composed=20)).dump() == train(examples, Settings(composed=20)).dump()


def test_a_model_survives_its_file(lesson: Lesson) -> None:
    text = lesson.model().dump()

    assert Model.parse(text).dump() == text
    assert json.loads(text)["trained_on"] == len(lesson.examples)


def test_the_shipped_model_is_trained_on_the_shipped_corpus() -> None:
    assert Model.load().trained_on == len(corpus())


@pytest.mark.parametrize("text", ["{}", "[]", '{"format": 99}', "no json", '{"format": 1, "views": {"stems": {}}}'])
def test_a_file_that_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Model.parse(text)


def test_a_damaged_row_is_refused() -> None:
    with pytest.raises(ValueError, match="damaged"):
        View.of(1.0, {"word": [1, 2, 3]})


@given(one=FIELDS, other=FIELDS)
def test_packed_numbers_add_up_field_by_field(one: list[int], other: list[int]) -> None:
    assert unpack(pack(one) + pack(other)) == [left + right for left, right in zip(one, other, strict=True)]


@given(logits=st.lists(st.floats(-500, 500), min_size=1, max_size=6))
def test_probabilities_sum_to_one(logits: list[float]) -> None:
    assert sum(math.exp(value) for value in normalised(logits)) == pytest.approx(1.0)


def test_a_variant_stays_in_the_fold_of_its_case() -> None:
    case = Example.parse({"id": "c12", "text": "a", "label": "none", "set": "case", "second_reader": "none"})
    variant = Example.parse({"id": "c12-v2", "text": "b", "label": "none", "set": "variant"})

    assert case.group == variant.group
    assert case.calibrates
    assert not variant.calibrates


def test_examples_that_readers_doubted_count_less() -> None:
    row: dict[str, Any] = {"id": "c1", "text": "a", "label": "none", "set": "case", "second_reader": "none"}

    doubted = [{**row, "second_reader": "urgent"}, {**row, "also": "urgent"}, {**row, "hard": True}]

    assert Example.parse(row).weight == 1.0
    assert all(Example.parse(each).weight < 1.0 for each in doubted)


def test_what_is_more_frequent_in_chats_than_in_trackers_is_likelier() -> None:
    examples = corpus()[::12]
    chatter = CLASSES[3]
    without = [replace(each, is_chat=False) for each in examples]
    with_chats = [
        replace(each, is_chat=each.calibrates and (each.label is chatter or n % 5 == 0))
        for n, each in enumerate(examples)
    ]

    plain, chatty = (train(each, Settings(composed=60)).calibration for each in (without, with_chats))

    assert chatty[3][0] - chatty[2][0] > plain[3][0] - plain[2][0]


def test_few_examples_are_enough_to_train() -> None:
    examples = [Example(f"{label} number {number}", label, f"{number}") for number in range(6) for label in CLASSES]

    assert train(examples, Settings(composed=0)).trained_on == len(examples)


def test_classification_never_loads_a_numeric_library() -> None:
    code = (
        "import sys; from models.triage.classifier import Classifier; Classifier.load().classify('prod is down');"
        "print({'numpy', 'scipy', 'sklearn'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"


def test_training_without_a_class_is_refused() -> None:
    with pytest.raises(ValueError, match="no example of none, platform, urgent"):
        train([Example("how do I", CLASSES[2], "1")])
