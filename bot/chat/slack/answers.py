"""What is answered on the spot: with the acknowledgement where Slack takes it there, otherwise right after it.

Calls are made from a small pool, once, and within two seconds: an answer that comes later is of no use.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.chat.slack import forms, render
from bot.chat.slack.failures import FAILED, reason
from bot.chat.slack.incoming import CARRIED
from bot.chat.slack.payloads import BlockActions, Command, Shortcut, View, ViewSubmission
from bot.chat.slack.render import Json
from bot.intake import where
from handlers.wording import forms as wording
from models.events import ButtonPressed, CommandGiven, FormSubmitted
from models.message import Answer, Form, Message

WITHIN_SECONDS = 2
CALLERS = 4

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, and where an answer can be shown to them alone. channel: empty where there is none."""

    user: str
    channel: str = ""
    thread: str | None = None
    response_url: str = ""


class Answers:
    """Gives the answers. client: with a timeout of `WITHIN_SECONDS`. workspace: its address."""

    def __init__(self, client: WebClient, workspace: str) -> None:
        self._client, self._workspace = client, workspace
        self._pool = ThreadPoolExecutor(CALLERS, thread_name_prefix="slack-answer")

    def close(self) -> None:
        """Make the calls that are begun, and no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def to_command(self, answer: Answer | None, given: Command) -> Json:
        """Give the acknowledgement of a slash command; its form is opened beside it."""
        asker = Asker(given.user_id, given.channel_id, given.thread_ts, given.response_url)
        if answer is not None and answer.form is not None:
            self._begin(self._open, answer.form, given.trigger_id, asker)
        if answer is None or answer.reply is None:
            return {}
        first, *more = self._contents(answer.reply)
        if more:  # one after the other, or they would overtake the acknowledgement
            self._begin(self._whisper, answer.reply, asker)
            return {}
        return {"response_type": "ephemeral", **first}

    def to_button(
        self, answer: Answer | None, pressed: BlockActions | Shortcut, event: ButtonPressed | CommandGiven
    ) -> None:
        """Answer a pressed button or a shortcut beside its acknowledgement, which can carry nothing."""
        if answer is None:
            return
        asker = Asker(event.user, event.channel, event.thread, pressed.response_url)
        if answer.form is not None:
            self._begin(self._open, answer.form, pressed.trigger_id, asker)
        if answer.reply is not None:
            self._begin(self._whisper, answer.reply, asker)

    def to_words(self, answer: Answer | None, event: CommandGiven) -> None:
        """Answer a command that was written as a message; a form is offered, for nothing allows to open it."""
        if answer is None:
            return
        asker = Asker(event.user, event.channel, event.thread)
        if answer.form is not None:
            offer = wording.form_needs_a_tap(CARRIED, f"{event.name} {event.text}".strip())
            self._begin(self._whisper, offer, asker)
        if answer.reply is not None:
            self._begin(self._whisper, answer.reply, asker)

    def to_form(self, answer: Answer | None, submitted: ViewSubmission, event: FormSubmitted) -> Json:
        """Give the acknowledgement of a submitted form: its errors, the form that follows, or that it is closed."""
        if answer is None:
            return {"response_action": "clear"}
        channel = forms.Origin.of(submitted.view.private_metadata).channel
        if answer.errors:
            return self._errors(answer, submitted.view)
        if answer.reply is not None:
            self._begin(self._whisper, answer.reply, Asker(event.user, channel))
        if answer.form is not None:
            return {"response_action": "update", "view": forms.view(answer.form, channel, self._workspace)}
        return {"response_action": "clear"}

    def _errors(self, answer: Answer, view: View) -> Json:
        shown = forms.errors(answer.errors, view.fields)
        return {"response_action": "errors", "errors": shown} if shown else {"response_action": "clear"}

    def _contents(self, message: Message) -> Sequence[Json]:
        """Give what is shown, in several messages where it is too long for one."""
        said, parts = render.fallback(message), render.parts(message, self._workspace)
        return [{"text": said} | ({"blocks": blocks} if blocks else {}) for blocks in parts]

    def _begin(self, call: Callable[..., None], *arguments: object) -> None:
        self._pool.submit(self._made, call, *arguments)

    @staticmethod
    def _made(call: Callable[..., None], *arguments: object) -> None:
        try:
            call(*arguments)
        except FAILED as error:
            log.warning("slack.answer_lost", answer=call.__name__, reason=reason(error))
        except Exception as error:  # noqa: BLE001 - the end of its thread: nobody else would hear of it
            log.error("slack.answer_failed", answer=call.__name__, where=where(error))

    def _open(self, form: Form, trigger_id: str, asker: Asker) -> None:
        try:
            self._client.views_open(trigger_id=trigger_id, view=forms.view(form, asker.channel, self._workspace))
        except FAILED as error:
            log.warning("slack.form_not_opened", form=form.name, reason=reason(error))
            self._whisper(wording.form_did_not_open(), asker)

    def _whisper(self, message: Message, asker: Asker) -> None:
        """Show something to one person, in the first way that works: the channel, the response URL, directly."""
        for content in self._contents(message):
            self._show(content, asker)

    def _show(self, content: Json, asker: Asker) -> None:
        if asker.channel and self._is_shown(content, asker):
            return
        if asker.response_url:
            self._respond(content, asker)
            return
        self._client.chat_postMessage(channel=asker.user, parse="none", unfurl_links=False, **content)

    def _is_shown(self, content: Json, asker: Asker) -> bool:
        try:
            self._client.chat_postEphemeral(
                channel=asker.channel,
                user=asker.user,
                thread_ts=asker.thread,
                parse="none",
                link_names=False,
                **content,
            )
        except FAILED as error:
            log.info("slack.answer_elsewhere", channel=asker.channel, reason=reason(error))
            return False
        return True

    def _respond(self, content: Json, asker: Asker) -> None:
        webhook = WebhookClient(asker.response_url, timeout=WITHIN_SECONDS, retry_handlers=[])
        where = {"thread_ts": asker.thread} if asker.thread else {}
        said = webhook.send_dict({"response_type": "ephemeral", "replace_original": False, **content, **where})
        if said.status_code != 200:  # noqa: PLR2004 - HTTP
            log.warning("slack.answer_lost", answer="response_url", reason=f"http {said.status_code}")
