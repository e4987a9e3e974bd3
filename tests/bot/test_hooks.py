"""The hooks: who is let in, what is read, and that a delivery is answered only once it is kept; over a real socket."""

import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.http.hooks import LARGEST, Pace, router
from bot.http.payloads import PAYLOADS, Faulty
from bot.http.server import HttpServer, application
from bot.metrics import Metrics
from bot.settings import Hook, Hooks
from models.alerting import digest
from models.errors import StoreUnavailable
from models.events import AlertReceived, Event, ReportedAlert, from_json, to_json
from models.records.alert import Alert
from tests.bot.test_http import Patient
from tests.handlers.build import MONDAY, instant
from tests.handlers.desk import Desk, at_desk

TOKEN = "a-long-token"
PAYLOAD = Path(__file__).parent / "payloads"


@dataclass
class Hooked:
    """Hooks that are listened on, in front of a desk. is_away: whether the store is."""

    desk: Desk
    metrics: Metrics = field(default_factory=Metrics)
    is_away: bool = False
    port: int = 0

    def receive(self, event: Event) -> object:
        if self.is_away:
            raise StoreUnavailable("disk full")
        return self.desk.office.intake.receive(event)

    def post(self, name: str, body: bytes | str | Any, **headers: str) -> tuple[int, Mapping[str, Any], HTTPResponse]:
        """Send a delivery with the right token, unless headers say otherwise; give the answer."""
        raw = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = {"Authorization": f"Bearer {TOKEN}", **{key.replace("_", "-"): text for key, text in headers.items()}}
        connection.request("POST", f"/hooks/{name}", raw, {key: text for key, text in given.items() if text})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        connection.close()
        return answer.status, said, answer

    def kept(self) -> list[Alert]:
        with self.desk.office.store.reading() as session:
            return list(session.scalars(select(Alert).order_by(Alert.id)))


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Hooked]:
    path = tmp_path_factory.mktemp("hooks") / "watchbill.db"
    path.write_bytes(sqlite_template.read_bytes())
    hooked = Hooked(at_desk(f"sqlite:///{path}"))
    hook = Hook(token=SecretStr(TOKEN), rate=100_000)
    hooks = Hooks(alertmanager=hook, grafana=replace_rate(hook, 2), generic=hook)
    routes = router(hooks, hooked.receive, hooked.desk.office.clock, hooked.metrics)
    server = HttpServer(application(Patient(), [routes]), "127.0.0.1:0")
    server.start()
    hooked.port = server.port
    yield hooked
    server.stop()


def replace_rate(hook: Hook, rate: int) -> Hook:
    return hook.model_copy(update={"rate": rate})


def payload(name: str) -> Any:
    """Give a delivery as its sender wrote it."""
    return json.loads((PAYLOAD / f"{name}.json").read_text(encoding="utf-8"))


def read(name: str, body: object) -> list[ReportedAlert]:
    return PAYLOADS[name].of(json.dumps(body).encode()).reports()


# -- who is let in


@pytest.mark.parametrize(
    "shown", ["", "Bearer wrong", f"Basic {TOKEN}", TOKEN, "Bearer", f"Bearer {TOKEN}x", "Bearer ÿ"]
)
def test_without_the_token_nobody_is_let_in(listening: Hooked, shown: str) -> None:
    status, said, answer = listening.post("generic", {"title": "Stranger"}, Authorization=shown)
    assert (status, answer.getheader("WWW-Authenticate")) == (401, "Bearer")
    assert "Authorization: Bearer" in said["error"]
    assert [one for one in listening.kept() if one.name == "Stranger"] == []


@pytest.mark.parametrize("query", [f"?token={TOKEN}", "?access_token=x", f"?q={TOKEN}"])
def test_a_token_in_the_address_is_refused_and_said_why(listening: Hooked, query: str) -> None:
    status, said, _ = listening.post(f"generic{query}", {"title": "x"})
    assert (status, "no place in an address" in said["error"]) == (400, True)


