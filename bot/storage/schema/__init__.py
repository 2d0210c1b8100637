"""The tables. The same schema on SQLite and PostgreSQL, keyed by conversation, with nothing only one of them has.

A customer has one conversation, so `conversation.id` is also the customer's id. What comes in is a row of `message` from the
moment it is accepted: the inbox is the part of the thread that is not handled yet. What goes out is a row of `message` too, and
its way to the channel is one row of `delivery`, the ledger. What stands where everybody reads it is `public_message`, apart.
"""

from bot.storage.schema.arrivals import media, media_content, public_message, spent_token, unreadable
from bot.storage.schema.console import account, audit, correction, login_attempt, session
from bot.storage.schema.desk import IS_OPEN, appointment, appointment_cell, case, note
from bot.storage.schema.people import (
    apart,
    challenge,
    contact_point,
    doubling_run,
    erased_profile,
    erasure,
    evidence,
    likely_double,
    link,
    merge,
    profile,
    profile_merge,
    profile_source,
    taken_whole,
    wish,
)
from bot.storage.schema.seats import lease
from bot.storage.schema.threads import conversation, delivery, identity, identity_alias, message, timer
from bot.storage.schema.types import EPOCH, MICROSECOND, Id, Instant, Json, metadata, micros

__all__ = [
    "EPOCH",
    "IS_OPEN",
    "MICROSECOND",
    "Id",
    "Instant",
    "Json",
    "account",
    "apart",
    "appointment",
    "appointment_cell",
    "audit",
    "case",
    "challenge",
    "contact_point",
    "conversation",
    "correction",
    "delivery",
    "doubling_run",
    "erased_profile",
    "erasure",
    "evidence",
    "identity",
    "identity_alias",
    "lease",
    "likely_double",
    "link",
    "login_attempt",
    "media",
    "media_content",
    "merge",
    "message",
    "metadata",
    "micros",
    "note",
    "profile",
    "profile_merge",
    "profile_source",
    "public_message",
    "session",
    "spent_token",
    "taken_whole",
    "timer",
    "unreadable",
    "wish",
]
