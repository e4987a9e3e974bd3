"""Keep incidents, the alerts that they are made of, what happened to them, and what is silenced."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "alert_channel",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("posts", sa.JSON(), nullable=False),
        sa.Column("opened", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "channel", name=op.f("pk_alert_channel")),
    )
    op.create_table(
        "alert_storm",
        sa.Column("id", number, nullable=False),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("post_id", number, nullable=True),
        sa.Column("request_id", number, nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_storm")),
    )
    with op.batch_alter_table("alert_storm", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_alert_storm_platform_channel_last_at"), ["platform", "channel", "last_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_alert_storm_refresh_at"), ["refresh_at"], unique=False, **_where("refresh_at IS NOT NULL")
        )

    op.create_table(
        "incident",
        sa.Column("id", number, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=True),
        sa.Column("environment", sa.String(length=40), nullable=True),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("group_key", sa.String(length=64), nullable=True),
        sa.Column("platform", sa.String(length=20), nullable=True),
        sa.Column("channel", sa.String(length=200), nullable=True),
        sa.Column("post_id", number, nullable=True),
        sa.Column("storm_id", number, nullable=True),
        sa.Column("request_id", number, nullable=True),
        sa.Column("declared_by", sa.String(length=200), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=200), nullable=True),
        sa.Column("next_update_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("update", sa.Text(), nullable=False),
        sa.Column("public_note", sa.Text(), nullable=False),
        sa.Column("silenced_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("firing", sa.Integer(), nullable=False),
        sa.Column("alerts", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refresh_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["storm_id"], ["alert_storm.id"], name=op.f("fk_incident_storm_id_alert_storm")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_incident_group_key_resolved_at"), ["group_key", "resolved_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_incident_next_update_at"),
            ["next_update_at"],
            unique=False,
            **_where("next_update_at IS NOT NULL"),
        )
        batch_op.create_index("ix_incident_open", ["service", "id"], unique=False, **_where("state = 'open'"))
        batch_op.create_index(batch_op.f("ix_incident_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_incident_post_id"), ["post_id"], unique=False, **_where("post_id IS NOT NULL")
        )
        batch_op.create_index(
            batch_op.f("ix_incident_refresh_at"), ["refresh_at"], unique=False, **_where("refresh_at IS NOT NULL")
        )
        batch_op.create_index(
            batch_op.f("ix_incident_request_id"), ["request_id"], unique=False, **_where("request_id IS NOT NULL")
        )
        batch_op.create_index(batch_op.f("ix_incident_resolved_at"), ["resolved_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_incident_source_group_key"),
            ["source", "group_key"],
            unique=True,
            **_where("state = 'open' AND group_key IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_incident_storm_id_state"), ["storm_id", "state"], unique=False)

    op.create_table(
        "alert",
        sa.Column("id", number, nullable=False),
        sa.Column("incident_id", number, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("severity", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=200), nullable=True),
        sa.Column("group_key", sa.String(length=64), nullable=False),
        sa.Column("hold", sa.String(length=40), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("annotations", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("is_blank", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_alert_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_due_at"), ["due_at"], unique=False, **_where("due_at IS NOT NULL"))
        batch_op.create_index("ix_alert_firing", ["source", "fingerprint"], unique=True, **_where("state = 'firing'"))
        batch_op.create_index(batch_op.f("ix_alert_incident_id_state"), ["incident_id", "state"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alert_last_seen_at"),
            ["last_seen_at"],
            unique=False,
            sqlite_where=sa.text("is_blank IS 0"),
            postgresql_where=sa.text("is_blank IS false"),
        )
        batch_op.create_index(batch_op.f("ix_alert_name_last_seen_at"), ["name", "last_seen_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alert_source_fingerprint_starts_at"), ["source", "fingerprint", "starts_at"], unique=True
        )

    op.create_table(
        "incident_entry",
        sa.Column("id", number, nullable=False),
        sa.Column("incident_id", number, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_entry_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_entry")),
    )
    with op.batch_alter_table("incident_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_entry_incident_id_id"), ["incident_id", "id"], unique=False)

    op.create_table(
        "incident_link",
        sa.Column("id", number, nullable=False),
        sa.Column("incident_id", number, nullable=False),
        sa.Column("request_id", number, nullable=False),
        sa.Column("is_certain", sa.Boolean(), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_incident_link_incident_id_incident")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_incident_link_request_id_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_link")),
    )
    with op.batch_alter_table("incident_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_link_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_link_request_id"), ["request_id"], unique=True)

    op.create_table(
        "silence",
        sa.Column("id", number, nullable=False),
        sa.Column("incident_id", number, nullable=True),
        sa.Column("labels", sa.JSON(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_silence_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    with op.batch_alter_table("silence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_silence_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_silence_until"), ["until"], unique=False)

    op.create_table(
        "alert_parent",
        sa.Column("id", number, nullable=False),
        sa.Column("alert_id", number, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_parent_alert_id_alert")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_parent")),
    )
    with op.batch_alter_table("alert_parent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_parent_alert_id"), ["alert_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_parent_key_alert_id"), ["key", "alert_id"], unique=True)


def downgrade() -> None:
    for table in (
        "alert_parent",
        "silence",
        "incident_link",
        "incident_entry",
        "alert",
        "incident",
        "alert_storm",
        "alert_channel",
    ):
        op.drop_table(table)


def _where(rows: str) -> dict[str, Any]:
    """Give what makes an index hold some rows alone, on every database."""
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}
