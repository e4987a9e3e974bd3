import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from bot.chat.slack.port import WATCH_SECONDS
from bot.chat.slack.socket import MOST_TOGETHER, pause_after
from models.errors import ConfigError
from models.events import CommandGiven, MessagePosted
from tests.bot.chat.slack_building import Recorder, chat_for, running, workspace
from tests.fakes.slack import FakeSlack, Schedule

PATIENT = Schedule(ack_within=20, retry_delays=(0.1, 0.1, 0.1))


def until(is_so: Callable[[], bool], within: float = 30.0) -> float:
    """Wait until something is so; give the seconds that it took."""
    started = time.monotonic()
    while not is_so():
        assert time.monotonic() - started < within
        time.sleep(0.01)
    return time.monotonic() - started


def reconnected(slack: FakeSlack, inbound: Recorder) -> float:
    started = time.monotonic()
    slack.wait_for(lambda: len(slack.courier.connections) >= 1 and slack.courier.opened > 1, 8)
    slack.post("devops-sos", "amina", "still there?")
    inbound.one(MessagePosted)
    return time.monotonic() - started


def test_an_event_is_acknowledged_only_after_it_was_kept() -> None:
    with workspace(schedule=PATIENT) as slack, running(slack, inbound := Recorder()):
        inbound.hold.clear()
        slack.post("devops-sos", "amina", "down")
        delivery = slack.deliveries[-1]
        until(lambda: bool(delivery.attempts))
        assert delivery.acked_at is None
        inbound.hold.set()
        slack.wait_for(lambda: delivery.acked_at)


def test_an_event_that_could_not_be_kept_is_sent_again_and_kept_then() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()):
        inbound.failures = 1
        slack.post("devops-sos", "amina", "down")
        delivery = slack.deliveries[-1]
        slack.wait_for(lambda: delivery.acked_at)

        assert len(delivery.attempts) == 2
        assert [type(event) for event in inbound.received] == [MessagePosted]


def test_a_redelivery_has_the_key_of_the_first() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()):
        slack.post("devops-sos", "amina", "down")
        slack.redeliver(slack.deliveries[-1], new_event_id=True)
        slack.wait_quiet()

        assert len({event.key for event in inbound.received}) == 1
        assert len(inbound.received) == 2


def test_what_happens_in_one_channel_is_taken_in_its_order() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()):
        with slack.at_once():
            sent = [slack.post("devops-sos", "amina", str(number)) for number in range(200)]
        slack.wait_quiet(60)

        assert [event.message for event in inbound.received if isinstance(event, MessagePosted)] == sent


def test_what_waits_shares_a_commit_and_is_acknowledged_after_it() -> None:
    with workspace(schedule=PATIENT) as slack, running(slack, inbound := Recorder(), lanes=1):
        inbound.hold.clear()
        with slack.at_once():
            sent = [slack.post("devops-sos", "amina", str(number)) for number in range(60)]
        until(lambda: all(delivery.attempts for delivery in slack.deliveries[-60:]))
        assert not any(delivery.acked_at for delivery in slack.deliveries[-60:])
        inbound.hold.set()
        slack.wait_quiet(60)

        assert [event.message for event in inbound.received if isinstance(event, MessagePosted)] == sent
        assert sum(inbound.together) == 60
        assert 1 < max(inbound.together) <= MOST_TOGETHER
        assert all(delivery.acked_at for delivery in slack.deliveries[-60:])


def test_where_a_shared_commit_fails_none_of_it_is_acknowledged_and_all_of_it_comes_again() -> None:
    schedule = Schedule(ack_within=2, retry_delays=(0.1, 0.1, 0.1))
    with workspace(schedule=schedule) as slack, running(slack, inbound := Recorder(), lanes=1):
        inbound.hold.clear()
        with slack.at_once():
            sent = [slack.post("devops-sos", "amina", str(number)) for number in range(5)]
        until(lambda: all(delivery.attempts for delivery in slack.deliveries[-5:]))
        inbound.failures = 1
        inbound.hold.set()
        slack.wait_quiet(60)

        assert {event.message for event in inbound.received if isinstance(event, MessagePosted)} == set(sent)
        assert all(delivery.acked_at for delivery in slack.deliveries[-5:])


