"""What somebody put away comes along when two dialogues become one, and goes with them when they part again."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.joining import joined, parted
from bot.dialogue.state import DialogueState

ANAS = {"flow": "book_appointment", "slots": {"appointment_store": ["lyon", "customer", "", 1]}, "at": ""}
BENS = {"flow": "callback_request", "slots": {"order_number": ["OR-123456", "customer", "", 2]}, "at": ""}


def test_two_drawers_are_one_and_two_again() -> None:
    ana, ben = DialogueState(drawer=(ANAS,)), DialogueState(drawer=(BENS,))
    both = joined(ana, ben)
    assert both.drawer == (BENS, ANAS)
    stays, leaves = parted(both, stays=ana, leaves=ben, leaving={2}, spoke="stays")
    assert (stays.drawer, leaves.drawer) == ((ANAS,), (BENS,))


def test_what_was_put_away_since_stays_with_who_spoke() -> None:
    ana, ben = DialogueState(drawer=(ANAS,)), DialogueState(drawer=(BENS,))
    since = {**ANAS, "flow": "order_status"}
    both = replace(joined(ana, ben), drawer=(BENS, ANAS, since))
    stays, leaves = parted(both, stays=ana, leaves=ben, leaving={2}, spoke="leaves")
    assert (stays.drawer, leaves.drawer) == ((ANAS,), (BENS, since))
