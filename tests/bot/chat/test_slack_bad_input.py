"""What a network, an administrator or a clock does to the bot: it goes on with the rest, and says what is wrong."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.chat.slack.port import SlackChat
from bot.clock import SystemClock
from models.effects import Post
from models.errors import DeliveryFailed
from models.events import MessagePosted
from models.message import text
from tests.bot.chat.slack_building import Recorder, running, workspace
from tests.bot.chat.test_slack_connection import until
from tests.fakes.slack import Schedule


def texts(inbound: Recorder) -> list[str]:
    return [event.text for event in inbound.received if isinstance(event, MessagePosted)]


def told(logs: list[Any], event: str) -> list[Any]:
    return [one for one in logs if one["event"] == event]


def test_a_connection_that_breaks_inside_a_frame_is_made_anew_and_nothing_is_lost() -> None:
    with workspace(schedule=Schedule()) as slack, running(slack, inbound := Recorder()) as chat:
        slack.cut_inside_a_frame()
        slack.wait_for(lambda: not slack.courier.connections)
        slack.post("devops-sos", "amina", "down")
        inbound.wait_for(lambda: texts(inbound) == ["down"], 60)
        until(chat.is_healthy, 60)


def test_over_a_websocket_a_clock_that_is_ten_minutes_ahead_changes_nothing() -> None:
    ahead = SystemClock()
    with workspace(now=lambda: ahead.now().timestamp() + 600) as slack, running(slack, inbound := Recorder()) as chat:
        root = slack.post("devops-sos", "amina", "down")
        assert inbound.one(MessagePosted).text == "down"
        done = chat.perform(Post("C0SOS", text("on it"), root), "k1")
        assert chat.find(Post("C0SOS", text("on it"), root), "k1", ahead.now()) == done


def test_tokens_that_expire_are_told_by_log_and_health_and_taken_again_without_a_restart() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()) as chat, capture_logs() as logs:
        slack.refuse_tokens("token_expired")
        slack.cut_websockets()
        until(lambda: bool(told(logs, "slack.token_refused")), 60)
        assert not chat.is_healthy()
        slack.accept_tokens()
        until(chat.is_healthy, 60)
        slack.post("devops-sos", "amina", "down")
        inbound.wait_for(lambda: texts(inbound) == ["down"], 60)
        assert [one["reason"] for one in told(logs, "slack.token_refused")] == ["token_expired"]


def test_a_token_that_is_revoked_while_nothing_is_sent_is_told_and_taken_again() -> None:
    with workspace() as slack, running(slack, Recorder(), token_every=0.1) as chat, capture_logs() as logs:
        slack.refuse_tokens("token_revoked")
        until(lambda: not chat.is_healthy(), 20)
        slack.accept_tokens()
        until(chat.is_healthy, 20)

        assert [one["reason"] for one in told(logs, "slack.token_refused")] == ["token_revoked"]
        assert told(logs, "slack.token_taken_again")


def test_a_channel_that_is_archived_or_that_the_bot_is_taken_out_of_stops_nothing_elsewhere() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()) as chat, capture_logs() as logs:
        slack.channel("old-sos", members=["amina"], channel_id="C0OLD")
        slack.archive("old-sos")
        slack.remove("devops-sos")
        until(lambda: bool(told(logs, "slack.removed_from_channel")), 60)
        assert [refused(chat, "C0OLD"), refused(chat, "C0SOS")] == ["is_archived", "not_in_channel"]
        slack.post("devops-secret", "amina", "down")
        inbound.wait_for(lambda: texts(inbound) == ["down"], 60)
        assert chat.is_healthy()
        assert "C0SOS" not in inbound.channels

        slack.invite("devops-sos")
        slack.post("devops-sos", "amina", "down here too")
        inbound.wait_for(lambda: texts(inbound) == ["down", "down here too"], 60)


def test_a_channel_that_is_archived_while_the_bot_is_in_it_is_told_and_learnt_again_when_it_comes_back() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()), capture_logs() as logs:
        slack.archive("devops-sos")
        inbound.wait_for(lambda: "C0SOS" not in inbound.channels)
        slack.unarchive("devops-sos")
        inbound.wait_for(lambda: "C0SOS" in inbound.channels)

        assert [one["name"] for one in told(logs, "slack.channel_archived")] == ["devops-sos"]


def refused(chat: SlackChat, channel: str) -> str:
    """Give why a post is refused for good."""
    with pytest.raises(DeliveryFailed) as caught:
        chat.perform(Post(channel, text("hello")), "k1")
    assert caught.value.permanent
    return str(caught.value).rpartition(" ")[2]
