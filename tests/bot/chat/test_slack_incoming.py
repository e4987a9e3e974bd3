from collections.abc import Iterator

import pytest

from bot.chat.slack.text import command
from bot.metrics import Metrics
from models.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from tests.bot.chat.slack_building import COMMANDS, NOW, Recorder, running, workspace
from tests.fakes.slack import FakeSlack, Schedule


@pytest.fixture
def inbound() -> Recorder:
    return Recorder()


@pytest.fixture
def slack(inbound: Recorder) -> Iterator[FakeSlack]:
    with workspace() as fake, running(fake, inbound):
        yield fake


def test_the_channels_that_the_bot_is_in_are_told_at_the_start(slack: FakeSlack, inbound: Recorder) -> None:
    assert inbound.channels == {"C0SOS": "devops-sos", "C0SECRET": "devops-secret"}


def test_a_message_becomes_an_event_with_plain_text(slack: FakeSlack, inbound: Recorder) -> None:
    ts = slack.post("devops-sos", "amina", "prod is down & slow <now>, see #devops-sos, @bob http://x.example/a @here")

    assert inbound.one(MessagePosted) == MessagePosted(
        key=f"msg:C0SOS:{ts}",
        platform="slack",
        at=NOW,
        channel="C0SOS",
        channel_name="devops-sos",
        message=ts,
        author="U01",
        text="prod is down & slow <now>, see #devops-sos, @U02 http://x.example/a @here",
    )


def test_a_reply_names_its_thread_and_the_threads_root_does_not(slack: FakeSlack, inbound: Recorder) -> None:
    root = slack.post("devops-sos", "amina", "down", thread_ts=None)
    reply = slack.post("devops-sos", "bob", "looking", thread_ts=root)

    slack.wait_quiet()

    threads = {event.message: event.thread for event in inbound.received if isinstance(event, MessagePosted)}
    assert threads == {root: None, reply: root}


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_what_people_say_in_other_ways_is_a_message_too(slack: FakeSlack, inbound: Recorder, subtype: str) -> None:
    slack.post("devops-sos", "amina", "down", subtype=subtype)

    assert inbound.one(MessagePosted).text == "down"


def test_joins_topics_and_other_notices_are_acknowledged_and_dropped(slack: FakeSlack, inbound: Recorder) -> None:
    slack.post("devops-sos", "amina", "set the topic", subtype="channel_topic")

    slack.wait_quiet()

    assert inbound.received == []
    assert not slack.deliveries[-1].failure


def test_an_edit_is_told_with_its_own_key_and_a_preview_is_not(slack: FakeSlack, inbound: Recorder) -> None:
    ts = slack.post("devops-sos", "amina", "slow")
    slack.unfurl(ts, "Title")
    slack.edit(ts, "prod is down")
    slack.unfurl(ts, "Title")
    slack.wait_quiet()

    edits = [event for event in inbound.received if isinstance(event, MessageEdited)]
    assert [edit.text for edit in edits] == ["prod is down"]
    assert edits[0].key.startswith(f"edit:C0SOS:{ts}:")
    assert (edits[0].author, edits[0].message) == ("U01", ts)


@pytest.mark.parametrize("has_replies", [False, True])
def test_a_deletion_is_told_also_where_a_tombstone_stays(
    slack: FakeSlack, inbound: Recorder, *, has_replies: bool
) -> None:
    ts = slack.post("devops-sos", "amina", "down")
    if has_replies:
        slack.post("devops-sos", "bob", "hm", thread_ts=ts)
    slack.delete(ts)

    deleted = inbound.one(MessageDeleted)

    assert (deleted.key, deleted.message) == (f"del:C0SOS:{ts}", ts)


def test_a_direct_message_is_direct_and_has_no_channel_name(slack: FakeSlack, inbound: Recorder) -> None:
    slack.dm("amina", "how do I get more quota?")

    posted = inbound.one(MessagePosted)

    assert (posted.is_direct, posted.channel_name) == (True, None)


def test_other_bots_are_marked_and_their_attachments_are_read(slack: FakeSlack, inbound: Recorder) -> None:
    slack.post_as_bot("devops-sos", "Alerts", "", attachments=[{"fallback": "Disk full", "color": "danger"}])

    posted = inbound.one(MessagePosted)

    assert (posted.is_bot, posted.text, posted.author_name) == (True, "Disk full", "Alerts")
    assert posted.aliases == ("B0OTHERBOT", "Alerts")


def test_an_app_that_writes_as_a_user_goes_by_its_bots_id_and_its_name_too(slack: FakeSlack, inbound: Recorder) -> None:
    app = {"subtype": None, "user": "U0APP", "bot_profile": {"name": "Grafana"}}
    ts = slack.post_as_bot("devops-sos", "", "Disk full", "B0APP", **app)
    posted = inbound.one(MessagePosted)
    assert (posted.is_bot, posted.author, posted.aliases) == (True, "U0APP", ("B0APP", "Grafana"))

    slack.edit(ts, "Disk is fine")
    edited = inbound.one(MessageEdited)
    assert (edited.is_bot, edited.aliases) == (True, ("B0APP", "Grafana"))


