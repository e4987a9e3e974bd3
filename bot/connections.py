"""What is wrong with how the configuration connects the bot: tokens, addresses, the store's URL.

Nothing here connects; that is for `bot.check`. No token is ever repeated in a message.
"""

import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.document import Document
from bot.loopback import is_loopback
from bot.problem import Path, Problem, Severity, nearest

POSTGRESQL = "postgresql+psycopg"
NEEDED_BY_MODE = {"socket": "app_token", "http": "signing_secret"}
DRIVERS = ("sqlite", POSTGRESQL)

_LISTEN = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^:\s\[\]/]+):(\d{1,5})")
_HIGHEST_PORT = 65535
_SHORTEST_SECRET = 16
_TOKEN_KINDS = {"bot_token": "xoxb-", "app_token": "xapp-"}
_TOKEN_PREFIX = re.compile(r"x[a-z]{3}(?:\.xox[a-z])?-")


def connection_faults(document: Document, enabled: Sequence[str]) -> Iterator[Problem]:
    """Yield what cannot connect. enabled: the chat platforms in use."""
    yield from _listen(document)
    yield from _feed_secret(document, enabled)
    yield from _database(document)
    if "slack" in enabled:
        yield from _slack(document)
    if "local" in enabled:
        yield from _local(document)


def _slack(document: Document) -> Iterator[Problem]:
    block = document.at("chat", "slack")
    if not isinstance(block, dict):
        return
    mode = block.get("mode", "socket")
    key = NEEDED_BY_MODE.get(mode) if isinstance(mode, str) else None
    if key is not None and key not in block:
        yield document.problem(("chat", "slack", key), f"is missing: `mode: {mode}` needs it")
    elif mode == "http":
        yield from _reachable(document)
    for key, prefix in _TOKEN_KINDS.items():
        yield from _token(document, ("chat", "slack", key), prefix)
    if _TOKEN_PREFIX.match(str(block.get("signing_secret", ""))):
        message = "this is a token; the signing secret stands under Basic Information in the app's settings"
        yield document.problem(("chat", "slack", "signing_secret"), message)


def _reachable(document: Document) -> Iterator[Problem]:
    """Yield where Slack could not call the bot: it calls addresses with TLS alone."""
    url = document.at("http", "public_url")
    if isinstance(url, str) and url.startswith("https://"):
        return
    hint = "say where Slack reaches the bot, such as https://watchbill.example.org"
    said = "is missing" if url is None else "is no https:// address, and Slack calls no other"
    message = f"{said}: `watchbill slack-manifest` cannot name it"
    yield document.problem(("http", "public_url"), message, hint, severity=Severity.WARNING)


def _local(document: Document) -> Iterator[Problem]:
    listen = document.at("http", "listen")
    if not isinstance(listen, str) or not _LISTEN.fullmatch(listen):
        return
    if is_loopback(listen.rpartition(":")[0].strip("[]")):
        return
    message = f"the local chat answers only browsers on this machine, though the bot listens on {listen}"
    hint = "name the platforms that people use, or listen on 127.0.0.1:8080"
    yield document.problem(("chat", "platforms"), message, hint, severity=Severity.WARNING)


def _token(document: Document, path: Path, prefix: str) -> Iterator[Problem]:
    token = document.at(*path)
    if not isinstance(token, str) or token.startswith(prefix):
        return
    wrong = _TOKEN_PREFIX.match(token)
    but = f"; this one begins with {wrong[0]}" if wrong else ""
    swapped = next((key for key, each in _TOKEN_KINDS.items() if wrong and each == wrong[0]), None)
    hint = f"it belongs in `{swapped}`" if swapped else None
    yield document.problem(path, f"a token of this kind begins with {prefix}{but}", hint)


def _listen(document: Document) -> Iterator[Problem]:
    listen = document.at("http", "listen")
    if not isinstance(listen, str):
        return
    match = _LISTEN.fullmatch(listen)
    if match is None or int(match[1]) > _HIGHEST_PORT:
        port = re.search(r"(\d{2,5})$", listen)
        hint = f"write it as 127.0.0.1:{port[1] if port and int(port[1]) <= _HIGHEST_PORT else 8080}"
        yield document.problem(("http", "listen"), f"`{listen}` is no host and port", hint)


def _feed_secret(document: Document, enabled: Sequence[str]) -> Iterator[Problem]:
    secret, path = document.at("http", "feed_secret"), ("http", "feed_secret")
    if not isinstance(secret, str):
        return
    if len(secret) < _SHORTEST_SECRET:
        message = f"is shorter than {_SHORTEST_SECRET} characters, so that it can be guessed"
        yield document.problem(path, message, "as from: openssl rand -hex 32")
    elif document.at("http", "public_url") is None and tuple(enabled) != ("local",):
        message = "without `public_url` nobody can be told the address of a calendar feed"
        yield document.problem(path, message, severity=Severity.WARNING)


def _database(document: Document) -> Iterator[Problem]:
    text = document.at("database", "url")
    if not isinstance(text, str):
        return
    path = ("database", "url")
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        yield document.problem(path, "is no database URL", f"as in sqlite:///watchbill.db or {POSTGRESQL}://…")
        return
    yield from _driver(document, path, url)
    if url.drivername == "sqlite" and url.database in (None, "", ":memory:"):
        message = "names no file, so that everything is forgotten at the end"
        yield document.problem(path, message, "as in sqlite:///watchbill.db", severity=Severity.WARNING)


def _driver(document: Document, path: Path, url: URL) -> Iterator[Problem]:
    if url.drivername in DRIVERS:
        if url.drivername == POSTGRESQL and find_spec("psycopg") is None:
            yield document.problem(path, "the package psycopg is not installed", "pip install 'psycopg[binary]'")
    elif url.drivername.startswith("postgres"):
        yield document.problem(path, f"`{url.drivername}://` is not supported", f"write it as {POSTGRESQL}://…")
    else:
        hint = nearest(url.drivername, DRIVERS) or f"as in sqlite:///watchbill.db or {POSTGRESQL}://…"
        yield document.problem(path, f"`{url.drivername}://` is not supported", hint)
