"""The inbox loop: claim a conversation, understand what waits there, take the turn, write it, all or nothing.

Between the claim and the turn's transaction nothing is held open while the model thinks. Everything the turn reads and writes is
one unit of work under the claim's fencing number; if the process dies anywhere before its commit, the messages are still in the
inbox and another worker does the turn when the claim runs out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from bot import metrics, signals
from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import Registry
from bot.brand import Brand
from bot.clock import Clock, Stopwatch
from bot.customers.recognise import Level
from bot.dialogue.domain import Domain
from bot.dialogue.events import Act, ActionFinished, HandoffTimedOut, Say, TimerFired
from bot.dialogue.responses import Rendered, render
from bot.dialogue.state import DialogueState
from bot.dialogue.step import Dialogue
from bot.errors import ClaimLost
from bot.storage import conversations, inbox, links, outbox, timers
from bot.storage.cases import Desks, StoreDesk
from bot.storage.conversations import Standing, Written
from bot.storage.customers import Joined
from bot.storage.database import Database
from bot.storage.diary import StoreDiary
from bot.storage.inbox import Arrival, Claim
from bot.turn import Heard, Reply, Turn, take_turn
from bot.workers.hearing import ALONE, Listener, Meant, understood
from handoff.hours import OpeningHours
from nlu.understanding import Understander

log = structlog.get_logger(__name__)

GIVE_UP_AFTER = 3
"""Times a message may break its turn before it is answered with an apology and put in a person's hands."""
WORDS = frozenset({"text", "edit"})


@dataclass(frozen=True, slots=True)
class House:
    """Everything a turn consults that does not change between two messages."""

    brand: Brand
    domain: Domain
    dialogue: Dialogue
    actions: Registry
    desks: Desks
    hours: Mapping[str, OpeningHours]
    """Store id to its opening hours."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a conversation is continued on a channel."""

    title: str
    """The channel as customers call it."""
    url: Callable[[str], str]
    """The address that opens it with a one-time token."""


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
        claim_seconds: float = 10.0,
        poll_seconds: float = 0.5,
        at_once: int = 32,
    ) -> None:
        self._database, self.house, self.understander = database, house, understander
        self._clock, self._board, self._name = clock, board, name
        self._claim_for, self._poll, self._at_once = timedelta(seconds=claim_seconds), poll_seconds, at_once
        self._requests = requests or signals.OpenRequests()
        self._wanted: dict[int, None] = {}
        self._woken = asyncio.Event()
        self._turns: set[asyncio.Task[None]] = set()
        self._stumbles: dict[int, int] = {}
        """Conversation to how often in a row its turn failed here without a message to blame."""
        self.deliver: Mapping[str, Any] = {}
        """Channel name to its delivery worker, woken when there is something for it."""
        self.ways: Mapping[str, Way] = {}
        """Channel name to how a conversation is continued there."""

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
            await asyncio.wait_for(self._woken.wait(), max(seconds, 0.001))
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
            meant = await self._understand(arrivals, claim.language)
            unit = TurnUnit(self.house, claim, arrivals, meant, self._clock.now(), self.ways, self._requests.taken)
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
                results.append(await asyncio.wait_for(self.house.actions.run_outside(needs.action, needs.context), limit))

    def _committed(self, claim: Claim, arrivals: Sequence[Arrival], written: Written) -> None:
        metrics.TURNS.labels("written").inc()
        if not arrivals:
            self._stumbles.pop(claim.conversation, None)
        if written.more:
            self.wake(claim.conversation)
        if written.replies and written.channel is not None and written.channel in self.deliver:
            self.deliver[written.channel].wake()
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

    async def _understand(self, arrivals: Sequence[Arrival], language: str) -> dict[int, Meant]:
        meant: dict[int, Meant] = {}
        for arrival in arrivals:
            if arrival.kind in WORDS and arrival.failures < GIVE_UP_AFTER:
                watch = Stopwatch()
                understanding = await self.understander.understand(arrival.text, language=language)
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


def together(arrivals: Sequence[Arrival]) -> tuple[Arrival, ...]:
    """The first of what waits that is handled in one turn.

    A customer who sends three short messages gets one answer to them. What may change whose conversation it is stands alone; so
    does each request of a channel on which every request expects an answer of its own, and whatever has failed before.
    """
    if not arrivals:
        return ()
    first = arrivals[0]
    if first.kind in ALONE or first.channel == "rest" or first.failures:
        return (first,)
    taken = [first]
    for arrival in arrivals[1:]:
        if arrival.kind in ALONE or arrival.identity != first.identity or arrival.failures:
            break
        taken.append(arrival)
    return tuple(taken)


class NeedsOutside(Exception):
    """The turn has come to an action that waits for another system; it begins again when the result is there."""

    def __init__(self, action: str, context: ActionContext) -> None:
        super().__init__(action)
        self.action, self.context = action, context


