"""Runbook debts: the link is asked for once, owed until it is given, recalled gently, and offered from then on."""

from dataclasses import replace
from typing import Any

import pytest

from models.effects import Edit, Post
from models.events import FormSubmitted
from models.message import Answer, Link, Paragraph
from models.records import debt as records
from models.records.debt import DebtState
from models.records.request import RequestState
from tests.handlers.build import direct
from tests.handlers.desk import COMMUNITY, HOW_TO, PLATFORM, SOS, URGENT, Desk, at_desk, buttons
from tests.shipped import classifier

LINK = "https://docs.example.org/registry"


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


def resolved(desk: Desk, who: str = "ana", text: str = URGENT, channel: str = SOS, author: str = "dev") -> int:
    """Let a request be asked and resolved by a button, and give its number."""
    number = desk.request(desk.writes(author, text, channel)).id
    desk.owed()
    desk.presses(who, "resolve", number)
    return number


def asked(owed: Any, who: str) -> list[str]:
    return [one for one in direct(owed, who) if "Which runbook or page" in one]


def debts(desk: Desk) -> list[tuple[int, str | None, DebtState]]:
    with desk.office.store.reading() as session:
        return [(one.request.id, one.debt.person, one.debt.state) for one in records.open_debts(session)]


def debt(desk: Desk, number: int) -> records.RunbookDebt:
    with desk.office.store.reading() as session:
        found = records.of_request(session, number)
    assert found is not None
    return found


def submits(desk: Desk, who: str, number: int, link: str) -> Answer:
    answer = desk.office.intake.receive(
        FormSubmitted(
            key=f"form:{who}:{link[:40]}",
            platform="slack",
            at=desk.office.now,
            form="runbook",
            subject=str(number),
            user=f"U-{who}",
            fields={"link": link},
        )
    )
    assert answer is not None
    return answer


# -- asked


@pytest.mark.parametrize("way", ["button", "reaction", "command"])
def test_whoever_resolves_a_grave_request_is_asked_once_by_whichever_way(desk: Desk, way: str) -> None:
    message = desk.writes("dev", URGENT, SOS)
    number = desk.request(message).id
    desk.owed()
    if way == "button":
        desk.presses("ben", "resolve", number)
    elif way == "reaction":
        desk.reacts("ben", message, "white_check_mark")
    else:
        desk.commands("ben", f"resolve {number}")
    owed = desk.owed()
    assert len(asked(owed, "ben")) == 1
    assert [one.label for one in buttons(owed)][:3] == ["Give the link", "Later", "Nothing to document"]
    assert debts(desk) == [(number, "ben", DebtState.ASKED)]


def test_nobody_is_asked_for_a_question_or_where_the_link_came_along(desk: Desk) -> None:
    resolved(desk, text=COMMUNITY, channel=HOW_TO)
    assert asked(desk.owed(), "ana") == []
    number = desk.request(desk.writes("eve", URGENT, SOS)).id
    desk.commands("ana", f"resolve {number} {LINK}")
    assert asked(desk.owed(), "ana") == []
    assert debts(desk) == []


def test_an_author_is_not_asked_but_whoever_was_on_it(desk: Desk) -> None:
    message = desk.writes("dev", PLATFORM, SOS)
    desk.reacts("cleo", message, "eyes")
    desk.owed()
    desk.reacts("dev", message, "white_check_mark")
    owed = desk.owed()
    assert (len(asked(owed, "cleo")), asked(owed, "dev")) == (1, [])
    other = desk.writes("eve", PLATFORM, SOS)
    desk.reacts("eve", other, "white_check_mark")
    assert debts(desk) == [(desk.request(message).id, "cleo", DebtState.ASKED)]


