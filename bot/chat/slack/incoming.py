"""Slack's payloads as our events: translated, nothing decided.

Keys name the thing that happened and never the envelope, so that a redelivery and the history give the same.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from bot.chat.slack import forms, mrkdwn, render, text
from bot.chat.slack.channels import PLATFORM, Channels, NotNow
from bot.chat.slack.identity import Identity
from bot.chat.slack.payloads import (
    BlockActions,
    Command,
    HomeEvent,
    MessageEvent,
    ReactionEvent,
    Sent,
    Shortcut,
    UserEvent,
    ViewSubmission,
)
from bot.clock import Clock
from models.events import (
    AccountChanged,
    ButtonPressed,
    CommandGiven,
    Event,
    FormSubmitted,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
)

SAID = frozenset([None, "file_share", "thread_broadcast", "bot_message", "me_message"])
SLACKBOT = "USLACKBOT"
CARRIED = "slack-command"
"""The action of a button that stands for a command which was written as a message and opens a form."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Translates for one bot. commands: the names that it serves, without a slash. name_of: a person's, if known."""

    identity: Identity
    clock: Clock
    channels: Channels
    commands: Collection[str]
    name_of: Callable[[str], str] = lambda _user: ""

    def message(self, event: MessageEvent, *, is_missed: bool = False) -> Event | None:
        """Give what an event of type `message` tells; None for what is not ours to see, or our own."""
        if event.subtype == "message_changed" and event.message is not None:
            return self._changed(event, event.message)
        if event.subtype == "message_deleted" and event.deleted_ts:
            is_own = event.previous_message is not None and self._is_own(event.previous_message)
            return None if is_own else self._deleted(event, event.deleted_ts)
        if is_missed and event.subtype == "tombstone":
            return self._deleted(event, event.ts)
        if event.subtype not in SAID or self._is_own(event):
            return None
        words = None if _is_bot(event) else self._words(event)
        if is_missed and words is not None:
            return None  # its time is over
        return self._posted(event, is_missed=is_missed) if words is None else self._as_command(event, words)

    def _is_own(self, message: Sent) -> bool:
        return self.identity.user == message.user or (bool(message.bot_id) and self.identity.bot == message.bot_id)

    def _words(self, event: MessageEvent) -> text.Words | None:
        is_direct = event.channel_type == "im"
        return text.command(event.text or "", self.identity.user, self.commands, is_direct=is_direct)

    def _posted(self, event: MessageEvent, *, is_missed: bool) -> MessagePosted:
        return MessagePosted(
            key=f"msg:{event.channel}:{event.ts}",
            platform=PLATFORM,
            at=self.clock.now(),
            channel=event.channel,
            channel_name=self._channel_name(event),
            message=event.ts,
            thread=_thread(event),
            author=_author(event),
            author_name=event.username or ("" if _is_bot(event) else self.name_of(_author(event))),
            text=self.plain(_said(event)),
            is_bot=_is_bot(event),
            is_direct=event.channel_type == "im",
            is_missed=is_missed,
            aliases=_aliases(event),
        )

    def _as_command(self, event: MessageEvent, words: text.Words) -> CommandGiven:
        return CommandGiven(
            key=f"msg:{event.channel}:{event.ts}",
            platform=PLATFORM,
            at=self.clock.now(),
            name=words.name,
            text=self.plain(words.text),
            user=_author(event),
            channel=event.channel,
            channel_name=self._channel_name(event),
            thread=_thread(event),
        )

    def edited(self, event: MessageEvent) -> MessageEdited | None:
        """Give the last edit of a message from the history; None where nobody edited it."""
        return self._edited(event, event) if event.edited is not None else None

    def gone(self, channel: str, ts: str) -> MessageDeleted:
        """Give that a message is not there any more."""
        return self._deleted(MessageEvent(channel=channel), ts)

    def standing_reactions(self, event: MessageEvent) -> Iterator[ReactionAdded]:
        """Give the reactions that stand on a message of the history, but our own."""
        for one in event.reactions:
            emoji = one.name.split("::", 1)[0]
            for user in one.users:
                if user != self.identity.user:
                    yield ReactionAdded(
                        key=_standing(event.channel, event.ts, user, emoji),
                        platform=PLATFORM,
                        at=self.clock.now(),
                        channel=event.channel,
                        channel_name=self._channel_name(event),
                        message=event.ts,
                        user=user,
                        emoji=emoji,
                        author="" if _is_bot(event) else _author(event),
                    )

    def _changed(self, event: MessageEvent, message: Sent) -> Event | None:
        before = event.previous_message
        if self._is_own(message) or (before is not None and self._is_own(before)):
            return None
        if message.subtype == "tombstone":
            return self._deleted(event, message.ts)
        # a preview that Slack added changes a message, too, but leaves no new mark of an edit
        if message.edited is None or message.subtype not in SAID or (before and before.edited == message.edited):
            return None
        return self._edited(event, message)

    def _edited(self, event: MessageEvent, message: Sent) -> MessageEdited:
        assert message.edited is not None
        return MessageEdited(
            key=f"edit:{event.channel}:{message.ts}:{message.edited.ts}",
            platform=PLATFORM,
            at=self.clock.now(),
            channel=event.channel,
            channel_name=self._channel_name(event),
            message=message.ts,
            thread=_thread(message),
            author=_author(message),
            text=self.plain(_said(message)),
            is_bot=_is_bot(message),
            aliases=_aliases(message),
        )

    def _deleted(self, event: MessageEvent, ts: str) -> MessageDeleted:
        return MessageDeleted(
            key=f"del:{event.channel}:{ts}",
            platform=PLATFORM,
            at=self.clock.now(),
            channel=event.channel,
            channel_name=self._channel_name(event),
            message=ts,
        )

    def _channel_name(self, event: MessageEvent) -> str | None:
        return self.channels.name(event.channel, event.channel_type)

    def plain(self, marked: str) -> str:
        """Give a marked-up text as plain text."""
        return text.plain(marked, self.channels.known)

    def reaction(self, event: ReactionEvent, *, is_added: bool) -> ReactionAdded | ReactionRemoved | None:
        """Give what a reaction tells; None for our own, and for one on anything but a message."""
        if event.user == self.identity.user or event.item.type != "message":
            return None
        emoji = event.reaction.split("::", 1)[0]  # without the colour of a hand
        what = "react" if is_added else "unreact"
        channel, ts = event.item.channel, event.item.ts
        told: dict[str, Any] = {
            "key": f"{what}:{channel}:{ts}:{event.user}:{emoji}:{event.event_ts}"[:300],
            "platform": PLATFORM,
            "at": self.clock.now(),
            "channel": channel,
            "channel_name": self.channels.name(channel),
            "message": ts,
            "user": event.user,
            "emoji": emoji,
        }
        if not is_added:
            return ReactionRemoved(**told)
        author = event.item_user if event.item_user != self.identity.user else None
        return ReactionAdded(**told, author=author or "", standing=_standing(channel, ts, event.user, emoji))

    def command(self, given: Command) -> CommandGiven:
        """Give what a slash command tells."""
        return CommandGiven(
            key=f"act:{given.trigger_id}",
            platform=PLATFORM,
            at=self.clock.now(),
            name=given.command.removeprefix("/"),
            text=self.plain(given.text).strip(),
            user=given.user_id,
            channel=given.channel_id,
            channel_name=self._name_told(given),
            thread=given.thread_ts,
        )

    def _name_told(self, given: Command) -> str | None:
        """Give the channel's name; Slack writes `privategroup` and `directmessage` in place of some."""
        try:
            return self.channels.name(given.channel_id)
        except NotNow:
            return given.channel_name if given.channel_name not in ("privategroup", "directmessage", "") else None

    def button(self, pressed: BlockActions) -> ButtonPressed | CommandGiven | None:
        """Give what a pressed button tells; None for another kind of element."""
        action, container = pressed.actions[0], pressed.container
        if action.type != "button":
            return None
        channel = container.channel_id or (pressed.channel.id if pressed.channel else "")
        thread = container.thread_ts or (pressed.message.thread_ts if pressed.message else None)
        event = ButtonPressed(
            key=f"act:{pressed.trigger_id}",
            platform=PLATFORM,
            at=self.clock.now(),
            action=render.action_of(action.action_id),
            value=action.value,
            user=pressed.user.id,
            channel=channel,
            channel_name=self.channels.name(channel),
            message=None if container.is_ephemeral else container.message_ts,
            thread=thread if thread != container.message_ts else None,  # an answer belongs beside the button
        )
        return _carried(event) if event.action == CARRIED else event

    def shortcut(self, used: Shortcut) -> ButtonPressed:
        """Give what a shortcut tells: the button that it stands for, about the message whose menu it was in."""
        channel = used.channel.id if used.channel else ""
        return ButtonPressed(
            key=f"act:{used.trigger_id}",
            platform=PLATFORM,
            at=self.clock.now(),
            action=used.callback_id,
            value=self.plain(_said(used.message)) if used.message else "",
            user=used.user.id,
            channel=channel,
            channel_name=self.channels.name(channel),
            message=used.message_ts,
            thread=_thread(used.message) if used.message else None,
        )

    def home(self, event: HomeEvent) -> HomeOpened | None:
        """Give that somebody looks at their own page; None where they look at their messages."""
        if event.tab != "home":
            return None
        key = f"home:{event.user}:{event.event_ts}"
        return HomeOpened(key=key, platform=PLATFORM, at=self.clock.now(), user=event.user)

    def account(self, changed: UserEvent) -> AccountChanged | None:
        """Give how a member's account stands; None where that is not told."""
        if changed.user.deleted is None:
            return None
        return AccountChanged(
            key=f"account:{changed.user.id}:{changed.event_ts}",
            platform=PLATFORM,
            at=self.clock.now(),
            user=changed.user.id,
            is_active=not changed.user.deleted,
        )

    def form(self, submitted: ViewSubmission) -> FormSubmitted:
        """Give what a submitted form tells. Its key is the submission's: one that is mended is another."""
        view = submitted.view
        return FormSubmitted(
            key=f"form:{submitted.trigger_id}",
            platform=PLATFORM,
            at=self.clock.now(),
            form=view.callback_id,
            subject=forms.Origin.of(view.private_metadata).subject,
            user=submitted.user.id,
            fields=forms.values(view.state.values),
        )


