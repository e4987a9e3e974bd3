"""An outage as everybody meets it: a real Alertmanager, the bot in its own chat, and a browser on the status page."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page
from pydantic import SecretStr

from bot.app import status_pages
from bot.clock import SystemClock
from bot.http.hooks import router
from bot.http.server import HttpServer, application
from bot.settings import Hook, Hooks
from handlers import retrospective
from handlers.wording import retrospective as retrospective_words
from models.records.incident import Incident, IncidentState
from models.records.request import Request
from tests.alertmanager.running import Alertmanager, alertmanager, until
from tests.contract.in_local import InLocal, in_local
from tests.contract.stage import Said

ALERTS = "devops-alerts"
TOKEN = "a-token-of-the-tests"


@dataclass
class Outage:
    """Everybody's view of it."""

    stage: InLocal
    monitor: Alertmanager
    address: str
    page: Page

    # -- what monitoring tells

    def fires(self, name: str, severity: str) -> None:
        """Let monitoring see that something is wrong with the registry."""
        now = SystemClock().now()
        self._tell(name, severity, now, now + timedelta(minutes=5))

    def ends(self, name: str, severity: str) -> None:
        """Let monitoring see that it is well again."""
        now = SystemClock().now()
        self._tell(name, severity, now, now)

    def _tell(self, name: str, severity: str, start: datetime, end: datetime) -> None:
        self.monitor.tell(
            {
                "labels": {"alertname": name, "service": "artifactory", "severity": severity},
                "annotations": {"summary": f"{name} of artifactory"},
                "startsAt": start.isoformat(),
                "endsAt": end.isoformat(),
            }
        )

    # -- what the bot knows, and says

    def incident(self, number: int) -> Incident | None:
        with self.stage.store.reading() as session:
            return session.get(Incident, number)

    def is_live(self, number: int) -> bool:
        found = self.incident(number)
        return found is not None and found.state is IncidentState.OPEN

    def request(self, number: int) -> Request:
        with self.stage.store.reading() as session:
            found = session.get(Request, number)
        assert found is not None
        return found

    def retrospective(self, number: int) -> str:
        """Give what `watchbill incident` prints."""
        with self.stage.store.reading() as session:
            told = retrospective.told(session, self.stage.standing(), number)
        assert told is not None
        return retrospective_words.render(told, "md", self.stage.policy.zone)

    def waits(self, number: int, *, live: bool) -> None:
        """Wait until monitoring has made an incident live, or over; then for what follows."""
        until(lambda: self.incident(number) is not None and self.is_live(number) is live)
        self.stage.settle()

    def message(self, number: int) -> Said:
        """Give the one message of an incident."""
        (found,) = [one for one in self.stage.said(ALERTS) if f"ncident {number}:" in one.text]
        return found

    def thread(self, number: int) -> list[Said]:
        return self.stage.replies(self.message(number).ref)

    # -- what readers see

    def status(self, *wanted: str, gone: str | None = None, picture: str | None = None) -> str:
        """Give what the status page says, once it says all that is wanted. gone: what it says no longer."""
        main = self.page.locator("main")

        def says() -> bool:
            self.page.goto(f"{self.address}/status")
            said = main.inner_text()
            return all(words in said for words in wanted) and (gone is None or gone not in said)

        until(says)
        folder = os.environ.get("WATCHBILL_SCREENSHOTS")
        if folder and picture:
            self.page.screenshot(path=Path(folder) / f"{picture}.png", full_page=True)
        return main.inner_text()


@contextmanager
def outage(url: str, folder: Path, browser: Browser) -> Iterator[Outage]:
    """Give the team before it begins: all is well."""
    with ExitStack() as stack:
        stage = stack.enter_context(in_local(url, folder / "chat.db", status={}))
        hooks = router(
            Hooks(alertmanager=Hook(token=SecretStr(TOKEN))), stage.bot.intake.receive, stage.clock, stage.bot.metrics
        )
        pages = status_pages(stage.bot)
        pages.start()
        stack.callback(pages.stop)
        server = HttpServer(pages.before(application(stage.bot, [hooks])), "127.0.0.1:0")
        server.start()
        stack.callback(server.stop)
        address = f"http://127.0.0.1:{server.port}"
        monitor = stack.enter_context(alertmanager(folder, f"{address}/hooks/alertmanager", TOKEN))
        context = browser.new_context(java_script_enabled=False, viewport={"width": 1100, "height": 900})
        stack.callback(context.close)
        yield Outage(stage, monitor, address, context.new_page())
