"""The inbox loop: claim a conversation, understand what waits there, take the turn, write it, all or nothing.

Between the claim and the turn's transaction nothing is held open while the model thinks. Everything the turn reads and writes is
one unit of work under the claim's fencing number; if the process dies anywhere before its commit, the messages are still in the
inbox and another worker does the turn when the claim runs out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import metrics, signals
from bot.actions.context import ActionResult
from bot.clock import Clock, Stopwatch
from bot.errors import ClaimLost
from bot.storage import inbox
from bot.storage.conversations import Written
from bot.storage.database import Database
from bot.storage.inbox import Arrival, Claim
from bot.storage.merging import Joined
from bot.storage.windows import Served
from bot.workers.bringing import Profiles, bring_all, claimed_contacts, vouched_contacts
from bot.workers.hearing import Meant
from bot.workers.house import House
from bot.workers.turn_unit import GIVE_UP_AFTER, NeedsOutside, TurnUnit, Way, together
from bot.workers.words import words_in
from nlu.understanding import Understander

log = structlog.get_logger(__name__)


class TurnWorker:
    """Takes turns until it is told to stop; any number of them may share one database."""

    def __init__(
        self,
        database: Database,
        house: House,
        understander: Understander,
        clock: Clock,
        board: signals.Signals,
        *,
        name: str,
        requests: signals.OpenRequests | None = None,
        profiles: Profiles | None = None,
        claim_seconds: float = 10.0,
        poll_seconds: float = 0.5,
        at_once: int = 32,
    ) -> None:
        self._database, self.house, self.understander = database, house, understander
        self._clock, self._board, self._name = clock, board, name
        self._claim_for, self._poll, self._at_once = timedelta(seconds=claim_seconds), poll_seconds, at_once
        self._requests = requests or signals.OpenRequests()
        self._profiles = profiles
        self._wanted: dict[int, None] = {}
        self._woken = asyncio.Event()
        self._turns: set[asyncio.Task[None]] = set()
        self._stumbles: dict[int, int] = {}
        """Conversation to how often in a row its turn failed here without a message to blame."""
        self.deliver: Mapping[str, Sequence[Any]] = {}
        """Channel name to its delivery workers, woken when there is something for them."""
        self.ways: Mapping[str, Way] = {}
        """Channel name to how a conversation is continued there."""
        self.served: Served = {}
        """Every account something can be sent by."""

    def wake(self, conversation_id: int) -> None:
        """Something is due in this conversation."""
        self._wanted[conversation_id] = None
        self._woken.set()

    async def run(self) -> None:
        """Take turns for ever; cancel to stop. Turns under way are finished."""
        loop = asyncio.get_running_loop()
        sweep_at = loop.time()
        try:
            while True:
                room = self._at_once - len(self._turns)
                if room > 0 and self._wanted:
                    wanted = list(self._wanted)[:room]
                    for id_ in wanted:
                        del self._wanted[id_]
                    await self._take(wanted, room)
                elif room > 0 and loop.time() >= sweep_at:
                    taken = await self._take(None, room)
                    sweep_at = loop.time() + (0 if taken == room else self._poll)
                else:
                    await self._rest(max(0.0, sweep_at - loop.time()) if room > 0 else self._poll)
        finally:
            if self._turns:
                await asyncio.wait(self._turns, timeout=10)

    async def _rest(self, seconds: float) -> None:
        self._woken.clear()
        if self._wanted and len(self._turns) < self._at_once:
            return
        try:
            async with asyncio.timeout(max(seconds, 0.001)):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _take(self, wanted: Sequence[int] | None, room: int) -> int:
        now = self._clock.now()
        claim = partial(inbox.claim, worker=self._name, now=now, until=now + self._claim_for, limit=room, wanted=wanted)
        try:
            claims = await self._database.write(claim)
        except Exception:
            log.exception("inbox_not_claimed")
            await asyncio.sleep(self._poll)
            return 0
        self.begin(claims)
        return len(claims)

    def claiming(self) -> Callable[[Connection, Sequence[int]], list[Claim]] | None:
        """How to claim a conversation in the transaction that accepts a message; None while all hands are full."""
        if len(self._turns) >= self._at_once:
            return None
        now = self._clock.now()
        until = now + self._claim_for
        return lambda connection, wanted: inbox.claim(connection, worker=self._name, now=now, until=until, limit=1, wanted=wanted)

    def begin(self, claims: Sequence[Claim]) -> None:
        """Take the turns of these conversations."""
        for one in claims:
            task = asyncio.create_task(self._handle(one))
            self._turns.add(task)
            task.add_done_callback(self._finished)
        metrics.WAITING.set(len(self._turns))

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._turns.discard(task)
        self._woken.set()

    async def _handle(self, claim: Claim) -> None:
        arrivals = together(claim.arrivals)
        try:
            meant = await self._prepare(arrivals, claim.language)
            unit = TurnUnit(self.house, claim, arrivals, meant, self._clock.now(), self.ways, self.served, self._requests.taken)
            written = await self._take_turn(unit)
        except ClaimLost:
            metrics.TURNS.labels("claim_lost").inc()
            log.info("claim_lost", conversation=claim.conversation)
            return
        except Exception:
            metrics.TURNS.labels("failed").inc()
            log.exception("turn_failed", conversation=claim.conversation, messages=[one.id for one in arrivals])
            await self._put_back(claim, arrivals)
            return
        if isinstance(written, Joined):
            metrics.TURNS.labels("joined").inc()
            self.wake(written.winner)
            return
        self._committed(claim, arrivals, written)

    async def _take_turn(self, unit: TurnUnit) -> Written | Joined:
        """Write the turn. An action that waits for another system is run between two tries, outside any transaction."""
        results: list[ActionResult] = []
        while True:
            try:
                return await self._database.write(replace(unit, results=tuple(results)))
            except NeedsOutside as needs:
                limit = self._claim_for.total_seconds() / 2
                async with asyncio.timeout(limit):
                    results.append(await self.house.actions.run_outside(needs.action, needs.context))

    def _committed(self, claim: Claim, arrivals: Sequence[Arrival], written: Written) -> None:
        metrics.TURNS.labels("written").inc()
        _count_questions(written.questions)
        if not arrivals:
            self._stumbles.pop(claim.conversation, None)
        if written.more:
            self.wake(claim.conversation)
        if written.replies and written.channel is not None:
            for delivery in self.deliver.get(written.channel, ()):
                delivery.wake()
        now = self._clock.now()
        told = [signals.conversation(claim.conversation)]
        for arrival in arrivals:
            told.append(signals.message(arrival.id))
            if written.handed is not None:
                self._requests.answer(arrival.id, written.handed)
            metrics.TURN_SECONDS.observe(max(0.0, (now - arrival.received_at).total_seconds()))
        if written.identity is not None:
            told.append(signals.identity(written.identity))
        self._board.tell(told)

    async def _prepare(self, arrivals: Sequence[Arrival], language: str) -> dict[int, Meant]:
        """What takes time before the turn's transaction: understanding, and whom the brand's own databases know by what came."""
        if self._profiles is None:
            return await self._understand(arrivals, language)
        looking = bring_all(self._profiles, vouched_contacts(arrivals))
        meant, _ = await asyncio.gather(self._understand(arrivals, language), looking)
        await bring_all(self._profiles, claimed_contacts([one.understanding for one in meant.values()]))
        return meant

    async def _understand(self, arrivals: Sequence[Arrival], language: str) -> dict[int, Meant]:
        meant: dict[int, Meant] = {}
        for arrival in arrivals:
            words = words_in(arrival)
            if words is not None and arrival.failures < GIVE_UP_AFTER:
                watch = Stopwatch()
                understanding = await self.understander.understand(words, language=language)
                meant[arrival.id] = Meant(understanding, watch.ms)
                metrics.UNDERSTANDING_SECONDS.observe(watch.ms / 1000)
        return meant

    async def _put_back(self, claim: Claim, arrivals: Sequence[Arrival]) -> None:
        """Leave everything in the inbox for another try, a little later each time."""
        if arrivals:
            failures = max(arrival.failures for arrival in arrivals)
        else:  # a timer has no count of its own; forgetting one only means trying it sooner
            failures = self._stumbles.get(claim.conversation, -1) + 1
            self._stumbles[claim.conversation] = failures
        due = self._clock.now() + timedelta(seconds=min(60, 0.2 * 2 ** min(failures, 10)))

        def put_back(connection: Connection) -> None:
            inbox.count_failure(connection, [arrival.id for arrival in arrivals])
            inbox.release(connection, claim, due)

        try:
            await self._database.write(put_back)
        except Exception:
            log.exception("claim_not_released", conversation=claim.conversation)  # it runs out by itself


def _count_questions(questions: Sequence[tuple[str, str]]) -> None:
    for slot, asking in questions:
        if asking == "confirm":
            metrics.CONFIRMATIONS.labels(slot).inc()
            continue
        metrics.QUESTIONS.labels(slot).inc()
        if asking == "again":
            metrics.QUESTIONS_REPEATED.labels(slot).inc()
