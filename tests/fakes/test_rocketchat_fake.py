"""The fake Rocket.Chat refuses what the real one does, or no test that relies on it says anything."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from websocket import create_connection

from bot.chat.rocketchat.caller import Caller, CallFailed
from tests.fakes.rocketchat import FakeRocketChat, description
from tests.fakes.rocketchat.api import Call

SOS = "R-devops-sos"


@pytest.fixture
def fake() -> Iterator[FakeRocketChat]:
    with FakeRocketChat(check=False) as fake:
        fake.user("amina")
        fake.room("devops-sos", ["amina"])
        fake.room("elsewhere", ["amina"], with_bot=False)
        yield fake


@pytest.fixture
def caller(fake: FakeRocketChat) -> Iterator[Caller]:
    caller = Caller(fake.url, fake.bot.id, fake.token, 5)
    yield caller
    caller.close()


def refused(caller: Caller, method: str, **body: Any) -> tuple[int, str]:
    with pytest.raises(CallFailed) as failed:
        caller.post(method, **body)
    return failed.value.status, failed.value.code


def said(text: str = "x", **more: Any) -> dict[str, Any]:
    return {"rid": SOS, "msg": text, **more}


def test_a_token_that_is_not_the_bots_is_refused(fake: FakeRocketChat) -> None:
    stranger = Caller(fake.url, fake.bot.id, "another", 5)
    assert refused(stranger, "chat.sendMessage", message=said())[0] == 401
    stranger.close()


def test_unknown_arguments_and_missing_ones_are_refused(caller: Caller) -> None:
    assert refused(caller, "chat.sendMessage", message=said(), channel="#x") == (400, "invalid-params")
    assert refused(caller, "chat.sendMessage", message=said(colour="red")) == (400, "invalid-params")
    assert refused(caller, "chat.update", roomId=SOS, text="x") == (400, "invalid-params")
    assert refused(caller, "chat.update", roomId=SOS, msgId="m", text="x", attachments=[]) == (400, "invalid-params")


def test_a_room_without_the_bot_an_unknown_message_and_too_long_a_text_are_refused(caller: Caller) -> None:
    assert refused(caller, "chat.sendMessage", message={"rid": "R-elsewhere", "msg": "x"})[1] == "error-not-allowed"
    assert refused(caller, "chat.react", messageId="none", emoji="eyes")[1] == "error-message-not-found"
    assert refused(caller, "chat.sendMessage", message=said("x" * 5_001))[1] == "error-message-size-exceeded"
    assert refused(caller, "im.create", username="nobody")[1] == "error-invalid-user"


def test_an_id_that_is_there_already_makes_no_second_message(fake: FakeRocketChat, caller: Caller) -> None:
    caller.post("chat.sendMessage", message=said(_id="one"))
    refused(caller, "chat.sendMessage", message=said(_id="one"))
    assert len(fake.messages("devops-sos")) == 1


def test_only_ones_own_message_is_edited_and_only_in_time(fake: FakeRocketChat, caller: Caller) -> None:
    others = fake.post("devops-sos", "amina", "mine")
    assert refused(caller, "chat.update", roomId=SOS, msgId=others, text="x")[1] == "error-action-not-allowed"
    caller.post("chat.sendMessage", message=said(_id="own"))
    caller.post("chat.update", roomId=SOS, msgId="own", text="better")
    fake.workspace.edit_window = timedelta(0)
    assert refused(caller, "chat.update", roomId=SOS, msgId="own", text="x")[1] == "error-message-editing-blocked"


def test_the_eleventh_call_of_a_minute_is_refused_with_the_instant_at_which_it_may_be_made() -> None:
    with FakeRocketChat(bypass=False, check=False) as fake:
        caller = Caller(fake.url, fake.bot.id, fake.token, 5)
        for _ in range(10):
            caller.get("me")
        with pytest.raises(CallFailed) as failed:
            caller.get("me")
        caller.get("rooms.get")  # each method has its own
        caller.close()

    assert failed.value.status == 429
    assert failed.value.wait is not None
    assert caller.limit("me") == 10


def test_a_server_that_is_slower_than_one_waits_has_not_answered(fake: FakeRocketChat) -> None:
    fake.is_slow = 0.3
    hasty = Caller(fake.url, fake.bot.id, fake.token, 0.1)
    with pytest.raises(CallFailed) as failed:
        hasty.get("me")
    hasty.close()
    assert (failed.value.status, failed.value.is_final, failed.value.never_left) == (0, False, False)


def test_a_server_that_is_not_there_was_never_reached() -> None:
    with FakeRocketChat(check=False) as gone:
        url = gone.url
    nowhere = Caller(url, "u", "t", 1)
    with pytest.raises(CallFailed) as failed:
        nowhere.get("me")
    assert failed.value.never_left


def test_nothing_is_told_before_a_login_and_nothing_of_other_rooms(fake: FakeRocketChat) -> None:
    socket = create_connection(f"ws://127.0.0.1:{fake.port}/websocket", timeout=5)

    def told(**frame: Any) -> dict[str, Any]:
        socket.send(json.dumps(frame))
        answer: dict[str, Any] = json.loads(socket.recv())
        return answer

    socket.recv()
    assert told(msg="connect", version="1", support=["1"])["msg"] == "connected"
    mine = {"msg": "sub", "name": "stream-room-messages", "params": ["__my_messages__", False]}
    assert told(id="1", **mine)["msg"] == "nosub"
    wrong = told(msg="method", method="login", id="2", params=[{"resume": "another"}])
    assert wrong["error"]["error"] == 403
    assert json.loads(socket.recv())["msg"] == "updated"
    assert told(msg="method", method="login", id="3", params=[{"resume": fake.token}])["result"]["id"] == fake.bot.id
    socket.recv()
    elsewhere = {"msg": "sub", "name": "stream-room-messages", "params": ["R-elsewhere", False]}
    assert told(id="4", **elsewhere)["msg"] == "nosub"
    assert told(id="5", **mine) == {"msg": "ready", "subs": ["5"]}
    socket.close()


@pytest.mark.skipif(not description.is_at_hand(), reason="no copy of Rocket.Chat's description: see WATCHBILL_SHARED")
@pytest.mark.parametrize(
    ("call", "fault"),
    [
        (Call("chat.sendMessage", "POST", {"message": {"rid": "R", "msg": 7}}), "message.msg is no string"),
        (Call("chat.sendMessage", "POST", {"message": {"msg": "x"}}), "message.rid is missing"),
        (Call("chat.update", "POST", {"roomId": "R", "msgId": "m", "text": "x", "blocks": []}), "blocks is unknown"),
        (Call("chat.syncMessages", "GET", {"roomId": "R", "since": "x"}), "since"),
        (Call("chat.invented", "GET", {}), "GET chat.invented"),
    ],
    ids=lambda one: one.method if isinstance(one, Call) else "",
)
def test_a_call_that_the_description_does_not_know_is_told(call: Call, fault: str) -> None:
    assert fault in list(description.faults(call))
