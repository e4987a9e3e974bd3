"""Whether a store can be used, found out without changing it."""

import fcntl
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.store import Store
from handlers import heartbeat
from handlers.roster_file import order_of
from models.policy import Policy
from models.records import roster
from models.rota.calendar import WorkCalendar

SECONDS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found. notes: what is fine, and where the store differs from the configuration."""

    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def probe(database: str, policy: Policy | None) -> Finding:
    """Give the state of the store at a URL. policy: whose lists are held against it; None for none."""
    url = make_url(database)
    is_file = url.get_backend_name() == "sqlite"
    is_there = True
    if is_file:
        if url.database in (None, "", ":memory:"):
            return Finding(notes=("in memory",))
        is_there = Path(str(url.database)).exists()
    wrong = _sqlite_fault(Path(str(url.database))) if is_file else _postgresql_fault(url)
    shown = url.render_as_string(hide_password=True)
    if wrong is not None:
        return Finding(errors=(wrong,))
    if not is_there:
        return Finding(notes=(f"{shown} can be written; it is new: watchbill migrate makes its tables",))
    warnings = tuple(_in_use(Path(str(url.database)))) if is_file else ()
    store = Store(database)
    try:
        behind = store.revision_problem()
        if behind is not None:
            return Finding(warnings=(*warnings, behind), notes=(f"{shown} can be written",))
        differing = (*_lists(store, policy), *_heartbeats(store, policy)) if policy is not None else ()
        return Finding((), warnings, (f"{shown} can be written; its tables are current", *differing))
    finally:
        store.close()


def _sqlite_fault(path: Path) -> str | None:
    if path.is_dir():
        return f"{path} is a directory, not a file"
    if not path.parent.is_dir():
        return f"the directory {path.parent} does not exist"
    try:
        # SQLite writes its journal beside the file.
        with TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        return f"the directory {path.parent} cannot be written: {error.strerror}"
    return _sqlite_write_fault(path) if path.exists() else None


def _sqlite_write_fault(path: Path) -> str | None:
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw", uri=True, timeout=SECONDS, isolation_level=None
        )
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("PRAGMA user_version")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.Error as error:
        return f"{path} cannot be written: {error}"
    return None


def _in_use(path: Path) -> Iterator[str]:
    """Say it where a bot is using the file, which is as it should be for a reload."""
    lock = Path(f"{path}.lock")
    try:
        with lock.open("rb") as held:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except OSError:
        yield f"another Watchbill process is using {path}; a second one would be refused"


def _postgresql_fault(url: URL) -> str | None:
    engine = create_engine(url, connect_args={"connect_timeout": SECONDS})
    try:
        with engine.connect() as connection:
            is_read_only = connection.execute(text("SHOW transaction_read_only")).scalar_one() == "on"
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        return f"{url.render_as_string(hide_password=True)} cannot be reached: {reason.splitlines()[0]}"
    finally:
        engine.dispose()
    return "the database only reads; name the primary" if is_read_only else None


def _heartbeats(store: Store, policy: Policy) -> list[str]:
    """Say which heartbeats were never heard of, so that nobody would notice their end."""
    with store.reading() as session:
        return heartbeat.never_seen(session, policy)


def _lists(store: Store, policy: Policy) -> Iterator[str]:
    """Say where the stored lists differ from the configured ones, which only filled an empty store."""
    with store.reading() as session:
        now = store.instant(session)
        known = roster.names(session)
        for rotation in policy.oncall.rotations:
            if rotation.name in known:
                held = order_of(session, WorkCalendar(rotation, policy.zone), now)
                yield from _difference(rotation.name, held, rotation.engineers)
        for name in known:
            if policy.rotation(name) is None:
                yield f"the list of {name} there belongs to no rotation of the configuration: nobody is on call by it"


def _difference(rotation: str, held: Sequence[str], configured: Sequence[str]) -> Iterator[str]:
    if tuple(held) == tuple(configured):
        return
    added = [one for one in held if one not in configured]
    gone = [one for one in configured if one not in held]
    parts = [f"{verb} {', '.join(people)}" for verb, people in (("has also", added), ("lacks", gone)) if people]
    how = "; it ".join(parts) or "has another order"
    yield (
        f"the list of {rotation} there differs from the configuration, and counts: {', '.join(held) or 'nobody'} "
        f"(it {how}; watchbill roster export writes it as the configuration would)"
    )
