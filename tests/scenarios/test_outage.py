"""An outage of the registry, from its first alert to its retrospective, told as a story.

The alerts are sent by a real Alertmanager, the status page is read in a real browser without JavaScript. Its pictures
go to the folder that WATCHBILL_SCREENSHOTS names, if it is set.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.records.request import RequestState
from tests.browser.chromium import chromium
from tests.contract.stage import HOW_TO, OPERATIONS, SOS, Ref
from tests.scenarios.outage import Outage, outage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DOWN, SLOW = "RegistryDown", "RegistryLatencyHigh"


@pytest.fixture
def team(sqlite_url: str, tmp_path: Path) -> Iterator[Outage]:
    with chromium() as browser, outage(sqlite_url, tmp_path, browser) as team:
        yield team


def test_an_outage_of_the_registry_from_its_first_alert_to_its_retrospective(team: Outage) -> None:
    assert "Known now" not in team.status("Image registry", picture="status-before")
    it_begins(team)
    a_warning_beside_it_is_silenced(team)
    it_is_told_how_it_goes(team)
    farid, grace, elif_ = three_ask(team)
    it_is_over_and_comes_back(team)
    it_is_over_for_good(team, farid, grace, elif_)
    the_morning_after(team)


def it_begins(team: Outage) -> None:
    """11:00 The first alert: an incident, a page in its thread, a status page that says so."""
    team.fires(DOWN, "critical")
    team.waits(1, live=True)
    assert f"Incident 1: {DOWN}" in team.message(1).text
    (page,) = team.thread(1)
    assert page.notified == {"bob"}
    team.status("Known now", DOWN)
    team.stage.later(minutes=2)
    team.stage.press("bob", page, "I'm on it")
    assert team.request(1).state is RequestState.ACKNOWLEDGED


def a_warning_beside_it_is_silenced(team: Outage) -> None:
    """11:02 A warning about the same service pages nobody; once it is silenced, its thread stays quiet."""
    team.fires(SLOW, "warning")
    team.waits(2, live=True)
    assert team.thread(2) == []
    assert "silenced until 13:02" in team.stage.command("bob", "incident silence 2 2h the other one causes it")
    team.stage.settle()
    before = team.thread(2)
    team.ends(SLOW, "warning")
    team.waits(2, live=False)
    team.fires(SLOW, "warning")
    team.waits(2, live=True)
    assert team.thread(2) == before


def it_is_told_how_it_goes(team: Outage) -> None:
    """11:02 Bob says how it goes, and until when he says more."""
    said = team.stage.command("bob", "incident update 1 its disk is full, we are growing it next 30m")
    assert "11:32" in said
    team.status("its disk is full", "Next update at 11:32", picture="status-during")


def three_ask(team: Outage) -> tuple[Ref, Ref, Ref]:
    """11:07 Whose trouble it is are told so; whoever asks about something else is not."""
    stage = team.stage
    stage.later(minutes=5)
    farid = stage.post(SOS, "farid", "prod is down: our shop cannot pull images from artifactory, customers get 503")
    grace = stage.post(HOW_TO, "grace", "is the registry down? docker pull times out for us")
    elif_ = stage.post(OPERATIONS, "elif", "vault login fails with permission denied for our whole team")
    stage.settle()

    ping, known = stage.replies(farid)
    assert "bob" in ping.notified
    assert "incident 1" in known.text
    assert "Next update 11:32" in known.text
    stage.press("farid", known, "Same trouble")
    (told,) = stage.replies(grace)
    assert "incident 1" in told.text
    assert not told.notified
    (asked,) = stage.replies(elif_)
    assert "incident" not in asked.text.casefold()
    assert "bob" in asked.notified
    stage.press("bob", asked, "I'm on it")
    return farid, grace, elif_


def it_is_over_and_comes_back(team: Outage) -> None:
    """11:22 It is over by itself. 11:27 It is back: the same one, and Bob still is on it."""
    team.stage.later(minutes=15)
    team.ends(DOWN, "critical")
    team.waits(1, live=False)
    assert team.request(1).state is RequestState.RESOLVED
    team.stage.later(minutes=5)
    team.fires(DOWN, "critical")
    team.waits(1, live=True)
    assert team.request(1).state is RequestState.ACKNOWLEDGED
    page, *rest = team.thread(1)
    assert "on it since 11:02" in page.text
    assert [one.notified for one in rest] == [frozenset()] * len(rest)


def it_is_over_for_good(team: Outage, farid: Ref, grace: Ref, elif_: Ref) -> None:
    """11:30 It is over; once it stays so, those who asked are told, once, and nobody was pinged for them meanwhile."""
    stage = team.stage
    stage.later(minutes=3)
    team.ends(DOWN, "critical")
    team.waits(1, live=False)
    team.ends(SLOW, "warning")
    team.waits(2, live=False)
    before = {ref: len(stage.replies(ref)) for ref in (farid, grace)}
    stage.later(minutes=30)
    for ref, who in ((farid, "farid"), (grace, "grace")):
        said = stage.replies(ref)
        assert len(said) == before[ref] + 1
        assert said[-1].notified == {who}
        assert "is over" in said[-1].text
    assert not any("incident" in one.text.casefold() for one in stage.replies(elif_))
    assert [one.notified for one in stage.replies(farid)[2:-1]] == []
    assert "No incident is live" in stage.command("bob", "incident list")
    page = team.status("Was down", gone="Known now", picture="status-after")
    assert not any(name in page for name in ("Farid", "Grace", "Bob", "customers"))


def the_morning_after(team: Outage) -> None:
    """The handover names it, and what is known of it is the start of its retrospective."""
    team.stage.later_until(9, 1)
    (handover,) = [one.text for one in team.stage.said(OPERATIONS) if one.text.startswith("Handover of platform")]
    assert f"incident 1 critical · {DOWN}" in handover
    written = team.retrospective(1)
    for words in (DOWN, "its disk is full", "Bob Lindqvist", "#2", "#3"):
        assert words in written
    assert written.count("?") >= 5, "the questions of a retrospective"