def test_a_hook_that_is_not_there_is_not_found(listening: Hooked) -> None:
    assert listening.post("nagios", {"title": "x"})[0] == 404


def test_who_comes_too_often_is_told_when_to_come_again(listening: Hooked) -> None:
    answers = [listening.post("grafana", {"alerts": []}) for _ in range(3)]
    assert [status for status, _, _ in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1][2].getheader("Retry-After") or "") <= 30


def test_a_sender_may_come_again_as_time_passes() -> None:
    now = 0.0
    pace = Pace(60, lambda: now)
    assert [pace.wait() for _ in range(62)] == [0] * 60 + [1, 1]
    now = 1.0
    assert [pace.wait(), pace.wait()] == [0, 1]


# -- what is taken


def test_a_delivery_is_answered_once_it_is_kept(listening: Hooked) -> None:
    status, said, _ = listening.post("generic", {"title": "Backup failed", "service": "nas", "severity": "info"})
    assert (status, said) == (200, {"taken": 1})
    (kept,) = [one for one in listening.kept() if one.name == "Backup failed"]
    assert kept.source == "generic"


def test_while_the_store_is_away_the_sender_is_told_to_come_again(listening: Hooked) -> None:
    listening.is_away = True
    status, _, answer = listening.post("generic", {"title": "Kept for later"})
    listening.is_away = False
    assert (status, answer.getheader("Retry-After")) == (503, "5")
    assert listening.post("generic", {"title": "Kept for later"})[0] == 200


@pytest.mark.parametrize("is_chunked", [False, True])
def test_what_is_too_large_is_refused_whatever_it_says_of_its_length(listening: Hooked, is_chunked: bool) -> None:
    connection = HTTPConnection("127.0.0.1", listening.port, timeout=20)
    large = b'{"title": "' + b"x" * LARGEST + b'"}'
    body = (large[at : at + 65536] for at in range(0, len(large), 65536)) if is_chunked else large
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with suppress(BrokenPipeError, ConnectionResetError):  # it was refused before it was sent whole
        connection.request("POST", "/hooks/generic", body, headers, encode_chunked=is_chunked)
    assert connection.getresponse().status == 413
    connection.close()


def test_what_is_packed_is_refused_with_why(listening: Hooked) -> None:
    status, said, _ = listening.post("generic", gzip.compress(b'{"title": "Down"}'), Content_Encoding="gzip")
    assert (status, "Content-Encoding" in said["error"]) == (415, True)


def test_what_senders_are_answered_is_counted(listening: Hooked) -> None:
    listening.post("generic", {"title": "Counted"})
    assert 'watchbill_hook_deliveries_total{sender="generic",status="200"}' in listening.metrics.render().decode()


# -- what cannot be read


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '{"title": "\\ud800"}', "\x00"])
def test_what_is_no_delivery_is_refused_with_its_fault(listening: Hooked, body: str) -> None:
    for name in ("generic", "alertmanager"):
        status, said, _ = listening.post(name, body)
        assert status == 422
        assert said["faults"]


def test_every_fault_is_named_with_its_place(listening: Hooked) -> None:
    wrong = {"status": "burning", "labels": {"pod": 7}, "startsAt": "yesterday"}
    sound = {"status": "firing", "labels": {"alertname": "x"}}
    status, said, _ = listening.post("alertmanager", {"version": "4", "alerts": [sound, wrong]})
    assert status == 422
    assert [one["at"] for one in said["faults"]] == ["alerts[1].status", "alerts[1].labels.pod", "alerts[1].startsAt"]


def test_an_unknown_key_of_our_own_payload_is_a_fault() -> None:
    with pytest.raises(Faulty) as caught:
        read("generic", {"titel": "Backup failed"})
    assert [one["at"] for one in caught.value.faults] == ["title", "titel"]


def test_of_very_many_faults_a_hundred_are_named() -> None:
    with pytest.raises(Faulty) as caught:
        read("alertmanager", {"alerts": [{}] * 300})
    assert len(caught.value.faults) == 101
    assert caught.value.faults[-1]["fault"] == "and 500 more faults"


