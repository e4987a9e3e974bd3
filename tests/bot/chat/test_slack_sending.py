import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse
from structlog.testing import capture_logs

from bot.chat.port import Remote
from bot.chat.slack import pictures
from bot.chat.slack.port import SlackChat
from bot.chat.slack.sending import Sender
from models.chart import Chart, Series
from models.effects import Direct, Edit, Effect, Post, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed
from models.message import Bullets, Button, Buttons, Mention, MessageRef, message, paragraph, text
from tests.bot.chat.slack_building import NOW, Recorder, chat_for, running, workspace
from tests.fakes.slack import FakeSlack, Fault

HELLO = text("hello")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
POST = Post("C0SOS", HELLO)


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[FakeSlack, SlackChat]]:
    with workspace() as fake, running(fake, Recorder()) as chat:
        yield fake, chat


@pytest.fixture
def slack(pair: tuple[FakeSlack, SlackChat]) -> Iterator[FakeSlack]:
    yield pair[0]
    pair[0].heal()


@pytest.fixture
def chat(pair: tuple[FakeSlack, SlackChat]) -> SlackChat:
    return pair[1]


def failed(chat: SlackChat, effect: Effect, target: Remote | None = None) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        chat.perform(effect, "key", target)
    return caught.value


def test_a_post_goes_into_its_thread_with_its_key_and_pings(slack: FakeSlack, chat: SlackChat) -> None:
    root = slack.post("devops-sos", "bob", "down")
    said = message(paragraph(Mention("U01"), " see ", MessageRef("C0SOS", root, "#7"), " <!channel> @here"))

    remote = chat.perform(Post("C0SOS", said, root), "k1")

    reply = slack.thread(root)[0]
    assert remote == Remote("C0SOS", reply["ts"])
    assert slack.pinged(reply) == {"U01"}
    assert f"https://example.slack.com/archives/C0SOS/p{root.replace('.', '')}" in str(reply["blocks"])
    sent = slack.calls_to("chat.postMessage")[-1].args
    assert (sent["unfurl_links"], sent["parse"], sent["link_names"]) in [(False, "none", False), ("0", "none", "0")]
    assert reply["metadata"] == {"event_type": "watchbill", "event_payload": {"key": "k1"}}


CHART = Chart("Requests", ("2 Nov", ""), (Series("urgent", (1, 2)),), "3 urgent requests")


def newest(slack: FakeSlack) -> tuple[str, list[dict[str, Any]]]:
    """Give the key of the newest message in sos, and the pictures that it shows."""
    message = slack.messages("devops-sos")[-1]
    return message["metadata"]["event_payload"]["key"], [one for one in message["blocks"] if one["type"] == "image"]


def test_a_picture_is_shown_by_the_message_itself_with_its_words(slack: FakeSlack, chat: SlackChat) -> None:
    chat.perform(Post("C0SOS", HELLO, picture=CHART), "p1")
    key, (image,) = newest(slack)
    assert (key, image["alt_text"]) == ("p1", "3 urgent requests")
    file = slack.workspace.files[image["slack_file"]["id"]]
    assert (file.title, file.alt, file.content[:4]) == ("Requests", "3 urgent requests", b"\x89PNG")


def test_a_picture_that_is_not_processed_yet_is_shown_a_moment_later(slack: FakeSlack, chat: SlackChat) -> None:
    slack.workspace.files_process_for = 1
    chat.perform(Post("C0SOS", HELLO, picture=CHART), "p2")
    assert (newest(slack)[0], len(newest(slack)[1])) == ("p2", 1)


def test_without_the_scope_the_words_come_alone(slack: FakeSlack, chat: SlackChat) -> None:
    slack.workspace.scopes.discard("files:write")
    chat.perform(Post("C0SOS", HELLO, picture=CHART), "p3")
    slack.workspace.scopes.add("files:write")
    assert newest(slack) == ("p3", [])


