"""What is owed to Slack, done: one call for each effect, and the truth about what became of it."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.chat.port import LANE, Pace, Remote
from bot.chat.slack import forms, pictures, render
from bot.chat.slack.failures import FAILED, REFUSED, code, failure, reason
from bot.chat.slack.render import Json
from models.chart import Chart
from models.effects import Direct, Edit, Effect, Home, Post, Private, React, Topic, UserGroup
from models.errors import DeliveryFailed
from models.message import Message

EVENT_TYPE = "watchbill"
DONE_ALREADY = ("already_reacted", "no_reaction")
TOO_LONG = ("msg_blocks_too_long", "msg_too_long")
UNFIT = ("invalid_blocks", "invalid_blocks_format")
AS_WRITTEN = {"parse": "none", "link_names": False}
SHORTER = render.MOST_TEXT // 3
"""The text of a message that Slack refused for its length, which is never the same for long."""

LONGEST_TOPIC = 250
PAGE, MOST_PAGES = 200, 5
SKEW = timedelta(minutes=15)
"""How far Slack's clock may be from ours where a post is looked for: its timestamps are no clock of ours."""

log = structlog.get_logger(__name__)


class Sender:
    """Makes the calls. client: with the timeout of a delivery; quick: for what is only asked beside one.

    workspace: gives the workspace's address, once it is known.
    """

    def __init__(self, client: WebClient, quick: WebClient, workspace: Callable[[], str]) -> None:
        self._client, self._quick, self._workspace = client, quick, workspace
        self._lock = threading.Lock()
        self._conversations: dict[str, str] = {}
        self.refused = ""

    def perform(self, effect: Effect, key: str, target: Remote | None) -> Remote:
        """Do one effect. Raises DeliveryFailed."""
        try:
            done = self._done(effect, key, target)
        except FAILED as error:
            raise self._failure(error, effect) from None
        self.refused = ""
        return done

    def _done(self, effect: Effect, key: str, target: Remote | None) -> Remote:  # noqa: PLR0911 - one for each effect
        match effect:
            case Post(channel, message, thread, picture):
                return self._post(channel, message, thread, key, picture=picture)
            case Direct(user, message):
                return self._post(self._conversation(user), message, None, key)
            case Edit(_, message):
                return self._edit(message, target)
            case React():
                return self._react(effect)
            case Private():
                return self._private(effect)
            case Topic():
                return self._topic(effect)
            case UserGroup():
                return self._user_group(effect)
            case Home(user, message):
                self._client.views_publish(user_id=user, view=forms.home(message, self._workspace()))
                return Remote(f"home:{user}")

    def _failure(self, error: Exception, effect: Effect) -> DeliveryFailed:
        self.note_refusal(error)
        if isinstance(effect, Direct) and code(error) in ("channel_not_found", "is_archived"):
            with self._lock:
                self._conversations.pop(effect.user, None)
            return DeliveryFailed(f"Slack refuses: {code(error)}", permanent=True, recipient=True)
        return failure(error, leaves_a_message=isinstance(effect, Post | Direct | Private))

    def note_refusal(self, error: Exception) -> None:
        """Take note where a call failed because the token is not taken, and tell it once."""
        if code(error) in REFUSED and self.refused != code(error):
            self.refused = code(error)
            log.error("slack.token_refused", reason=code(error))

    def _post(
        self, channel: str, message: Message, thread: str | None, key: str, *, picture: Chart | None = None
    ) -> Remote:
        def post(more: list[Json]) -> SlackResponse:
            return self._within_length(
                message,
                lambda content: self._client.chat_postMessage(
                    channel=channel,
                    thread_ts=thread,
                    metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
                    unfurl_links=False,
                    unfurl_media=False,
                    **{**content, "blocks": [*content["blocks"], *more]},
                ),
                or_in_words=not more,
            )

        answer = pictures.post_with(self._quick, picture, post) if picture is not None else post([])
        return Remote(str(answer["channel"]), str(answer["ts"]))

    def _within_length(
        self, message: Message, call: Callable[[Json], SlackResponse], *, or_in_words: bool = False
    ) -> SlackResponse:
        """Make a call with a message, with a shorter one where Slack refuses its length: no limit is published.

        or_in_words: where Slack refuses its blocks, its words alone are better than nothing: a page must go out.
        """
        try:
            return call(self._content(message))
        except FAILED as error:
            refused = code(error)
            if refused not in TOO_LONG and not (or_in_words and refused in UNFIT):
                raise
        if refused in TOO_LONG:
            log.warning("slack.message_shortened", reason=refused)
            return call(self._content(message, SHORTER))
        log.error("slack.blocks_refused", reason=refused)
        return call({"text": render.words(message, self._workspace()), "blocks": [], **AS_WRITTEN})

    def _content(self, message: Message, most_text: int = render.MOST_TEXT) -> Json:
        """Give what every message carries: names and addresses in its text are never made into mentions and links."""
        blocks = render.blocks(message, self._workspace(), most_text=most_text)
        return {"text": render.fallback(message), "blocks": blocks, **AS_WRITTEN}

    def _conversation(self, user: str) -> str:
        with self._lock:
            known = self._conversations.get(user)
        if known is not None:
            return known
        try:
            opened = str(self._quick.conversations_open(users=user)["channel"]["id"])
        except FAILED as error:
            raise failure(error) from None  # nothing was posted yet
        with self._lock:
            self._conversations[user] = opened
        return opened

    def _edit(self, message: Message, target: Remote | None) -> Remote:
        if target is None or target.message is None:
            raise DeliveryFailed("an edit needs to know where its post went", permanent=True)
        channel, ts = target.channel, target.message
        self._within_length(message, lambda content: self._client.chat_update(channel=channel, ts=ts, **content))
        return target

    def _react(self, effect: React) -> Remote:
        call = self._client.reactions_add if effect.is_wanted else self._client.reactions_remove
        try:
            call(channel=effect.channel, timestamp=effect.message, name=effect.emoji)
        except FAILED as error:
            if code(error) not in DONE_ALREADY:
                raise
        return Remote(effect.channel)

    def _private(self, effect: Private) -> Remote:
        channel, user, thread = effect.channel, effect.user, effect.thread
        answer = self._within_length(
            effect.message,
            lambda said: self._client.chat_postEphemeral(channel=channel, user=user, thread_ts=thread, **said),
        )
        return Remote(effect.channel, str(answer["message_ts"]))

    def _topic(self, effect: Topic) -> Remote:
        wanted = effect.text[:LONGEST_TOPIC]
        shown = self._quick.conversations_info(channel=effect.channel)["channel"]
        if _unescaped((shown.get("topic") or {}).get("value") or "") != wanted:
            self._client.conversations_setTopic(channel=effect.channel, topic=wanted)
        return Remote(effect.channel)

    def _user_group(self, effect: UserGroup) -> Remote:
        if not effect.users:
            raise DeliveryFailed("a user group cannot be emptied", permanent=True)
        shown = self._quick.usergroups_users_list(usergroup=effect.group, include_disabled=True)["users"]
        if set(shown) != set(effect.users):
            self._client.usergroups_users_update(usergroup=effect.group, users=list(effect.users))
        return Remote(f"group:{effect.group}")

    def find(self, effect: Effect, key: str, since: datetime) -> Remote | None:
        """Look for a post by its key; None where it is not there, or cannot be looked for. Raises DeliveryFailed."""
        try:
            return self._found(effect, key, since)
        except FAILED as error:
            failed = failure(error)
            if failed.permanent:  # what follows, the post itself, says so better
                log.warning("slack.cannot_look_for_post", reason=reason(error))
                return None
            raise failed from None

    def _found(self, effect: Effect, key: str, since: datetime) -> Remote | None:
        match effect:
            case Post(channel, _, thread) if thread is not None:
                return _with_key(self._replies(channel, thread), channel, key)
            case Post(channel):
                return _with_key(self._history(channel, since), channel, key)
            case Direct(user):
                channel = self._conversation(user)
                return _with_key(self._history(channel, since), channel, key)
            case _:
                return None

    def _history(self, channel: str, since: datetime) -> Iterator[Json]:
        """Give a channel's messages from the newest on, whole pages, until they are older than `since`."""
        cursor: str | None = ""
        for _ in range(MOST_PAGES):
            page = self._client.conversations_history(
                channel=channel, limit=PAGE, cursor=cursor, include_all_metadata=True
            )
            messages: list[Json] = page["messages"]
            yield from messages
            cursor = _next(page)
            if not cursor or float(messages[-1]["ts"]) < (since - SKEW).timestamp():
                return

    def _replies(self, channel: str, thread: str) -> Iterator[Json]:
        cursor: str | None = ""
        while cursor is not None:
            page = self._client.conversations_replies(
                channel=channel, ts=thread, limit=PAGE, cursor=cursor, include_all_metadata=True
            )
            yield from page["messages"]
            cursor = _next(page)


