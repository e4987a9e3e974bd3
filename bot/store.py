"""The SQL store: the engine, the one transaction around each decision, and the migrations' state.

SQLite serves one process and has one writer at a time; PostgreSQL serves several replicas. Source: DESIGN §3.
"""

import fcntl
import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot.clock import SystemClock
from models.errors import ConfigError, InTheWay, StoreUnavailable

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_TIMEOUT_MS = 5000
CONNECT_SECONDS = 5
LOCK_SECONDS = 10
"""How long a transaction waits for another before the store counts as unavailable."""
DEADLOCK = "40P01"
IDLE_SECONDS = 60
"""After how long PostgreSQL undoes the transaction of a replica that has frozen: what it locked is free again."""
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(number) FROM unnest(CAST(:numbers AS bigint[])) AS number")


class Store:
    """The records, behind transactions. url: SQLAlchemy's, as the configuration gives it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self._reading = _for_reading(self._engine)
        self._one_writer = threading.Lock()
        self._lock_file: TextIOWrapper | None = None

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and for tests that look at the tables."""
        return self._engine

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Give a session that writes; commit at the end, roll back on any error.

        Raises StoreUnavailable where the database is away, locked or full; every other error goes through.
        """
        if not self.is_sqlite:
            with _translated(), Session(self._engine, expire_on_commit=False) as session, session.begin():
                yield session
            return
        with self._one_writer, _translated(), Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads, beside any writer.

        On PostgreSQL each of its statements sees what was committed before it, as it would within a transaction of
        ours; without one it neither waits twice more for the server nor stays open in it.
        """
        with _translated(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    def instant(self, session: Session) -> datetime:
        """Give the database's time, which leases are counted in: aware, UTC. SQLite has this process's."""
        if self.is_sqlite:
            return SystemClock().now()
        moment: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)

    def serialise(self, session: Session, turns: Iterable[tuple[str, ...]]) -> None:
        """Let one transaction at a time go on among those that share a turn, until it ends.

        Two messages of one author at once would otherwise open two requests. Several turns are waited for in one
        order everywhere, so that no two transactions wait for each other. On SQLite every writer waits anyway.
        """
        if not self.is_sqlite:
            session.execute(_ONE_AT_A_TIME, {"numbers": sorted(map(_number, set(turns)))})

    def hold(self) -> None:
        """Take a SQLite store for this process alone. Raises ConfigError where another process has it."""
        if not self.is_sqlite or self.url.database in (None, "", ":memory:"):
            return
        lock = Path(f"{self.url.database}.lock").open("a")  # noqa: SIM115 - held until close()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise ConfigError(
                f"another Watchbill process is using {self.url.database}; stop it first, or use PostgreSQL for several"
            ) from None
        self._lock_file = lock

    def close(self) -> None:
        """Give the store back."""
        self._engine.dispose()
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None

    def migrate(self) -> None:
        """Bring the tables up to this release. Raises ConfigError where the database is away or of a newer one."""
        from alembic import command
        from alembic.util import CommandError

        try:
            with self._engine.connect() as connection:
                command.upgrade(alembic_config(connection), "head")
        except (OperationalError, InterfaceError) as error:
            raise ConfigError(f"cannot open the store {self.shown_url()}: {_first_line(error)}") from None
        except CommandError as error:
            raise ConfigError(self.revision_problem() or str(error)) from None

    def revision_problem(self) -> str | None:
        """Say what is wrong with the tables of this store, with the command that mends it; None where they fit."""
        known = revisions()
        try:
            with self._engine.connect() as connection:
                current = _revision(connection)
        except SQLAlchemyError as error:
            return f"cannot open the store {self.shown_url()}: {_first_line(error)}"
        if current == known[-1]:
            return None
        if current is not None and current not in known:
            return f"the store is of a newer release (revision {current}); run that release or restore a backup"
        return f"the store is behind this release (revision {current or 'none'}); run: watchbill migrate --config FILE"

    def shown_url(self) -> str:
        """Give the URL without its password."""
        return self.url.render_as_string(hide_password=True)


def _number(names: tuple[str, ...]) -> int:
    digest = hashlib.sha256("\0".join(names).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def revisions() -> list[str]:
    """Give the revisions of the tables, the newest last: by the names of the migrations, as 0001_what_it_does.py.

    Alembic knows them too, but every start would wait for its import.
    """
    names = (file.name for file in files("migrations.versions").iterdir())
    return sorted(name.partition("_")[0] for name in names if name[0].isdigit() and name.endswith(".py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def alembic_config(connection: Connection | None = None) -> "Config":
    """Give Alembic's configuration; its scripts are package data, so that a wheel finds them too."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "migrations:")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if getattr(error.orig, "sqlstate", None) == DEADLOCK:
            raise InTheWay(_first_line(error)) from error
        raise StoreUnavailable(_first_line(error)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise StoreUnavailable(_first_line(error)) from error
        raise


def _first_line(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).strip().splitlines()[0] if str(cause).strip() else type(error).__name__


def _postgres_engine(url: str) -> Engine:
    has_limit = "connect_timeout" in make_url(url).query
    engine = create_engine(
        url,
        connect_args={} if has_limit else {"connect_timeout": CONNECT_SECONDS},
        pool_size=10,
        max_overflow=10,
        pool_pre_ping=True,
        pool_timeout=10,
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def _prepare_postgres(connection: Any, _record: object) -> None:
    # Set once connected, not as start-up options, which poolers in front of PostgreSQL refuse.
    connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.commit()


def _for_reading(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        return engine.execution_options(reads_only=True)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _sqlite_engine(url: str) -> Engine:
    settings = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    engine = create_engine(url, connect_args=settings, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: Connection) -> None:
    # A plain BEGIN that reads and then writes fails with "database is locked" whatever the timeout is.
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
