import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import URLError

import pytest
import websocket
from slack_bolt import App, BoltRequest
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from tests.fakes.slack import FakeSlack, Fault, Json, Rates, Schedule

QUICK = Schedule(ack_within=0.3, retry_delays=(0.0, 0.05, 0.1))
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


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with peopled(rates=Rates(is_on=False), schedule=QUICK) as fake:
        yield fake


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
def connected(slack: FakeSlack, app: App) -> Iterator[App]:
    """Run a real Bolt app over the fake's websocket; its slow close is not waited for."""
    handler = SocketModeHandler(app, slack.app_token, ping_interval=0.2)
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


# --- events ---


def test_a_message_reaches_a_bolt_app_and_is_acknowledged(slack: FakeSlack) -> None:
    app = new_app(slack)
    seen: list[Json] = []

    @app.event("message")
    def keep(event: Json) -> None:
        seen.append(event)

    with connected(slack, app):
        ts = slack.post("devops-sos", "amina", "prod is <down> & out, @bob <!channel>")
        slack.wait_quiet()
    assert [one["ts"] for one in seen] == [ts]
    assert seen[0]["text"] == "prod is &lt;down&gt; &amp; out, <@U02> &lt;!channel&gt;"
    assert slack.acks[0].latency < 1


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
    with connected(slack, app):
        slack.ask_to_reconnect(close_after=0.05)
        slack.wait_for(lambda: slack.courier.opened == 2)
        slack.cut_websockets()
        slack.wait_for(lambda: slack.courier.opened == 3)
        slack.post("devops-sos", "amina", "still there?")
        slack.wait_for(lambda: slack.acks)


def test_a_burst_is_delivered_whole_and_every_acknowledgement_is_timed() -> None:
    with peopled(schedule=Schedule(ack_within=30)) as slack:
        app = new_app(slack)
        app.event("message")(lambda: None)
        with connected(slack, app):
            with slack.at_once():
                for number in range(1000):
                    slack.post("devops-sos", "amina", f"message {number}")
            slack.wait_quiet(20)
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


# --- commands, buttons, forms ---


def test_a_command_is_answered_in_its_acknowledgement(slack: FakeSlack) -> None:
    app = new_app(slack)

    @app.command("/oncall")
    def answer(ack: Any, command: Json) -> None:
        ack(f"{command['user_name']} asked {command['text']}")

    with connected(slack, app):
        handle = slack.command("amina", "devops-sos", "/oncall", "swap @bob")
        assert handle.response == {"text": "amina asked swap <@U02|bob>"}
        assert [one["text"] for one in slack.ephemerals("amina")] == ["amina asked swap <@U02|bob>"]


def test_an_unacknowledged_command_fails_for_its_user_and_is_not_tried_again(slack: FakeSlack) -> None:
    assert slack.command("amina", "devops-sos", "/oncall").failure == "dispatch_failed"
    with wire(slack):
        handle = slack.command("amina", "devops-sos", "/oncall")
        assert handle.failure == "operation_timeout"
        assert len(handle.delivery.attempts) == 1


def test_a_button_carries_what_is_needed_to_answer_it(slack: FakeSlack) -> None:
    app = new_app(slack)

    @app.action("ack")
    def taken(ack: Any, body: Json, respond: Any) -> None:
        ack()
        respond(text=f"{body['user']['username']} has {body['actions'][0]['value']}", replace_original=True)

    with connected(slack, app):
        app.client.chat_postMessage(channel="C0SOS", text="ping", blocks=ACTIONS)
        assert slack.press("bob", slack.messages("devops-sos")[0], "ack").response == {}
    assert slack.messages("devops-sos")[0]["text"] == "bob has 7"


def test_a_form_is_opened_refused_and_taken(slack: FakeSlack) -> None:
    app = new_app(slack)
    taken: list[str] = []

    @app.command("/handover")
    def opened(ack: Any, client: WebClient, body: Json) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.view("form")
    def submitted(ack: Any, view: Json) -> None:
        text = view["state"]["values"]["note"]["typed"]["value"]
        ack() if text != "bad" else ack(response_action="errors", errors={"note": "say more"})
        taken.append(text)

    with connected(slack, app):
        slack.command("amina", "devops-sos", "/handover").wait()
        (view,) = slack.wait_for(lambda: slack.views("amina"))
        assert slack.submit(view, {"note": "bad"}).errors == {"note": "say more"}
        assert len(slack.views("amina")) == 1
        assert slack.submit(view, {"typed": "all quiet"}).errors == {}
    assert slack.views("amina") == []
    assert taken == ["bad", "all quiet"]


