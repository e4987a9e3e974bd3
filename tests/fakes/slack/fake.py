"""A fake Slack on the loopback interface that speaks the real wire and refuses what Slack refuses."""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from tests.fakes.slack import responses
from tests.fakes.slack.administration import Administration
from tests.fakes.slack.delivery import Ack, Courier, Delivery, Schedule
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.payloads import event_callback
from tests.fakes.slack.people import Person, Room
from tests.fakes.slack.permissions import ALL_SCOPES, EMOJI, may_see
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.server import Server
from tests.fakes.slack.web import Call, WebApi
from tests.fakes.slack.workspace import Channel, Json, User, Workspace

T = TypeVar("T")


class FakeSlack(Administration):
    """Use it as a context manager, or `start` and `close` it.

    scopes, events, commands: what the app was installed with (events and commands: None for all).
    rates: how often the bot may call. schedule: how long Slack waits for an acknowledgement and when it tries again.
    now: seconds since 1970; Slack's own clock, which the bot must not take for its own.
    emoji: custom ones beside the usual.
    """

    def __init__(
        self,
        *,
        scopes: Iterable[str] = ALL_SCOPES,
        events: Iterable[str] | None = None,
        commands: Iterable[str] | None = None,
        rates: Rates | None = None,
        schedule: Schedule | None = None,
        emoji: Iterable[str] = (),
        now: Callable[[], float] = time.time,  # noqa: TID251 -- Slack has a clock of its own, as here
    ) -> None:
        self.bot_token = "xoxb-fake-bot-token"
        self.app_token = "xapp-1-A0FAKEAPP-fake"
        self.signing_secret = "8f742231b10e8888abcd99yyyzzz85a5"
        self.workspace = Workspace(now, scopes=set(scopes), emoji=set(EMOJI) | set(emoji))
        self.events = None if events is None else frozenset(events)
        self.commands = None if commands is None else frozenset(commands)
        self.web = WebApi(self.workspace, self.bot_token, self.app_token, rates or Rates(), self._new_connection)
        self.server = Server(self.workspace, self.web, self._respond)
        self.root_url = f"http://127.0.0.1:{self.server.port}/"
        self.base_url = f"{self.root_url}api/"
        self.workspace.base_url = self.root_url.rstrip("/")
        self.courier = Courier(self.workspace, schedule or Schedule(), self.signing_secret, now, self.server.loop)
        self.events_sent: set[str] = set()
        self._batch: list[Delivery] | None = None
        bot = User(self.workspace.bot_user, self.workspace.bot_name, "Watchbill", "", is_bot=True)
        self.workspace.users[bot.id] = bot
        self.workspace.emit = self._emit

    def start(self) -> Self:
        self.server.start(self.courier)
        return self

    def close(self) -> None:
        self.server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _new_connection(self) -> str:
        return self.server.new_ticket()

    def _respond(self, key: str, values: Json) -> tuple[int, str]:
        return responses.respond(self.workspace, key, values)

    # --- what is sent to the bot ---

    def _emit(self, name: str, event: Json, channel: Channel | None) -> None:
        workspace = self.workspace
        is_wanted = (self.events is None or name in self.events) and may_see(workspace.scopes, name, channel)
        is_there = channel is None or workspace.bot_user in channel.members
        if is_wanted and is_there and not workspace.is_silent:
            self.events_sent.add(name)
            self.send("events_api", event_callback(workspace, event))

    def send(self, kind: str, payload: Json, follow: Callable[[Delivery], None] | None = None) -> Delivery:
        """Send any payload to the bot: also for shapes that Slack never sends."""
        with self.workspace.lock:
            delivery = Delivery(kind, payload, time.monotonic(), follow=follow)
            if self._batch is not None:
                self._batch.append(delivery)
            else:
                self.courier.submit([delivery])
        return delivery

    @contextmanager
    def at_once(self) -> Iterator[list[Delivery]]:
        """Hold back what happens inside, then send it all in one burst; gives the deliveries.

        Other threads' events join the burst.
        """
        with self.workspace.lock:
            batch = self._batch = []
        try:
            yield batch
        finally:
            with self.workspace.lock:
                self._batch = None
                started = time.monotonic()
                for one in batch:
                    one.queued_at = started
                self.courier.submit(batch)

    def redeliver(self, delivery: Delivery, *, new_event_id: bool = False) -> Delivery:
        """Send a payload again as Slack sometimes does: the same event, perhaps under a new event id."""
        payload: Json = json.loads(json.dumps(delivery.payload))
        if new_event_id:
            payload["event_id"] = self.workspace.new_id("Ev")
        return self.send(delivery.kind, payload)

    def deliver_over_http(
        self, events_url: str, commands_url: str = "", interactivity_url: str = "", *, replicas: Iterable[str] = ()
    ) -> None:
        """Send signed requests to the bot's address from now on, instead of envelopes over websockets.

        replicas: others behind that address; what is sent takes them in turn, and what is sent again takes the next.
        """
        self.courier.replicas = [*replicas]
        commands, interactive = commands_url or events_url, interactivity_url or events_url
        self.courier.urls = {"events_api": events_url, "slash_commands": commands, "interactive": interactive}

    def verify_url(self) -> Delivery:
        """Ask the bot's address for the challenge, as Slack does when it is entered; .answer holds what came back."""
        challenge = {"type": "url_verification", "token": "verification-token", "challenge": "fake-challenge"}
        return self.send("events_api", challenge)

    # --- what goes wrong ---

    def fail(
        self, method: str, fault: str = Fault.SERVER_ERROR, times: int = 1, *, retry_after: int = 1, channel: Room = ""
    ) -> None:
        """Let the next calls of a method ('*': any) fail. fault: a Fault, or an error string of Slack's."""
        room = self._room(channel).id if channel else ""
        with self.workspace.lock:
            self.web.faults.plan(method, fault, times, retry_after, room)

    def heal(self) -> None:
        with self.workspace.lock:
            self.web.faults.clear()

    def refuse_tokens(self, error: str = "token_revoked") -> None:
        self.web.refused = error

    def accept_tokens(self) -> None:
        self.web.refused = ""

    def cut_websockets(self) -> None:
        """Break every connection without a word."""
        self.server.soon(self.courier.cut_all)

    def cut_inside_a_frame(self) -> None:
        """Break every connection in the middle of a frame."""
        self.server.soon(self.courier.cut_inside_a_frame)

    def ask_to_reconnect(self, reason: str = "refresh_requested", close_after: float = 0.5) -> None:
        """Send the disconnect frame on every connection, then close them a little later."""
        frame = json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-fake"}})
        self.server.soon(lambda: self.courier.dismiss(frame, close_after))

    def send_raw(self, frame: str | bytes) -> None:
        """Send any frame on every connection: truncated, binary, of another shape."""
        self.server.soon(lambda: self.courier.send_raw(frame))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let the whole platform be away: every call and connection is cut, nothing is delivered."""
        self.server.is_away = self.courier.is_away = True
        self.cut_websockets()
        try:
            yield
        finally:
            self.server.is_away = self.courier.is_away = False

    def lose_acks(self, count: int) -> None:
        """Let Slack not get to see the next acknowledgements, though the bot gave them."""
        self.courier.acks_to_lose = count

    def forget_undelivered(self) -> None:
        """Let Slack give up on all that the bot has not acknowledged."""
        with self.workspace.lock:
            self.courier.forget()

    # --- looking ---

    def wait_for(self, predicate: Callable[[], T], timeout: float = 60.0) -> T:
        """Wait until the predicate gives something true, and give it; it is asked at each change."""
        with self.workspace.lock:
            found = self.workspace.lock.wait_for(predicate, timeout)
        assert found, f"it did not happen within {timeout} s"
        return found

    def wait_connected(self, count: int = 1, timeout: float = 60.0) -> None:
        self.wait_for(lambda: len(self.courier.connections) >= count, timeout)

    def wait_quiet(self, timeout: float = 60.0) -> None:
        """Wait until everything that was sent is acknowledged or given up."""
        self.wait_for(lambda: self.courier.under_way == 0, timeout)

    def messages(self, channel: Room) -> list[Json]:
        with self.workspace.lock:
            return list(self._room(channel).messages.values())

    def thread(self, ts: str) -> list[Json]:
        """Give the replies under a message, oldest first."""
        with self.workspace.lock:
            room, _ = self.find(ts)
            return room.thread(ts)[1:]

    def dms(self, user: Person) -> list[Json]:
        """Give what the bot wrote to a person directly."""
        with self.workspace.lock:
            messages = self.direct(user).messages.values()
            return [one for one in messages if one.get("bot_id") == self.workspace.bot_id]

    def ephemerals(self, user: Person) -> list[Json]:
        with self.workspace.lock:
            person = self._person(user).id
            return [one.message for one in self.workspace.ephemerals if one.user == person]

    def views(self, user: Person) -> list[Json]:
        """Give the forms that are open before a person, the topmost last."""
        with self.workspace.lock:
            person = self._person(user).id
            return [one.body for one in self.workspace.views.values() if one.user == person and one.is_open]

    def home(self, user: Person) -> Json | None:
        with self.workspace.lock:
            home = self.workspace.homes.get(self._person(user).id)
            return None if home is None else home.body

    def reactions(self, ts: str) -> dict[str, list[str]]:
        """Give who reacted with what."""
        with self.workspace.lock:
            _, message = self.find(ts)
            return {one["name"]: list(one["users"]) for one in message.get("reactions", [])}

    def pinged(self, message: Json) -> set[str]:
        """Give whom a message notifies: user ids, user group ids, and here, channel, everyone."""
        text = json.dumps([message.get("text", ""), message.get("blocks", [])])
        return set(re.findall(r"<(?:@|!subteam\^|!)(\w+)(?:\|[^<>]*)?>", text))

    @property
    def calls(self) -> list[Call]:
        return self.web.calls

    def calls_to(self, method: str) -> list[Call]:
        return [one for one in [*self.web.calls] if one.method == method]

    @property
    def acks(self) -> list[Ack]:
        return self.courier.acks

    @property
    def deliveries(self) -> list[Delivery]:
        return self.courier.deliveries

    @property
    def scopes_used(self) -> set[str]:
        """The scopes that the calls so far could not have done without."""
        return self.workspace.scopes_used

    def last_delivery(self, **event: Any) -> Delivery:
        """Give the newest delivery of an event with these fields."""
        for one in reversed(self.courier.deliveries):
            if event.items() <= one.payload.get("event", {}).items():
                return one
        raise LookupError(f"no event {event} was sent")
