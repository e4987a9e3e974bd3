"""Somebody's own page: who is on call, my shifts, my requests; brought up to date only where it differs."""

from collections.abc import Sequence

import pytest

from models.effects import Effect, Home
from models.events import ButtonPressed, HomeOpened
from models.message import Button, Buttons
from tests.handlers.desk import SOS, URGENT, Desk, at_desk


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


def opens(desk: Desk, who: str) -> str:
    desk.owed()
    desk.count += 1
    desk.gives(HomeOpened(key=f"home:{desk.count}", platform="slack", at=desk.office.now, user=f"U-{who}"))
    (page,) = homes(desk.owed())
    assert page.user == f"U-{who}"
    return page.message.plain()


def homes(owed: Sequence[Effect]) -> list[Home]:
    return [one for one in owed if isinstance(one, Home)]


def test_it_shows_who_is_on_call_my_shifts_and_my_open_requests(desk: Desk) -> None:
    message = desk.writes("ben", URGENT, SOS)
    shown = opens(desk, "ben")
    assert "On call now\n• Ana Ruiz until tomorrow 09:00 UTC; then Ben Cole" in shown
    assert "My next shifts\n• tomorrow 09:00 UTC" in shown
    assert f"#{desk.request(message).id} urgent, waits for less than an hour: {URGENT}" in shown


def test_its_buttons_lead_on_for_whoever_may(desk: Desk) -> None:
    for who, expected in (("ana", ["ask", "handover-open", "swap"]), ("dev", ["ask"])):
        opens(desk, who)
        desk.office.seen = 0
        page = [one for one in homes(desk.owed()) if one.user == f"U-{who}"][-1]
        (row,) = [block for block in page.message.blocks if isinstance(block, Buttons)]
        assert [one.action for one in row.buttons] == expected
        answers = [desk.office.intake.receive(_pressed(desk, who, one)) for one in row.buttons]
        assert [answer is not None and answer.form is not None for answer in answers] == [True] * len(expected)


def _pressed(desk: Desk, who: str, button: Button) -> ButtonPressed:
    desk.count += 1
    return ButtonPressed(
        key=f"press:{desk.count}",
        platform="slack",
        at=desk.office.now,
        action=button.action,
        value=button.value,
        user=f"U-{who}",
        channel="",
        channel_name=None,
    )


def test_a_request_that_i_took_is_mine_too_and_says_so(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.reacts("ana", message, "eyes")
    assert "Ana Ruiz is on it" in opens(desk, "ana")


def test_what_i_owe_the_documentation_of_is_shown_with_a_button_for_its_link(desk: Desk) -> None:
    numbers = []
    for at in range(7):
        desk.office.pass_time(f"2026-11-02 1{at}:05")
        message = desk.writes("dev", f"{URGENT} {at}", SOS)
        numbers.append(desk.request(message).id)
        desk.commands("ana", f"resolve {numbers[-1]}")
    assert f"My runbook debts\n• #{numbers[-1]} urgent" in opens(desk, "ana")
    assert "My runbook debts" not in opens(desk, "ben")

    opens(desk, "ana")
    desk.office.seen = 0
    page = [one for one in homes(desk.owed()) if one.user == "U-ana"][-1]
    row = next(block for block in page.message.blocks if isinstance(block, Buttons))
    assert [one.value for one in row.buttons] == [str(one) for one in reversed(numbers)][:5]
    answer = desk.office.intake.receive(_pressed(desk, "ana", row.buttons[0]))
    assert answer is not None
    assert answer.form is not None


def test_a_stranger_sees_who_is_on_call_and_how_to_ask(desk: Desk) -> None:
    shown = opens(desk, "dev")
    assert "Ana Ruiz" in shown
    assert "My next shifts" not in shown


def test_it_is_shown_anew_when_something_changed_and_not_otherwise(database_url: str) -> None:
    desk = at_desk(database_url)
    opens(desk, "ben")
    desk.office.pass_time("2026-11-02 10:06")
    assert homes(desk.owed()) == []
    desk.writes("ben", URGENT, SOS)
    desk.office.pass_time("2026-11-02 10:11")
    assert [page.user for page in homes(desk.owed())] == ["U-ben"]


def test_nobody_is_looked_after_who_has_not_looked_for_half_a_day(desk: Desk) -> None:
    opens(desk, "ben")
    desk.office.pass_time("2026-11-03 10:00")
    assert homes(desk.owed()) == []
