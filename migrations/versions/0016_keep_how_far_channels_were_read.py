"""Keep how far channels were read, and what was asked with the form."""

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

    op.create_table(
        "asked",
        sa.Column("row", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("channel_name", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("production", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("row", name=op.f("pk_asked")),
    )
    op.create_table(
        "home_page",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("user", sa.String(length=200), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("platform", "user", name=op.f("pk_home_page")),
    )


def downgrade() -> None:
    op.drop_table("home_page")
    op.drop_table("asked")
    op.drop_table("read_position")
