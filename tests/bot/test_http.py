"""The HTTP side: alive, ready, figures; over a real socket."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection

import pytest
from fastapi import APIRouter

from bot.http.server import HttpServer, application
from models.errors import ConfigError


@dataclass
class Patient:
    """A health that is what a test says."""

    broken: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)

    def problems(self) -> list[str]:
        return self.broken

    def absences(self) -> list[str]:
        return self.away

    def notes(self) -> list[str]:
        return ["a heartbeat was never seen"]

    def render(self) -> bytes:
        return b"watchbill_outbox_owed 0.0\n"


@dataclass
class Site:
    patient: Patient
    server: HttpServer

    def get(self, path: str) -> tuple[int, str, str]:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.getheader("content-type", ""), body


@pytest.fixture
def site() -> Iterator[Site]:
    extra = APIRouter()
    extra.add_api_route("/extra", lambda: "more")
    patient = Patient()
    server = HttpServer(application(patient, [extra]), "127.0.0.1:0")
    server.start()
    yield Site(patient, server)
    server.stop()


def test_while_nothing_is_wrong_it_is_alive_and_ready(site: Site) -> None:
    assert site.get("/healthz")[0] == 200
    status, _, body = site.get("/readyz")
    assert (status, json.loads(body)["notes"]) == (200, ["a heartbeat was never seen"])


def test_what_is_away_for_now_makes_it_unready_and_leaves_it_alive(site: Site) -> None:
    site.patient.away.append("slack is away")
    assert site.get("/healthz")[0] == 200
    status, _, body = site.get("/readyz")
    assert (status, json.loads(body)) == (503, {"ready": False, "away": ["slack is away"], "notes": []})


def test_what_only_a_restart_can_help_makes_it_dead_and_unready(site: Site) -> None:
    site.patient.broken.append("scheduler has stopped")
    status, _, body = site.get("/healthz")
    assert (status, json.loads(body)) == (503, {"alive": False, "problems": ["scheduler has stopped"]})
    assert site.get("/readyz")[0] == 503


def test_the_figures_are_given_in_prometheus_text_format(site: Site) -> None:
    status, kind, body = site.get("/metrics")
    assert (status, body) == (200, "watchbill_outbox_owed 0.0\n")
    assert kind.startswith("text/plain; version=0.0.4")


def test_what_an_adapter_adds_is_served_and_nothing_else_is_shown(site: Site) -> None:
    assert site.get("/extra")[0] == 200
    assert {site.get(path)[0] for path in ("/docs", "/redoc", "/openapi.json", "/")} == {404}


def test_a_port_that_is_taken_is_an_error_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}: "):
            HttpServer(application(Patient()), f"127.0.0.1:{port}")


def test_no_answer_waits_for_the_readers_acknowledgement(site: Site) -> None:
    """A socket that does not name its protocol keeps Nagle's algorithm: 40 ms for an answer in two writes."""
    assert site.server._socket.proto == socket.IPPROTO_TCP


def test_after_a_stop_nobody_listens_any_more(site: Site) -> None:
    port = site.server.port
    site.server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