def test_a_picture_that_is_never_processed_is_left_out(slack: FakeSlack) -> None:
    client = WebClient(slack.bot_token, base_url=slack.base_url, retry_handlers=[])
    waited: list[float] = []
    tried: list[list[dict[str, Any]]] = []

    def post(more: list[dict[str, Any]]) -> SlackResponse:
        tried.append(more)
        return client.chat_postMessage(channel="C0SOS", text="words", blocks=more or None)

    slack.workspace.files_process_for = len(pictures.WAITS)
    answer = pictures.post_with(client, CHART, post, waited.append)
    assert answer["channel"] == "C0SOS"
    assert (tuple(waited), [len(more) for more in tried]) == (pictures.WAITS, [1, 1, 1, 1, 0])


def test_a_direct_message_opens_its_conversation_once(slack: FakeSlack, chat: SlackChat) -> None:
    before = len(slack.calls_to("conversations.open"))
    remote = chat.perform(Direct("U02", HELLO), "k2")
    chat.perform(Direct("U02", HELLO), "k3")

    assert slack.dms("bob")[0]["ts"] == remote.message
    assert len(slack.calls_to("conversations.open")) == before + 1


def test_an_edit_changes_its_post(slack: FakeSlack, chat: SlackChat) -> None:
    remote = chat.perform(POST, "k4")

    assert chat.perform(Edit(1, text("goodbye")), "k5", remote) == remote
    assert remote.message is not None
    edited = slack.find(remote.message)[1]
    assert (edited["text"], edited["blocks"][0]["text"]["text"]) == ("goodbye", "goodbye")


def test_a_message_that_slack_refuses_for_its_length_is_said_shorter_with_its_buttons(
    slack: FakeSlack, chat: SlackChat
) -> None:
    said = message(Bullets((("x" * 80,),) * 200), Buttons((Button("ack", "I'm on it", "7"),)))
    slack.fail("chat.postMessage", "msg_blocks_too_long")
    remote = chat.perform(Post("C0SOS", said), "long")
    slack.fail("chat.update", "msg_too_long")
    chat.perform(Edit(1, said), "long-edit", remote)

    posted = slack.messages("devops-sos")[-1]
    assert len(str(posted["blocks"])) < 5_000
    assert posted["blocks"][-1]["elements"][0]["action_id"] == "ack"
    assert len(slack.calls_to("chat.update")[-2].args["blocks"]) > len(posted["blocks"])


def test_a_page_whose_blocks_slack_refuses_goes_out_in_words_and_pings(slack: FakeSlack, chat: SlackChat) -> None:
    said = message(paragraph("Look: ", Mention("U01"), " <!here>"), Buttons((Button("ack", "I'm on it", "7"),)))
    slack.fail("chat.postMessage", "invalid_blocks")
    with capture_logs() as logs:
        chat.perform(Post("C0SOS", said), "unfit")

    posted = slack.messages("devops-sos")[-1]
    assert posted["text"] == "Look: <@U01> &lt;!here&gt;"
    assert slack.pinged(posted) == {"U01"}
    assert [one["log_level"] for one in logs if one["event"] == "slack.blocks_refused"] == ["error"]


def test_an_edit_without_a_post_is_a_permanent_failure(chat: SlackChat) -> None:
    assert failed(chat, Edit(1, HELLO)).permanent


def test_a_reaction_is_a_state_and_not_an_act(slack: FakeSlack, chat: SlackChat) -> None:
    ts = slack.post("devops-sos", "bob", "down")
    for is_wanted in (True, True, False, False):
        chat.perform(React("C0SOS", ts, "eyes", is_wanted), "k")
        assert bool(slack.reactions(ts)) == is_wanted


def test_a_private_message_is_seen_by_one_person(slack: FakeSlack, chat: SlackChat) -> None:
    chat.perform(Private("C0SOS", "U02", text("for you"), NOW), "k6")

    assert slack.ephemerals("bob")[-1]["text"] == "for you"


