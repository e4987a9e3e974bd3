"""Where live incidents are named: the handover, the morning's message, people's own page."""

import pytest

from models.effects import Home
from models.events import HomeOpened
from tests.handlers.build import direct
from tests.handlers.desk import Desk
from tests.handlers.incident_desk import incident_desk, says


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    opened = incident_desk(sqlite_url)
    says(opened, "ana", "declare confluence search is odd")
    says(opened, "ana", "declare pulls from artifactory hang")
    says(opened, "ana", "update 2 looking next 30m")
    opened.delivers()
    return opened


def handover(desk: Desk) -> list[str]:
    return desk.office.command("ana", "handover", "draft").splitlines()


def test_a_handover_counts_live_incidents_first_and_names_those_resolved_in_its_shift(database_url: str) -> None:
    desk = incident_desk(database_url)
    assert "incident" not in "\n".join(handover(desk))
    says(desk, "ana", "declare confluence search is odd")
    says(desk, "ana", "declare pulls from artifactory hang")
    says(desk, "ana", "update 2 looking next 30m")
    desk.office.at("2026-11-02 10:20")
    says(desk, "ben", "resolve 1")
    lines = handover(desk)
    assert next(line for line in lines if " open · " in line).startswith("1 incident live · 0 open")
    live = lines.index("Live incidents")
    assert lines[live + 1] == (
        "• incident 2 critical · pulls from artifactory hang (Image registry), since 10:00 · Ana Ruiz is on it"
        " · next update 10:30"
    )
    resolved = lines.index("Incidents resolved in this shift")
    assert lines[resolved + 1] == (
        "• incident 1 warning · confluence search is odd (Wiki) · 10:20 after 20 min, by Ben Cole"
    )


def test_the_next_shifts_handover_names_no_incident_that_was_over_before(desk: Desk) -> None:
    says(desk, "ana", "resolve 1")
    desk.until("2026-11-03 09:30")
    lines = desk.office.command("ben", "handover", "draft").splitlines()
    assert "Live incidents" in lines
    assert not [line for line in lines if "resolved in this" in line]


def test_at_most_ten_lines_are_shown_and_the_rest_counted(desk: Desk) -> None:
    for number in range(12):
        says(desk, "ana", f"declare trouble {number}")
    lines = handover(desk)
    assert len([line for line in lines if line.startswith("• incident")]) == 10
    assert "and 4 more: /handover draft all" in lines
    whole = desk.office.command("ana", "handover", "draft all").splitlines()
    assert len([line for line in whole if line.startswith("• incident")]) == 14


def test_the_morning_names_them_to_whoever_takes_over(desk: Desk) -> None:
    desk.owed()
    desk.until("2026-11-03 09:00")
    (told,) = [one for one in direct(desk.owed(), "ben") if one.startswith("You are on call")]
    assert "Live incidents (2)\n• 🔴 incident 2 pulls from artifactory hang" in told
    assert "Nothing is open." not in told


def test_people_s_own_page_names_them(desk: Desk) -> None:
    desk.owed()
    desk.gives(HomeOpened(key="home:1", platform="slack", at=desk.office.now, user="U-dev"))
    (page,) = [one for one in desk.owed() if isinstance(one, Home)]
    assert "Live incidents (2)" in page.message.plain()


def test_the_week_s_digest_counts_them(desk: Desk) -> None:
    says(desk, "ana", "resolve 1")
    desk.office.at("2026-11-02 10:05")
    assert "Incidents: 2 began, 1 was resolved" in desk.commands("dev", "digest")
