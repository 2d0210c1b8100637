"""From what waits in the inbox to what the dialogue hears, within the turn's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from bot.brand import Brand
from bot.customers.recognise import Known, Needs, Unknown, facts_for
from bot.customers.wishes import SERVICE
from bot.dialogue.events import (
    BotPaused,
    BotResumed,
    CaseClosed,
    CaseGivenBack,
    CaseTaken,
    Event,
    Here,
    MovedHere,
    NotRecognised,
    Pressed,
    Recognised,
    Say,
    Understood,
    Unreadable,
)
from bot.dialogue.state import DialogueState
from bot.storage import conversations, links, recognition
from bot.storage.albums import goes_on
from bot.storage.cases import DeskRefuses, Desks, StoreDesk, waits_on_line
from bot.storage.challenges import StoreProofs
from bot.storage.console_wishes import refusal
from bot.storage.contacting import Judge
from bot.storage.conversations import Standing, is_blocked
from bot.storage.inbox import Arrival
from bot.storage.merging import Joined
from bot.storage.schema import identity, note
from bot.turn import Heard, Reply, choice_from, meanings_of, trace_of
from bot.workers.house import manners_of
from bot.workers.signing import SILENT, signed_in, signed_out
from bot.workers.typed_codes import hear_code
from bot.workers.words import says_something
from handoff.case import OPEN, HandoffContext
from handoff.errors import AlreadyTaken, HandoffError, HandsFull, NotPossible
from handoff.ownership import OF_ITS_ADVISOR
from nlu.understanding import Understanding

ALONE = frozenset({"link", "contact", "act"}) | SILENT
"""Kinds that are a turn of their own: they may change whose conversation it is, or who speaks."""
UNREACHABLE = frozenset({"no_channel", "blocked", "wish"})
"""Why an advisor's answer cannot leave, as the trace of a refused act names it."""


class AgainstAWish(DeskRefuses):
    """The customer does not want what somebody is about to send them; `words` say it by language."""

    def __init__(self, words: Mapping[str, str]) -> None:
        super().__init__("wish", words["en"])
        self.words = dict(words)


