"""The demo as a visitor meets it: the whole bot, the local chat, a real browser, and a clock that is moved.

Its screenshots go to the folder that WATCHBILL_SCREENSHOTS names, if it is set; the README's is one of them.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bot.chat.local import entries
from bot.chat.local.web import router
from bot.demo.run import Demo
from bot.http.server import HttpServer, application
from models.records.handover import Handover, HandoverState
from models.records.request import Request, RequestState
from models.triage.verdict import RequestClass
from tests.browser.chromium import chromium
from tests.once import made_once

pytestmark = pytest.mark.browser

MONDAY = datetime(2026, 11, 23, 18, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = MONDAY + MINUTE
DOWN = "our app in prod gives 503 to everyone since a minute ago, customers cannot pay"
SOS, OPERATIONS = "C-devops-sos", "C-devops-operations"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Visitor:
    """A demo that runs, and whoever looks at it."""

    def __init__(self, demo: Demo, address: str, browser: Browser, stack: ExitStack) -> None:
        self.demo, self._address, self._browser, self._stack = demo, address, browser, stack

    def visit(self, user: str, place: str = SOS, *, width: int = 1280, height: int = 800) -> Page:
        context = self._browser.new_context(viewport={"width": width, "height": height})
        self._stack.callback(context.close)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.add_init_script("localStorage.setItem('hinted', '1')")
        page.goto(f"{self._address}/?as={user}#{place}")
        page.wait_for_selector("html[data-ready]")
        return page

    def newest(self) -> Request:
        with self.demo.store.reading() as session:
            return session.scalars(select(Request).order_by(Request.id.desc())).first() or pytest.fail("no request")


@contextmanager
def visited(demo: Demo, browser: Browser) -> Iterator[Visitor]:
    with ExitStack() as stack:
        demo.start()
        stack.callback(demo.stop)
        server = HttpServer(application(demo.bot, [router(demo.chat, demo)]), "127.0.0.1:0")
        server.start()
        stack.callback(server.stop)
        yield Visitor(demo, f"http://127.0.0.1:{server.port}", browser, stack)
        demo.chat.platform.live.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a demo whose past was played, and which was stopped."""
    return made_once(tmp_path_factory, "demo-played", _play)


def _play(folder: Path) -> None:
    demo = Demo(folder, MONDAY)
    demo.start()
    demo.stop()
    demo.store.close()


@pytest.fixture
def visitor(browser: Browser, played: Path, tmp_path: Path) -> Iterator[Visitor]:
    """A demo that goes on, a minute later, from a past that was played once for all of them."""
    with visited(Demo(shutil.copytree(played, tmp_path / "demo"), LATER), browser) as visitor:
        yield visitor


@pytest.fixture
def first_visitor(browser: Browser, tmp_path: Path) -> Iterator[Visitor]:
    """A demo that was started for the first time, and played its past just now."""
    with visited(Demo(tmp_path, MONDAY), browser) as visitor:
        yield visitor


def say(page: Page, words: str, box: str = "#words") -> None:
    page.locator(box).fill(words)
    page.locator(box).press("Enter")


def open_thread(page: Page) -> None:
    """Open the thread of the newest message, once it has a reply."""
    summary = page.locator("#timeline > *", has_text=DOWN).last.locator(".summary")
    summary.click()


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("WATCHBILL_SCREENSHOTS")
    if folder:
        page.mouse.move(0, 0)
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_request_is_triaged_pinged_taken_and_resolved(visitor: Visitor) -> None:
    on_call = visitor.demo.on_call()
    developer = visitor.visit("farid")
    say(developer, DOWN)
    open_thread(developer)
    page = developer.locator("#replies .card").last
    expect(page).to_contain_text("you are on call")
    expect(page).to_contain_text("If nobody takes it")
    assert visitor.newest().request_class is RequestClass.URGENT

    engineer = visitor.visit(on_call)
    open_thread(engineer)
    engineer.get_by_role("button", name="I'm on it").click()
    expect(developer.locator("#replies .card").last).to_contain_text("is on it since")
    say(engineer, "Looking. The last deployment broke its health check, rolling back.", "#thread-words")
    engineer.get_by_role("button", name="+5 min").click()
    expect(engineer.get_by_role("button", name="+5 min")).to_be_enabled()
    engineer.get_by_role("button", name="Resolved", exact=True).click()
    expect(developer.locator("#replies .card").last).to_contain_text("was resolved by")
    assert visitor.newest().state is RequestState.RESOLVED
    developer.set_viewport_size({"width": 1280, "height": 700})
    picture(developer, "demo")


