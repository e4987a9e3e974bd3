"""From a payload to its acknowledgement: through Bolt to our event, through the intake, and back.

Bolt verifies the signature, drops the bot's own events, and sends what `ack` was given. Nothing is acknowledged
before the intake has committed; what raises stays unacknowledged, and Slack sends it again.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from pydantic import ValidationError
from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient

from bot.chat.port import Inbound
from bot.chat.slack.answers import Answers
from bot.chat.slack.channels import PLATFORM, Channels, NotNow
from bot.chat.slack.identity import Identity
from bot.chat.slack.incoming import Reader
from bot.chat.slack.names import Names, name_of
from bot.chat.slack.payloads import (
    BlockActions,
    Command,
    HomeEvent,
    MessageEvent,
    ReactionEvent,
    Shortcut,
    UserEvent,
    ViewSubmission,
)
from bot.chat.slack.render import Json
from bot.metrics import Metrics
from models.errors import StoreUnavailable
from models.events import CommandGiven, MessagePosted

ANYTHING = re.compile(".*", re.DOTALL)
GATHERING = "gathering"
"""The key in a request's context under which a socket's thread gives what its events are gathered in."""
OURS = frozenset(
    [
        "app_home_opened",
        "app_mention",
        "block_actions",
        "member_joined_channel",
        "member_left_channel",
        "message",
        "message_action",
        "reaction_added",
        "reaction_removed",
        "shortcut",
        "slash_command",
        "team_join",
        "user_change",
        "view_closed",
        "view_submission",
    ]
)
"""The kinds that are counted under their own name; others count as `other`, so that nobody can invent metrics."""

TAKEN: Mapping[str, str] = {
    "message": "_message",
    "reaction_added": "_reaction_added",
    "reaction_removed": "_reaction_removed",
    "channel_rename": "_channel_renamed",
    "group_rename": "_channel_renamed",
    "channel_left": "_channel_left",
    "group_left": "_channel_left",
    "channel_archive": "_channel_archived",
    "group_archive": "_channel_archived",
    "channel_unarchive": "_channel_unarchived",
    "group_unarchive": "_channel_unarchived",
    "member_joined_channel": "_member_joined",
    "user_change": "_user_changed",
    "app_home_opened": "_home_opened",
}
"""The events of the Events API that are taken, and the method that takes each."""

log = structlog.get_logger(__name__)


class Unread(Exception):
    """A payload has a shape that we do not know; it would be no other if Slack sent it again."""


@contextmanager
def _reading() -> Iterator[None]:
    """Take what goes wrong for the payload's fault: for reading it alone, before anything is made of it."""
    try:
        yield
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        raise Unread(type(error).__name__) from error


