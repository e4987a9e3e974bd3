"""What a command makes of its words: rotations, people, numbers."""

import pytest
from sqlalchemy import select

from handlers.command import Call, Command, find_person, help_of, matching
from handlers.context import Answer, Context
from models.errors import UserError
from models.events import CommandGiven
from models.message import text
from models.policy import Person
from models.records.handover import LogEntry
from tests.handlers.build import MONDAY, Office, instant, office, people, rotation


def command(name: str = "oncall", word: str = "", usage: str = "", *, takes_text: bool = False) -> Command:
    return Command(name, word, usage, "does it", f"/{name} {word}".strip(), lambda *_: Answer(text("done")), takes_text)


BARE, NEXT, MOVE = command(), command(word="next"), command(word="move", usage="@user position")


@pytest.mark.parametrize(
    ("words", "wanted", "rest"),
    [
        ("", BARE, []),
        ("next", NEXT, []),
        ("NEXT 3", NEXT, ["3"]),
        ("in data", BARE, ["in", "data"]),
        ("move @bob 3", MOVE, ["@bob", "3"]),
    ],
)
def test_the_first_word_says_which_command(words: str, wanted: Command, rest: list[str]) -> None:
    assert matching((BARE, NEXT, MOVE), words.split()) == (wanted, rest)


def test_a_first_word_that_nobody_knows_means_none() -> None:
    assert matching((BARE, NEXT), ["nxet"]) is None
    assert matching((NEXT,), []) is None


def test_a_command_without_a_word_takes_arguments_where_it_has_some() -> None:
    thanks = command("thanks", usage="@u [why]")
    assert matching((thanks,), ["@bob", "why"]) == (thanks, ["@bob", "why"])


def test_the_form_is_what_one_types() -> None:
    assert [one.form for one in (BARE, NEXT, MOVE)] == ["/oncall", "/oncall next", "/oncall move @user position"]


def test_help_about_one_word_gives_its_form_alone() -> None:
    said = help_of("oncall", (BARE, NEXT, MOVE), ["Move"]).plain()
    assert "/oncall move @user position" in said
    assert "/oncall next" not in said


def test_each_form_in_the_help_has_its_own_example() -> None:
    moving = Command("oncall", "move", "@user position", "moves", "/oncall move @bob 3", MOVE.handle)
    assert help_of("oncall", (BARE, moving), []).plain().splitlines()[-2:] == [
        "• /oncall — does it",
        "• /oncall move @user position — moves, for example /oncall move @bob 3",
    ]


# -- a call

TWO = (
    rotation(channels=("devops-sos", "devops-how-to")),
    rotation(name="data", engineers=("gil",), channels=("devops-operations",)),
)


@pytest.fixture
def two(sqlite_url: str) -> Office:
    return office(sqlite_url, rotations=TWO, is_planned=False)


def call(at: Office, words: str, channel: str | None = "devops-sos", of: Command = MOVE) -> Call:
    event = CommandGiven(
        key="x",
        platform="slack",
        at=instant(MONDAY),
        name="oncall",
        text=words,
        user="U-ana",
        channel="C",
        channel_name=channel,
    )
    with at.store.reading() as session:
        return Call.of(Context(session, at.now, event, at.standing, "U-ana"), of, event, words.split())


@pytest.mark.parametrize(
    ("channel", "wanted"),
    [("devops-sos", "platform"), ("devops-operations", "data"), ("general", "platform"), (None, "platform")],
)
def test_without_a_name_it_is_about_the_channels_rotation_or_the_first(
    two: Office, channel: str | None, wanted: str
) -> None:
    assert call(two, "@bob 3", channel).rotation.name == wanted


def test_a_trailing_in_names_another_rotation_and_is_no_argument(two: Office) -> None:
    found = call(two, "@bob 3 IN data")
    assert (found.rotation.name, found.words, found.text) == ("data", ("@bob", "3"), "@bob 3")


