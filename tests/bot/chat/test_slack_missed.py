"""What was written on Slack while the bot was away is read afterwards, once, with what became of it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from slack_sdk import WebClient
from structlog.testing import capture_logs

from bot.chat.slack.channels import Channels
from bot.chat.slack.history import History, before, stamp
from bot.chat.slack.identity import Identity
from bot.chat.slack.incoming import Reader
from bot.chat.slack.missed import Missed, Seen, keep_reading
from bot.clock import SteppingClock
from models.events import CommandGiven, MessageDeleted, MessageEdited, MessagePosted, ReactionAdded
from tests.bot.chat.slack_building import NOW, Recorder, running, workspace
from tests.fakes.slack import FakeSlack, Fault, Rates


def said(inbound: Recorder) -> list[str]:
    return [event.text for event in [*inbound.received] if isinstance(event, MessagePosted)]


@contextmanager
def served(slack: FakeSlack, inbound: Recorder) -> Iterator[None]:
    """Run the bot, and begin when all that was missed has been read."""
    with capture_logs() as logs, running(slack, inbound):
        end = time.monotonic() + 10
        while not any(one["event"] == "slack.missed_read" for one in [*logs]):
            assert time.monotonic() < end, logs
            time.sleep(0.01)
        yield


def away(slack: FakeSlack, inbound: Recorder) -> None:
    """Let the bot have been there once, and forget what it heard."""
    with served(slack, inbound):
        slack.post("devops-sos", "bob", "I am first")
        inbound.one(MessagePosted)
    inbound.received.clear()


def test_a_first_start_reads_nothing_that_was_there_before() -> None:
    with workspace() as slack:
        with slack.silence():
            slack.post("devops-sos", "amina", "down since yesterday")
        with served(slack, inbound := Recorder()):
            assert inbound.positions.keys() == {"C0SOS", "C0SECRET"}
        assert inbound.received == []


def test_what_was_written_meanwhile_is_handed_in_with_the_live_key_and_marked_as_missed() -> None:
    with workspace() as slack:
        away(slack, inbound := Recorder())
        with slack.silence():
            root = slack.post("devops-sos", "amina", "down")
            secret = slack.post("devops-secret", "amina", "psst")
        with served(slack, inbound):
            missed = [one for one in inbound.received if isinstance(one, MessagePosted) and one.text != "I am first"]
        assert {one.key for one in missed} == {f"msg:C0SOS:{root}", f"msg:C0SECRET:{secret}"}
        assert all(one.is_missed and one.channel_name for one in missed)


def test_a_reconnection_reads_what_slack_did_not_send() -> None:
    with workspace() as slack, served(slack, inbound := Recorder()):
        with slack.silence():
            slack.post("devops-sos", "amina", "down")
        slack.cut_websockets()
        inbound.wait_for(lambda: "down" in said(inbound), 60)
        assert said(inbound).count("down") == 1


def test_replies_and_reactions_come_right_behind_the_message_that_they_are_about() -> None:
    with workspace() as slack:
        away(slack, inbound := Recorder())
        with slack.silence():
            root = slack.post("devops-sos", "amina", "down")
            slack.react("bob", root, "eyes")
            reply = slack.post("devops-sos", "bob", "looking", thread_ts=root)
            slack.react("amina", reply, "pray")
            slack.post("devops-sos", "amina", "next")
        with served(slack, inbound):
            events = [one for one in inbound.received if getattr(one, "text", "") != "I am first"]
        told = [(type(one), getattr(one, "text", getattr(one, "emoji", ""))) for one in events]
        assert told == [
            (MessagePosted, "down"),
            (ReactionAdded, "eyes"),
            (MessagePosted, "looking"),
            (ReactionAdded, "pray"),
            (MessagePosted, "next"),
        ]


def test_a_reaction_has_the_same_standing_key_live_and_in_the_history() -> None:
    with workspace() as slack:
        inbound = Recorder()
        with served(slack, inbound):
            root = slack.post("devops-sos", "amina", "down")
            slack.react("bob", root, "eyes")
            live = inbound.one(ReactionAdded)
        inbound.received.clear()
        with served(slack, inbound):
            again = inbound.one(ReactionAdded)
        assert live.key != live.standing == again.key


def test_an_edit_and_a_deletion_are_noticed_afterwards() -> None:
    with workspace() as slack:
        away(slack, inbound := Recorder())
        with slack.silence():
            edited = slack.post("devops-sos", "amina", "slow")
            slack.edit(edited, "down")
            buried = slack.post("devops-sos", "amina", "my mistake")
            slack.post("devops-sos", "bob", "?", thread_ts=buried)
            slack.delete(buried)
        with served(slack, inbound):
            pass
        assert inbound.one(MessageEdited).key.startswith(f"edit:C0SOS:{edited}:")
        assert inbound.one(MessageDeleted).key == f"del:C0SOS:{buried}"


def test_the_threads_of_live_requests_are_read_before_all_else_however_old_they_are() -> None:
    with workspace() as slack:
        inbound = Recorder()
        with served(slack, inbound):
            root = slack.post("devops-sos", "amina", "down")
            gone = slack.post("devops-sos", "amina", "gone")
        inbound.received.clear()
        with slack.silence():
            slack.post("devops-sos", "bob", "chatter")
            slack.post("devops-sos", "bob", "looking", thread_ts=root)
            slack.delete(gone)
        inbound.threads = [("C0SOS", root), ("C0SOS", gone), ("C0NOWHERE", "1.2")]
        with served(slack, inbound):
            texts = said(inbound)
        assert texts.index("looking") < texts.index("chatter")
        assert inbound.one(MessageDeleted).message == gone


def test_a_command_that_was_missed_is_not_carried_out() -> None:
    with workspace() as slack:
        away(slack, inbound := Recorder())
        with slack.silence():
            slack.post("devops-sos", "amina", f"<@{slack.workspace.bot_user}> handover submit", raw=True)
        with served(slack, inbound):
            pass
        assert not [one for one in inbound.received if isinstance(one, CommandGiven)]


def test_its_age_is_told_by_slacks_own_clock_whatever_ours_says() -> None:
    shift = [0.0]
    with workspace(now=lambda: time.time() + shift[0]) as slack:  # noqa: TID251 - Slack's own clock
        shift[0] = -7200.0
        away(slack, inbound := Recorder())
        with slack.silence():
            slack.post("devops-sos", "amina", "down")
        shift[0] = 0.0
        with served(slack, inbound):
            missed = next(one for one in inbound.received if getattr(one, "text", "") == "down")
        assert abs(NOW - missed.at - timedelta(hours=2)) < timedelta(seconds=10)


def test_a_private_word_that_was_missed_is_read_also_where_it_was_the_first() -> None:
    with workspace() as slack:
        away(slack, inbound := Recorder())
        with slack.silence():
            slack.dm("bob", "prod is down")
        with served(slack, inbound):
            pass
        missed = next(one for one in inbound.received if getattr(one, "text", "") == "prod is down")
        assert isinstance(missed, MessagePosted)
        assert (missed.is_direct, missed.channel_name) == (True, None)


def test_a_thousand_messages_are_read_within_the_rates_that_slack_allows() -> None:
    with workspace(rates=Rates()) as slack:
        away(slack, inbound := Recorder())
        with slack.silence():
            for number in range(1000):
                slack.post("devops-sos", "amina", str(number))
        with served(slack, inbound):
            assert len(set(said(inbound))) == 1001
        assert not [one for one in slack.calls if one.status == 429]


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, "not_in_channel"])
def test_what_slack_refuses_for_one_channel_keeps_nobody_else_waiting(fault: str) -> None:
    with workspace() as slack:
        away(slack, inbound := Recorder())
        with slack.silence():
            slack.post("devops-sos", "amina", "down")
            slack.post("devops-secret", "amina", "psst")
        slack.fail("conversations.history", fault, channel="devops-sos")
        with served(slack, inbound):
            assert "psst" in said(inbound)
            assert ("down" in said(inbound)) == (fault == Fault.RATE_LIMITED)


def test_what_comes_live_counts_as_read_only_where_nothing_before_it_is_missing() -> None:
    seen = Seen()
    seen.live("C1", "5.0")
    assert seen.taken() == {}
    seen.read_to_end("C1")
    seen.live("C1", "7.0")
    seen.live("C1", "6.0")
    assert seen.taken() == {"C1": "7.0"}
    seen.lost_sight()
    seen.live("C1", "9.0")
    assert seen.taken() == {}


def test_a_timestamp_is_an_order_and_can_be_put_back() -> None:
    assert stamp("1700000000.000100") < stamp("1700000000.0002") < stamp("1700000001.000000")
    assert before("1700000000.000100", timedelta(hours=24)) == "1699913600.000100"


def test_where_no_connection_tells_that_it_was_away_it_is_read_again_by_itself() -> None:
    with workspace() as slack, running(slack, inbound := Recorder(), mode="http") as chat:
        inbound.wait_for(lambda: len(inbound.positions) == 2)
        with slack.silence():
            slack.post("devops-sos", "amina", "down")
        stopping = threading.Event()
        client = WebClient(slack.bot_token, base_url=slack.base_url)
        reader = Reader(Identity.of(client), SteppingClock(NOW, is_running=False), Channels(client), ("oncall",))
        missed = Missed(History(client, stopping), reader, inbound, Seen())
        times = {"seconds": 0.02, "again": 0.05}
        thread = threading.Thread(target=keep_reading, args=(missed, threading.Event(), stopping), kwargs=times)
        thread.start()
        inbound.wait_for(lambda: "down" in said(inbound))
        stopping.set()
        thread.join(5)
        assert chat.is_healthy()
        assert not thread.is_alive()
