"""What is owed to Rocket.Chat, and what becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from bot.chat.port import Remote
from bot.chat.rocketchat.port import RocketChatChat
from models.effects import Direct, Edit, Post, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed
from models.message import Button, Buttons, Mention, Message, message, paragraph, text
from tests.bot.chat.rocketchat_building import Recorder, running, workspace
from tests.bot.chat.slack_building import NOW
from tests.fakes.rocketchat import FakeRocketChat
from tests.fakes.rocketchat.fake import LOSE, NOT_JSON, SERVER_ERROR

SOS = "R-devops-sos"
KEY = "0123456789abcdef01234567"


@contextmanager
def sending(**settings: object) -> Iterator[tuple[FakeRocketChat, RocketChatChat]]:
    with workspace(**settings) as fake, running(fake, Recorder()) as chat:
        yield fake, chat


def page(said: str = "Look at #7, ") -> Message:
    row = Buttons((Button("ack", "I'm on it", "7", "primary"), Button("resolve", "Resolved", "7")))
    return message(paragraph(said, Mention("bob", "Bob")), row)


def test_a_post_carries_our_own_id_its_thread_and_buttons_that_say_short_commands() -> None:
    with sending() as (fake, chat):
        root = fake.post("devops-sos", "amina", "down")
        remote = chat.perform(Post(SOS, page(), root), KEY)
        (posted,) = fake.thread(root)

        assert remote == Remote(SOS, KEY)
        assert (posted["_id"], posted["msg"]) == (KEY, "Look at #7, @bob")
        (attachment,) = posted["attachments"]
        assert [(one["text"], one["msg"]) for one in attachment["actions"]] == [
            ("I'm on it", "!ack 7"),
            ("Resolved", "!resolve 7"),
        ]


def test_where_a_server_takes_less_than_most_a_page_comes_shorter() -> None:
    with sending() as (fake, chat):
        fake.workspace.max_size = 500
        remote = chat.perform(Post(SOS, page("x" * 3_000)), KEY)
        (posted,) = fake.messages("devops-sos")
        chat.perform(Edit(1, page("y" * 3_000)), "key2", remote)

        assert len(posted["attachments"][-1]["actions"]) == 2
        assert posted["msg"].startswith("yyy")
        assert posted["msg"].endswith("…")


def test_a_post_whose_answer_was_lost_is_found_by_its_id_and_never_posted_twice() -> None:
    with sending() as (fake, chat):
        fake.fail("chat.sendMessage", LOSE)
        with pytest.raises(DeliveryFailed) as failed:
            chat.perform(Post(SOS, text("down")), KEY)
        assert failed.value.unknown

        assert chat.find(Post(SOS, text("down")), KEY, NOW) == Remote(SOS, KEY)
        assert chat.perform(Post(SOS, text("down")), KEY) == Remote(SOS, KEY)
        assert len(fake.messages("devops-sos")) == 1


def test_a_post_that_never_came_to_be_is_not_found() -> None:
    with sending() as (_, chat):
        assert chat.find(Post(SOS, text("down")), KEY, NOW) is None


def test_an_edit_changes_the_text_and_a_reaction_is_a_state() -> None:
    with sending() as (fake, chat):
        remote = chat.perform(Post(SOS, page()), KEY)
        chat.perform(Edit(1, text("Bob is on it")), "e", remote)
        for wanted in (True, True, False, False, True):
            chat.perform(React(SOS, KEY, "ticket", is_wanted=wanted), "r")
        (posted,) = fake.messages("devops-sos")

        assert posted["msg"] == "Bob is on it"
        assert posted["reactions"] == {":ticket:": {"usernames": ["watchbill"]}}


def test_what_only_one_person_shall_see_goes_to_their_direct_conversation_opened_once() -> None:
    with sending() as (fake, chat):
        chat.perform(Direct("bob", text("your turn")), KEY)
        chat.perform(Private(SOS, "bob", text("for you"), NOW), KEY[::-1])

        assert [one["msg"] for one in fake.dms("bob")] == ["your turn", "for you"]
        assert len(fake.calls("im.create")) == 1


def test_a_topic_is_set_where_it_differs_by_the_method_of_its_kind_of_room() -> None:
    with sending() as (fake, chat):
        fake.workspace.permissions["edit-room"].append("bot")
        for _ in range(2):
            chat.perform(Topic(SOS, "On call: Bob"), KEY)
            chat.perform(Topic("R-devops-secret", "On call: Bob"), KEY)

        assert fake.named("devops-sos").topic == fake.named("devops-secret").topic == "On call: Bob"
        assert len(fake.calls("channels.setTopic")) == len(fake.calls("groups.setTopic")) == 1


@pytest.mark.parametrize(
    ("effect", "is_recipients"),
    [
        (Direct("nobody", text("x")), True),
        (Post("R-unknown", text("x")), False),
        (React(SOS, "no-such-message", "eyes"), False),
        (Topic(SOS, "not allowed"), False),
        (UserGroup("oncall", ("bob",)), False),
    ],
    ids=["nobody", "no room", "no message", "no permission", "no groups"],
)
def test_what_is_refused_for_good_is_told_as_that(effect: Direct | Post | React, is_recipients: bool) -> None:
    with sending() as (_, chat), pytest.raises(DeliveryFailed) as failed:
        chat.perform(effect, KEY)

    assert (failed.value.permanent, failed.value.recipient) == (True, is_recipients)


def test_a_limit_is_waited_for_as_long_as_the_server_says_by_its_own_clock() -> None:
    ten_minutes_ahead = timedelta(minutes=10)
    with sending(limit=10, bypass=False, now=lambda: NOW + ten_minutes_ahead) as (_, chat):
        for number in range(10):
            chat.perform(Post(SOS, text("x")), f"key{number}")
        with pytest.raises(DeliveryFailed) as failed:
            chat.perform(Post(SOS, text("x")), "key10")

        assert failed.value.retry_after is not None
        assert timedelta(seconds=50) < failed.value.retry_after <= timedelta(seconds=62)


def test_calls_are_spread_where_the_server_limits_them_and_not_where_the_bot_may_pass() -> None:
    with sending(limit=10, bypass=False) as (_, limited):
        limited.perform(Post(SOS, text("x")), KEY)
        paces = limited.paces(Post(SOS, text("x")))
        assert [(one.interval.total_seconds(), one.burst) for one in paces if one.bucket != "lane"] == [(6.0, 10)]
    with sending() as (_, free):
        free.perform(Post(SOS, text("x")), KEY)
        assert [one.bucket for one in free.paces(Post(SOS, text("x")))] == ["lane"]


@pytest.mark.parametrize("fault", [SERVER_ERROR, NOT_JSON])
def test_a_server_that_answers_nonsense_is_away(fault: str) -> None:
    with sending() as (fake, chat):
        fake.fail("chat.sendMessage", fault)
        with pytest.raises(DeliveryFailed) as failed:
            chat.perform(Post(SOS, text("x")), KEY)

    assert (failed.value.permanent, failed.value.unknown) == (False, True)


def test_a_message_longer_than_the_server_takes_is_cut() -> None:
    with sending() as (fake, chat):
        chat.perform(Post(SOS, text("x" * 20_000)), KEY)
        (posted,) = fake.messages("devops-sos")

        assert len(posted["msg"]) < 5_000
        assert posted["msg"].endswith("…")
