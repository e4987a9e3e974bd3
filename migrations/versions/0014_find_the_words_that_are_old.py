"""Find the words that are old: what of the outbox is blank, and which events hold words still."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_blank", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            batch_op.f("ix_outbox_created_at"),
            ["created_at"],
            unique=False,
            postgresql_where=sa.text("is_blank IS false"),
            sqlite_where=sa.text("is_blank IS 0"),
        )
    with op.batch_alter_table("received_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_received_event_received_at"),
            ["received_at"],
            unique=False,
            postgresql_where=sa.text("answer IS NOT NULL OR payload IS NOT NULL"),
            sqlite_where=sa.text("answer IS NOT NULL OR payload IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("received_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_received_event_received_at"))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_created_at"))
        batch_op.drop_column("is_blank")
