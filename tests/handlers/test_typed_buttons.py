"""Buttons whose text anybody may type, as on Rocket.Chat: nonsense is answered, and rights are looked at."""

from itertools import count

import pytest

from handlers.registry import BUTTONS
from handlers.wording import operations
from models.events import ButtonPressed
from models.policy import Person
from tests.handlers.build import Office, office

NUMBERS = count(1)
NONSENSE = ("", "x", "-1", "0", "999999999999999999999999", "1:", "1:zzz", ":", "７", "1:urgent:2", "🎫", "platform")


@pytest.fixture
def desk(sqlite_url: str) -> Office:
    names = ("ana", "ben", "cleo", "dan", "gil", "lea")
    people = tuple(Person(id=name, name=name.title(), rocketchat=name) for name in names)
    return office(sqlite_url, people=people, platforms=("rocketchat",))


def press(desk: Office, action: str, value: str, who: str) -> str:
    event = ButtonPressed(
        key=f"msg:R:{next(NUMBERS)}", platform="rocketchat", at=desk.now, action=action, value=value, user=who,
        channel="R", channel_name="devops-sos",
    )  # fmt: skip
    answer = desk.intake.receive(event)
    return answer.reply.plain() if answer is not None and answer.reply is not None else ""


@pytest.mark.parametrize("action", sorted(BUTTONS))
def test_a_button_with_a_value_that_nobody_made_is_answered_and_changes_nothing(desk: Office, action: str) -> None:
    for value in NONSENSE:
        for who in ("ana", "lea", "stranger"):
            assert press(desk, action, value, who) != operations.not_yet().plain(), (value, who)
    assert desk.owed() == [] or action in ("handover-open", "form")
