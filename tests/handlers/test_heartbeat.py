"""Heartbeats: told once when they stop, told when they are back, and never for what the bot itself could not hear."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.scheduler import DueWork
from handlers import heartbeat
from models.alert_policy import Alerts, Heartbeat, Maintenance
from models.events import AlertReceived, ReportedAlert
from models.policy import Channel, ChannelKind
from models.records import heartbeat as records
from models.records.incident import Incident
from tests.handlers.build import Office, instant, office, posts

WATCHDOG = Heartbeat(name="Watchdog", every=timedelta(minutes=5), grace=timedelta(minutes=2))
CHANNELS = tuple(
    Channel(name=f"devops-{kind}", kind=ChannelKind(kind)) for kind in ("how-to", "sos", "operations", "alerts")
)


def opened(url: str, *heartbeats: Heartbeat) -> Office:
    desk = office(url, channels=CHANNELS, alerts=Alerts(heartbeats=heartbeats or (WATCHDOG,)))
    desk.pass_time()  # the bot has begun
    return desk


def beat(desk: Office, source: str = "alertmanager", *, is_firing: bool = True, **labels: str) -> None:
    desk.given += 1
    report = ReportedAlert(fingerprint="w", is_firing=is_firing, labels={"alertname": "Watchdog", **labels})
    desk.intake.receive(AlertReceived.of(source, [report], desk.now + timedelta(microseconds=desk.given)))


def found(desk: Office) -> list[Incident]:
    with desk.store.reading() as session:
        return list(session.scalars(select(Incident).order_by(Incident.id)))


def test_a_heartbeat_that_stops_is_told_once_and_its_return_is_told(database_url: str) -> None:
    desk = opened(database_url)
    beat(desk)
    desk.at("2026-11-02 10:05").pass_time()
    beat(desk)
    desk.at("2026-11-02 10:11").pass_time()
    assert (found(desk), posts(desk.owed(), "devops-alerts")) == ([], [])

    desk.pass_time("2026-11-02 10:12")
    (incident,) = found(desk)
    assert incident.is_live
    assert incident.title == "Watchdog of alertmanager has not been heard of for 7 min: alerts may not reach us"
    (told,) = posts(desk.owed(), "devops-alerts")
    assert "has not been heard of for 7 min" in told
    desk.pass_time("2026-11-02 11:00")
    assert len(found(desk)) == 1

    beat(desk)
    assert [one.is_live for one in found(desk)] == [False]
    assert desk.owed() != []
    for at in ("11:06", "11:12"):
        desk.pass_time(f"2026-11-02 {at}")
        beat(desk)
    desk.pass_time("2026-11-02 11:19")
    assert [one.is_live for one in found(desk)] == [False, True]


def test_one_that_was_never_heard_of_is_told_to_nobody_and_mentioned_where_one_looks(sqlite_url: str) -> None:
    desk = opened(sqlite_url)
    desk.pass_time("2026-11-02 15:00")
    assert found(desk) == []
    with desk.store.reading() as session:
        (said,) = heartbeat.never_seen(session, desk.standing.policy)
    assert said == "the heartbeat Watchdog of alertmanager was never seen; its end is told only once it was"
    beat(desk)
    with desk.store.reading() as session:
        assert heartbeat.never_seen(session, desk.standing.policy) == []


def test_a_heartbeat_opens_no_incident_of_its_own_and_its_end_is_no_sign_of_life(sqlite_url: str) -> None:
    desk = opened(sqlite_url)
    beat(desk, severity="critical")
    assert found(desk) == []
    desk.at("2026-11-02 10:06")
    beat(desk, is_firing=False)
    desk.pass_time("2026-11-02 10:07")
    assert len(found(desk)) == 1


def test_only_the_configured_sender_and_labels_count(sqlite_url: str) -> None:
    desk = opened(sqlite_url, WATCHDOG.model_copy(update={"labels": {"cluster": "gold"}}))
    beat(desk, cluster="silver")
    beat(desk, "grafana", cluster="gold")
    with desk.store.reading() as session:
        assert records.seen(session) == {}
    assert len(found(desk)) == 2  # they are alerts like any other


def test_after_the_bot_was_away_each_has_a_full_period(sqlite_url: str) -> None:
    desk = opened(sqlite_url)
    beat(desk)
    desk.at("2026-11-02 10:06")
    desk.work = DueWork(desk.store, desk.clock, desk.intake, desk.intake._metrics)  # a new process
    desk.pass_time()
    desk.pass_time("2026-11-02 10:12")
    assert found(desk) == []
    desk.pass_time("2026-11-02 10:13")
    assert len(found(desk)) == 1


def test_what_is_noticed_too_late_was_not_looked_for_in_time(sqlite_url: str) -> None:
    desk = opened(sqlite_url)
    beat(desk)
    desk.pass_time("2026-11-02 10:30")
    assert found(desk) == []
    desk.pass_time("2026-11-02 10:37")
    assert len(found(desk)) == 1


def test_one_that_stops_again_within_a_quarter_of_an_hour_is_the_same_incident(sqlite_url: str) -> None:
    desk = opened(sqlite_url)
    beat(desk)
    desk.pass_time("2026-11-02 10:07")
    beat(desk)
    desk.owed()
    desk.pass_time("2026-11-02 10:14")
    (incident,) = found(desk)
    assert incident.is_live
    beat(desk)
    assert [one.is_live for one in found(desk)] == [False]


def test_a_silence_of_a_heartbeat_holds_for_the_next_time_too(sqlite_url: str) -> None:
    desk = opened(sqlite_url)
    beat(desk)
    desk.pass_time("2026-11-02 10:07")
    desk.command("ana", "incident", "silence 1 1d")
    beat(desk)
    desk.pass_time("2026-11-02 10:30")
    beat(desk)
    desk.owed()
    desk.pass_time("2026-11-02 10:37")
    assert [one.is_silenced(desk.now) for one in found(desk)] == [True, True]
    assert posts(desk.owed(), "devops-alerts") == []


def test_while_all_is_under_maintenance_a_heartbeat_that_stops_is_told_when_that_is_over(sqlite_url: str) -> None:
    desk = opened(sqlite_url)
    window = Maintenance(start=instant("2026-11-02 10:05"), end=instant("2026-11-02 10:30"))
    desk.decide_by(
        desk.standing.policy.model_copy(update={"alerts": Alerts(heartbeats=(WATCHDOG,), maintenance=(window,))})
    )
    beat(desk)
    desk.pass_time("2026-11-02 10:07")
    assert found(desk) == []
    desk.pass_time("2026-11-02 10:30")
    assert [one.is_live for one in found(desk)] == [True]


@pytest.mark.parametrize("wrong", [{"every": "10s"}, {"every": "5"}, {"source": "mail"}, {"name": ""}, {"often": "5m"}])
def test_a_heartbeat_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"heartbeat|duration|Input|String|Extra"):
        Heartbeat.model_validate({"name": "Watchdog", **wrong})


def test_a_heartbeat_stands_once() -> None:
    with pytest.raises(ValueError, match="stands twice"):
        Alerts(heartbeats=(WATCHDOG, WATCHDOG))