@dataclass(frozen=True, slots=True)
class Meant:
    """What the NLU made of one message, and how long it took."""

    understanding: Understanding
    ms: float


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears for one conversation, in one transaction."""

    connection: Connection
    brand: Brand
    desks: Desks
    needs: Needs
    desk: StoreDesk
    standing: Standing
    now: datetime
    proofs: StoreProofs
    awaits_code: bool
    buttons_of: Collection[int] | None = None
    """Whose buttons may be pressed here; None: anybody's in this conversation."""

    def hear(self, arrival: Arrival, state: DialogueState, meant: Meant | None) -> Heard | Joined:
        """What `arrival` says. `Joined` when this conversation has become part of another, which then hears it."""
        match arrival.kind:
            case "press":
                return self._pressed(arrival)
            case "contact":
                return self._contact(arrival)
            case "link":
                return self._link(arrival)
            case "act":
                return self._act(arrival)
            case "media" | "location" if meant is None or not says_something(meant.understanding):
                return self._unreadable(arrival)
            case "blocked" | "unblocked":
                return self._reachable(arrival)
            case "echo":
                return self._echo(arrival, state)
            case "referral":
                return self._referral(arrival)
            case "signin":
                return signed_in(self.connection, self.standing, arrival, self.needs, self.now)
            case "signout":
                return signed_out(self.connection, self.standing, arrival, self.now)
            case "reaction" | "unsend" | "unsent" | "standby" | "moved":
                return Heard(arrival.id, (), {"kind": arrival.kind})
            case _:  # text, an edit: what it says now, and the words under a picture
                assert meant is not None
                code = self._code(arrival, state, meant)
                if code is not None:
                    return code
                meanings = meanings_of(meant.understanding, now=arrival.at, zone=self._zone(meant.understanding, state))
                return Heard(arrival.id, meanings, trace_of(meant.understanding, meanings[0], ms=meant.ms))

    def _code(self, arrival: Arrival, state: DialogueState, meant: Meant) -> Heard | Joined | None:
        return hear_code(
            self.connection,
            self.proofs,
            arrival,
            state,
            meant.understanding,
            rules=self.brand.proof,
            needs=self.needs,
            now=self.now,
            awaited=self.awaits_code,
        )

    def _unreadable(self, arrival: Arrival) -> Heard:
        """What the bot cannot read is answered, five pictures sent in one go once."""
        told = () if goes_on(self.connection, self.standing.id, arrival) else (_named(arrival),)
        return Heard(arrival.id, told, {"kind": arrival.kind})

    def here(self, arrival: Arrival, state: DialogueState) -> Here:
        """Where and when the customer did this, by our own clock: the dialogue hears it before what they did."""
        at = arrival.received_at  # what a platform or a mail's date says may be hours off, and would make days pass
        today = at.astimezone(ZoneInfo(self._zone(None, state))).date()
        return Here(f"{self.standing.channel}:{self.standing.identity_id}", at.isoformat(), today.isoformat())

    def _zone(self, understanding: Understanding | None, state: DialogueState) -> str:
        """The zone "tomorrow" is meant in: of the store the message or the conversation is about, else the brand's."""
        named = [understanding.entity("store")] if understanding is not None else []
        about = [entity.value for entity in named if entity] + [
            slot.value for name, slot in reversed(list(state.slots.items())) if name.endswith("store")
        ]
        for store_id in about:
            stores = self.brand.stores_named(store_id) if isinstance(store_id, str) else ()
            if stores:
                return stores[0].time_zone
        return self.brand.time_zone

    def _pressed(self, arrival: Arrival) -> Heard:
        token = str(arrival.data.get("token", ""))
        plain = conversations.pressed(self.connection, self.standing.id, token, of=self.buttons_of)
        if plain is None:
            return Heard(arrival.id, (Pressed(None, self.now.isoformat()),), {"pressed": None})
        conversations.note_press(self.connection, arrival.id, str(plain["title"]))
        return Heard(arrival.id, (Pressed(choice_from(plain), self.now.isoformat()),), {"pressed": plain["title"]})

    def _contact(self, arrival: Arrival) -> Heard | Joined:
        phone, own = str(arrival.data.get("phone", "")), arrival.data.get("own") is True
        found = recognition.recognise_by_contact(self.connection, self.standing, values=(phone,), own=own, now=self.now)
        match found:
            case Joined():
                return found
            case Known(profile, level):
                events: tuple[Event, ...] = (
                    Recognised(facts_for(profile, level, self.needs), profile.first_name, self.now.isoformat()),
                )
            case Unknown(why):
                # Their own number is theirs to use, even when it is not in the customer file.
                facts = {"customer_phone": phone} if own and phone else {}
                events = (NotRecognised(why, facts, self.now.isoformat()),)  # type: ignore[arg-type]  # same three words
        return Heard(arrival.id, events, {"contact": "own" if own else "not_own"})

    def _link(self, arrival: Arrival) -> Heard | Joined:
        opened = self._opened(arrival, "token")
        if isinstance(opened, Joined):
            return opened
        if opened == "refused":
            return Heard(arrival.id, (), {"link": "refused"}, says=(Say("utter_link_refused", author="system"),))
        return Heard(arrival.id, (MovedHere(self.standing.channel or ""),), {"link": "opened"})

    def _referral(self, arrival: Arrival) -> Heard | Joined:
        """Somebody came by a link or an advertisement: one of our own links is opened, of any other there is nothing to say."""
        opened = self._opened(arrival, "ref")
        if isinstance(opened, Joined):
            return opened
        events = (MovedHere(self.standing.channel or ""),) if opened == "here" else ()
        return Heard(arrival.id, events, {"kind": arrival.kind})

    def _opened(self, arrival: Arrival, name: str) -> Joined | Literal["here", "refused"]:
        counts_for = self.brand.proof.counts_for(arrival.channel)
        token = str(arrival.data.get(name, ""))
        opened = links.open_link(self.connection, self.standing, token, self.now, counts_for=counts_for)
        if not isinstance(opened, Joined) and (name == "token" or links.is_known(self.connection, token)):
            conversations.forget(self.connection, arrival.id, {key: arrival.data[key] for key in arrival.data if key != name})
        return opened

    def _echo(self, arrival: Arrival, state: DialogueState) -> Heard:
        """Somebody of the brand answered in the platform's own application: the bot steps back, and returns by itself."""
        taken_back = "of" in arrival.data
        if arrival.author != "advisor" or taken_back or (state.paused and not self.desk.stepped_back):
            return Heard(arrival.id, (), {"kind": "echo"})
        self.desk.step_back(self.now + timedelta(minutes=self.brand.handoff.step_back_minutes))
        return Heard(arrival.id, (BotPaused(arrival.author_name or ""),), {"kind": "echo"})

    def _reachable(self, arrival: Arrival) -> Heard:
        blocked_at = self.now if arrival.kind == "blocked" else None
        self.connection.execute(identity.update().where(identity.c.id == arrival.identity).values(blocked_at=blocked_at))
        return Heard(arrival.id, (), {"kind": arrival.kind})

    def _act(self, arrival: Arrival) -> Heard:
        by, act = str(arrival.data.get("by", "")), str(arrival.data.get("act", ""))
        try:
            done = self._done(act, by, arrival)
        except HandoffError as error:
            trace = {"outcome": "refused", "why": str(error), "by": by}
            return Heard(arrival.id, (), trace | self._refusal(act, error))
        return replace(done, message=arrival.id, trace={"outcome": "done", "by": by}, purpose=SERVICE)

    def _refusal(self, act: str, error: HandoffError) -> dict[str, Any]:
        """The `reason` as `handoff.console.ports.ActOutcome` names it, with the name of the case's `holder` or a `code`."""
        match error:
            case AlreadyTaken(by=by):
                return {"reason": "not_yours" if act in OF_ITS_ADVISOR else "taken", "holder": self.desks.names.get(by, by)}
            case HandsFull():
                return {"reason": "full"}
            case AgainstAWish(words=words):
                return {"reason": "cannot_write", "code": "wish", "words": words}
            case DeskRefuses(code=code):
                return {"reason": "cannot_write" if code in UNREACHABLE else "conflict", "code": code}
            case NotPossible():
                latest = self.desk.latest()
                if latest is None or latest.status not in OPEN:
                    return {"reason": "not_open"}
                return {"reason": "not_yours" if act in OF_ITS_ADVISOR else "conflict"}
        return {"reason": "conflict"}

    def _done(self, act: str, by: str, arrival: Arrival) -> Heard:
        name = self.desks.names.get(by) or arrival.author_name or by
        case = arrival.data.get("case")
        match act:
            case "take" | "takeover":
                before = self.desk.current()
                taken = self.desk.take(by, over=act == "takeover", context=self._by_hand(), case=case)
                unchanged = before is not None and before.status == "taken" and before.advisor == taken.advisor
                return Heard(None, () if unchanged else (CaseTaken(name),))
            case "answer":
                self.desk.act("answer", by, case=case)
                self._check_reachable()
                return Heard(None, answers=(Reply(arrival.text, "advisor", name),))
            case "release":
                back = self.desk.act("release", by, case=case)
                return Heard(None, owner="queue" if waits_on_line(back) else "bot")
            case "give_back":
                self.desk.act("give_back", by, arrival.text, case=case)
                here = self.here(arrival, conversations.dialogue_state(self.standing))
                return Heard(None, (CaseGivenBack(name, arrival.text, at=here.at, today=here.today),))
            case "close":
                self.desk.act("close", by, arrival.text, case=case)
                return Heard(None, (CaseClosed(name),))
            case "note":
                self._note(by, arrival)
                return Heard(None)
            case "pause":
                self.desk.step_back(None)
                return Heard(None, (BotPaused(name),))
            case "resume":
                self.desk.step_back(None)
                return Heard(None, (BotResumed(name),))
            case _:
                raise HandoffError(f"{act!r} is not something that can be done here")

    def _check_reachable(self) -> None:
        """An answer nobody can receive is refused while its writer can still do something else about it."""
        if self.standing.identity_id is None:
            raise DeskRefuses("no_channel", "This customer has no channel to be written to; reach them another way")
        if is_blocked(self.connection, self.standing.identity_id):
            raise DeskRefuses("blocked", "The customer has blocked this channel; reach them another way")
        judge = Judge.of(self.connection, self.standing.id, manners_of(self.brand), self.now)
        channel = self.standing.channel or ""
        verdict = judge.verdict(channel, SERVICE)
        if verdict.state == "no":
            raise AgainstAWish({language: refusal(judge, verdict, channel, language) for language in ("fr", "en")})

    def _note(self, by: str, arrival: Arrival) -> None:
        row = {"conversation_id": self.standing.id, "message_id": arrival.id, "author": by, "text": arrival.text, "at": self.now}
        self.connection.execute(insert(note), row)

    def _by_hand(self) -> HandoffContext:
        return HandoffContext(reason="manager", summary="", language=self.standing.language)


def _named(arrival: Arrival) -> Unreadable:
    return Unreadable(str(arrival.data.get("type", arrival.kind)) if arrival.kind == "media" else arrival.kind)


def understood(events: tuple[Event, ...]) -> Mapping[str, Any]:
    """Whether the customer's words were understood, for the counters: {"asked": n, "missed": n}."""
    meanings = [event.meaning for event in events if isinstance(event, Understood)]
    return {"asked": len(meanings), "missed": sum(not meaning.understood for meaning in meanings)}
