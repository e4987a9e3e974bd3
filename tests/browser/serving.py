"""The local chat on a real server and a free port of this machine."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from bot.chat.local.port import LocalChat
from bot.chat.local.web import Controls, router


@contextmanager
def serving(chat: LocalChat, controls: Controls | None = None) -> Iterator[str]:
    """Serve a chat and give its address; its streams end with it."""
    app = FastAPI()
    app.include_router(router(chat, controls))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", lifespan="off", ws="none", timeout_graceful_shutdown=1)
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            _wait_until_started(server)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            chat.platform.live.close()
            server.should_exit = True
            thread.join()


def _wait_until_started(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline
        time.sleep(0.01)
