"""Alerts become incidents, once each, whatever is repeated, overtaken, replayed or comes at once."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from bot.chat.slack.render import blocks
from models.alert_policy import Alerts, Inhibition, Maintenance
from models.effects import Edit, Post
from models.events import AlertReceived, ReportedAlert
from models.policy import Service
from models.records.alert import Alert, AlertState, AlertStorm, Hold
from models.records.delivery import Purpose
from models.records.directory import KnownChannel
from models.records.incident import Incident, IncidentEntry, IncidentState
from models.records.request import Request, RequestState
from models.severity import Severity
from tests.handlers.build import direct, instant, rotation
from tests.handlers.desk import ALERTS, SOS, Desk, at_desk
from tests.handlers.incident_desk import says

MINUTE = timedelta(minutes=1)
SERVICES = (Service(name="Image registry", aliases=("registry",), platform=True, critical=True),)


@dataclass
class Monitor:
    """A monitoring system that reports to a desk. made: how many deliveries it sent."""

    desk: Desk
    made: int = field(default=0)

    def sends(self, *alerts: ReportedAlert, source: str = "alertmanager") -> None:
        """Send one delivery."""
        self.made += 1
        event = AlertReceived.of(source, alerts, self.desk.office.now)
        self.desk.gives(replace(event, key=f"{event.key}:{self.made}"))

    def rows(self, record: Any) -> Sequence[Any]:
        with self.desk.office.store.reading() as session:
            return session.scalars(select(record).order_by(record.id)).all()

    def incident(self) -> Incident:
        (found,) = self.rows(Incident)
        assert isinstance(found, Incident)
        return found

    def alerts(self) -> Sequence[Alert]:
        return self.rows(Alert)

    def lines(self) -> list[str]:
        """Give what happened to incidents, in order."""
        return [entry.what for entry in self.rows(IncidentEntry)]

    def owed(self) -> list[str]:
        """Give what is owed to the alerts channel since it was last asked: as it reads, edits too."""
        return [one.message.plain() for one in self.desk.owed() if isinstance(one, Post | Edit)]

    def posts(self) -> list[Post]:
        return [one for one in self.desk.owed() if isinstance(one, Post)]


def alert(name: str = "RegistryDown", at: str = "2026-11-02 09:59", **changed: Any) -> ReportedAlert:
    """Give an alert that fires. labels and annotations: besides the usual ones."""
    labels = {"alertname": name, "severity": "warning", "service": "registry", **changed.pop("labels", {})}
    return ReportedAlert(
        **{
            "fingerprint": "-".join(f"{key}:{value[:9]}" for key, value in sorted(labels.items()))[:64],
            "is_firing": True,
            "starts_at": instant(at),
            "labels": labels,
            "annotations": {"summary": "The registry gives 503", **changed.pop("annotations", {})},
            **changed,
        }
    )


def critical(name: str = "RegistryDown", **changed: Any) -> ReportedAlert:
    labels = {"severity": "critical", **changed.pop("labels", {})}
    return alert(name, labels=labels, **changed)


def ended(one: ReportedAlert, at: str = "2026-11-02 10:05") -> ReportedAlert:
    return replace(one, is_firing=False, ends_at=instant(at))


def monitor(url: str, **alerts: Any) -> Monitor:
    return Monitor(at_desk(url, services=SERVICES, alerts=Alerts(**alerts)))


@pytest.fixture
def watched(sqlite_url: str) -> Monitor:
    return monitor(sqlite_url)


# -- what becomes of one alert


def test_an_alert_opens_an_incident_with_one_message_that_follows_it_to_its_end(database_url: str) -> None:
    watched = monitor(database_url)
    one = alert(annotations={"runbook_url": "https://docs.example.org/registry"}, labels={"env": "prod"})
    watched.sends(one)
    (said,) = watched.owed()
    assert said.splitlines() == [
        "🟠 Incident 1: RegistryDown: The registry gives 503",
        "State: warning, 1 of 1 alert firing",
        "Service: Image registry (production)",
        "Since: 09:59 UTC",
        "Last heard of: 10:00 UTC",
        "Labels: env=prod, service=registry",
        "From: alertmanager",
        "Runbook",
    ]
    watched.desk.delivers()
    watched.desk.office.at("2026-11-02 10:05")
    watched.sends(ended(one))
    assert watched.owed() == [
        "✅ Incident 1: RegistryDown: The registry gives 503. Began 09:59 UTC, over after 6 min.",
        "✅ It is over after 6 min.",
    ]
    assert watched.lines() == ["opened", "resolved"]


def test_what_is_told_again_is_counted_and_not_told_again(watched: Monitor) -> None:
    for _ in range(3):
        watched.sends(alert())
    (kept,) = watched.alerts()
    assert kept.times == 3
    assert len(watched.owed()) == 1
    assert watched.lines() == ["opened"]


def test_when_it_was_last_heard_of_is_shown_within_a_minute(watched: Monitor) -> None:
    watched.sends(alert())
    watched.desk.delivers()
    watched.owed()
    watched.desk.office.at("2026-11-02 10:00:30")
    watched.sends(alert())
    watched.desk.office.pass_time("2026-11-02 10:01")
    (said,) = [one for one in watched.owed() if "Last heard" in one]
    assert "Last heard of: 10:00 UTC" in said
    watched.desk.office.at("2026-11-02 10:08")
    watched.sends(alert())
    (said,) = [one for one in watched.owed() if "Last heard" in one]
    assert "Last heard of: 10:08 UTC" in said


def test_alerts_of_one_group_are_one_incident_which_ends_with_the_last(watched: Monitor) -> None:
    first, second = (alert(labels={"pod": pod}, group="g") for pod in ("a", "b"))
    watched.sends(first, second)
    watched.sends(ended(first))
    found = watched.incident()
    assert (found.state, found.firing, found.alerts) == (IncidentState.OPEN, 1, 2)
    watched.sends(ended(second))
    assert watched.incident().state is IncidentState.RESOLVED


def test_without_a_senders_group_the_configured_labels_group(sqlite_url: str) -> None:
    watched = monitor(sqlite_url, group_by=["service"])
    watched.sends(alert("Slow"), alert("Down"), alert("Slow", labels={"service": "gitlab"}))
    assert [one.alerts for one in watched.rows(Incident)] == [2, 1]


def test_two_senders_never_share_an_incident(watched: Monitor) -> None:
    watched.sends(alert(group="g"))
    watched.sends(alert(group="g"), source="grafana")
    assert [one.sender for one in watched.rows(Incident)] == ["alertmanager", "grafana"]


# -- flapping, late and replayed


def test_what_is_back_within_a_quarter_of_an_hour_is_the_same_incident(watched: Monitor) -> None:
    one = alert()
    watched.sends(one)
    watched.desk.delivers()
    watched.desk.office.at("2026-11-02 10:05")
    watched.sends(ended(one))
    watched.owed()
    watched.desk.office.at("2026-11-02 10:19")
    watched.sends(replace(one, starts_at=instant("2026-11-02 10:18")))
    shown, line = watched.owed()
    assert shown.startswith("🟠 Incident 1: RegistryDown")
    assert "2 alerts firing" in shown
    assert line.startswith("🟠 It is back: 1 of 2 alerts")
    assert watched.lines() == ["opened", "resolved", "again"]


def test_after_that_it_is_another(watched: Monitor) -> None:
    one = alert()
    watched.sends(one)
    watched.sends(ended(one))
    watched.desk.office.at("2026-11-02 10:16")
    watched.sends(replace(one, starts_at=instant("2026-11-02 10:15")))
    assert [found.state for found in watched.rows(Incident)] == [IncidentState.RESOLVED, IncidentState.OPEN]


def test_a_firing_that_was_overtaken_by_its_end_begins_nothing(watched: Monitor) -> None:
    one = alert()
    watched.sends(one)
    watched.sends(ended(one))
    watched.desk.office.at("2026-11-02 10:00:20")
    watched.sends(one)
    assert watched.incident().state is IncidentState.RESOLVED


def test_an_alert_that_fires_on_after_its_sender_was_cut_off_is_not_lost(watched: Monitor) -> None:
    one = alert()
    watched.sends(one)
    watched.sends(ended(one))
    watched.desk.office.at("2026-11-02 10:06")
    watched.sends(one)
    assert watched.incident().state is IncidentState.OPEN
    assert watched.alerts()[0].state is AlertState.FIRING


def test_a_senders_new_start_goes_on_with_what_fired_already(watched: Monitor) -> None:
    watched.sends(alert())
    watched.sends(alert(at="2026-11-02 10:00"))
    found = watched.incident()
    assert (found.firing, found.state) == (1, IncidentState.OPEN)
    watched.sends(ended(alert(at="2026-11-02 10:00")))
    assert watched.incident().state is IncidentState.RESOLVED


def test_what_comes_late_about_an_older_start_changes_nothing(watched: Monitor) -> None:
    watched.sends(alert(at="2026-11-02 10:00"))
    watched.sends(alert(at="2026-11-02 09:00"))
    watched.sends(ended(alert(at="2026-11-02 09:00"), at="2026-11-02 09:30"))
    found = watched.incident()
    assert (found.firing, found.state) == (1, IncidentState.OPEN)


def test_where_a_second_monitor_saw_it_earlier_its_end_is_the_end_all_the_same(watched: Monitor) -> None:
    watched.sends(alert(at="2026-11-02 09:59:30"))
    watched.sends(alert(at="2026-11-02 09:59:10"))  # as Alertmanager merges it from then on
    assert (watched.incident().firing, watched.lines()) == (1, ["opened"])
    watched.sends(ended(alert(at="2026-11-02 09:59:10")))
    assert watched.incident().state is IncidentState.RESOLVED


def test_an_end_without_its_beginning_is_kept_and_opens_nothing(watched: Monitor) -> None:
    watched.sends(ended(alert()))
    assert watched.rows(Incident) == []
    assert [one.state for one in watched.alerts()] == [AlertState.RESOLVED]
    assert watched.owed() == []


def test_an_end_with_another_start_ends_what_fires(watched: Monitor) -> None:
    watched.sends(alert())
    watched.sends(ended(alert(at="2026-11-02 10:00")))
    assert watched.incident().state is IncidentState.RESOLVED


@pytest.mark.parametrize("start", ["2026-11-02 11:00", "2026-11-02 09:00", "1995-01-01 00:00", None])
def test_a_senders_clock_decides_nothing(watched: Monitor, start: str | None) -> None:
    one = replace(alert(), starts_at=instant(start) if start is not None else None)
    watched.sends(one)
    assert watched.incident().opened_at <= watched.desk.office.now
    watched.desk.office.at("2026-11-02 10:05")
    watched.sends(ended(one))
    assert watched.incident().resolved_at == watched.desk.office.now
    watched.desk.office.at("2026-11-02 10:10")
    watched.sends(replace(one, starts_at=one.starts_at + 8 * MINUTE if one.starts_at is not None else None))
    assert watched.incident().state is IncidentState.OPEN


def test_one_that_begins_and_ends_in_one_delivery_opens_nothing(watched: Monitor) -> None:
    watched.sends(alert(), ended(alert()))
    assert watched.rows(Incident) == []


# -- who is told


def test_a_critical_one_pages_and_its_end_ends_that(database_url: str) -> None:
    watched = monitor(database_url)
    watched.sends(critical())
    watched.desk.delivers()
    primary, _ = watched.desk.on_duty()
    assert watched.desk.paged() == [{primary}]
    watched.sends(ended(critical()))
    (request,) = watched.rows(Request)
    assert (request.state, request.service) == (RequestState.RESOLVED, "Image registry")


def test_an_incident_that_gets_graver_pages_then(watched: Monitor) -> None:
    watched.sends(alert(group="g"))
    watched.desk.delivers()
    assert watched.desk.paged() == []
    watched.sends(critical(group="g"))
    assert len(watched.desk.paged()) == 1
    assert watched.incident().severity is Severity.CRITICAL


def test_the_alerts_of_a_service_page_its_own_rotation(sqlite_url: str) -> None:
    services = (SERVICES[0].model_copy(update={"rotation": "storage"}),)
    rotations = (rotation(), rotation(name="storage", engineers=("gil",), channels=()))
    watched = Monitor(at_desk(sqlite_url, services=services, rotations=rotations))
    watched.sends(critical(), critical("Other", labels={"service": "gitlab"}))
    watched.desk.delivers()
    assert [one.rotation for one in watched.rows(Request)] == ["storage", "platform"]
    assert watched.desk.paged()[0] == {"gil"}


def test_info_is_kept_and_told_nobody(watched: Monitor) -> None:
    watched.sends(alert(labels={"severity": "info"}))
    assert [one.hold for one in watched.alerts()] == [Hold.KEPT]
    assert (watched.owed(), watched.rows(Incident)) == ([], [])


def test_the_policy_says_what_is_done_with_a_severity(sqlite_url: str) -> None:
    watched = monitor(sqlite_url, severity={"warning": "page", "info": "post"})
    watched.sends(alert(), alert("Note", labels={"severity": "info"}))
    watched.desk.delivers()
    assert len(watched.desk.paged()) == 1
    assert len(watched.rows(Incident)) == 2


NODE = {"inhibit": (Inhibition(source={"alertname": "NodeDown"}, target={"alertname": "Slow"}, equal=("node",)),)}


def test_while_its_parent_fires_nobody_is_told_of_an_alert(sqlite_url: str) -> None:
    watched = monitor(sqlite_url, **NODE)
    parent = alert("NodeDown", labels={"node": "n1"})
    children = [alert("Slow", labels={"node": node}) for node in ("n1", "n2")]
    watched.sends(children[0], parent, children[1])
    assert [one.hold for one in watched.alerts()] == [Hold.INHIBITED, None, None]
    watched.sends(children[0])
    watched.owed()
    watched.sends(ended(parent))
    watched.desk.office.pass_time("2026-11-02 10:06")
    assert "State: warning, 2 of 2 alerts firing" in "\n".join(watched.owed())
    assert [one.hold for one in watched.alerts()] == [None, None, None]


def test_in_a_maintenance_window_nobody_is_told_and_afterwards_only_of_what_still_fires(sqlite_url: str) -> None:
    span = {"start": instant("2026-11-02 09:00"), "end": instant("2026-11-02 10:30")}
    window = Maintenance(service="Image registry", **span)
    watched = monitor(sqlite_url, maintenance=(window,))
    over = alert("Slow")
    watched.sends(alert(), over, alert("Full", labels={"service": "gitlab"}))
    assert len(watched.rows(Incident)) == 1
    watched.sends(ended(over))
    watched.desk.office.pass_time("2026-11-02 10:30")
    assert [one.title.split(":")[0] for one in watched.rows(Incident)] == ["Full", "RegistryDown"]


# -- silences


def test_a_silenced_incident_neither_pages_nor_writes_and_its_message_stays_true(watched: Monitor) -> None:
    watched.sends(critical())
    watched.desk.delivers()
    watched.desk.paged()
    assert "until 12:00 UTC" in watched.desk.office.command("ana", "incident", "silence 1 2h being mended")
    watched.desk.delivers()
    assert any("Silenced until 12:00 UTC" in said for said in watched.owed())
    watched.desk.until("2026-11-02 11:59")
    assert watched.desk.paged() == []
    watched.sends(ended(critical()))
    watched.sends(replace(critical(), starts_at=instant("2026-11-02 11:59")))
    watched.desk.delivers()
    assert watched.desk.paged() == []
    watched.desk.until("2026-11-02 12:00")
    assert len(watched.desk.paged()) == 1


def test_the_button_silences_too_and_only_engineers_may(watched: Monitor) -> None:
    watched.sends(alert())
    assert "Only the engineers" in watched.desk.presses("dev", "silence", "1:1h")
    assert "until 11:00 UTC" in watched.desk.presses("ana", "silence", "1:1h")
    assert "not silenced any more" in watched.desk.office.command("ana", "incident", "silence 1 off")
    assert watched.incident().silenced_until is None


@pytest.mark.parametrize("given", ["", " 1", " 1 soon", " 1 0m", " 1 99d", " 9 2h"])
def test_a_silence_that_cannot_be_is_answered_with_why(watched: Monitor, given: str) -> None:
    watched.sends(alert())
    assert watched.desk.office.command("ana", "incident", f"silence{given}")
    assert watched.incident().silenced_until is None


# -- a storm


def storm_of(count: int, **changed: Any) -> Iterator[ReportedAlert]:
    for number in range(count):
        yield critical(f"Down{number}", **changed) if number % 2 else alert(f"Slow{number}", **changed)


def in_channel(posts: Sequence[Post]) -> list[Post]:
    return [one for one in posts if one.channel == f"C-{ALERTS}"]


STORM = int(os.environ.get("WATCHBILL_STORM", "300"))


def test_a_storm_makes_twenty_posts_at_most_and_one_summary_that_stays_true(database_url: str) -> None:
    watched = monitor(database_url)
    storm = list(storm_of(STORM))
    for at in range(0, STORM, 50):
        watched.sends(*storm[at : at + 50])
        watched.desk.delivers()
    posts = in_channel(watched.posts())
    watched.desk.office.pass_time("2026-11-02 10:00:10")
    watched.desk.delivers()
    (summary,) = [one.message.plain() for one in watched.desk.owed() if isinstance(one, Edit)][-1:]
    assert len(posts) <= 20
    assert len(watched.rows(Incident)) == STORM
    own = sum(one.post_id is not None for one in watched.rows(Incident))
    assert f"{STORM - own} incidents of {STORM - own} alerts" in summary
    for at in range(0, STORM, 50):
        watched.sends(*(ended(one) for one in storm[at : at + 50]))
    watched.desk.office.pass_time("2026-11-02 10:00:20")
    assert any(f"✅ All over: {STORM - own} incidents" in said for said in watched.owed())
    assert {one.state for one in watched.rows(Incident)} == {IncidentState.RESOLVED}


def test_a_storm_pages_once_for_all_that_is_critical_in_it(watched: Monitor) -> None:
    watched.sends(*storm_of(100))
    watched.desk.delivers()
    watched.desk.until("2026-11-02 10:00:10")
    (storm,) = watched.rows(AlertStorm)
    own = sum(one.request_id is not None for one in watched.rows(Incident))
    assert len(watched.rows(Request)) == own + 1
    assert storm.request_id is not None
    watched.sends(*(ended(one) for one in storm_of(100)))
    watched.desk.until("2026-11-02 10:00:30")
    assert {one.state for one in watched.rows(Request)} == {RequestState.RESOLVED}


def test_a_storm_whose_summary_cannot_be_posted_is_paged_for_elsewhere(watched: Monitor) -> None:
    watched.sends(*storm_of(100))
    watched.desk.delivers(failing=Purpose.REQUEST)
    watched.desk.delivers()
    (storm,) = watched.rows(AlertStorm)
    (request,) = [one for one in watched.rows(Request) if one.id == storm.request_id]
    assert request.channel == "C-devops-operations"
    watched.desk.paged()
    watched.sends(*(ended(one) for one in storm_of(100)))
    watched.desk.until("2026-11-02 10:00:30")
    assert {one.state for one in watched.rows(Request)} == {RequestState.RESOLVED}


def test_after_a_storm_incidents_are_posted_one_by_one_again(watched: Monitor) -> None:
    watched.sends(*storm_of(100))
    watched.desk.office.at("2026-11-02 10:02")
    watched.sends(alert("Afterwards"))
    assert watched.rows(Incident)[-1].post_id is not None


def test_without_a_channel_an_incident_waits_for_one(sqlite_url: str) -> None:
    watched = Monitor(at_desk(sqlite_url))
    with watched.desk.office.store.transaction() as session:
        session.execute(delete(KnownChannel))
    watched.sends(critical())
    assert watched.incident().post_id is None
    assert watched.desk.paged() == [{"ana"}, {"lea"}], "directly, since there is no thread"
    watched.desk.office.intake.learn_channels("slack", [(f"C-{ALERTS}", ALERTS)])
    watched.desk.office.pass_time("2026-11-02 10:01")
    watched.desk.delivers()
    assert len(watched.desk.paged()) == 1


# -- bad input


HOSTILE = "<!channel> @here <script>alert(1)</script> *bold* [x](javascript:alert(1)) \x00\ud800"


def test_what_alerts_say_is_text_and_long_labels_are_cut_for_show(database_url: str) -> None:
    watched = monitor(database_url)
    hostile = alert(
        annotations={"summary": HOSTILE, "runbook_url": "javascript:alert(1)", "dashboard_url": "http://x y"},
        labels={"long": "x" * 10_000},
    )
    watched.sends(hostile)
    (post,) = watched.posts()
    assert len(post.message.plain()) < 2000
    assert "javascript" not in repr([one for one in post.message.blocks if "Link" in repr(one)])
    on_slack = json.dumps(blocks(post.message), ensure_ascii=False)
    assert "&lt;!channel&gt;" in on_slack
    assert "<!channel>" not in on_slack
    assert watched.alerts()[0].labels["long"] == "x" * 10_000


def test_five_thousand_alerts_in_one_delivery_are_one_incident_where_they_are_one_group(watched: Monitor) -> None:
    many = [alert(labels={"pod": f"p{number}"}, group="g") for number in range(5000)]
    watched.sends(*many)
    assert (watched.incident().firing, len(watched.owed())) == (5000, 1)
    with watched.desk.office.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Alert)) == 5000


# -- what people say of it against what is reported


def test_what_fires_on_after_somebody_resolved_it_comes_back_and_pages(watched: Monitor) -> None:
    watched.sends(critical())
    watched.desk.delivers()
    answer = says(watched.desk, "ana", "resolve 1 mended")
    assert "1 alert of it still fires: reported after 10:05 UTC, it comes back and pages." in answer
    watched.desk.paged()
    watched.desk.office.at("2026-11-02 10:04")
    watched.sends(critical())
    assert not watched.incident().is_live, "its end may be on its way"
    watched.desk.office.at("2026-11-02 10:06")
    watched.sends(critical())
    found = watched.incident()
    assert (found.is_live, found.firing, found.alerts) == (True, 1, 1)
    watched.desk.delivers()
    assert len(watched.desk.paged()) == 1


def test_what_fires_on_long_after_somebody_resolved_it_is_another_incident(watched: Monitor) -> None:
    watched.sends(alert())
    says(watched.desk, "ana", "resolve 1")
    watched.desk.office.at("2026-11-02 11:00")
    watched.sends(alert())
    assert [(one.is_live, one.firing) for one in watched.rows(Incident)] == [(False, 0), (True, 1)]


def test_what_was_resolved_while_it_fires_can_be_silenced_and_comes_back_quietly(watched: Monitor) -> None:
    watched.sends(critical())
    watched.desk.delivers()
    says(watched.desk, "ana", "resolve 1")
    assert "is silenced until 12:00" in says(watched.desk, "ana", "silence 1 2h")
    watched.desk.paged()
    watched.desk.office.at("2026-11-02 10:10")
    watched.sends(critical())
    watched.desk.delivers()
    assert watched.incident().is_live
    assert watched.desk.paged() == []


def test_a_severity_that_somebody_lowered_stands_until_an_alert_gets_worse(watched: Monitor) -> None:
    watched.sends(alert(), critical("Other", group="g"))
    says(watched.desk, "ana", "rename 2 that is not so bad as warning")
    watched.sends(critical("Other", group="g"))
    assert [one.severity for one in watched.rows(Incident)] == [Severity.WARNING] * 2
    watched.sends(replace(alert(), labels={**alert().labels, "severity": "critical"}))
    assert [one.severity for one in watched.rows(Incident)] == [Severity.CRITICAL, Severity.WARNING]


def test_what_was_held_back_counts_for_no_incident_when_it_ends(sqlite_url: str) -> None:
    window = Maintenance(service="Image registry", start=instant("2026-11-02 10:05"), end=instant("2026-11-02 10:20"))
    watched = monitor(sqlite_url, maintenance=(window,))
    first, second = (alert(labels={"pod": pod}, group="g") for pod in ("a", "b"))
    watched.sends(first, second)
    watched.sends(ended(first))
    watched.desk.office.at("2026-11-02 10:06")
    watched.sends(first)  # with its old start, and held back
    watched.sends(ended(first))
    assert (watched.incident().is_live, watched.incident().firing) == (True, 1)


def test_while_it_is_silenced_whoever_is_on_it_is_reminded_of_nothing(watched: Monitor) -> None:
    watched.sends(critical())
    watched.desk.delivers()
    watched.desk.presses("ana", "ack", 1)
    says(watched.desk, "ana", "silence 1 4h")
    watched.owed()
    watched.desk.paged()
    for at in ("10:31", "10:46", "11:30", "13:59"):
        watched.desk.until(f"2026-11-02 {at}")
    assert watched.desk.paged() == []
    assert not [one for one in watched.owed() if "have not written" in one]
    watched.desk.until("2026-11-02 14:01")
    assert direct(watched.desk.owed(), "ana")[-1].startswith("You took #1 and have not written there")


def test_a_silence_holds_for_what_comes_back_as_another_incident_and_its_end_is_the_end(watched: Monitor) -> None:
    one = critical()
    watched.sends(one)
    watched.desk.delivers()
    says(watched.desk, "ana", "silence 1 1d")
    watched.sends(ended(one))
    watched.desk.paged()
    watched.owed()
    watched.desk.office.at("2026-11-02 11:00")
    watched.sends(replace(one, starts_at=instant("2026-11-02 11:00")))
    watched.desk.delivers()
    assert (len(watched.rows(Incident)), watched.desk.paged(), in_channel(watched.posts())) == (2, [], [])
    says(watched.desk, "ana", "silence 2 off")
    watched.desk.until("2026-11-02 11:01")
    assert len(watched.desk.paged()) == 1
    watched.sends(ended(replace(one, starts_at=instant("2026-11-02 11:00"))))
    watched.desk.office.at("2026-11-02 12:00")
    watched.sends(replace(one, starts_at=instant("2026-11-02 12:00")))
    watched.desk.delivers()
    assert len(watched.desk.paged()) == 1


@pytest.mark.parametrize("how", ["duplicate 1 of 2", "reroute 1", "class 1 none"])
def test_what_comes_back_pages_again_whatever_was_said_of_its_request(watched: Monitor, how: str) -> None:
    one = critical()
    watched.sends(one)
    watched.desk.delivers()
    watched.desk.writes("dev", "outage", SOS)
    watched.desk.delivers()
    watched.desk.commands("ana", how)
    watched.desk.commands("ana", "resolve 2")
    watched.sends(ended(one))
    watched.desk.delivers()
    watched.desk.paged()
    watched.desk.office.at("2026-11-02 10:05")
    watched.sends(replace(one, starts_at=instant("2026-11-02 10:05")))
    watched.desk.delivers()
    assert len(watched.desk.paged()) == 1


def test_what_goes_on_in_another_request_is_left_to_that(watched: Monitor) -> None:
    one = critical()
    watched.sends(one)
    watched.desk.delivers()
    watched.desk.writes("dev", "outage", SOS)
    watched.desk.delivers()
    watched.desk.commands("ana", "duplicate 1 of 2")
    watched.sends(ended(one))
    watched.desk.paged()
    watched.desk.office.at("2026-11-02 10:02")
    watched.sends(replace(one, starts_at=instant("2026-11-02 10:02")))
    watched.desk.delivers()
    assert watched.desk.paged() == []


def test_a_storm_whose_critical_incidents_are_silenced_pages_no_more(watched: Monitor) -> None:
    watched.sends(*storm_of(25))
    watched.desk.delivers()
    watched.desk.until("2026-11-02 10:00:10")
    for one in watched.rows(Incident):
        if one.storm_id is not None:
            says(watched.desk, "ana", f"silence {one.id} 2h")
    watched.desk.until("2026-11-02 10:00:30")
    (storm,) = watched.rows(AlertStorm)
    (request,) = [one for one in watched.rows(Request) if one.id == storm.request_id]
    assert request.state is RequestState.RESOLVED
    watched.desk.until("2026-11-02 12:01")
    (request,) = [one for one in watched.rows(Request) if one.id == storm.request_id]
    assert request.state is RequestState.OPEN


def test_a_page_that_is_resolved_while_its_alerts_fire_says_what_goes_on_until_they_end(watched: Monitor) -> None:
    watched.sends(critical())
    watched.desk.delivers()
    watched.desk.delivers()
    watched.owed()
    watched.desk.commands("ana", "resolve 1")
    said = [one for one in watched.owed() if "was resolved by" in one]
    assert "Incident 1 is live still, as its alerts fire; it ends with them." in said[0]
    watched.desk.delivers()
    watched.sends(ended(critical()))
    said = [one for one in watched.owed() if "was resolved by" in one]
    assert "live still" not in said[0]
