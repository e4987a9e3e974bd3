"""The on-call list through Slack: a shuffle done as it was seen, and a list brought in beside the running bot."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.store import Store
from handlers import roster_file
from handlers.context import Context, Standing
from models.events import TimeCame
from models.records import audit
from models.records.audit import AuditEntry
from tests.scenarios.house import House, running

ROTATION = "platform"


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with running(database_url) as house:
        yield house


def history(house: House) -> list[AuditEntry]:
    with house.store.reading() as session:
        return audit.of_subject(session, f"rotation:{ROTATION}")


def previewed(house: House, who: str) -> dict[str, Any]:
    """Ask for a preview, and give the message that only its asker sees."""
    house.slack.command(who, "devops-operations", "/oncall-list", "shuffle preview").wait()
    shown: dict[str, Any] = house.slack.ephemerals(who)[-1]
    return shown


def test_a_shuffle_is_done_once_as_it_was_seen_by_the_button_under_it(house: House) -> None:
    shown = previewed(house, "amina")
    house.slack.press("amina", shown, "oncall-shuffle").wait()
    done = house.until(lambda: said(house, "Shuffled from"))
    assert "Told of their new dates" in done
    house.slack.press("amina", shown, "oncall-shuffle").wait()
    assert "Nothing was done" in house.until(lambda: said(house, "no longer the one you saw"))
    assert [entry.action for entry in history(house)] == ["shuffle"]


def said(house: House, words: str) -> str | None:
    return next((str(one) for one in house.slack.ephemerals("amina") if words in str(one)), None)


def test_a_list_brought_in_by_another_process_is_told_by_the_running_bot(house: House, database_url: str) -> None:
    standing: Standing = house.bot.intake.standing
    beside, now = Store(database_url), house.clock.now()
    with beside.transaction() as session:
        order = roster_file.orders(session, standing, now)[ROTATION]
        ctx = Context(session, now, TimeCame.of("roster-import", "1", now), standing, "the command line (root)")
        (brought,) = roster_file.bring_in(ctx, {ROTATION: tuple(reversed(order))})
    beside.close()
    assert brought.dates
    for person in brought.dates:
        told = house.until(lambda person=person: told_of_dates(house, person))  # type: ignore[misc]
        assert "The command line (root) replaced the list by one from a file." in told
    answer = house.slack.command("farid", "devops-operations", "/oncall-list").wait().response
    assert [str(answer).index(house.policy.person(one).name) for one in reversed(order)] == sorted(  # type: ignore[union-attr]
        str(answer).index(house.policy.person(one).name)  # type: ignore[union-attr]
        for one in order
    )


def told_of_dates(house: House, person: str) -> str | None:
    return next((str(one) for one in house.slack.dms(person) if "on-call dates" in str(one)), None)
