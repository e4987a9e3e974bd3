"""What the status page shows, and what it shows to nobody."""

from datetime import timedelta
from typing import Any

import pytest

from handlers import incidents, status
from handlers.wording import status as wording
from models.policy import Service
from models.records import incident as records
from models.records.heartbeat import HEARTBEAT
from models.records.incident import IncidentSource
from models.rota.zone import zone
from models.severity import Severity
from models.status import State
from models.status_policy import StatusPage
from tests.handlers.build import Office, office
from tests.handlers.status_world import DAY, HOUR, MINUTE, NOW, down, policy, shown

SHOWN: dict[str, Any] = {"services": (Service(name="Image registry"), Service(name="Vault")), "status": StatusPage()}


def states(board: status.Board) -> dict[str, State]:
    return {one.name: one.state for one in board.services}


def test_a_service_stands_as_its_worst_live_incident() -> None:
    board = shown(down(), down(8, "Vault", state=State.DEGRADED), down(9, "Vault", resolved_at=NOW - MINUTE))
    assert states(board) == {
        "Image registry": State.DOWN,
        "Vault": State.DEGRADED,
        "Argo CD": State.WORKING,
    }
    assert [one.number for one in board.live] == [7, 8]
    assert [one.number for one in board.past] == [9]


def test_what_is_over_is_told_for_two_weeks_and_kept_in_the_bars_for_ninety_days() -> None:
    old = down(1, opened_at=NOW - 40 * DAY, resolved_at=NOW - 40 * DAY + HOUR)
    board = shown(old, down(2, opened_at=NOW - 13 * DAY, resolved_at=NOW - 13 * DAY + HOUR))
    assert [one.number for one in board.past] == [2]
    assert [day.state for day in board.services[0].days].count(State.DOWN) == 2


def test_two_looks_within_a_minute_are_equal() -> None:
    assert shown(down()) == shown(down(), now=NOW + timedelta(seconds=40))
    assert shown(down()) != shown(down(), now=NOW + MINUTE)


def test_what_began_a_moment_ago_is_in_todays_bar_at_once() -> None:
    later = NOW + timedelta(seconds=20)
    assert shown(down(opened_at=later), now=later).services[0].days[-1].state is State.DOWN


def test_nobody_is_named_and_no_secret_shown() -> None:
    board = shown(
        down(title="Bob's pod ate the disk", is_declared=True, note="amina restarts it, password=Sommer2026! <@U01>"),
        down(8, title="KubeDown\u202e\x07 @chidi"),
        alerts={"maintenance": [{"start": "2026-11-29 20:00", "end": "2026-11-29 21:00", "note": "by Amina Diallo"}]},
    )
    assert [one.title for one in board.live] == ["Someone's pod ate the disk", "KubeDown someone"]
    assert board.live[0].note == "Someone restarts it, password=‹secret› someone"
    assert board.planned[0].note == "by someone"


def test_what_is_of_a_service_that_is_not_shown_is_not_either() -> None:
    board = shown(down(), down(8, "Vault"), status={"services": ["Vault"]})
    assert (list(states(board)), [one.number for one in board.live]) == (["Vault"], [8])


def test_trouble_of_no_service_is_shown_where_it_is_critical_or_somebody_declared_it() -> None:
    board = shown(
        down(1, None),
        down(2, None, state=State.DEGRADED),
        down(3, None, state=State.DEGRADED, is_declared=True),
    )
    assert [one.number for one in board.live] == [1, 3]
    assert board.has_other
    assert wording.headline([], has_other=True) == "There is a known problem"


def test_warnings_can_be_left_out() -> None:
    board = shown(down(8, "Vault", state=State.DEGRADED), status={"warnings": False})
    assert board.live == ()
    assert states(board)["Vault"] is State.WORKING


def test_maintenance_is_announced_then_on_then_over() -> None:
    window = {"service": "Vault", "start": "2026-11-28 12:30", "end": "2026-11-28 13:00", "note": "new version"}
    before, on, over = (
        shown(now=at, alerts={"maintenance": [window]}) for at in (NOW, NOW + 20 * MINUTE, NOW + 2 * HOUR)
    )
    assert (states(before)["Vault"], states(on)["Vault"]) == (State.WORKING, State.MAINTENANCE)
    assert [len(one.planned) for one in (before, on, over)] == [1, 1, 0]
    assert [one.note for one in over.past_planned] == ["new version"]


