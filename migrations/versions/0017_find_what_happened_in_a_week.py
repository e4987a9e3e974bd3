"""Find what happened in a week: requests by when they were opened, first answered and resolved; corrections."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEXES = {
    "request": (("opened_at",), ("first_answer_at",), ("resolved_at", "state")),
    "labelled_example": (("at",),),
}


def upgrade() -> None:
    for table, indexes in INDEXES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for columns in indexes:
                batch_op.create_index(batch_op.f(_name(table, columns)), list(columns), unique=False)


def downgrade() -> None:
    for table, indexes in INDEXES.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for columns in indexes:
                batch_op.drop_index(batch_op.f(_name(table, columns)))


def _name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"