def test_a_topic_is_set_only_where_it_differs(slack: FakeSlack, chat: SlackChat) -> None:
    before = len(slack.calls_to("conversations.setTopic"))
    for _ in range(2):
        chat.perform(Topic("C0SOS", "On call: Amina & Bob"), "k7")

    assert slack.workspace.channels["C0SOS"].topic == "On call: Amina & Bob"
    assert len(slack.calls_to("conversations.setTopic")) == before + 1


def test_a_user_group_gets_its_members_and_is_never_emptied(slack: FakeSlack, chat: SlackChat) -> None:
    group = slack.usergroup("oncall", ["amina"])
    before = len(slack.calls_to("usergroups.users.update"))
    for _ in range(2):
        chat.perform(UserGroup(group.id, ("U02",)), "k8")

    assert group.users == ["U02"]
    assert len(slack.calls_to("usergroups.users.update")) == before + 1
    assert failed(chat, UserGroup(group.id, ())).permanent


def test_when_slack_asks_to_wait_it_is_told_how_long(slack: FakeSlack, chat: SlackChat) -> None:
    slack.fail("chat.postMessage", Fault.RATE_LIMITED, retry_after=7)

    failure = failed(chat, POST)

    assert (failure.retry_after, failure.permanent, failure.unknown) == (timedelta(seconds=7), False, False)


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.CUT, Fault.LOSE_ANSWER, Fault.NOT_JSON])
def test_a_lost_answer_leaves_a_post_in_doubt(slack: FakeSlack, chat: SlackChat, fault: str) -> None:
    calls = len(slack.calls_to("chat.postMessage"))
    slack.fail("chat.postMessage", fault)

    failure = failed(chat, POST)

    assert (failure.unknown, failure.permanent, failure.retry_after) == (True, False, None)
    assert len(slack.calls_to("chat.postMessage")) == calls + 1


def test_a_call_that_hangs_is_given_up_in_doubt(slack: FakeSlack) -> None:
    client = WebClient(slack.bot_token, base_url=slack.base_url, retry_handlers=[], timeout=1)
    slack.fail("chat.postMessage", Fault.HANG)

    with pytest.raises(DeliveryFailed) as caught:
        Sender(client, client, lambda: "").perform(POST, "key", None)

    assert caught.value.unknown


def test_however_slack_asks_to_go_slower_a_post_is_not_given_up_and_does_not_wait_for_days(
    slack: FakeSlack, chat: SlackChat
) -> None:
    slack.fail("chat.postMessage", Fault.RATE_LIMITED, retry_after=10**9)
    slack.fail("chat.postMessage", "rate_limited")
    waits = [failed(chat, POST) for _ in range(2)]

    assert [(one.permanent, one.unknown) for one in waits] == [(False, False)] * 2
    assert [one.retry_after for one in waits] == [timedelta(minutes=10), None]


def test_an_edit_is_never_in_doubt_because_it_can_be_done_twice(slack: FakeSlack, chat: SlackChat) -> None:
    remote = chat.perform(POST, "k9")
    slack.fail("chat.update", Fault.LOSE_ANSWER)

    assert not failed(chat, Edit(1, HELLO), remote).unknown


@pytest.mark.parametrize(
    "error", ["channel_not_found", "is_archived", "not_in_channel", "restricted_action", "brand_new"]
)
def test_a_refusal_is_permanent(slack: FakeSlack, chat: SlackChat, error: str) -> None:
    slack.fail("chat.postMessage", error)

    failure = failed(chat, POST)

    assert (failure.permanent, failure.recipient) == (True, False)
    assert error in str(failure)


def test_somebody_who_was_deactivated_is_the_recipients_fault(slack: FakeSlack, chat: SlackChat) -> None:
    slack.user("U09", name="gone")
    chat.perform(Direct("U09", HELLO), "k10")
    slack.deactivate("gone")

    first, second = failed(chat, Direct("U09", HELLO)), failed(chat, Direct("U09", HELLO))

    assert all(one.permanent and one.recipient for one in (first, second))


