"""The one place where things are built and joined: stores, ports, intake, delivery, scheduler, HTTP."""

import gc
import secrets
import signal
import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import nan
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from fastapi import APIRouter
from sqlalchemy.engine import make_url

from bot import log as logs
from bot import scheduler
from bot.chat.local.cast import CommandHint
from bot.chat.port import ChatPort
from bot.clock import Clock, SystemClock, new_id
from bot.delivery import Delivery
from bot.docs_folder import library_of
from bot.http import feed, hooks
from bot.http.server import HttpServer, application
from bot.http.status import StatusPages
from bot.intake import Intake
from bot.metrics import Metrics
from bot.model_file import classifier_of
from bot.pulse import Pulse
from bot.scheduler import DueWork
from bot.settings import Settings, load
from bot.store import Store
from handlers import heartbeat, registry, waiting
from handlers.context import Standing
from handlers.wording.commands import ABOUT
from models.errors import ConfigError, StoreUnavailable
from models.policy import Policy
from models.records import delivery as outbox

if TYPE_CHECKING:
    from bot.chat.slack.manifest import Served

DUE_SECONDS = 1.0
STALLED_SECONDS = 120.0
OF_REQUESTS = (waiting.WAITS.name, waiting.QUESTIONS.name)
STOP_SECONDS = 8.0
"""How long a stop lets calls to a platform go on: whoever stops a container kills it after ten."""

log = structlog.get_logger(__name__)


@dataclass
class Bot:
    """The whole bot: built by `build`, started, and stopped again."""

    store: Store
    clock: Clock
    metrics: Metrics
    intake: Intake
    ports: Sequence[ChatPort]
    deliveries: Sequence[Delivery]
    work: DueWork
    due_seconds: float = DUE_SECONDS
    _scheduler: BackgroundScheduler | None = field(default=None, init=False)

    def start(self) -> None:
        """Do what is due, then let events come and what is owed go.

        What requests wait for comes after what became of them while the bot was away: who has been answered since
        needs nobody paged.
        """
        self.work.run(without=OF_REQUESTS)
        for port in self.ports:
            port.start(self.intake)
        self.work.run()
        for sender in self.deliveries:
            sender.start()
        if self.due_seconds:
            self.keep_looking(self.due_seconds)

    def keep_looking(self, seconds: float) -> None:
        """Look every so often for what is due."""
        self._scheduler = scheduler.start(self.work.run, seconds)

    def stop(self) -> None:
        """Take no more events, finish what is in hand, and let everything go, within some nine seconds."""
        deadline = monotonic() + STOP_SECONDS
        for port in self.ports:
            port.stop()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
        for sender in self.deliveries:
            sender.stop(max(0.0, deadline - monotonic()))
        self.store.close()

    def problems(self) -> list[str]:
        """Give which of the bot's own loops have stopped: only a restart can help."""
        loops = [(f"delivery to {port.name}", sender) for port, sender in zip(self.ports, self.deliveries, strict=True)]
        stalled = [name for name, loop in loops if monotonic() - loop.last_round > STALLED_SECONDS]
        if self._scheduler is not None and monotonic() - self.work.last_round > STALLED_SECONDS:
            stalled.append("scheduler")
        return [f"{name} has stopped" for name in stalled]

    def absences(self) -> list[str]:
        """Give what is away for now."""
        away = [f"{port.name} is away" for port in self.ports if not port.is_healthy()]
        try:
            with self.store.reading() as session:
                outbox.count_unsettled(session)
        except StoreUnavailable as error:
            away.append(f"the store is away: {error}")
        return away

    def notes(self) -> list[str]:
        """Give what is worth knowing: the heartbeats that were never heard of."""
        try:
            with self.store.reading() as session:
                return heartbeat.never_seen(session, self.intake.standing.policy)
        except StoreUnavailable:
            return []

    def render(self) -> bytes:
        """Give the figures in Prometheus' text format; while the store is away nobody knows how much is owed."""
        try:
            with self.store.reading() as session:
                self.metrics.owed.set(outbox.count_unsettled(session))
        except StoreUnavailable:
            self.metrics.owed.set(nan)
        for port in self.ports:
            self.metrics.chat_up.labels(port.name).set(port.is_healthy())
        return self.metrics.render()


