"""The tables. The same schema on SQLite and PostgreSQL, keyed by conversation, with nothing only one of them has.

A customer has one conversation, so `conversation.id` is also the customer's id. What comes in is a row of `message` from the
moment it is accepted: the inbox is the part of the thread that is not handled yet. What goes out is a row of `message` too, and
its way to the channel is one row of `delivery`, the ledger. What stands where everybody reads it is `public_message`, apart.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(at: datetime) -> int:
    """An aware instant as the database keeps it."""
    return (at - EPOCH) // MICROSECOND


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept as microseconds since 1970 UTC: alike on both databases, compared and indexed as a number."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """A small document we read and write whole and never search in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


# SQLite numbers rows by itself only for a column declared INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    Column("level", Integer, nullable=False),  # strongest evidence for that profile, see bot.customers.recognise.Level
    Column("unsure", Boolean, nullable=False),  # the bot was not sure to understand what the customer last wrote
    Column("created_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),  # last change, for the console's list
)
Index(
    "ix_conversation_due",
    conversation.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
Index("ix_conversation_touched", conversation.c.touched_at)
# The few conversations people look for among the many the bot holds and understands.
Index(
    "ix_conversation_with_people",
    conversation.c.touched_at,
    sqlite_where=text("owner <> 'bot'"),
    postgresql_where=text("owner <> 'bot'"),
)
Index("ix_conversation_unsure", conversation.c.touched_at, sqlite_where=text("unsure = 1"), postgresql_where=text("unsure"))
_one = text("profile_id IS NOT NULL AND merged_into IS NULL")
# One person, one thread: two conversations recognised at once as the same profile cannot both be committed.
Index("uq_conversation_profile", conversation.c.profile_id, unique=True, sqlite_where=_one, postgresql_where=_one)

identity = Table(
    "identity",
    metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("account", String(64), nullable=False),
    Column("sender", String(255), nullable=False),
    Column("conversation_id", Id, nullable=False),
    Column("name", String(255)),
    Column("level", Integer, nullable=False),  # strongest evidence this identity itself gave; a link from elsewhere gives none
    Column("blocked_at", Instant),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("channel", "account", "sender"),
)
Index("ix_identity_conversation", identity.c.conversation_id)

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
    UniqueConstraint("external_key"),
)
Index("ix_message_thread", message.c.conversation_id, message.c.id)
Index(
    "ix_message_inbox",
    message.c.conversation_id,
    message.c.handled_at,  # always null, but by it SQLite prefers this index to that of the whole thread
    message.c.id,
    sqlite_where=text("handled_at IS NULL"),
    postgresql_where=text("handled_at IS NULL"),
)
Index("ix_message_identity", message.c.identity_id, message.c.id)
Index("ix_message_missed", message.c.at, sqlite_where=text("missed = 1"), postgresql_where=text("missed"))

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
_open = text("state IN ('pending', 'sending')")
# From one recipient to the next, whatever the number of messages that wait behind the first of each.
Index(
    "ix_delivery_heads",
    delivery.c.channel,
    delivery.c.account,
    delivery.c.identity_id,
    delivery.c.message_id,
    sqlite_where=_open,
    postgresql_where=_open,
)
Index(
    "ix_delivery_handed",
    delivery.c.handed_with,
    sqlite_where=text("handed_with IS NOT NULL"),
    postgresql_where=text("handed_with IS NOT NULL"),
)
Index("ix_delivery_conversation", delivery.c.conversation_id)
# What a platform's receipts are about, until the customer has read it.
_told_of = text("provider_id IS NOT NULL AND read_at IS NULL")
Index("ix_delivery_provider", delivery.c.provider_id, sqlite_where=_told_of, postgresql_where=_told_of)
Index("ix_delivery_unread", delivery.c.identity_id, delivery.c.sent_at, sqlite_where=_told_of, postgresql_where=_told_of)
_unsent = text("state IN ('failed', 'held')")
Index("ix_delivery_unsent", delivery.c.identity_id, sqlite_where=_unsent, postgresql_where=_unsent)
_failed = text("state = 'failed'")
Index("ix_delivery_failed", delivery.c.ended_at, sqlite_where=_failed, postgresql_where=_failed)

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
_waiting = text("state = 'waiting'")
Index("ix_media_waiting", media.c.next_at, sqlite_where=_waiting, postgresql_where=_waiting)
_fleeting = text("state = 'fleeting'")
Index("ix_media_fleeting", media.c.next_at, sqlite_where=_fleeting, postgresql_where=_fleeting)
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

