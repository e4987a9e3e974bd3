"""What people do on Rocket.Chat, as events."""

from datetime import timedelta

from bot.chat.rocketchat.incoming import Reader
from bot.chat.rocketchat.memory import Memory, Seen
from bot.chat.rocketchat.payloads import RoomTold, Sent
from bot.chat.rocketchat.rooms import Room as Place
from bot.chat.rocketchat.text import Grammar, Tap, Words
from bot.clock import SteppingClock
from models.effects import Direct
from models.events import (
    ButtonPressed,
    CommandGiven,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from models.message import text
from tests.bot.chat.rocketchat_building import Recorder, running, until, workspace
from tests.bot.chat.slack_building import NOW
from tests.fakes.rocketchat import SERVER_ERROR
from tests.fakes.rocketchat.workspace import Room


def test_a_message_is_told_with_its_room_its_author_and_its_thread() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        root = fake.post("devops-sos", "amina", "Is [the registry](https://r.example.org) down?")
        reply = fake.post("devops-sos", "bob", "For me too", thread=root)
        inbound.wait_for(lambda: len(inbound.received) >= 2)
        first, second = (one for one in inbound.received if isinstance(one, MessagePosted))

        assert (first.key, first.channel_name, first.author) == (f"msg:R-devops-sos:{root}", "devops-sos", "amina")
        assert first.text == "Is the registry (https://r.example.org) down?"
        assert (first.thread, first.is_direct, first.is_missed) == (None, False, False)
        assert (second.message, second.thread) == (reply, root)


def test_private_rooms_and_direct_messages_are_heard_too() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        fake.post("devops-secret", "amina", "is the vault down?")
        fake.write("amina", "may I ask you something?")
        inbound.wait_for(lambda: len(inbound.received) >= 2)
        secret, direct = (one for one in inbound.received if isinstance(one, MessagePosted))

        assert secret.channel_name == "devops-secret"
        assert (direct.channel_name, direct.is_direct) == (None, True)


def test_an_edit_is_told_once_and_a_preview_is_none() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        message = fake.post("devops-sos", "amina", "slow")
        fake.edit("amina", message, "down")
        edit = inbound.one(MessageEdited)
        with fake.workspace.lock:  # the server adds a preview: the message comes anew, with no other edit
            room, found = fake.workspace.message(message)
            found["urls"] = [{"url": "https://example.org"}]
            fake.workspace.touched(room, found, renewed=True)
        fake.post("devops-sos", "bob", "the last")
        inbound.wait_for(lambda: any(getattr(one, "text", "") == "the last" for one in inbound.received))

        assert (edit.message, edit.text) == (message, "down")
        assert len([one for one in inbound.received if isinstance(one, MessageEdited)]) == 1
        assert len({one.key for one in inbound.received if isinstance(one, MessagePosted)}) == 2


def test_reactions_are_told_as_they_come_and_go_and_come_again() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        message = fake.post("devops-sos", "amina", "down")
        fake.react("bob", message, "eyes")
        fake.react("amina", message, "eyes")
        fake.react("bob", message, "eyes", is_wanted=False)
        inbound.one(ReactionRemoved)
        fake.react("bob", message, "eyes")
        inbound.wait_for(lambda: sum(isinstance(one, ReactionAdded) for one in inbound.received) == 3)
        added = [one for one in inbound.received if isinstance(one, ReactionAdded)]

        assert [(one.user, one.emoji) for one in added] == [("bob", "eyes"), ("amina", "eyes"), ("bob", "eyes")]
        assert len({one.key for one in added}) == 3


def test_what_waits_for_the_store_is_compared_change_by_change() -> None:
    """Several frames of one message that are taken in one commit: each is held against the one before it."""
    with workspace() as fake, running(fake, inbound := Recorder()):
        inbound.hold.clear()
        fake.post("devops-sos", "bob", "the first")
        until(lambda: inbound.waiting)
        message = fake.post("devops-sos", "amina", "down")
        fake.react("bob", message, "eyes")
        fake.react("amina", message, "eyes")
        fake.react("bob", message, "eyes", is_wanted=False)
        fake.react("bob", message, "eyes")
        fake.edit("amina", message, "all is down")
        fake.react("amina", message, "eyes", is_wanted=False)
        inbound.hold.set()
        inbound.wait_for(lambda: sum(isinstance(one, ReactionRemoved) for one in inbound.received) == 2)

        told = [
            (type(one), getattr(one, "user", ""))
            for one in inbound.received
            if not isinstance(one, MessagePosted) and message in one.key
        ]
        assert told == [
            (ReactionAdded, "bob"),
            (ReactionAdded, "amina"),
            (ReactionRemoved, "bob"),
            (ReactionAdded, "bob"),
            (MessageEdited, ""),
            (ReactionRemoved, "amina"),
        ]
        assert len({one.key for one in inbound.received}) == len(inbound.received)


def test_the_bots_own_messages_and_reactions_mean_nothing_but_what_others_put_on_them_does() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        own = fake.post("devops-sos", "watchbill", "@bob please look")
        fake.react("watchbill", own, "ticket")
        fake.react("bob", own, "white_check_mark")
        reaction = inbound.one(ReactionAdded)

        assert (reaction.user, reaction.emoji) == ("bob", "white_check_mark")
        assert [type(one) for one in inbound.received] == [ReactionAdded]


def test_a_deleted_message_is_told_at_once() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        message = fake.post("devops-sos", "amina", "down")
        inbound.one(MessagePosted)
        fake.delete(message)

        assert inbound.one(MessageDeleted).message == message


def test_what_the_server_writes_itself_is_nothing() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        fake.post("devops-sos", "amina", "amina", t="uj")
        fake.post("devops-sos", "amina", "hello")

        assert inbound.one(MessagePosted).text == "hello"


def test_what_an_integration_writes_is_told_as_a_bots() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        attachment = {"title": "Disk full", "text": "node-7"}
        fake.post("devops-sos", "bob", "", bot={"i": "hook"}, alias="Alertmanager", attachments=[attachment])

        event = inbound.one(MessagePosted)
        assert (event.is_bot, event.text) == (True, "Disk full\nnode-7")
        assert (event.author, event.aliases[0]) == ("bob", "Alertmanager")


def test_a_bots_account_is_known_by_its_type_and_where_it_is_shown_by_its_role() -> None:
    with workspace() as fake:
        fake.user("rocket.cat", kind="bot")
        fake.user("hubot", roles=["user", "bot"])
        fake.workspace.permissions["view-full-other-user-info"].append("bot")
        fake.named("devops-sos").members.update({"rocket.cat", "hubot"})
        inbound = Recorder()
        inbound.known = {"amina"}
        with running(fake, inbound):
            for user in ("rocket.cat", "hubot", "amina", "bob", "bob"):
                message = fake.post("devops-sos", user, "!oncall" if user == "hubot" else "down")
            fake.react("hubot", message, "eyes")
            reaction = inbound.one(ReactionAdded)
            posted = [one for one in inbound.received if isinstance(one, MessagePosted)]

            assert [(one.author, one.is_bot) for one in posted] == [
                ("rocket.cat", True),
                ("hubot", True),
                ("amina", False),
                ("bob", False),
                ("bob", False),
            ]
            assert (reaction.is_bot, reaction.author) == (True, "bob")
            asked = [call.arguments["username"] for call in fake.calls("users.info")]
            assert sorted(one for one in asked if one != "amina") == ["bob", "hubot", "rocket.cat"]


def test_whose_account_cannot_be_asked_for_is_a_person() -> None:
    with workspace() as fake:
        fake.fail("users.info", SERVER_ERROR)
        fake.user("rocket.cat", kind="bot")
        fake.named("devops-sos").members.add("rocket.cat")
        with running(fake, inbound := Recorder()):
            fake.post("devops-sos", "bob", "down")
            fake.post("devops-sos", "rocket.cat", "down")
            inbound.wait_for(lambda: len(inbound.received) == 2)
            fake.post("devops-sos", "rocket.cat", "up")
            inbound.wait_for(lambda: len(inbound.received) == 3)

            assert [getattr(one, "is_bot", None) for one in inbound.received] == [False] * 3
            assert fake.calls("users.info") == [], "nobody is asked for while it fails"


def test_a_reaction_that_is_put_anew_after_a_restart_is_told_anew() -> None:
    with workspace() as fake:
        first, second = Recorder(), Recorder()
        with running(fake, first):
            message = fake.post("devops-sos", "amina", "down")
            first.one(MessagePosted)
            fake.react("bob", message, "eyes")
            put = first.one(ReactionAdded)
            fake.react("bob", message, "eyes", is_wanted=False)
            first.one(ReactionRemoved)
            fake.react("amina", message, "ticket")
            first.wait_for(lambda: len(first.received) == 4)
        second.positions = first.positions
        with running(fake, second) as chat:
            until(lambda: chat.rounds)
            fake.react("bob", message, "eyes")
            second.wait_for(lambda: any(getattr(one, "emoji", "") == "eyes" for one in second.received))
        anew = next(one for one in second.received if isinstance(one, ReactionAdded) and one.emoji == "eyes")
        read = next(one for one in second.received if isinstance(one, ReactionAdded) and one.emoji == "ticket")
        live = next(one for one in first.received if isinstance(one, ReactionAdded) and one.emoji == "ticket")

        assert anew.key != put.key
        assert anew.standing == put.standing
        assert read.key == live.standing, "what is read afterwards has the key that was kept beside the first"


def test_commands_are_given_by_prefix_mention_slash_and_in_private_by_name() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        fake.post("devops-sos", "amina", "!oncall next")
        fake.post("devops-sos", "amina", "@watchbill: OnCall swap 2026-12-01 @bob")
        fake.post("devops-sos", "amina", "/oncall-list show")
        fake.write("amina", "handover")
        fake.write("amina", "help")
        inbound.wait_for(lambda: len(inbound.received) >= 5)
        given = [one for one in inbound.received if isinstance(one, CommandGiven)]

        assert [(one.name, one.text, one.is_bare) for one in given] == [
            ("oncall", "next", False),
            ("oncall", "swap 2026-12-01 @bob", False),
            ("oncall-list", "show", False),
            ("handover", "", True),
            ("help", "", True),
        ]
        assert {one.user for one in given} == {"amina"}


def test_a_slip_in_a_commands_name_is_no_silence() -> None:
    grammar = Grammar("!", "watchbill", ("oncall", "handover"), ("ack",))
    assert grammar.read("!oncal next", is_direct=False) == Words("oncal", "next")
    assert grammar.read("!handovr", is_direct=False) == Words("handovr", "")
    assert grammar.read("!ack 7", is_direct=False) == Tap("ack", "7")
    assert grammar.read("!oncall", is_direct=False) == Words("oncall", "")
    assert grammar.read("!oncal is what everybody types here first", is_direct=False) is None


def test_what_only_looks_like_a_command_is_said() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        for words in ("!important", "oncall is a hard word", "/var/log is full", "@watchbill is great", "!!!"):
            fake.post("devops-sos", "amina", words)
        inbound.wait_for(lambda: len(inbound.received) >= 5)

        assert {type(one) for one in inbound.received} == {MessagePosted}


def test_a_tap_of_a_button_is_told_as_one() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        fake.post("devops-sos", "bob", "!class 142:urgent")
        pressed = inbound.one(ButtonPressed)

        assert (pressed.action, pressed.value, pressed.user) == ("class", "142:urgent", "bob")


def test_a_room_that_the_bot_comes_into_is_learnt_and_one_that_is_renamed_is_told() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        fake.room("operations", ["amina"], with_bot=False)
        fake.post("operations", "amina", "not for the bot")
        fake.invite("operations")
        inbound.wait_for(lambda: "R-operations" in inbound.positions)
        fake.post("operations", "amina", "hello bot")
        event = inbound.one(MessagePosted)
        fake.rename("operations", "ops")
        inbound.wait_for(lambda: inbound.channels.get("R-operations") == "ops")

        assert (event.text, event.channel_name) == ("hello bot", "operations")


def test_a_room_that_the_bot_is_taken_out_of_or_that_is_archived_holds_up_no_other() -> None:
    with workspace() as fake, running(fake, inbound := Recorder()):
        fake.remove("devops-secret")
        fake.archive("devops-sos")
        fake.write("amina", "still there?")

        assert inbound.one(MessagePosted).text == "still there?"
        inbound.wait_for(lambda: inbound.channels == {})


def test_a_change_of_an_old_message_posts_nothing() -> None:
    with workspace() as fake:
        old = fake.post("devops-sos", "amina", "long ago")
        fake.age(old, timedelta(days=3))
        with running(fake, inbound := Recorder()):
            fake.react("bob", old, "pushpin")

            assert inbound.one(ReactionAdded).message == old
            assert len(inbound.received) == 1


def test_a_reply_under_what_was_written_before_the_bot_came_makes_it_no_news() -> None:
    """The server sends a thread's first message anew with each reply under it: of this morning's, nobody is paged."""
    with workspace() as fake:
        old = fake.post("devops-sos", "amina", "this morning production was down")
        fake.age(old, timedelta(hours=5))
        with running(fake, inbound := Recorder()):
            fake.post("devops-sos", "bob", "what was it?", thread=old)
            fake.post("devops-sos", "bob", "the last")
            inbound.wait_for(lambda: any(getattr(one, "text", "") == "the last" for one in inbound.received))

        posted = [one.text for one in inbound.received if isinstance(one, MessagePosted)]
        assert posted == ["what was it?", "the last"]


def test_what_was_written_while_the_bot_was_away_and_is_told_by_a_change_of_it_counts_as_missed() -> None:
    begun = NOW - timedelta(hours=9)
    clock = SteppingClock(NOW, is_running=False)
    reader = Reader("watchbill", Grammar("!", "watchbill", ("oncall",), ()), clock, Memory(), begun=lambda _: begun)
    told = {"_id": "m1", "rid": "R1", "msg": "down", "ts": NOW - timedelta(hours=2), "u": {"username": "amina"}}
    late = Sent.model_validate({**told, "_updatedAt": NOW})
    too_old = Sent.model_validate({**told, "_updatedAt": NOW, "ts": begun - timedelta(seconds=1)})
    command = Sent.model_validate({**told, "_updatedAt": NOW, "msg": "!oncall ack 7"})
    (posted,) = reader.events(late, None, None)

    assert isinstance(posted, MessagePosted)
    assert (posted.is_missed, posted.at) == (True, NOW - timedelta(hours=2))
    assert reader.events(too_old, None, None) == []
    assert reader.events(command, None, None) == []


def test_a_conversation_among_several_is_nobodys_own() -> None:
    """What is for one person alone is not written where others read it, however the server tells of that room."""
    room = {"_id": "several", "t": "d", "usernames": ["amina", "bob", "watchbill"]}
    subscription = {"rid": "several", "t": "d", "name": "amina, bob"}
    counted = {"_id": "several", "t": "d", "uids": ["a", "b", "w"]}
    with workspace() as fake, running(fake, inbound := Recorder()) as chat:
        with fake.workspace.lock:
            members = {"amina", "bob", "watchbill"}
            several = fake.workspace.rooms["several"] = Room("several", "d", "", members, updated=fake.workspace.now())
            fake.tell_bot("rooms-changed", "inserted", several.told())
            fake.tell_bot("rooms-changed", "updated", {"_id": fake.direct("amina").id, "t": "d"})
        fake.say("bob", "several", "oncall next")
        chat.perform(Direct("amina", text("your handover")), "key000000000000001")

        read = [Place.of(RoomTold.model_validate(one), "watchbill") for one in (room, subscription, counted)]
        assert [(one.user, one.is_direct) for one in read] == [("", False)] * 3
        assert [one["msg"] for one in fake.dms("amina")] == ["your handover"]
        posted = inbound.one(MessagePosted)
        assert (posted.text, posted.is_direct) == ("oncall next", False)


def test_how_a_message_stood_before_what_is_known_of_it_says_nothing() -> None:
    """The stream and what is read afterwards overtake each other: bob's reaction was taken off again meanwhile."""
    reader = Reader("watchbill", Grammar("!", "watchbill", (), ()), SteppingClock(NOW, is_running=False), Memory())
    told = {"_id": "m1", "rid": "R1", "msg": "down", "ts": NOW.isoformat(), "u": {"username": "amina"}}
    put = {":eyes:": {"usernames": ["bob"]}}
    older = Sent.model_validate({**told, "_updatedAt": (NOW + timedelta(seconds=1)).isoformat(), "reactions": put})
    newer = Sent.model_validate({**told, "_updatedAt": (NOW + timedelta(seconds=2)).isoformat()})
    known = Seen().followed_by(older).followed_by(newer)

    assert reader.events(older, None, known) == []
    assert known.followed_by(older) == known
    assert known.taken_back == {("eyes", "bob")}
