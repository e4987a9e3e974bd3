from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack, Fault, Json, Rates, Schedule


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with FakeSlack(rates=Rates(is_on=False), schedule=Schedule(ack_within=0.4, retry_delays=(0.0, 0.1, 0.2))) as fake:
        fake.user("U01", name="amina")
        fake.user("U02", name="bob")
        fake.channel("devops-sos", members=["amina", "bob"], channel_id="C0SOS")
        yield fake


def client_of(slack: FakeSlack, timeout: int = 5) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.base_url, retry_handlers=[], timeout=timeout)


def error_of(call: Any, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        call(**arguments)
    return str(refusal.value.response["error"])


@contextmanager
def bot(slack: FakeSlack, app: App | None = None) -> Iterator[App]:
    """Run a real Bolt app over the fake's websocket; without one of your own, it acknowledges messages."""
    app = app or new_app(slack)
    handler = SocketModeHandler(app, slack.app_token, ping_interval=0.2)
    handler.connect()
    slack.wait_connected()
    try:
        yield app
    finally:
        handler.close()


def new_app(slack: FakeSlack) -> App:
    return App(client=client_of(slack), signing_secret=slack.signing_secret, process_before_response=True)


def test_a_message_reaches_a_bolt_app_and_is_acknowledged(slack: FakeSlack) -> None:
    app, seen = new_app(slack), []
    app.event("message")(lambda event: seen.append(event))
    with bot(slack, app):
        ts = slack.post("devops-sos", "amina", "prod is <down> & out, @bob")
        slack.wait_quiet()
    assert [one["ts"] for one in seen] == [ts]
    assert seen[0]["text"] == "prod is &lt;down&gt; &amp; out, <@U02>"
    assert slack.acks[0].latency < 1