# -- as their senders write them


def test_a_delivery_of_alertmanagers_is_read() -> None:
    first, second = read("alertmanager", payload("alertmanager"))
    assert (first.is_firing, first.ends_at, first.fingerprint) == (True, None, "6ab1c6b2b4c9a7a1")
    assert first.starts_at == instant("2026-11-02 09:58:30.123456")
    assert first.group == '{}/{severity="critical"}:{alertname="RegistryErrors"}'
    assert first.links["source"].startswith("http://prometheus.example.org:9090/graph")
    assert first.links["silence"].startswith(
        "https://alertmanager.example.org/#/silences/new?filter=%7Balertname%3D%22"
    )
    assert (second.is_firing, second.ends_at) == (False, instant("2026-11-02 10:03"))


def test_no_label_widens_the_silence_that_its_link_offers() -> None:
    labels = {"alertname": "Down", "pod": 'x", alertname=~".*\\'}
    (one,) = read("alertmanager", payload("alertmanager") | {"alerts": [{"status": "firing", "labels": labels}]})
    wanted = parse_qs(urlsplit(one.links["silence"].replace("#/", "")).query)["filter"]
    assert wanted == ['{alertname="Down", pod="x\\", alertname=~\\".*\\\\"}']


def test_what_no_database_can_hold_is_replaced() -> None:
    (one,) = PAYLOADS["generic"].of(b'{"title": "Down\\u0000", "labels": {"a\\u0000": "b\\u0000"}}').reports()
    assert (one.labels["alertname"], one.labels["a\ufffd"]) == ("Down\ufffd", "b\ufffd")


def test_a_delivery_of_grafanas_is_read() -> None:
    (one,) = read("grafana", payload("grafana"))
    assert (one.is_firing, one.group) == (True, '{}:{alertname="High memory", grafana_folder="Platform"}')
    assert {name: url.split("/")[3] for name, url in one.links.items()} == {
        "dashboard": "d",
        "panel": "d",
        "source": "alerting",
        "silence": "alerting",
    }


def test_a_sender_that_groups_by_nothing_has_grouped_nothing() -> None:
    given = payload("alertmanager") | {"groupKey": "{}:{}", "groupLabels": {}}
    assert {one.group for one in read("alertmanager", given)} == {""}


@pytest.mark.parametrize(
    "written", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", None, "", "0001-01-01T00:00:00-08:00"]
)
def test_a_time_that_is_none_of_ours_is_none(written: str | None) -> None:
    (one,) = read(
        "alertmanager", {"alerts": [{"status": "resolved", "labels": {}, "startsAt": written, "endsAt": written}]}
    )
    assert (one.starts_at, one.ends_at) == (None, None)


def test_what_anybody_writes_is_known_by_its_key_and_else_by_what_it_says() -> None:
    def known_as(**given: Any) -> str:
        (one,) = read("generic", {"title": "Disk full", **given})
        return one.fingerprint

    assert known_as(service="nas") == known_as(service="nas", status="resolved", severity="critical", text="91 %")
    assert known_as(service="nas") != known_as(service="web")
    assert known_as(key="disk", title="91 %") == known_as(key="disk", title="92 %") == digest("key", "disk")


def test_the_examples_of_the_guide_are_read() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "alerts.md").read_text(encoding="utf-8")
    examples = [block.split("```")[0] for block in guide.split("```json\n")[1:]]
    assert examples
    for example in examples:
        assert PAYLOADS["generic"].of(example.encode()).reports()


def test_an_event_that_failed_comes_back_from_the_store_as_it_was() -> None:
    event = AlertReceived.of("alertmanager", read("alertmanager", payload("alertmanager")), instant(MONDAY))
    assert from_json(json.loads(json.dumps(to_json(event)))) == event
    assert replace(event, at=instant("2026-11-02 10:01")) != event