@dataclass(frozen=True, slots=True)
class TurnUnit:
    """The unit of work of one turn: everything it reads and writes, in one transaction."""

    house: House
    claim: Claim
    arrivals: tuple[Arrival, ...]
    meant: Mapping[int, Meant]
    now: datetime
    ways: Mapping[str, Way] = field(default_factory=dict)
    awaited: Callable[[int], bool] = lambda _message: False
    """Whether somebody waits for the answers of this message, who then gets them with this transaction."""
    results: tuple[ActionResult, ...] = ()
    """Of the outside actions this turn comes to, in order."""

    def __call__(self, connection: Connection) -> Written | Joined:
        spoke_from = self.arrivals[-1].identity if self.arrivals else None
        standing = conversations.lock(connection, self.claim, spoke_from)
        state = conversations.dialogue_state(standing)
        desk = StoreDesk(connection, self.house.desks, standing.id, self.now)
        listener = Listener(connection, self.house.brand, self.house.desks, desk, standing, self.now)
        heard, timers_changed = self._timers(connection, standing, desk)
        for arrival in self.arrivals:
            one = (
                self._broken(arrival)
                if arrival.failures >= GIVE_UP_AFTER
                else listener.hear(arrival, state, self.meant.get(arrival.id))
            )
            if isinstance(one, Joined):
                return one
            heard.append(one)
        state, replies = self._step(connection, standing, state, heard, desk)
        counted = [understood(one.events) for one in heard]
        missed = sum(count["missed"] for count in counted) if state.owner == "bot" else 0
        if missed:
            metrics.MISSED.inc(missed)
        turn = Turn(
            state=state,
            replies=replies,
            traces={one.message: one.trace for one in heard if one.message is not None},
            missed=missed,
            spoke_from=spoke_from,
            timers_changed=timers_changed or desk.timers_changed,
        )
        rest = self.claim.more or len(self.arrivals) < len(self.claim.arrivals)
        written = conversations.write_turn(connection, self.claim, standing, turn, now=self.now, rest=rest)
        return replace(written, handed=self._hand_over(connection, standing))

    def _hand_over(self, connection: Connection, standing: Standing) -> Sequence[Any] | None:
        """On a channel of requests and answers, to a caller who still waits: everything that waits for them, in order."""
        if standing.channel != "rest" or len(self.arrivals) != 1 or not self.awaited(self.arrivals[0].id):
            return None
        request, identity_id = self.arrivals[0].id, standing.identity_id
        assert identity_id is not None
        return outbox.hand_over(connection, identity_id=identity_id, request=request, fresh=True, now=self.now, take=True)

    def _ways(self, connection: Connection, standing: Standing) -> Mapping[str, str]:
        make = partial(links.make, connection, conversation_id=standing.id, now=self.now)
        return {way.title: way.url(make(channel=name)) for name, way in self.ways.items() if name != standing.channel}

    def _timers(self, connection: Connection, standing: Standing, desk: StoreDesk) -> tuple[list[Heard], bool]:
        if standing.timer_at is None or standing.timer_at > self.now:
            return [], False
        if any(arrival.failures for arrival in self.arrivals):
            return [], False  # it may be a timer that breaks these turns: the customer is answered without it
        heard = []
        for kind, data in timers.take_due(connection, standing.id, self.now):
            if kind == timers.HANDOFF:
                if desk.time_out():
                    heard.append(Heard(None, (HandoffTimedOut(),), {"timer": kind}))
            else:
                heard.append(Heard(None, (TimerFired(kind, data),), {"timer": kind}))
        return heard, True

    def _broken(self, arrival: Arrival) -> Heard:
        """A message that breaks every turn is answered all the same, and its neighbours are not kept waiting."""
        if arrival.kind == "act":  # the person who did it is told; to the customer it never happened
            why = "This has failed several times; the log says why."
            return Heard(arrival.id, (), {"outcome": "refused", "reason": "conflict", "code": "failed", "why": why})
        return Heard(arrival.id, (), {"failed": arrival.failures}, says=(Say("utter_internal_error", author="system"),))

    def _step(
        self, connection: Connection, standing: Standing, state: DialogueState, heard: Sequence[Heard], desk: StoreDesk
    ) -> tuple[DialogueState, tuple[Reply, ...]]:
        facts = standing.facts if standing.level >= Level.CHANNEL_VERIFIED else None
        diary = StoreDiary(connection, self.house.brand, dict(self.house.hours), standing.id, self.now)
        shown = self.house.brand.transcript.messages_shown

        outside = iter(self.results)

        def perform(act: Act, current: DialogueState) -> ActionFinished:
            context = ActionContext(
                now=self.now,
                language=current.language,
                slots={name: slot.value for name, slot in current.slots.items()},
                brand=self.house.brand,
                facts=facts,
                arguments=act.arguments,
                channel=standing.channel or "",
                diary=diary,
                desk=desk,
                transcript=lambda: conversations.transcript(connection, standing.id, shown),
                ways=lambda: self._ways(connection, standing),
            )
            if self.house.actions.is_outside(act.action):
                result = next(outside, None)
                if result is None:
                    raise NeedsOutside(act.action, context)
            else:
                result = self.house.actions.run(act.action, context)
            return result.finished(act.action, self.now.isoformat())

        def write(say: Say, current: DialogueState, _number: int) -> Rendered:
            return render(
                self.house.domain,
                say,
                slots={name: slot.value for name, slot in current.slots.items()},
                language=current.language,
                channel=standing.channel or "",
                seed=standing.id,
            )

        return take_turn(self.house.dialogue, state, heard, perform=perform, render=write)
