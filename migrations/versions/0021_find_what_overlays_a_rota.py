"""Find what overlays a rota around an instant without a look at the row of everything that ends later."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

BEFORE_AND_AFTER = {
    "duty_override": (("rotation", "ends_at"), ("rotation", "ends_at", "starts_at")),
    "absence": (("last_day",), ("last_day", "first_day")),
}


def upgrade() -> None:
    for table, (before, after) in BEFORE_AND_AFTER.items():
        _exchange(table, before, after)


def downgrade() -> None:
    for table, (before, after) in BEFORE_AND_AFTER.items():
        _exchange(table, after, before)


def _exchange(table: str, old: tuple[str, ...], new: tuple[str, ...]) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(_name(table, new)), list(new), unique=False)
        batch_op.drop_index(batch_op.f(_name(table, old)))


def _name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"
