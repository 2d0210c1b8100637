"""What people do for customers: cases, appointments in stores, notes."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    literal_column,
)

from bot.storage.schema.types import Id, Instant, Json, metadata, only

case = Table(
    "case",
    metadata,
    Column("id", Id, primary_key=True),
    Column("conversation_id", Id, nullable=False),
    Column("identity_id", Id),  # where the customer wrote when it was opened
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
_live = only("status IN ('waiting', 'unanswered', 'taken')")
IS_OPEN = case.c.status.in_([literal_column(f"'{status}'") for status in ("waiting", "unanswered", "taken")])
"""Written out, word for word as in the index: SQLite uses a partial index for no other condition."""
Index("ix_case_live", case.c.queue, case.c.opened_at, **_live)
_ended = only("ended_at IS NOT NULL")
# The latest cases of a queue, from which the wait is foretold.
Index("ix_case_ended", case.c.queue, case.c.id, **_ended)
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
