"""A bare slack-bolt listener that only acknowledges, with the bot's own settings: what any bot pays before it begins.

Started by `intake.py` as a process of its own: `python -m benchmarks.listener API_URL`, tokens in the environment.
"""

import os
import signal
import sys
import threading

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient


def main(api_url: str) -> None:
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=api_url, retry_handlers=[])
    app = App(client=client, process_before_response=True)

    @app.event("message")
    def taken(ack: Ack) -> None:
        ack()

    handler = SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], web_client=client, concurrency=1)
    handler.connect()  # type: ignore[no-untyped-call]
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    stopping.wait()
    os._exit(0)  # the library's own close takes seconds, and nothing is left to be lost


if __name__ == "__main__":
    main(sys.argv[1])
