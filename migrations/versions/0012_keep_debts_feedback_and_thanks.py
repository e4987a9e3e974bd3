"""Keep who owes documentation, what authors said of the help, and who was thanked."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "runbook_debt",
        sa.Column("id", number, nullable=False),
        sa.Column("request_id", number, nullable=False),
        sa.Column("person", sa.String(length=100), nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised_for", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=220), nullable=True),
        sa.Column("ask_id", number, nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_runbook_debt_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runbook_debt")),
    )
    with op.batch_alter_table("runbook_debt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_runbook_debt_request_id"), ["request_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_runbook_debt_state_due_at"), ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_runbook_debt_person_reminded_at"), ["person", "reminded_at"], unique=False)

    # What the handovers have listed as a debt so far stays one.
    op.execute(
        "INSERT INTO runbook_debt (request_id, state, asked_at)"
        " SELECT id, 'owed', coalesce(resolved_at, opened_at) FROM request"
        " WHERE state = 'resolved' AND request_class IN ('urgent', 'platform') AND runbook_url IS NULL"
    )

    op.create_table(
        "feedback",
        sa.Column("id", number, nullable=False),
        sa.Column("request_id", number, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ask_id", number, nullable=True),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_feedback_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feedback_request_id"), ["request_id"], unique=True)

    op.create_table(
        "thanks",
        sa.Column("id", number, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("giver", sa.String(length=220), nullable=False),
        sa.Column("receiver", sa.String(length=220), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=True),
        sa.Column("request_id", number, nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thanks")),
    )
    with op.batch_alter_table("thanks", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_thanks_platform_channel_message_giver"),
            ["platform", "channel", "message", "giver"],
            unique=True,
        )
        batch_op.create_index(batch_op.f("ix_thanks_at"), ["at"], unique=False)

    op.create_table(
        "unnamed_helper",
        sa.Column("who", sa.String(length=220), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", name=op.f("pk_unnamed_helper")),
    )


def downgrade() -> None:
    op.drop_table("unnamed_helper")

    with op.batch_alter_table("thanks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_thanks_at"))
        batch_op.drop_index(batch_op.f("ix_thanks_platform_channel_message_giver"))
    op.drop_table("thanks")

    with op.batch_alter_table("feedback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feedback_request_id"))
    op.drop_table("feedback")

    with op.batch_alter_table("runbook_debt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_runbook_debt_person_reminded_at"))
        batch_op.drop_index(batch_op.f("ix_runbook_debt_state_due_at"))
        batch_op.drop_index(batch_op.f("ix_runbook_debt_request_id"))
    op.drop_table("runbook_debt")
