"""Slack behind the chat port: over a websocket (Socket Mode), or over HTTP with signatures."""

import math
import threading
from collections.abc import Collection, Sequence
from datetime import datetime
from time import monotonic
from typing import Literal

import structlog
from fastapi import APIRouter
from slack_bolt import App
from slack_sdk import WebClient

from bot.chat.port import Inbound, Pace, Remote
from bot.chat.slack import accounts, checking, sending, web
from bot.chat.slack.answers import WITHIN_SECONDS, Answers
from bot.chat.slack.channels import PLATFORM, Channels
from bot.chat.slack.failures import FAILED, REFUSED, code, reason
from bot.chat.slack.history import History
from bot.chat.slack.identity import Identity
from bot.chat.slack.incoming import Reader
from bot.chat.slack.listening import Listener, bolt_app, quiet_logger
from bot.chat.slack.missed import Missed, Seen, keep_reading
from bot.chat.slack.names import SETTLED_SECONDS, Names
from bot.chat.slack.sending import Sender
from bot.chat.slack.socket import Handler, Socket
from bot.clock import Clock
from bot.metrics import Metrics
from models.effects import Effect
from models.errors import ConfigError, StoreUnavailable
from models.policy import Policy

API_URL = "https://slack.com/api/"
CALL_SECONDS = 10
LEAST_AT_ONCE = 2
CONNECT_SECONDS = 5.0
STOP_SECONDS = 4.0
WATCH_SECONDS = 1.0
SLOWEST_RETRY = 30.0
THREADS_SECONDS = 5.0
TOKEN_SECONDS = 60.0
"""How often it is asked whether the token is still taken."""

KEEP_SECONDS = 30.0
"""How often it is kept how far all was read."""
AGAIN_SECONDS = 900.0
"""How often is read over HTTP what may have been missed: no connection tells there that it was away."""

log = structlog.get_logger(__name__)


