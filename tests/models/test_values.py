"""Events, effects and answers go into the store as JSON and come back as they were."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import effects, events
from models.effects import Direct, Edit, Effect, Post, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed
from models.events import CLOCK, CommandGiven, DeliverySettled, Event, FormSubmitted, MessagePosted, TimeCame
from models.message import (
    Answer,
    Block,
    Bullets,
    Button,
    Buttons,
    ChannelRef,
    Code,
    Fields,
    Form,
    FormField,
    Heading,
    Link,
    Mention,
    Message,
    MessageRef,
    Note,
    Paragraph,
    Quote,
    Strong,
    answer_from_json,
    answer_to_json,
    message,
    paragraph,
    text,
)

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)

words = st.text(max_size=40)
spans = st.one_of(
    words,
    st.builds(Mention, words, words),
    st.builds(ChannelRef, words, words),
    st.builds(MessageRef, words, words, words),
    st.builds(Link, words, words),
    st.builds(Strong, words),
    st.builds(Code, words),
)
lines = st.lists(spans, max_size=4).map(tuple)
blocks: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, words),
    st.builds(Paragraph, lines),
    st.builds(Bullets, st.lists(lines, max_size=3).map(tuple)),
    st.builds(Quote, words),
    st.builds(Fields, st.lists(st.tuples(words, lines), max_size=3).map(tuple)),
    st.builds(Note, lines),
    st.builds(Buttons, st.lists(st.builds(Button, words, words, words), max_size=3).map(tuple)),
)
messages = st.builds(Message, st.lists(blocks, max_size=4).map(tuple), words)


@given(
    st.one_of(
        st.builds(Post, words, messages, st.none() | words),
        st.builds(Direct, words, messages),
        st.builds(Edit, st.integers(min_value=1), messages),
        st.builds(React, words, words, words, st.booleans()),
        st.builds(Private, words, words, messages, st.just(NOW), st.none() | words),
        st.builds(Topic, words, words),
        st.builds(UserGroup, words, st.lists(words, max_size=3).map(tuple)),
    )
)
def test_an_effect_comes_back_from_the_store_as_it_was(effect: Effect) -> None:
    assert effects.from_json(json.loads(json.dumps(effects.to_json(effect)))) == effect


@pytest.mark.parametrize(
    "event",
    [
        MessagePosted(
            key="msg:C:1", platform="slack", at=NOW, channel="C", channel_name="sos", message="1", author="U", text="x"
        ),
        CommandGiven(
            key="act:1", platform="slack", at=NOW, name="oncall", text="next", user="U", channel="C", channel_name=None
        ),
        FormSubmitted(
            key="form:1", platform="local", at=NOW, form="handover", subject="7", user="bob", fields={"watch": "x"}
        ),
        TimeCame.of("request", "142:page", NOW),
        DeliverySettled(key="settled:1", platform=CLOCK, at=NOW, row=1, request=2, purpose="page", is_delivered=True),
    ],
    ids=lambda event: event.kind,
)
def test_an_event_comes_back_from_the_store_as_it_was(event: Event) -> None:
    assert events.from_json(json.loads(json.dumps(events.to_json(event)))) == event


@given(messages)
def test_an_answer_comes_back_from_the_store_as_it_was(reply: Message) -> None:
    form = Form("handover", "Handover", "Submit", (FormField("watch", "To watch", "text"),), "7", reply.blocks)
    for answer in (Answer(reply), Answer(form=form), Answer(errors={"watch": "too long"})):
        assert answer_from_json(json.loads(json.dumps(answer_to_json(answer)))) == answer


def test_a_due_instant_names_its_own_ledger_row() -> None:
    assert TimeCame.of("morning", "platform", NOW).key == "morning:platform:2026-11-23T17:00:00+00:00"


def test_an_edit_has_no_lane_of_its_own() -> None:
    with pytest.raises(ValueError, match="the row it names"):
        effects.lane(Edit(1, text("x")))


def test_lanes_are_channels_people_and_groups() -> None:
    said = text("x")
    assert effects.lane(Post("C1", said)) == effects.lane(React("C1", "1", "eyes")) == "C1"
    assert effects.lane(Direct("U1", said)) == "@U1"
    assert effects.lane(UserGroup("S1", ("U1",))) == "group:S1"


def test_the_plain_text_of_a_message_has_everything_but_its_buttons() -> None:
    said = message(
        paragraph(Mention("U1", "Bob"), ", see ", Link("https://x", "the page"), " and ", Code("/oncall")),
        Quote("a\nb"),
        Buttons((Button("ack", "I'm on it"),)),
    )
    assert said.plain() == "@Bob, see the page and /oncall\n> a\n> b"
    assert said.notification() == "@Bob, see the page and /oncall"


def test_what_is_not_there_leaves_no_trace() -> None:
    assert message(None, paragraph(None, "", "x")).blocks == (Paragraph(("x",)),)


def test_a_failed_delivery_says_what_may_be_done() -> None:
    failure = DeliveryFailed("ratelimited", retry_after=timedelta(seconds=3))
    assert (failure.permanent, failure.recipient, failure.unknown) == (False, False, False)
    assert failure.retry_after == timedelta(seconds=3)
