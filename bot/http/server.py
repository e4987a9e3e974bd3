"""The HTTP side: health, metrics, and what the adapters add; served by uvicorn in a thread of its own."""

import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from time import monotonic, sleep
from typing import Any, Protocol

import uvicorn
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse

from models.errors import ConfigError

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Served = Callable[[Message, Receive, Send], Awaitable[None]]
"""An application, as ASGI has it."""


class Health(Protocol):
    """What the bot says of its own health."""

    def problems(self) -> list[str]:
        """Give what is broken for good: only a restart can help. Empty: alive."""
        ...

    def absences(self) -> list[str]:
        """Give what is away for now: a platform, the store. Empty: ready."""
        ...

    def notes(self) -> list[str]:
        """Give what is worth knowing, and makes it neither unready nor dead. Empty: nothing."""
        ...

    def render(self) -> bytes:
        """Give the figures in Prometheus' text format."""
        ...


def application(health: Health, routers: Iterable[APIRouter] = ()) -> FastAPI:
    """Give the whole HTTP side."""
    app = FastAPI(title="Watchbill", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    def alive() -> JSONResponse:
        problems = health.problems()
        return JSONResponse({"alive": not problems, "problems": problems}, status_code=503 if problems else 200)

    @app.get("/readyz")
    def ready() -> JSONResponse:
        away = health.problems() + health.absences()
        told = {"ready": not away, "away": away, "notes": [] if away else health.notes()}
        return JSONResponse(told, status_code=503 if away else 200)

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(health.render(), media_type="text/plain; version=0.0.4")

    for router in routers:
        app.include_router(router)
    return app


class HttpServer:
    """One listening server. listen: `host:port`; port 0 takes a free one."""

    def __init__(self, app: Served, listen: str) -> None:
        host, _, port = listen.rpartition(":")
        self._socket = _bound(host.strip("[]"), int(port))
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port that is listened on."""
        number: int = self._socket.getsockname()[1]
        return number

    def start(self) -> None:
        """Listen; returns once requests are answered."""
        self._thread.start()
        until = monotonic() + 10
        while not self._server.started and self._thread.is_alive() and monotonic() < until:
            sleep(0.005)

    def stop(self) -> None:
        """Answer what is in hand, and close."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the protocol is named: otherwise an answer of two writes waits
    # 40 ms for the reader's acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listening
