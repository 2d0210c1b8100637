"""The brand as the rest of the house sees it: everything its files say, with the few look-ups everybody needs."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from pydantic import Field

from bot.brand.channels import Channels
from bot.brand.faq import FaqEntry
from bot.brand.keeping import PrivacyRules, RetentionRules
from bot.brand.rules import (
    BookingRules,
    ContactRules,
    Demo,
    DoublingRules,
    HandoffRules,
    Languages,
    ProofRules,
    ResumeRules,
    TranscriptRules,
)
from bot.brand.sources import Sources
from bot.brand.staff import Account, Advisor, Queue
from bot.brand.stores import Service, Store
from bot.brand.words import BrandModel, Id, Text, TimeZone


class BrandFile(BrandModel):
    """What `brand.yml` says."""

    name: Text
    languages: Languages
    time_zone: TimeZone
    """Where the brand itself is: the queues' hours are local to it."""
    skills: tuple[Id, ...] = Field(min_length=1)
    queues: tuple[Queue, ...] = Field(min_length=1)
    advisors: tuple[Advisor, ...] = Field(min_length=1)
    accounts: tuple[Account, ...] = ()
    booking: BookingRules
    handoff: HandoffRules
    transcript: TranscriptRules
    resume: ResumeRules = ResumeRules()
    proof: ProofRules = ProofRules()
    contact: ContactRules = ContactRules()
    retention: RetentionRules = RetentionRules()
    privacy: PrivacyRules = PrivacyRules()
    doubling: DoublingRules = DoublingRules()
    demo: Demo | None = None


class StoresFile(BrandModel):
    """What `stores.yml` says."""

    services: tuple[Service, ...] = Field(min_length=1)
    stores: tuple[Store, ...] = Field(min_length=1)


class Brand(BrandFile, StoresFile):
    """One brand, checked: every id another part names exists."""

    faq: tuple[FaqEntry, ...] = ()
    """Of `faq.yml`, where there is one."""
    channels: Channels = Channels()
    """Of `channels.yml`, where there is one."""
    sources: Sources = Sources()
    """Of `sources.yml`, where there is one."""
    folder: Path
    """Where its files are."""

    def store(self, store_id: str) -> Store | None:
        return next((store for store in self.stores if store.id == store_id), None)

    def stores_named(self, name: str) -> tuple[Store, ...]:
        """The stores a customer may mean by `name`: a store id means one, a city means all its stores."""
        one = self.store(name)
        return (one,) if one else tuple(store for store in self.stores if slug(store.city) == slug(name))

    def service(self, service_id: str) -> Service | None:
        return next((service for service in self.services if service.id == service_id), None)

    def queue(self, queue_id: str) -> Queue | None:
        return next((queue for queue in self.queues if queue.id == queue_id), None)

    def advisor(self, username: str) -> Advisor | None:
        return next((advisor for advisor in self.advisors if advisor.username == username), None)


def slug(name: str) -> str:
    """A name as an id is written: "Fort-de-France" becomes `fort_de_france`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
