"""A code that somebody types: checked as soon as it is heard, and from then on nowhere any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.actions.proving import CODE_SLOT
from bot.brand.rules import ProofRules
from bot.customers.challenge import PLACE
from bot.customers.recognise import Needs, facts_for
from bot.customers.typed import codes_in, find_code, wish_in, without
from bot.dialogue.events import Event, Recognised, Say, Understood, Vouched
from bot.dialogue.flow import Collect, Flows
from bot.dialogue.state import DialogueState
from bot.storage.challenges import StoreProofs
from bot.storage.inbox import Arrival
from bot.storage.merging import Joined
from bot.storage.schema import message
from bot.turn import Heard
from nlu.understanding import Entity, IntentGuess, Understanding

GIVES_CODE = "give_code"
"""Intent, for the trace, of a message that answers the question for a code."""


def hear_code(
    connection: Connection,
    proofs: StoreProofs,
    arrival: Arrival,
    state: DialogueState,
    understanding: Understanding,
    *,
    rules: ProofRules,
    needs: Needs,
    now: datetime,
    awaited: bool,
) -> Heard | Joined | None:
    """What a message says that answers the question for a code; None when it speaks of something else.

    `awaited`: whether the dialogue awaits one (`awaits_code`), though another question may stand before it. When it does not, a
    code that is typed all the same, and nothing else, is as good while it is under way. The dialogue learns only what it was
    worth. `Joined` as `StoreProofs.answer`; nothing is changed in the message then, as it is heard again.
    """
    if arrival.author != "customer":
        return None
    codes = codes_in(arrival.text)
    typed = find_code(arrival.text)
    if not awaited and (not codes or not proofs.any_under_way):
        return None
    alone = typed is not None and without(arrival.text, typed).strip() == PLACE
    if codes and (typed is None or not (awaited or alone)):
        # It is heard as something else; what may still open something is not kept for having been said in passing.
        _forget(connection, arrival, without(arrival.text, *codes), *(one.code for one in codes))
    if not awaited and not alone:
        return None
    if typed is None:
        wish = wish_in(arrival.text) if state.asked == CODE_SLOT else None
        return None if wish is None else _heard(arrival, understanding, wish, (), now)
    answer = proofs.answer(typed.code, lasts=rules.counts_for(arrival.channel))
    if isinstance(answer, Joined):
        return answer
    _forget(connection, arrival, without(arrival.text, typed), typed.code)
    facts = facts_for(answer.known.profile, answer.known.level, needs) if answer.known else {}
    if not awaited:
        if answer.known is None:
            return Heard(arrival.id, (), {"intent": GIVES_CODE}, says=(Say("utter_proof_refused"),))
        known = Recognised(facts, answer.known.profile.first_name, now.isoformat())
        return Heard(arrival.id, (known,), {"intent": GIVES_CODE})
    learnt = (Vouched(facts, now.isoformat()),) if answer.known else ()
    return _heard(arrival, replace(understanding, text=without(arrival.text, typed)), answer.verdict, learnt, now)


def awaits_code(state: DialogueState, flows: Flows) -> bool:
    """Whether a flow under way waits for a code, be it beneath another."""
    steps = (flow.steps.get(frame.step) for frame in state.stack if (flow := flows.get(frame.flow)) is not None)
    return any(isinstance(step, Collect) and step.slot == CODE_SLOT for step in steps)


def _heard(arrival: Arrival, said: Understanding, worth: str, learnt: tuple[Event, ...], now: datetime) -> Heard:
    meaning = replace(
        said,
        ranking=(IntentGuess(GIVES_CODE, 1.0),),
        entities=(Entity("code", worth, "", 0, 0, source="grammar"),),
        language_sure=False,
        out_of_scope=False,
        answer=None,
        wishes=(),
        refuses="",
        faq="",
    )
    trace = {"intent": GIVES_CODE, "confidence": 1.0, "understood": True, "values": {"code": worth}, "engine": "code"}
    return Heard(arrival.id, (*learnt, Understood(meaning, {"code": worth}, now.isoformat())), trace)


def _forget(connection: Connection, arrival: Arrival, text: str, *codes: str) -> None:
    """Leave no code in what is kept of the message, right or wrong."""
    data = connection.execute(select(message.c.data).where(message.c.id == arrival.id)).scalar()
    kept: dict[str, Any] = {"text": text}
    if isinstance(data, dict) and codes:
        kept["data"] = {name: _blanked(part, codes) if isinstance(part, str) else part for name, part in data.items()}
    connection.execute(update(message).where(message.c.id == arrival.id).values(kept))


def _blanked(text: str, codes: tuple[str, ...]) -> str:
    for code in codes:
        text = text.replace(code, PLACE)
    return text
