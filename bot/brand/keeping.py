"""How long each kind of data is kept, and what a person is given of what we keep of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bot.brand.words import BrandModel

Days = Annotated[int, Field(ge=1, le=36_500)]


class RetentionRules(BrandModel):
    """Days after which data goes away by itself; every one may be left out of `brand.yml`."""

    messages_days: Days = 1_095
    """What was said, with what the ledger keeps to undo a merge. Three years: as long as somebody may be called a customer."""
    media_days: Days = 365
    """The bytes of files; that there was one stays with its message."""
    traces_days: Days = 180
    """What was understood, and by which step it was answered."""
    anonymous_days: Days = 395
    """Whole conversations of people nobody knows, after their last sign of life."""
    appointments_days: Days = 1_095
    """Appointments that are over."""
    ended_cases_days: Days = 1_095
    """Cases that are ended, and notes."""
    codes_days: Annotated[int, Field(ge=2, le=36_500)] = 30
    """That a code was sent, and what became of it. The code itself is nowhere; how many were asked for is counted over a day."""
    proofs_days: Days = 1_095
    """Proofs that have run out or were taken back."""
    public_days: Days = 365
    """Comments and mentions."""
    unreadable_days: Days = 30
    """Updates of a platform that nobody could read."""
    audit_days: Days = 1_095
    """Who looked at and did what."""


class PrivacyRules(BrandModel):
    """What a person is given, and told when they are erased."""

    export_notes: bool = True
    """Whether notes written about somebody are in their archive."""
    backups_days: Days = 30
    """How long your backups of the database may still hold somebody who was erased. It is written on the receipt."""