def test_reactions_are_told_without_the_colour_of_the_hand(slack: FakeSlack, inbound: Recorder) -> None:
    ts = slack.post("devops-sos", "amina", "down")
    slack.react("bob", ts, "eyes")
    slack.react("bob", ts, "+1::skin-tone-3")
    slack.unreact("bob", ts, "eyes")
    slack.wait_quiet()

    added = [event for event in inbound.received if isinstance(event, ReactionAdded)]
    removed = inbound.one(ReactionRemoved)
    assert [(one.emoji, one.user, one.message) for one in added] == [("eyes", "U02", ts), ("+1", "U02", ts)]
    assert [one.author for one in added] == ["U01", "U01"], "thanks are counted for whoever wrote it"
    assert removed.emoji == "eyes"
    assert len({one.key for one in (*added, removed)}) == 3


def test_a_mention_with_a_commands_name_is_a_command_once(slack: FakeSlack, inbound: Recorder) -> None:
    ts = slack.post("devops-sos", "amina", "@watchbill oncall swap 2026-11-24 @bob")
    slack.wait_quiet()

    assert [event.key for event in inbound.received] == [f"msg:C0SOS:{ts}"]
    given = inbound.one(CommandGiven)
    assert (given.name, given.text, given.user) == ("oncall", "swap 2026-11-24 @U02", "U01")


@pytest.mark.parametrize(
    ("text", "is_command"),
    [("oncall next", True), ("/oncall", True), ("!handover", True), ("Incident in production", False), ("help", False)],
)
def test_in_private_a_commands_name_alone_is_a_command(
    slack: FakeSlack, inbound: Recorder, text: str, *, is_command: bool
) -> None:
    slack.dm("amina", text)
    slack.wait_quiet()

    assert isinstance(inbound.received[0], CommandGiven) == is_command


@pytest.mark.parametrize(
    ("said", "name", "rest"),
    [
        ("Oncall Next", "oncall", "Next"),
        ("help", "help", ""),
        ("onclal next", "onclal", "next"),
        ("!HANDOVER", "handover", ""),
        ("help me, production is down", None, None),
        ("oncal is who, and why does the portal answer 503", None, None),
        ("our app is down", None, None),
    ],
)
def test_after_a_mention_a_slip_in_a_name_is_a_command_and_a_sentence_is_none(
    said: str, name: str | None, rest: str | None
) -> None:
    found = command(f"<@U0FAKEBOT> {said}", "U0FAKEBOT", COMMANDS, is_direct=False)
    assert (found.name if found else None, found.text if found else None) == (name, rest)


def test_a_mention_without_a_commands_name_stays_a_message(slack: FakeSlack, inbound: Recorder) -> None:
    slack.post("devops-sos", "amina", "@watchbill prod is down")

    assert inbound.one(MessagePosted).text == "@U0FAKEBOT prod is down"


def test_a_renamed_channel_has_its_new_name_at_once(slack: FakeSlack, inbound: Recorder) -> None:
    slack.rename_channel("devops-sos", "platform-sos")
    inbound.wait_for(lambda: inbound.channels["C0SOS"] == "platform-sos")
    slack.post("platform-sos", "amina", "down")

    assert inbound.one(MessagePosted).channel_name == "platform-sos"


def test_a_channel_that_the_bot_is_brought_into_is_told(slack: FakeSlack, inbound: Recorder) -> None:
    slack.channel("general", members=["amina"], channel_id="C0NEW", with_bot=False)
    slack.invite("general")

    inbound.wait_for(lambda: inbound.channels.get("C0NEW") == "general")


def test_an_unknown_channels_name_is_asked_for_once(slack: FakeSlack, inbound: Recorder) -> None:
    slack.channel("later", members=["amina"], channel_id="C0LATER")
    slack.post("later", "amina", "one")
    slack.post("later", "amina", "two")
    slack.wait_quiet()

    names = [event.channel_name for event in inbound.received if isinstance(event, MessagePosted)]
    assert names == ["later", "later"]
    assert len(slack.calls_to("conversations.info")) == 1


def test_a_message_whose_channel_cannot_be_asked_for_stays_unacknowledged_until_it_can() -> None:
    patient = Schedule(ack_within=0.5, retry_delays=(0.0, 1.0, 3.0))
    with workspace(schedule=patient) as slack, running(slack, inbound := Recorder()):
        slack.channel("later", members=["amina"], channel_id="C0LATER")
        slack.fail("conversations.info", "http_503")
        slack.post("later", "amina", "prod is down")

        inbound.wait_for(lambda: inbound.received, 8)

        assert inbound.one(MessagePosted).channel_name == "later"
        assert len(slack.deliveries[-1].attempts) > 1