def test_a_refused_token_is_retried_slowly_and_told_by_its_health(slack: FakeSlack, chat: SlackChat) -> None:
    slack.refuse_tokens("token_revoked")
    failure = failed(chat, POST)
    is_healthy = chat.is_healthy()
    slack.accept_tokens()

    assert (failure.permanent, failure.unknown) == (False, False)
    assert failure.retry_after is not None
    assert failure.retry_after >= timedelta(seconds=30)
    assert not is_healthy
    chat.perform(POST, "k11")
    assert chat.is_healthy()


def test_a_token_that_is_good_again_is_noticed_though_there_is_nothing_to_send(
    slack: FakeSlack, chat: SlackChat
) -> None:
    slack.refuse_tokens("token_expired")
    failed(chat, POST)
    slack.accept_tokens()
    end = time.monotonic() + 40
    while not chat.is_healthy():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_platform_that_is_not_there_leaves_no_doubt() -> None:
    with workspace() as slack:
        chat = chat_for(slack)

    failure = failed(chat, POST)

    assert (failure.permanent, failure.unknown) == (False, False)


def test_a_post_whose_answer_was_lost_is_found_by_its_key(slack: FakeSlack, chat: SlackChat) -> None:
    root = slack.post("devops-sos", "bob", "down")
    efforts: list[Effect] = [POST, Post("C0SOS", HELLO, root), Direct("U02", HELLO)]
    for number, effect in enumerate(efforts):
        slack.fail("chat.postMessage", Fault.LOSE_ANSWER)
        with pytest.raises(DeliveryFailed):
            chat.perform(effect, f"lost-{number}")

        found = chat.find(effect, f"lost-{number}", LONG_AGO)

        assert found is not None
        assert found.message is not None
        assert slack.find(found.message)[1]["text"] == "hello"
        assert chat.find(effect, "never-sent", LONG_AGO) is None


def test_a_post_is_found_behind_pages_of_others_whatever_the_clocks_say(slack: FakeSlack, chat: SlackChat) -> None:
    slack.channel("busy", members=["bob"], channel_id="C0BUSY")
    sent = chat.perform(Post("C0BUSY", HELLO), "behind")
    with slack.silence():
        for number in range(150):
            slack.post("busy", "bob", str(number))

    assert chat.find(Post("C0BUSY", HELLO), "behind", datetime(2090, 1, 1, tzinfo=UTC)) == sent


def test_where_nothing_can_be_looked_for_nothing_is_found(slack: FakeSlack, chat: SlackChat) -> None:
    slack.fail("conversations.history", "missing_scope")

    assert chat.find(POST, "x", LONG_AGO) is None
    assert chat.find(Private("C0SOS", "U02", HELLO, NOW), "x", LONG_AGO) is None


def test_a_search_that_fails_is_no_answer(slack: FakeSlack, chat: SlackChat) -> None:
    slack.fail("conversations.history", Fault.UNAVAILABLE)

    with pytest.raises(DeliveryFailed):
        chat.find(POST, "x", LONG_AGO)


def test_a_channel_gets_one_message_a_second_and_the_rest_has_budgets_of_its_own(chat: SlackChat) -> None:
    effects: list[Effect] = [
        POST,
        Direct("U01", HELLO),
        Private("C0SOS", "U01", HELLO, NOW),
        Edit(1, HELLO),
        React("C0SOS", "1.0", "eyes"),
        Topic("C0SOS", "x"),
        UserGroup("S1", ("U01",)),
    ]

    buckets = [[pace.bucket for pace in chat.paces(effect)] for effect in effects]

    assert buckets[:3] == [["lane"]] * 3
    assert len({bucket for (bucket,) in buckets}) == 5
