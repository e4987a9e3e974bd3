"""The configuration: one YAML file in, checked values out, with every problem named at once.

Source of every key: DESIGN §9. What the organisation decided is `Settings.policy`; the rest says how to connect.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, HttpUrl, SecretStr, ValidationError

from bot.connections import NEEDED_BY_MODE, connection_faults
from bot.consistency import inconsistencies
from bot.document import Document, lacks_variable, read
from bot.faults import faults
from bot.problem import Path, Problem, SettingsError
from models.policy import PLATFORMS, Policy
from models.written import Strict

Platform = Literal["slack", "rocketchat", "local"]

# The image says where its store and its port are; a file that names them has the last word.
FROM_ENVIRONMENT = {
    ("database", "url"): "WATCHBILL_DATABASE_URL",
    ("http", "listen"): "WATCHBILL_HTTP_LISTEN",
}


class Database(Strict):
    """Where the records are: SQLAlchemy's URL, which may hold a password."""

    url: str = Field(default="sqlite:///watchbill.db", repr=False)


class Http(Strict):
    """Where the HTTP side listens, and the address at which people reach it (None: links are left out).

    feed_secret: what the addresses of the calendar feeds are made with; None: there are no feeds.
    """

    listen: str = "127.0.0.1:8080"
    public_url: HttpUrl | None = None
    feed_secret: SecretStr | None = None

    @property
    def host(self) -> str:
        """The interface, without the brackets of an IPv6 address."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port; 0 lets the system choose one."""
        return int(self.listen.rpartition(":")[2])


class Slack(Strict):
    """The connection to Slack. app_token is for `socket`, signing_secret for `http`; GovSlack has its own api_url."""

    mode: Literal["socket", "http"] = "socket"
    bot_token: SecretStr
    app_token: SecretStr | None = None
    signing_secret: SecretStr | None = None
    api_url: HttpUrl = HttpUrl("https://slack.com/api/")


class RocketChat(Strict):
    """The connection to Rocket.Chat: a bot account's id and its personal access token."""

    url: HttpUrl
    user_id: SecretStr
    token: SecretStr
    prefix: str = Field(default="!", min_length=1, pattern=r"^\S+$")


class Local(Strict):
    """The local web chat needs nothing."""


class Chat(Strict):
    """The chat platforms. A block that `platforms` does not name is not read, and None."""

    platforms: tuple[Platform, ...] = ("local",)
    slack: Slack | None = None
    rocketchat: RocketChat | None = None
    local: Local = Local()


class Hook(Strict):
    """One incoming hook: what its sender shows as a bearer token. rate: how often it may come in a minute."""

    token: SecretStr
    rate: int = Field(default=6000, ge=1)


class Hooks(Strict):
    """The incoming hooks; one that is left out answers nobody."""

    alertmanager: Hook | None = None
    grafana: Hook | None = None
    generic: Hook | None = None


class Connections(Strict):
    """How the bot is joined to the world. Changed by a restart only."""

    database: Database = Database()
    http: Http = Http()
    chat: Chat = Chat()
    hooks: Hooks = Hooks()
    healthcheck_url: HttpUrl | None = None


class File(Connections, Policy):
    """The whole file: both halves side by side, as people write them."""


class Settings(Connections):
    """A configuration without errors. policy: what SIGHUP may swap."""

    policy: Policy = Policy()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file. settings: None where a problem is an error. document: None where it could not be read."""

    file: str
    settings: Settings | None
    problems: tuple[Problem, ...]
    document: Document | None = None


def load(path: str | os.PathLike[str], environ: Mapping[str, str]) -> Settings:
    """Give the settings of a file. Raises SettingsError with every problem; warnings are passed over."""
    loaded = inspect(path, environ)
    if loaded.settings is None:
        raise SettingsError(loaded.file, loaded.problems)
    return loaded.settings


def inspect(path: str | os.PathLike[str], environ: Mapping[str, str]) -> Loaded:
    """Give the settings of a file with everything that is wrong with it, in the order of its lines."""
    try:
        document = read(path)
    except SettingsError as error:
        return Loaded(error.file, None, error.problems)
    _fill_in_defaults(document, environ)
    enabled = _enabled(document)
    skipped: list[Path] = [("chat", platform) for platform in PLATFORMS if platform not in enabled]
    skipped += _spared(document, environ)
    document.substitute(environ, skipped)
    for unread in skipped:
        _forget(document, unread)
    settings, wrong = _parsed(document)
    told = [document.problems, connection_faults(document, enabled), inconsistencies(document, enabled), wrong]
    problems = tuple(sorted(_joined(told), key=lambda problem: problem.line or 0))
    is_usable = not any(problem.is_error for problem in problems)
    return Loaded(document.file, settings if is_usable else None, problems, document)


def _parsed(document: Document) -> tuple[Settings | None, list[Problem]]:
    try:
        file = File.model_validate(document.data)
    except ValidationError as error:
        return None, list(faults(error, File, document))
    return Settings(
        **{name: getattr(file, name) for name in Connections.model_fields},
        policy=Policy(**{name: getattr(file, name) for name in Policy.model_fields}),
    ), []


def _fill_in_defaults(document: Document, environ: Mapping[str, str]) -> None:
    for (block, key), variable in FROM_ENVIRONMENT.items():
        values = document.data.setdefault(block, {}) if environ.get(variable) else None
        if isinstance(values, dict):
            values.setdefault(key, environ[variable])


def _enabled(document: Document) -> tuple[str, ...]:
    """Give the platforms that the file enables; Chat's default where it names none."""
    if document.at("chat", "platforms") is None:
        return Chat().platforms
    return tuple(platform for _, platform in document.texts("chat", "platforms"))


def _spared(document: Document, environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the secret that Slack's mode does not use, where it names a variable that is not set."""
    mode = document.at("chat", "slack", "mode") or "socket"
    for needing, key in NEEDED_BY_MODE.items():
        text = document.at("chat", "slack", key)
        is_other = isinstance(mode, str) and mode in NEEDED_BY_MODE and mode != needing
        if is_other and isinstance(text, str) and lacks_variable(text, environ):
            yield "chat", "slack", key


def _forget(document: Document, path: Path) -> None:
    *above, key = path
    block = document.at(*above)
    if isinstance(block, dict):
        block.pop(key, None)


def _joined(groups: Iterable[Iterable[Problem]]) -> Iterator[Problem]:
    """Yield the problems of all groups, without those that only follow from one told before at the same place."""
    told: set[str] = set()
    for group in groups:
        fresh = [problem for problem in group if problem.path not in told]
        told |= {problem.path for problem in fresh}
        yield from fresh
