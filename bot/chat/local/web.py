"""The local chat's HTTP side: its page, its JSON and its live stream, for this machine's browser alone."""

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from importlib import resources
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from bot.chat.local import view
from bot.chat.local.guard import HEADERS, refusal
from bot.chat.local.interaction import BotAway
from bot.chat.local.live import Json, Notice
from bot.chat.local.platform import NotThere
from bot.chat.local.port import LocalChat
from models.errors import UserError
from models.message import Button

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".html": "text/html"}

User = Annotated[str, Query(alias="as", max_length=200)]


class Controls(Protocol):
    """The demo's clock, as the page moves it. Each move returns when everything due on the way was done."""

    @property
    def zone(self) -> str:
        """The IANA zone whose civil time is shown."""
        ...

    def now(self) -> datetime:
        """Give the demo's present instant."""
        ...

    def advance(self, by: timedelta) -> None:
        """Go forward by so much."""
        ...

    def advance_to_next_handover(self) -> None:
        """Go forward to the next handover time."""
        ...

    def describe_next(self) -> str | None:
        """Give in words what is due next; None: nothing is."""
        ...


class Body(BaseModel):
    """A request's JSON; unknown keys are errors, because the page is the only one who writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Body):
    text: str = Field(max_length=200_000)
    thread: str | None = None


class NewText(Body):
    text: str = Field(max_length=200_000)


class Press(Body):
    action: str
    value: str


class Filled(Body):
    attempt: int = Field(ge=0)
    fields: Mapping[str, str]


class ReadUpTo(Body):
    seq: int = Field(ge=0)


class Move(Body):
    """minutes: how far; None: to the next handover."""

    minutes: int | None = Field(default=None, gt=0, le=7 * 24 * 60)


class GuardedRoute(APIRoute):
    """A route for this machine's browser alone: refuses other hosts and origins, and sets the page's headers."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the handler with its guard around it."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            reason = refusal(request)
            response = _error(403, reason) if reason else await _answered(handle, request)
            response.headers.update(HEADERS)
            return response

        return guarded


async def _answered(handle: Callable[[Request], Coroutine[Any, Any, Response]], request: Request) -> Response:
    try:
        return await handle(request)
    except NotThere as error:
        return _error(404, str(error))
    except BotAway as error:
        return _error(503, str(error))
    except UserError as error:
        return _error(409, str(error))


def _error(status: int, text: str) -> JSONResponse:
    return JSONResponse({"error": text}, status)


def router(chat: LocalChat, controls: Controls | None = None) -> APIRouter:
    """Give the routes of the local chat: the page at `/`, and everything that it needs beside it."""
    routes = APIRouter(route_class=GuardedRoute, include_in_schema=False)
    _page(routes)
    _reading(routes, chat, controls)
    _writing(routes, chat)
    _interacting(routes, chat)
    if controls is not None:
        _moving(routes, chat, controls)
    return routes


def _page(routes: APIRouter) -> None:
    files = {
        file.name: file.read_bytes()
        for file in resources.files("bot.chat.local.static").iterdir()
        if file.name[file.name.rfind(".") :] in _TYPES
    }

    @routes.get("/")
    async def page() -> Response:
        return Response(files["index.html"], media_type="text/html")

    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        if name not in files:
            return _error(404, "There is no such file.")
        return Response(files[name], media_type=_TYPES[name[name.rfind(".") :]])


def _reading(routes: APIRouter, chat: LocalChat, controls: Controls | None) -> None:
    @routes.get("/local/cast")
    def cast() -> Json:
        return {"people": chat.actions.cast()}

    @routes.get("/local/state")
    def state(user: User) -> Json:
        return {
            **chat.actions.state(user),
            "commands": view.plain(chat.interaction.commands),
            "clock": None if controls is None else _clock(chat, controls),
        }

    @routes.get("/local/channels/{channel}/messages")
    def timeline(user: User, channel: str, before: int | None = None) -> Json:
        return chat.actions.timeline(user, channel, before)

    @routes.get("/local/channels/{channel}/threads/{message}")
    def thread(user: User, channel: str, message: str) -> Json:
        return chat.actions.thread(user, channel, message)

    @routes.get("/local/channels/{channel}/messages/{message}/picture")
    def picture(user: User, channel: str, message: str) -> Response:
        return Response(chat.actions.picture(user, channel, message), media_type="image/png")

    @routes.get("/local/live", response_class=EventSourceResponse)
    async def live(user: User) -> AsyncIterator[ServerSentEvent]:
        async for payload in chat.platform.live.listen(user):
            yield ServerSentEvent(data=payload)


def _writing(routes: APIRouter, chat: LocalChat) -> None:
    base = "/local/channels/{channel}/messages/{message}"

    @routes.patch(base)
    def edit(user: User, channel: str, message: str, body: NewText) -> Json:
        chat.actions.edit(user, channel, message, body.text)
        return {}

    @routes.delete(base)
    def delete(user: User, channel: str, message: str) -> Json:
        chat.actions.delete(user, channel, message)
        return {}

    @routes.put(base + "/reactions/{emoji}")
    def react(user: User, channel: str, message: str, emoji: str) -> Json:
        chat.actions.react(user, channel, message, emoji, is_wanted=True)
        return {}

    @routes.delete(base + "/reactions/{emoji}")
    def unreact(user: User, channel: str, message: str, emoji: str) -> Json:
        chat.actions.react(user, channel, message, emoji, is_wanted=False)
        return {}

    @routes.put("/local/channels/{channel}/read")
    def read(user: User, channel: str, body: ReadUpTo) -> Json:
        chat.actions.mark_read(user, channel, body.seq)
        return {}


def _interacting(routes: APIRouter, chat: LocalChat) -> None:
    @routes.post("/local/channels/{channel}/messages")
    def say(user: User, channel: str, body: Words) -> Json:
        return chat.interaction.type(user, channel, body.text, body.thread)

    @routes.post("/local/channels/{channel}/messages/{message}/press")
    def press(user: User, channel: str, message: str, body: Press) -> Json:
        return chat.interaction.press(user, channel, message, Button(body.action, "", body.value))

    @routes.post("/local/forms/{form}")
    def submit(user: User, form: str, body: Filled) -> Json:
        return chat.interaction.submit(user, form, body.attempt, body.fields)


def _moving(routes: APIRouter, chat: LocalChat, controls: Controls) -> None:
    @routes.get("/local/clock")
    def clock() -> Json:
        return _clock(chat, controls)

    @routes.post("/local/clock")
    def move(body: Move) -> Json:
        if body.minutes is None:
            controls.advance_to_next_handover()
        else:
            controls.advance(timedelta(minutes=body.minutes))
        moved = _clock(chat, controls)
        chat.platform.live.tell(Notice({"type": "clock", "clock": moved}))
        return moved


def _clock(chat: LocalChat, controls: Controls) -> Json:
    return {**view.instant(controls.now(), chat.platform.zone), "next": controls.describe_next()}