def test_slacks_client_does_not_let_people_submit_what_the_form_forbids(slack: FakeSlack) -> None:
    with wire(slack):
        trigger = slack.command("amina", "devops-sos", "/handover").delivery.payload["trigger_id"]
        view: Json = client_of(slack).views_open(trigger_id=trigger, view=FORM)["view"]
        for values in ({}, {"note": "x" * 21}, {"other": "x"}):
            with pytest.raises(ValueError, match=r"note|no field"):
                slack.submit(view, values)


def test_a_trigger_is_good_once_and_for_its_time(slack: FakeSlack) -> None:
    client = client_of(slack)
    old, new = [slack.shortcut("amina", "ask").delivery.payload["trigger_id"] for _ in range(2)]
    client.views_open(trigger_id=new, view=FORM)
    assert error_of(client.views_open, trigger_id=new, view=FORM) == "exchanged_trigger_id"
    assert error_of(client.views_open, trigger_id="nonsense", view=FORM) == "invalid_trigger_id"
    slack.workspace.trigger_life = 0.0
    assert error_of(client.views_open, trigger_id=old, view=FORM) == "expired_trigger_id"


def test_views_are_held_to_their_limits_and_their_hash(slack: FakeSlack) -> None:
    client = client_of(slack)
    trigger = slack.shortcut("amina", "ask").delivery.payload["trigger_id"]
    long_title = FORM | {"title": {"type": "plain_text", "text": "x" * 25}}
    assert error_of(client.views_open, trigger_id=trigger, view=long_title) == "invalid_arguments"
    assert error_of(client.views_open, trigger_id=trigger, view=FORM | {"private_metadata": "x" * 3001}) == (
        "invalid_arguments"
    )
    view = client.views_open(trigger_id=trigger, view=FORM)["view"]
    client.views_update(view_id=view["id"], hash=view["hash"], view=FORM)
    assert error_of(client.views_update, view_id=view["id"], hash=view["hash"], view=FORM) == "hash_conflict"
    home = {"type": "home", "blocks": [section("On call: amina")]}
    client.views_publish(user_id="U01", view=home)
    shown = slack.home("amina")
    assert shown is not None
    assert shown["blocks"][0]["text"]["text"] == "On call: amina"


def test_a_shortcut_on_a_message_brings_the_message(slack: FakeSlack) -> None:
    ts = slack.post("devops-sos", "amina", "prod is down")
    payload = slack.shortcut("bob", "make_request", ts).delivery.payload
    assert (payload["type"], payload["message"]["text"], payload["channel"]["id"]) == (
        "message_action",
        "prod is down",
        "C0SOS",
    )


def test_a_response_url_is_good_five_times(slack: FakeSlack) -> None:
    url = slack.command("amina", "devops-sos", "/oncall").delivery.payload["response_url"]
    hook = WebhookClient(url, retry_handlers=[])
    assert [hook.send(text="hi").status_code for _ in range(6)] == [200] * 5 + [404]
    assert len(slack.ephemerals("amina")) == 5


# --- Web API ---


def test_tokens_are_checked_for_their_kind(slack: FakeSlack) -> None:
    assert error_of(client_of(slack, "xoxb-other").auth_test) == "invalid_auth"
    assert error_of(client_of(slack, slack.app_token).auth_test) == "not_allowed_token_type"
    assert error_of(client_of(slack).apps_connections_open, app_token=slack.bot_token) == "not_allowed_token_type"
    assert error_of(WebClient(base_url=slack.base_url).auth_test) == "not_authed"
    slack.refuse_tokens("account_inactive")
    assert error_of(client_of(slack).auth_test) == "account_inactive"