def _next(page: Any) -> str | None:
    return (page.get("response_metadata") or {}).get("next_cursor") or None


def _with_key(messages: Iterator[Json], channel: str, key: str) -> Remote | None:
    for one in messages:
        metadata = one.get("metadata") or {}
        if metadata.get("event_type") == EVENT_TYPE and (metadata.get("event_payload") or {}).get("key") == key:
            return Remote(channel, str(one["ts"]))
    return None


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def paces(effect: Effect) -> Sequence[Pace]:  # noqa: PLR0911 - one for each effect
    """Give the budgets of an effect.

    Source: Slack, "Rate limits": one message a second in a channel; tier 2 is 20, tier 3 is 50, tier 4 is 100
    calls a minute.
    """
    match effect:
        case Post() | Direct() | Private():
            return (Pace(LANE, timedelta(seconds=1)),)
        case Edit():
            return (Pace("chat.update", timedelta(seconds=1.2), burst=20),)
        case React(is_wanted=True):
            return (Pace("reactions.add", timedelta(seconds=1.2), burst=20),)
        case React():
            return (Pace("reactions.remove", timedelta(seconds=3), burst=10),)
        case Topic():
            return (Pace("conversations.setTopic", timedelta(seconds=3), burst=5),)
        case Home():
            return (Pace("views.publish", timedelta(seconds=0.7), burst=20),)
        case UserGroup():
            return (Pace("usergroups.users.update", timedelta(seconds=3), burst=5),)
