from hypothesis import given
from hypothesis import strategies as st

from bot.chat.local.typed import Command, NoSuchCommand, Said, clean, mentioned, read

NAMES = ("oncall", "oncall-list", "handover")


def in_channel(text: str) -> Said | Command | NoSuchCommand:
    return read(text, NAMES, is_direct=False)


def test_a_slash_command_is_seen_by_nobody_else() -> None:
    assert in_channel("/oncall next") == Command("oncall", "next", is_visible=False)


def test_a_bang_command_is_seen_by_everybody() -> None:
    assert in_channel("!oncall-list add @dana 2") == Command("oncall-list", "add @dana 2", is_visible=True)


def test_the_bot_can_be_addressed_by_name() -> None:
    assert in_channel("@watchbill oncall next") == Command("oncall", "next", is_visible=True)
    assert in_channel("@Watchbill: Handover") == Command("handover", "", is_visible=True)


def test_a_command_keeps_the_lines_of_its_text() -> None:
    assert in_channel("/handover note one\ntwo") == Command("handover", "note one\ntwo", is_visible=False)


def test_a_bare_word_is_a_command_only_in_a_direct_conversation() -> None:
    assert in_channel("oncall next") == Said("oncall next")
    assert read("oncall next", NAMES, is_direct=True) == Command("oncall", "next", is_visible=True)
    assert read("who is on call", NAMES, is_direct=True) == Said("who is on call")


def test_an_unknown_slash_command_is_none() -> None:
    assert in_channel("/foo bar") == NoSuchCommand("foo")


def test_an_unknown_bang_is_still_said_because_it_may_be_a_cry_for_help() -> None:
    assert in_channel("!help prod is down") == Said("!help prod is down", unknown="!help")


def test_a_path_and_a_row_of_exclamation_marks_are_words() -> None:
    assert in_channel("/var/log is full") == Said("/var/log is full")
    assert in_channel("!!! prod down") == Said("!!! prod down")


def test_a_mention_inside_an_address_is_none() -> None:
    assert mentioned("@dana ask @Ravi.m, not x@example.org.") == {"dana", "ravi.m"}


@given(st.text())
def test_a_cleaned_text_can_always_be_stored(text: str) -> None:
    cleaned = clean(text)
    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


@given(st.text(max_size=60), st.booleans())
def test_whatever_is_typed_is_one_of_the_three(text: str, is_direct: bool) -> None:
    what = read(clean(text), NAMES, is_direct=is_direct)
    assert isinstance(what, Said | Command | NoSuchCommand)
    assert not isinstance(what, Said) or what.text == clean(text)