class Listener:
    """What Bolt calls: one method for each kind of payload."""

    def __init__(
        self,
        reader: Reader,
        channels: Channels,
        answers: Answers,
        inbound: Inbound,
        metrics: Metrics,
        *,
        names: Names,
        seen: Callable[[str, str], None] = lambda _channel, _ts: None,
    ) -> None:
        self._reader, self._channels, self._answers, self._names = reader, channels, answers, names
        self._inbound, self._metrics, self._seen = inbound, metrics, seen
        self._events: dict[str, Callable[[Json, Inbound], None]] = {
            kind: getattr(self, method) for kind, method in TAKEN.items()
        }

    def attach(self, app: App) -> None:
        """Register with Bolt for everything that can come."""
        app.event(ANYTHING)(self.event)
        app.command(ANYTHING)(self.command)
        app.action(ANYTHING)(self.action)
        app.shortcut(ANYTHING)(self.shortcut)
        app.view(ANYTHING)(self.view)
        app.error(self.failed)

    def event(self, ack: Ack, event: Json, context: BoltContext) -> None:
        """Take one event of the Events API: into the gathering that its context names, else at once."""
        with _reading():
            kind = str(event["type"])
        take = self._events.get(kind)
        if take is None:
            self._drop(kind, "unused")
        else:
            take(event, context.get(GATHERING, self._inbound))
        ack()

    def _message(self, event: Json, inbound: Inbound) -> None:
        with _reading():
            read = self._reader.message(MessageEvent.model_validate(event))
        if read is None:
            self._drop("message", str(event.get("subtype") or "own"))
            return
        answer = inbound.receive(read)
        if isinstance(read, MessagePosted):
            self._seen(read.channel, read.message)
        if isinstance(read, CommandGiven):
            self._answers.to_words(answer, read)

    def _reaction_added(self, event: Json, inbound: Inbound) -> None:
        self._reaction(event, inbound, is_added=True)

    def _reaction_removed(self, event: Json, inbound: Inbound) -> None:
        self._reaction(event, inbound, is_added=False)

    def _reaction(self, event: Json, inbound: Inbound, *, is_added: bool) -> None:
        with _reading():
            read = self._reader.reaction(ReactionEvent.model_validate(event), is_added=is_added)
        if read is None:
            self._drop(str(event["type"]), "own")
        else:
            inbound.receive(read)

    def _channel_renamed(self, event: Json, inbound: Inbound) -> None:
        with _reading():
            channel, name = str(event["channel"]["id"]), str(event["channel"]["name"])
        self._channels.renamed(inbound, channel, name)

    def _channel_left(self, event: Json, inbound: Inbound) -> None:
        self._channel_lost("slack.removed_from_channel", event, inbound)

    def _channel_archived(self, event: Json, inbound: Inbound) -> None:
        self._channel_lost("slack.channel_archived", event, inbound)

    def _channel_lost(self, how: str, event: Json, inbound: Inbound) -> None:
        with _reading():
            channel = str(event["channel"])
        log.warning(how, channel=channel, name=self._channels.known(channel))
        self._channels.left(inbound, channel)

    def _channel_unarchived(self, event: Json, inbound: Inbound) -> None:
        with _reading():
            channel = str(event["channel"])
        self._channels.joined(inbound, channel)

    def _member_joined(self, event: Json, inbound: Inbound) -> None:
        with _reading():
            user, channel = event["user"], str(event["channel"])
        if user == self._reader.identity.user:
            self._channels.joined(inbound, channel)

    def _user_changed(self, event: Json, inbound: Inbound) -> None:
        """Take how a configured person's account stands: of a large workspace each new status of anybody comes here."""
        with _reading():
            told = UserEvent.model_validate(event)
            read = self._reader.account(told)
        if told.user.profile is not None:
            self._names.changed(told.user.id, name_of({"profile": told.user.profile.model_dump()}))
        if read is None or read.user not in inbound.people(PLATFORM):
            self._drop("user_change", "unused")
        else:
            inbound.receive(read)

    def _home_opened(self, event: Json, inbound: Inbound) -> None:
        with _reading():
            read = self._reader.home(HomeEvent.model_validate(event))
        if read is None:
            self._drop("app_home_opened", "unused")
        else:
            inbound.receive(read)

    def command(self, ack: Ack, body: Json) -> None:
        """Take one slash command."""
        with _reading():
            given = Command.model_validate(body)
            read = self._reader.command(given)
        answer = self._inbound.receive(read)
        ack(self._answers.to_command(answer, given) or "")

    def action(self, ack: Ack, body: Json) -> None:
        """Take one pressed button."""
        with _reading():
            pressed = BlockActions.model_validate(body)
            read = self._reader.button(pressed)
        if read is None:
            self._drop("block_actions", pressed.actions[0].type)
        else:
            self._answers.to_button(self._inbound.receive(read), pressed, read)
        ack()

    def shortcut(self, ack: Ack, body: Json) -> None:
        """Take one shortcut that somebody chose in a menu."""
        with _reading():
            used = Shortcut.model_validate(body)
            read = self._reader.shortcut(used)
        self._answers.to_button(self._inbound.receive(read), used, read)
        ack()

    def view(self, ack: Ack, body: Json) -> None:
        """Take one submitted form; a closed one tells nothing."""
        if body.get("type") != "view_submission":
            self._drop(str(body.get("type")), "unused")
            ack()
            return
        with _reading():
            submitted = ViewSubmission.model_validate(body)
            read = self._reader.form(submitted)
        ack(self._answers.to_form(self._inbound.receive(read), submitted, read))

    def failed(self, error: Exception, body: Json) -> BoltResponse:
        """Say what becomes of a payload that raised: unknown kinds and shapes are acknowledged, all else is not."""
        if isinstance(error, StoreUnavailable | NotNow):
            log.warning("slack.unacknowledged", kind=_kind(body), reason=str(error))
            return BoltResponse(status=503)
        if isinstance(error, BoltUnhandledRequestError | Unread) or not _is_envelope(body):
            log.warning("slack.payload_unread", kind=_kind(body), error=type(error.__cause__ or error).__name__)
            self._drop(_kind(body), "unread")
            return BoltResponse(status=200)
        log.error("slack.listener_failed", kind=_kind(body), error=type(error).__name__)
        return BoltResponse(status=500)

    def _drop(self, kind: str, why: str) -> None:
        counted = kind if kind in OURS else "other"
        self._metrics.events.labels(PLATFORM, counted, "dropped").inc()
        log.debug("slack.dropped", kind=kind, why=why)


def _is_envelope(body: Json) -> bool:
    """Say whether Bolt can read a payload far enough to hand it to us."""
    return isinstance(body.get("event", {}), dict)


def _kind(body: Json) -> str:
    if "command" in body:
        return "slash_command"
    event = body.get("event")
    return str((event.get("type") if isinstance(event, dict) else None) or body.get("type") or "unknown")


def quiet_logger() -> logging.Logger:
    """Give the logger for Slack's libraries: below a warning they would write people's words and requests.

    A connection that ended is told by us, and as what it is: nothing that somebody must act upon.
    """
    logger = logging.getLogger("watchbill.slack")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_is_worth_telling)
    return logger


def _is_worth_telling(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(("on_error invoked", "As you gave `client`"))


def bolt_app(identity: Identity, token: str, signing_secret: str, api_url: str) -> App:
    """Give a Bolt app for one bot that is known already: nothing is asked of Slack for each payload."""
    known = AuthorizeResult(
        enterprise_id=None,
        team_id=identity.team,
        url=identity.url,
        bot_user_id=identity.user,
        bot_id=identity.bot,
        bot_token=token,
    )

    def authorize() -> AuthorizeResult:
        return known

    return App(
        name="watchbill",
        logger=quiet_logger(),
        client=WebClient(base_url=api_url, retry_handlers=[], timeout=10, logger=quiet_logger()),
        authorize=authorize,
        signing_secret=signing_secret,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
    )