def test_where_the_whole_team_was_asked_whoever_was_on_call_then_owes_the_link(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    number = desk.request(message).id
    desk.commands("ana", f"escalate {number} it is the disk")
    desk.owed()
    desk.presses("lea", "resolve", number)
    assert debts(desk) == [(number, desk.on_duty()[0], DebtState.ASKED)]
    assert len(asked(desk.owed(), desk.on_duty()[0])) == 1


def test_an_engineer_who_is_off_is_asked_when_the_hours_begin(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url, at="2026-11-02 16:50")
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.presses("ana", "ack", desk.request(message).id)
    desk.office.at("2026-11-02 23:50")
    desk.owed()
    desk.reacts("dev", message, "white_check_mark")
    assert direct(desk.owed(), "ana") == []
    desk.until("2026-11-03 08:59")
    assert asked(desk.owed(), "ana") == []
    desk.until("2026-11-03 09:00")
    assert len(asked(desk.owed(), "ana")) == 1
    desk.until("2026-11-04 09:00")
    assert debts(desk) == [(1, "ana", DebtState.OWED)]


def test_resolved_a_second_time_the_same_person_is_not_asked_again(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.reacts("ana", message, "white_check_mark")
    desk.reacts("dev", message, "rotating_light")
    assert debts(desk) == [], "what is open again owes nothing"
    desk.owed()
    desk.reacts("ana", message, "white_check_mark")
    assert asked(desk.owed(), "ana") == []
    assert debts(desk) == [(desk.request(message).id, "ana", DebtState.ASKED)]


# -- given


def test_the_form_asks_for_the_link_and_pays(desk: Desk) -> None:
    number = resolved(desk)
    desk.delivers()
    desk.owed()
    reply = submits(desk, "ana", number, f" <{LINK}> ").reply
    assert reply is not None
    assert "is documented in" in reply.plain()
    paid = debt(desk, number)
    assert (paid.state, paid.settled_by, paid.settled_at) == (DebtState.PAID, "ana", desk.office.now)
    (edit,) = [one for one in desk.owed() if isinstance(one, Edit)]
    assert "Documented in" in edit.message.plain()


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("javascript:alert(1)", "has to begin with https://"),
        ("docs.example.org", "has to begin with https://"),
        (f"{LINK}/{'x' * 3000}", "longer than 2000 characters"),
        ("https://bob:hunter22@docs.example.org", "a password"),
        ("https://", "no web address"),
    ],
)
def test_what_is_no_link_is_answered_in_the_form_and_in_every_command(desk: Desk, link: str, said: str) -> None:
    number = resolved(desk)
    assert said in submits(desk, "ana", number, link).errors["link"]
    assert said in desk.commands("ana", f"debt {number} {link}")
    assert said in desk.commands("ana", f"resolve {number} {link}")
    assert debts(desk) == [(number, "ana", DebtState.ASKED)]


@pytest.mark.parametrize("command", ["resolve {} {}", "debt {} {}"])
@pytest.mark.parametrize("who", ["ben", "dev"])
def test_a_link_given_later_pays_whoever_gives_it(desk: Desk, command: str, who: str) -> None:
    number = resolved(desk)
    desk.presses("ana", "runbook-later", number)
    desk.commands(who, command.format(number, LINK))
    paid = debt(desk, number)
    assert (paid.state, paid.settled_by) == (DebtState.PAID, "ben" if who == "ben" else "U-dev")
    assert debts(desk) == []


def test_nothing_to_document_is_kept_with_who_said_so_and_a_link_may_still_come(desk: Desk) -> None:
    number = resolved(desk)
    desk.presses("ana", "runbook-nothing", number)
    said = debt(desk, number)
    assert (said.state, said.settled_by, debts(desk)) == (DebtState.NEEDLESS, "ana", [])
    assert "Nothing is owed" in desk.presses("ana", "runbook-later", number)
    desk.commands("ana", f"debt {number} {LINK}")
    assert debt(desk, number).state is DebtState.PAID


@pytest.mark.parametrize("action", ["runbook-link", "runbook-later", "runbook-nothing"])
def test_a_stranger_may_say_nothing_about_it(desk: Desk, action: str) -> None:
    number = resolved(desk)
    assert desk.presses("mallory", action, number).startswith("Only ")
    assert "Only " in desk.commands("mallory", f"debt {number} {LINK}")
    assert debts(desk) == [(number, "ana", DebtState.ASKED)]


def test_what_is_open_still_has_no_debt_to_pay(desk: Desk) -> None:
    number = desk.request(desk.writes("dev", URGENT, SOS)).id
    for words in (LINK, "later", "nothing", ""):
        assert "is not resolved now" in desk.commands("ana", f"debt {number} {words}")


