"""The status page over HTTP: from its cache, for browsers, programs and feed readers."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from time import monotonic, sleep
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import event

from bot.http import status as pages
from bot.http import status_feeds, status_page
from bot.http.markup import element
from bot.http.server import HttpServer, application
from bot.http.status import StatusPages
from handlers import incidents
from models.policy import Policy, Service
from models.records.incident import IncidentSource
from models.severity import Severity
from models.status_policy import StatusPage
from tests.bot.test_http import Patient
from tests.handlers.build import Office, office
from tests.handlers.status_world import DAY, HOUR, MINUTE, NOW, down, shown

ATOM = "{http://www.w3.org/2005/Atom}"
NASTY = "<script>alert(1)</script> & \"quotes\" 'n' more"


class Site:
    """The page of an office on a real server."""

    def __init__(self, desk: Office, **changed: float) -> None:
        self.desk = desk
        self.pages = StatusPages(desk.store, desk.clock, lambda: desk.standing, **changed)
        self.server = HttpServer(self.pages.before(application(Patient())), "127.0.0.1:0")
        self.server.start()

    def get(self, path: str = "/status", method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read()
        connection.close()
        return answer.status, told, body

    def open_incident(self) -> None:
        with self.desk.store.transaction() as session:
            incidents.open_incident(
                self.desk.context(session),
                title="RegistryDown",
                severity=Severity.CRITICAL,
                source=IncidentSource.DECLARED,
                said_by="command",
                service="Image registry",
            )

    def decide_by(self, policy: Policy) -> None:
        self.desk.decide_by(policy)
        self.pages.refresh()


@contextmanager
def serving(url: str, **changed: float) -> Iterator[Site]:
    site = Site(office(url, services=(Service(name="Image registry"),), status=StatusPage()), **changed)
    yield site
    site.pages.stop()
    site.server.stop()


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    with serving(sqlite_url) as opened:
        yield opened


def test_before_the_first_look_it_is_not_known_yet(site: Site) -> None:
    status, told, body = site.get()
    assert (status, told["retry-after"]) == (503, "10")
    assert b"not known yet" in body


def test_the_page_is_served_with_all_that_keeps_a_browser_safe(site: Site) -> None:
    site.pages.refresh()
    status, told, body = site.get()
    assert (status, told["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"All services are working" in body
    assert b"<script" not in body
    rules = dict(rule.strip().split(" ", 1) for rule in told["content-security-policy"].split(";"))
    assert {rules[name] for name in ("default-src", "base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert rules["style-src"].startswith("'sha256-")
    assert (told["x-content-type-options"], told["referrer-policy"]) == ("nosniff", "no-referrer")


def test_what_did_not_change_is_not_sent_again_and_what_changed_is(site: Site) -> None:
    site.pages.refresh()
    etag = site.get()[1]["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        status, told, body = site.get(if_none_match=known)
        assert (status, told["etag"], body) == (304, etag, b"")
    site.open_incident()
    assert site.get(if_none_match=etag)[0] == 304  # the cache knows of nothing before it looks
    site.pages.refresh()
    status, _, body = site.get(if_none_match=etag)
    assert status == 200
    assert b"Image registry is down" in body


def test_it_is_packed_for_whoever_takes_that(site: Site) -> None:
    site.pages.refresh()
    plain, packed = site.get(), site.get(accept_encoding="br, gzip")
    assert packed[1]["content-encoding"] == "gzip"
    assert gzip.decompress(packed[2]) == plain[2]
    assert packed[1]["etag"] != plain[1]["etag"]
    assert packed[1]["vary"] == "accept-encoding"
    assert "content-encoding" not in site.get(accept_encoding="br, gzip; q=0")[1]


def test_other_methods_and_paths_are_answered_as_they_should(site: Site) -> None:
    site.pages.refresh()
    whole, head = site.get(), site.get(method="HEAD")
    assert (head[0], head[1]["content-length"], head[2]) == (200, str(len(whole[2])), b"")
    status, told, _ = site.get(method="POST")
    assert (status, told["allow"]) == (405, "GET, HEAD")
    status, told, _ = site.get("/status/")
    assert (status, told["location"]) == (308, "../status")
    assert site.get("/status.xml")[0] == 404
    assert site.get("/healthz")[0] == 200


def test_without_a_page_in_the_policy_there_is_none(site: Site) -> None:
    site.decide_by(site.desk.standing.policy.model_copy(update={"status": None}))
    for path in ("/status", "/status/", "/status.json", "/status.atom"):
        assert (site.get(path)[0], site.get(path)[2]) == (404, b'{"detail":"Not Found"}')
    site.decide_by(site.desk.standing.policy.model_copy(update={"status": StatusPage(title="Ours")}))
    assert b"Ours" in site.get()[2]


def test_readers_ask_the_store_nothing(site: Site) -> None:
    site.pages.refresh()
    asked: list[str] = []
    event.listen(site.desk.store.engine, "before_cursor_execute", lambda *call: asked.append(str(call[2])))
    assert {site.get(path)[0] for path in pages.KINDS for _ in range(20)} == {200}
    assert asked == []
    site.pages.refresh()
    assert asked != []
    assert not [one for one in asked if not one.startswith(("SELECT", "BEGIN"))]


def test_while_the_store_is_away_the_old_page_stays_and_says_how_old_it_is(sqlite_url: str) -> None:
    with serving(sqlite_url, stale_seconds=0.0) as site:
        site.pages.refresh()
        with site.desk.store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE incident RENAME TO elsewhere")
        site.pages.refresh()
        status, _, body = site.get()
        assert status == 200
        assert b"This page could not be brought up to date since Mon 2 Nov, 10:00 UTC" in body
        assert json.loads(site.get("/status.json")[2])["stale"] is True


def test_a_commit_is_seen_soon_without_anybody_asking(sqlite_url: str) -> None:
    with serving(sqlite_url, rest_seconds=0.0) as site:
        site.pages.start()
        before = site.pages.edition
        site.open_incident()
        site.pages.touch()
        until = monotonic() + 20
        while site.pages.edition is before and monotonic() < until:
            sleep(0.01)
        assert b"Image registry is down" in site.get()[2]


# -- what is in it


def test_json_says_the_same_in_the_organisations_time() -> None:
    board = shown(down(note="We look."), down(3, "Vault", opened_at=NOW - DAY, resolved_at=NOW - DAY + HOUR))
    told = json.loads(status_feeds.as_json(board, is_stale=False))
    assert (told["summary"], told["at"], told["stale"]) == (
        "Image registry is down",
        "2026-11-28T12:12:00-07:00",
        False,
    )
    (incident,) = told["incidents"]
    assert (incident["service"], incident["state"], incident["note"]) == ("Image registry", "down", "We look.")
    assert (incident["began"], incident["ended"]) == ("2026-11-28T11:42:00-07:00", None)
    vault = next(one for one in told["services"] if one["name"] == "Vault")
    assert (vault["state"], len(vault["days"]), vault["days"][-2]["down"]) == ("working", 90, 3600)


def test_the_feed_is_one_that_readers_understand() -> None:
    window = {"service": "Vault", "start": "2026-12-01 20:00", "end": "2026-12-01 21:00"}
    board = shown(
        down(),
        down(3, "Vault", opened_at=NOW - DAY, resolved_at=NOW - DAY + HOUR),
        url="https://status.example.org/",
        alerts={"maintenance": [window]},
    )
    feed = ET.fromstring(status_feeds.atom(board))
    entries = feed.findall(f"{ATOM}entry")
    ids = [one.findtext(f"{ATOM}id") for one in entries]
    assert ids[:2] == [
        "tag:status.example.org,2026:watchbill/incident/7",
        "tag:status.example.org,2026:watchbill/incident/3",
    ]
    assert len(set(ids)) == len(ids) == 3
    updated = [one.findtext(f"{ATOM}updated") or "" for one in entries]
    assert updated == sorted(updated, reverse=True)
    assert feed.findtext(f"{ATOM}updated") == updated[0] <= "2026-11-28T19:12:00Z"
    links = {one.get("rel"): one.get("href") for one in feed.findall(f"{ATOM}link")}
    assert links == {
        "self": "https://status.example.org/status.atom",
        "alternate": "https://status.example.org/status",
    }
    assert feed.find(f"{ATOM}author") is not None


def test_an_entry_changes_only_when_its_incident_does() -> None:
    first = status_feeds.atom(shown(down()))
    assert status_feeds.atom(shown(down(), now=NOW + 5 * MINUTE)) == first
    noted = shown(replace(down(), note="We look.", noted_at=NOW + MINUTE), now=NOW + 5 * MINUTE)
    assert "<updated>2026-11-28T19:13:00Z</updated>" in status_feeds.atom(noted)


def test_words_are_text_everywhere() -> None:
    board = shown(
        down(title=NASTY, note=NASTY), services=[{"name": f"Image registry {NASTY}"}], status={"title": NASTY}
    )
    page = status_page.html(board, "", is_stale=False)
    assert "<script" not in page
    ET.fromstring(status_feeds.atom(board))
    assert NASTY in ET.fromstring(status_feeds.atom(board)).findtext(f"{ATOM}title", "")
    assert json.loads(status_feeds.as_json(board, is_stale=False))["title"] == NASTY


def test_an_element_escapes_what_is_no_markup() -> None:
    assert element("p", "a<b", element("b", "c&d"), None, title='e"f', hidden=None, class_="g") == (
        '<p title="e&quot;f" class="g">a&lt;b<b>c&amp;d</b></p>'
    )
    assert element("p", "a\x00b\ufffe") == "<p>ab</p>"
