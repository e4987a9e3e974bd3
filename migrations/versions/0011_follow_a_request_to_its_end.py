"""Follow a request to its end: what it is a duplicate of, who answered first, whose duty it is, and who helps."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "helper",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("user", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "user", name=op.f("pk_helper")),
    )
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("helpers_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("first_answer_by_engineer", sa.Boolean(), nullable=True))
        batch_op.add_column(
            sa.Column("duplicate_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.add_column(sa.Column("escalated_by", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("duty_of", sa.String(length=100), nullable=True))
        for column in ("helpers_at", "duplicate_of"):
            batch_op.create_index(
                batch_op.f(f"ix_request_{column}"),
                [column],
                unique=False,
                postgresql_where=sa.text(f"{column} IS NOT NULL"),
                sqlite_where=sa.text(f"{column} IS NOT NULL"),
            )


def downgrade() -> None:
    with op.batch_alter_table("request", schema=None) as batch_op:
        for column in ("duplicate_of", "helpers_at"):
            batch_op.drop_index(batch_op.f(f"ix_request_{column}"))
        for column in (
            "duty_of",
            "escalated_at",
            "escalated_by",
            "duplicate_of",
            "first_answer_by_engineer",
            "helpers_at",
        ):
            batch_op.drop_column(column)
    op.drop_table("helper")
