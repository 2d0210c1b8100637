"""Who works in the console, and what they did there."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.schema.types import Id, Instant, Json, metadata

account = Table(
    "account",
    metadata,
    Column("username", String(64), primary_key=True),
    Column("role", String(24), nullable=False),
    Column("display_name", String(120), nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("language", String(8)),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant),
)
session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("username", String(64), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
# Every try to sign in, counted before the password is looked at; forgotten once the right one is given.
login_attempt = Table(
    "login_attempt",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_login_attempt_username", login_attempt.c.username, login_attempt.c.at)
Index("ix_login_attempt_address", login_attempt.c.address, login_attempt.c.at)
Index("ix_login_attempt_at", login_attempt.c.at)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("by", String(64), nullable=False),
    Column("act", String(64), nullable=False),
    Column("conversation_id", Id),
    Column("details", Json),
    Column("at", Instant, nullable=False),
)
Index("ix_audit_conversation", audit.c.conversation_id)

correction = Table(
    "correction",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", Id, nullable=False),
    Column("line", Text, nullable=False),  # as it stands in the training file, entities marked
    Column("language", String(8), nullable=False),
    Column("intent", String(120), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("message_id"),
    sqlite_autoincrement=True,  # a number is never given twice: others read "the rows since"
)
