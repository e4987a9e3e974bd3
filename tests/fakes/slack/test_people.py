from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from tests.fakes.slack import FakeSlack, Json, Rates, User
from tests.fakes.slack.trials import (
    ACTIONS,
    FORM,
    QUICK,
    client_of,
    connected,
    error_of,
    new_app,
    peopled,
    section,
    wire,
)


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with peopled(rates=Rates(is_on=False), schedule=QUICK) as fake:
        yield fake


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


def test_what_administrators_do_is_told(slack: FakeSlack) -> None:
    carol = User("U09", "carol", "Carol", "carol@example.org")
    slack.join(carol)
    slack.rename_user("bob", "robert")
    slack.rename_channel("devops-sos", "sos")
    slack.invite("sos", carol)
    slack.remove("sos", carol)
    slack.remove("sos")
    kinds = [one.payload["event"]["type"] for one in slack.deliveries]
    joined, left = ["member_joined_channel", "message"], ["member_left_channel", "message", "channel_left"]
    assert kinds == ["team_join", "user_change", "channel_rename", *joined, *left]
    assert error_of(client_of(slack).chat_postMessage, channel="C0SOS", text="x") == "not_in_channel"


def test_a_reply_sent_to_the_channel_too_stands_in_its_history(slack: FakeSlack) -> None:
    root = slack.post("devops-sos", "amina", "root")
    slack.post("devops-sos", "bob", "hidden", thread_ts=root)
    slack.post("devops-sos", "bob", "shown", thread_ts=root, subtype="thread_broadcast")
    history = client_of(slack).conversations_history(channel="C0SOS")["messages"]
    assert [one["text"] for one in history] == ["shown", "root"]
    assert [one["text"] for one in slack.thread(root)] == ["hidden", "shown"]
    assert history[1]["reply_count"] == 2


def test_the_home_tab_has_buttons_that_work(slack: FakeSlack) -> None:
    client = client_of(slack)
    slack.open_home("amina")
    assert slack.last_delivery(type="app_home_opened").payload["event"]["user"] == "U01"
    client.views_publish(user_id="U01", view={"type": "home", "blocks": ACTIONS})
    home = slack.home("amina")
    assert home is not None
    payload = slack.press("amina", home, "ack").delivery.payload
    assert (payload["container"]["type"], payload["actions"][0]["value"]) == ("view", "7")


def test_a_closed_form_is_told_where_the_bot_asked_for_it(slack: FakeSlack) -> None:
    client = client_of(slack)
    for wants in (True, False):
        trigger = slack.shortcut("amina", "ask").delivery.payload["trigger_id"]
        view = client.views_open(trigger_id=trigger, view=FORM | {"notify_on_close": wants})["view"]
        handle = slack.close_view(view)
        assert (handle is not None) is wants
    assert slack.views("amina") == []


def test_an_ephemeral_message_is_pressed_without_its_text_and_replaced_by_its_url(slack: FakeSlack) -> None:
    client_of(slack).chat_postEphemeral(channel="C0SOS", user="U01", text="for you", blocks=ACTIONS)
    payload = slack.press("amina", slack.ephemerals("amina")[0], "ack").delivery.payload
    WebhookClient(payload["response_url"], retry_handlers=[]).send(text="done", replace_original=True)
    assert "message" not in payload
    assert [one["text"] for one in slack.ephemerals("amina")] == ["done"]


def test_everybody_whom_a_message_notifies_is_named(slack: FakeSlack) -> None:
    client_of(slack).chat_postMessage(channel="C0SOS", text="<@U01> and <!subteam^S01>", blocks=[section("<!here>")])
    assert slack.pinged(slack.messages("devops-sos")[0]) == {"U01", "S01", "here"}
    slack.post("devops-sos", "amina", "&lt;!channel&gt;", raw=True)
    assert slack.pinged(slack.messages("devops-sos")[1]) == set()
