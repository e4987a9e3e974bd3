"""Who was deactivated: told by Slack as it happens, and asked of it at each start."""

import threading

import pytest
from slack_sdk import WebClient
from structlog.testing import capture_logs

from bot.chat.slack.accounts import PACE_SECONDS, keep_looking
from bot.clock import SteppingClock
from models.events import AccountChanged, MessagePosted
from tests.bot.chat.slack_building import NOW, Recorder, running, workspace
from tests.fakes.slack import FakeSlack, Fault


def told(inbound: Recorder, user: str) -> list[AccountChanged]:
    return [one for one in [*inbound.received] if isinstance(one, AccountChanged) and one.user == user]


def inbound_of(*known: str) -> Recorder:
    inbound = Recorder()
    inbound.known = known
    return inbound


def looked(slack: FakeSlack, inbound: Recorder) -> None:
    """Wait until the look at the start has told of everybody."""
    inbound.wait_for(
        lambda: {one.user for one in inbound.received if isinstance(one, AccountChanged)} >= {*inbound.known}
    )
    slack.wait_quiet()
    inbound.received.clear()


def test_a_deactivation_and_its_end_are_told_with_keys_of_their_own() -> None:
    inbound = inbound_of("U01")
    with workspace() as slack, running(slack, inbound):
        looked(slack, inbound)
        slack.deactivate("amina")
        slack.reactivate("amina")
        inbound.wait_for(lambda: len(told(inbound, "U01")) == 2)
        sent = [one.payload["event"] for one in slack.deliveries if one.payload["event"]["type"] == "user_change"]
    assert told(inbound, "U01") == [
        AccountChanged(key=f"account:U01:{one['event_ts']}", platform="slack", at=NOW, user="U01", is_active=active)
        for one, active in zip(sent, (False, True), strict=True)
    ]


def test_a_redelivery_has_the_same_key() -> None:
    inbound = inbound_of("U01")
    with workspace() as slack, running(slack, inbound):
        looked(slack, inbound)
        slack.deactivate("amina")
        inbound.one(AccountChanged)
        slack.redeliver(slack.last_delivery(type="user_change"), new_event_id=True)
        inbound.wait_for(lambda: len(told(inbound, "U01")) == 2)
    first, second = told(inbound, "U01")
    assert first.key == second.key


def test_strangers_change_their_status_all_day_and_none_of_it_is_taken() -> None:
    inbound = inbound_of("U01")
    with workspace() as slack, running(slack, inbound):
        looked(slack, inbound)
        slack.set_status("bob", "at lunch")
        slack.deactivate("bob")
        slack.wait_quiet()
        assert [one.failure for one in slack.deliveries] == [""] * len(slack.deliveries)
    assert inbound.received == []


def tells_nothing(user: object) -> None:
    inbound = inbound_of("U01")
    with workspace() as slack, running(slack, inbound):
        looked(slack, inbound)
        sent = slack.send(
            "events_api", {"type": "event_callback", "event": {"type": "user_change", "user": user, "event_ts": "1.0"}}
        )
        slack.wait_quiet()
        assert not sent.failure
    assert inbound.received == []


@pytest.mark.parametrize(
    "user",
    [{"id": "U01", "profile": {}}, {"id": "U01", "deleted": None}],
    ids=["without the mark", "with none"],
)
def test_a_payload_that_does_not_say_whether_it_is_deactivated_tells_nothing(user: dict[str, object]) -> None:
    tells_nothing(user)


@pytest.mark.parametrize("user", [None, "U01", {"name": "amina"}, {"id": 7}])
def test_a_payload_of_another_shape_is_acknowledged_and_dropped(user: object) -> None:
    tells_nothing(user)


