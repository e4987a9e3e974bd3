"""What `watchbill check` finds: every problem of the configuration and of the store, else a short summary."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import TYPE_CHECKING

from bot.problem import Problem, Severity
from bot.settings import Database, Loaded, Settings, inspect
from models.policy import Rotation, Weekday

if TYPE_CHECKING:
    from bot.store_probe import Finding

Probe = Callable[[Settings], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. summary: what is set up, a line each; empty where an error keeps the bot from starting."""

    file: str
    problems: tuple[Problem, ...]
    summary: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Say whether the bot can start: there may be warnings, but no error."""
        return not any(problem.is_error for problem in self.problems)

    def lines(self) -> Iterator[str]:
        """Yield each problem on a line of its own, then the summary."""
        yield from (problem.render(self.file) for problem in self.problems)
        yield from self.summary


def check(
    path: str | os.PathLike[str], environ: Mapping[str, str], now: datetime, probes: Sequence[Probe] = ()
) -> Report:
    """Give what is wrong with a configuration and its store. Changes nothing.

    probes: what else is tried where the configuration has no errors, such as the platforms.
    """
    loaded = inspect(path, environ)
    if loaded.document is None:
        return Report(loaded.file, loaded.problems)
    found = _found_in_store(loaded)
    of_store = _told(found, loaded.document.line(("database", "url")))
    if loaded.settings is None:
        return Report(loaded.file, (*loaded.problems, *of_store))
    of_docs = _of_docs(loaded.settings, loaded.document.line(("docs", "folder")))
    of_probes = [problem for each in probes for problem in each(loaded.settings)]
    report = Report(loaded.file, (*loaded.problems, *of_store, *of_docs, *of_probes))
    if not report.is_usable:
        return report
    return Report(loaded.file, report.problems, tuple(_summary(loaded.settings, found, now)))


def _found_in_store(loaded: Loaded) -> "Finding":
    """Look at the store, whatever else is wrong with the file; nothing where its URL itself is."""
    from bot.store_probe import Finding, probe

    if any(problem.is_error and problem.path.startswith("database") for problem in loaded.problems):
        return Finding()
    url = loaded.document.at("database", "url") if loaded.document is not None else None
    return probe(url or Database().url, loaded.settings.policy if loaded.settings is not None else None)


def _told(found: "Finding", line: int | None) -> list[Problem]:
    return [
        Problem("database.url", text, line, severity=severity)
        for severity, texts in ((Severity.ERROR, found.errors), (Severity.WARNING, found.warnings))
        for text in texts
    ]


def _of_docs(settings: Settings, line: int | None) -> list[Problem]:
    docs = settings.policy.docs
    if docs is None or docs.folder.is_dir():
        return []
    told = f"{docs.folder} is no folder: no answer is looked for in it"
    return [Problem("docs.folder", told, line, severity=Severity.WARNING)]


def _summary(settings: Settings, store: "Finding", now: datetime) -> Iterator[str]:
    policy = settings.policy
    offset = now.astimezone(policy.zone).strftime("%z")
    yield f"time zone   {policy.timezone}, UTC{offset[:3]}:{offset[3:]} now (tzdata {version('tzdata')})"
    yield f"people      {len(policy.people)}; leads: {_names(policy.oncall.leads)}"
    yield f"channels    {', '.join(f'{channel.name} ({channel.kind})' for channel in policy.channels)}"
    yield from (f"rotation    {_described(rotation)}" for rotation in policy.oncall.rotations)
    yield f"platforms   {', '.join(_platforms(settings))}"
    yield f"hooks       {_names([name for name, hook in settings.hooks if hook is not None])}"
    yield f"listens on  {settings.http.listen}"
    yield from (f"store       {note}" for note in store.notes)


def _platforms(settings: Settings) -> Iterator[str]:
    for name in settings.chat.platforms:
        yield f"slack ({settings.chat.slack.mode})" if name == "slack" and settings.chat.slack else name


def _described(rotation: Rotation) -> str:
    days = " ".join(day for day in Weekday if day in rotation.working_days)
    hours = f"{rotation.hours.start:%H:%M}-{rotation.hours.end:%H:%M}"
    chosen = rotation.holidays
    where = "/".join(part for part in (chosen.country, chosen.subdivision) if part)
    holidays = f"holidays {where}" if where else "no holidays"
    return f"{rotation.name}: {rotation.kind}, {len(rotation.engineers)} engineers, {days}, {hours}, {holidays}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
