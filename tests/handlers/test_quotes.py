"""A message that is deleted is gone from all that quotes it, and what the bot posted is changed in the chat."""

import pytest
from sqlalchemy import select

from models.effects import Edit
from models.records.handover import Handover
from models.records.quotes import DELETED, Quoted
from tests.handlers.desk import COMMUNITY, HOW_TO, PLATFORM, SOS, URGENT, Desk, at_desk
from tests.stored import everything

WORDS = "these-words of mine"


@pytest.fixture
def desk(database_url: str) -> Desk:
    return at_desk(database_url)


def left(desk: Desk) -> list[str]:
    return [line for line in everything(desk.office.store).splitlines() if "these-words" in line]


def overnight(desk: Desk) -> None:
    """Let the shift end, and the next one begin with its messages."""
    for instant in ("2026-11-02 17:30", "2026-11-03 09:01"):
        desk.office.pass_time(instant)
        desk.delivers()


def test_what_quotes_a_deleted_message_is_changed_in_the_chat_and_blanked_in_the_store(desk: Desk) -> None:
    message = desk.writes("dev", f"{PLATFORM} {WORDS}", HOW_TO)
    number = desk.request(message).id
    desk.delivers()
    desk.commands("lea", f"log {PLATFORM} {WORDS} was said")
    desk.office.command("ana", "oncall", f"why {number}")
    overnight(desk)
    with desk.office.store.reading() as session:
        assert any("these-words" in str(row.body) for row in session.scalars(select(Handover)))
    desk.owed()

    desk.deletes(message)

    changed = [one for one in desk.owed() if isinstance(one, Edit)]
    assert sum(DELETED in one.message.plain() for one in changed) >= 3
    assert all("these-words" not in one.message.plain() for one in changed)
    desk.delivers()
    assert left(desk) == []


def test_of_several_messages_the_others_stay_quoted(desk: Desk) -> None:
    desk.writes("dev", f"{PLATFORM} is what it is about", HOW_TO)
    second = desk.writes("dev", f"{COMMUNITY} {WORDS}", HOW_TO)
    desk.delivers()
    overnight(desk)

    desk.deletes(second)
    desk.delivers()

    assert left(desk) == []
    assert f"{PLATFORM} is what it is about" in everything(desk.office.store)


def test_a_message_that_was_no_request_is_gone_from_the_log(desk: Desk) -> None:
    message = desk.writes("dev", f"lunch {WORDS}", SOS)
    desk.commands("lea", f"log dev said: lunch {WORDS}")
    desk.deletes(message)
    assert left(desk) == []


@pytest.mark.parametrize(
    ("said", "instead", "becomes"),
    [
        ("#1 urgent: prod is down since nine o'clock…", "", f"#1 urgent: {DELETED}…"),
        ("prod is down\nsince nine o'clock, and more words", "", DELETED),
        ("prod is down since nine o'clock, and", "prod is down", "prod is down"),
        (" urgent · prod is down since nine o'clock…", "", f" urgent · {DELETED}…"),
        ("something else is down", "", "something else is down"),
        ("eprod is down since nine o'clock, and", "", "eprod is down since nine o'clock, and"),
    ],
)
def test_a_quote_is_known_cut_off_and_broken_otherwise(said: str, instead: str, becomes: str) -> None:
    assert Quoted("prod is down  since nine\no'clock, and more words", instead).without(said) == becomes


def test_ids_are_no_quotes() -> None:
    part = {"kind": "message", "channel": "outage-now", "label": "outage-now"}
    assert Quoted("outage-now").within(part) == {"kind": "message", "channel": "outage-now", "label": DELETED}


def test_an_urgent_page_no_longer_quotes_it_either(desk: Desk) -> None:
    message = desk.writes("dev", f"{URGENT} {WORDS}", None)
    desk.delivers()
    desk.deletes(message)
    desk.delivers()
    assert left(desk) == []
