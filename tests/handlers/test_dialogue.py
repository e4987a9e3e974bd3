"""A form that is filled in as a dialogue, where the platform has none."""

from itertools import count

import pytest
from sqlalchemy import func, select

from models.effects import Direct
from models.events import ButtonPressed, CommandGiven, MessagePosted
from models.message import Buttons
from models.policy import Person
from models.records.handover import Handover, HandoverState
from models.records.request import Request
from tests.handlers.build import Office, office

NUMBERS = count(1)
NAMES = ("ana", "ben", "cleo", "dan", "gil", "lea")


@pytest.fixture
def desk(sqlite_url: str) -> Office:
    """Give the organisation on Rocket.Chat, with Ana on duty on a Monday."""
    people = tuple(Person(id=name, name=name.title(), rocketchat=name) for name in NAMES)
    return office(sqlite_url, people=people, platforms=("rocketchat",))


def write(desk: Office, words: str, who: str = "ana") -> list[str]:
    """Let somebody write to the bot directly; give what it owes them then."""
    post(desk, words, who)
    return said(desk, who)


def post(desk: Office, words: str, who: str = "ana") -> None:
    event = MessagePosted(
        key=f"msg:D:{next(NUMBERS)}", platform="rocketchat", at=desk.now, channel="D", channel_name=None,
        message=f"m{next(NUMBERS)}", author=who, text=words, is_direct=True,
    )  # fmt: skip
    desk.intake.receive(event)


def command(desk: Office, name: str, text: str = "", *, is_bare: bool = False, who: str = "ana") -> str:
    """Let somebody give a command in private; give the answer on the spot."""
    event = CommandGiven(
        key=f"msg:D:{next(NUMBERS)}", platform="rocketchat", at=desk.now, name=name, text=text, user=who,
        channel="D", channel_name=None, is_bare=is_bare,
    )  # fmt: skip
    answer = desk.intake.receive(event)
    assert answer is None or answer.form is None
    return answer.reply.plain() if answer is not None and answer.reply is not None else ""


def tap(desk: Office, value: str, who: str = "ana") -> str:
    event = ButtonPressed(
        key=f"msg:D:{next(NUMBERS)}", platform="rocketchat", at=desk.now, action="form", value=value, user=who,
        channel="D", channel_name=None,
    )  # fmt: skip
    answer = desk.intake.receive(event)
    return answer.reply.plain() if answer is not None and answer.reply is not None else ""


def said(desk: Office, who: str = "ana") -> list[str]:
    return [one.message.plain() for one in desk.owed() if isinstance(one, Direct) and one.user == who]


def state(desk: Office) -> HandoverState:
    with desk.store.reading() as session:
        return session.scalars(select(Handover.state).order_by(Handover.id.desc())).first() or HandoverState.DRAFT


def requests(desk: Office) -> int:
    with desk.store.reading() as session:
        return session.scalar(select(func.count()).select_from(Request)) or 0


def test_a_form_is_asked_field_by_field_and_submitted_at_the_end(desk: Office) -> None:
    command(desk, "handover")
    begun, first = said(desk)
    (second,) = write(desk, "A quiet day but for the registry")
    (third,) = write(desk, "if the queue grows,\nrestart the runner")
    (review,) = write(desk, "1")
    sent = write(desk, "send")

    assert "3 questions" in begun
    assert "1/3 How was it?" in first
    assert "2/3 What to watch" in second
    assert "1. There is something to hand over" in third
    assert "restart the runner" in review
    assert any("is submitted and stored" in one for one in sent)
    assert state(desk) is HandoverState.SUBMITTED


def test_a_wrong_answer_is_told_and_asked_for_again(desk: Office) -> None:
    command(desk, "handover")
    write(desk, "skip")
    write(desk, "skip")
    (again,) = write(desk, "perhaps")
    (review,) = write(desk, "nothing notable")

    assert "is none of these" in again
    assert "3/3" in again
    assert "Nothing notable" in review


def test_what_the_handler_finds_wrong_is_asked_for_again(desk: Office) -> None:
    command(desk, "handover")
    for words in ("It was busy", "skip", "2"):
        write(desk, words)
    (again,) = write(desk, "send")

    assert "do not go together" in again
    assert "3/3" in again
    assert state(desk) is HandoverState.DRAFT


def test_buttons_say_the_same_as_words(desk: Office) -> None:
    command(desk, "handover")
    question = [one for one in desk.owed() if isinstance(one, Direct)][-1].message
    buttons = [button for block in question.blocks if isinstance(block, Buttons) for button in block.buttons]
    tap(desk, buttons[0].value)
    (second,) = said(desk)
    tap(desk, "cancel")

    assert "2/3" in second
    assert "Cancelled" in said(desk)[0]
    assert "No form is open" in tap(desk, "send")


