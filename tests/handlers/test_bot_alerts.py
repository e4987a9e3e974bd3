"""Bots that are named as sources of alerts: their posts in an alerts channel are alerts; everybody else's are not."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from models.alert_policy import Alerts
from models.effects import Post
from models.events import MessageEdited, MessagePosted
from models.records.alert import Alert
from models.records.incident import Incident, IncidentState
from models.severity import Severity
from tests.handlers.desk import ALERTS, SOS, Desk, at_desk

FIRING = "[FIRING:1] RegistryDown (registry)\nseverity: critical\nservice: Image registry"
RESOLVED = "[RESOLVED] RegistryDown (registry)\nseverity: critical\nservice: Image registry"


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url, alerts=Alerts(bots=("Alertmanager", "U-uptime", "B0GRAFANA")))


def posted(desk: Desk, text: str, channel: str = ALERTS, **changed: Any) -> str:
    """Let a bot post, Alertmanager unless it is another, and give the message's id."""
    desk.count += 1
    message = f"m{desk.count}"
    desk.places[message] = channel
    event = desk.posted("some-app", text, message, is_bot=True)
    desk.gives(replace(event, **{"aliases": ("B0ALERTS", "alertmanager"), **changed}))
    return message


def incidents(desk: Desk) -> list[Incident]:
    with desk.office.store.reading() as session:
        return list(session.scalars(select(Incident).order_by(Incident.id)))


def test_what_it_reports_becomes_an_incident_that_pages_and_ends_as_the_bot_says(desk: Desk) -> None:
    posted(desk, FIRING)
    (incident,) = incidents(desk)
    assert (incident.sender, incident.severity, incident.state) == (
        "Alertmanager",
        Severity.CRITICAL,
        IncidentState.OPEN,
    )
    assert incident.title.startswith("RegistryDown")
    assert any(isinstance(one, Post) and one.channel == f"C-{ALERTS}" for one in desk.owed())
    desk.delivers()
    desk.delivers()
    assert desk.paged() == [{desk.on_duty()[0]}]

    posted(desk, FIRING)
    posted(desk, RESOLVED)
    (incident,) = incidents(desk)
    assert incident.state is IncidentState.RESOLVED
    with desk.office.store.reading() as session:
        (alert,) = session.scalars(select(Alert))
    assert alert.times == 3
    assert alert.source == "Alertmanager"


def test_an_edit_of_its_post_can_end_it(desk: Desk) -> None:
    message = posted(desk, FIRING)
    edit = MessageEdited(
        key="edit:1",
        platform="slack",
        at=desk.office.now,
        channel=f"C-{ALERTS}",
        channel_name=ALERTS,
        message=message,
        author="U-some-app",
        text=RESOLVED,
        is_bot=True,
        aliases=("Alertmanager",),
    )
    desk.gives(edit)
    assert [one.state for one in incidents(desk)] == [IncidentState.RESOLVED]


@pytest.mark.parametrize(
    "known_by", [{"author": "u-uptime"}, {"aliases": ("B0GRAFANA",)}, {"aliases": ("ALERTMANAGER",)}]
)
def test_it_is_known_by_its_ids_and_names(desk: Desk, known_by: dict[str, Any]) -> None:
    posted(desk, FIRING, **{"aliases": (), **known_by})
    assert len(incidents(desk)) == 1


def test_somebody_who_is_no_bot_is_known_by_their_id_alone(desk: Desk) -> None:
    posted(desk, FIRING, is_bot=False, author="U-mallory", author_name="Alertmanager")
    assert incidents(desk) == []
    posted(desk, FIRING, is_bot=False, author="U-uptime", aliases=())  # as a bot's account is on some platforms
    assert len(incidents(desk)) == 1


def test_other_bots_other_channels_and_threads_stay_ignored(desk: Desk) -> None:
    posted(desk, FIRING, aliases=("B0OTHER", "another"))
    posted(desk, FIRING, SOS)
    posted(desk, FIRING, thread="m1")
    posted(desk, "")
    assert incidents(desk) == []
    assert desk.requests() == 0


def test_where_none_is_named_bots_stay_ignored(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    posted(desk, FIRING)
    assert incidents(desk) == []


def test_what_was_missed_counts_too_and_once(desk: Desk) -> None:
    message = posted(desk, FIRING)
    event = desk.posted("some-app", FIRING, message, is_bot=True)
    desk.gives(replace(event, aliases=("Alertmanager",), is_missed=True))
    assert isinstance(event, MessagePosted)
    with desk.office.store.reading() as session:
        assert [alert.times for alert in session.scalars(select(Alert))] == [1]
