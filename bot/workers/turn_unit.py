"""The unit of work of one turn: hear what waits, step the dialogue, write everything that follows, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.actions.context import ActionContext, ActionResult
from bot.actions.telling import teller
from bot.channels.phones import variants
from bot.customers.challenge import REASONS, NoProofs
from bot.customers.wishes import SERVICE
from bot.dialogue.events import Act, ActionFinished, BotResumed, HandoffTimedOut, Recognised, Say, TimerFired, Vouched
from bot.dialogue.responses import Rendered, render
from bot.dialogue.state import DialogueState
from bot.storage import conversations, links, outbox, timers
from bot.storage.cases import StoreDesk
from bot.storage.challenges import MESSAGE, StoreProofs
from bot.storage.conversations import Standing, Written
from bot.storage.diary import StoreDiary
from bot.storage.inbox import Arrival, Claim
from bot.storage.merging import Joined
from bot.storage.windows import Served
from bot.turn import Heard, Reply, Turn, questions_in, take_turn
from bot.workers.discretion import Discretion
from bot.workers.hearing import ALONE, Listener, Meant, understood
from bot.workers.house import House
from bot.workers.signing import SILENT
from bot.workers.typed_codes import awaits_code
from bot.workers.vouching import vouch
from bot.workers.wishing import Wishing
from nlu.understanding import Understanding

GIVE_UP_AFTER = 3
"""Times a message may break its turn before it is answered with an apology and put in a person's hands."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a conversation is continued on a channel."""

    title: str
    """The channel as customers call it."""
    url: Callable[[str], str]
    """The address that opens it with a one-time token."""


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
    served: Served = field(default_factory=dict)
    """Every account something can be sent by, for codes."""
    awaited: Callable[[int], bool] = lambda _message: False
    """Whether somebody waits for the answers of this message, who then gets them with this transaction."""
    results: tuple[ActionResult, ...] = ()
    """Of the outside actions this turn comes to, in order."""

    def __call__(self, connection: Connection) -> Written | Joined:
        spoke_from = self.arrivals[-1].identity if self.arrivals else None
        standing = conversations.lock(connection, self.claim, spoke_from, self.now)
        vouched = vouch(connection, standing, self.arrivals, self.house, self.now)
        if isinstance(vouched, Joined):
            return vouched
        if vouched is not None:  # what has just been learnt counts from this very message on
            standing = conversations.lock(connection, self.claim, spoke_from, self.now)
        whole = conversations.dialogue_state(standing)
        discretion = Discretion(standing, self.house.needs, links.trusted(connection, standing))
        state = discretion.hide(whole)
        desk = StoreDesk(connection, self.house.desks, standing.id, self.now, identity=standing.identity_id)
        proofs = self._proofs(connection, standing)
        listener = Listener(
            connection,
            self.house.brand,
            self.house.desks,
            self.house.needs,
            desk,
            standing,
            self.now,
            proofs,
            awaits_code(state, self.house.dialogue.flows),
            discretion.within("contact", "appointments"),
        )
        heard, timers_changed = self._timers(connection, standing, desk)
        if vouched is not None:
            heard.append(Heard(None, (vouched,)))
        elif (introduced := discretion.introduce(whole, self.now)) is not None:
            heard.append(Heard(None, (introduced,)))
        wishing = Wishing(connection, self.house, standing, self.now)
        for arrival in self.arrivals:
            one = (
                self._broken(arrival)
                if arrival.failures >= GIVE_UP_AFTER
                else wishing.hear(arrival, state) or listener.hear(arrival, state, wishing.steady(self.meant.get(arrival.id)))
            )
            if isinstance(one, Joined):
                return one
            if arrival.author == "customer" and one.events and arrival.kind not in SILENT:
                one = replace(one, events=(listener.here(arrival, state), *one.events))
            heard.append(one)
        if _learnt(heard):  # who it is: what may be told has changed with this very message
            standing = proofs.standing = conversations.lock(connection, self.claim, spoke_from, self.now)
            discretion = Discretion(standing, self.house.needs, links.trusted(connection, standing))
            state = discretion.hide(whole)
        state, replies = self._step(connection, discretion, state, heard, desk, proofs)
        state = discretion.put_back(whole, discretion.stamp(whole, state))
        counted = [understood(one.events) for one in heard]
        missed = sum(count["missed"] for count in counted) if standing.owner == "bot" else 0
        turn = Turn(
            state=state,
            replies=replies,
            traces={one.message: one.trace for one in heard if one.message is not None},
            missed=missed,
            spoke_from=spoke_from if not self._is_silent() and discretion.may_speak else None,
            timers_changed=timers_changed or desk.timers_changed,
        )
        rest = self.claim.more or len(self.arrivals) < len(self.claim.arrivals)
        written = conversations.write_turn(
            connection, self.claim, standing, turn, now=self.now, rest=rest, manners=self.house.manners
        )
        proofs.finish()
        questions = questions_in(replies)
        return replace(written, missed=missed, questions=questions, handed=self._hand_over(connection, standing))

    def _hand_over(self, connection: Connection, standing: Standing) -> Sequence[Any] | None:
        """On a channel of requests and answers, to a caller who still waits: everything that waits for them, in order."""
        if standing.channel != "rest" or len(self.arrivals) != 1 or not self.awaited(self.arrivals[0].id):
            return None
        request, identity_id = self.arrivals[0].id, standing.identity_id
        assert identity_id is not None
        return outbox.hand_over(connection, identity_id=identity_id, request=request, fresh=True, now=self.now, take=True)

    def _is_silent(self) -> bool:
        return all(arrival.kind in SILENT for arrival in self.arrivals)

    def _last_meaning(self) -> Understanding | None:
        meant = self.meant.get(self.arrivals[-1].id) if self.arrivals else None
        return meant.understanding if meant is not None else None

    def _taken_along(self, context: ActionContext, action: str, standing: Standing) -> ActionContext:
        """What an outside action is given: nothing in it needs the transaction, which will be over."""
        lines = context.transcript()
        cause = str(self.arrivals[-1].id) if self.arrivals else f"timer-{standing.timer_at}"
        key = f"{standing.id}-{cause}-{action}-{len(self.results)}"
        return replace(context, transcript=lambda: lines, ways=dict, proofs=NoProofs(), key=key)

    def _proofs(self, connection: Connection, standing: Standing) -> StoreProofs:
        domain = self.house.domain

        def write(response: str, values: Mapping[str, Any], language: str, channel: str) -> str:
            return render(domain, Say(response, values), slots={}, language=language, channel=channel, seed=0).text

        served = self.served if all(MESSAGE + reason in domain.responses for reason in REASONS) else {}
        languages = self.house.brand.languages.all
        return StoreProofs(connection, standing, served, write, languages, self.now, forms=variants)

    def _ways(self, connection: Connection, standing: Standing) -> Mapping[str, str]:
        make = partial(links.make, connection, conversation_id=standing.id, identity_id=standing.identity_id, now=self.now)
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
                    heard.append(Heard(None, (HandoffTimedOut(),), {"timer": kind}, purpose=SERVICE))
            elif kind == timers.STEP_BACK:
                heard.append(Heard(None, (BotResumed("", quiet=True),), {"timer": kind}))
            else:
                heard.append(Heard(None, (TimerFired(kind, data),), {"timer": kind}, purpose=timers.purpose_of(data)))
        return heard, True

    def _broken(self, arrival: Arrival) -> Heard:
        """A message that breaks every turn is answered all the same, and its neighbours are not kept waiting."""
        if arrival.kind == "act":  # the person who did it is told; to the customer it never happened
            why = "This has failed several times; the log says why."
            return Heard(arrival.id, (), {"outcome": "refused", "reason": "conflict", "code": "failed", "why": why})
        return Heard(arrival.id, (), {"failed": arrival.failures}, says=(Say("utter_internal_error", author="system"),))

    def _step(
        self,
        connection: Connection,
        discretion: Discretion,
        state: DialogueState,
        heard: Sequence[Heard],
        desk: StoreDesk,
        proofs: StoreProofs,
    ) -> tuple[DialogueState, tuple[Reply, ...]]:
        standing = discretion.standing
        diary = StoreDiary(
            connection,
            self.house.brand,
            self.house.hours,
            standing.id,
            self.now,
            identity=standing.identity_id,
            only_of=discretion.within("appointments"),
        )
        shown = self.house.brand.transcript.messages_shown

        outside = iter(self.results)

        def perform(act: Act, current: DialogueState) -> ActionFinished:
            context = ActionContext(
                now=self.now,
                language=current.language,
                slots={name: slot.value for name, slot in current.slots.items()},
                brand=self.house.brand,
                facts=discretion.facts,
                allowed=discretion.allowed,
                arguments=act.arguments,
                channel=standing.channel or "",
                diary=diary,
                desk=desk,
                proofs=proofs,
                transcript=lambda: conversations.transcript(connection, standing.id, shown),
                ways=lambda: self._ways(connection, standing),
                conversation=str(standing.id),
                heard=self._last_meaning(),
            )
            if self.house.actions.is_outside(act.action):
                result = next(outside, None)
                if result is None:
                    raise NeedsOutside(act.action, self._taken_along(context, act.action, standing))
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
                tell=teller(self.house.domain, self.house.brand, current.language, self.now),
            )

        return take_turn(self.house.dialogue, state, heard, perform=perform, render=write)


def _learnt(heard: Sequence[Heard]) -> bool:
    """Whether one of these messages has just proved who writes."""
    return any(isinstance(event, Recognised | Vouched) for one in heard if one.message for event in one.events)
