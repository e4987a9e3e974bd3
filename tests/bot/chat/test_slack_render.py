import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.slack import forms, mrkdwn, render, text
from models.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    ChannelRef,
    Code,
    Fields,
    Form,
    FormField,
    Heading,
    Link,
    Mention,
    Message,
    MessageRef,
    Note,
    Paragraph,
    Quote,
    Strong,
    message,
    paragraph,
)
from tests.fakes.slack.blocks import check_blocks, check_view

WORKSPACE = "https://example.slack.com/"
MARKED = re.compile(r"<[^>]*>")

SPANS = st.one_of(
    st.text(max_size=80),
    st.builds(Mention, st.sampled_from(["U01", "<!here>", "bob"]), st.text(max_size=9)),
    st.builds(ChannelRef, st.just("C01"), st.text(max_size=9)),
    st.builds(MessageRef, st.just("C01"), st.just("1.000001"), st.text(max_size=20)),
    st.builds(Link, st.sampled_from(["https://a.example/x?y=1&z=2", "javascript:x", "https://a|b>c"]), st.text()),
    st.builds(Strong, st.text(max_size=30)),
    st.builds(Code, st.text(max_size=30)),
)
LINES = st.lists(SPANS, max_size=5).map(tuple)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(Heading, st.text(max_size=200)),
    st.builds(Paragraph, LINES),
    st.builds(Bullets, st.lists(LINES, max_size=20).map(tuple)),
    st.builds(Quote, st.text(max_size=300)),
    st.builds(Note, LINES),
    st.builds(Fields, st.lists(st.tuples(st.text(max_size=20), LINES), max_size=25).map(tuple)),
    st.builds(
        Buttons,
        st.lists(
            st.builds(Button, st.sampled_from(["ack", "resolve"]), st.text(max_size=75), st.text(max_size=200)),
            max_size=6,
        ).map(tuple),
    ),
)


def marked(*blocks: Block) -> str:
    return "\n".join(one["text"]["text"] for one in render.blocks(message(*blocks), WORKSPACE))


@settings(max_examples=150, deadline=None)
@given(st.lists(BLOCKS, max_size=60))
def test_whatever_is_said_keeps_slacks_limits(blocks: list[Block]) -> None:
    made = render.blocks(Message(tuple(blocks)), WORKSPACE)

    check_blocks(made)
    check_view(forms.home(Message(tuple(blocks)), WORKSPACE), "home")
    assert len(render.fallback(Message(tuple(blocks)))) <= 1000


@settings(max_examples=150, deadline=None)
@given(st.text(), st.text())
def test_nothing_that_people_write_becomes_markup(words: str, label: str) -> None:
    made = render.blocks(
        message(
            paragraph(words, Strong(words), Code(words), MessageRef("C01", "x", words), Mention("stranger", words)),
            Quote(words),
            Fields(((label, (words,)),)),
        )
    )

    assert not MARKED.findall(str(made))


def test_two_hundred_long_bullets_fit() -> None:
    items = tuple((f"{number} " + "x&<" * 170,) for number in range(200))
    row = Buttons((Button("ack", "I'm on it", "7"),))

    made = render.blocks(message(Heading("h" * 400), Bullets(items), row))

    check_blocks(made)
    assert made[-1]["type"] == "actions"
    assert made[-2]["text"]["text"].endswith("…")


def test_sixty_blocks_become_fifty_and_every_button_stays() -> None:
    row = Buttons((Button("ack", "I'm on it", "7"),))

    made = render.blocks(message(*[paragraph(str(number)) for number in range(60)], row))

    assert len(made) == 50
    assert made[-1]["type"] == "actions"
    assert made[-2]["elements"][0]["text"] == "…"


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("a < b & <!channel>", "a &lt; b &amp; &lt;!channel&gt;"),
        (Mention("U01", "Amina"), "<@U01>"),
        (Mention("nobody", "<!here>"), "@&lt;!here&gt;"),
        (ChannelRef("C01", "sos"), "<#C01>"),
        (MessageRef("C01", "1700000000.000100", "#142"), f"<{WORKSPACE}archives/C01/p1700000000000100|#142>"),
        (Link("https://docs.example/a?b=1&c=2", "Quota"), "<https://docs.example/a?b=1&amp;c=2|Quota>"),
        (Link("https://evil.test/", "\u202etset.knab"), "<https://evil.test/|tset.knab> (evil.test)"),
        (Link("https://evil.test/", "http://bank.test"), "<https://evil.test/|http://bank.test> (evil.test)"),
        (Link("https://a.example/x", "https://a.example/y"), "<https://a.example/x|https://a.example/y>"),
        (Link("https://a.example/|x>", "a|b>"), "<https://a.example/%7Cx%3E|a¦b&gt;>"),
        (Link("javascript:alert(1)", "Docs"), "Docs (javascript:alert(1))"),
        (Strong("Urgent request "), "*Urgent request* "),
        (Strong("a*b"), "*ab*"),
        (Code("/oncall `x`"), "`/oncall ˋxˋ`"),
    ],
)  # fmt: skip
def test_each_part_of_a_line_in_slacks_markup(span: object, expected: str) -> None:
    assert mrkdwn.span(span, WORKSPACE) == expected  # type: ignore[arg-type]


