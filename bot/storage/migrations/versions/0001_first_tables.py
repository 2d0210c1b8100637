"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite numbers rows by itself only for a column declared INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("display_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_account")),
    )
    op.create_table(
        "appointment",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("identity_id", Id, nullable=True),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("local_start", sa.String(length=19), nullable=False),
        sa.Column("fold", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
    )
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index("ix_appointment_conversation", ["conversation_id", "starts_at"], unique=False)
        batch_op.create_index("ix_appointment_store", ["store", "local_start"], unique=False)

    op.create_table(
        "appointment_cell",
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("appointment_id", Id, nullable=False),
        sa.PrimaryKeyConstraint("store", "service", "place", "starts_at", name=op.f("pk_appointment_cell")),
    )
    with op.batch_alter_table("appointment_cell", schema=None) as batch_op:
        batch_op.create_index("ix_appointment_cell_appointment", ["appointment_id"], unique=False)

    op.create_table(
        "audit",
        sa.Column("id", Id, nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", Id, nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_conversation", ["conversation_id"], unique=False)

    op.create_table(
        "case",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=True),
        sa.Column("advisor", sa.String(length=64), nullable=True),
        sa.Column("taken_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
    )
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.create_index("ix_case_conversation", ["conversation_id"], unique=False)
        batch_op.create_index(
            "ix_case_ended",
            ["queue", "id"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_case_live",
            ["queue", "opened_at"],
            unique=False,
            sqlite_where=sa.text("status IN ('waiting', 'unanswered', 'taken')"),
            postgresql_where=sa.text("status IN ('waiting', 'unanswered', 'taken')"),
        )

    op.create_table(
        "contact_point",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("value", sa.String(length=255), nullable=False),
        sa.Column("profile_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "profile_id", name=op.f("pk_contact_point")),
    )
    op.create_table(
        "conversation",
        sa.Column("id", Id, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("identity_id", Id, nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("timer_at", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.String(length=40), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("merged_into", Id, nullable=True),
        sa.Column("profile_id", sa.String(length=64), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(
            "ix_conversation_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )
        batch_op.create_index("ix_conversation_touched", ["touched_at"], unique=False)
        batch_op.create_index(
            "ix_conversation_unsure",
            ["touched_at"],
            unique=False,
            sqlite_where=sa.text("unsure = 1"),
            postgresql_where=sa.text("unsure"),
        )
        batch_op.create_index(
            "ix_conversation_with_people",
            ["touched_at"],
            unique=False,
            sqlite_where=sa.text("owner <> 'bot'"),
            postgresql_where=sa.text("owner <> 'bot'"),
        )
        batch_op.create_index(
            "uq_conversation_profile",
            ["profile_id"],
            unique=True,
            sqlite_where=sa.text("profile_id IS NOT NULL AND merged_into IS NULL"),
            postgresql_where=sa.text("profile_id IS NOT NULL AND merged_into IS NULL"),
        )

    op.create_table(
        "correction",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("intent", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("message_id", name=op.f("uq_correction_message_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "delivery",
        sa.Column("message_id", Id, autoincrement=False, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("identity_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.String(length=40), nullable=True),
        sa.Column("claimed_until", sa.BigInteger(), nullable=True),
        sa.Column("provider_id", sa.String(length=255), nullable=True),
        sa.Column("why", sa.String(length=500), nullable=True),
        sa.Column("handed_with", Id, nullable=True),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("key", name=op.f("uq_delivery_key")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_conversation", ["conversation_id"], unique=False)
        batch_op.create_index(
            "ix_delivery_handed",
            ["handed_with"],
            unique=False,
            sqlite_where=sa.text("handed_with IS NOT NULL"),
            postgresql_where=sa.text("handed_with IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_heads",
            ["channel", "identity_id", "message_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('pending', 'sending')"),
            postgresql_where=sa.text("state IN ('pending', 'sending')"),
        )

    op.create_table(
        "evidence",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("identity_id", Id, nullable=True),
        sa.Column("profile_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index("ix_evidence_conversation", ["conversation_id"], unique=False)

    op.create_table(
        "identity",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=255), nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("blocked_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
        sa.UniqueConstraint("channel", "account", "sender", name=op.f("uq_identity_channel_account_sender")),
    )
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.create_index("ix_identity_conversation", ["conversation_id"], unique=False)

    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=40), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("cursor", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("used_by", Id, nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_link")),
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_login_attempt_address", ["address", "at"], unique=False)
        batch_op.create_index("ix_login_attempt_at", ["at"], unique=False)
        batch_op.create_index("ix_login_attempt_username", ["username", "at"], unique=False)

    op.create_table(
        "merge",
        sa.Column("id", Id, nullable=False),
        sa.Column("winner_id", Id, nullable=False),
        sa.Column("loser_id", Id, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("moved", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.create_index("ix_merge_winner", ["winner_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("identity_id", Id, nullable=True),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("author_name", sa.String(length=120), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("external_key", sa.String(length=512), nullable=True),
        sa.Column("provider_id", sa.String(length=255), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=True),
        sa.Column("trace", sa.Text(), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("external_key", name=op.f("uq_message_external_key")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_identity", ["identity_id", "id"], unique=False)
        batch_op.create_index(
            "ix_message_inbox",
            ["conversation_id", "handled_at", "id"],
            unique=False,
            sqlite_where=sa.text("handled_at IS NULL"),
            postgresql_where=sa.text("handled_at IS NULL"),
        )
        batch_op.create_index(
            "ix_message_missed", ["at"], unique=False, sqlite_where=sa.text("missed = 1"), postgresql_where=sa.text("missed")
        )
        batch_op.create_index("ix_message_thread", ["conversation_id", "id"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("ix_note_conversation", ["conversation_id", "message_id"], unique=False)

    op.create_table(
        "profile",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_table(
        "timer",
        sa.Column("id", Id, nullable=False),
        sa.Column("conversation_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("data", sa.Text(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index("ix_timer_conversation", ["conversation_id", "due_at"], unique=False)

    op.create_table(
        "unreadable",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_unreadable")),
    )


def downgrade() -> None:
    op.drop_table("unreadable")
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index("ix_timer_conversation")

    op.drop_table("timer")
    op.drop_table("session")
    op.drop_table("profile")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index("ix_note_conversation")

    op.drop_table("note")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_thread")
        batch_op.drop_index("ix_message_missed", sqlite_where=sa.text("missed = 1"), postgresql_where=sa.text("missed"))
        batch_op.drop_index(
            "ix_message_inbox", sqlite_where=sa.text("handled_at IS NULL"), postgresql_where=sa.text("handled_at IS NULL")
        )
        batch_op.drop_index("ix_message_identity")

    op.drop_table("message")
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.drop_index("ix_merge_winner")

    op.drop_table("merge")
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_login_attempt_username")
        batch_op.drop_index("ix_login_attempt_at")
        batch_op.drop_index("ix_login_attempt_address")

    op.drop_table("login_attempt")
    op.drop_table("link")
    op.drop_table("lease")
    with op.batch_alter_table("identity", schema=None) as batch_op:
        batch_op.drop_index("ix_identity_conversation")

    op.drop_table("identity")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index("ix_evidence_conversation")

    op.drop_table("evidence")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_heads",
            sqlite_where=sa.text("state IN ('pending', 'sending')"),
            postgresql_where=sa.text("state IN ('pending', 'sending')"),
        )
        batch_op.drop_index(
            "ix_delivery_handed",
            sqlite_where=sa.text("handed_with IS NOT NULL"),
            postgresql_where=sa.text("handed_with IS NOT NULL"),
        )
        batch_op.drop_index("ix_delivery_conversation")

    op.drop_table("delivery")
    op.drop_table("correction")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_conversation_profile",
            sqlite_where=sa.text("profile_id IS NOT NULL AND merged_into IS NULL"),
            postgresql_where=sa.text("profile_id IS NOT NULL AND merged_into IS NULL"),
        )
        batch_op.drop_index(
            "ix_conversation_with_people", sqlite_where=sa.text("owner <> 'bot'"), postgresql_where=sa.text("owner <> 'bot'")
        )
        batch_op.drop_index("ix_conversation_unsure", sqlite_where=sa.text("unsure = 1"), postgresql_where=sa.text("unsure"))
        batch_op.drop_index("ix_conversation_touched")
        batch_op.drop_index(
            "ix_conversation_due", sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL")
        )

    op.drop_table("conversation")
    op.drop_table("contact_point")
    with op.batch_alter_table("case", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_case_live",
            sqlite_where=sa.text("status IN ('waiting', 'unanswered', 'taken')"),
            postgresql_where=sa.text("status IN ('waiting', 'unanswered', 'taken')"),
        )
        batch_op.drop_index(
            "ix_case_ended",
            sqlite_where=sa.text("ended_at IS NOT NULL"),
            postgresql_where=sa.text("ended_at IS NOT NULL"),
        )
        batch_op.drop_index("ix_case_conversation")

    op.drop_table("case")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_conversation")

    op.drop_table("audit")
    with op.batch_alter_table("appointment_cell", schema=None) as batch_op:
        batch_op.drop_index("ix_appointment_cell_appointment")

    op.drop_table("appointment_cell")
    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index("ix_appointment_store")
        batch_op.drop_index("ix_appointment_conversation")

    op.drop_table("appointment")
    op.drop_table("account")
