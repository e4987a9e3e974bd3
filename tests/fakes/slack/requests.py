"""Slack's requests over HTTP: the body of a delivery, its signature, and what an answer says."""

import hashlib
import hmac
import json
from urllib.parse import urlencode

from tests.fakes.slack.workspace import Json


def body_of(kind: str, payload: Json) -> tuple[str, str]:
    """Give the body of a request and its type."""
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


def read_answer(text: str) -> Json | None:
    """Give what an acknowledgement carries; None where it carries nothing."""
    if not text.strip():
        return None
    try:
        read = json.loads(text)
    except ValueError:
        return {"text": text}
    return read if isinstance(read, dict) else {"text": text}


def sign(secret: str, body: str, timestamp: str) -> dict[str, str]:
    """Give the headers with which Slack signs a request. Source: Slack, verifying requests from Slack, version v0."""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
