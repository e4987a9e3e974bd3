"""Keep how far channels were read."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "read_position",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("since", sa.String(length=200), nullable=False),
        sa.Column("newest", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("platform", "channel", name=op.f("pk_read_position")),
    )


def downgrade() -> None:
    op.drop_table("read_position")
