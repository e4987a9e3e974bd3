import json
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.error import URLError

import pytest
import websocket
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack, Fault, Rates, Schedule
from tests.fakes.slack.trials import (
    QUICK,
    client_of,
    error_of,
    peopled,
    wire,
)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with peopled(rates=Rates(is_on=False), schedule=QUICK) as fake:
        yield fake


def test_a_channel_takes_a_short_burst_and_then_one_post_a_second() -> None:
    now = [0.0]
    with peopled(rates=Rates(burst=2, clock=lambda: now[0])) as slack:
        client = client_of(slack)
        slack.channel("other", channel_id="C0OTHER")
        for _ in range(2):
            client.chat_postMessage(channel="C0SOS", text="x")
        with pytest.raises(SlackApiError) as refusal:
            client.chat_postMessage(channel="C0SOS", text="x")
        client.chat_postMessage(channel="C0OTHER", text="x")
        now[0] += 1.0
        client.chat_postMessage(channel="C0SOS", text="x")
    assert refusal.value.response.status_code == 429
    assert refusal.value.response.headers["retry-after"] == "1"


def test_a_method_is_held_to_its_tier() -> None:
    with peopled(rates=Rates(clock=lambda: 0.0)) as slack:
        for _ in range(20):
            client_of(slack).conversations_list()
        assert error_of(client_of(slack).conversations_list) == "ratelimited"


def test_faults_are_met_as_often_as_planned(slack: FakeSlack) -> None:
    client = client_of(slack)
    slack.fail("chat.postMessage", Fault.RATE_LIMITED, retry_after=7)
    slack.fail("chat.postMessage", Fault.SERVER_ERROR)
    slack.fail("chat.postMessage", "fatal_error", times=2)
    errors = [error_of(client.chat_postMessage, channel="C0SOS", text="x") for _ in range(4)]
    client.chat_postMessage(channel="C0SOS", text="x")
    assert errors == ["ratelimited", "internal_error", "fatal_error", "fatal_error"]
    assert [one.status for one in slack.calls_to("chat.postMessage")] == [429, 500, 200, 200, 200]


def test_a_lost_answer_leaves_the_message_posted(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", Fault.LOSE_ANSWER)
    with pytest.raises((URLError, ConnectionError)):
        client_of(slack).chat_postMessage(channel="C0SOS", text="x")
    assert len(slack.messages("devops-sos")) == 1


def test_a_call_that_is_cut_or_hangs_does_nothing(slack: FakeSlack) -> None:
    slack.fail("chat.postMessage", Fault.CUT)
    slack.fail("chat.postMessage", Fault.HANG)
    with pytest.raises((URLError, ConnectionError)):
        client_of(slack).chat_postMessage(channel="C0SOS", text="x")
    with pytest.raises((URLError, TimeoutError)):
        client_of(slack, timeout=1).chat_postMessage(channel="C0SOS", text="x")
    assert slack.messages("devops-sos") == []


def test_while_the_platform_is_away_nothing_is_answered(slack: FakeSlack) -> None:
    with slack.away(), pytest.raises((URLError, ConnectionError)):
        client_of(slack).auth_test()
    client_of(slack).auth_test()


def test_while_the_platform_is_away_events_wait_and_come_afterwards() -> None:
    with peopled(schedule=Schedule(retry_delays=(60.0,))) as slack:
        with slack.away():
            slack.post("devops-sos", "amina", "hello")
        with wire(slack) as line:
            assert json.loads(line.recv())["payload"]["event"]["text"] == "hello"


def test_an_event_can_come_twice_under_different_ids(slack: FakeSlack) -> None:
    with wire(slack) as line:
        slack.post("devops-sos", "amina", "hello")
        slack.redeliver(slack.last_delivery(type="message"), new_event_id=True)
        first, second = json.loads(line.recv()), json.loads(line.recv())
    assert first["payload"]["event"] == second["payload"]["event"]
    assert first["payload"]["event_id"] != second["payload"]["event_id"]


def test_an_eleventh_connection_is_turned_away(slack: FakeSlack) -> None:
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(wire(slack))
        slack.wait_connected(10)
        url = str(client_of(slack).apps_connections_open(app_token=slack.app_token)["url"])
        line = websocket.create_connection(url, timeout=3)
        assert json.loads(line.recv())["reason"] == "too_many_websockets"
        line.close()
