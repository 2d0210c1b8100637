"""The house a conversation is led in: the brand, its dialogue, its actions and desks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.actions.registry import Registry
from bot.brand import Brand
from bot.customers.recognise import USUAL_NEEDS, Needs
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
