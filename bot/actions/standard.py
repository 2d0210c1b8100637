"""The actions every brand has."""

from __future__ import annotations

from bot.actions import appointments, booking, desk, opening, proving, stores
from bot.actions.registry import Registry


def standard_actions() -> Registry:
    """Finding stores, their hours, appointments, proving who one is, and everything about fetching a person."""
    return Registry.of(appointments, booking, desk, opening, proving, stores)
