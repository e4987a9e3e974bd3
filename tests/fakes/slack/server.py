"""The loopback server: Web API, websockets and response URLs, in one thread with one event loop."""

import asyncio
import json
import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from tests.fakes.slack import web_files
from tests.fakes.slack.delivery import Courier
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.web import WebApi
from tests.fakes.slack.workspace import Json, Workspace

Respond = Callable[[str, Json], tuple[int, str]]


class Server:
    """Serves on an ephemeral port of the loopback interface from `start` until `stop`.

    respond: answers a post to a response URL with (status, body).
    """

    def __init__(self, workspace: Workspace, api: WebApi, respond: Respond) -> None:
        self.workspace = workspace
        self.api = api
        self.respond = respond
        self.loop = asyncio.new_event_loop()
        self.courier: Courier | None = None
        self.is_away = False
        self.tickets: set[str] = set()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._socket.getsockname()[1]
        self._is_up = threading.Event()
        self._released: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="fake-slack", daemon=True)

    def start(self, courier: Courier) -> None:
        self.courier = courier
        self._thread.start()
        if not self._is_up.wait(10):
            raise TimeoutError("the fake Slack did not start")

    def stop(self) -> None:
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(10)
        self._socket.close()

    def soon(self, work: Callable[[], Any]) -> None:
        self.loop.call_soon_threadsafe(work)

    def new_ticket(self) -> str:
        ticket = self.workspace.new_id("ticket")
        self.tickets.add(ticket)
        return f"ws://127.0.0.1:{self.port}/link/?ticket={ticket}&app_id={self.workspace.app_id}"

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        runner = self.loop.run_until_complete(self._set_up())
        self._is_up.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self._take_down(runner))
        self.loop.close()

    async def _set_up(self) -> web.AppRunner:
        self._released = asyncio.Event()
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/link/", self._link)
        app.router.add_post("/response/{id}", self._response_url)
        app.router.add_post("/upload/{id}", self._upload)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        await web.SockSite(runner, self._socket, backlog=512).start()
        return runner

    async def _take_down(self, runner: web.AppRunner) -> None:
        if self._released is not None:
            self._released.set()
        if self.courier is not None:
            await self.courier.close()
        await runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        if self.is_away:
            return _cut_off(request)
        values, token = await _read(request)
        if values is None:
            return _json('{"ok": false, "error": "invalid_json"}', 200, {})
        call, headers = self.api.answer(request.match_info["method"], token, values)
        if call.fault == Fault.HANG and self._released is not None:
            await self._released.wait()
        if call.fault == Fault.NOT_JSON:
            return web.Response(text="<html>Something went wrong</html>", content_type="text/html", headers=headers)
        if call.fault:
            return _cut_off(request)
        return _json(call.body, call.status, headers)

    async def _link(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if self.is_away or self.courier is None:
            return _cut_off(request)
        if ticket not in self.tickets:
            return web.Response(status=403)
        self.tickets.discard(ticket)
        return await self.courier.serve(request)

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        if self.is_away:
            return _cut_off(request)
        values, _ = await _read(request)
        with self.workspace.lock:
            status, body = self.respond(request.match_info["id"], values or {})
        return web.Response(status=status, text=body)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        if self.is_away:
            return _cut_off(request)
        content = await request.read()
        with self.workspace.lock:
            status, body = web_files.take(self.workspace, request.match_info["id"], content)
        return web.Response(status=status, text=body)


async def _read(request: web.Request) -> tuple[Json | None, str]:
    """Give the arguments (None where the body is no JSON object) and the token, from header or argument."""
    values: Json = dict(request.query)
    if request.content_type == "application/json":
        body = _object(await request.text())
        if body is None:
            return None, ""
        values |= body
    elif request.content_type == "application/x-www-form-urlencoded":
        values |= dict(parse_qsl(await request.text(), keep_blank_values=True))
    else:
        values |= dict(await request.post())
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return values, bearer or str(values.pop("token", ""))


def _object(text: str) -> Json | None:
    try:
        body = json.loads(text or "{}")
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _json(answer: str, status: int, headers: dict[str, str]) -> web.Response:
    return web.Response(text=answer, status=status, content_type="application/json", headers=headers)


def _cut_off(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=503)
