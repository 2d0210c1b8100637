"""The customer comes back, on another channel or after long: what has aged meanwhile, and whether they want to go on."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.ageing import is_over, later, older
from bot.dialogue.asking import can_be_offered, confirmed, has_own_yes, not_any_more
from bot.dialogue.choosing import pick
from bot.dialogue.drawer import clear_out, put_in
from bot.dialogue.events import Here
from bot.dialogue.filling import plain_yes_or_no, stands_for_a_value
from bot.dialogue.rewinding import rewind
from bot.dialogue.walk import advance, drop_chain
from bot.dialogue.working import Working
from nlu.understanding import Understanding


def here(w: Working, event: Here) -> None:
    """The customer is about to be heard: forget what is over, and note whether they were away. Nothing is said yet."""
    away = _was_away(w, event)
    w.change(heard_at=later(event.at, w.state.heard_at), heard_on=event.place, today=event.today)
    if w.state.drawer:
        clear_out(w)
    if not w.speaks:
        return
    changed = _forget_what_is_over(w, w.state.heard_at, event.today)
    if away and can_be_offered(w):
        w.change(back=len(w.state.stack), before=tuple(choice.set for choice in w.state.choices if choice.set))
        changed = _look_again(w) or changed
    if changed:
        rewind(w)


def time_went_by(w: Working, at: str, today: str) -> None:
    """The bot has the word again after a person had it: what is over is forgotten, and what was chosen is looked at again."""
    _forget_what_is_over(w, at, today)
    _look_again(w)


def _was_away(w: Working, event: Here) -> bool:
    elsewhere = bool(w.state.heard_on) and w.state.heard_on != event.place
    return elsewhere or older(w.state.heard_at, w.policy.resume_after, now=event.at)


def _forget_what_is_over(w: Working, now: str, today: str) -> bool:
    over = {
        name: known.value
        for name, known in w.state.slots.items()
        if w.domain.slots[name].passes and is_over(known.value, now=now, today=today)
    }
    if not over:
        return False
    needed = {collect.slot for frame in w.state.stack for collect in w.flows.collects(frame.flow)}
    w.put(dict.fromkeys(over), "flow")
    w.change(past={**w.state.past, **{name: value for name, value in over.items() if name in needed}})
    return True


def _look_again(w: Working) -> bool:
    """A time chosen days ago may have gone to somebody else: its action looks at it before it is used."""
    again = {name: known for name, known in w.state.slots.items() if w.domain.slots[name].check_again}
    if again:
        w.change(slots={**w.state.slots, **{name: replace(known, checked=False) for name, known in again.items()}})
    return bool(again)


def answers_offer(w: Working, meaning: Understanding, at: str) -> bool:
    """Whether a message says yes or no to going on, or to a value that was asked about; what it says is then done."""
    offered, away = w.state.resuming, bool(w.state.back)
    w.change(resuming=False)
    if meaning.entities:
        return False
    said = _yes_or_no(w, meaning)
    if (offered or away) and w.top is not None and _gives_up(w, meaning):
        put_away(w)
        return True
    slot = w.state.asked or ""
    if said and not has_own_yes(w, slot) and _chooses(w, meaning):
        return False  # « oui, le premier » says more than yes
    if away and slot and said is not None:
        # A yes to a question of days ago, or asked on another channel, settles nothing before it has been seen here.
        w.change(misses=0)
        advance(w)
        return True
    if slot and w.state.confirming == slot and said is not None:
        settle(w, slot, holds=said, at=at)
        return True
    if not offered or has_own_yes(w, slot) or said is None or w.top is None:
        return False
    if said:
        w.change(misses=0, lead="utter_resume_yes")
        advance(w)
    else:
        put_away(w)
    return True


def settle(w: Working, slot: str, *, holds: bool, at: str) -> None:
    """The customer has said whether a known value still holds."""
    if holds:
        confirmed(w, slot, at)
    else:
        not_any_more(w, slot)
    rewind(w)
    advance(w)


def put_away(w: Working) -> None:
    """Leave the running flow aside without forgetting what is known."""
    put_in(w)
    drop_chain(w)
    w.change(back=0, before=(), past={}, resuming=False, confirming="", later=(), misses=0)
    w.say("utter_put_away")
    if w.top is not None and w.topic():
        w.change(lead="utter_resume")
    advance(w)


def _yes_or_no(w: Working, meaning: Understanding) -> bool | None:
    plain = plain_yes_or_no(meaning)
    if plain is not None or not meaning.understood or meaning.confidence < w.policy.answer:
        return plain
    return {"affirm": True, "deny": False}.get(str(meaning.intent))


def _chooses(w: Working, meaning: Understanding) -> bool:
    """Whether the words mean one of the answers on offer."""
    return pick([choice for choice in w.state.choices if choice.set], meaning.text, {}) is not None


def _gives_up(w: Working, meaning: Understanding) -> bool:
    return meaning.understood and meaning.intent == "cancel" and not stands_for_a_value(w, meaning)
