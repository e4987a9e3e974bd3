"""All that a store holds, as one text: to look whether a word is in it."""

from sqlalchemy import select

from bot.store import Store
from models.records import Record


def everything(store: Store) -> str:
    """Give every row of every table."""
    with store.reading() as session:
        connection = session.connection()
        return "\n".join(
            f"{table}: {row}" for table in Record.metadata.sorted_tables for row in connection.execute(select(table))
        )
