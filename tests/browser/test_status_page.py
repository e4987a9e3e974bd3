"""The status page in a real browser, as people meet it: without JavaScript, on a phone, in the dark, read aloud."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page

from bot.http.server import HttpServer, application
from bot.http.status import StatusPages
from handlers import incidents
from models.alert_policy import Alerts, Maintenance
from models.policy import Service
from models.records import incident as records
from models.records.incident import IncidentSource
from models.severity import Severity
from models.status_policy import StatusPage
from tests.bot.test_http import Patient
from tests.browser.chromium import chromium
from tests.handlers.build import Office, instant, office

PHONE, DESKTOP = 360, 1200
CONTRASTS = """() => {
  const line = v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * line(r / 255) + 0.7152 * line(g / 255) + 0.0722 * line(b / 255);
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const behind = node => {
    const seen = node ? rgb(getComputedStyle(node).backgroundColor) : [255, 255, 255];
    return seen.length < 4 || seen[3] > 0 ? seen : behind(node.parentElement);
  };
  const ratio = (one, other) => {
    const [less, more] = [light(one), light(other)].sort((x, y) => x - y);
    return (more + 0.05) / (less + 0.05);
  };
  const all = names => [...document.querySelectorAll(names)];
  const texts = all('h1, h2, h3, p, li, span, a, summary, time').filter(one => one.innerText);
  return {
    text: Math.min(...texts.map(one => ratio(rgb(getComputedStyle(one).color), behind(one)))),
    bar: Math.min(...all('rect').map(one => ratio(rgb(getComputedStyle(one).fill), behind(one.closest('svg'))))),
  };
}"""
"""The least contrast of a text and of a bar with what is behind it. Source: WCAG 2.2, 1.4.3 and 1.4.11."""


@dataclass
class Site:
    desk: Office
    pages: StatusPages
    address: str

    def opens(self, title: str, service: str | None) -> int:
        with self.desk.store.transaction() as session:
            incident = incidents.open_incident(
                self.desk.context(session),
                title=title,
                severity=Severity.CRITICAL,
                source=IncidentSource.DECLARED,
                said_by="command",
                service=service,
            )
            incident.public_note = "We look at its database."
        self.pages.refresh()
        return incident.id

    def resolves(self, number: int) -> None:
        with self.desk.store.transaction() as session:
            found = records.incident(session, number)
            assert found is not None
            incidents.resolve(self.desk.context(session), found, "U-ana", source="command")
        self.pages.refresh()


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    window = Maintenance(service="Vault", start=instant("2026-11-04 20:00"), end=instant("2026-11-04 21:00"))
    desk = office(
        sqlite_url,
        services=(Service(name="Image registry"), Service(name="Vault")),
        alerts=Alerts(maintenance=(window,)),
        status=StatusPage(title="Platform status", note="Ask in #devops-how-to."),
    )
    pages = StatusPages(desk.store, desk.clock, lambda: desk.standing)
    server = HttpServer(pages.before(application(Patient())), "127.0.0.1:0")
    server.start()
    pages.refresh()
    yield Site(desk, pages, f"http://127.0.0.1:{server.port}/status")
    server.stop()


@contextmanager
def looking(browser: Browser, width: int, scheme: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        java_script_enabled=False,
    )
    page = context.new_page()
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text))
    page.on("requestfailed", lambda asked: troubles.append(asked.url))
    yield page
    assert troubles == []
    context.close()


def headings(page: Page) -> list[tuple[int, str]]:
    """Give the headings as a reader meets them, with their levels."""
    found = page.locator("h1, h2, h3, h4, h5, h6").all()
    return [(int(one.evaluate("it => it.tagName")[1]), one.inner_text()) for one in found]


def test_everybody_can_read_how_services_stand(site: Site) -> None:
    with chromium() as browser:
        with looking(browser, DESKTOP, "light") as page:
            page.goto(site.address)
            assert page.locator(".overall").inner_text() == "All services are working"
            assert page.title() == "All services are working – Platform status"

            site.desk.at("2026-11-02 10:05")
            number = site.opens("Pulls answer 502 for bob@example.org", "Image registry")
            page.reload()
            assert page.locator(".overall").inner_text() == "Image registry is down"
            assert "Image registry: Pulls answer 502 for someone" in page.locator("main").inner_text()
            reads_well(page)

        for width, scheme in ((PHONE, "light"), (PHONE, "dark"), (DESKTOP, "dark")):
            with looking(browser, width, scheme) as page:
                page.goto(site.address)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                seen = page.evaluate(CONTRASTS)
                assert seen["text"] >= 4.5, (width, scheme, seen)
                assert seen["bar"] >= 3, (width, scheme, seen)

        site.desk.at("2026-11-02 10:25")
        site.resolves(number)
        with looking(browser, PHONE, "light") as page:
            page.goto(site.address)
            assert page.locator(".overall").inner_text() == "All services are working"
            assert "Was down" in page.get_by_role("region", name="The last 14 days").inner_text()
            page.get_by_text("Days with trouble").click()
            assert page.get_by_text(re.compile(r"2 Nov: down 20 min")).last.is_visible()


def reads_well(page: Page) -> None:
    """Hold a page against what a screen reader needs."""
    for landmark in ("banner", "main", "contentinfo", "navigation"):
        assert page.get_by_role(landmark).count() == 1, landmark
    levels = [level for level, _ in headings(page)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    regions = page.locator("section").all()
    assert regions
    assert all(page.locator(f"#{one.get_attribute('aria-labelledby')}").inner_text() for one in regions)
    pictures = page.get_by_role("img").all()
    assert [one.get_attribute("aria-label") for one in pictures] == [
        "Image registry, the last 90 days: down on 1 day, no record of 89 days",
        "Vault, the last 90 days: no record of 89 days",
    ]
    assert page.locator("svg:not([role=img]):not([aria-hidden=true])").count() == 0
    assert (
        page.locator("rect").count() - page.locator("rect > title").count()
        == page.locator("[aria-hidden] rect").count()
    )
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("time:not([datetime])").count() == 0