def build(store: Store, clock: Clock, standing: Standing, ports: Sequence[ChatPort], metrics: Metrics) -> Bot:
    """Join the parts of a bot; nothing is started."""
    intake = Intake(store, clock, standing, metrics)
    holder = new_id()
    deliveries = [
        Delivery(port, store=store, clock=clock, metrics=metrics, settle=intake.decide_within, holder=holder)
        for port in ports
    ]
    intake.wake = _all(sender.wake for sender in deliveries)
    return Bot(store, clock, metrics, intake, ports, deliveries, DueWork(store, clock, intake, metrics))


def _all(calls: Iterable[Callable[[], None]]) -> Callable[[], None]:
    kept = tuple(calls)

    def call_all() -> None:
        for call in kept:
            call()

    return call_all


def open_store(settings: Settings) -> Store:
    """Give the store of a configuration. Raises ConfigError where it cannot be used as it is."""
    store = Store(settings.database.url)
    problem = store.revision_problem()
    if problem is not None:
        raise ConfigError(problem)
    store.hold()
    return store


def standing_of(settings: Settings, policy: Policy | None = None) -> Standing:
    """Give what stands between two reloads of a configuration."""
    wanted = policy or settings.policy
    return Standing(
        policy=wanted,
        classifier=classifier_of(settings),
        platforms=tuple(settings.chat.platforms),
        public_url=_public_url(settings),
        feed_secret=_feed_secret(settings),
        library=library_of(wanted),
    )


def _public_url(settings: Settings) -> str:
    """Give the address at which people reach the bot; of the local chat alone, that of this machine."""
    if settings.http.public_url is not None:
        return str(settings.http.public_url)
    return f"http://127.0.0.1:{settings.http.port}" if _is_local(settings) and settings.http.port else ""


def _feed_secret(settings: Settings) -> str:
    """Give what the addresses of the calendar feeds are made with; the local chat alone has a new one at each start."""
    if settings.http.feed_secret is not None:
        return settings.http.feed_secret.get_secret_value()
    return new_feed_secret() if _is_local(settings) else ""


def new_feed_secret() -> str:
    """Give what nobody can guess."""
    return secrets.token_hex(32)


def _is_local(settings: Settings) -> bool:
    """Say whether nobody but who sits at this machine can talk with the bot."""
    return settings.chat.platforms == ("local",)


def run(settings: Settings, reload: Callable[[], Settings]) -> None:
    """Run the bot until it is told to stop. reload: reads the configuration again, on SIGHUP."""
    logs.configure(is_readable=False)
    clock = SystemClock()
    standing = standing_of(settings)
    store = open_store(settings)
    metrics = Metrics()
    ports, routers = _ports(settings, clock, metrics)
    bot = build(store, clock, standing, ports, metrics)
    routers.append(feed.router(store, clock, lambda: bot.intake.standing))
    routers.append(hooks.router(settings.hooks, bot.intake.receive, clock, metrics))
    pages = status_pages(bot)
    server = HttpServer(pages.before(application(bot, routers)), settings.http.listen)
    stopping = _stop_on_signals(lambda: _reload(bot, reload))
    gc.collect()
    gc.freeze()  # what was loaded stays to the end: to look through it again and again takes a tenth of the time
    bot.start()
    pages.start()
    server.start()
    pulse = _pulse(settings, bot)
    log.info("bot.ready", platforms=[port.name for port in ports], port=server.port)
    stopping.wait()
    log.info("bot.stopping")
    if pulse is not None:
        pulse.stop()
    pages.stop()
    bot.stop()
    server.stop()
    log.info("bot.stopped")


def _pulse(settings: Settings, bot: Bot) -> Pulse | None:
    """Begin to call the address that has to miss the bot, where there is one."""
    if settings.healthcheck_url is None:
        return None
    pulse = Pulse(str(settings.healthcheck_url), lambda: bot.problems() + bot.absences(), bot.metrics)
    pulse.start()
    return pulse


def status_pages(bot: Bot) -> StatusPages:
    """Give the status page of a bot, which looks again soon after each commit; it is not started."""
    pages = StatusPages(bot.store, bot.clock, lambda: bot.intake.standing)
    bot.intake.wake = _all((bot.intake.wake, pages.touch))
    return pages


def _stop_on_signals(on_hangup: Callable[[], None]) -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    signal.signal(signal.SIGHUP, lambda *_: threading.Thread(target=on_hangup, name="reload").start())
    return stopping


