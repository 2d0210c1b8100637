"""What each error of a channel means for the message that met it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, OutsideWindow, Refused, TryLater
from bot.messages import OutboundMessage
from bot.storage.outbox import Due
from bot.workers.outcomes import ACCOUNT_WAIT, GIVE_UP_AFTER, LONGEST_WAIT, is_away, outcome_of

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def due(attempts: int = 1) -> Due:
    return Due(7, 1, OutboundMessage(channel="sms", recipient="+33", text="un", key="k"), attempts)


@pytest.mark.parametrize(
    ("error", "state", "wait"),
    [
        (TryLater("busy", wait=7), "pending", 7),
        (TryLater("busy", wait=0), "pending", 0),
        (TryLater("busy"), "pending", 1),
        (OutcomeUnknown("no answer"), "pending", 5),
        (AccountRefused("no token"), "pending", ACCOUNT_WAIT),
        (KeyError("a mistake of ours"), "pending", 5),
        (OutsideWindow("late"), "held", None),
        (Refused("too long"), "failed", None),
        (CustomerGone("blocked"), "failed", None),
    ],
)
def test_what_becomes_of_the_message(error: Exception, state: str, wait: float | None) -> None:
    outcome = outcome_of(error, due(), NOON, settle_after=5, counts=True)
    assert outcome.state == state
    assert outcome.next_at == (None if wait is None else NOON + timedelta(seconds=wait))
    assert outcome.why
    assert outcome.customer_gone == isinstance(error, CustomerGone)
    assert outcome.maybe_taken == isinstance(error, OutcomeUnknown | KeyError)


def test_waits_grow_and_are_bounded() -> None:
    waits = [outcome_of(TryLater("x"), due(n), NOON, settle_after=5, counts=True).next_at for n in range(1, 20)]
    assert waits == sorted(waits)
    assert waits[-1] == NOON + timedelta(seconds=LONGEST_WAIT)


def test_a_message_is_given_up_in_the_end_but_not_for_the_platforms_faults() -> None:
    last = due(GIVE_UP_AFTER)
    assert outcome_of(TryLater("x"), last, NOON, settle_after=5, counts=True).state == "failed"
    assert outcome_of(TryLater("x"), last, NOON, settle_after=5, counts=False).state == "pending"
    assert outcome_of(OutcomeUnknown("x"), last, NOON, settle_after=5, counts=False).state == "failed"


def test_a_mistake_of_ours_says_nothing_a_customer_wrote() -> None:
    outcome = outcome_of(ValueError("Bonjour, je suis Camille"), due(), NOON, settle_after=5, counts=True)
    assert outcome.why == "unexpected ValueError; see the log"


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (TryLater("cannot be reached", everybody=True), True),
        (OutcomeUnknown("no answer"), True),
        (AccountRefused("no token"), True),
        (TryLater("this recipient is busy", wait=6), False),
        (OutsideWindow("late"), False),
        (Refused("too long"), False),
        (CustomerGone("blocked"), False),
        (KeyError("a mistake of ours"), False),
    ],
)
def test_which_errors_say_that_the_platform_is_away(error: Exception, away: bool) -> None:
    assert is_away(error) is away