def test_a_command_in_words_is_answered_after_what_was_written_before_it() -> None:
    with workspace(schedule=PATIENT) as slack, running(slack, inbound := Recorder(), lanes=1):
        inbound.hold.clear()
        with slack.at_once():
            slack.post("devops-sos", "amina", "first")
            slack.post("devops-sos", "amina", f"<@{slack.workspace.bot_user}> oncall")
            slack.post("devops-sos", "amina", "last")
        inbound.hold.set()
        slack.wait_quiet(60)

        kinds = [type(event) for event in inbound.received]
        assert kinds == [MessagePosted, CommandGiven, MessagePosted]


def test_where_what_came_before_a_command_could_not_be_kept_it_comes_again_with_it() -> None:
    schedule = Schedule(ack_within=1, retry_delays=(0.1, 0.1, 0.1))
    with workspace(schedule=schedule) as slack, running(slack, inbound := Recorder(), lanes=1):
        inbound.hold.clear()
        with slack.at_once():
            slack.post("devops-sos", "amina", "in hand")
        until(lambda: inbound.waiting == 1)
        with slack.at_once():
            for words in ("first", f"<@{slack.workspace.bot_user}> oncall", "last"):
                slack.post("devops-sos", "amina", words)
        until(lambda: all(delivery.attempts for delivery in slack.deliveries[-3:]))
        inbound.failing_with = "first"
        inbound.hold.set()
        slack.wait_quiet(60)

        said = {event.text for event in inbound.received if isinstance(event, MessagePosted)}
        assert said == {"in hand", "first", "last"}
        assert any(isinstance(event, CommandGiven) for event in inbound.received)


def test_what_slack_sends_again_while_it_waits_is_taken_once_and_acknowledged_each_time() -> None:
    schedule = Schedule(ack_within=0.3, retry_delays=(0.0, 60.0))
    with workspace(schedule=schedule) as slack, running(slack, inbound := Recorder(), lanes=1):
        inbound.hold.clear()
        slack.post("devops-sos", "amina", "down")
        delivery = slack.deliveries[-1]
        until(lambda: len(delivery.attempts) == 2)
        slack.command("amina", "devops-sos", "/oncall", "next")
        until(lambda: inbound.waiting == 2)  # what was sent before the command was read before it
        inbound.hold.set()
        slack.wait_for(lambda: delivery.acked_at)
        slack.wait_for(lambda: len(slack.courier.acks) == 3)

        assert [event.text for event in inbound.received if isinstance(event, MessagePosted)] == ["down"]


def test_a_dropped_connection_is_back_within_five_seconds() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()) as chat:
        slack.cut_websockets()

        assert reconnected(slack, inbound) < 5
        assert until(chat.is_healthy) < 5


def test_when_slack_asks_to_reconnect_nothing_is_missed() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()) as chat:
        slack.ask_to_reconnect(close_after=0.1)

        assert reconnected(slack, inbound) < 5
        assert until(chat.is_healthy) < 5


def test_while_slack_is_away_it_is_not_healthy_and_afterwards_it_is_back() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()) as chat:
        with slack.away():
            until(lambda: not chat.is_healthy())
        until(chat.is_healthy, 8)
        slack.post("devops-sos", "amina", "down")

        assert inbound.one(MessagePosted).text == "down"


def test_a_start_while_slack_is_away_goes_on_in_the_background() -> None:
    with workspace() as slack:
        chat, inbound = chat_for(slack), Recorder()
        with slack.away():
            chat.start(inbound)
            assert not chat.is_healthy()
        until(chat.is_healthy, 8)
        slack.post("devops-sos", "amina", "down")
        posted = inbound.one(MessagePosted)
        chat.stop()

        assert posted.channel_name == "devops-sos"


