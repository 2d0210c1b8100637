"""What recognising, joining and parting need: proofs with an end, codes, wishes, the ledger, sources of profiles."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# SQLite numbers rows by itself only for a column declared INTEGER.
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def column(name: str, kind: Any, *, null: bool = False, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null, **more)


def only(where: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}


def instant(name: str, *, null: bool = False) -> sa.Column[Any]:
    return column(name, sa.BigInteger(), null=null)


def words(name: str, length: int, *, null: bool = False) -> sa.Column[Any]:
    return column(name, sa.String(length=length), null=null)


def upgrade() -> None:
    _threads()
    _profiles()
    _proofs()
    _ledger()
    _doubles()


def _threads() -> None:
    # Levels leave room between them from now on.
    op.execute("UPDATE conversation SET level = level * 10")
    op.execute("UPDATE evidence SET level = level * 10")
    op.drop_column("identity", "level")
    op.create_index("ix_identity_sender", "identity", ["sender"])
    op.add_column("identity", column("linked_from", Id, null=True))
    op.add_column("case", column("identity_id", Id, null=True))
    op.add_column("link", column("identity_id", Id, null=True))
    op.create_index("ix_link_conversation", "link", ["conversation_id"])
    op.create_table(
        "wish",
        column("id", Id),
        column("conversation_id", Id),
        column("identity_id", Id, null=True),
        words("kind", 24),
        words("channel", 16),
        words("purpose", 24),
        column("value", sa.Text()),
        instant("at"),
        words("by", 64),
        column("proof", sa.Text(), null=True),
        column("merge_id", Id, null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    op.create_index("ix_wish_conversation", "wish", ["conversation_id"])
    op.add_column("message", words("purpose", 24, null=True))
    op.add_column("message", column("unasked", sa.Boolean(), null=True))
    op.add_column("delivery", instant("not_before", null=True))
    where: dict[str, Any] = {"sqlite_where": sa.text("unasked = 1"), "postgresql_where": sa.text("unasked")}
    op.create_index("ix_message_unasked", "message", ["conversation_id"], **where)
    op.create_table(
        "erasure",
        words("receipt", 32),
        instant("at"),
        words("by", 64),
        column("details", sa.Text()),
        sa.PrimaryKeyConstraint("receipt", name=op.f("pk_erasure")),
    )
    op.create_table(
        "erased_profile",
        words("digest", 64),
        words("salt", 64),
        instant("at"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_erased_profile")),
    )


def _profiles() -> None:
    op.add_column("profile", words("merged_into", 64, null=True))
    op.add_column("profile", instant("changed_at", null=True))
    op.create_index("ix_profile_changed", "profile", ["changed_at"])
    op.create_index("ix_profile_joined", "profile", ["merged_into"], **only("merged_into IS NOT NULL"))
    op.create_index("ix_contact_point_profile", "contact_point", ["profile_id"])
    op.create_table(
        "profile_source",
        words("profile_id", 64),
        words("source", 32),
        column("facts", sa.Text(), null=True),
        words("version", 64, null=True),
        instant("at"),
        sa.PrimaryKeyConstraint("profile_id", "source", name=op.f("pk_profile_source")),
    )
    op.create_table(
        "taken_whole",
        words("name", 32),
        words("digest", 64),
        column("said", sa.Text(), null=True),
        instant("at"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_taken_whole")),
    )


def _proofs() -> None:
    op.add_column("evidence", words("by", 64, null=True))
    op.add_column("evidence", instant("expires_at", null=True))
    op.add_column("evidence", instant("revoked_at", null=True))
    op.add_column("evidence", words("revoked_by", 64, null=True))
    op.create_index("ix_evidence_identity", "evidence", ["identity_id", "profile_id"])
    op.create_index("ix_evidence_profile", "evidence", ["profile_id"])
    op.create_table(
        "challenge",
        column("id", Id),
        column("conversation_id", Id),
        column("identity_id", Id),
        words("profile_id", 64, null=True),
        words("kind", 16),
        words("reason", 32),
        words("claim_hash", 64),
        words("seed", 64, null=True),
        column("message_id", Id, null=True),
        column("tries", sa.Integer()),
        instant("created_at"),
        instant("expires_at"),
        instant("ended_at", null=True),
        words("outcome", 16, null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
    )
    op.create_index("ix_challenge_identity", "challenge", ["identity_id", "created_at"])
    op.create_index("ix_challenge_profile", "challenge", ["profile_id", "created_at"])
    op.create_index("ix_challenge_claim", "challenge", ["claim_hash", "created_at"])
    op.create_index("ix_challenge_conversation", "challenge", ["conversation_id"])
    op.create_index("ix_challenge_message", "challenge", ["message_id"])


def _ledger() -> None:
    op.add_column("merge", words("by", 64, null=True))
    op.add_column("merge", instant("undone_at", null=True))
    op.add_column("merge", words("undone_by", 64, null=True))
    op.add_column("merge", words("undone_why", 500, null=True))
    op.create_index("ix_merge_loser", "merge", ["loser_id"])
    op.create_table(
        "profile_merge",
        column("id", Id),
        words("kept_id", 64),
        words("dropped_id", 64),
        column("why", sa.Text()),
        column("moved", sa.Text()),
        column("merge_id", Id, null=True),
        instant("at"),
        words("by", 64),
        instant("undone_at", null=True),
        words("undone_by", 64, null=True),
        words("undone_why", 500, null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_merge")),
    )
    op.create_index("ix_profile_merge_kept", "profile_merge", ["kept_id"])
    op.create_index("ix_profile_merge_dropped", "profile_merge", ["dropped_id"])
    op.create_table(
        "apart",
        column("first_id", Id, autoincrement=False),
        column("second_id", Id, autoincrement=False),
        column("merge_id", Id, null=True),
        instant("at"),
        words("by", 64),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_apart")),
    )
    op.create_index("ix_apart_second", "apart", ["second_id"])


def _doubles() -> None:
    op.create_table(
        "likely_double",
        column("id", Id),
        words("first_id", 64),
        words("second_id", 64),
        column("probability", sa.Float()),
        column("reasons", sa.Text()),
        words("state", 16),
        instant("found_at"),
        instant("decided_at", null=True),
        words("decided_by", 64, null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likely_double")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_likely_double_first_id_second_id")),
    )
    op.create_index("ix_likely_double_second", "likely_double", ["second_id"])
    op.create_index("ix_likely_double_state", "likely_double", ["state", "probability"])
    op.create_table(
        "doubling_run",
        column("id", Id),
        instant("began_at"),
        instant("ended_at"),
        column("profiles", sa.Integer()),
        column("compared", sa.Integer()),
        column("found", sa.Integer()),
        column("learnt", sa.Text(), null=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubling_run")),
    )
