"""A fake Rocket.Chat on the loopback interface that speaks the real wire and refuses what Rocket.Chat refuses."""

import asyncio
import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.fakes.rocketchat.api import Api, Call
from tests.fakes.rocketchat.stream import Stream
from tests.fakes.rocketchat.workspace import Json, Room, User, Workspace

T = TypeVar("T")

LOSE, CUT, SERVER_ERROR, NOT_JSON, BUSY = "lose", "cut", "500", "not-json", "429"


def _present() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the server has a clock of its own


class FakeRocketChat:
    """Use it as a context manager.

    limit: calls a minute of one method for whoever has no `api-bypass-rate-limit`; 0: none. now: the server's clock.
    bypass: whether the bot's role has that permission.
    """

    def __init__(
        self, *, limit: int = 10, bypass: bool = True, now: Callable[[], datetime] = _present, check: bool = True
    ) -> None:
        self.loop = asyncio.new_event_loop()
        self.workspace = Workspace(now)
        if not bypass:
            self.workspace.permissions["api-bypass-rate-limit"] = ["admin"]
        self.bot = User("botUserId00000001", "watchbill", ["user", "bot"])
        self.token = "personal-access-token"
        self.workspace.users["watchbill"] = self.bot
        self.api = Api(self.workspace, self.bot, self.token, limit)
        if check:
            from tests.fakes.rocketchat.description import checker

            self.api.check = checker()
        self.stream = Stream(self.workspace, self.bot, self.loop)
        self.stream.token = self.token
        self.workspace.emit = self.stream.emit
        self.is_away = False
        self.is_slow = 0.0
        self._faults: dict[str, deque[str]] = {}
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fake-rocketchat", daemon=True)

    # --- serving ---

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_up.wait(10), "the fake Rocket.Chat did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self._socket.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        runner = self.loop.run_until_complete(self._set_up())
        self._is_up.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self._take_down(runner))
        self.loop.close()

    async def _set_up(self) -> web.AppRunner:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/v1/{method}", self._call)
        app.router.add_get("/api/info", self._info)
        app.router.add_get("/websocket", self._websocket)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.SockSite(runner, self._socket, backlog=512).start()
        return runner

    async def _take_down(self, runner: web.AppRunner) -> None:
        for peer in [*self.stream.peers]:
            await peer.socket.close()
        await runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        return _cut_off(request) if self.is_away else await self.stream.serve(request)

    async def _info(self, request: web.Request) -> web.StreamResponse:
        return _cut_off(request) if self.is_away else web.json_response({"version": self.api.version, "success": True})

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        await asyncio.sleep(self.is_slow)
        fault = self._fault(method)
        if self.is_away or fault == CUT:
            return _cut_off(request)
        if fault == SERVER_ERROR:
            return web.Response(status=502, text="<html>Bad gateway</html>")
        if fault == BUSY:
            return _too_many(self.workspace.now())
        arguments: Json = dict(request.query) if request.method == "GET" else await request.json()
        auth = (request.headers.get("X-Auth-Token", ""), request.headers.get("X-User-Id", ""))
        call, headers = self.api.answer(request.method, method, auth, arguments)
        if fault == LOSE:
            return _cut_off(request)
        if fault == NOT_JSON:
            return web.Response(text="<html>Something else</html>")
        return web.Response(
            text=json.dumps(call.body), status=call.status, headers=headers, content_type="application/json"
        )

    def _fault(self, method: str) -> str:
        planned = self._faults.get(method)
        return planned.popleft() if planned else ""

    # --- what people do ---

    def user(self, username: str, *, roles: list[str] | None = None, kind: str = "user") -> User:
        with self.workspace.lock:
            user = User(f"id-{username}", username, roles or ["user"], kind=kind)
            self.workspace.users[username] = user
        return user

    def room(self, name: str, members: list[str], *, kind: str = "c", with_bot: bool = True) -> Room:
        with self.workspace.lock:
            room = Room(f"R-{name}", kind, name, set(members), updated=self.workspace.now())
            self.workspace.rooms[room.id] = room
            if with_bot:
                room.members.add(self.bot.username)
        return room

    def invite(self, name: str) -> None:
        """Bring the bot into a room."""
        with self.workspace.lock:
            room = self.named(name)
            room.members.add(self.bot.username)
            self.tell_bot("subscriptions-changed", "inserted", room.subscription(self.bot.username))

    def remove(self, name: str) -> None:
        """Take the bot out of a room."""
        with self.workspace.lock:
            room = self.named(name)
            room.members.discard(self.bot.username)
            self.tell_bot("subscriptions-changed", "removed", room.subscription(self.bot.username))

    def rename(self, name: str, to: str) -> None:
        with self.workspace.lock:
            room = self.named(name)
            room.name, room.updated = to, self.workspace.now()
            self.tell_bot("subscriptions-changed", "updated", room.subscription(self.bot.username))
            self.tell_bot("rooms-changed", "updated", room.told())

    def archive(self, name: str) -> None:
        with self.workspace.lock:
            room = self.named(name)
            room.is_archived, room.updated = True, self.workspace.now()
            self.tell_bot("subscriptions-changed", "updated", room.subscription(self.bot.username))

    def tell_bot(self, what: str, action: str, document: Json) -> None:
        """Tell the bot what became of a room, or of its place in one."""
        self.stream.emit("stream-notify-user", f"{self.bot.id}/{what}", [action, document], None)

    def named(self, name: str) -> Room:
        return next(room for room in self.workspace.rooms.values() if room.name == name)

    def age(self, message: str, by: timedelta) -> None:
        """Let a message have been written so much earlier."""
        with self.workspace.lock:
            _, found = self.workspace.message(message)
            found["ts"] -= int(by.total_seconds() * 1000)

    def post(self, room: str, user: str, text: str, *, thread: str | None = None, **more: Any) -> str:
        """Let somebody write in a room, by its name; give the message's id."""
        with self.workspace.lock:
            return self._said(self.named(room), user, {"msg": text, "tmid": thread, **more})

    def write(self, user: str, text: str, *, thread: str | None = None) -> str:
        """Let somebody write to the bot directly."""
        with self.workspace.lock:
            return self._said(self.direct(user), user, {"msg": text, "tmid": thread})

    def say(self, user: str, room: str, text: str) -> str:
        """Let somebody write in a room, by its id."""
        with self.workspace.lock:
            return self._said(self.workspace.rooms[room], user, {"msg": text})

    def _said(self, room: Room, user: str, said: Json) -> str:
        kept = self.workspace.say(room, self.workspace.users[user], said)
        assert kept is not None
        return str(kept["_id"])

    def direct(self, user: str) -> Room:
        with self.workspace.lock:
            return self.workspace.direct(self.bot, self.workspace.users[user])

    def tap(self, user: str, message: str, label: str) -> str:
        """Let somebody tap a button: its text is posted as them, where the message is."""
        with self.workspace.lock:
            room, found = self.workspace.message(message)
            actions = [one for attachment in found.get("attachments", ()) for one in attachment.get("actions", ())]
            button = next(one for one in actions if one["text"] == label)
            assert button["msg_in_chat_window"]
            assert button["msg_processing_type"] == "sendMessage"
            return self._said(room, user, {"msg": button["msg"], "tmid": found.get("tmid")})

    def edit(self, user: str, message: str, text: str) -> None:
        with self.workspace.lock:
            room, found = self.workspace.message(message)
            self.workspace.edit(room, found, self.workspace.users[user], text)

    def react(self, user: str, message: str, emoji: str, *, is_wanted: bool = True) -> None:
        with self.workspace.lock:
            room, found = self.workspace.message(message)
            self.workspace.react(room, found, self.workspace.users[user], emoji, is_wanted=is_wanted)

    def delete(self, message: str) -> None:
        with self.workspace.lock:
            room, found = self.workspace.message(message)
            self.workspace.delete(room, found)

    # --- what goes wrong ---

    def fail(self, method: str, *faults: str) -> None:
        """Let the next calls of a method meet these."""
        self._faults.setdefault(method, deque()).extend(faults)

    def cut(self) -> None:
        """Break every websocket without a word."""
        self.stream.cut()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Let the whole server be away."""
        self.is_away = True
        self.cut()
        try:
            yield
        finally:
            self.is_away = False

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Let the stream tell nothing of what happens meanwhile."""
        self.stream.is_deaf = True
        try:
            yield
        finally:
            self.stream.is_deaf = False

    def send_raw(self, frame: str | bytes) -> None:
        """Send any frame: truncated, binary, of another shape."""
        self.stream.soon(self.stream.raw(frame))

    def change_token(self, token: str) -> None:
        """Let the bot's token be another one: the old one is refused from now on."""
        self.api.token = self.stream.token = token
        self.cut()

    # --- looking ---

    def wait_for(self, look: Callable[[], T], timeout: float = 20.0) -> T:
        """Wait until a look gives something true, and give it; it looks at each change."""
        with self.workspace.lock:
            found = self.workspace.lock.wait_for(look, timeout)
        assert found, f"it did not happen within {timeout} s"
        return found

    def wait_connected(self, opened: int = 1, timeout: float = 20.0) -> None:
        self.wait_for(lambda: self.stream.opened >= opened and len(self.stream.peers) > 0, timeout)

    def messages(self, room: str) -> list[Json]:
        with self.workspace.lock:
            return [*self.named(room).messages.values()]

    def thread(self, root: str) -> list[Json]:
        """Give what hangs on a message, though that may be gone."""
        with self.workspace.lock:
            rooms = self.workspace.rooms.values()
            return [one for room in rooms for one in room.messages.values() if one.get("tmid") == root]

    def dms(self, user: str) -> list[Json]:
        """Give what the bot wrote to somebody directly."""
        with self.workspace.lock:
            messages = self.direct(user).messages.values()
            return [one for one in messages if one["u"]["username"] == self.bot.username]

    def calls(self, method: str) -> list[Call]:
        with self.workspace.lock:
            return [one for one in self.api.calls if one.method == method]


def _too_many(now: int) -> web.StreamResponse:
    """Refuse a call as one beyond a limit that ends now."""
    date = format_datetime(datetime.fromtimestamp(now / 1000, UTC), usegmt=True)
    headers = {"Date": date, "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(now)}
    answer = {"success": False, "error": "Slow down. [error-too-many-requests]", "errorType": "error-too-many-requests"}
    return web.json_response(answer, status=429, headers=headers)


def _cut_off(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)
