"""What two dialogues become when they turn out to be one person's, and each of them when they do not after all. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Literal

from bot.dialogue.state import DialogueState, Owner, SlotValue

_RANKS: tuple[Owner, ...] = ("bot", "queue", "store", "advisor")
Side = Literal["stays", "leaves"]


def joined(live: DialogueState, other: DialogueState) -> DialogueState:
    """One dialogue from two: the live one goes on, knowing what the other had learnt; a person who is speaking keeps speaking."""
    return replace(
        live,
        slots={**other.slots, **live.slots},
        owner=max(live.owner, other.owner, key=_RANKS.index),
        paused=live.paused or other.paused,
        greeted=live.greeted or other.greeted,
        drawer=(*other.drawer, *live.drawer),
    )


def parted(
    now: DialogueState,
    *,
    stays: DialogueState,
    leaves: DialogueState,
    leaving: Collection[int],
    spoke: Side | None,
) -> tuple[DialogueState, DialogueState]:
    """Two dialogues again from one: each as it was before, with what came since from its own identities.

    `stays` and `leaves` are the two before they became one, `leaving` the identities that go with the second, `spoke` whose
    identity was heard last since then (None: nobody's). Returns (what stays, what leaves); their owners are for the caller.
    """
    if spoke is None:
        return stays, leaves
    of_stays: dict[str, SlotValue] = {}
    of_leaves: dict[str, SlotValue] = {}
    for name, slot in now.slots.items():
        (of_leaves if _whose(name, slot, stays, leaves, leaving, spoke) == "leaves" else of_stays)[name] = slot
    return (
        _side(now, stays, of_stays, of_leaves, other=leaves, speaking=spoke == "stays"),
        _side(now, leaves, of_leaves, of_stays, other=stays, speaking=spoke == "leaves"),
    )


def _whose(
    name: str, slot: SlotValue, stays: DialogueState, leaves: DialogueState, leaving: Collection[int], spoke: Side
) -> Side:
    if slot.by:
        return "leaves" if slot.by in leaving else "stays"
    if leaves.slots.get(name) == slot:
        return "leaves"
    return "stays" if stays.slots.get(name) == slot else spoke


def _side(
    now: DialogueState,
    before: DialogueState,
    own: Mapping[str, SlotValue],
    others: Mapping[str, SlotValue],
    *,
    other: DialogueState,
    speaking: bool,
) -> DialogueState:
    # What one of them has put away itself since is gone; what only the other's words had covered comes to light again.
    kept = {name: slot for name, slot in before.slots.items() if not speaking or name in others}
    slots = {**kept, **own}
    goes_on = speaking and not (now.stack and now.stack == other.stack)
    if not goes_on:
        return replace(before, slots=slots)
    return replace(now, slots=slots, drawer=tuple(one for one in now.drawer if one not in other.drawer))
