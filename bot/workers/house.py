"""The house a conversation is led in: the brand, its dialogue, its actions and desks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.actions.registry import Registry
from bot.brand import Brand
from bot.customers.quiet import read_span
from bot.customers.recognise import USUAL_NEEDS, Needs
from bot.customers.wishes import UNBOUND, Manners
from bot.dialogue.domain import Domain
from bot.dialogue.step import Dialogue
from bot.storage.cases import Desks
from handoff.hours import OpeningHours


@dataclass(frozen=True, slots=True)
class House:
    """Everything a turn consults that does not change between two messages."""

    brand: Brand
    domain: Domain
    dialogue: Dialogue
    actions: Registry
    desks: Desks
    hours: Mapping[str, OpeningHours]
    """Store id to its opening hours."""
    needs: Needs = USUAL_NEEDS
    """What each fact and act asks for by way of proof."""
    manners: Manners = UNBOUND
    """When customers may be written to without having asked."""


def manners_of(brand: Brand) -> Manners:
    """The brand's rules about writing to customers."""
    rules = brand.contact
    return Manners(
        unasked_per_day=rules.unasked_per_day,
        quiet=(read_span(rules.quiet_hours),) if rules.quiet_hours else (),
        time_zone=brand.time_zone,
        store_zones={store.id: store.time_zone for store in brand.stores},
    )