def buttons(desk: Office) -> dict[str, str]:
    """Give the buttons of what Ana was told last: their labels and values."""
    told = [one for one in desk.owed() if isinstance(one, Direct)][-1].message
    rows = [block for block in told.blocks if isinstance(block, Buttons)]
    return {button.label: button.value for row in rows for button in row.buttons}


def test_a_button_of_an_earlier_question_answers_no_other(desk: Office) -> None:
    command(desk, "handover")
    first = buttons(desk)
    post(desk, "my own words")
    second = buttons(desk)
    assert tap(desk, first["Keep it"] if "Keep it" in first else first["Leave empty"]) == ""
    (asked,) = said(desk)
    assert "earlier question" in asked
    assert "2/3" in asked
    tap(desk, first["Cancel"])
    assert "earlier question" in said(desk)[0]
    tap(desk, second["Cancel"])
    assert "Cancelled" in said(desk)[0]


def test_a_button_of_an_earlier_form_sends_no_other(desk: Office) -> None:
    command(desk, "handover")
    for words in ("a busy day", "if the queue grows, restart the runner", "keep"):
        post(desk, words)
        seen = buttons(desk)
    write(desk, "cancel")
    command(desk, "handover")
    said(desk)
    tap(desk, next(value for value in seen.values() if value.startswith("send ")))

    assert state(desk) is HandoverState.DRAFT
    assert "earlier question" in said(desk)[0]
    assert "No form is open" not in tap(desk, "send"), "typed, it is meant for what is asked now"


def test_one_may_go_back_and_send_at_any_time(desk: Office) -> None:
    command(desk, "handover")
    write(desk, "first words")
    (back,) = write(desk, "back")
    write(desk, "better words")
    write(desk, "send")

    assert "first words" in back
    assert state(desk) is HandoverState.SUBMITTED
    with desk.store.reading() as session:
        assert session.scalars(select(Handover.summary).order_by(Handover.id.desc())).first() == "better words"


def test_a_command_with_its_prefix_interrupts_nothing_and_a_bare_word_is_an_answer(desk: Office) -> None:
    command(desk, "handover")
    said(desk)
    assert "Ana" in command(desk, "oncall")
    assert command(desk, "oncall", "was quiet", is_bare=True) == ""
    (second,) = said(desk)

    assert "2/3" in second


def test_a_form_that_is_put_aside_waits_and_what_is_said_meanwhile_is_heard(desk: Office) -> None:
    command(desk, "handover")
    assert "On hold" in write(desk, "pause")[-1]
    before = requests(desk)
    write(desk, "production is down, the shop answers 503")
    assert requests(desk) == before + 1
    assert any("1/3" in one for one in write(desk, "resume"))


def test_a_cry_for_help_long_after_a_question_is_no_answer(desk: Office) -> None:
    command(desk, "handover")
    said(desk)
    desk.at("2026-11-02 10:45")
    before = requests(desk)
    told = write(desk, "production is down, the shop answers 503")

    assert requests(desk) == before + 1
    assert any("On hold" in one for one in told)


def test_an_answer_that_may_have_been_a_cry_for_help_says_how_to_make_it_one(desk: Office) -> None:
    command(desk, "handover")
    said(desk)
    before = requests(desk)
    (asked,) = write(desk, "production is down, the shop answers 503")
    assert asked.startswith("I took that for an answer. If it is a call for help")
    write(desk, "pause")
    write(desk, "production is down, the shop answers 503")
    assert requests(desk) == before + 1

    command(desk, "handover")
    said(desk)
    assert "call for help" not in write(desk, "a quiet day")[0]


def test_two_people_fill_in_their_own_and_a_new_form_takes_the_place_of_the_old(desk: Office) -> None:
    command(desk, "handover")
    write(desk, "words of the first")
    command(desk, "handover")
    assert "1/3" in said(desk)[-1]
    assert not any("/3" in one for one in write(desk, "words of another", who="ben"))


def test_a_redelivered_answer_is_taken_once(desk: Office) -> None:
    command(desk, "handover")
    said(desk)
    event = MessagePosted(
        key="msg:D:same", platform="rocketchat", at=desk.now, channel="D", channel_name=None, message="same",
        author="ana", text="once", is_direct=True,
    )  # fmt: skip
    for _ in range(2):
        desk.intake.receive(event)
    assert [one for one in said(desk) if "/3" in one][-1].startswith("2/3")
