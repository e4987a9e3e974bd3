"""Alembic's environment: runs the migrations over a connection that is handed in, or to a URL on its command line."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlalchemy.types import TypeDecorator

from models.records import Record


def _rendered(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """Give a column type of ours as what it is in the database: a migration must not depend on today's code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Record.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_rendered,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


handed_in: Connection | None = context.config.attributes.get("connection")
if handed_in is not None:
    _run(handed_in)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as opened:
        _run(opened)
