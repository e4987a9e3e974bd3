"""The store: migrations equal the mappings, transactions, and what a second process is told."""

from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.store import Store, alembic_config, revisions
from models.errors import ConfigError, StoreUnavailable
from models.records import Record, roster
from models.records.audit import AuditEntry
from models.records.roster import StoredOverride
from models.rota.calendar import DAY
from models.rota.shift import Override

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def test_the_migrations_give_exactly_the_mappings(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Record.metadata) == []


def test_the_migrations_go_up_down_and_up_again(store: Store) -> None:
    with store.engine.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    assert "behind" in (store.revision_problem() or "")
    store.migrate()
    assert store.revision_problem() is None


def test_a_new_database_is_behind_and_the_answer_names_the_command(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'new.db'}")
    assert "watchbill migrate" in (store.revision_problem() or "")
    store.close()


def test_the_revisions_read_from_the_names_of_the_migrations_are_those_of_alembic() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    assert revisions() == [revision.revision for revision in script.walk_revisions()][::-1]


def test_a_store_of_a_newer_release_is_told_as_such(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'store.db'}")
    store.migrate()
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert "newer release (revision 9999)" in (store.revision_problem() or "")
    with pytest.raises(ConfigError, match="newer release"):
        store.migrate()
    store.close()


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    store = Store("postgresql+psycopg://bot:hunter22@127.0.0.1:1/none")
    problem = store.revision_problem() or ""
    assert "cannot open the store" in problem
    assert "hunter22" not in problem
    with pytest.raises(ConfigError, match="cannot open the store"):
        store.migrate()


def test_a_folder_that_cannot_be_written_is_an_error_that_says_so(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'missing' / 'x.db'}")
    with pytest.raises(ConfigError, match="unable to open"):
        store.migrate()


def test_an_error_undoes_the_transaction(store: Store) -> None:
    def fail(session: Session) -> None:
        session.add(AuditEntry(at=NOW, actor="amina", action="try", subject="x"))
        session.flush()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), store.transaction() as session:
        fail(session)
    with store.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize("at", [NOW, NOW.replace(microsecond=7), NOW.astimezone(ZoneInfo("America/Vancouver"))])
def test_instants_come_back_aware_and_in_utc(store: Store, at: datetime) -> None:
    with store.transaction() as session:
        session.add(AuditEntry(at=at, actor="amina", action="try", subject="x"))
    with store.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert entry.at == at
        assert entry.at.tzinfo is UTC


def test_a_word_that_this_release_does_not_know_is_refused(store: Store) -> None:
    override = Override("platform", NOW, NOW + DAY, "ana", NOW, "lea")
    with store.transaction() as session:
        roster.add_override(session, override)
        session.execute(text("UPDATE duty_override SET source = 'lottery'"))
        with pytest.raises(KeyError, match="lottery"):
            session.scalars(select(StoredOverride.source)).all()


def test_an_error_of_the_store_shows_no_parameters(store: Store) -> None:
    with pytest.raises(DBAPIError, match="parameters hidden") as caught, store.engine.connect() as connection:
        connection.execute(text("SELECT nothing_of_the_kind FROM outbox WHERE key = :key"), {"key": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.postgres
def test_nobody_waits_for_ever_for_a_replica_that_has_frozen(postgres_url: str) -> None:
    store = Store(postgres_url)
    for setting in ("lock_timeout", "idle_in_transaction_session_timeout"):
        with store.reading() as session:
            assert session.execute(text(f"SHOW {setting}")).scalar_one() != "0", setting
    store.close()


@pytest.mark.postgres
def test_who_only_reads_keeps_no_transaction_open(postgres_url: str) -> None:
    store = Store(postgres_url)
    standing = text("SELECT state FROM pg_stat_activity WHERE pid = :pid")
    with store.reading() as reader, store.transaction() as writer:
        pid = reader.execute(text("SELECT pg_backend_pid()")).scalar_one()
        assert writer.execute(standing, {"pid": pid}).scalar_one() == "idle"
    store.close()


@pytest.mark.postgres
def test_what_fails_is_undone_on_a_connection_that_was_read_on_before(postgres_url: str) -> None:
    store = Store(postgres_url)

    def fail(session: Session) -> None:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() == pid
        session.add(AuditEntry(at=NOW, actor="amina", action="try", subject="x"))
        session.flush()
        raise ZeroDivisionError

    with store.reading() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with pytest.raises(ZeroDivisionError), store.transaction() as session:
        fail(session)
    with store.reading() as session:
        assert session.scalars(select(AuditEntry)).all() == []
    store.close()


@pytest.mark.postgres
def test_a_lock_that_is_not_given_makes_the_store_unavailable(postgres_url: str) -> None:
    store = Store(postgres_url)

    def wait_for_it() -> None:
        with store.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '20ms'"))
            store.serialise(session, [("slack", "C1", "U1")])

    with store.transaction() as session:
        store.serialise(session, [("slack", "C2", "U1"), ("slack", "C1", "U1")])
        with pytest.raises(StoreUnavailable):
            wait_for_it()
    store.close()


@pytest.mark.postgres
def test_a_transaction_that_froze_too_long_finds_the_store_unavailable(postgres_url: str) -> None:
    store = Store(postgres_url)

    def freeze() -> None:
        with store.transaction() as session:
            session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10ms'"))
            sleep(0.05)
            session.execute(text("SELECT 1"))

    with pytest.raises(StoreUnavailable):
        freeze()
    store.close()


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="has no time zone"), store.transaction() as session:
        session.add(AuditEntry(at=NOW.replace(tzinfo=None), actor="amina", action="try", subject="x"))


def test_a_second_process_on_the_same_sqlite_file_is_told(sqlite_url: str) -> None:
    first, second = Store(sqlite_url), Store(sqlite_url)
    first.hold()
    with pytest.raises(ConfigError, match="another Watchbill process"):
        second.hold()
    first.close()
    second.hold()
    second.close()


def test_a_database_that_goes_away_is_unavailable() -> None:
    store = Store("postgresql+psycopg://bot@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable), store.transaction() as session:
        session.scalars(select(AuditEntry)).all()
