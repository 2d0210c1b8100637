"""What time does to what is known: a day goes by, a number grows old. Values that cannot be dated do not age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.dialogue.domain import Domain
from bot.dialogue.state import DialogueState, SlotValue


def is_over(value: Any, *, now: str, today: str) -> bool:
    """Whether what a slot with `past: ask_again` holds lies behind us: a day, several days, or a time that has begun."""
    if isinstance(value, Mapping):
        began, at = _instant(value.get("start")), _instant(now)
        return began is not None and at is not None and began <= at
    if not isinstance(value, str):
        return False
    day, current = _day(value.rpartition("/")[2]), _day(today)
    return day is not None and current is not None and day < current


def to_confirm(domain: Domain, state: DialogueState, slot: str) -> bool:
    """Whether the customer must say that a known value still holds before it is used."""
    known, declared = state.slots.get(slot), domain.slots.get(slot)
    if known is None or declared is None or not known.checked:
        return False
    if not known.sure:
        return True
    return declared.fresh_for is not None and older(known.at, declared.fresh_for, now=state.heard_at)


def older(at: str, than: timedelta, *, now: str) -> bool:
    """Whether `at` is longer ago than that; never, for what is not known to the second."""
    then, current = _instant(at), _instant(now)
    return then is not None and current is not None and current - then > than


def later(one: str, other: str) -> str:
    """The later of two instants; one that cannot be read counts for nothing."""
    first, second = _instant(one), _instant(other)
    return one if second is None or (first is not None and first >= second) else other


def renewed(known: SlotValue, at: str) -> SlotValue:
    """A value the customer has just said holds: as sure as new. What was only proposed to them is now their own choice."""
    source = known.source if known.sure else "customer"
    return replace(known, source=source, at=at or known.at, sure=True)


def _instant(written: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
