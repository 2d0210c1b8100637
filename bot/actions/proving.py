"""Proving who one is: whether that is needed, by what, the code that is sent, and what is said of one that was typed."""

from __future__ import annotations

from typing import Any, cast

from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import action
from bot.customers.challenge import REASONS, Claim, Reason, claim_of
from bot.dialogue.events import Say
from bot.dialogue.state import Choice

CODE_SLOT = "proof_code"
"""The slot whose question a code answers; its value is what the code was worth, never the code."""
CLAIM_SLOT = "proof_claim"


@action("action_look_at_proof")
def look(context: ActionContext) -> ActionResult:
    """Decide how proof is asked for: `proof_way` is "enough" (it is not), "claim", "code" (it is known whose) or "none"."""
    return ActionResult(slots={"proof_way": _way(context), "proof_again": None})


def _way(context: ActionContext) -> str:
    reason = _reason(context)
    if reason in context.allowed:
        return "enough"
    if reason == "appointments" and context.diary.upcoming():
        return "enough"  # booked here: what they have made themselves they may always see
    if _by_contact(context):
        return "claim"
    if context.facts is not None:
        return "code" if context.proofs.channels(None) else "none"
    return "claim" if _means(context) else "none"


@action("action_ask_proof_claim")
def ask_claim(context: ActionContext) -> ActionResult:
    """Ask by what they are known; by a button where the platform vouches for a number, on channels where they are known."""
    reason = _reason(context)
    if reason in context.allowed:
        return ActionResult(slots={CLAIM_SLOT: "proved", "proof_way": "enough"})
    means, tried = _means(context), bool(context.slots.get("proof_asked"))
    contact = _by_contact(context) and not tried
    if not contact and not means:
        return ActionResult(slots={CLAIM_SLOT: "later", "proof_way": "none"})
    response = "utter_ask_proof_contact" if contact else "utter_ask_proof_claim"
    response += f"_{reason}" if contact or not tried else "_again"
    choices = () if contact else _elsewhere(context)
    return ActionResult(slots={"proof_asked": True}, says=(Say(response, {"means": means}, choices, question=True),))


def _elsewhere(context: ActionContext) -> tuple[Choice, ...]:
    """The channels on which they may be known already, each opened by one tap, and a way to leave it."""
    french = context.language == "fr"
    opened = (Choice(title=f"{'Ouvrir' if french else 'Open'} {name}", url=url) for name, url in context.ways().items())
    return (*opened, Choice(title="Pas maintenant" if french else "Not now", set={CLAIM_SLOT: "later"}))


@action("action_ask_proof_code")
def ask_code(context: ActionContext) -> ActionResult:
    """Ask for the code, which is sent unless one is under way for the same claim."""
    reason, claim = _reason(context), _claim(context)
    if reason in context.allowed:
        return ActionResult(slots={CODE_SLOT: "right"})
    again = bool(context.slots.get("proof_again"))
    under_way = None if again else context.proofs.under_way(claim)
    if under_way is not None:
        return ActionResult(says=(Say("utter_proof_code_question", question=True),))
    if not context.proofs.channels(claim):
        return ActionResult(slots={CODE_SLOT: "no_way"})
    if not context.proofs.send(claim, reason):
        return ActionResult(slots={CODE_SLOT: "limited", "proof_again": None})
    known = "utter_ask_proof_code_known" if claim is None else "utter_ask_proof_code_sent"
    values = {"means": _spoken(context, claim)}
    return ActionResult(
        slots={"proof_again": None}, says=(Say("utter_ask_proof_code_again" if again else known, values, question=True),)
    )


@action("action_proof_wrong")
def wrong(context: ActionContext) -> ActionResult:
    """Say that it was not the code, and how many tries are left."""
    under_way = context.proofs.under_way(_claim(context))
    left = under_way.left if under_way is not None else 0
    return ActionResult(says=(Say("utter_proof_wrong_last" if left == 1 else "utter_proof_wrong", {"left": left}),))


@action("action_proof_accepted")
def accepted(context: ActionContext) -> ActionResult:
    """Say that it was right, by name where that may be said; a slot alone opens nothing."""
    if _reason(context) not in context.allowed:
        return ActionResult(slots={"proof_way": "left"}, says=(Say("utter_proof_refused"),))
    name = str((context.facts or {}).get("first_name") or "")
    say = Say("utter_proof_right", {"first_name": name}) if name else Say("utter_proof_right_unnamed")
    return ActionResult(slots={"proof_way": "enough"}, says=(say,))


def _reason(context: ActionContext) -> Reason:
    wanted = context.slots.get("proof_for")
    return cast("Reason", wanted) if wanted in REASONS else "appointments"


def _claim(context: ActionContext) -> Claim | None:
    """What they say they are known by; None where they are known already."""
    said: Any = context.slots.get(CLAIM_SLOT)
    return claim_of(said) if isinstance(said, str) and said not in ("proved", "later") else None


def _by_contact(context: ActionContext) -> bool:
    return context.proofs.shares_contact and _reason(context) != "change_contact" and not context.slots.get("customer_phone")


def _means(context: ActionContext) -> str:
    return _spoken(context, claim_of("0"))


def _spoken(context: ActionContext, claim: Claim | None) -> str:
    """ "e-mail ou SMS": what a code may come by; the same whoever is known."""
    titles = {"email": "e-mail", "sms": "SMS", "whatsapp": "WhatsApp"}
    return (" ou " if context.language == "fr" else " or ").join(titles[one] for one in context.proofs.channels(claim))
