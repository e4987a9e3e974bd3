"""Keep swaps and covers, and what somebody stepped into."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rotation", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asker", sa.String(length=100), nullable=False),
        sa.Column("other", sa.String(length=100), nullable=True),
        sa.Column("mine", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("mine_day", sa.Date(), nullable=False),
        sa.Column("his", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("his_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=100), nullable=True),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange")),
    )
    with op.batch_alter_table("exchange", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exchange_state_lapses_at"), ["state", "lapses_at"], unique=False)
    with op.batch_alter_table("duty_override", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=40), nullable=False, server_default="override"))


def downgrade() -> None:
    with op.batch_alter_table("duty_override", schema=None) as batch_op:
        batch_op.drop_column("source")
    op.drop_table("exchange")