@pytest.mark.parametrize(
    ("settings", "key"), [({"bot_token": "xoxb-wrong"}, "bot_token"), ({"app_token": "xapp-wrong"}, "app_token")]
)
def test_a_refused_token_is_told_with_its_key_in_the_configuration(settings: dict[str, str], key: str) -> None:
    with workspace() as slack, pytest.raises(ConfigError, match=rf"chat\.slack\.{key} \(invalid_auth\)"):
        chat_for(slack, **settings).start(Recorder())


def test_a_stop_finishes_and_acknowledges_what_is_in_hand() -> None:
    with workspace(schedule=PATIENT) as slack:
        inbound = Recorder()
        with running(slack, inbound):
            inbound.hold.clear()
            slack.post("devops-sos", "amina", "down")
            delivery = slack.deliveries[-1]
            until(lambda: bool(delivery.attempts))
        slack.wait_for(lambda: not slack.courier.connections)

        assert delivery.acked_at is not None


def test_a_stop_waits_for_a_slow_commit_however_it_is_begun(caplog: pytest.LogCaptureFixture) -> None:
    with workspace(schedule=PATIENT) as slack:
        chat, inbound = chat_for(slack), Recorder()
        chat.start(inbound)
        inbound.hold.clear()
        slack.post("devops-sos", "amina", "down")
        until(lambda: inbound.waiting == 1)
        threading.Timer(2 * WATCH_SECONDS, inbound.hold.set).start()
        chat.stop()
        slack.wait_for(lambda: not slack.courier.connections)

        assert slack.deliveries[-1].acked_at is not None
        assert not [record for record in caplog.records if record.name == "websocket"]


def test_while_slack_refuses_connections_it_is_not_dialled_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    with workspace() as slack, running(slack, Recorder()) as chat:
        with slack.away():
            until(lambda: not chat.is_healthy())
            time.sleep(1.5)  # the library would have dialled thirty times
        until(chat.is_healthy, 8)
    assert 1 <= capsys.readouterr().out.count("slack.connection_ended") <= 5


def test_it_can_be_stopped_at_once_and_twice() -> None:
    with workspace() as slack:
        chat = chat_for(slack)
        chat.stop()
        chat.start(Recorder())
        chat.stop()
        chat.stop()

        assert not chat.is_healthy()


def test_with_five_thousand_channels_it_is_there_soon_and_reads_only_the_configured_ones() -> None:
    with workspace() as slack:
        for number in range(5000):
            slack.channel(f"room-{number}")
        with running(slack, inbound := Recorder()) as chat:
            until(chat.is_healthy)
            inbound.wait_for(lambda: inbound.positions)
            assert len(inbound.channels) == 5002
        assert {call.args["channel"] for call in slack.calls_to("conversations.history")} <= {"C0SOS", "C0SECRET"}


def test_a_server_that_closes_every_connection_at_once_is_dialled_less_and_less() -> None:
    assert [pause_after(number) for number in (0, 3, 4, 5, 6, 60, 100_000)] == [0, 0, 2, 4, 8, 30, 30]


def test_a_server_that_does_so_for_an_hour_is_dialled_some_two_times_a_minute() -> None:
    dials, ended_at = 0, 0
    for second in range(3600):
        if second - ended_at >= pause_after(dials):
            dials, ended_at = dials + 1, second
    assert 115 < dials < 130


def has_opened(slack: FakeSlack, count: int) -> bool:
    return slack.courier.opened >= count and bool(slack.courier.connections)


def test_a_connection_that_is_cut_as_soon_as_it_is_there_is_made_anew_and_in_the_end_stays() -> None:
    with workspace() as slack, running(slack, inbound := Recorder()) as chat:
        for number in (1, 2, 3):
            until(partial(has_opened, slack, number), 12)
            slack.cut_websockets()
        until(chat.is_healthy, 12)
        slack.post("devops-sos", "amina", "down")
        assert inbound.one(MessagePosted).text == "down"
