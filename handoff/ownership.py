"""What may happen to a case, as one table, and who speaks meanwhile.

The table is the whole truth: an act that has no entry for a status is not possible there, and the refusal says what to
do instead. Time is passed in; a waiting case always carries the deadline at which its customer hears from us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal

from handoff.case import OPEN, Case, CaseStatus
from handoff.errors import AlreadyTaken, NotPossible

Act = Literal["take", "take_over", "answer", "release", "give_back", "close", "time_out", "wait_again", "withdraw"]
"""take: an advisor accepts it; take_over: a manager takes it from whoever has it; answer: its advisor writes;
release: back to the queue for somebody else; give_back: the bot carries on; close: the need is met;
time_out: nobody took it in time; wait_again: the customer chose to go on waiting; withdraw: they no longer wait."""

Speaker = Literal["bot", "queue", "advisor"]

TRANSITIONS: Mapping[CaseStatus, Mapping[Act, CaseStatus]] = {
    "waiting": {
        "take": "taken",
        "take_over": "taken",
        "time_out": "unanswered",
        "withdraw": "withdrawn",
        "close": "closed",
    },
    "unanswered": {
        "take": "taken",
        "take_over": "taken",
        "wait_again": "waiting",
        "withdraw": "withdrawn",
        "close": "closed",
    },
    "taken": {
        "take_over": "taken",
        "answer": "taken",
        "release": "waiting",
        "give_back": "given_back",
        "close": "closed",
    },
    "given_back": {},
    "closed": {},
    "withdrawn": {},
}

OF_ITS_ADVISOR: frozenset[Act] = frozenset({"answer", "release", "give_back", "close"})
"""Acts on a taken case that only the person who has it may do."""
OF_A_PERSON: frozenset[Act] = OF_ITS_ADVISOR | {"take", "take_over"}

_CURES: Mapping[CaseStatus, str] = {
    "waiting": "This case is waiting in its queue; take it first.",
    "unanswered": "Nobody took this case in time and the customer has been told; take it first.",
    "taken": "An advisor has this case; wait until it is given back or closed.",
    "given_back": "This case was given back to the bot; take the conversation over to speak again.",
    "closed": "This case is closed; take the conversation over to speak again.",
    "withdrawn": "The customer no longer waits for a person; take the conversation over to speak again.",
}


def possible(case: Case) -> frozenset[Act]:
    """The acts the case allows where it stands."""
    return frozenset(TRANSITIONS[case.status])


def after(
    case: Case, act: Act, *, now: datetime, by: str | None = None, note: str = "", deadline: datetime | None = None
) -> Case:
    """The case once `act` has been done at `now` by that advisor (None for the customer and for time itself).

    `release` and `wait_again` put it back in its queue and need the new `deadline`. Taking a case one already has
    changes nothing. Raises `NotPossible`, or `AlreadyTaken` when somebody else has it.
    """
    if act in OF_A_PERSON and not by:
        raise NotPossible(f"{act} is an act of a person; say who does it.")
    if act == "take" and case.status == "taken":
        if case.advisor == by:
            return case
        raise AlreadyTaken(case.advisor or "")
    status = TRANSITIONS[case.status].get(act)
    if status is None:
        raise NotPossible(_CURES[case.status])
    if case.status == "taken" and act in OF_ITS_ADVISOR and case.advisor != by:
        raise AlreadyTaken(case.advisor or "")
    if act == "time_out" and (case.deadline is None or now < case.deadline):
        raise NotPossible("Its time is not over; let it wait until its deadline.")
    if status == "waiting":
        if deadline is None or deadline <= now:
            raise NotPossible("A case that waits needs a deadline to come; take it from its queue's opening hours.")
        return replace(case, status=status, advisor=None, taken_at=None, deadline=deadline, note=note or case.note)
    if status == "taken":
        changed = case.status != "taken" or case.advisor != by
        return replace(case, status=status, advisor=by, taken_at=now if changed else case.taken_at, deadline=None)
    if status == "unanswered":
        return replace(case, status=status, deadline=None)
    return replace(case, status=status, ended_at=now, deadline=None, note=note or case.note)


def speaker(case: Case | None) -> Speaker:
    """Who must speak next: exactly one, whatever happened to the case.

    While it waits the queue owns the conversation; once unanswered, the bot does, to offer the customer a choice.
    """
    if case is None or case.status not in OPEN or case.status == "unanswered":
        return "bot"
    return "advisor" if case.status == "taken" else "queue"
