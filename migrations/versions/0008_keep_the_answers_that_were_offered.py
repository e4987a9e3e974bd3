"""Keep the answers that were offered, and what people thought of them."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offered_answer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=500), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_offered_answer_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offered_answer")),
    )
    with op.batch_alter_table("offered_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offered_answer_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_offered_answer_outbox_id"), ["outbox_id"], unique=False)

    op.create_table(
        "answer_vote",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("offered_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("voter", sa.String(length=220), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offered_id"], ["offered_answer.id"], name=op.f("fk_answer_vote_offered_id_offered_answer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_vote")),
    )
    with op.batch_alter_table("answer_vote", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_vote_offered_id_voter"), ["offered_id", "voter"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("answer_vote", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_vote_offered_id_voter"))

    op.drop_table("answer_vote")
    with op.batch_alter_table("offered_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offered_answer_outbox_id"))
        batch_op.drop_index(batch_op.f("ix_offered_answer_kind"))

    op.drop_table("offered_answer")
