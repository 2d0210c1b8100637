"""Putting a code into its message at the very moment of sending, and keeping it out of everything else."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from bot.clock import Clock
from bot.customers.challenge import PLACE
from bot.messages import OutboundMessage
from bot.storage.challenge_rows import code_to_send
from bot.storage.database import Database
from bot.storage.outbox import Due

TOO_LATE = "the code in it is no longer good"


async def with_code(database: Database, clock: Clock, due: Due) -> OutboundMessage | None:
    """The message as it leaves, the same at every attempt; None when its code is no longer good."""
    if not due.challenge:
        return due.outbound
    code = await database.read(partial(code_to_send, number=due.challenge, now=clock.now()))
    return replace(due.outbound, text=due.outbound.text.replace(PLACE, code, 1)) if code is not None else None


def hush(error: BaseException, due: Due, sent: OutboundMessage) -> None:
    """Take the words that were sent out of an error: a platform may repeat what it refuses."""
    if not due.challenge:
        return
    at = due.outbound.text.find(PLACE)
    code = sent.text[at : at + len(PLACE)]
    seen: BaseException | None = error
    while seen is not None:
        seen.args = tuple(str(part).replace(code, PLACE) if code in str(part) else part for part in seen.args)
        seen = seen.__cause__ or seen.__context__
