"""An outage of the registry, from its first alert to its retrospective, told as a story.

The alerts are sent by a real Alertmanager, the status page is read in a real browser without JavaScript. Its pictures
go to the folder that WATCHBILL_SCREENSHOTS names, if it is set.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.chromium import chromium
from tests.scenarios.outage import Outage, outage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REGISTRY = {"service": "artifactory", "severity": "critical"}
SLOW = {"service": "artifactory", "severity": "warning"}


@pytest.fixture
def team(sqlite_url: str, tmp_path: Path) -> Iterator[Outage]:
    with chromium() as browser, outage(sqlite_url, tmp_path, browser) as team:
        yield team


def test_an_outage_of_the_registry_from_its_first_alert_to_its_retrospective(team: Outage) -> None:
    stage, began = team.stage, team.stage.clock.now()
    assert "Image registry" in team.status("Image registry", "status-before")

    # 11:00 The first alert: an incident, a page, a status page that says so.
    team.fires("RegistryDown", **REGISTRY)
    team.waits(1, live=True)
    assert "RegistryDown" in team.message(1).text
    (page,) = pages(team, 1)
    assert "bob" in page.notified
    team.status("RegistryDown", "status-during")

    # 11:02 Bob is on it; a warning beside it is silenced, and its repetition is told nobody.
    stage.later(minutes=2)
    stage.press("bob", page, "I'm on it")
    team.fires("RegistryLatencyHigh", **SLOW)
    team.waits(2, live=True)
    assert "2" in stage.command("bob", "incident silence 2 2h")
