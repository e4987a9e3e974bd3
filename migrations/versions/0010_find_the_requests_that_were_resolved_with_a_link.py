"""Find the requests that were resolved with a link."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_request_resolved_at"),
            ["resolved_at"],
            unique=False,
            postgresql_where=sa.text("runbook_url IS NOT NULL"),
            sqlite_where=sa.text("runbook_url IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_resolved_at"))
