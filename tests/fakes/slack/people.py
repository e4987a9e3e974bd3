"""What people do in the fake workspace, in the way that their Slack client would."""

import copy
from collections.abc import Callable
from typing import Any

from tests.fakes.slack import conversation, payloads, responses, web_views
from tests.fakes.slack.delivery import Delivery
from tests.fakes.slack.workspace import Channel, Json, SlackError, User, Usergroup, View, Workspace

Person = User | str
Room = Channel | str
Post = Json | str


class Handle:
    """What became of a command, a button or a form: given back at once, asked later.

    wait: waits for Slack to be done with it.
    """

    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self.workspace = workspace
        self.delivery = delivery

    def wait(self, timeout: float = 30.0) -> "Handle":
        """Wait until it was acknowledged or given up."""
        with self.workspace.lock:
            if not self.workspace.lock.wait_for(lambda: self.delivery.is_over, timeout):
                raise AssertionError(f"nothing came of this {self.delivery.kind} within {timeout} s")
        return self

    @property
    def response(self) -> Json:
        """The acknowledgement's payload, {} where it had none; refuses where the person saw a failure."""
        self.wait()
        assert not self.delivery.failure, self.delivery.failure
        return self.delivery.answer or {}

    @property
    def failure(self) -> str:
        """What the person was told instead of an answer, '' where it went well."""
        return self.wait().delivery.failure

    @property
    def errors(self) -> Json:
        """The errors shown in a form, by field; {} where it was taken."""
        answer = self.response
        return dict(answer["errors"]) if answer.get("response_action") == "errors" else {}


