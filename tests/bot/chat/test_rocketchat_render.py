"""How a message looks on Rocket.Chat, and that what people wrote can do nothing there."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.rocketchat.render import Renderer, defused
from bot.chat.rocketchat.text import plain
from models.message import (
    Bullets,
    Button,
    Buttons,
    ChannelRef,
    Code,
    Fields,
    Heading,
    Link,
    Mention,
    Message,
    MessageRef,
    Quote,
    Span,
    Strong,
    line,
    message,
    note,
    paragraph,
    text,
)

RENDERER = Renderer("!", ("oncall", "oncall-list", "handover"), lambda room, one: f"https://c.example.org/{room}/{one}")


def shown(*spans: Span) -> str:
    return RENDERER.text(text(*spans))


def test_every_part_of_a_message_is_shown() -> None:
    whole = message(
        Heading("Handover"),
        paragraph("to ", Mention("bob", "Bob"), " in ", ChannelRef("R1", "ops")),
        Bullets((line("one"), line(Strong("two")))),
        Quote("it is down\nsince 9"),
        Fields((("Open", line("3")),)),
        note("Nothing else."),
        Buttons((Button("ack", "Take it", "7"),)),
    )
    assert RENDERER.text(whole) == (
        "*Handover*\nto @bob in #ops\n• one\n• *two*\n> it is down\n> since 9\n*Open:* 3\n_Nothing else._"
    )


def test_bold_words_keep_their_distance_from_what_stands_beside_them() -> None:
    assert shown("✅ ", Strong("Urgent request "), "#7", Strong(" is over ")) == "✅ *Urgent request* #7 *is over* "
    assert shown(Strong("  ")) == "…"


def test_commands_are_shown_as_one_writes_them_here() -> None:
    assert shown("Try ", Code("/oncall help"), " or /oncall-list, not /var/oncall.") == (
        "Try `!oncall help` or !oncall-list, not /var/oncall."
    )


def test_a_link_says_where_it_leads_where_its_label_says_something_else() -> None:
    assert shown(Link("https://evil.example/x", "docs.example.org/quota")).endswith("(evil.example)")
    assert shown(Link("https://docs.example.org/a(b)", "Quota")) == "[Quota](https://docs.example.org/a%28b%29)"
    assert shown(Link("javascript:alert(1)", "Quota")) == "Quota (javascript:alert(1))"
    assert shown(MessageRef("R1", "m1", "#7")) == "[#7](https://c.example.org/R1/m1)"


@pytest.mark.parametrize(
    "words", ["@all", "@here look", "(@all)", "hi @bob", "[a](https://e.example)", "<https://e|a>"]
)
def test_what_people_wrote_mentions_nobody_and_opens_nothing(words: str) -> None:
    for quoted in (shown(words), shown(Strong(words)), shown(Code(words)), RENDERER.text(Message((Quote(words),)))):
        assert not re.search(r"(?<![\w.])@\w", quoted)
        assert "](" not in quoted
        assert not re.search(r"<https?:", quoted)
    assert shown(Mention("all", "Everyone")) != "@all"


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_no_text_becomes_a_mention_or_a_link(words: str) -> None:
    safe = defused(words)
    assert not re.search(r"(?<![\w.])@\w", safe)
    assert "](" not in safe


def test_what_is_copied_from_the_bot_comes_back_as_it_was_meant() -> None:
    assert plain(shown(Code("/oncall swap 2026-12-01 @bob"))) == "`!oncall swap 2026-12-01 @bob`"


def test_nothing_is_ever_empty_or_too_long() -> None:
    assert RENDERER.text(Message(())) == "…"
    assert len(RENDERER.text(text("x" * 10_000))) <= 5_000
    assert RENDERER.text(Message((), summary="for @all")) == "for @\u200ball"


def test_a_long_text_is_measured_as_the_server_does_and_cut_into_no_other_name() -> None:
    emoji = RENDERER.text(text("🔥" * 5_000))
    assert len(emoji.encode("utf-16-le")) // 2 <= 5_000
    assert emoji.endswith("🔥…")
    assert RENDERER.text(text("x" * 80, " ", Mention("amina.diallo", "Amina")), 90) == "x" * 80 + "…"


def test_of_a_long_text_nothing_is_left_out_but_goes_on_below_it() -> None:
    items = tuple(line(f"#{number} ", Strong("x" * 90)) for number in range(100))
    long = message(Bullets(items), Buttons((Button("ack", "Take it", "7"),)))
    rest, row = RENDERER.attachments(long)

    assert f"{RENDERER.text(long).removesuffix('…')}\n{rest['text']}" == "\n".join(
        f"• #{number} *{'x' * 90}*" for number in range(100)
    )
    assert row["actions"]
    assert RENDERER.attachments(text("short")) == []


@pytest.mark.parametrize(("before", "after"), [("ask ", "."), ("(", ")"), ("*", ": look"), ("", "-san"), (">", "")])
def test_whoever_is_mentioned_is_notified_whatever_stands_beside_the_name(before: str, after: str) -> None:
    notifying = re.compile(r"(?:^|\s|>)@([0-9a-zA-Z\-_.]+(?::[0-9a-zA-Z\-_.]+)?)", re.MULTILINE)
    assert notifying.findall(shown(before, Mention("bob.lindqvist", "Bob"), after)) == ["bob.lindqvist"]


def test_words_that_turn_around_what_stands_behind_them_do_not() -> None:
    assert (
        shown(Link("https://evil.example/x", "\u202emoc.knab")) == "[moc.knab](https://evil.example/x) (evil.example)"
    )


def test_nothing_that_people_write_turns_the_direction_of_what_follows() -> None:
    assert defused("\u202eevil\u2066 down") == "evil down"
