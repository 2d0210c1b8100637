"""The threads: conversations, whoever takes part in them, what is said, and its way to the channel."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.storage.schema.types import Id, Instant, Json, metadata, only

conversation = Table(
    "conversation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("state", Text, nullable=False),  # DialogueState as JSON
    Column("owner", String(16), nullable=False),
    Column("epoch", Integer, nullable=False),  # rises whenever a person takes over; an older bot answer is then withheld
    Column("language", String(8), nullable=False),
    Column("identity_id", Id),  # where the customer last wrote from
    Column("due_at", Instant),  # when something must be done next; null: nothing
    Column("timer_at", Instant),  # of the next timer; null: there is none
    Column("claimed_by", String(40)),
    Column("claimed_until", Instant),
    Column("fence", BigInteger, nullable=False),  # rises with each claim; a turn commits only under its own number
    Column("handled_at", Instant),  # of the latest turn
    Column("merged_into", Id),
    Column("profile_id", String(64)),
    Column("level", Integer, nullable=False),  # strongest evidence ever given for that profile: for lists only
    Column("unsure", Boolean, nullable=False),  # the bot was not sure to understand what the customer last wrote
    Column("created_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),  # last change, for the console's list
)
Index(
    "ix_conversation_due",
    conversation.c.due_at,
    **only("due_at IS NOT NULL"),
)
Index("ix_conversation_touched", conversation.c.touched_at)
# The few conversations people look for among the many the bot holds and understands.
Index(
    "ix_conversation_with_people",
    conversation.c.touched_at,
    **only("owner <> 'bot'"),
)
Index("ix_conversation_unsure", conversation.c.touched_at, sqlite_where=text("unsure = 1"), postgresql_where=text("unsure"))
_one = only("profile_id IS NOT NULL AND merged_into IS NULL")
# One person, one thread: two conversations recognised at once as the same profile cannot both be committed.
Index("uq_conversation_profile", conversation.c.profile_id, unique=True, **_one)

identity = Table(
    "identity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("sender", String(255), nullable=False),
    Column("conversation_id", Id, nullable=False),
    Column("name", String(255)),
    Column("blocked_at", Instant),
    Column("linked_from", Id),  # the identity whose one-time link this one opened last
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("channel", "account", "sender"),
)
Index("ix_identity_conversation", identity.c.conversation_id)
Index("ix_identity_sender", identity.c.sender)  # whoever it is on, on whichever account

# Other ids a platform gives the same sender: a former number, a scoped id beside a number.
identity_alias = Table(
    "identity_alias",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("account", String(64), primary_key=True),
    Column("alias", String(255), primary_key=True),
    Column("identity_id", Id, nullable=False),
)
Index("ix_identity_alias_identity", identity_alias.c.identity_id)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id),
    Column("channel", String(16), nullable=False),
    Column("direction", String(3), nullable=False),
    Column("author", String(16), nullable=False),
    Column("author_name", String(120)),
    Column("kind", String(16), nullable=False),
    Column("external_key", String(512)),  # channel/account/provider's id of what came in: unique, so a repeat is one message
    Column("provider_id", String(255)),
    Column("text", Text, nullable=False),
    Column("data", Json),  # of what came in: see bot.messages.Kind; of what goes out: buttons, ask_contact
    Column("at", Instant, nullable=False),  # the platform's time of what came in, the turn's time of what goes out
    Column("received_at", Instant, nullable=False),
    Column("handled_at", Instant),  # null: still in the inbox
    Column("failures", Integer, nullable=False),
    Column("in_reply_to", Json),
    Column("trace", Json),
    Column("missed", Boolean),  # of a customer's words the bot had to answer: it was not sure to understand them
    Column("purpose", String(24)),  # of what goes out, what for: see bot.customers.wishes; null: it answers what was just written
    Column("unasked", Boolean),  # of what goes out: the customer had asked for nothing, so it counts as pressure
    UniqueConstraint("external_key"),
)
Index("ix_message_thread", message.c.conversation_id, message.c.id)
Index(
    "ix_message_inbox",
    message.c.conversation_id,
    message.c.handled_at,  # always null, but by it SQLite prefers this index to that of the whole thread
    message.c.id,
    **only("handled_at IS NULL"),
)
Index("ix_message_identity", message.c.identity_id, message.c.id)
Index("ix_message_missed", message.c.at, sqlite_where=text("missed = 1"), postgresql_where=text("missed"))
Index("ix_message_unasked", message.c.conversation_id, sqlite_where=text("unasked = 1"), postgresql_where=text("unasked"))

delivery = Table(
    "delivery",
    metadata,
    Column("message_id", Id, primary_key=True, autoincrement=False),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("recipient", String(255), nullable=False),
    Column("key", String(64), nullable=False),  # idempotency key, the same for every attempt
    Column("state", String(16), nullable=False),  # pending, sending, sent, failed, withheld, held: see bot.storage.outbox
    Column("epoch", Integer),  # of the conversation when the bot wrote it; null: may be said whoever owns it
    Column("attempts", Integer, nullable=False),
    Column("repeats", Integer, nullable=False),  # times it was sent again although the platform may have taken it before
    Column("next_at", Instant, nullable=False),
    Column("not_before", Instant),  # the end of the quiet hours it waits for; what comes after it does not wait behind it
    Column("claimed_by", String(40)),
    Column("claimed_until", Instant),
    Column("provider_id", String(255)),
    Column("why", String(500)),
    Column("handed_with", Id),  # the request whose answer carried it (REST)
    Column("sent_at", Instant),
    Column("delivered_at", Instant),  # as the platform tells afterwards
    Column("read_at", Instant),
    Column("ended_at", Instant),  # when it failed, or began to be held
    UniqueConstraint("key"),
)
_open = only("state IN ('pending', 'sending')")
# From one recipient to the next, whatever the number of messages that wait behind the first of each.
Index(
    "ix_delivery_heads",
    delivery.c.channel,
    delivery.c.account,
    delivery.c.identity_id,
    delivery.c.message_id,
    **_open,
)
Index(
    "ix_delivery_handed",
    delivery.c.handed_with,
    **only("handed_with IS NOT NULL"),
)
Index("ix_delivery_conversation", delivery.c.conversation_id)
# What a platform's receipts are about, until the customer has read it.
_told_of = only("provider_id IS NOT NULL AND read_at IS NULL")
Index("ix_delivery_provider", delivery.c.provider_id, **_told_of)
Index("ix_delivery_unread", delivery.c.identity_id, delivery.c.sent_at, **_told_of)
_unsent = only("state IN ('failed', 'held')")
Index("ix_delivery_unsent", delivery.c.identity_id, **_unsent)
_failed = only("state = 'failed'")
Index("ix_delivery_failed", delivery.c.ended_at, **_failed)

timer = Table(
    "timer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("data", Json),
    Column("due_at", Instant, nullable=False),
)
Index("ix_timer_conversation", timer.c.conversation_id, timer.c.due_at)
