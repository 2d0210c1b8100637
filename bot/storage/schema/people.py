"""Who the conversations belong to: profiles, proofs, the ledger of what was joined, wishes."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from bot.storage.schema.types import Id, Instant, Json, metadata, only

profile = Table(
    "profile",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("facts", Json, nullable=False),  # of all its sources together, in their declared order
    Column("merged_into", String(64)),  # an alias for ever
    Column("changed_at", Instant),
)
Index("ix_profile_changed", profile.c.changed_at)
Index("ix_profile_joined", profile.c.merged_into, **only("merged_into IS NOT NULL"))
# What one source says of a profile: the brand's file, another database, a push.
profile_source = Table(
    "profile_source",
    metadata,
    Column("profile_id", String(64), primary_key=True),
    Column("source", String(32), primary_key=True),
    Column("facts", Json),  # null: the source no longer has it
    Column("version", String(64)),  # as the source counts: an older one that comes later changes nothing
    Column("at", Instant, nullable=False),
)
# What was last taken whole from a file or a declared order, so that a start with nothing new is quick.
taken_whole = Table(
    "taken_whole",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("said", Json),  # of an order: itself
    Column("at", Instant, nullable=False),
)
contact_point = Table(
    "contact_point",
    metadata,
    Column("kind", String(8), primary_key=True),  # phone, email, loyalty
    Column("value", String(255), primary_key=True),
    Column("profile_id", String(64), primary_key=True),
)
Index("ix_contact_point_profile", contact_point.c.profile_id)

# One proof that whoever writes by an identity is the person of a profile. Never changed but by its end.
evidence = Table(
    "evidence",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id),
    Column("profile_id", String(64)),
    Column("kind", String(32), nullable=False),
    Column("level", Integer, nullable=False),  # bot.customers.recognise.Level
    Column("detail", Json),
    Column("by", String(64)),  # the person who decided; null: nobody did, it was seen
    Column("at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("revoked_by", String(64)),
)
Index("ix_evidence_conversation", evidence.c.conversation_id)
Index("ix_evidence_identity", evidence.c.identity_id, evidence.c.profile_id)
Index("ix_evidence_profile", evidence.c.profile_id)

# A code sent to an address on file, to be typed where it was asked for. The code itself is nowhere: it follows from the seed.
challenge = Table(
    "challenge",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id, nullable=False),  # who must type it
    Column("profile_id", String(64)),  # null: nobody is known by what was claimed, and nothing was sent
    Column("kind", String(16), nullable=False),  # the channel it was sent by
    Column("reason", String(32), nullable=False),  # what it opens
    Column("claim_hash", String(64), nullable=False),
    Column("seed", String(64)),  # gone once it ended
    Column("message_id", Id),  # that carries it
    Column("tries", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("outcome", String(16)),  # right, wrong, expired, replaced
)
Index("ix_challenge_identity", challenge.c.identity_id, challenge.c.created_at)
Index("ix_challenge_profile", challenge.c.profile_id, challenge.c.created_at)
Index("ix_challenge_claim", challenge.c.claim_hash, challenge.c.created_at)
Index("ix_challenge_conversation", challenge.c.conversation_id)
Index("ix_challenge_message", challenge.c.message_id)

# What a customer wants of us, as they said it: the latest row of a kind, channel and purpose counts.
wish = Table(
    "wish",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id),  # where it was said
    Column("kind", String(24), nullable=False),  # contact, language, preferred_channel, quiet_hours, time_zone
    Column("channel", String(16), nullable=False),  # empty: all
    Column("purpose", String(24), nullable=False),  # empty: all
    Column("value", Json, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(64), nullable=False),  # customer, advisor's name, import
    Column("proof", Json),  # the message's id, the form, the file
    Column("merge_id", Id),  # written because two customers became one
)
Index("ix_wish_conversation", wish.c.conversation_id)

# The ledger of conversations that became one. Nothing in it is ever taken away, undone or not.
merge = Table(
    "merge",
    metadata,
    Column("id", Id, primary_key=True),
    Column("winner_id", Id, nullable=False),
    Column("loser_id", Id, nullable=False),
    Column("why", Json, nullable=False),
    Column("moved", Json, nullable=False),  # ids of what changed hands and both as they were, so that it can be undone
    Column("at", Instant, nullable=False),
    Column("by", String(64)),
    Column("undone_at", Instant),
    Column("undone_by", String(64)),
    Column("undone_why", String(500)),
)
Index("ix_merge_winner", merge.c.winner_id)
Index("ix_merge_loser", merge.c.loser_id)
# The same for profiles of one person.
profile_merge = Table(
    "profile_merge",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kept_id", String(64), nullable=False),
    Column("dropped_id", String(64), nullable=False),
    Column("why", Json, nullable=False),
    Column("moved", Json, nullable=False),
    Column("merge_id", Id),  # of their conversations, where both had one
    Column("at", Instant, nullable=False),
    Column("by", String(64), nullable=False),
    Column("undone_at", Instant),
    Column("undone_by", String(64)),
    Column("undone_why", String(500)),
)
Index("ix_profile_merge_kept", profile_merge.c.kept_id)
Index("ix_profile_merge_dropped", profile_merge.c.dropped_id)
# Two conversations a person has said are of two people: nothing joins them by itself any more.
apart = Table(
    "apart",
    metadata,
    Column("first_id", Id, primary_key=True, autoincrement=False),
    Column("second_id", Id, primary_key=True, autoincrement=False),
    Column("merge_id", Id),
    Column("at", Instant, nullable=False),
    Column("by", String(64), nullable=False),
)
Index("ix_apart_second", apart.c.second_id)
# Two profiles that may be one person's, for a person to judge.
likely_double = Table(
    "likely_double",
    metadata,
    Column("id", Id, primary_key=True),
    Column("first_id", String(64), nullable=False),
    Column("second_id", String(64), nullable=False),
    Column("probability", Float, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("state", String(16), nullable=False),  # open, accepted, rejected
    Column("found_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", String(64)),
    UniqueConstraint("first_id", "second_id"),
)
Index("ix_likely_double_second", likely_double.c.second_id)
Index("ix_likely_double_state", likely_double.c.state, likely_double.c.probability)
# One search for them: what changed since it began is compared the next time.
doubling_run = Table(
    "doubling_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("began_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("profiles", Integer, nullable=False),
    Column("compared", Integer, nullable=False),  # pairs
    Column("found", Integer, nullable=False),
    Column("learnt", Json),  # how much each field tells, of a run that compared everything
)

link = Table(
    "link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id),  # who asked for it
    Column("channel", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("used_by", Id),  # identity
)
Index("ix_link_conversation", link.c.conversation_id)

# What is left of whoever was erased: that it was done, and how much of it. Nothing by which they could be found.
erasure = Table(
    "erasure",
    metadata,
    Column("receipt", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("by", String(64), nullable=False),
    Column("details", Json, nullable=False),
)
# Profiles whose person was erased, so that the brand's own file does not bring them back unnoticed: salted digests of their ids.
erased_profile = Table(
    "erased_profile",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)
