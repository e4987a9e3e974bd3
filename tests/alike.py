"""Stores that share what SQLAlchemy compiled: hundreds of short tests, each with a store of its own, say the same SQL.

A statement is compiled once for a dialect, which every engine has of its own, so that each test compiled the same
thirty statements anew. Here all dialects of a kind are equal, and their engines keep what they compiled in one place.
"""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url

from bot.store import Store

_COMPILED: dict[Any, Any] = {}


class _Alike:
    """A dialect that is the same as every other one of its class, and whose engines share what they compiled."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        engine.update_execution_options(compiled_cache=_COMPILED)


class AlikeSqlite(_Alike, SQLiteDialect_pysqlite):
    supports_statement_cache = True


class AlikePostgres(_Alike, PGDialect_psycopg):
    supports_statement_cache = True


registry.register("sqlite.alike", __name__, AlikeSqlite.__name__)
registry.register("postgresql.alike", __name__, AlikePostgres.__name__)


def store_at(url: str) -> Store:
    """Give a store that shares what the others of its kind compiled."""
    given = make_url(url)
    alike = given.set(drivername=f"{given.get_backend_name()}+alike")
    return Store(alike.render_as_string(hide_password=False))