class SlackChat:
    """The chat platform `slack`.

    app_token: only for mode `socket`; signing_secret: only for mode `http`. commands: the names that it serves,
    without a slash. lanes: the threads that take events, each a share of the channels; one where the store has one
    writer. settled: the seconds after which whoever wrote is looked up by name. token_every: those after which Slack is
    asked again whether the token is good.
    """

    def __init__(
        self,
        *,
        bot_token: str,
        clock: Clock,
        metrics: Metrics,
        commands: Collection[str],
        mode: Literal["socket", "http"] = "socket",
        app_token: str = "",
        signing_secret: str = "",
        api_url: str = API_URL,
        lanes: int = 4,
        settled: float = SETTLED_SECONDS,
        token_every: float = TOKEN_SECONDS,
    ) -> None:
        self._bot_token, self._app_token, self._signing_secret = bot_token, app_token, signing_secret
        self._mode, self._lanes, self._clock, self._metrics = mode, lanes, clock, metrics
        self._commands = frozenset(commands)
        self._api_url = f"{api_url.rstrip('/')}/"
        self._client, self._quick = self._caller(CALL_SECONDS), self._caller(WITHIN_SECONDS)
        self._channels = Channels(self._quick)
        self._names = Names(self._quick, clock, settled=settled)
        self._sender = Sender(self._client, self._quick, self._workspace)
        self._identity: Identity | None = None
        self._app: App | None = None
        self._answers: Answers | None = None
        self._socket: Socket | None = None
        self._steps_done = 0
        self._refused = ""
        self._token_every, self._token_due_at, self._retry_due_at = token_every, monotonic() + token_every, 0.0
        self._stopping = threading.Event()
        self._watch: threading.Thread | None = None
        self._look: threading.Thread | None = None
        self._name: threading.Thread | None = None
        self._closing = threading.Lock()
        self._missed: Missed | None = None
        self._missed_wanted = threading.Event()
        self._catching_up: threading.Thread | None = None

    def _caller(self, seconds: int) -> WebClient:
        # without the default retries: they post twice where an answer is lost
        return WebClient(
            self._bot_token, base_url=self._api_url, retry_handlers=[], timeout=seconds, logger=quiet_logger()
        )

    def _workspace(self) -> str:
        return self._identity.url if self._identity is not None else ""

    @property
    def name(self) -> str:
        """The platform's name in the configuration."""
        return PLATFORM

    def start(self, inbound: Inbound) -> None:
        """Learn who the bot is and where, and connect; while Slack is away this goes on in the background.

        Raises ConfigError where Slack refuses a token.
        """
        self._stopping.clear()
        self._missed_wanted.clear()
        self._steps_done = 0
        try:
            self._go_on(inbound)
        except FAILED as error:
            self._refuse_or_wait(error)
        except StoreUnavailable as error:
            log.warning("slack.start_waits_for_store", reason=str(error))
        self._watch = threading.Thread(target=self._watching, args=(inbound,), name="slack-watch", daemon=True)
        self._watch.start()

    def _refuse_or_wait(self, error: Exception) -> None:
        if code(error) in REFUSED or code(error) == "missing_scope":
            which = "bot_token" if self._steps_done == 0 else "app_token" if self._steps_done > 1 else "scopes"
            self._close()
            raise ConfigError(checking.refusal(which, code(error))) from None
        log.warning("slack.away", reason=reason(error))

    def _go_on(self, inbound: Inbound) -> None:
        """Do the steps of the start that are not done yet. Raises what the client raises."""
        if self._steps_done == 0:
            self._know_ourselves(inbound)
            self._steps_done = 1
        if self._steps_done == 1:
            self._channels.learn_all(inbound)
            self._steps_done = 2
        if self._steps_done == 2:  # noqa: PLR2004 - the last step
            if self._socket is not None:
                self._socket.connect(CONNECT_SECONDS)
            self._steps_done = 3
            self._look_at_accounts(inbound)
            self._read_missed()

    def _look_at_accounts(self, inbound: Inbound) -> None:
        """Look in the background who was deactivated, now and daily, and who writes; nothing waits for it."""
        given = (self._quick, self._clock, inbound, self._stopping)
        self._look = threading.Thread(target=accounts.keep_looking, args=given, name="slack-accounts", daemon=True)
        self._look.start()
        learn = self._names.keep_looking
        self._name = threading.Thread(target=learn, args=(inbound, self._stopping), name="slack-names", daemon=True)
        self._name.start()

    def _read_missed(self) -> None:
        """Read in the background what was missed, now and after each reconnection.

        What became of the live requests is waited for shortly: whoever was answered meanwhile needs nobody paged.
        """
        missed = self._missed
        assert missed is not None
        self._missed_wanted.set()
        self._catching_up = threading.Thread(
            target=keep_reading,
            args=(missed, self._missed_wanted, self._stopping),
            kwargs={"seconds": KEEP_SECONDS, "again": math.inf if self._mode == "socket" else AGAIN_SECONDS},
            name="slack-missed",
            daemon=True,
        )
        self._catching_up.start()
        missed.threads_read.wait(THREADS_SECONDS)

    def _know_ourselves(self, inbound: Inbound) -> None:
        self._identity = identity = Identity.of(self._client)
        self._answers = Answers(self._quick, identity.url)
        reader = Reader(identity, self._clock, self._channels, self._commands, self._names.of)
        app = bolt_app(identity, self._bot_token, self._signing_secret, self._api_url)
        seen = Seen()
        self._missed = Missed(History(self._client, self._stopping), reader, inbound, seen)
        given = (self._channels, self._answers, inbound, self._metrics)
        Listener(reader, *given, names=self._names, seen=seen.live).attach(app)
        if self._mode == "socket":
            unread = self._metrics.events.labels(PLATFORM, "other", "dropped").inc
            handler = Handler(app, self._app_token, self._client, inbound, self._lanes, unread=unread)
            self._socket = Socket(handler, came_up=self._missed_wanted.set)
        self._app = app

    def _watching(self, inbound: Inbound) -> None:
        """Finish the start, and watch the connection, until the stop."""
        wait = WATCH_SECONDS
        while not self._stopping.wait(wait):
            try:
                self._go_on(inbound)
                if self._socket is not None:
                    self._socket.keep_up()
                self._look_at_token()
                wait = WATCH_SECONDS
                self._refused = ""
            except FAILED as error:
                self._note(error)
                wait = min(SLOWEST_RETRY, wait * 2)
            except StoreUnavailable as error:
                log.warning("slack.start_waits_for_store", reason=str(error))
        if self._app is not None:  # the stop came while the start was going on, and did not wait for it
            self._close()

    def _look_at_token(self) -> None:
        """Ask now and then whether the token is taken, or taken again: there may be nothing to send that would tell."""
        is_refused, now = bool(self._sender.refused), monotonic()
        if now < self._token_due_at and not (is_refused and now >= self._retry_due_at):
            return
        self._retry_due_at, self._token_due_at = now + SLOWEST_RETRY, now + self._token_every
        try:
            self._quick.auth_test()
        except FAILED as error:
            self._sender.note_refusal(error)
            raise
        if is_refused:
            self._sender.refused = ""
            log.info("slack.token_taken_again")

    def _note(self, error: Exception) -> None:
        if code(error) in REFUSED and code(error) not in (self._refused, self._sender.refused):
            log.error("slack.token_refused", reason=code(error))
        else:
            log.warning("slack.away", reason=reason(error))
        self._refused = code(error) if code(error) in REFUSED else ""

    def stop(self) -> None:
        """Take no more events, finish and acknowledge those in hand within 4 s, and disconnect."""
        self._stopping.set()
        self._missed_wanted.set()
        self._names.wake()
        for background in filter(None, (self._watch, self._look, self._name, self._catching_up)):
            background.join(WATCH_SECONDS)
        self._close()

    def _close(self) -> None:
        """Close what is open; whoever comes second waits until the first is through."""
        with self._closing:
            self._app = None
            socket, self._socket = self._socket, None
            if socket is not None:
                socket.stop(STOP_SECONDS)
            answers, self._answers = self._answers, None
            if answers is not None:
                answers.close()

    def is_healthy(self) -> bool:
        """Say whether events can come now, and the token is taken."""
        if self._app is None or self._sender.refused or self._steps_done < 3:  # noqa: PLR2004 - all of them
            return False
        return self._socket is None or self._socket.is_up

    def perform(self, effect: Effect, key: str, target: Remote | None = None) -> Remote:
        """Do one effect. Raises DeliveryFailed."""
        return self._sender.perform(effect, key, target)

    def find(self, effect: Effect, key: str, since: datetime) -> Remote | None:
        """Look for a post of unknown outcome, by the key in its metadata. Raises DeliveryFailed."""
        return self._sender.find(effect, key, since)

    def paces(self, effect: Effect) -> Sequence[Pace]:
        """Give the budgets that performing this effect draws on."""
        return sending.paces(effect)

    def check_online(self, policy: Policy) -> list[str]:
        """Give a sentence for each thing that Slack lacks for this policy: tokens, scopes, channels, people."""
        tokens = checking.Tokens(self._mode, self._bot_token, self._app_token, self._signing_secret)
        return list(checking.problems(self._client, tokens, policy))

    def router(self) -> APIRouter:
        """Give the endpoint for mode `http`: POST /slack/events takes events, commands and interactions."""
        return web.router(lambda: self._app, self._signing_secret, max(LEAST_AT_ONCE, self._lanes))