def _carried(event: ButtonPressed) -> CommandGiven:
    name, _, words = event.value.partition(" ")
    return CommandGiven(
        key=event.key,
        platform=PLATFORM,
        at=event.at,
        name=name,
        text=words,
        user=event.user,
        channel=event.channel,
        channel_name=event.channel_name,
        thread=event.thread,
    )


def _standing(channel: str, ts: str, user: str, emoji: str) -> str:
    """Give the key of a reaction whenever it was put, which the history does not tell."""
    return f"stands:{channel}:{ts}:{user}:{emoji}"[:300]


def _thread(message: Sent) -> str | None:
    """Give the thread that a message is a reply in; the root of a thread is none."""
    return message.thread_ts if message.thread_ts != message.ts else None


def _author(message: Sent) -> str:
    return message.user or message.bot_id or message.username or ""


def _is_bot(message: Sent) -> bool:
    return bool(message.bot_id) or message.subtype == "bot_message" or message.user == SLACKBOT


def _aliases(message: Sent) -> tuple[str, ...]:
    """Give by what else a bot is known; nothing for people."""
    app = message.bot_profile.name if message.bot_profile is not None else None
    return tuple(filter(None, (message.bot_id, message.username, app))) if _is_bot(message) else ()


def _said(message: Sent) -> str:
    """Give a message's marked-up text, and the names of its files.

    Where it has no text of its own, that of its attachments, as alerts have it.
    """
    names = [mrkdwn.escape(one.name or one.title or "") for one in message.files or ()]
    if message.text or not message.attachments:
        return "\n".join(filter(None, (message.text, *names)))
    parts = [one.fallback or "\n".join(filter(None, (one.pretext, one.title, one.text))) for one in message.attachments]
    return "\n".join(filter(None, (*parts, *names)))
