"""What administrators and owners of channels do in the fake workspace."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.fakes.slack import conversation, web_conversations
from tests.fakes.slack.people import People, Person, Room
from tests.fakes.slack.workspace import Channel, Json, User


class Administration(People):
    def join(self, user: User) -> None:
        """Let somebody new join the workspace: the bot is told."""
        with self.workspace.lock:
            self.workspace.users[user.id] = user
            event = {"type": "team_join", "user": user.to_json(), "event_ts": self._now()}
            self.workspace.emit("team_join", event, None)

    def deactivate(self, user: Person) -> None:
        self._change_user(user, deleted=True)

    def reactivate(self, user: Person) -> None:
        self._change_user(user, deleted=False)

    def rename_user(self, user: Person, name: str) -> None:
        self._change_user(user, name=name)

    def set_status(self, user: Person, status: str) -> None:
        """Change what somebody says of themselves: the commonest reason for a user_change."""
        self._change_user(user, status=status)

    def _change_user(self, user: Person, **change: object) -> None:
        with self.workspace.lock:
            person = self._person(user)
            for name, value in change.items():
                setattr(person, name, value)
            person.updated = int(self.workspace.now())
            told = person.to_json(email="users:read.email" in self.workspace.scopes)
            event = {"type": "user_change", "user": told, "cache_ts": person.updated, "event_ts": self._now()}
            self.workspace.emit("user_change", event, None)

    def rename_channel(self, channel: Room, name: str) -> None:
        with self.workspace.lock:
            room = self._room(channel)
            room.name = name
            self._tell_of(room, "rename", {"channel": {"id": room.id, "name": name, "created": 0}})

    def archive(self, channel: Room) -> None:
        with self.workspace.lock:
            room = self._room(channel)
            room.is_archived = True
            self._tell_of(room, "archive", {"channel": room.id})

    def unarchive(self, channel: Room) -> None:
        with self.workspace.lock:
            room = self._room(channel)
            room.is_archived = False
            self._tell_of(room, "unarchive", {"channel": room.id})

    def _tell_of(self, room: Channel, what: str, event: Json) -> None:
        name = f"{'channel' if room.kind == 'channel' else 'group'}_{what}"
        self.workspace.emit(name, {"type": name, **event, "event_ts": self._now()}, room)

    def invite(self, channel: Room, user: Person | None = None) -> None:
        """Bring somebody into a channel; without a name, the bot."""
        with self.workspace.lock:
            who = self.workspace.bot_user if user is None else self._person(user).id
            web_conversations.add_member(self.workspace, self._room(channel), who)

    def remove(self, channel: Room, user: Person | None = None) -> None:
        """Take somebody out of a channel; without a name, the bot, which is told by channel_left."""
        with self.workspace.lock:
            room = self._room(channel)
            who = self.workspace.bot_user if user is None else self._person(user).id
            room.members.remove(who)
            if user is None:
                name = "channel_left" if room.kind == "channel" else "group_left"
                event = {"type": name, "channel": room.id, "actor_id": "U0ADMIN", "event_ts": self._now()}
                self.workspace.emit(name, event, None)
                return
            event = {"type": "member_left_channel", "user": who, "channel": room.id, "channel_type": room.id[0]}
            self.workspace.emit("member_left_channel", event | {"event_ts": self._now()}, room)
            left = {"subtype": "channel_leave", "user": who, "text": f"<@{who}> has left the channel"}
            conversation.add_message(self.workspace, room, left)

    @contextmanager
    def silence(self) -> Iterator[None]:
        """Let things happen that the bot is told nothing of: it can only read them in the history."""
        with self.workspace.lock:
            self.workspace.is_silent = True
        try:
            yield
        finally:
            with self.workspace.lock:
                self.workspace.is_silent = False
