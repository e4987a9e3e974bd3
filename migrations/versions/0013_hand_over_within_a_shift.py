"""Hand over within a shift, and keep which message a line of the log was noted from."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ONE, PART = "ix_handover_rotation_shift_start", "ix_handover_rotation_shift_start_is_part"
COLUMNS = {"platform": 20, "channel": 200, "channel_name": 200, "message": 200}


def upgrade() -> None:
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_part", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.drop_index(ONE)
        batch_op.create_index(PART, ["rotation", "shift_start", "is_part"], unique=True)

    with op.batch_alter_table("log_entry", schema=None) as batch_op:
        for name, length in COLUMNS.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=True))
        batch_op.create_index("ix_log_entry_platform_channel_message", ["platform", "channel", "message"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("log_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_log_entry_platform_channel_message")
        for name in COLUMNS:
            batch_op.drop_column(name)

    op.execute(sa.text("DELETE FROM handover WHERE is_part"))
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(PART)
        batch_op.create_index(ONE, ["rotation", "shift_start"], unique=True)
        batch_op.drop_column("is_part")
