"""The connection to Rocket.Chat: lost, refused, fed with nonsense; and what was missed meanwhile."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bot.chat.rocketchat.port import RocketChatChat
from bot.chat.rocketchat.rooms import to_text
from models.errors import ConfigError
from models.events import CommandGiven, MessageDeleted, MessageEdited, MessagePosted, ReactionAdded, ReactionRemoved
from models.message import Answer, text
from models.records.reading import Position
from tests.bot.chat.rocketchat_building import Recorder, chat_for, running, until, workspace
from tests.bot.chat.slack_building import NOW
from tests.fakes.rocketchat import BUSY, CUT, NOT_JSON, SERVER_ERROR, description


def go_round(chat: RocketChatChat) -> None:
    """Wait until what was missed has been read a few times more."""
    seen = chat.rounds
    until(lambda: chat.rounds > seen + 2)


def texts(inbound: Recorder) -> list[str]:
    return [one.text for one in inbound.received if isinstance(one, MessagePosted)]


def test_a_connection_that_was_cut_is_made_anew_and_what_was_said_meanwhile_comes_once() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()) as chat:
        fake.post("devops-sos", "amina", "before")
        inbound.one(MessagePosted)
        with fake.away():
            until(lambda: not chat.is_healthy())
            missed = fake.post("devops-sos", "amina", "meanwhile")
            fake.post("devops-sos", "bob", "answered", thread=missed)
            fake.react("bob", missed, "eyes")
        inbound.wait_for(lambda: "answered" in texts(inbound))
        fake.wait_connected(2)
        fake.post("devops-sos", "amina", "after")
        inbound.wait_for(lambda: "after" in texts(inbound))

        assert texts(inbound) == ["before", "meanwhile", "answered", "after"]
        posted = next(one for one in inbound.received if isinstance(one, MessagePosted) and one.message == missed)
        assert posted.is_missed
        assert inbound.one(ReactionAdded).user == "bob"
        until(chat.is_healthy)


def test_a_change_that_is_read_while_an_earlier_one_is_being_kept_is_told_after_it() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        message = fake.post("devops-sos", "amina", "down")
        inbound.one(MessagePosted)
        inbound.hold.clear()
        fake.react("bob", message, "eyes")
        until(lambda: inbound.waiting)
        with fake.deaf():
            fake.react("bob", message, "eyes", is_wanted=False)
            read = len(fake.calls("chat.syncMessages"))
            fake.cut()  # whatever the stream missed is read after each connection
            until(lambda: len(fake.calls("chat.syncMessages")) > read)
            until(lambda: not inbound.hold.wait(0.05))  # the reading has its answer, and waits for its turn
        inbound.hold.set()

        assert inbound.one(ReactionRemoved).user == "bob"
        assert [type(one) for one in inbound.received][-2:] == [ReactionAdded, ReactionRemoved]


def test_what_the_stream_does_not_tell_is_read_every_so_often() -> None:
    with workspace() as fake, running(fake, inbound := Recorder(), read_every=0.1):
        seen = fake.post("devops-sos", "amina", "told")
        inbound.one(MessagePosted)
        with fake.deaf():
            fake.post("devops-sos", "amina", "untold")
            fake.post("devops-secret", "amina", "secret")
            fake.write("amina", "direct")
            fake.edit("amina", seen, "told otherwise")
            gone = fake.post("devops-sos", "amina", "gone")
            fake.delete(gone)
            inbound.wait_for(lambda: {"untold", "secret"} <= set(texts(inbound)))

        assert inbound.one(MessageEdited).text == "told otherwise"
        assert inbound.one(MessageDeleted).message == gone


def test_a_first_start_reads_nothing_older_and_a_later_one_what_was_missed() -> None:
    with workspace() as fake:
        fake.post("devops-sos", "amina", "long before")
        with fake.workspace.lock:
            for message in fake.named("devops-sos").messages.values():
                message["ts"] -= 5_000
                message["_updatedAt"] -= 5_000
        first = Recorder()
        with running(fake, first):
            fake.post("devops-sos", "amina", "live")
            first.wait_for(lambda: "live" in texts(first))
        fake.post("devops-sos", "amina", "while the bot was away")
        second = Recorder()
        second.positions = first.positions
        with running(fake, second):
            second.wait_for(lambda: "while the bot was away" in texts(second))

        assert texts(first) == ["live"]
        assert "long before" not in texts(second)
        keys = {one.key for one in first.received}
        assert [one.text for one in second.received if isinstance(one, MessagePosted) and one.key not in keys] == [
            "while the bot was away"
        ]


def test_a_restart_says_nothing_of_the_commands_that_were_carried_out_before_it() -> None:
    with workspace() as fake:
        fake.age(fake.post("devops-sos", "amina", "!handover"), timedelta(hours=1))
        inbound = Recorder()
        read_to = (fake.workspace.now() - 600_000) / 1000
        inbound.positions = {
            "R-devops-sos": Position("2020-01-01T00:00:00.000Z", to_text(datetime.fromtimestamp(read_to, UTC)))
        }
        with running(fake, inbound) as chat:
            until(lambda: chat.rounds)
            fake.post("devops-sos", "amina", "!oncall")
            inbound.one(CommandGiven)

        assert fake.dms("amina") == []
        assert [one.name for one in inbound.received if isinstance(one, CommandGiven)] == ["oncall"]


def test_a_command_given_long_ago_is_not_carried_out_and_that_is_said() -> None:
    with workspace() as fake:
        fake.age(fake.post("devops-sos", "amina", "!oncall ack 7"), timedelta(hours=1))
        inbound = Recorder()
        inbound.positions = {"R-devops-sos": Position("2020-01-01T00:00:00.000Z", "2020-01-02T00:00:00.000Z")}
        with running(fake, inbound):
            fake.wait_for(lambda: fake.dms("amina"))

        assert "I was away" in fake.dms("amina")[0]["msg"]
        assert inbound.received == []


def test_an_answer_to_a_command_goes_to_the_asker_alone_once() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        inbound.answer = lambda event: Answer(reply=text("Bob")) if isinstance(event, CommandGiven) else None
        fake.post("devops-sos", "amina", "!oncall")
        fake.write("bob", "oncall")
        fake.wait_for(lambda: fake.dms("amina") and fake.dms("bob"))

        assert [one["msg"] for one in fake.dms("amina")] == ["Bob"]
        assert all(one["u"]["username"] != "watchbill" for one in fake.messages("devops-sos"))


def test_what_cannot_be_kept_is_held_and_taken_as_soon_as_it_can_be() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        inbound.failures = 1
        fake.post("devops-sos", "amina", "down")

        assert inbound.one(MessagePosted).text == "down"


NONSENSE: tuple[str | bytes, ...] = (
    '{"msg": "chan',
    b"\x00\xff\xfe",
    "[1, 2]",
    "null",
    '{"msg": "changed"}',
    '{"msg": "changed", "collection": "stream-room-messages", "fields": {"eventName": "x", "args": [{"_id": 7}]}}',
    '{"msg": "changed", "collection": "stream-notify-user", "fields": {"eventName": "x/rooms-changed", "args": [1]}}',
    '{"msg": "changed", "collection": "unheard-of", "fields": {"eventName": 3, "args": {}}}',
)


def test_frames_that_cannot_be_read_end_nothing() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        for frame in NONSENSE:
            fake.send_raw(frame)
        fake.send_raw('{"msg": "ping"}')
        fake.post("devops-sos", "amina", "still there?")

        assert inbound.one(MessagePosted).text == "still there?"
        assert fake.stream.opened == 1
        until(lambda: fake.stream.pongs == 1)


def test_a_room_that_cannot_be_read_holds_up_no_other() -> None:
    with workspace() as fake, running(fake, inbound := Recorder(), read_every=0.1), fake.deaf():
        fake.named("devops-sos").members.discard("watchbill")
        fake.post("devops-secret", "amina", "secret")

        assert inbound.one(MessagePosted).text == "secret"


def test_what_became_of_the_rooms_while_nothing_was_told_is_learnt_and_said_once() -> None:
    with capture_logs() as logs, workspace() as fake, running(fake, inbound := Recorder(), read_every=0.05) as chat:
        fake.room("devops-old", ["amina"])
        until(lambda: "R-devops-old" in inbound.positions)
        with fake.deaf():
            fake.rename("devops-old", "devops-new")
            fake.remove("devops-secret")
            until(lambda: inbound.channels.get("R-devops-old") == "devops-new")
            rounds = chat.rounds
            until(lambda: chat.rounds > rounds + 2)
            fake.post("devops-new", "amina", "still there?")
            event = inbound.one(MessagePosted)

    assert (event.text, event.channel_name) == ("still there?", "devops-new")
    assert [one["room"] for one in logs if one["event"] == "rocketchat.removed_from_room"] == ["R-devops-secret"]


@pytest.mark.parametrize("fault", [NOT_JSON, SERVER_ERROR, CUT, BUSY])
@pytest.mark.parametrize("method", ["subscriptions.get", "rooms.get", "chat.syncMessages"])
def test_a_reading_that_fails_is_made_again_and_misses_nothing(method: str, fault: str) -> None:
    with workspace() as fake, running(fake, inbound := Recorder(), read_every=0.05), fake.deaf():
        fake.fail(method, fault, fault)
        fake.post("devops-sos", "amina", "down")

        assert inbound.one(MessagePosted).text == "down"


def test_a_server_that_closes_at_once_is_tried_again_and_again() -> None:
    with workspace() as fake:
        fake.stream.closes_at_once = True
        chat = chat_for(fake)
        inbound = Recorder()
        with ExitStack() as stack:
            stack.callback(chat.stop)
            stack.callback(setattr, fake.stream, "closes_at_once", False)
            starting = _started(chat, inbound)
            until(lambda: fake.stream.opened >= 3)
            assert not chat.is_healthy()
            fake.stream.closes_at_once = False
            until(chat.is_healthy)
            starting()


def _started(chat: RocketChatChat, inbound: Recorder) -> Callable[[], None]:
    thread = threading.Thread(target=chat.start, args=(inbound,))
    thread.start()
    return thread.join


def test_a_token_that_is_refused_at_the_start_says_what_to_do() -> None:
    with workspace() as fake:
        chat = chat_for(fake, token="wrong")
        with pytest.raises(ConfigError, match="personal access token"):
            chat.start(Recorder())
        chat.stop()


def test_a_token_that_expires_is_told_and_goes_on_without_a_restart() -> None:
    with capture_logs() as logs, workspace() as fake, running(fake, inbound := Recorder(), refused_wait=0.1) as chat:
        old = fake.token
        fake.change_token("another")
        until(lambda: any(one["event"] == "rocketchat.token_refused" for one in logs))
        assert not chat.is_healthy()
        fake.change_token(old)
        until(chat.is_healthy)
        fake.post("devops-sos", "amina", "down")

        assert inbound.one(MessagePosted).text == "down"
        assert len([one for one in logs if one["event"] == "rocketchat.token_refused"]) == 1


def test_a_token_that_is_revoked_while_nothing_is_sent_is_told_and_taken_again() -> None:
    """The websocket may stay: what is read every so often tells of it."""
    with (
        capture_logs() as logs,
        workspace() as fake,
        running(fake, Recorder(), read_every=0.1, refused_wait=0.1) as chat,
    ):
        until(chat.is_healthy)
        fake.api.token = "another"
        until(lambda: not chat.is_healthy())
        fake.api.token = fake.token
        until(chat.is_healthy)

        told = [one["log_level"] for one in logs if one["event"].startswith("rocketchat.token")]
        assert told == ["error", "info"]


def test_a_server_too_busy_for_a_login_is_not_taken_for_one_that_refuses_the_token() -> None:
    with capture_logs() as logs, workspace() as fake, running(fake, Recorder(), refused_wait=600) as chat:
        fake.stream.is_busy = True
        fake.cut()
        until(lambda: any(one["event"] == "rocketchat.connection_lost" for one in logs) and not chat.is_healthy())
        fake.stream.is_busy = False

        until(chat.is_healthy)
        assert not [one for one in logs if one["event"] == "rocketchat.token_refused"]


@pytest.mark.parametrize(("stream", "is_deaf"), [("stream-room-messages", True), ("stream-notify-room", False)])
def test_a_server_that_tells_too_little_is_told_and_what_is_said_is_read_all_the_same(
    stream: str, *, is_deaf: bool
) -> None:
    with capture_logs() as logs, workspace() as fake:
        fake.stream.refused = {stream}
        with running(fake, inbound := Recorder(), read_every=0.1) as chat:
            fake.post("devops-sos", "amina", "down")
            assert inbound.one(MessagePosted).text == "down"
            assert chat.is_healthy() is not is_deaf
        told = [one["log_level"] for one in logs if one["event"] == "rocketchat.subscription_refused"]
        assert told == (["error"] if is_deaf else ["warning"] * 2)


def test_a_clock_ten_minutes_off_misses_nothing() -> None:
    with (
        workspace(now=lambda: NOW - timedelta(minutes=10)) as fake,
        running(fake, inbound := Recorder(), read_every=0.1),
        fake.deaf(),
    ):
        fake.post("devops-sos", "amina", "down")

        assert inbound.one(MessagePosted).text == "down"


def test_a_server_away_at_the_start_is_waited_for() -> None:
    with workspace() as fake:
        fake.is_away = True
        chat, inbound = chat_for(fake), Recorder()
        chat.start(inbound)
        try:
            assert not chat.is_healthy()
            fake.is_away = False
            until(chat.is_healthy)
            assert inbound.channels["R-devops-sos"] == "devops-sos"
        finally:
            chat.stop()


def test_what_was_missed_waits_for_the_limit_and_is_whole() -> None:
    with workspace(limit=3, bypass=False) as fake:
        rooms = [fake.room(f"room-{number}", ["amina"]).name for number in range(5)]
        inbound = Recorder()
        inbound.positions = {
            f"R-{name}": Position("2020-01-01T00:00:00.000Z", "2020-01-02T00:00:00.000Z") for name in rooms
        }
        for name in rooms:
            fake.post(name, "amina", name)
        with running(fake, inbound):
            until(lambda: any(call.status == 429 for call in fake.calls("chat.syncMessages")))
            assert len(texts(inbound)) == 3


def test_a_room_is_read_when_something_happened_in_it_and_not_for_ever_after() -> None:
    """A quiet room keeps its position; what happened in others since that is no reason to read those each time."""
    ahead = [timedelta()]
    with workspace(now=lambda: NOW + ahead[0]) as fake, ExitStack() as stack:
        fake.room("quiet", ["amina"]).updated -= 3_600_000
        chat = stack.enter_context(running(fake, inbound := Recorder(), read_every=0.05))
        fake.post("devops-secret", "amina", "is the vault down?")
        inbound.one(MessagePosted)
        for _ in range(2):
            ahead[0] += timedelta(minutes=10)
            go_round(chat)
        read = sum(one.arguments["roomId"] == "R-devops-secret" for one in fake.calls("chat.syncMessages"))
        go_round(chat)

        again = sum(one.arguments["roomId"] == "R-devops-secret" for one in fake.calls("chat.syncMessages"))
        assert 0 < read == again


def test_five_thousand_rooms_cost_two_calls_where_nothing_happened_in_them() -> None:
    with workspace() as fake:
        for number in range(5_000):
            fake.room(f"quiet-{number}", ["amina"])
        fake.workspace.rooms["R-devops-sos"] = fake.workspace.rooms.pop("R-devops-sos")  # the last of all
        with running(fake, inbound := Recorder()) as chat:
            message = fake.post("devops-sos", "amina", "down")
            assert inbound.one(MessagePosted).text == "down"
            until(lambda: chat.rounds >= 1)
            fake.delete(message)
            assert inbound.one(MessageDeleted).message == message, "of the configured rooms deletions are told at once"

        assert len(fake.calls("chat.syncMessages")) <= 2


def test_the_description_of_the_server_knows_every_call_that_was_made() -> None:
    if not description.is_at_hand():
        pytest.skip("there is no copy of Rocket.Chat's description here: WATCHBILL_SHARED names its folder")
    with workspace() as fake, running(fake, Recorder()):
        made = {call.method for call in fake.api.calls}
        assert made >= {"me", "subscriptions.get"}
        assert [fault for call in fake.api.calls for fault in description.faults(call)] == []
