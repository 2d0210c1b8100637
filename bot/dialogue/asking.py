"""Asking for a slot: with the words that lead to it, and the offer to go on when the customer has just come back.

Also the other question there is about a slot: whether what is known of it still holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bot.dialogue.ageing import renewed
from bot.dialogue.standard import ANOTHER, CONFIRM, CONFIRMS, PAST, PUT_AWAY, RESUMES, TITLE, WHERE
from bot.dialogue.state import Choice
from bot.dialogue.working import Working

_ACKNOWLEDGES = frozenset({"utter_rephrase_question", "utter_corrected"})
"""Leads that answer what was just said: they stay when the offer to go on takes their place."""
_MOVED = "utter_moved_here_question"


def ask_for(
    w: Working, response: str, values: Mapping[str, Any] | None = None, *, choices: tuple[Choice, ...] = (), origin: str = ""
) -> None:
    """Say the question of the slot that is being asked for."""
    slot = w.state.asked or ""
    _tell_what_is_over(w)
    also = _offer_to_go_on(w, choices)
    again = bool(slot) and w.answered(slot)
    asking: Literal["again", "new"] = "again" if again else "new"
    w.say(response, values, choices=choices, question=True, origin=origin, also=also, slot=slot, asking=asking)


def ask_whether_it_holds(w: Working, slot: str) -> None:
    """Ask about a value that is only proposed, or has grown old, instead of asking for one."""
    own = CONFIRMS + slot
    w.change(asked=slot, choices=(), confirming=slot)
    _tell_what_is_over(w)
    also = _offer_to_go_on(w, (), yes_or_no=True)
    choices = tuple(
        # The slot among the names keeps the buttons of one such question from answering another.
        Choice(title=w.domain.text(TITLE + intent, w.state.language), intent=intent, aliases=(slot,))
        for intent in (CONFIRM, ANOTHER)
    )
    response = own if own in w.domain.responses else "utter_confirm"
    w.say(response, choices=choices, question=True, also=also, slot=slot, asking="confirm")


def confirmed(w: Working, slot: str, at: str) -> None:
    """The customer says that it still holds."""
    known = w.state.slots.get(slot)
    if known is not None:
        w.change(slots={**w.state.slots, slot: renewed(known, at)})
    w.change(confirming="", misses=0, choices=())


def not_any_more(w: Working, slot: str) -> None:
    """The customer says that it does not hold: it is asked for."""
    w.note_settled(slot)
    w.refuse(slot)
    w.change(confirming="", misses=0, choices=())


def can_be_offered(w: Working) -> bool:
    """Whether there is something to go on with that can be named."""
    return w.top is not None and (bool(w.topic()) or WHERE + (w.state.asked or "") in w.domain.responses)


def was_open(w: Working) -> bool:
    """Whether the running flow is one that was under way when the customer came back, and nothing was said of it yet."""
    return bool(w.state.stack) and w.chain().start < w.state.back


def _offer_to_go_on(w: Working, choices: tuple[Choice, ...], *, yes_or_no: bool = False) -> tuple[Choice, ...]:
    """When the customer has just come back: lead to the question with where it stopped, and let them refuse."""
    slot = w.state.asked or ""
    if not w.speaks or not was_open(w) or not can_be_offered(w):
        return ()
    lead = w.state.lead
    if lead in _ACKNOWLEDGES:
        w.say(lead)
    if _are_others(w.state.before, choices):
        w.say("utter_choices_changed")
    own = RESUMES + slot
    if own in w.domain.responses:
        lead = own
    elif yes_or_no or has_own_yes(w, slot):
        lead = "utter_resume_at"
    elif lead != _MOVED:
        lead = "utter_resume_offer"
    w.change(lead=lead, back=0, before=(), resuming=True)
    return (Choice(title=w.domain.text(TITLE + PUT_AWAY, w.state.language), intent=PUT_AWAY),)


def has_own_yes(w: Working, slot: str) -> bool:
    """Whether a plain yes or no answers the question of this slot, so that it cannot answer the offer to go on."""
    declared = w.domain.slots.get(slot)
    if declared is None:
        return False
    return declared.type == "bool" or w.state.confirming == slot or RESUMES + slot in w.domain.responses


def _are_others(before: tuple[Mapping[str, Any], ...], choices: tuple[Choice, ...]) -> bool:
    """Whether something on offer when the customer left is not any more, of the same kind of question."""
    now = [dict(choice.set) for choice in choices if choice.set]
    same_kind = bool(before) and bool(now) and before[0].keys() == now[0].keys()
    return same_kind and any(dict(one) not in now for one in before)


def _tell_what_is_over(w: Working) -> None:
    """Say why something is asked that was said before: its day is over."""
    ours = [collect.slot for collect in w.running() if collect.slot in w.state.past]
    if not ours or not w.speaks or w.acting:
        return
    missing = [slot for slot in ours if w.value(slot) is None]
    if missing:
        own = next((slot for slot in missing if PAST + slot in w.domain.responses), "")
        slot = own or missing[0]
        w.say(PAST + slot if own else "utter_past", {slot: w.state.past[slot]}, slot=slot)
    w.change(past={name: value for name, value in w.state.past.items() if name not in ours})
