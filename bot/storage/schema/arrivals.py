"""What comes along or beside: files, what everybody reads, what nobody here could read."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from bot.storage.schema.types import Id, Instant, Json, metadata, only

# A file that came with a message: fetched after the message is accepted, kept with the conversation.
media = Table(
    "media",
    metadata,
    Column("id", Id, primary_key=True),
    Column("message_id", Id, nullable=False),
    Column("place", Integer, nullable=False),  # among the files of one message
    Column("conversation_id", Id, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("reference", Json, nullable=False),  # what the channel needs to fetch it
    Column("state", String(16), nullable=False),  # waiting, kept, fleeting (kept until next_at), refused
    Column("type", String(32), nullable=False),  # photo, voice, document, ...: what the customer's application calls it
    Column("mime_type", String(120)),  # what its bytes are
    Column("name", String(255)),
    Column("size", BigInteger),
    Column("why", String(500)),  # of a file that was refused
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    UniqueConstraint("message_id", "place"),
)
_waiting = only("state = 'waiting'")
Index("ix_media_waiting", media.c.next_at, **_waiting)
_fleeting = only("state = 'fleeting'")
Index("ix_media_fleeting", media.c.next_at, **_fleeting)
Index("ix_media_conversation", media.c.conversation_id)
# Apart, so that lists never carry the bytes; in pieces, so that no message waits while a film is written.
media_content = Table(
    "media_content",
    metadata,
    Column("media_id", Id, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
)

# What somebody wrote where everybody reads it: comments and mentions, never part of a private thread.
public_message = Table(
    "public_message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("external_id", String(255), nullable=False),
    Column("author", String(255), nullable=False),
    Column("author_name", String(255)),
    Column("text", Text, nullable=False),  # empty once it was removed
    Column("post", String(255), nullable=False),
    Column("parent", String(255), nullable=False),
    Column("data", Json),
    Column("at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),  # of the latest act we know of: older ones that come later change nothing
    Column("removed_at", Instant),
    Column("received_at", Instant, nullable=False),
    Column("replied_at", Instant),  # in private
    Column("replied_by", String(64)),
    UniqueConstraint("channel", "account", "external_id"),
)
Index("ix_public_message_at", public_message.c.at)

# One-time tokens of requests whose signature does not cover the body, so that none is used for another body.
spent_token = Table(
    "spent_token",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_spent_token_at", spent_token.c.at)

# What a platform sent and nobody here could read, kept as it came until somebody has looked at it or it is too old.
unreadable = Table(
    "unreadable",
    metadata,
    Column("digest", String(64), primary_key=True),  # of channel, account and body: what is sent again is one row
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("body", Text, nullable=False),  # cut where it is longer than anything a platform sends
    Column("length", Integer, nullable=False),  # before it was cut
    Column("received_at", Instant, nullable=False),
)