@pytest.mark.parametrize("fault", [KeyError, TypeError, AttributeError, RuntimeError])
def test_a_fault_of_the_bots_own_leaves_an_event_unacknowledged(
    slack: FakeSlack, inbound: Recorder, fault: type[Exception]
) -> None:
    def failing(_: Event) -> None:
        inbound.answer = lambda _: None
        raise fault

    inbound.answer = failing
    slack.post("devops-sos", "amina", "prod is down")
    inbound.wait_for(lambda: len(inbound.received) == 2)
    slack.wait_for(lambda: slack.deliveries[-1].acked_at is not None)

    assert inbound.received[0] == inbound.received[1]
    assert len(slack.deliveries[-1].attempts) == 2


def test_the_bots_own_words_and_reactions_are_nothing_to_it(slack: FakeSlack, inbound: Recorder) -> None:
    event = {
        "type": "message",
        "user": "U0FAKEBOT",
        "bot_id": "B0FAKEBOT",
        "text": "hi",
        "channel": "C0SOS",
        "ts": "1.0",
    }
    slack.send("events_api", {"type": "event_callback", "event": event, "team_id": "T0FAKETEAM"})
    slack.wait_quiet()

    assert inbound.received == []


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "event_callback", "event": {"type": "message"}},
        {"type": "event_callback", "event": {"type": "message", "channel": 7, "ts": []}},
        {"type": "event_callback", "event": {}},
        {"type": "event_callback", "event": {"type": "reaction_added", "user": "U01"}},
        {"type": "event_callback", "event": {"type": "brand_new_thing", "x": 1}},
        {"type": "event_callback"},
        {"something": "else"},
        {},
    ],
)
def test_a_payload_of_another_shape_is_acknowledged_and_stops_nothing(
    slack: FakeSlack, inbound: Recorder, payload: dict[str, object]
) -> None:
    odd = slack.send("events_api", payload)
    slack.post("devops-sos", "amina", "down")

    assert inbound.one(MessagePosted).text == "down"
    slack.wait_for(lambda: odd.acked_at is not None)


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("interactive", {"type": "workflow_step_edit", "callback_id": "x", "user": {"id": "U01"}}),
        ("interactive", {"type": "block_suggestion", "action_id": "x", "block_id": "b", "value": "q"}),
        ("events_api", {"type": "event_callback", "event": {"type": "brand_new_thing"}}),
    ],
)
def test_what_nobody_knows_is_acknowledged_and_counted(kind: str, payload: dict[str, object]) -> None:
    metrics = Metrics()
    counted = {"platform": "slack", "kind": "other", "outcome": "dropped"}
    with workspace() as slack, running(slack, Recorder(), metrics=metrics):
        odd = slack.send(kind, payload)
        slack.wait_for(lambda: odd.acked_at is not None)

    assert metrics.registry.get_sample_value("watchbill_events_total", counted) == 1


def test_frames_that_are_no_envelopes_stop_nothing(slack: FakeSlack, inbound: Recorder) -> None:
    for frame in ('{"type": "events_api", "envel', "[]", "null", '{"type": 7}', b"\x00\xff\xfe"):
        slack.send_raw(frame)
    slack.post("devops-sos", "amina", "down")

    assert inbound.one(MessagePosted).text == "down"


def test_a_slash_command_becomes_an_event_with_its_trigger_as_key(slack: FakeSlack, inbound: Recorder) -> None:
    handle = slack.command("amina", "devops-sos", "/oncall-list", "add @bob 2")

    given = inbound.one(CommandGiven)

    assert handle.response == {}
    assert (given.name, given.text, given.user) == ("oncall-list", "add @U02 2", "U01")
    assert (given.channel, given.channel_name) == ("C0SOS", "devops-sos")
    assert given.key == f"act:{handle.delivery.payload['trigger_id']}"


ROW = [
    {
        "type": "actions",
        "block_id": "b",
        "elements": [
            {"type": "button", "action_id": "ack#2", "value": "7", "text": {"type": "plain_text", "text": "x"}}
        ],
    }
]


def test_a_button_of_a_threads_first_message_is_in_no_thread(slack: FakeSlack, inbound: Recorder) -> None:
    """What is answered would otherwise be shown in the thread alone, which whoever pressed may not have open."""
    ts = slack.post("devops-sos", "bob", "who covers Thursday?")
    slack.post("devops-sos", "amina", "I would, from noon", thread_ts=ts)
    slack.press("bob", slack.find(ts)[1] | {"blocks": ROW}, "ack#2")

    assert (inbound.one(ButtonPressed).message, inbound.one(ButtonPressed).thread) == (ts, None)


def test_a_button_in_a_thread_tells_where_it_is(slack: FakeSlack, inbound: Recorder) -> None:
    root = slack.post("devops-sos", "amina", "down")
    ts = slack.post("devops-sos", "bob", "page", thread_ts=root)
    message = slack.find(ts)[1] | {"blocks": ROW}
    slack.press("bob", message, "ack#2")

    pressed = inbound.one(ButtonPressed)

    assert (pressed.action, pressed.value, pressed.user) == ("ack", "7", "U02")
    assert (pressed.channel, pressed.channel_name, pressed.message, pressed.thread) == ("C0SOS", "devops-sos", ts, root)