def test_a_heartbeat_that_stopped_is_no_incident_but_a_doubt_about_the_whole_page() -> None:
    board = shown(down(1, None, is_of_monitoring=True))
    assert (board.live, board.blind_since) == ((), NOW - 30 * MINUTE)
    assert shown(down(1, None, is_of_monitoring=True, resolved_at=NOW)).blind_since is None


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({}, "All services are working"),
        ({"Vault": State.DOWN}, "Vault is down"),
        ({"Vault": State.DEGRADED, "Image registry": State.DEGRADED}, "Image registry and Vault are degraded"),
        ({"Vault": State.DEGRADED, "Argo CD": State.DOWN}, "Argo CD is down"),
        ({"Vault": State.DOWN, "Image registry": State.DOWN, "Argo CD": State.DOWN}, "3 services are down"),
        ({"Vault": State.MAINTENANCE}, "Vault is under maintenance; everything else is working"),
    ],
)
def test_one_sentence_says_how_all_stands(told: dict[str, State], sentence: str) -> None:
    names = ("Image registry", "Vault", "Argo CD")
    assert wording.headline([(name, told.get(name, State.WORKING)) for name in names], has_other=False) == sentence


def test_times_are_the_organisations_with_their_offset() -> None:
    vancouver = zone("America/Vancouver")
    assert wording.stamp(NOW, vancouver) == "Sat 28 Nov, 12:12 MST (UTC−7)"
    assert wording.stamp(NOW, vancouver, NOW) == "12:12 MST (UTC−7)"
    assert wording.stamp(NOW, zone("Asia/Kolkata"), NOW) == "00:42 IST (UTC+5:30)"
    assert wording.stamp(NOW, zone("America/Sao_Paulo"), NOW) == "16:12 UTC−3"
    assert wording.stamp(NOW, zone("UTC"), NOW) == "19:12 UTC (UTC)"


def test_what_is_not_quite_always_up_never_reads_as_always() -> None:
    days = shown().services[0].days
    assert wording.share(0.999999, days) == "99.99 % up in 71 days"
    assert wording.share(1.0, days) == "100 % up in 71 days"
    assert wording.share(None, days) == "not watched yet"


# -- from the records


def opened(desk: Office, title: str, service: str | None, **changed: object) -> int:
    with desk.store.transaction() as session:
        ctx = desk.context(session)
        given = {"severity": Severity.CRITICAL, "source": IncidentSource.ALERTS, "said_by": "alert", **changed}
        incident = incidents.open_incident(ctx, title=title, service=service, **given)  # type: ignore[arg-type]
        return incident.id


def look(desk: Office) -> status.Board:
    with desk.store.reading() as session:
        board = status.look(session, desk.standing, desk.now)
    assert board is not None
    return board


def test_the_board_follows_the_records(database_url: str) -> None:
    desk = office(database_url, **SHOWN)
    assert states(look(desk)) == {"Image registry": State.WORKING, "Vault": State.WORKING}

    number = opened(desk, "RegistryDown: pulls by dana fail", "Image registry", labels={"alertname": "RegistryDown"})
    opened(desk, "Vault is slow", "Vault", source=IncidentSource.DECLARED, severity=Severity.WARNING)
    opened(desk, "only kept", "Vault", severity=Severity.INFO)
    opened(desk, "Watchdog is silent", None, sender=HEARTBEAT)
    board = look(desk)
    assert states(board) == {"Image registry": State.DOWN, "Vault": State.DEGRADED}
    assert [one.title for one in board.live] == ["RegistryDown", "Vault is slow"]
    assert board.blind_since == desk.now

    desk.at("2026-11-02 10:30")
    with desk.store.transaction() as session:
        ctx = desk.context(session)
        incident = records.incident(session, number)
        assert incident is not None
        incident.public_note = "The disk was full."
        incidents.note(ctx, incident, status.UPDATED, source="command", actor="U-ana")
        incidents.resolve(ctx, incident, "U-ana", source="command")
    board = look(desk)
    assert states(board)["Image registry"] is State.WORKING
    assert [(one.title, one.note, one.changed_at) for one in board.past] == [
        ("RegistryDown", "The disk was full.", desk.now)
    ]
    assert board.services[0].days[-1].down == 30 * MINUTE


def test_without_a_page_in_the_policy_there_is_none(sqlite_url: str) -> None:
    desk = office(sqlite_url)
    with desk.store.reading() as session:
        assert status.look(session, desk.standing, desk.now) is None


def test_the_page_keeps_to_the_catalogue() -> None:
    decided = policy(status={"services": ["Vault", "Nothing"]})
    assert decided.status is not None
    assert status.names_of(decided, decided.status) == ("Vault",)
