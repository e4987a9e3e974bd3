from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.fakes.slack import FakeSlack, Rates
from tests.fakes.slack.trials import ACTIONS, BUTTON, QUICK, client_of, error_of, peopled, section


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    with peopled(rates=Rates(is_on=False), schedule=QUICK) as fake:
        yield fake


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
        [section("x") | {"block_id": ""}],
        [{"type": "section", "text": {"text": "x"}}],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x" * 3001}]}],
        [{"type": "actions", "elements": [BUTTON | {"action_id": ""}]}],
        [{"type": "actions", "elements": [BUTTON | {"value": ""}]}],
        [{"type": "poster"}],
        ["text"],
    ],
)
def test_blocks_that_slack_refuses_are_refused(slack: FakeSlack, blocks: list[Any]) -> None:
    assert error_of(client_of(slack).chat_postMessage, channel="C0SOS", text="x", blocks=blocks) == "invalid_blocks"


def plain(words: str) -> dict[str, str]:
    return {"type": "plain_text", "text": words}


def option(words: str, value: str) -> dict[str, Any]:
    return {"text": plain(words), "value": value}


def choice(*options: dict[str, Any], **more: Any) -> dict[str, Any]:
    return asked({"type": "static_select", "action_id": "a", "options": list(options), **more})


def typed(**more: Any) -> dict[str, Any]:
    return asked({"type": "plain_text_input", "action_id": "a", **more})


def asked(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "block_id": "b", "label": plain("l"), "element": element, **more}


@pytest.mark.parametrize(
    "view",
    [
        {"blocks": [typed()] * 2},
        {"blocks": [typed() | {"block_id": f"b{number}"} for number in range(101)]},
        {"blocks": []},
        {"blocks": [choice()]},
        {"blocks": [choice(*(option("x", str(number)) for number in range(101)))]},
        {"blocks": [choice(option("x" * 76, "1"))]},
        {"blocks": [choice(option("x", "1" * 151))]},
        {"blocks": [choice(option("x", ""))]},
        {"blocks": [choice(option("x", "1"), option("y", "1"))]},
        {"blocks": [choice({"text": {"type": "mrkdwn", "text": "x"}, "value": "1"})]},
        {"blocks": [choice(option("x", "1"), initial_option=option("x", "2"))]},
        {"blocks": [typed(max_length=3001)]},
        {"blocks": [typed(max_length=0)]},
        {"blocks": [typed(max_length=2, initial_value="abc")]},
        {"blocks": [typed(placeholder=plain("x" * 151))]},
        {"blocks": [typed() | {"label": plain("x" * 2001)}]},
        {"blocks": [typed() | {"label": {"type": "mrkdwn", "text": "x"}}]},
        {"blocks": [typed() | {"hint": plain("x" * 2001)}]},
        {"title": plain("x" * 25)},
        {"title": {"type": "mrkdwn", "text": "x"}},
        {"submit": plain("x" * 25)},
        {"close": plain("x" * 25)},
        {"callback_id": "x" * 256},
        {"external_id": "x" * 256},
        {"private_metadata": "x" * 3001},
        {"colour": "red"},
    ],
)
def test_forms_that_slack_refuses_are_refused(slack: FakeSlack, view: dict[str, Any]) -> None:
    whole = {"type": "modal", "title": plain("t"), "submit": plain("s"), "blocks": [typed()], **view}
    assert error_of(client_of(slack).views_open, trigger_id="1.1.a", view=whole) == "invalid_arguments"


@pytest.mark.parametrize("more", [{"title": plain("t")}, {"submit": plain("s")}, {"blocks": [section("x")] * 101}])
def test_a_persons_own_page_that_slack_refuses_is_refused(slack: FakeSlack, more: dict[str, Any]) -> None:
    view = {"type": "home", "blocks": [section("x")], **more}
    assert error_of(client_of(slack).views_publish, user_id="U01", view=view) == "invalid_arguments"


def test_a_message_with_too_much_in_all_its_blocks_is_refused(slack: FakeSlack) -> None:
    blocks = [section("x" * 2401)] * 4
    refused = error_of(client_of(slack).chat_postMessage, channel="C0SOS", text="x", blocks=blocks)
    assert refused == "msg_blocks_too_long"


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
    large = {"event_type": "watchbill", "event_payload": {"row": "7" * 8_000}}
    assert error_of(client.chat_postMessage, channel="C0SOS", text="x", metadata=large) == "metadata_too_large"


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
