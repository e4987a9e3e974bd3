"""Builds and runs the demo."""

import shutil
import signal
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import APIRouter
from pydantic import SecretStr
from sqlalchemy import func, select

from bot import log as logs
from bot.app import Bot, build, command_hints, new_feed_secret, status_pages
from bot.chat.local.cast import roles_of
from bot.chat.local.port import LocalChat
from bot.chat.local.web import router
from bot.clock import SteppingClock, SystemClock
from bot.demo.cast import policy
from bot.demo.play import Play
from bot.http import feed, hooks
from bot.http.server import HttpServer, application
from bot.metrics import Metrics
from bot.settings import Hook, Hooks
from bot.stepping import Stepper
from bot.store import Store
from handlers.context import Standing
from models.errors import ConfigError
from models.policy import Rotation
from models.records import rota as rotas
from models.records.delivery import OutboxRow
from models.records.event import ReceivedEvent
from models.rota.calendar import WorkCalendar
from models.rota.duty import who_is_on
from models.triage.classifier import Classifier

PAST = timedelta(days=23)
DUE_SECONDS = 0.5
HOOK_TOKEN = "demo"  # noqa: S105 - of hooks that only this machine reaches, as the README says


class Demo:
    """The demo: the same bot as in production, on SQLite, with the local chat and a clock that can be moved."""

    def __init__(self, folder: Path, today: datetime | None = None) -> None:
        self._policy = policy()
        standing = Standing(self._policy, Classifier.load(), ("local",), feed_secret=new_feed_secret())
        self._rotation: Rotation = self._policy.oncall.rotations[0]
        self._calendar: WorkCalendar = standing.calendar(self._rotation)
        self._unfinished = folder / "playing"
        self.store = Store(f"sqlite:///{folder / 'watchbill.db'}")
        self.store.hold()
        self.is_new = self._begin(folder)
        self._today = self._starting_at(self._aware(today) if today is not None else None)
        self.clock = SteppingClock(self._today - PAST if self.is_new else self._today, is_running=not self.is_new)
        self.chat = LocalChat(
            folder / "chat.db",
            self.clock,
            channels=self._policy.channels,
            people=self._policy.people,
            commands=command_hints(),
            zone=self._policy.timezone,
            roles=roles_of(self._policy),
        )
        self.bot: Bot = build(self.store, self.clock, standing, [self.chat], Metrics())
        self.bot.due_seconds = 0
        self.stepper = Stepper(self.clock, self.store, self.bot.intake, self.bot.work)

    def start(self) -> None:
        """Play the past where there is none yet, then let the clock run."""
        self.bot.start()
        if self.is_new:
            Play(self.bot, self.chat, self.stepper, self.on_call).run(self._calendar, self._today)
            self.chat.mark_all_read()
            self._unfinished.unlink()
        self.clock.run()
        self.bot.keep_looking(DUE_SECONDS)

    def is_reached_at(self, public_url: str) -> None:
        """Let the bot know the address at which it is reached."""
        self.bot.intake.standing = replace(self.bot.intake.standing, public_url=public_url)

    def calendar_feeds(self) -> APIRouter:
        """Give the routes of the calendar feeds."""
        return feed.router(self.store, self.clock, lambda: self.bot.intake.standing)

    def hooks(self) -> APIRouter:
        """Give the routes by which monitoring reports; they are reached from this machine alone, with a known token."""
        known = Hook(token=SecretStr(HOOK_TOKEN))
        every = Hooks(alertmanager=known, grafana=known, generic=known)
        return hooks.router(every, self.bot.intake.receive, self.clock, self.bot.metrics)

    def stop(self) -> None:
        """Stop everything."""
        self.bot.stop()
        self.chat.close()

    def on_call(self) -> str:
        """Give the handle of whoever is on call now."""
        now = self.clock.now()
        with self.store.reading() as session:
            engineer = who_is_on(rotas.load(session, self._calendar), now).engineer
        return engineer or self._policy.oncall.leads[0]

    # -- the clock, as the page moves it

    @property
    def zone(self) -> str:
        """The zone whose civil time is shown."""
        return self._policy.timezone

    def now(self) -> datetime:
        """Give the demo's present instant."""
        return self.clock.now()

    def advance(self, by: timedelta) -> None:
        """Go forward by so much."""
        self.chat.wait_until_taken()
        self.stepper.advance(by)

    def advance_to_next_handover(self) -> None:
        """Go forward to the next handover time."""
        calendar = self._calendar
        day = calendar.next_shift_day(calendar.shift_day_at(self.clock.now()))
        self.chat.wait_until_taken()
        self.stepper.advance_to(calendar.handover_at(day))

    def describe_next(self) -> str | None:
        """Give in words what is due next."""
        coming = self.stepper.next_due()
        if coming is None:
            return None
        return f"{coming.what}, {coming.at.astimezone(self._policy.zone):%a %H:%M}"

    # -- where it begins

    def _begin(self, folder: Path) -> bool:
        """Open the folder's store; say whether its past is still to be played.

        A mark stands beside the store while the past is played: one that was cut short is played anew.
        """
        if self._unfinished.exists():
            for name in (*folder.glob("watchbill.db*"), *folder.glob("chat.db*")):
                if name.suffix != ".lock":
                    name.unlink()
        is_new = not (folder / "watchbill.db").exists()
        if is_new:
            self._unfinished.touch()
        self.store.migrate()
        return is_new

    def _starting_at(self, wanted: datetime | None) -> datetime:
        """Give when the demo goes on: never before what its store has seen. Raises ConfigError for such a wish."""
        now = SystemClock().now()
        if self.is_new:
            return wanted or self._good_moment(now)
        newest = self._newest() or now
        if wanted is not None and wanted < newest:
            self.store.close()
            come = newest.astimezone(self._policy.zone).isoformat(timespec="seconds")
            raise ConfigError(
                f"this demo has come to {come} already, and time never runs back; give a later --at, or another --data"
            )
        return wanted or max(now, newest)

    def _newest(self) -> datetime | None:
        """Give the last instant that the store has seen."""
        with self.store.reading() as session:
            seen = [session.scalar(select(func.max(at))) for at in (ReceivedEvent.received_at, OutboxRow.sent_at)]
        return max((at for at in seen if at is not None), default=None)

    def _aware(self, at: datetime) -> datetime:
        """Give an instant; a time without a zone is the organisation's civil time."""
        return (at if at.tzinfo is not None else at.replace(tzinfo=self._policy.zone)).astimezone(UTC)

    def _good_moment(self, now: datetime) -> datetime:
        """Give now, where somebody is at work; else the middle of the next working morning."""
        if self._calendar.is_within_hours(now):
            return now
        return self._calendar.next_hours_begin(now) + timedelta(hours=1, minutes=5)


def run(port: int, data: Path | None, at: datetime | None) -> None:
    """Run the demo until it is told to stop. data: where it is kept; None: nowhere, it is gone with the process."""
    logs.configure(is_readable=True)
    folder = data or Path(tempfile.mkdtemp(prefix="watchbill-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    demo = Demo(folder, at)
    routers = [router(demo.chat, demo), demo.calendar_feeds(), demo.hooks()]
    pages = status_pages(demo.bot)
    server = HttpServer(pages.before(application(demo.bot, routers)), f"127.0.0.1:{port}")
    demo.is_reached_at(f"http://127.0.0.1:{server.port}")
    try:
        past = "playing three weeks of history …" if demo.is_new else "going on with what is in its folder."
        _say(f"Watchbill demo: {past}")
        demo.start()
        pages.start()
        server.start()
        _say(f"Open http://127.0.0.1:{server.port} — nothing leaves this machine. Stop with Ctrl+C.")
        stopping.wait()
    finally:
        pages.stop()
        demo.stop()
        server.stop()
        if data is None:
            shutil.rmtree(folder, ignore_errors=True)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
