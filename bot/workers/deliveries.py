"""The outbox loop of one channel: claim what is due, send it at the channel's pace, write down what became of it."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from functools import partial

import structlog

from bot import signals
from bot.clock import Clock
from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, Refused, TryLater
from bot.messages import Channel
from bot.metrics import DELIVERIES, REPEATS
from bot.storage import outbox
from bot.storage.database import Database
from bot.storage.outbox import Due, Outcome

log = structlog.get_logger(__name__)

LONGEST_WAIT = 300.0
GIVE_UP_AFTER = 200
"""Attempts after which a message is failed for good, most of a day at the longest waits."""


class Pace:
    """How fast one recipient, or a whole channel, may be written to: a bucket of tokens refilled at `rate` a second."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._at = float(burst), time.monotonic()

    def delay(self) -> float:
        """Take one token and return how many seconds to wait before using it."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - 1
        self._at = now
        return max(0.0, -self._tokens / self._rate)

    @property
    def full(self) -> bool:
        return self._tokens + (time.monotonic() - self._at) * self._rate >= self._burst


class DeliveryWorker:
    """Carries messages to one channel until it is told to stop."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        clock: Clock,
        board: signals.Signals,
        *,
        name: str,
        claim_seconds: float = 30.0,
        settle_seconds: float = 5.0,
        poll_seconds: float = 1.0,
        batch: int = 50,
    ) -> None:
        self._database, self._channel, self._clock, self._board = database, channel, clock, board
        self.account = str(getattr(channel, "account", ""))
        self._name, self._claim, self._settle_after = name, timedelta(seconds=claim_seconds), settle_seconds
        rate = channel.limits.per_second
        # No more is claimed than can be sent, at the channel's pace, well before the claim runs out.
        self._poll, self._batch = poll_seconds, min(batch, max(1, int(rate * claim_seconds / 3))) if rate else batch
        self._under_way: set[int] = set()
        """Messages being sent by this process; whoever finds their claim run out waits for the outcome all the same."""
        self._due = asyncio.Event()
        self._whole = Pace(rate, max(1, int(rate))) if rate else None
        self._recipients: dict[str, Pace] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self.refused: str | None = None
        """Why the platform refuses our account; None while it does not."""

    @property
    def channel_name(self) -> str:
        return self._channel.name

    def wake(self) -> None:
        """Something may be due."""
        self._due.set()

    async def run(self) -> None:
        """Deliver for ever; cancel to stop. What was being sent is given a moment to be written down."""
        try:
            while True:
                await self._once()
        finally:
            if self._sending:
                await asyncio.wait(self._sending, timeout=5)

    async def _once(self) -> None:
        self._due.clear()
        room = self._batch - len(self._sending)
        due: list[Due] = []
        if room > 0:
            now = self._clock.now()
            claim = partial(
                outbox.claim_due,
                channel=self._channel.name,
                account=self.account,
                worker=self._name,
                now=now,
                until=now + self._claim,
                limit=room,
                limits=self._channel.limits,
            )
            try:
                due = await self._database.write(claim)
            except Exception:
                log.exception("deliveries_not_claimed", channel=self._channel.name)
                await asyncio.sleep(self._poll)
        for one in due:
            if one.message in self._under_way:
                continue  # slower than its claim: claiming it anew has made that longer
            self._under_way.add(one.message)
            task = asyncio.create_task(self._deliver(one))
            self._sending.add(task)
            task.add_done_callback(partial(self._finished, one.message))
        if not due:
            try:
                async with asyncio.timeout(self._poll):
                    await self._due.wait()
            except TimeoutError:
                return

    def _finished(self, message: int, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._under_way.discard(message)

    async def _deliver(self, due: Due) -> None:
        if due.withheld:
            outcome = Outcome(due.message, "withheld", why=due.withheld)
        else:
            await self._keep_pace(due.outbound.recipient)
            outcome = await self._send(due)
        DELIVERIES.labels(self._channel.name, outcome.state).inc()
        if outcome.maybe_taken:
            REPEATS.labels(self._channel.name).inc()
        settle = partial(outbox.settle, outcomes=[outcome], worker=self._name, now=self._clock.now())
        try:
            await self._database.write(settle)
        except Exception:
            # The claim runs out and the message is sent again, marked as a possible repeat.
            log.exception("delivery_not_noted", channel=self._channel.name, message=due.message)
        self._board.tell([signals.conversation(due.conversation)])
        self._due.set()  # the next message of the same recipient may be ready now

    async def _send(self, due: Due) -> Outcome:
        now = self._clock.now()
        try:
            provider_id = await self._channel.send(due.outbound)
        except TryLater as error:
            if due.attempts >= GIVE_UP_AFTER:
                return Outcome(due.message, "failed", why=f"given up after {due.attempts} attempts: {error}")
            wait = error.wait if error.wait is not None else _back_off(due.attempts)
            return Outcome(due.message, "pending", why=str(error), next_at=now + timedelta(seconds=wait))
        except OutcomeUnknown as error:
            if due.attempts >= GIVE_UP_AFTER:
                return Outcome(due.message, "failed", why=f"given up after {due.attempts} attempts: {error}")
            wait = max(self._settle_after, _back_off(due.attempts))
            return Outcome(due.message, "pending", why=str(error), next_at=now + timedelta(seconds=wait), maybe_taken=True)
        except CustomerGone as error:
            return Outcome(due.message, "failed", why=str(error), customer_gone=True)
        except Refused as error:
            log.warning("delivery_refused", channel=self._channel.name, message=due.message)
            return Outcome(due.message, "failed", why=str(error))
        except AccountRefused as error:
            self.refused = str(error)
            log.warning("channel_refuses_account", channel=self._channel.name, why=str(error))
            return Outcome(due.message, "pending", why=str(error), next_at=now + timedelta(seconds=60))
        except Exception as error:
            log.exception("delivery_failed", channel=self._channel.name, message=due.message)
            why = f"unexpected {type(error).__name__}; see the log"
            wait = max(self._settle_after, _back_off(due.attempts))
            return Outcome(due.message, "pending", why=why, next_at=now + timedelta(seconds=wait), maybe_taken=True)
        self.refused = None
        return Outcome(due.message, "sent", provider_id=provider_id)

    async def _keep_pace(self, recipient: str) -> None:
        wait = self._whole.delay() if self._whole else 0.0
        rate = self._channel.limits.per_recipient_per_second
        if rate:
            if len(self._recipients) > 10_000:
                self._recipients = {key: pace for key, pace in self._recipients.items() if not pace.full}
            # A short burst is what platforms tolerate and what a turn of two or three messages needs.
            wait = max(wait, self._recipients.setdefault(recipient, Pace(rate, 3)).delay())
        if wait:
            await asyncio.sleep(wait)


def _back_off(attempts: int) -> float:
    return min(LONGEST_WAIT, 0.5 * float(2 ** min(attempts, 12)))
