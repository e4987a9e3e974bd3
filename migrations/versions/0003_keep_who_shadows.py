"""Keep from when on a newcomer shadows whoever is on duty."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("rotation_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shadows_from", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("rotation_member", schema=None) as batch_op:
        batch_op.drop_column("shadows_from")
