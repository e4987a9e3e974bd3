"""What the tests of the fake share: a small workspace, real clients, a bare websocket."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import websocket
from slack_bolt import App
from slack_bolt.adapter.socket_mode.base_handler import BaseSocketModeHandler
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack, Json, Schedule

QUICK = Schedule(ack_within=0.3, retry_delays=(0.0, 0.05, 0.1))
CLIENT_PATIENCE = 60.0  # the library sometimes watches a closed socket for ten seconds before it reconnects
BUTTON: Json = {"type": "button", "action_id": "ack", "text": {"type": "plain_text", "text": "I'm on it"}, "value": "7"}
ACTIONS: list[Json] = [{"type": "actions", "block_id": "row", "elements": [BUTTON]}]
FIELD: Json = {"type": "plain_text_input", "action_id": "typed", "max_length": 20}
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Handover"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {"type": "input", "block_id": "note", "label": {"type": "plain_text", "text": "Note"}, "element": FIELD}
    ],
}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@contextmanager
def peopled(**settings: Any) -> Iterator[FakeSlack]:
    with FakeSlack(**settings) as fake:
        fake.user("U01", name="amina")
        fake.user("U02", name="bob")
        fake.channel("devops-sos", members=["amina", "bob"], channel_id="C0SOS")
        yield fake


def client_of(slack: FakeSlack, token: str = "", timeout: int = 5) -> WebClient:
    return WebClient(token or slack.bot_token, base_url=slack.base_url, retry_handlers=[], timeout=timeout)


def error_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        call(**arguments)
    return str(refusal.value.response["error"])


def new_app(slack: FakeSlack) -> App:
    return App(client=client_of(slack), signing_secret=slack.signing_secret, process_before_response=True)


@contextmanager
def connected(
    slack: FakeSlack, app: App, handler_of: Callable[..., BaseSocketModeHandler] = SocketModeHandler
) -> Iterator[App]:
    """Run a real Bolt app over the fake's websocket; its slow close is not waited for."""
    handler = handler_of(app, slack.app_token, ping_interval=0.2)
    before = len(slack.courier.connections)
    handler.connect()  # type: ignore[no-untyped-call]
    slack.wait_connected(before + 1)
    try:
        yield app
    finally:
        threading.Thread(target=handler.close).start()


@contextmanager
def wire(slack: FakeSlack) -> Iterator[websocket.WebSocket]:
    """Give a bare websocket that has read its hello."""
    url = str(client_of(slack).apps_connections_open(app_token=slack.app_token)["url"])
    line = websocket.create_connection(url, timeout=3)
    assert json.loads(line.recv())["type"] == "hello"
    slack.wait_connected()
    try:
        yield line
    finally:
        line.close()


def acknowledge(line: websocket.WebSocket, frame: Json, payload: Json | None = None) -> None:
    line.send(json.dumps({"envelope_id": frame["envelope_id"]} | ({"payload": payload} if payload else {})))
