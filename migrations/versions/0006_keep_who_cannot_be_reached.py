"""Keep who cannot be reached, and what of it was told."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gone_account",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("user", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("platform", "user", name=op.f("pk_gone_account")),
    )
    op.create_table(
        "told_gap",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_told_gap")),
    )


def downgrade() -> None:
    op.drop_table("told_gap")
    op.drop_table("gone_account")
