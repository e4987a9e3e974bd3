"""The calendar feeds over HTTP: who may read them, what is sent again, and that no address lands in a log."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event

from bot.http import feed
from bot.http.server import HttpServer, application
from models.feed import feed_key
from models.policy import Person
from tests.bot.feed_reading import SECRET, Reader, parsed
from tests.bot.test_http import Patient
from tests.handlers.build import Office, office, people, rotation


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Site:
    reader: Reader
    server: HttpServer

    def get(self, address: str, method: str = "GET", **headers: str) -> Answer:
        path = urlsplit(address).path
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=5)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        got = connection.getresponse()
        answer = Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        connection.close()
        return answer


@contextmanager
def serving(opened: Office) -> Iterator[Site]:
    reader = Reader(opened)
    routes = feed.router(opened.store, opened.clock, lambda: opened.standing)
    server = HttpServer(application(Patient(), [routes]), "127.0.0.1:0")
    server.start()
    yield Site(reader, server)
    server.stop()


@pytest.fixture
def site(database_url: str) -> Iterator[Site]:
    with serving(office(database_url)) as opened:
        yield opened


def test_an_address_gives_the_calendar_of_a_rotation_or_a_person(site: Site) -> None:
    for kind, name in (("rotation", "platform"), ("person", "ana")):
        answer = site.get(site.reader.address(kind, name))  # type: ignore[arg-type]
        assert answer.status == 200
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert answer.headers["cache-control"].startswith("private")
        assert parsed(answer.body).events != []


def test_an_unchanged_feed_is_not_sent_again(site: Site) -> None:
    address = site.reader.address()
    etag = site.get(address).headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = site.get(address, if_none_match=known)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert site.get(address, if_none_match='"other"').status == 200
    site.reader.office.command("lea", "oncall-list", "assign 2026-11-04 @gil")
    changed = site.get(address, if_none_match=etag)
    assert changed.status == 200
    assert changed.headers["etag"] != etag


def test_the_headers_alone_can_be_asked_for(site: Site) -> None:
    whole, head = site.get(site.reader.address()), site.get(site.reader.address(), "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert (head.headers["etag"], head.headers["content-length"]) == (whole.headers["etag"], str(len(whole.body)))


def test_a_wrong_key_and_an_unknown_name_are_answered_alike(site: Site) -> None:
    key = feed_key(SECRET, "person:ana")
    refused = [
        site.get(f"/calendar/{path}.ics")
        for path in (
            f"person/ana/{'0' * 32}",
            f"person/ben/{key}",
            f"person/ana/{key[:-1]}",
            f"rotation/platform/{key}",
            f"person/zoe/{feed_key(SECRET, 'person:zoe')}",
            f"rotation/nothing/{feed_key(SECRET, 'rotation:nothing')}",
            f"team/ana/{key}",
        )
    ]
    refused.append(site.get(f"/calendar/person/ana/{key}"))
    assert {(one.status, one.body) for one in refused} == {(404, b'{"detail":"Not Found"}')}
    assert site.get(f"/calendar/person/ana/{key}.ics").status == 200


def test_without_a_secret_there_are_no_feeds(site: Site) -> None:
    address = site.reader.address()
    opened = site.reader.office
    opened.intake.standing = replace(opened.standing, feed_secret="")
    assert site.get(address).status == 404
    assert site.get(f"/calendar/rotation/platform/{feed_key('', 'rotation:platform')}.ics").status == 404


def test_names_that_need_escaping_in_an_address_are_found(sqlite_url: str) -> None:
    names = (rotation(name="core/db#1?ü"),)
    everybody = (*people(), Person(id="zoë o'neil/2 %41", name="Zoë", slack="U-zoe"))
    with serving(office(sqlite_url, rotations=names, people=everybody)) as site:
        assert site.get(site.reader.address("rotation", "core/db#1?ü")).status == 200
        assert site.get(site.reader.address("person", "zoë o'neil/2 %41")).status == 200


def test_a_store_that_is_away_is_said_to_be_away_for_now(sqlite_url: str) -> None:
    with serving(office(sqlite_url)) as site:
        with site.reader.office.store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE calendar_feed RENAME TO elsewhere")
        answer = site.get(site.reader.address())
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")


def test_no_key_lands_in_a_log(
    sqlite_url: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("a fault of our own")

    with serving(office(sqlite_url)) as site:
        address, opened = site.reader.address("person", "ana"), site.reader.office
        routes = feed.router(opened.store, opened.clock, broken)  # type: ignore[arg-type]
        faulty = HttpServer(application(Patient(), [routes]), "127.0.0.1:0")
        faulty.start()
        assert site.get(address).status == 200
        assert Site(site.reader, faulty).get(address).status == 500
        faulty.stop()
    logged = "".join(capfd.readouterr()) + caplog.text
    key = feed_key(SECRET, "person:ana")
    assert "a fault of our own" in logged
    assert key not in logged
    assert SECRET not in f"{logged}{opened.standing!r}"


def test_two_hundred_subscribers_cost_one_reading_of_the_rota(database_url: str) -> None:
    with serving(office(database_url)) as site:
        addresses = [site.reader.address(), *(site.reader.address("person", one.id) for one in people())]
        read: list[str] = []
        event.listen(site.reader.office.store.engine, "before_cursor_execute", lambda *call: read.append(str(call[2])))
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(site.get, addresses * 29))
    assert [one.status for one in answers] == [200] * 203
    assert len([one for one in read if "FROM shift" in one]) == 1
    assert not [one for one in read if one.startswith(("INSERT", "UPDATE", "DELETE"))]
