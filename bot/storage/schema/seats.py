"""Work that one process does for all."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    String,
    Table,
)

from bot.storage.schema.types import Instant, metadata

# Single-seat work (polling a platform, retention): whoever holds the row does it, until it stops renewing.
lease = Table(
    "lease",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", Instant, nullable=False),
    Column("cursor", String(64)),
)
