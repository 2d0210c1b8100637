"""What may be told where somebody writes: the dialogue, the facts and the diary without what they have not proved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from bot.customers.recognise import Level, Needs, facts_for
from bot.dialogue.events import Vouched
from bot.dialogue.state import DialogueState, SlotValue
from bot.storage.conversations import Standing
from bot.storage.profiles import profile_from

_OF_THE_FLOW = (
    *("stack", "asked", "choices", "clarifying", "lead", "acting", "last_flow", "either", "back", "before", "past"),
    *("resuming", "confirming", "misses", "heard_on"),
)
"""What a dialogue keeps of the flow that is under way, and of who is in it."""
_PUT_BY = ("drawer", "later")
"""What it keeps of flows put away, whoever was in them."""
_NOTHING = DialogueState()
PERSONAL = frozenset({"customer_name", "customer_phone", "customer_email", "callback_phone", "order_number", "loyalty_number"})
"""Slots that say who somebody is. Where nobody is known they alone stay with whom they came from: the rest is everybody's."""


@dataclass(frozen=True, slots=True)
class Discretion:
    """For one turn. A conversation of nobody we know hides nothing, but from those whose link brought others into it."""

    standing: Standing
    needs: Needs
    trusted: frozenset[int] | None = None
    """The identities whose every word this one may know, when not those of all; see `bot.storage.links.trusted`."""

    @property
    def known(self) -> bool:
        return self.standing.profile_id is not None

    def allows(self, what: str) -> bool:
        """Whether this identity has proved enough for a fact or an act, by its name in `Needs`."""
        return not self.known or self.standing.proven >= getattr(self.needs, what)

    def within(self, *what: str) -> frozenset[int] | None:
        """The identities whose things may be shown and changed here, for these needs; None: everybody's in the conversation."""
        if self.known and all(self.allows(one) for one in what):
            return None
        if self.trusted is None and self.known:
            return frozenset({self.standing.identity_id or 0})
        return self.trusted

    @property
    def may_speak(self) -> bool:
        """Whether what nobody asked for just now (an advisor's answer, a reminder) may go to whoever writes, from now on."""
        return self.trusted is None or self.standing.speaker is None or self.standing.speaker in self.trusted

    @property
    def allowed(self) -> frozenset[str]:
        """What somebody we know has proved enough for; nothing for whom we do not know."""
        return frozenset(need.name for need in fields(Needs) if self.known and self.allows(need.name))

    @property
    def facts(self) -> Mapping[str, Any] | None:
        """What the profile says, as far as it may be told; None when nothing may."""
        facts = self.standing.facts
        if not self.known or facts is None or not self.allows("first_name"):
            return None
        return facts if self.allows("contact") else {"first_name": facts.get("first_name", "")}

    def hide(self, whole: DialogueState) -> DialogueState:
        """The dialogue as somebody may know it here: nothing from the profile, of others, or to repeat."""
        hidden = self._hidden(whole)
        if self.trusted is None and self.allows("contact"):
            return whole
        seen = replace(whole, slots={name: slot for name, slot in whole.slots.items() if name not in hidden}, last_said=())
        if self.trusted is None:
            return seen
        away = _PUT_BY if not self.known or self._is_theirs(whole) else (*_PUT_BY, *_OF_THE_FLOW)
        return seen.changed({name: getattr(_NOTHING, name) for name in away})

    def put_back(self, whole: DialogueState, told: DialogueState) -> DialogueState:
        """What was hidden, for those who may know it; a flow of theirs goes on unless one was begun here."""
        if self.trusted is None and self.allows("contact"):
            return told
        told = replace(told, slots={**self._hidden(whole), **told.slots})
        if self.trusted is None:
            return told
        told = replace(told, drawer=(*whole.drawer, *told.drawer), later=(*whole.later, *told.later))
        goes_on = self.known and whole.stack and not told.stack and not self._is_theirs(whole)
        return told.changed({name: getattr(whole, name) for name in _OF_THE_FLOW}) if goes_on else told

    def _hidden(self, whole: DialogueState) -> dict[str, SlotValue]:
        hidden = {} if self.allows("contact") else _of_profile(whole)
        if self.trusted is not None:
            others = {name: slot for name, slot in whole.slots.items() if slot.by not in self.trusted}
            hidden |= others if self.known else {name: slot for name, slot in others.items() if name in PERSONAL}
        return hidden

    def _is_theirs(self, whole: DialogueState) -> bool:
        """Whether who was last heard is one of those this identity may know everything of."""
        number = whole.heard_on.rpartition(":")[2]
        return number.isdecimal() and int(number) in (self.trusted or ())

    def introduce(self, whole: DialogueState, now: datetime) -> Vouched | None:
        """What the dialogue should know of the person and was not told yet: it came with a merge, or was proved elsewhere."""
        if not self.known or self.standing.facts is None or whole.met == self.standing.profile_id or not self.allows("contact"):
            return None
        facts = facts_for(profile_from(self.standing.facts), Level(self.standing.proven), self.needs)
        return Vouched(facts, now.isoformat())

    def stamp(self, before: DialogueState, after: DialogueState) -> DialogueState:
        """What was learnt in this turn, marked with the identity it was learnt by, and whose profile is taken note of."""
        if self.known and self.allows("contact") and after.met != self.standing.profile_id:
            after = replace(after, met=self.standing.profile_id or "")
        by = self.standing.identity_id or 0
        new = {name: _stamped(slot, before.slots.get(name), by) for name, slot in after.slots.items() if not slot.by}
        return replace(after, slots={**after.slots, **new}) if new else after


def _stamped(slot: SlotValue, was: SlotValue | None, by: int) -> SlotValue:
    # Looked at or written more cleanly, it is still what was said then.
    same = was is not None and was.at == slot.at and was.source == slot.source
    return replace(slot, by=was.by if was is not None and same else by)


def _of_profile(state: DialogueState) -> dict[str, SlotValue]:
    return {name: slot for name, slot in state.slots.items() if slot.source == "profile"}


def needs_of(rules: Mapping[str, str]) -> Needs:
    """The levels a brand asks for, by their names in `brand.yml`."""
    named = {need.name for need in fields(Needs)}
    return Needs(**{name: Level[level.upper()] for name, level in rules.items() if name in named})
