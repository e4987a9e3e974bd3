"""The local chat behind its port: what it hands in, what it performs, and what a restart leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.chat.local.interaction import BotAway
from bot.chat.local.platform import NotThere
from bot.chat.local.port import LocalChat
from bot.chat.port import ChatPort, Remote
from models.effects import Direct, Edit, Effect, Post, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed, UserError
from models.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)
from models.message import Answer, Button, Buttons, Form, FormField, Mention, Message, message, paragraph, text
from tests.browser.scripted import HOW_TO, NOON, PEOPLE, SOS, ScriptedBot, local_chat

Json = dict[str, object]


@pytest.fixture
def chat() -> Iterator[LocalChat]:
    chat = local_chat()
    yield chat
    chat.close()


def shown(chat: LocalChat, user: str = "dana", channel: str = SOS) -> list[str]:
    """Give the words in a channel as one person sees them."""
    found = chat.actions.timeline(user, channel, None)["messages"]
    return [each["text"] if each["blocks"] is None else _first(each) for each in found]


def in_thread(chat: LocalChat, root: str | None, user: str = "dana") -> list[str]:
    assert root is not None
    found = chat.actions.thread(user, SOS, root)["messages"][1:]
    return [each["text"] if each["blocks"] is None else _first(each) for each in found]


def _first(document: dict[str, list[dict[str, list[str]]]]) -> str:
    return str(document["blocks"][0]["line"][0])


def say(chat: LocalChat, words: str, user: str = "dana", channel: str = SOS, thread: str | None = None) -> str:
    return str(chat.interaction.type(user, channel, words, thread)["sent"])


def with_buttons() -> Message:
    return message(paragraph("down"), Buttons((Button("ack", "I’m on it", "142"),)))


# -- in


def test_it_is_a_chat_port(chat: LocalChat) -> None:
    port: ChatPort = chat
    assert port.name == "local"
    assert port.paces(Post(SOS, text("x"))) == ()


def test_the_bot_learns_the_channels_at_the_start(chat: LocalChat) -> None:
    bot = ScriptedBot()
    assert not chat.is_healthy()
    chat.start(bot)
    assert bot.channels == [(HOW_TO, "devops-how-to"), (SOS, "devops-sos"), ("C-general", "general")]
    assert chat.is_healthy()


def test_words_in_a_channel_become_a_message_posted(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    sent = say(chat, "  prod is down, @amina  ", "ravi.m")
    assert bot.took(1) == [
        MessagePosted(
            key=f"msg:{SOS}:{sent}", platform="local", at=NOON, channel=SOS, channel_name="devops-sos", message=sent,
            author="ravi.m", author_name="Ravi Menon", text="prod is down, @amina",
        )
    ]  # fmt: skip


def test_a_reply_names_the_first_message_of_its_thread(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    root = say(chat, "down")
    reply = say(chat, "still", thread=root)
    say(chat, "and still", thread=reply)
    events = bot.took(3)
    assert [event.thread for event in events if isinstance(event, MessagePosted)] == [None, root, root]


def test_a_direct_conversation_has_no_channel_name(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    say(chat, "hello", channel="D-dana")
    (event,) = bot.took(1)
    assert isinstance(event, MessagePosted)
    assert event.is_direct
    assert event.channel_name is None


def test_two_edits_at_one_instant_are_two_events(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    sent = say(chat, "down")
    chat.actions.edit("dana", SOS, sent, "down for all")
    chat.actions.edit("dana", SOS, sent, "down for some")
    _, first, second = bot.took(3)
    assert isinstance(first, MessageEdited)
    assert isinstance(second, MessageEdited)
    assert (first.text, second.text) == ("down for all", "down for some")
    assert first.key.startswith(f"edit:{SOS}:{sent}:")
    assert first.key != second.key


def test_a_deleted_message_is_gone_and_told(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    sent = say(chat, "down")
    chat.actions.delete("dana", SOS, sent)
    event = bot.took(2)[1]
    assert isinstance(event, MessageDeleted)
    assert event.key == f"del:{SOS}:{sent}"
    assert shown(chat) == []


def test_a_deleted_message_with_replies_keeps_its_place(chat: LocalChat) -> None:
    sent = say(chat, "down")
    say(chat, "looking", "amina", thread=sent)
    chat.actions.delete("dana", SOS, sent)
    assert shown(chat) == [""]
    assert in_thread(chat, sent) == ["looking"]


def test_nobody_changes_somebody_elses_message(chat: LocalChat) -> None:
    sent = say(chat, "down")
    with pytest.raises(UserError):
        chat.actions.edit("ravi.m", SOS, sent, "up")
    with pytest.raises(UserError):
        chat.actions.delete("ravi.m", SOS, sent)
    assert shown(chat) == ["down"]


def test_a_reaction_is_told_once_and_each_time_anew(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    sent = say(chat, "down")
    for is_wanted in (True, True, False, False, True):
        chat.actions.react("amina", SOS, sent, "eyes", is_wanted=is_wanted)
    events = bot.took(4)[1:]
    assert [type(event) for event in events] == [ReactionAdded, ReactionRemoved, ReactionAdded]
    assert {event.author for event in events if isinstance(event, ReactionAdded)} == {"dana"}
    assert len({event.key for event in events}) == 3


def test_what_the_bot_says_and_does_is_not_handed_back(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    posted = chat.perform(Post(SOS, text("good morning")), "1")
    chat.perform(React(SOS, posted.message or "", "eyes"), "2")
    say(chat, "hello")
    assert [type(event) for event in bot.took(1)] == [MessagePosted]


# -- commands, buttons and forms


def test_a_slash_command_is_answered_to_its_asker_alone(chat: LocalChat) -> None:
    bot = ScriptedBot(lambda _: Answer(reply=text("Amina")))
    chat.start(bot)
    say(chat, "/oncall next", "ravi.m")
    (event,) = bot.took(1)
    assert isinstance(event, CommandGiven)
    assert (event.name, event.text, event.user, event.channel_name) == ("oncall", "next", "ravi.m", "devops-sos")
    assert shown(chat, "ravi.m") == ["Amina"]
    assert shown(chat, "dana") == []


def test_a_visible_command_is_not_handed_in_as_words_too(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    sent = say(chat, "!oncall")
    chat.actions.edit("dana", SOS, sent, "!oncall me")
    say(chat, "after")
    assert [type(event) for event in bot.took(2)] == [CommandGiven, MessagePosted]
    assert shown(chat, "ravi.m") == ["!oncall me", "after"]


def test_a_command_in_a_thread_is_answered_in_it(chat: LocalChat) -> None:
    bot = ScriptedBot(lambda event: Answer(reply=text("done")) if isinstance(event, CommandGiven) else None)
    chat.start(bot)
    root = say(chat, "down")
    say(chat, "/oncall ack 1", thread=root)
    assert in_thread(chat, root) == ["done"]
    assert in_thread(chat, root, "ravi.m") == []


def test_each_command_has_a_key_of_its_own(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    say(chat, "/oncall")
    say(chat, "/oncall")
    assert len({event.key for event in bot.took(2)}) == 2


def test_an_unknown_command_is_answered_privately_and_stays_in_the_composer(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    assert chat.interaction.type("dana", SOS, "/foo", None) == {"sent": None, "form": None, "is_kept": True}
    assert shown(chat)[0].startswith("There is no /foo")
    assert shown(chat, "ravi.m") == []


def test_a_press_carries_the_button_and_its_message(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    root = say(chat, "down")
    posted = chat.perform(Post(SOS, with_buttons(), root), "1")
    chat.interaction.press("amina", SOS, posted.message or "", Button("ack", "", "142"))
    (event,) = (event for event in bot.took(2) if isinstance(event, ButtonPressed))  # messages have their own thread
    assert (event.action, event.value, event.user) == ("ack", "142", "amina")
    assert (event.message, event.thread) == (posted.message, root)


def test_a_button_that_the_message_does_not_have_cannot_be_pressed(chat: LocalChat) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    posted = chat.perform(Post(SOS, with_buttons()), "1")
    with pytest.raises(NotThere):
        chat.interaction.press("amina", SOS, posted.message or "", Button("resolve", "", "142"))
    assert bot.events == []


FORM = Form(
    "handover",
    "Handover",
    "Hand over",
    (
        FormField("summary", "What happened", "text", max_length=20),
        FormField("watch", "What to watch", is_optional=True),
        FormField("to", "To", "choice", options=(("amina", "Amina"),)),
    ),
    subject="shift 7",
)


def handover(event: Event) -> Answer | None:
    if isinstance(event, CommandGiven):
        return Answer(form=FORM)
    if isinstance(event, FormSubmitted) and not event.fields["watch"]:
        return Answer(errors={"watch": "Say what to watch."})
    return Answer(reply=text("Stored.")) if isinstance(event, FormSubmitted) else None


def test_a_form_comes_back_with_errors_until_it_is_right(chat: LocalChat) -> None:
    bot = ScriptedBot(handover)
    chat.start(bot)
    form = chat.interaction.type("amina", SOS, "/handover", None)["form"]
    filled = {"summary": "calm", "to": "amina", "watch": ""}
    refused = chat.interaction.submit("amina", form["id"], form["attempt"], filled)
    assert refused == {"errors": {"watch": "Say what to watch."}, "attempt": 1, "form": None}
    taken = chat.interaction.submit("amina", form["id"], 1, filled | {"watch": "disk"})
    assert taken == {"errors": {}, "attempt": 1, "form": None}
    keys = [event.key for event in bot.took(3)[1:]]
    assert keys == [f"form:{form['id']}:0", f"form:{form['id']}:1"]
    last = bot.events[-1]
    assert isinstance(last, FormSubmitted)
    assert (last.form, last.subject, dict(last.fields)) == ("handover", "shift 7", filled | {"watch": "disk"})
    assert shown(chat, "amina") == ["Stored."]


def test_a_form_is_submitted_once_and_by_the_one_it_was_opened_for(chat: LocalChat) -> None:
    chat.start(ScriptedBot(handover))
    form = chat.interaction.type("amina", SOS, "/handover", None)["form"]
    filled = {"summary": "calm", "to": "amina", "watch": "disk"}
    with pytest.raises(NotThere):
        chat.interaction.submit("dana", form["id"], 0, filled)
    chat.interaction.submit("amina", form["id"], 0, filled)
    with pytest.raises(UserError, match="already"):
        chat.interaction.submit("amina", form["id"], 0, filled)


def test_the_platform_itself_refuses_what_the_form_does_not_allow(chat: LocalChat) -> None:
    bot = ScriptedBot(handover)
    chat.start(bot)
    form = chat.interaction.type("amina", SOS, "/handover", None)["form"]
    answer = chat.interaction.submit("amina", form["id"], 0, {"summary": "x" * 21, "to": "eve"})
    assert set(answer["errors"]) == {"summary", "to"}
    assert len(bot.events) == 1


def test_a_refused_message_is_answered_privately(chat: LocalChat) -> None:
    bot = ScriptedBot(lambda _: Answer(reply=text("Not here.")))
    chat.start(bot)
    say(chat, "down")
    bot.took(1)
    chat.stop()
    assert shown(chat) == ["down", "Not here."]
    assert shown(chat, "ravi.m") == ["down"]


# -- the bot or its store is away


def test_an_event_that_was_not_taken_is_delivered_again_and_in_order(chat: LocalChat) -> None:
    bot = ScriptedBot(away=2)
    chat.start(bot)
    say(chat, "one")
    say(chat, "two")
    events = bot.took(2)
    assert [event.text for event in events if isinstance(event, MessagePosted)] == ["one", "two"]
    assert bot.offered == 4
    assert not any(event.is_missed for event in events if isinstance(event, MessagePosted))


def test_a_command_that_was_not_taken_tells_its_asker(chat: LocalChat) -> None:
    bot = ScriptedBot(away=1)
    chat.start(bot)
    with pytest.raises(BotAway):
        say(chat, "/oncall")
    assert bot.events == []


def test_a_form_that_was_not_taken_can_be_submitted_again(chat: LocalChat) -> None:
    bot = ScriptedBot(handover)
    chat.start(bot)
    form = chat.interaction.type("amina", SOS, "/handover", None)["form"]
    filled = {"summary": "calm", "to": "amina", "watch": "disk"}
    bot.away = 1
    with pytest.raises(BotAway):
        chat.interaction.submit("amina", form["id"], 0, filled)
    chat.interaction.submit("amina", form["id"], 0, filled)
    assert bot.took(2)[1].key == f"form:{form['id']}:0"


def test_an_event_that_the_bot_stumbles_over_does_not_stop_the_next(chat: LocalChat) -> None:
    def stumble(event: Event) -> Answer | None:
        if isinstance(event, MessagePosted) and event.text == "one":
            raise RuntimeError("a fault of the bot's own")
        return None

    bot = ScriptedBot(stumble)
    chat.start(bot)
    say(chat, "one")
    say(chat, "two")
    (event,) = bot.took(1)
    assert isinstance(event, MessagePosted)
    assert event.text == "two"
    assert bot.offered == 4


def test_what_the_bot_stumbled_over_is_logged_without_its_words(
    chat: LocalChat, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(event: Event) -> Answer | None:
        if isinstance(event, MessagePosted) and event.text == "production is down":
            raise RuntimeError(event.text)
        return None

    bot = ScriptedBot(stumble)
    chat.start(bot)
    say(chat, "production is down")
    say(chat, "next")
    bot.took(1)
    logged = capsys.readouterr().out
    assert logged.count("local.event_refused") == 3
    assert "RuntimeError at " in logged
    assert "production is down" not in logged


def test_what_was_said_while_the_bot_was_away_comes_as_missed(tmp_path: Path) -> None:
    before = local_chat(tmp_path / "chat.db")
    sent = say(before, "prod is down")
    before.close()
    after, bot = local_chat(tmp_path / "chat.db"), ScriptedBot()
    after.start(bot)
    say(after, "still down")
    missed, live = bot.took(2)
    after.close()
    assert isinstance(missed, MessagePosted)
    assert isinstance(live, MessagePosted)
    assert (missed.message, missed.is_missed) == (sent, True)
    assert not live.is_missed


def test_what_was_delivered_is_not_delivered_again_after_a_restart(tmp_path: Path) -> None:
    before, bot = local_chat(tmp_path / "chat.db"), ScriptedBot()
    before.start(bot)
    say(before, "one")
    bot.took(1)
    before.close()
    after, again = local_chat(tmp_path / "chat.db"), ScriptedBot()
    after.start(again)
    say(after, "two")
    events = again.took(1)
    after.close()
    assert [event.text for event in events if isinstance(event, MessagePosted)] == ["two"]


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    before = local_chat(tmp_path / "chat.db")
    before.start(ScriptedBot(lambda event: Answer(reply=text("Amina")) if isinstance(event, CommandGiven) else None))
    root = say(before, "down")
    before.perform(Post(SOS, text("told"), root), "1")
    before.perform(Topic(SOS, "Amina is on call"), "2")
    before.perform(UserGroup("oncall", ("amina",)), "3")
    before.actions.react("amina", SOS, root, "eyes", is_wanted=True)
    say(before, "/oncall")
    seen = before.actions.timeline("dana", SOS, None), before.actions.state("dana")
    before.close()
    after = local_chat(tmp_path / "chat.db")
    assert (after.actions.timeline("dana", SOS, None), after.actions.state("dana")) == seen
    assert after.perform(Post(SOS, text("told"), root), "1").message == seen[0]["messages"][0]["id"].replace("01", "02")
    assert in_thread(after, root) == ["told"]
    after.close()


# -- out


def test_a_key_that_was_there_before_does_nothing_and_gives_the_same(chat: LocalChat) -> None:
    first = chat.perform(Post(SOS, text("once")), "key")
    assert chat.perform(Post(SOS, text("once")), "key") == first
    assert shown(chat) == ["once"]
    assert chat.find(Post(SOS, text("once")), "key", NOON) == first


def test_what_was_never_sent_is_not_found(chat: LocalChat) -> None:
    assert chat.find(Post(SOS, text("x")), "never", NOON) is None


def test_a_post_in_a_thread_goes_to_its_first_message(chat: LocalChat) -> None:
    root = say(chat, "down")
    reply = say(chat, "still", thread=root)
    chat.perform(Post(SOS, text("told"), reply), "1")
    assert in_thread(chat, root) == ["still", "told"]
    assert shown(chat) == ["down"]


def test_a_direct_message_is_seen_by_its_recipient_alone(chat: LocalChat) -> None:
    sent = chat.perform(Direct("amina", text("your turn")), "1")
    assert sent.channel == "D-amina"
    assert shown(chat, "amina", "D-amina") == ["your turn"]
    with pytest.raises(NotThere):
        chat.actions.timeline("dana", "D-amina", None)


def test_an_edit_changes_what_was_posted(chat: LocalChat) -> None:
    posted = chat.perform(Post(SOS, with_buttons()), "1")
    assert chat.perform(Edit(1, text("resolved")), "2", posted) == posted
    assert shown(chat) == ["resolved"]


def test_a_private_message_is_seen_by_one(chat: LocalChat) -> None:
    chat.perform(Private(SOS, "dana", text("psst"), NOON), "1")
    assert shown(chat, "dana") == ["psst"]
    assert shown(chat, "amina") == []


def test_the_bots_reaction_is_put_and_taken(chat: LocalChat) -> None:
    sent = say(chat, "down")
    chat.perform(React(SOS, sent, "ticket"), "1")
    reactions = chat.actions.timeline("dana", SOS, None)["messages"][0]["reactions"]
    assert reactions == [{"emoji": "ticket", "users": ["watchbill"]}]
    chat.perform(React(SOS, sent, "ticket", is_wanted=False), "2")
    assert chat.actions.timeline("dana", SOS, None)["messages"][0]["reactions"] == []


@pytest.mark.parametrize(
    "effect",
    [
        Post("C-nowhere", text("x")),
        Post(SOS, text("x"), "nothing"),
        React(SOS, "nothing", "eyes"),
        Topic("C-nowhere", "x"),
    ],
)
def test_what_is_not_there_is_a_permanent_failure(chat: LocalChat, effect: Effect) -> None:
    with pytest.raises(DeliveryFailed) as failure:
        chat.perform(effect, "1")
    assert failure.value.permanent
    assert not failure.value.recipient
    assert chat.find(effect, "1", NOON) is None


@pytest.mark.parametrize(
    "effect",
    [Direct("eve", text("x")), Private(SOS, "eve", text("x"), NOON), UserGroup("oncall", ("eve",))],
)
def test_somebody_who_is_not_there_is_the_recipients_failure(chat: LocalChat, effect: Effect) -> None:
    with pytest.raises(DeliveryFailed) as failure:
        chat.perform(effect, "1")
    assert failure.value.permanent
    assert failure.value.recipient


def test_somebody_who_left_cannot_be_reached_but_their_words_stay(tmp_path: Path) -> None:
    before = local_chat(tmp_path / "chat.db")
    say(before, "bye", "ravi.m")
    before.close()
    after = local_chat(tmp_path / "chat.db", tuple(person for person in PEOPLE if person.id != "ravi"))
    with pytest.raises(DeliveryFailed) as failure:
        after.perform(Direct("ravi.m", text("x")), "1")
    names = {person["id"]: person["is_active"] for person in after.actions.state("dana")["people"]}
    words = shown(after)
    after.close()
    assert failure.value.recipient
    assert names["ravi.m"] is False
    assert words == ["bye"]


def test_an_edit_without_its_post_is_a_permanent_failure(chat: LocalChat) -> None:
    with pytest.raises(DeliveryFailed) as failure:
        chat.perform(Edit(1, text("x")), "1", Remote(SOS))
    assert failure.value.permanent


# -- reading


def test_what_others_said_is_unread_until_it_is_read(chat: LocalChat) -> None:
    root = say(chat, "down")
    chat.perform(Post(SOS, text(Mention("amina"), " please"), root), "1")
    amina = {each["id"]: each for each in chat.actions.state("amina")["channels"]}
    dana = {each["id"]: each for each in chat.actions.state("dana")["channels"]}
    assert (amina[SOS]["unread"], amina[SOS]["mentions"]) == (2, 1)
    assert (dana[SOS]["unread"], dana[SOS]["mentions"]) == (1, 0)
    chat.actions.mark_read("amina", SOS, 2)
    assert {each["id"]: each["unread"] for each in chat.actions.state("amina")["channels"]}[SOS] == 0


def test_a_played_past_can_be_marked_as_read(chat: LocalChat) -> None:
    say(chat, "down")
    chat.perform(Direct("amina", text("your turn")), "1")
    chat.mark_all_read()
    say(chat, "again")
    unread = {each["id"]: each["unread"] for each in chat.actions.state("amina")["channels"]}
    assert (unread[SOS], unread["D-amina"]) == (1, 0)


def test_a_group_is_mentioned_as_its_members(chat: LocalChat) -> None:
    chat.perform(UserGroup("oncall", ("amina",)), "1")
    say(chat, "@oncall please")
    amina = {each["id"]: each for each in chat.actions.state("amina")["channels"]}
    assert amina[SOS]["mentions"] == 1


def test_a_long_channel_is_read_page_by_page(chat: LocalChat) -> None:
    for number in range(55):
        chat.record("devops-sos", "dana", f"{number}", NOON)
    newest = chat.actions.timeline("ravi.m", SOS, None)
    older = chat.actions.timeline("ravi.m", SOS, newest["messages"][0]["seq"])
    assert newest["has_more"]
    assert not older["has_more"]
    assert [each["text"] for each in older["messages"] + newest["messages"]] == [str(n) for n in range(55)]


def test_the_recorded_past_is_neither_handed_in_nor_unread(chat: LocalChat) -> None:
    chat.record("devops-sos", "dana", "long ago", NOON, reactions=(("amina", "eyes"),))
    bot = ScriptedBot()
    chat.start(bot)
    say(chat, "now")
    (event,) = bot.took(1)
    assert isinstance(event, MessagePosted)
    assert event.text == "now"
    assert {each["id"]: each["unread"] for each in chat.actions.state("ravi.m")["channels"]}[SOS] == 1


@pytest.mark.parametrize("words", ["", "  \n ", "x" * 40_001])
def test_an_empty_and_an_endless_message_are_refused(chat: LocalChat, words: str) -> None:
    with pytest.raises(UserError):
        say(chat, words)
    assert shown(chat) == []


@pytest.mark.parametrize("words", ["x" * 40_000, "🔥🔥", "<!channel> <b>x</b>", "a\x07b\u202ec", "a\ud800b\x00c"])
def test_odd_words_arrive(chat: LocalChat, words: str) -> None:
    bot = ScriptedBot()
    chat.start(bot)
    say(chat, words)
    (event,) = bot.took(1)
    assert isinstance(event, MessagePosted)
    assert event.text == words.replace("\ud800", "\ufffd").replace("\x00", "\ufffd")
    assert shown(chat) == [event.text]


def test_a_stranger_can_neither_read_nor_speak(chat: LocalChat) -> None:
    for attempt in (lambda: say(chat, "hi", "eve"), lambda: chat.actions.timeline("eve", SOS, None)):
        with pytest.raises(NotThere):
            attempt()
