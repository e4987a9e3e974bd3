import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from structlog.testing import capture_logs

from bot.chat.slack.port import SlackChat
from models.events import ButtonPressed, CommandGiven, MessagePosted
from models.message import Answer, Button, Buttons, message, paragraph, text
from tests.bot.chat.slack_building import Recorder, chat_for, workspace
from tests.bot.chat.test_slack_connection import until
from tests.fakes.slack import FakeSlack, sign

BODY = '{"type":"event_callback","event":{"type":"app_home_opened"}}'


@contextmanager
def served(chat: SlackChat) -> Iterator[str]:
    """Serve a chat's endpoint on the loopback interface; gives its address."""
    app = FastAPI()
    app.include_router(chat.router())
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/slack/events"
    finally:
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def inbound() -> Recorder:
    return Recorder()


@pytest.fixture
def slack(inbound: Recorder) -> Iterator[FakeSlack]:
    with workspace() as fake:
        chat = chat_for(fake, mode="http", app_token="")
        chat.start(inbound)
        with served(chat) as url:
            fake.deliver_over_http(url)
            yield fake
        chat.stop()


def posted(slack: FakeSlack, body: str, *, secret: str = "", age: int = 0, sent: threading.Event | None = None) -> int:
    """Send a signed request, and give the status of its answer. sent: set once all of it is on its way."""
    stamp = str(int(slack.workspace.now()) - age)
    headers = sign(secret or slack.signing_secret, body, stamp) | {"Content-Type": "application/json"}

    def trace(name: str, _info: object) -> None:
        if sent is not None and name == "http11.send_request_body.complete":
            sent.set()

    with httpx.Client(timeout=30) as client:
        url = slack.courier.urls["events_api"]
        return client.post(url, content=body, headers=headers, extensions={"trace": trace}).status_code


def test_slack_verifies_the_address(slack: FakeSlack) -> None:
    delivery = slack.verify_url()
    slack.wait_for(lambda: delivery.is_over)

    assert delivery.answer in ({"challenge": "fake-challenge"}, {"text": "fake-challenge"})


def test_messages_commands_and_buttons_come_to_one_address(slack: FakeSlack, inbound: Recorder) -> None:
    row = message(paragraph("Take it?"), Buttons((Button("ack", "I'm on it", "7"),)))
    inbound.answer = lambda event: (
        Answer(reply=row) if isinstance(event, CommandGiven) else Answer(reply=text("Yours."))
    )
    slack.post("devops-sos", "amina", "down & out")
    response = slack.command("amina", "devops-sos", "/oncall", "next").response
    slack.press("amina", slack.ephemerals("amina")[0], "ack").wait()

    assert inbound.one(MessagePosted).text == "down & out"
    assert response["response_type"] == "ephemeral"
    assert inbound.one(ButtonPressed).value == "7"
    assert slack.wait_for(lambda: slack.ephemerals("amina")[1:])[0]["text"] == "Yours."


def test_an_event_that_could_not_be_kept_is_sent_again(slack: FakeSlack, inbound: Recorder) -> None:
    inbound.failures = 1
    slack.post("devops-sos", "amina", "down")
    delivery = slack.deliveries[-1]
    slack.wait_for(lambda: delivery.acked_at)

    assert [attempt.outcome for attempt in delivery.attempts] == ["http_error", "acknowledged"]
    assert len(inbound.received) == 1


def test_what_slack_sends_again_while_it_waits_is_taken_once_and_acknowledged_each_time(
    slack: FakeSlack, inbound: Recorder
) -> None:
    inbound.hold.clear()
    with ThreadPoolExecutor(3) as callers:
        first = callers.submit(posted, slack, event_of("Ev1", "down"))
        until(lambda: inbound.waiting == 1, 60)
        again = callers.submit(posted, slack, event_of("Ev1", "down"), sent=(sent := threading.Event()))
        assert sent.wait(60)
        other = callers.submit(posted, slack, event_of("Ev2", "slow"))
        until(lambda: inbound.waiting == 2, 60)
        inbound.hold.set()
        assert [one.result() for one in (first, again, other)] == [200, 200, 200]

    assert sorted(event.text for event in inbound.received if isinstance(event, MessagePosted)) == ["down", "slow"]


def event_of(event_id: str, words: str) -> str:
    message = {"type": "message", "channel": "C0SOS", "channel_type": "channel", "user": "U01", "text": words}
    return json.dumps(
        {"type": "event_callback", "event_id": event_id, "event": message | {"ts": f"{len(words)}.{event_id[2:]}"}}
    )


def test_an_unsigned_an_old_and_a_foreign_request_are_refused(slack: FakeSlack, inbound: Recorder) -> None:
    url = slack.courier.urls["events_api"]

    assert httpx.post(url, content=BODY).status_code == 401
    assert httpx.post(url, content=BODY, headers={"X-Slack-Request-Timestamp": "soon"}).status_code == 401
    assert posted(slack, BODY, secret="another") == 401
    with capture_logs() as logs:
        assert posted(slack, BODY, age=600) == 401
        assert posted(slack, BODY, age=-600) == 401  # from a clock that is ahead of ours
        told = [one["seconds"] for one in logs if one["event"] == "slack.clock_differs"]
        assert [round(seconds / 600) for seconds in told] == [1, -1]
    assert posted(slack, BODY) == 200
    assert inbound.received == []


@pytest.mark.parametrize("body", ["", "{", "[1]", "null", '{"type": 7}', '{"event": []}', '{"event": {"type": {}}}'])
def test_a_signed_body_of_another_shape_breaks_nothing(slack: FakeSlack, inbound: Recorder, body: str) -> None:
    assert posted(slack, body) in (200, 400)

    slack.post("devops-sos", "amina", "down")
    assert inbound.one(MessagePosted).text == "down"


def test_a_request_that_is_too_large_is_refused(slack: FakeSlack) -> None:
    assert posted(slack, "x" * 1_000_001) == 413


def test_until_the_bot_knows_who_it_is_slack_is_asked_to_come_again() -> None:
    with workspace() as slack:
        chat = chat_for(slack, mode="http")
        with served(chat) as url:
            slack.deliver_over_http(url)

            assert posted(slack, BODY) == 503
