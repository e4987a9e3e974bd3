import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode import SocketModeHandler as OwnClient

from tests.fakes.slack import FakeSlack, Json, Rates, Schedule
from tests.fakes.slack.trials import (
    CLIENT_PATIENCE,
    QUICK,
    acknowledge,
    connected,
    new_app,
    peopled,
    wire,
)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with peopled(rates=Rates(is_on=False), schedule=QUICK) as fake:
        yield fake


def test_a_message_reaches_a_bolt_app_and_is_acknowledged() -> None:
    with peopled(rates=Rates(is_on=False)) as slack:
        app = new_app(slack)
        seen: list[Json] = []

        @app.event("message")
        def keep(event: Json) -> None:
            seen.append(event)

        with connected(slack, app):
            sent = [slack.post("devops-sos", "amina", "hello")]
            slack.wait_quiet()  # the library's threads have begun then
            sent.append(slack.post("devops-sos", "amina", "prod is <down> & out, @bob <!channel>"))
            slack.wait_quiet()
    assert [one["ts"] for one in seen] == sent
    assert seen[1]["text"] == "prod is &lt;down&gt; &amp; out, <@U02> &lt;!channel&gt;"
    assert slack.acks[1].latency < 1


def test_an_event_whose_listener_fails_comes_again_marked_as_a_retry(slack: FakeSlack) -> None:
    app = new_app(slack)
    tries: list[Any] = []

    @app.event("message")
    def fail_once(request: BoltRequest) -> None:
        tries.append(request.headers.get("x-slack-retry-num"))
        assert len(tries) > 1, "the first try fails"

    with connected(slack, app):
        slack.post("devops-sos", "amina", "hello")
        slack.wait_for(lambda: slack.acks)
    assert tries == [["0"], ["1"]]


def test_a_retry_has_the_same_event_under_a_new_envelope(slack: FakeSlack) -> None:
    with wire(slack) as line:
        slack.post("devops-sos", "amina", "hello")
        first, second = json.loads(line.recv()), json.loads(line.recv())
        acknowledge(line, second)
        slack.wait_quiet()
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["envelope_id"] != second["envelope_id"]
    assert (first["retry_attempt"], second["retry_attempt"], second["retry_reason"]) == (0, 1, "timeout")


def test_an_event_without_a_connection_comes_on_the_next_one() -> None:
    with peopled(schedule=Schedule(retry_delays=(60.0,))) as slack:
        ts = slack.post("devops-sos", "amina", "is anybody there?")
        with wire(slack) as line:
            frame = json.loads(line.recv())
    assert frame["payload"]["event"]["ts"] == ts
    assert frame["retry_attempt"] == 1


def test_an_unacknowledged_event_of_a_cut_connection_comes_on_the_next_one() -> None:
    with peopled(schedule=Schedule(retry_delays=(60.0,))) as slack:
        with wire(slack) as line:
            ts = slack.post("devops-sos", "amina", "hello")
            line.recv()
            slack.cut_websockets()
            slack.wait_for(lambda: not slack.courier.connections)
        with wire(slack) as line:
            assert json.loads(line.recv())["payload"]["event"]["ts"] == ts


def test_slack_gives_up_an_event_after_its_last_retry(slack: FakeSlack) -> None:
    with wire(slack):
        slack.post("devops-sos", "amina", "hello")
        slack.wait_quiet()
    assert slack.deliveries[-1].failure == "timeout"
    assert len(slack.deliveries[-1].attempts) == 4


def test_two_connections_take_turns(slack: FakeSlack) -> None:
    with wire(slack) as one, wire(slack) as other:
        for _ in range(4):
            slack.post("devops-sos", "amina", "hello")
        got = [json.loads(line.recv()) for line in (one, other, one, other)]
        for line, frame in zip((one, other, one, other), got, strict=True):
            acknowledge(line, frame)
        slack.wait_quiet()
    assert sorted(ack.connection for ack in slack.acks) == [1, 1, 2, 2]


def test_a_bolt_app_reconnects_after_a_disconnect_frame_and_after_a_cut(slack: FakeSlack) -> None:
    app = new_app(slack)
    app.event("message")(lambda: None)
    with connected(slack, app, OwnClient):  # websocket-client's forgets an open socket where two reasons to dial meet
        slack.ask_to_reconnect(close_after=0.05)
        slack.wait_for(lambda: slack.courier.opened > 1, CLIENT_PATIENCE)
        opened = slack.courier.opened
        slack.cut_websockets()
        slack.wait_for(lambda: slack.courier.opened > opened, CLIENT_PATIENCE)
        slack.post("devops-sos", "amina", "still there?")
        slack.wait_for(lambda: slack.acks, CLIENT_PATIENCE)


def test_a_burst_is_delivered_whole_and_every_acknowledgement_is_timed() -> None:
    with peopled(schedule=Schedule(ack_within=30)) as slack:
        app = new_app(slack)
        app.event("message")(lambda: None)
        with connected(slack, app):
            with slack.at_once():
                for number in range(1000):
                    slack.post("devops-sos", "amina", f"message {number}")
            slack.wait_quiet(60)
    assert len(slack.acks) == 1000
    assert max(ack.since_queued for ack in slack.acks) < 20
    assert all(0 < ack.latency <= ack.since_queued for ack in slack.acks)