def test_scopes_are_checked_and_told_in_a_header() -> None:
    with peopled(scopes=["chat:write", "channels:read"]) as slack:
        client = client_of(slack)
        assert client.auth_test().headers["x-oauth-scopes"] == "channels:read,chat:write"
        with pytest.raises(SlackApiError) as refusal:
            client.conversations_history(channel="C0SOS")
        assert refusal.value.response["needed"] == "channels:history"
        client.conversations_info(channel="C0SOS")
        assert slack.scopes_used == {"channels:read"}


def test_posting_is_refused_where_slack_refuses_it(slack: FakeSlack) -> None:
    post = client_of(slack).chat_postMessage
    slack.channel("elsewhere", members=["amina"], with_bot=False, channel_id="C0ELSE")
    slack.channel("secret", members=["amina"], with_bot=False, private=True, channel_id="C0SECRET")
    slack.channel("old", channel_id="C0OLD")
    slack.archive("old")
    assert error_of(post, channel="C0NONE", text="x") == "channel_not_found"
    assert error_of(post, channel="C0SECRET", text="x") == "channel_not_found"
    assert error_of(post, channel="C0ELSE", text="x") == "not_in_channel"
    assert error_of(post, channel="C0OLD", text="x") == "is_archived"
    assert error_of(client_of(slack).api_call, api_method="chat.postMessage", json={"channel": "C0SOS"}) == "no_text"
    assert error_of(post, channel="C0SOS", text="x", thread_ts="1.000001") == "cannot_reply_to_message"
    assert error_of(post, channel="C0SOS", text="x", attachments=[{"text": "y"}] * 101) == "too_many_attachments"
    assert error_of(client_of(slack).api_call, api_method="chat.shout") == "unknown_method"


def test_a_post_of_more_than_40000_characters_is_cut(slack: FakeSlack) -> None:
    answer = client_of(slack).chat_postMessage(channel="C0SOS", text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    assert len(slack.messages("devops-sos")[0]["text"]) == 40_000


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x")] * 51,
        [section("x" * 3001)],
        [section("")],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "actions", "elements": [BUTTON | {"text": {"type": "plain_text", "text": "x" * 76}}]}],
        [{"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]}],
        [{"type": "actions", "elements": [BUTTON | {"action_id": "x" * 256}]}],
        [{"type": "actions", "elements": [BUTTON | {"text": {"type": "mrkdwn", "text": "x"}}]}],
        [{"type": "actions", "elements": [BUTTON | {"style": "primary-ish"}]}],
        [{"type": "actions", "elements": [BUTTON, BUTTON]}],
        [{"type": "actions", "elements": []}],
        [{"type": "actions", "elements": [{"type": "lever"}]}],
        [section("x") | {"block_id": "a"}, section("y") | {"block_id": "a"}],
        [section("x") | {"colour": "red"}],
        [{"type": "poster"}],
        ["text"],
    ],
)
def test_blocks_that_slack_refuses_are_refused(slack: FakeSlack, blocks: list[Any]) -> None:
    assert error_of(client_of(slack).chat_postMessage, channel="C0SOS", text="x", blocks=blocks) == "invalid_blocks"


def test_blocks_at_their_limits_pass(slack: FakeSlack) -> None:
    blocks = [section("x" * 3000), *[section("y")] * 48, *ACTIONS]
    client_of(slack).chat_postMessage(channel="C0SOS", text="x", blocks=blocks)
    assert len(slack.messages("devops-sos")[0]["blocks"]) == 50


def test_only_the_bots_own_messages_can_be_updated_and_deleted(slack: FakeSlack) -> None:
    client = client_of(slack)
    theirs = slack.post("devops-sos", "amina", "mine")
    ours = str(client.chat_postMessage(channel="C0SOS", text="ours", blocks=ACTIONS)["ts"])
    assert error_of(client.chat_update, channel="C0SOS", ts=theirs, text="x") == "cant_update_message"
    assert error_of(client.chat_update, channel="C0SOS", ts=ours, text="x" * 4001) == "msg_too_long"
    assert error_of(client.chat_delete, channel="C0SOS", ts=theirs) == "cant_delete_message"
    client.chat_update(channel="C0SOS", ts=ours, text="changed", blocks=[])
    assert slack.messages("devops-sos")[1]["text"] == "changed"
    client.chat_delete(channel="C0SOS", ts=ours)
    assert error_of(client.chat_update, channel="C0SOS", ts=ours, text="x") == "message_not_found"