def test_a_link_given_later_answers_those_who_ask_the_like(desk: Desk) -> None:
    desk.office.intake.standing = replace(desk.office.standing, classifier=classifier())
    question = "how do I rotate the vault token in my pipeline?"
    message = desk.writes("dev", question, HOW_TO)
    desk.commands("ana", f"resolve {desk.request(message).id}")
    desk.commands("ana", f"debt {desk.request(message).id} {LINK}")
    desk.owed()
    desk.office.at("2026-11-02 10:30")
    desk.writes("eve", question, HOW_TO)
    blocks = [block for one in desk.owed() if isinstance(one, Post) for block in one.message.blocks]
    spans = [span for block in blocks if isinstance(block, Paragraph) for span in block.line]
    assert [span.url for span in spans if isinstance(span, Link)] == [LINK]


# -- owed


def test_without_an_answer_by_the_end_of_the_shift_it_is_a_debt_with_a_day(desk: Desk) -> None:
    number = resolved(desk)
    desk.until("2026-11-03 09:00")
    owed = debt(desk, number)
    assert (owed.state, str(owed.promised_for)) == (DebtState.OWED, "2026-11-10")
    assert "ana" in debts(desk)[0]


def test_a_debt_stands_in_oncall_me_in_the_list_and_in_the_handover(desk: Desk) -> None:
    number = resolved(desk)
    desk.presses("ana", "runbook-later", number)
    assert f"#{number} urgent · outage · since Mon 2 Nov, promised for Mon 9 Nov" in desk.commands("ana", "me")
    assert "debt" not in desk.commands("ben", "me")
    assert "Ana Ruiz · since Mon 2 Nov" in desk.commands("gil", "debt")
    draft = desk.office.command(desk.on_duty()[0], "handover", "draft")
    assert "1 runbook debt" in draft
    assert "Ana Ruiz owes the link since Mon 2 Nov" in draft
    desk.commands("ana", f"debt {number} {LINK}")
    assert "everything that was resolved is documented" in desk.commands("gil", "debt")


def reminders(desk: Desk, who: str) -> list[str]:
    return [one for one in direct(desk.owed(), who) if "You still owe" in one]


def test_it_is_recalled_within_the_hours_at_most_once_a_week_and_all_at_once(desk: Desk) -> None:
    first = resolved(desk, "dan")
    desk.presses("dan", "runbook-later", first)
    desk.until("2026-11-04 15:00")
    second = resolved(desk, "dan", author="eve")
    desk.presses("dan", "runbook-later", second)
    desk.owed()
    desk.until("2026-11-09 08:59")
    assert reminders(desk, "dan") == []
    desk.until("2026-11-09 09:00")
    (said,) = reminders(desk, "dan")
    assert f"#{first}" in said
    assert f"#{second}" in said
    desk.until("2026-11-16 08:59")
    assert reminders(desk, "dan") == []
    desk.until("2026-11-16 09:00")
    assert len(reminders(desk, "dan")) == 1


def test_nobody_is_reminded_on_their_days_off(desk: Desk) -> None:
    number = resolved(desk, "dan")
    desk.presses("dan", "runbook-later", number)
    desk.commands("dan", "off 2026-11-09..2026-11-11")
    desk.owed()
    desk.until("2026-11-11 18:00")
    assert reminders(desk, "dan") == []
    desk.until("2026-11-12 09:00")
    assert len(reminders(desk, "dan")) == 1


def test_a_leavers_debts_are_shown_to_the_leads(desk: Desk) -> None:
    number = resolved(desk, "dan")
    desk.presses("dan", "runbook-later", number)
    desk.office.command("lea", "oncall-list", "remove @dan")
    assert "Runbook debts of people who have left" in desk.commands("lea", "me")
    desk.owed()
    desk.until("2026-11-09 09:00")
    owed = desk.owed()
    assert any("Dan Wu is on no on-call list any more" in one for one in direct(owed, "lea"))
    assert [one for one in direct(owed, "dan") if "owe" in one] == []


def test_a_reopened_request_owes_nothing_at_the_end_of_the_shift(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.reacts("ana", message, "white_check_mark")
    desk.reacts("dev", message, "rotating_light")
    desk.until("2026-11-03 09:00")
    assert desk.request(message).state is not RequestState.RESOLVED
    assert debt(desk, desk.request(message).id).state is DebtState.ASKED
    assert debts(desk) == []
