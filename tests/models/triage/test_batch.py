import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.policy import ChannelKind
from models.triage.batch import Line, classify_rows, parse_line
from models.triage.classifier import Classifier


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def test_every_line_gets_one_answer_in_order(classifier: Classifier) -> None:
    lines = [
        "prod is down for everyone\n",
        "",
        json.dumps({"text": "thanks!", "channel": "sos"}),
        "how do I add a user?",
    ]

    answers = list(classify_rows(lines, classifier))

    assert [answer["text"] for answer in answers] == [
        "prod is down for everyone",
        "",
        "thanks!",
        "how do I add a user?",
    ]
    assert [answer["class"] for answer in answers] == ["urgent", "none", "none", "community"]
    assert all(list(answer) == ["text", "class", "confidence", "reasons", "ask"] for answer in answers)


def test_answers_are_plain_json(classifier: Classifier) -> None:
    answer = next(classify_rows(["503 on the portal 🔥"], classifier))

    assert json.loads(json.dumps(answer)) == answer


def test_the_channel_of_a_line_wins_over_the_default() -> None:
    assert parse_line('{"text": "a", "channel": "sos"}', ChannelKind.HOW_TO) == Line("a", ChannelKind.SOS)
    assert parse_line('{"text": "a"}', ChannelKind.HOW_TO) == Line("a", ChannelKind.HOW_TO)


@pytest.mark.parametrize("line", ['{"a": 1}', "{not json", "[1, 2]", '"text"', "{" * 5000])
def test_what_is_no_object_with_a_text_is_a_message_itself(line: str) -> None:
    assert parse_line(line) == Line(line)


def test_bytes_that_are_no_utf_8_are_named_and_the_rest_goes_on(classifier: Classifier) -> None:
    answers = list(classify_rows([b"prod is \xff\xfe down\n", b"how do I add a user?\n"], classifier))

    assert answers[0]["problem"] == "no UTF-8 at byte 9"
    assert answers[1]["class"] == "community"


def test_an_unknown_channel_is_named_and_the_default_is_taken() -> None:
    line = parse_line('{"text": "a", "channel": "attic"}', ChannelKind.SOS)

    assert line.channel is ChannelKind.SOS
    assert line.problem == "unknown channel 'attic'"


@given(lines=st.lists(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), max_size=5))
@settings(max_examples=150, deadline=None)
def test_whatever_the_bytes_each_line_gets_an_answer_that_is_plain_json(
    classifier: Classifier, lines: list[bytes]
) -> None:
    answers = list(classify_rows(lines, classifier))

    assert len(answers) == len(lines)
    assert [json.loads(json.dumps(answer))["class"] for answer in answers] == [answer["class"] for answer in answers]
    assert all(0.0 <= answer["confidence"] <= 1.0 for answer in answers)


def test_a_text_that_is_no_string_is_read_as_json() -> None:
    assert parse_line('{"text": null}').text == "null"