def test_reactions_are_compared_with_what_is_there(slack: FakeSlack) -> None:
    client = client_of(slack)
    ts = slack.post("devops-sos", "amina", "hello")
    client.reactions_add(channel="C0SOS", timestamp=ts, name="ticket")
    assert slack.reactions(ts) == {"ticket": ["U0FAKEBOT"]}
    assert error_of(client.reactions_add, channel="C0SOS", timestamp=ts, name="ticket") == "already_reacted"
    assert error_of(client.reactions_add, channel="C0SOS", timestamp=ts, name="👀") == "invalid_name"
    client.reactions_remove(channel="C0SOS", timestamp=ts, name="ticket")
    assert error_of(client.reactions_remove, channel="C0SOS", timestamp=ts, name="ticket") == "no_reaction"


def test_history_is_read_in_pages_newest_first_and_replies_apart(slack: FakeSlack) -> None:
    client = client_of(slack)
    stamps = [slack.post("devops-sos", "amina", f"m{number}") for number in range(5)]
    slack.post("devops-sos", "bob", "reply", thread_ts=stamps[0])
    first = client.conversations_history(channel="C0SOS", limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_history(channel="C0SOS", limit=3, cursor=cursor)
    assert [one["text"] for one in [*first["messages"], *second["messages"]]] == ["m4", "m3", "m2", "m1", "m0"]
    since = client.conversations_history(channel="C0SOS", oldest=stamps[2])
    assert [one["text"] for one in since["messages"]] == ["m4", "m3"]
    thread = client.conversations_replies(channel="C0SOS", ts=stamps[0])
    assert [one["text"] for one in thread["messages"]] == ["m0", "reply"]
    assert error_of(client.conversations_replies, channel="C0SOS", ts="1.000001") == "thread_not_found"


def test_metadata_is_kept_and_shown_to_who_asks_for_it(slack: FakeSlack) -> None:
    client = client_of(slack)
    metadata = {"event_type": "watchbill", "event_payload": {"row": 7}}
    client.chat_postMessage(channel="C0SOS", text="x", metadata=metadata)
    plain = client.conversations_history(channel="C0SOS")["messages"][0]
    full = client.conversations_history(channel="C0SOS", include_all_metadata=True)["messages"][0]
    assert "metadata" not in plain
    assert full["metadata"] == metadata


def test_direct_messages_topic_and_user_group(slack: FakeSlack) -> None:
    client = client_of(slack)
    direct = client.conversations_open(users="U01")["channel"]["id"]
    client.chat_postMessage(channel=direct, text="you are on")
    assert [one["text"] for one in slack.dms("amina")] == ["you are on"]
    client.conversations_setTopic(channel="C0SOS", topic="On call: amina")
    assert slack.channel("x").topic == ""
    assert client.conversations_info(channel="C0SOS")["channel"]["topic"]["value"] == "On call: amina"
    group = slack.usergroup("oncall", ["amina"])
    client.usergroups_users_update(usergroup=group.id, users=["U02"])
    assert group.users == ["U02"]
    assert error_of(client.usergroups_users_update, usergroup=group.id, users=[]) == "no_users_provided"
    slack.deactivate("bob")
    assert error_of(client.usergroups_users_update, usergroup=group.id, users=["U02"]) == "invalid_users"
    assert error_of(client.conversations_open, users="U02") == "user_disabled"


def test_ephemeral_messages_are_seen_by_one_member(slack: FakeSlack) -> None:
    client = client_of(slack)
    slack.user("U03", name="eve")
    client.chat_postEphemeral(channel="C0SOS", user="U01", text="for you")
    assert [one["text"] for one in slack.ephemerals("amina")] == ["for you"]
    assert error_of(client.chat_postEphemeral, channel="C0SOS", user="U03", text="x") == "user_not_in_channel"


# --- limits and faults ---


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


# --- HTTP ---


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