def test_at_the_start_each_configured_persons_account_is_looked_at() -> None:
    inbound = inbound_of("U01", "U02", "U0NOBODY")
    with workspace() as slack:
        with slack.silence():
            slack.deactivate("bob")
        with running(slack, inbound):
            inbound.wait_for(lambda: len(inbound.received) == 3, 5 + 3 * PACE_SECONDS)
        assert [call.args["user"] for call in slack.calls_to("users.info")] == ["U01", "U02", "U0NOBODY"]
    assert {one.user: one.is_active for one in inbound.received if isinstance(one, AccountChanged)} == {
        "U01": True,
        "U02": False,
        "U0NOBODY": False,
    }


def test_the_look_waits_where_slack_asks_to_go_slower() -> None:
    inbound = inbound_of("U01")
    with workspace() as slack:
        slack.fail("users.info", Fault.RATE_LIMITED, retry_after=1)
        with running(slack, inbound):
            assert inbound.one(AccountChanged).is_active
        assert len(slack.calls_to("users.info")) == 2


def test_a_look_that_fails_is_logged_and_everything_else_goes_on() -> None:
    inbound = inbound_of("U01")
    scopes = {"channels:read", "groups:read", "channels:history", "chat:write"}
    with capture_logs() as logs, workspace(scopes=scopes) as slack, running(slack, inbound) as chat:
        slack.wait_for(lambda: slack.calls_to("users.info"))
        assert chat.is_healthy()
    assert [one["reason"] for one in logs if one["event"] == "slack.accounts_not_seen"] == ["missing_scope"]
    assert inbound.received == []


def test_whoever_writes_is_looked_up_once_named_a_moment_later_and_called_so_from_then_on() -> None:
    with workspace() as slack, running(slack, inbound := Recorder(), settled=0.0):
        inbound.known = ("U02",)
        slack.user("U09", name="zoe.ng")
        slack.workspace.channels["C0SOS"].members.append("U09")
        slack.post("devops-sos", "U09", "how do I get quota?")
        slack.post("devops-sos", "U02", "see the docs")
        inbound.wait_for(lambda: [one for one in inbound.received if isinstance(one, AccountChanged) and one.name], 60)
        slack.post("devops-sos", "U09", "thanks")
        slack.wait_for(lambda: len(slack.calls_to("users.info")) >= 1)
        slack.rename_user("U09", "zoe")
        slack.post("devops-sos", "U09", "one more thing")
        slack.wait_quiet()

        told = [one for one in inbound.received if isinstance(one, AccountChanged) and one.name]
        assert [(one.user, one.name, one.is_active) for one in told] == [("U09", "zoe.ng", True)]
        asked = [call.args["user"] for call in slack.calls_to("users.info")]
        assert asked.count("U09") == 1
        said = [one.author_name for one in inbound.received if isinstance(one, MessagePosted) and one.author == "U09"]
        assert said == ["", "zoe.ng", "zoe"]


def test_a_name_that_slack_does_not_tell_is_asked_for_once_and_stops_nothing() -> None:
    with workspace() as slack, running(slack, inbound := Recorder(), settled=0.0):
        slack.fail("users.info", "user_not_visible")
        for words in ("one", "two"):
            slack.post("devops-sos", "amina", words)
            slack.wait_for(lambda: slack.calls_to("users.info"), 60)
        slack.wait_quiet()
        assert [one.author_name for one in inbound.received if isinstance(one, MessagePosted)] == ["", ""]
        assert len(slack.calls_to("users.info")) == 1


def test_it_is_looked_again_for_whoever_was_configured_since() -> None:
    inbound, stopping = inbound_of(), threading.Event()
    with workspace() as slack:
        client = WebClient(slack.bot_token, base_url=slack.base_url)
        given = (client, SteppingClock(NOW), inbound, stopping, 0.02)
        looking = threading.Thread(target=keep_looking, args=given)
        looking.start()
        inbound.known = ("U02",)
        assert inbound.one(AccountChanged).user == "U02"
        stopping.set()
        looking.join(5)
        assert not looking.is_alive()


def test_a_stop_does_not_wait_for_the_look() -> None:
    inbound = inbound_of(*(f"U{number}" for number in range(400)))
    with workspace() as slack, running(slack, inbound):
        inbound.one(AccountChanged)
    assert len(inbound.received) < 10