class People:
    """What people do. `send` gives a payload to the bot; `base_url` is where response URLs lie."""

    workspace: Workspace
    root_url: str
    commands: frozenset[str] | None

    def send(self, kind: str, payload: Json, follow: Callable[[Delivery], None] | None = None) -> Delivery:
        raise NotImplementedError

    # --- who and where ---

    def user(self, user_id: str, name: str = "", **more: Any) -> User:
        """Add a person who has always been there (`join` is for who comes later).

        more: real_name, email, is_bot, is_restricted, tz."""
        name = name or user_id.lower()
        facts: Json = {"real_name": name.replace(".", " ").title(), "email": f"{name}@example.org"} | more
        with self.workspace.lock:
            user = self.workspace.users[user_id] = User(user_id, name, **facts)
        return user

    def channel(
        self,
        name: str,
        members: list[Person] | None = None,
        *,
        channel_id: str = "",
        private: bool = False,
        with_bot: bool = True,
    ) -> Channel:
        """Add a channel; the bot is in it unless with_bot is False."""
        with self.workspace.lock:
            ids = [self._person(one).id for one in members or []]
            ids += [self.workspace.bot_user] if with_bot else []
            new_id = channel_id or self.workspace.new_id("C")
            channel = Channel(new_id, name, "group" if private else "channel", ids)
            self.workspace.channels[new_id] = channel
            return channel

    def usergroup(self, handle: str, users: list[Person] | None = None) -> Usergroup:
        with self.workspace.lock:
            ids = [self._person(one).id for one in users or []]
            group = Usergroup(self.workspace.new_id("S"), handle, handle, ids)
            self.workspace.usergroups[group.id] = group
            return group

    def direct(self, user: Person) -> Channel:
        """Give a person's direct messages with the bot."""
        with self.workspace.lock:
            return self.workspace.direct_channel([self.workspace.bot_user, self._person(user).id])

    def _person(self, user: Person) -> User:
        if isinstance(user, User):
            return user
        by_name = {one.name: one for one in self.workspace.users.values()}
        return self.workspace.users.get(user) or by_name[user]

    def _room(self, room: Room) -> Channel:
        if isinstance(room, Channel):
            return room
        by_name = {one.name: one for one in self.workspace.channels.values()}
        return self.workspace.channels.get(room) or by_name[room.removeprefix("#")]

    def _now(self) -> str:
        return self.workspace.stamp()

    # --- talking ---

    def post(
        self,
        channel: Room,
        user: Person,
        text: str,
        thread_ts: str | None = None,
        subtype: str | None = None,
        *,
        raw: bool = False,
        **more: Any,
    ) -> str:
        """Post as a person; give the timestamp.

        text: as typed (@name, #room and links are encoded, the rest escaped); raw sends it as it is.
        more: further fields of the message, for example files.
        """
        with self.workspace.lock:
            room, author = self._room(channel), self._person(user)
            self._must_be_in(author, room)
            sent = text if raw else conversation.as_typed(self.workspace, text)
            message: Json = {"user": author.id, "team": self.workspace.team_id, "text": sent}
            message |= {"client_msg_id": self.workspace.new_id("cmid-")}
            message |= {"blocks": conversation.rich_text(text, self.workspace.new_id("b"))} if text else {}
            message |= {"thread_ts": thread_ts} if thread_ts else {}
            message |= {"subtype": subtype} if subtype else {}
            return str(conversation.add_message(self.workspace, room, message | more)["ts"])

    def _must_be_in(self, user: User, room: Channel) -> None:
        assert not user.deleted, f"{user.name} is deactivated"
        assert user.id in room.members, f"{user.name} is not in {room.name}"

    def post_as_bot(self, channel: Room, name: str, text: str, bot_id: str = "B0OTHERBOT", **more: Any) -> str:
        """Post as another app's incoming webhook does: bot_message, with a name and no user."""
        with self.workspace.lock:
            message = {"subtype": "bot_message", "bot_id": bot_id, "username": name, "text": text}
            return str(conversation.add_message(self.workspace, self._room(channel), message | more)["ts"])

    def dm(self, user: Person, text: str, thread_ts: str | None = None) -> str:
        return self.post(self.direct(user), user, text, thread_ts)

    def edit(self, ts: str, text: str) -> None:
        """Edit as the author."""
        with self.workspace.lock:
            room, message = self.find(ts)
            sent = conversation.as_typed(self.workspace, text)
            change = {"text": sent, "blocks": conversation.rich_text(text, self.workspace.new_id("b"))}
            conversation.change_message(self.workspace, room, ts, change, message.get("user"))

    def unfurl(self, ts: str, title: str) -> None:
        """Let Slack add a link's preview: a message_changed that nobody edited."""
        with self.workspace.lock:
            room, _ = self.find(ts)
            conversation.change_message(self.workspace, room, ts, {"attachments": [{"id": 1, "title": title}]}, None)

    def delete(self, ts: str) -> None:
        with self.workspace.lock:
            room, _ = self.find(ts)
            conversation.delete_message(self.workspace, room, ts)

    def react(self, user: Person, ts: str, emoji: str) -> None:
        with self.workspace.lock:
            room, _ = self.find(ts)
            self._must_be_in(self._person(user), room)
            conversation.add_reaction(self.workspace, room, ts, emoji, self._person(user).id)

    def unreact(self, user: Person, ts: str, emoji: str) -> None:
        with self.workspace.lock:
            room, _ = self.find(ts)
            conversation.remove_reaction(self.workspace, room, ts, emoji, self._person(user).id)

    def find(self, ts: str) -> tuple[Channel, Json]:
        """Give a message and its channel by its timestamp (the fake's are unique everywhere)."""
        for room in self.workspace.channels.values():
            if ts in room.messages:
                return room, room.messages[ts]
        raise LookupError(f"there is no message {ts}")

    # --- commands, buttons, forms ---

    def command(self, user: Person, channel: Room, command: str, text: str = "") -> Handle:
        """Give a slash command; the text's @names are encoded as <@U01|name>."""
        with self.workspace.lock:
            author, room = self._person(user), self._room(channel)
            assert self.commands is None or command in self.commands, f"{command} is not a valid command"
            typed = conversation.as_typed(self.workspace, text, named=True)
            url, record = responses.new_url(self.workspace, self.root_url, author.id, room.id, None)
            form = payloads.command_form(self.workspace, author, room, command=command, text=typed, response_url=url)
            return self._given("slash_commands", form, lambda told: responses.say(self.workspace, record, told.answer))

    def press(self, user: Person, where: Json, action_id: str, value: Any = None) -> Handle:
        """Press a button (or choose in a menu) in a message, an ephemeral message or a view."""
        with self.workspace.lock:
            block, element = payloads.find_element(where["blocks"], action_id)
            author = self._person(user)
            payload = payloads.interaction(self.workspace, "block_actions", author)
            payload |= self._in_view(where) if "hash" in where else self._in_message(author, where)
            payload["actions"] = [payloads.action(block, element, self._now(), value)]
            return self._given("interactive", payload)

    def _in_view(self, view: Json) -> Json:
        container = {"type": "view", "view_id": view["id"]}
        return {"container": container, "view": copy.deepcopy(view), "state": {"values": {}}}

    def _in_message(self, author: User, message: Json) -> Json:
        room = self._room_of(message)
        self._must_be_in(author, room)
        is_ephemeral = bool(message.get("is_ephemeral"))
        url, _ = responses.new_url(self.workspace, self.root_url, author.id, room.id, message["ts"])
        container = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": room.id,
            "is_ephemeral": is_ephemeral,
        }
        container |= {"thread_ts": message["thread_ts"]} if "thread_ts" in message else {}
        channel = {"id": room.id, "name": room.name}
        body: Json = {"container": container, "channel": channel, "response_url": url, "state": {"values": {}}}
        return body if is_ephemeral else body | {"message": copy.deepcopy(message)}

    def _room_of(self, message: Json) -> Channel:
        for one in self.workspace.ephemerals:
            if one.message["ts"] == message["ts"]:
                return self._room(one.channel)
        return self.find(message["ts"])[0]

    def submit(self, view: Json, values: dict[str, Any] | None = None) -> Handle:
        """Submit a modal as the person it was opened for. values: by block_id or action_id."""
        with self.workspace.lock:
            record = self.workspace.views[view["id"]]
            assert record.is_open, "this form is closed"
            shown = copy.deepcopy(record.body)
            shown["state"] = {"values": payloads.input_state(shown, values or {})}
            payload = payloads.interaction(self.workspace, "view_submission", self._person(record.user))
            payload |= {"view": shown, "response_urls": []}
            return self._given("interactive", payload, lambda told: self._follow(record, told))

    def _follow(self, record: View, told: Delivery) -> None:
        try:
            web_views.follow_answer(self.workspace, record, told.answer)
        except SlackError as refusal:
            told.failure = refusal.error

    def close_view(self, view: Json) -> Handle | None:
        """Close a modal without submitting; the bot hears of it only where it asked (notify_on_close)."""
        with self.workspace.lock:
            record = self.workspace.views[view["id"]]
            record.is_open = False
            self.workspace.changed()
            if not record.body["notify_on_close"]:
                return None
            payload = payloads.interaction(self.workspace, "view_closed", self._person(record.user))
            payload.pop("trigger_id")
            return self._given("interactive", payload | {"view": copy.deepcopy(record.body), "is_cleared": False})

    def shortcut(self, user: Person, callback_id: str, message_ts: str | None = None) -> Handle:
        """Use a global shortcut, or with message_ts one in a message's menu."""
        with self.workspace.lock:
            author = self._person(user)
            kind = "shortcut" if message_ts is None else "message_action"
            payload = payloads.interaction(self.workspace, kind, author)
            payload |= {"callback_id": callback_id, "action_ts": self._now()}
            if message_ts is not None:
                room, message = self.find(message_ts)
                self._must_be_in(author, room)
                url, _ = responses.new_url(self.workspace, self.root_url, author.id, room.id, message_ts)
                payload |= {"message_ts": message_ts, "message": copy.deepcopy(message), "response_url": url}
                payload["channel"] = {"id": room.id, "name": room.name}
            return self._given("interactive", payload)

    def open_home(self, user: Person) -> None:
        with self.workspace.lock:
            author = self._person(user)
            home = self.workspace.homes.get(author.id)
            event: Json = {
                "type": "app_home_opened",
                "user": author.id,
                "channel": self.direct(author).id,
                "tab": "home",
            }
            event |= {"event_ts": self._now()} | ({"view": copy.deepcopy(home.body)} if home else {})
            self.workspace.emit("app_home_opened", event, None)

    def _given(self, kind: str, payload: Json, follow: Callable[[Delivery], None] | None = None) -> Handle:
        return Handle(self.workspace, self.send(kind, payload, follow))