def test_an_unknown_rotation_is_answered_with_those_there_are(two: Office) -> None:
    with pytest.raises(UserError, match=r"There is no rotation “dta”\. There is platform, data"):
        call(two, "@bob 3 in dta")


def test_in_free_text_in_is_a_word_unless_a_rotation_follows(two: Office) -> None:
    log = command(word="log", usage="<text>", takes_text=True)
    assert call(two, "found it in production", of=log).text == "found it in production"
    assert call(two, "found it in data", of=log).rotation.name == "data"


def test_without_any_rotation_it_says_so(sqlite_url: str) -> None:
    empty = office(sqlite_url, is_planned=False)
    policy = empty.standing.policy
    empty.decide_by(policy.model_copy(update={"oncall": policy.oncall.model_copy(update={"rotations": ()})}))
    with pytest.raises(UserError, match="no on-call rotation"):
        call(empty, "")


@pytest.mark.parametrize(("word", "number"), [("142", 142), ("#142", 142), ("0", 0), ("007", 7)])
def test_a_number_may_have_its_sign(two: Office, word: str, number: int) -> None:
    assert call(two, "").number(word) == number


@pytest.mark.parametrize("word", ["", "#", "##1", "-1", "1.5", "²", "٣", "1234567890", "x" * 500])
def test_anything_else_is_no_number_and_the_form_is_given(two: Office, word: str) -> None:
    with pytest.raises(UserError, match=r"is no request number\. The form is: /oncall move @user position") as refused:
        call(two, "").number(word)
    assert len(str(refused.value)) < 200


def found(at: Office, word: str) -> Person | None:
    with at.store.reading() as session:
        return find_person(at.context(session), word)


@pytest.mark.parametrize("word", ["<@U-ben>", "<@U-ben|ben>", "U-ben", "@U-ben", "ben", "@Ben", "BEN"])
def test_a_person_is_named_by_mention_handle_id_or_first_name(sqlite_url: str, word: str) -> None:
    at = office(sqlite_url, is_planned=False)
    with at.store.reading() as session:
        event = CommandGiven(
            key="x", platform="slack", at=at.now, name="oncall", text="", user="", channel="C", channel_name=None
        )
        person = find_person(Context(session, at.now, event, at.standing), word)
    assert person is not None
    assert person.id == "ben"


def test_a_name_that_two_people_have_names_nobody(sqlite_url: str) -> None:
    double = Person(id="ben2", name="Ben Other", slack="U-ben2")
    at = office(sqlite_url, is_planned=False, people=(*people(), double))
    assert found(at, "Ben Cole") == next(one for one in people() if one.id == "ben")
    assert found(at, "ben2") == double
    assert found(at, "nobody") is None


def test_a_stranger_is_answered_with_the_form(two: Office) -> None:
    with two.store.reading() as session, pytest.raises(UserError, match=r"I know nobody called “@zoe”\. The form is:"):
        call(two, "").person(two.context(session), "@zoe")


# -- what is kept of a command

SECRET = "xoxb-1234567890-abcdefghij"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"log restarted with {SECRET}", "restarted with ‹secret›"),
        ("log the password: hunter2hunter2 was wrong", "the password: ‹secret› was wrong"),
        ("log a\x00b\ud800c", "abc"),
    ],
)
def test_secrets_and_what_no_store_takes_are_masked_in_a_command(database_url: str, given: str, kept: str) -> None:
    at = office(database_url)
    assert "Written into the log" in at.command("ana", "oncall", given)
    with at.store.reading() as session:
        assert [one.text for one in session.scalars(select(LogEntry)) if one.author == "ana"] == [kept]


def test_what_is_not_understood_is_not_said_again_with_its_secret(sqlite_url: str) -> None:
    said = office(sqlite_url).command("ana", "oncall", f"lgo {SECRET}")
    assert SECRET not in said
    assert "‹secret›" in said