profile = Table(
    "profile",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("facts", Json, nullable=False),
)
contact_point = Table(
    "contact_point",
    metadata,
    Column("kind", String(8), primary_key=True),  # phone, email
    Column("value", String(255), primary_key=True),
    Column("profile_id", String(64), primary_key=True),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id),
    Column("profile_id", String(64)),
    Column("kind", String(32), nullable=False),
    Column("level", Integer, nullable=False),
    Column("detail", Json),
    Column("at", Instant, nullable=False),
)
Index("ix_evidence_conversation", evidence.c.conversation_id)

merge = Table(
    "merge",
    metadata,
    Column("id", Id, primary_key=True),
    Column("winner_id", Id, nullable=False),
    Column("loser_id", Id, nullable=False),
    Column("why", Json, nullable=False),
    Column("moved", Json, nullable=False),  # ids of what changed hands and the states before, so that it can be undone
    Column("at", Instant, nullable=False),
)
Index("ix_merge_winner", merge.c.winner_id)

link = Table(
    "link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("used_by", Id),  # identity
)

case = Table(
    "case",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("queue", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("context", Json, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("deadline", Instant),
    Column("advisor", String(64)),
    Column("taken_at", Instant),
    Column("ended_at", Instant),
    Column("note", Text, nullable=False),
)
_live = text("status IN ('waiting', 'unanswered', 'taken')")
IS_OPEN = case.c.status.in_([literal_column(f"'{status}'") for status in ("waiting", "unanswered", "taken")])
"""Written out, word for word as in the index: SQLite uses a partial index for no other condition."""
Index("ix_case_live", case.c.queue, case.c.opened_at, sqlite_where=_live, postgresql_where=_live)
_ended = text("ended_at IS NOT NULL")
# The latest cases of a queue, from which the wait is foretold.
Index("ix_case_ended", case.c.queue, case.c.id, sqlite_where=_ended, postgresql_where=_ended)
Index("ix_case_conversation", case.c.conversation_id)

appointment = Table(
    "appointment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id),  # who booked it
    Column("store", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("place", Integer, nullable=False),
    Column("local_start", String(19), nullable=False),  # wall time in the store, ISO without offset
    Column("fold", Integer, nullable=False),  # which of the two when the clock goes back
    Column("zone", String(64), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("name", String(120), nullable=False),
    Column("phone", String(32)),
    Column("note", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
)
Index("ix_appointment_conversation", appointment.c.conversation_id, appointment.c.starts_at)
Index("ix_appointment_store", appointment.c.store, appointment.c.local_start)

# One row for each step of the store's grid a booking occupies: its primary key is what forbids double booking.
appointment_cell = Table(
    "appointment_cell",
    metadata,
    Column("store", String(64), primary_key=True),
    Column("service", String(64), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("starts_at", Instant, primary_key=True, autoincrement=False),
    Column("appointment_id", Id, nullable=False),
)
Index("ix_appointment_cell_appointment", appointment_cell.c.appointment_id)

note = Table(
    "note",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("message_id", Id, nullable=False),  # the act that wrote it: its place in the thread
    Column("author", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Instant, nullable=False),
)
Index("ix_note_conversation", note.c.conversation_id, note.c.message_id)

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

# Single-seat work (polling a platform, retention): whoever holds the row does it, until it stops renewing.
lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", Instant, nullable=False),
    Column("cursor", String(64)),
)