def test_a_quote_is_quoted_on_every_line_and_notifies_nobody() -> None:
    assert marked(Quote("<!channel> look\n<@U01>")) == ">&lt;!channel&gt; look\n>&lt;@U01&gt;"


def test_no_text_of_ours_lets_slack_look_for_names_and_addresses() -> None:
    made = render.blocks(message(paragraph("@here #general https://x.example"), Fields((("a", ("b",)),)), Note(("c",))))

    texts = [made[0]["text"], made[1]["fields"][0], made[2]["elements"][0]]
    assert all(one["verbatim"] for one in texts)


def test_a_long_text_is_never_cut_inside_an_entity_or_a_mention() -> None:
    pieces = list(mrkdwn.chunks("&lt;" * 50 + "<@U0123456789>" * 50, 101))

    assert "".join(pieces) == "&lt;" * 50 + "<@U0123456789>" * 50
    assert all(piece.count("&") == piece.count(";") and piece.count("<") == piece.count(">") for piece in pieces)
    assert max(map(len, pieces)) <= 101


def test_several_buttons_of_one_action_have_ids_of_their_own_that_lead_back() -> None:
    row = Buttons(tuple(Button("accept", f"Option {number}", str(number)) for number in range(3)))

    ids = [one["action_id"] for one in render.blocks(message(row, row))[0]["elements"]]

    assert ids == ["accept", "accept#2", "accept#3"]
    assert {render.action_of(one) for one in ids} == {"accept"}


def test_a_form_of_any_length_is_a_valid_modal() -> None:
    form = Form(
        "handover",
        "A title that is much too long for Slack",
        "Submit",
        (
            FormField("note", "Note " * 600, "text", "x" * 9000, "hint", max_length=9000),
            FormField("who", "Who", "choice", "b", options=(("a", "A" * 200), ("b", "B"))),
            FormField("none", "None", "choice", options=()),
            FormField("link", "Link", is_optional=True),
        ),
        "subject",
        intro=(paragraph("Read this"),) * 120,
    )

    view = forms.view(form, "C01", WORKSPACE)

    check_view(view, "modal")
    assert [one["block_id"] for one in view["blocks"] if one["type"] == "input"] == ["note", "who", "link"]
    assert forms.Origin.of(view["private_metadata"]) == forms.Origin("subject", "C01")


FIELDS = st.builds(
    FormField,
    name=st.uuids().map(str),
    label=st.text(max_size=2500),
    kind=st.sampled_from(["line", "text", "choice"]),
    initial=st.text(max_size=50),
    hint=st.text(max_size=2500),
    is_optional=st.booleans(),
    max_length=st.integers(1, 9000),
    options=st.lists(st.tuples(st.text(max_size=200), st.text(max_size=200)), max_size=120).map(tuple),
)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=40), st.lists(FIELDS, min_size=1, max_size=8), st.text(max_size=4000))
def test_whatever_a_form_asks_is_a_valid_modal(title: str, fields: list[FormField], subject: str) -> None:
    view = forms.view(Form("form", title, "Submit", tuple(fields), subject), "C01", WORKSPACE)
    if any(one["type"] == "input" for one in view["blocks"]):
        check_view(view, "modal")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ("<@U1|bob> and <@U2>", "@U1 and @U2"),
        ("<#C1|sos> <#C2> <#C3|>", "#sos #two #C3"),
        ("<http://x.example|docs>", "docs (http://x.example)"),
        ("<http://x.example|x.example>", "http://x.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("<!here> <!channel|channel> <!subteam^S1|@ops> <!subteam^S1>", "@here @channel @ops @S1"),
        ("<!date^1^{date}|yesterday>", "yesterday"),
        ("a\x00b\ud800", "a\ufffdb\ufffd"),
        ("< not closed", "< not closed"),
    ],
)
def test_what_people_wrote_is_read_as_plain_text(written: str, expected: str) -> None:
    assert text.plain(written, {"C2": "two"}.get) == expected


@given(st.text())
def test_any_text_can_be_read(written: str) -> None:
    assert isinstance(text.plain(written, lambda _: None), str)
    text.command(written, "U0BOT", {"oncall"}, is_direct=True)


def test_nothing_that_people_write_turns_the_direction_of_what_follows() -> None:
    assert mrkdwn.escape("\u202eevil\u2066 down") == "evil down"
