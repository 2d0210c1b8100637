"""What an error of a transport means for the message that met it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, OutsideWindow, Refused, TryLater
from bot.storage.outbox import Due, Outcome

LONGEST_WAIT = 300.0
GIVE_UP_AFTER = 200
"""Attempts after which a message is failed for good, most of a day at the longest waits."""
ACCOUNT_WAIT = 60.0
"""Seconds until a message is tried again that met a refusal of our whole account."""


def back_off(attempts: int) -> float:
    """Seconds to wait after so many attempts, where nobody says how long."""
    return min(LONGEST_WAIT, 0.5 * float(2 ** min(attempts, 12)))


def is_away(error: Exception) -> bool:
    """Whether an error tells of the platform or of our account, and so of every other message too."""
    if isinstance(error, TryLater):
        return error.everybody
    return isinstance(error, OutcomeUnknown | AccountRefused)


def outcome_of(error: Exception, due: Due, now: datetime, *, settle_after: float, counts: bool) -> Outcome:
    """How an attempt ended that raised `error`.

    `settle_after`: seconds a message of unknown outcome is left alone. `counts`: whether it was this message's own attempt;
    one of unknown outcome always is.
    """
    why = str(error)
    match error:
        case OutsideWindow():
            return Outcome(due.message, "held", why=why)
        case CustomerGone():
            return Outcome(due.message, "failed", why=why, customer_gone=True)
        case Refused():
            return Outcome(due.message, "failed", why=why)
        case TryLater():
            wait = error.wait if error.wait is not None else back_off(due.attempts)
        case AccountRefused():
            wait = ACCOUNT_WAIT
        case OutcomeUnknown():
            wait, counts = max(settle_after, back_off(due.attempts)), True
        case _:
            why = f"unexpected {type(error).__name__}; see the log"
            wait, counts = max(settle_after, back_off(due.attempts)), True
    if counts and due.attempts >= GIVE_UP_AFTER:
        return Outcome(due.message, "failed", why=f"given up after {due.attempts} attempts: {why}")
    unknown = not isinstance(error, TryLater | AccountRefused)
    next_at = now + timedelta(seconds=wait)
    return Outcome(due.message, "pending", why=why, next_at=next_at, maybe_taken=unknown, counts=counts)
