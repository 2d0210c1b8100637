"""The outbox loop of one account of a channel: claim what is due, send it at its pace, write down what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import structlog

from bot import signals
from bot.clock import Clock
from bot.customers.wishes import UNBOUND, Manners
from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, OutsideWindow, Refused, SendFailed, TryLater
from bot.messages import Channel
from bot.metrics import CHANNEL_AWAY, DELIVERIES, REPEATS
from bot.storage import outbox, windows
from bot.storage.database import Database
from bot.storage.outbox import Due, Outcome
from bot.storage.windows import Served
from bot.workers.breaker import Breaker
from bot.workers.codes import TOO_LATE, hush, with_code
from bot.workers.outcomes import is_away, outcome_of
from bot.workers.pace import Paces
from bot.workers.sharing import SharedPace

log = structlog.get_logger(__name__)

WORTH_TELLING = 30.0
"""Seconds a platform may be away before it is told to whoever asks for the server's health."""


class DeliveryWorker:
    """Carries messages by one account of a channel until it is told to stop."""

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
        templates: Mapping[str, Any] | None = None,
        served: Served | None = None,
        breaker: Breaker | None = None,
        manners: Manners = UNBOUND,
    ) -> None:
        """`templates`: by language, what may be sent when the window is closed, as the channel's `send_template` takes it.

        `served`: every account something can be sent by, also those of other channels, for words that must go elsewhere.
        """
        self._database, self._channel, self._clock, self._board = database, channel, clock, board
        self.account = str(getattr(channel, "account", ""))
        self._manners = manners
        self._name, self._claim, self._settle_after = name, timedelta(seconds=claim_seconds), settle_seconds
        self._templates, self._served, self._breaker = templates or {}, served or {}, breaker or Breaker()
        rate = channel.limits.per_second
        # No more is claimed than can be sent, at the channel's pace, well before the claim runs out.
        self._poll, self._batch = poll_seconds, min(batch, max(1, int(rate * claim_seconds / 3))) if rate else batch
        self._paces = Paces(rate, channel.limits.per_recipient_per_second)
        self._under_way: set[int] = set()
        """Messages being sent by this process; whoever finds their claim run out waits for the outcome all the same."""
        self._due, self._stopping = asyncio.Event(), asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._shared = SharedPace(database, clock, self._paces, channel=channel.name, account=self.account, worker=name)
        self._refused: str | None = None
        self._away = CHANNEL_AWAY.labels(channel.name, self.account)
        self._away.set(0)

    @property
    def channel_name(self) -> str:
        return self._channel.name

    @property
    def refused(self) -> str | None:
        """Why nothing is sent: the platform refuses our account, or does not answer; None while all is well."""
        if self._refused is None and self._breaker.away_for(time.monotonic()) > WORTH_TELLING:
            return "the platform does not answer; what is written waits and is sent when it does"
        return self._refused

    def wake(self) -> None:
        """Something may be due."""
        self._due.set()

    async def run(self) -> None:
        """Deliver for ever; cancel to stop. What is being sent is given a moment to be written down, the rest is put back."""
        try:
            while True:
                await self._once()
        finally:
            self._stopping.set()
            if self._sending:
                await asyncio.wait(self._sending, timeout=5)
            await self._shared.leave()

    async def _once(self) -> None:
        self._due.clear()
        await self._shared.keep()
        at = time.monotonic()
        room = self._breaker.room(self._batch - len(self._sending), len(self._sending), at)
        due = await self._claim_due(room) if room > 0 else []
        for one in due:
            if one.message in self._under_way:
                continue  # slower than its claim: claiming it anew has made that longer
            self._under_way.add(one.message)
            task = asyncio.create_task(self._deliver(one))
            self._sending.add(task)
            task.add_done_callback(partial(self._finished, one.message))
        if due:
            return
        wait = self._breaker.wait(at)
        try:
            async with asyncio.timeout(min(self._poll, wait) if wait else self._poll):
                await self._due.wait()
        except TimeoutError:
            return

    async def _claim_due(self, room: int) -> list[Due]:
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
            manners=self._manners,
        )
        try:
            return await self._database.write(claim)
        except Exception:
            log.exception("deliveries_not_claimed", channel=self._channel.name, account=self.account)
            await asyncio.sleep(self._poll)
            return []

    def _finished(self, message: int, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._under_way.discard(message)

    async def _deliver(self, due: Due) -> None:
        try:
            outcome = await self._attempt(due)
            if outcome is not None:
                DELIVERIES.labels(self._channel.name, outcome.state).inc()
                if outcome.maybe_taken:
                    REPEATS.labels(self._channel.name).inc()
                settle = partial(outbox.settle, outcomes=[outcome], worker=self._name, now=self._clock.now())
                await self._database.write(settle)
        except Exception:
            # The claim runs out and the message is sent again, marked as a possible repeat.
            log.exception("delivery_not_noted", channel=self._channel.name, account=self.account, message=due.message)
        self._board.tell([signals.conversation(due.conversation)])
        self._due.set()  # the next message of the same recipient may be ready now

    async def _attempt(self, due: Due) -> Outcome | None:
        """Try to send it; None when nothing is left to be written down."""
        if due.withheld:
            return Outcome(due.message, "withheld", why=due.withheld)
        if due.later is not None:
            return Outcome(due.message, "pending", why=due.why, next_at=due.later, not_before=due.later, counts=False)
        stopping = await self._keep_pace(due.outbound.recipient)
        if stopping or self._breaker.wait(time.monotonic()):
            return Outcome(due.message, "pending", counts=False)  # claimed, and not tried
        if due.attempts > 1:
            still = partial(outbox.still_to_send, message_id=due.message, worker=self._name)
            if not await self._database.write(still):
                return None
        outbound = await with_code(self._database, self._clock, due)
        if outbound is None:
            return Outcome(due.message, "withheld", why=TOO_LATE)
        began = self._clock.now()
        try:
            provider_id = await self._channel.send(outbound)
        except OutsideWindow as error:
            self._answered()
            hush(error, due, outbound)
            return await self._outside(due, error)
        except Exception as error:  # noqa: BLE001 - each kind has its own consequence
            hush(error, due, outbound)
            return self._failed(due, error)
        self._answered()
        return Outcome(due.message, "sent", provider_id=provider_id, sent_at=began)

    async def _keep_pace(self, recipient: str) -> bool:
        """Wait until this recipient may be written to; True when the worker is told to stop meanwhile."""
        wait = self._paces.delay(recipient)
        if wait:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._stopping.wait()
        return self._stopping.is_set()

    async def _outside(self, due: Due, error: OutsideWindow) -> Outcome | None:
        """Find another way for words that may not leave here: another channel, a template that asks for an answer, or waiting."""
        if due.challenge:  # meant for this address and no other
            return Outcome(due.message, "failed", why=str(error))
        step = partial(windows.step_aside, message_id=due.message, worker=self._name, served=self._served)
        aside = await self._database.write(partial(step, now=self._clock.now(), manners=self._manners))
        if aside is None:
            return None
        if aside.moved is not None:
            DELIVERIES.labels(self._channel.name, "moved").inc()
            log.info("delivery_moved", message=due.message, channel=self._channel.name, to=aside.moved.channel)
            self._board.tell([signals.identity(aside.moved.identity)])
            return None
        template = self._templates.get(due.outbound.language)
        if not aside.may_prompt or template is None:
            return Outcome(due.message, "held", why=str(error))
        return await self._prompt(due, template, str(error))

    async def _prompt(self, due: Due, template: Any, why: str) -> Outcome:
        """Ask the customer by a template to write; the words themselves wait for that."""
        send: Any = self._channel.send_template  # type: ignore[attr-defined]  # who has templates can send them
        try:
            await send(due.outbound.recipient, template, f"{due.outbound.key}/template")
        except OutcomeUnknown:
            pass  # a second one would cost more than none
        except (OutsideWindow, Refused) as error:
            return Outcome(due.message, "held", why=f"{why}; the template was not taken either: {error}")
        except SendFailed as error:
            return self._failed(due, error)
        name = str(getattr(template, "name", ""))
        await self._database.write(partial(windows.note_prompt, message_id=due.message, template=name, now=self._clock.now()))
        return Outcome(due.message, "held", why=f"{why}{windows.PROMPTED}")

    def _failed(self, due: Due, error: Exception) -> Outcome:
        """What follows from an attempt that failed, for the message and for all that wait behind it."""
        now = time.monotonic()
        if isinstance(error, AccountRefused):
            self._refused = str(error)
            log.warning("channel_refuses_account", channel=self._channel.name, account=self.account, why=str(error))
        if is_away(error):
            waits = isinstance(error, TryLater) and error.wait is not None
            stops = self._breaker.told_to_wait(error.wait, now) if waits else self._breaker.failed(now)  # type: ignore[attr-defined]
            if stops:
                wait = round(self._breaker.wait(now), 1)
                log.warning(
                    "channel_away", channel=self._channel.name, account=self.account, error=type(error).__name__, seconds=wait
                )
                self._away.set(1)
        elif isinstance(error, SendFailed):
            self._answered()
        if isinstance(error, Refused | CustomerGone):
            log.warning("delivery_refused", channel=self._channel.name, account=self.account, message=due.message)
        elif not isinstance(error, SendFailed):
            log.error("delivery_failed", channel=self._channel.name, account=self.account, message=due.message, exc_info=error)
        counts = not (is_away(error) and self._breaker.is_open)
        return outcome_of(error, due, self._clock.now(), settle_after=self._settle_after, counts=counts)

    def _answered(self) -> None:
        self._refused = None
        if self._breaker.answered():
            log.info("channel_back", channel=self._channel.name, account=self.account)
            self._away.set(0)
