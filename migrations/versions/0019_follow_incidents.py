"""Follow incidents: what threads say of them, what was written in theirs, the line of operations, and surges."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table("incident_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("post_id", number, nullable=True))

    op.create_table(
        "incident_board",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("post_id", number, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_incident_board")),
    )

    op.create_table(
        "incident_message",
        sa.Column("id", number, nullable=False),
        sa.Column("incident_id", number, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("message", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entry_id", number, nullable=True),
        sa.Column("noted_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_message_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_message")),
    )
    with op.batch_alter_table("incident_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_message_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_incident_message_platform_channel_message"), ["platform", "channel", "message"], unique=True
        )

    op.create_table(
        "surge",
        sa.Column("id", number, nullable=False),
        sa.Column("service", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("authors", sa.Integer(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=True),
        sa.Column("post_id", number, nullable=True),
        sa.Column("incident_id", number, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surge")),
    )
    with op.batch_alter_table("surge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_surge_at"), ["at"], unique=False)


def downgrade() -> None:
    for table in ("surge", "incident_message", "incident_board"):
        op.drop_table(table)
    with op.batch_alter_table("incident_link", schema=None) as batch_op:
        batch_op.drop_column("post_id")