def test_the_bot_hears_nothing_from_where_it_is_not_nor_what_it_may_not_see() -> None:
    with peopled(scopes=["chat:write", "channels:history"], events=["message.channels", "reaction_added"]) as slack:
        slack.channel("elsewhere", members=["amina"], with_bot=False)
        slack.channel("private", members=["amina"], private=True)
        slack.post("elsewhere", "amina", "one")
        slack.post("private", "amina", "two")
        slack.react("amina", slack.post("devops-sos", "amina", "three"), "eyes")
        with slack.silence():
            slack.post("devops-sos", "amina", "four")
        assert [one.payload["event"]["text"] for one in slack.deliveries] == ["three"]
        assert [one["text"] for one in slack.messages("devops-sos")] == ["three", "four"]


def test_edits_deletions_and_previews_are_told_apart(slack: FakeSlack) -> None:
    ts = slack.post("devops-sos", "amina", "prod is down http://a.example")
    slack.unfurl(ts, "a page")
    slack.edit(ts, "prod is fine")
    slack.delete(ts)
    posted, preview, edit, deletion = [one.payload["event"] for one in slack.deliveries]
    assert posted["text"] == "prod is down <http://a.example>"
    assert "edited" not in preview["message"]
    assert edit["message"]["edited"]["user"] == "U01"
    assert edit["previous_message"]["text"] == posted["text"]
    assert (deletion["subtype"], deletion["deleted_ts"]) == ("message_deleted", ts)


def test_a_deleted_root_with_replies_stays_as_a_tombstone(slack: FakeSlack) -> None:
    ts = slack.post("devops-sos", "amina", "root")
    slack.post("devops-sos", "bob", "reply", thread_ts=ts)
    slack.delete(ts)
    assert slack.last_delivery(subtype="message_changed").payload["event"]["message"]["subtype"] == "tombstone"


def test_the_bots_own_message_comes_back_with_its_ids_and_bolt_drops_it(slack: FakeSlack) -> None:
    app = new_app(slack)
    seen: list[str] = []

    @app.event("message")
    def keep(event: Json) -> None:
        seen.append(event["text"])

    with connected(slack, app):
        app.client.chat_postMessage(channel="C0SOS", text="hello")
        slack.wait_quiet()
    event = slack.last_delivery(text="hello").payload["event"]
    assert (event["bot_id"], event["app_id"], event["user"]) == ("B0FAKEBOT", "A0FAKEAPP", "U0FAKEBOT")
    assert seen == []


def test_a_mention_of_the_bot_comes_as_two_events(slack: FakeSlack) -> None:
    slack.post("devops-sos", "amina", "@watchbill help")
    assert [one.payload["event"]["type"] for one in slack.deliveries] == ["message", "app_mention"]


def test_frames_of_any_shape_can_be_sent_and_strays_are_kept(slack: FakeSlack) -> None:
    with wire(slack) as line:
        slack.send_raw('{"type": "events_')
        slack.send_raw(b"\x00\x01")
        assert (line.recv(), line.recv()) == ('{"type": "events_', b"\x00\x01")
        line.send("nonsense")
        slack.wait_for(lambda: slack.courier.strays == ["nonsense"])


class Endpoint(BaseHTTPRequestHandler):
    """The bot's address: hands what it gets to a Bolt app, or answers what it was told to."""

    app: App
    statuses: list[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        answer = self.app.dispatch(BoltRequest(body=body, headers=dict(self.headers.items())))
        status = self.statuses.pop(0) if self.statuses else answer.status
        content = (answer.body or "").encode()
        self.send_response(status)
        self.send_header("Content-Type", answer.first_headers().get("content-type", "text/plain"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def endpoint(app: App, *statuses: int) -> Iterator[str]:
    handler = type("Told", (Endpoint,), {"app": app, "statuses": list(statuses)})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/slack"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_over_http_events_are_signed_and_commands_answered(slack: FakeSlack) -> None:
    app = new_app(slack)
    seen: list[str] = []

    @app.event("message")
    def keep(event: Json) -> None:
        seen.append(event["text"])

    app.command("/oncall")(lambda ack: ack("amina"))
    with endpoint(app) as url:
        slack.deliver_over_http(url)
        slack.verify_url()
        slack.post("devops-sos", "amina", "hello")
        assert slack.command("amina", "devops-sos", "/oncall").response == {"text": "amina"}
        slack.wait_quiet()
    assert seen == ["hello"]
    assert slack.deliveries[0].answer == {"challenge": "fake-challenge"}


def test_over_http_what_is_not_answered_with_200_is_tried_again(slack: FakeSlack) -> None:
    app = new_app(slack)
    numbers: list[Any] = []

    @app.event("message")
    def keep(request: BoltRequest) -> None:
        numbers.append((request.headers.get("x-slack-retry-num"), request.headers.get("x-slack-retry-reason")))

    with endpoint(app, 500) as url:
        slack.deliver_over_http(url)
        slack.post("devops-sos", "amina", "hello")
        slack.wait_quiet()
    assert numbers == [(None, None), (["1"], ["http_error"])]


def test_over_http_a_wrong_secret_is_refused_by_bolt(slack: FakeSlack) -> None:
    slack.courier.signing_secret = "another"
    with endpoint(new_app(slack)) as url:
        slack.deliver_over_http(url)
        assert slack.command("amina", "devops-sos", "/oncall").failure == "http_error"


def test_each_refusal_stands_in_the_page_that_says_where_it_comes_from() -> None:
    sources = "".join(path.read_text() for path in Path(__file__).with_name("slack").glob("*.py"))
    page = Path(__file__).parents[2].joinpath("docs/fakes/slack.md").read_text()
    refusals = set(re.findall(r'SlackError\(\s*"([a-z_]+)"', sources))
    refusals |= set(re.findall(r'need\("\w+", "([a-z_]+)"\)', sources))
    assert sorted(one for one in refusals if f"`{one}`" not in page) == []
    assert len(refusals) > 40