def _reload(bot: Bot, reload: Callable[[], Settings]) -> None:
    """Swap the policy, the docs and what the triage has learned; a configuration with a fault changes nothing."""
    try:
        fresh = standing_of(reload())
    except ConfigError as error:
        log.error("config.not_reloaded", reason=str(error))
        return
    before = bot.intake.standing
    bot.intake.standing = replace(
        fresh, platforms=before.platforms, public_url=before.public_url, feed_secret=before.feed_secret
    )
    with suppress(StoreUnavailable):  # the adapters go on without, and learn them at the next start
        bot.intake.learn_channels_again()
    log.info("config.reloaded")


def _ports(settings: Settings, clock: Clock, metrics: Metrics) -> tuple[list[ChatPort], list[APIRouter]]:
    """Give the adapters of the enabled platforms, and what they add to the HTTP side."""
    ports: list[ChatPort] = []
    routers: list[APIRouter] = []
    for platform in settings.chat.platforms:
        if platform not in _BUILDERS:
            raise ConfigError(f"chat.platforms: this release does not speak {platform} yet; remove it from the list")
        port, added = _BUILDERS[platform](settings, clock, metrics)
        ports.append(port)
        routers += added
    return ports, routers


def _slack(settings: Settings, clock: Clock, metrics: Metrics) -> tuple[ChatPort, list[APIRouter]]:
    from bot.chat.slack.port import SlackChat

    block = settings.chat.slack
    assert block is not None
    port = SlackChat(
        mode=block.mode,
        bot_token=block.bot_token.get_secret_value(),
        app_token=block.app_token.get_secret_value() if block.app_token else "",
        signing_secret=block.signing_secret.get_secret_value() if block.signing_secret else "",
        api_url=str(block.api_url),
        commands=command_names(),
        clock=clock,
        metrics=metrics,
        lanes=1 if settings.database.url.startswith("sqlite") else 4,
    )
    return port, [port.router()] if block.mode == "http" else []


def _rocketchat(settings: Settings, clock: Clock, metrics: Metrics) -> tuple[ChatPort, list[APIRouter]]:
    from bot.chat.rocketchat.port import RocketChatChat

    del metrics
    block = settings.chat.rocketchat
    assert block is not None
    port = RocketChatChat(
        url=str(block.url),
        user_id=block.user_id.get_secret_value(),
        token=block.token.get_secret_value(),
        prefix=block.prefix,
        commands=command_names(),
        buttons=tuple(registry.BUTTONS),
        clock=clock,
    )
    return port, []


def _local(settings: Settings, clock: Clock, metrics: Metrics) -> tuple[ChatPort, list[APIRouter]]:
    from bot.chat.local.cast import roles_of
    from bot.chat.local.port import LocalChat
    from bot.chat.local.web import router

    del metrics
    policy = settings.policy
    url = make_url(settings.database.url)
    path = Path(f"{url.database}.chat") if url.get_backend_name() == "sqlite" and url.database else None
    chat = LocalChat(
        path,
        clock,
        channels=policy.channels,
        people=policy.people,
        commands=command_hints(),
        zone=policy.timezone,
        roles=roles_of(policy),
    )
    return chat, [router(chat, None)]


_BUILDERS: dict[str, Callable[[Settings, Clock, Metrics], tuple[ChatPort, list[APIRouter]]]] = {
    "slack": _slack,
    "rocketchat": _rocketchat,
    "local": _local,
}


def served_on_slack() -> "Served":
    """Give what a Slack app has to offer in its menus."""
    from bot.chat.slack.manifest import Entry, Served

    shortcuts = [Entry(one.action, one.label, one.about, one.on_message) for one in registry.SHORTCUTS]
    return Served({name: ABOUT[name] for name in command_names()}, shortcuts)


def command_names() -> tuple[str, ...]:
    """Give the commands that the handlers know, without their words."""
    return tuple(dict.fromkeys(command.name for command in registry.COMMANDS))


def command_hints() -> tuple[CommandHint, ...]:
    """Give every form of every command, for completion."""
    return tuple(
        CommandHint(command.name, " ".join(filter(None, (command.word, command.usage))), command.summary)
        for command in registry.COMMANDS
    )


__all__ = ["Bot", "build", "load", "open_store", "run", "standing_of"]
