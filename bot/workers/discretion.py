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


@dataclass(frozen=True, slots=True)
class Discretion:
    """For one turn. A conversation of nobody we know has nothing to hide: what is in it was said there."""

    standing: Standing
    needs: Needs

    @property
    def known(self) -> bool:
        return self.standing.profile_id is not None

    def allows(self, what: str) -> bool:
        """Whether this identity has proved enough for a fact or an act, by its name in `Needs`."""
        return not self.known or self.standing.proven >= getattr(self.needs, what)

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
        """The dialogue as somebody may know it here: nothing from the profile, nothing to repeat."""
        if self.allows("contact"):
            return whole
        hidden = _of_profile(whole)
        return replace(whole, slots={name: slot for name, slot in whole.slots.items() if name not in hidden}, last_said=())

    def put_back(self, whole: DialogueState, told: DialogueState) -> DialogueState:
        """What was hidden, for the channels on which the person has proved who they are."""
        return told if self.allows("contact") else replace(told, slots={**_of_profile(whole), **told.slots})

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