def test_the_clock_shows_the_escalation_within_a_minute(visitor: Visitor) -> None:
    page = visitor.visit("farid")
    say(page, DOWN)
    open_thread(page)
    expect(page.locator("#replies .card").last).to_contain_text("you are on call")
    for _ in range(3):
        page.get_by_role("button", name="+5 min").click()
        expect(page.get_by_role("button", name="+5 min")).to_be_enabled()
    expect(page.locator("#replies")).to_contain_text("nobody has taken")
    expect(page.locator("#replies")).to_contain_text("Amina Diallo")
    picture(page, "demo-escalated")


def test_the_day_is_handed_over_in_a_form_and_accepted(visitor: Visitor) -> None:
    on_call = visitor.demo.on_call()
    page = visitor.visit(on_call, OPERATIONS)
    say(page, "/handover")
    form = page.get_by_role("dialog", name="Handover")
    expect(form).to_contain_text("Handover of platform")
    form.get_by_label("What to watch").fill("If Argo CD stops again, restart its repo server.")
    picture(page, "demo-handover")
    form.get_by_role("button", name="Hand over").click()
    expect(form).to_be_hidden()
    expect(page.locator("#timeline")).to_contain_text("If Argo CD stops again")

    row = visitor.demo
    with row.store.reading() as session:
        filed = session.scalars(select(Handover).order_by(Handover.id.desc())).first()
    assert filed is not None
    assert (filed.state, filed.outgoing) == (HandoverState.SUBMITTED, on_call)
    incoming = visitor.visit(filed.incoming or "", f"D-{filed.incoming}")
    incoming.get_by_role("button", name="Accept").last.click()
    expect(incoming.locator("#timeline")).to_contain_text("You accepted handover")
    page.get_by_role("button", name="Next handover").click()
    expect(page.locator("#timeline .entry").last).to_contain_text(re.compile("is on call"))


def test_the_seeded_past_is_believable(first_visitor: Visitor) -> None:
    with first_visitor.demo.store.reading() as session:
        requests = session.scalars(select(Request)).all()
        handovers = session.scalars(select(Handover)).all()
    assert len(requests) >= 10
    classes = {one.request_class for one in requests}
    assert {RequestClass.URGENT, RequestClass.PLATFORM, RequestClass.COMMUNITY} <= classes
    assert len([one for one in handovers if one.is_filed]) >= 12
    with first_visitor.demo.chat.platform.archive.transaction() as chat:
        written = [entries.find(chat, one.channel, one.root) for one in requests]
    late = [
        one.root for one, entry in zip(requests, written, strict=True) if entry and one.opened_at > entry.at + MINUTE
    ]
    assert late == [], "nothing is judged after the clock has gone on"
    page = first_visitor.visit("grace", OPERATIONS)
    picture(page, "demo-operations")
    expect(page.locator("#timeline")).to_contain_text("Handover of platform")


def test_it_works_on_a_phone(visitor: Visitor) -> None:
    page = visitor.visit("grace", width=390, height=844)
    say(page, DOWN)
    open_thread(page)
    expect(page.locator("#replies .card").last).to_contain_text("you are on call")
    picture(page, "demo-phone")
