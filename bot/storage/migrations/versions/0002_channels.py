"""What more channels need: aliases, receipts, files, public messages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# SQLite numbers rows by itself only for a column declared INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def partial(where: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}


def upgrade() -> None:
    op.create_table(
        "identity_alias",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("alias", sa.String(length=255), nullable=False),
        sa.Column("identity_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "alias", name=op.f("pk_identity_alias")),
    )
    op.create_index("ix_identity_alias_identity", "identity_alias", ["identity_id"])

    for name in ("delivered_at", "read_at", "ended_at"):
        op.add_column("delivery", sa.Column(name, sa.BigInteger(), nullable=True))
    told_of = "provider_id IS NOT NULL AND read_at IS NULL"
    op.drop_index("ix_delivery_heads", table_name="delivery")
    op.create_index(
        "ix_delivery_heads",
        "delivery",
        ["channel", "account", "identity_id", "message_id"],
        **partial("state IN ('pending', 'sending')"),
    )
    op.create_index("ix_delivery_provider", "delivery", ["provider_id"], **partial(told_of))
    op.create_index("ix_delivery_unread", "delivery", ["identity_id", "sent_at"], **partial(told_of))
    op.create_index("ix_delivery_unsent", "delivery", ["identity_id"], **partial("state IN ('failed', 'held')"))
    op.create_index("ix_delivery_failed", "delivery", ["ended_at"], **partial("state = 'failed'"))

    op.create_table(
        "media",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("mime_type", sa.String(length=120), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("message_id", "place", name=op.f("uq_media_message_id_place")),
    )
    op.create_index("ix_media_waiting", "media", ["next_at"], **partial("state = 'waiting'"))
    op.create_index("ix_media_fleeting", "media", ["next_at"], **partial("state = 'fleeting'"))
    op.create_index("ix_media_conversation", "media", ["conversation_id"])
    op.create_table(
        "media_content",
        sa.Column("media_id", Id, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("media_id", "place", name=op.f("pk_media_content")),
    )

    op.create_table(
        "public_message",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("author_name", sa.String(length=255), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("post", sa.String(length=255), nullable=False),
        sa.Column("parent", sa.String(length=255), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("replied_at", sa.BigInteger(), nullable=True),
        sa.Column("replied_by", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_message")),
        sa.UniqueConstraint("channel", "account", "external_id", name=op.f("uq_public_message_channel_account_external_id")),
    )
    op.create_index("ix_public_message_at", "public_message", ["at"])

    op.create_table(
        "spent_token",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_spent_token")),
    )
    op.create_index("ix_spent_token_at", "spent_token", ["at"])
