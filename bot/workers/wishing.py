"""What customers say about being written to: heard before anything else they may mean, written down, confirmed in one line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.customers import wish_answers
from bot.customers.wish_grammar import HERE, Said, Spoken, read_wish
from bot.customers.wishes import CONTACT, LANGUAGE, MARKETING, NOTED, SERVICE, Wanted, restored
from bot.dialogue.state import DialogueState
from bot.storage import contacting, wishes
from bot.storage.conversations import Standing
from bot.storage.identities import STOPPED_BY_A_WORD
from bot.storage.inbox import Arrival
from bot.storage.wishes import wanted_of
from bot.turn import Heard, Reply, meanings_of, trace_of
from bot.workers.hearing import Meant
from bot.workers.house import House
from nlu.understanding import IntentGuess, Understanding

A_WORD_IS_MEANT = frozenset({"sms", "email"})
"""Channels on which a bare STOP is about the messages, whatever is being talked of: people know it from there, and laws have it
so. On a chat, while something is under way, it is more likely about that."""
UNDONE_WITHIN = timedelta(hours=1)
"""How long "as before" is about what was said last of being written to."""


@dataclass(frozen=True, slots=True)
class Wishing:
    """Hears for one conversation, in one transaction."""

    connection: Connection
    house: House
    standing: Standing
    now: datetime

    def hear(self, arrival: Arrival, state: DialogueState) -> Heard | None:
        """What a message says about being written to; None when it says something else, or that besides."""
        if arrival.author != "customer" or arrival.identity is None:
            return None
        if arrival.kind in ("blocked", "unblocked"):
            self._by_platform(arrival)
            return None
        spoken = read_wish(arrival.text, arrival.channel) if _is_written(arrival) else None
        if spoken is None:
            return None
        if spoken.wish is not None:
            return self._wants(arrival, state, spoken.wish)
        return self._word(arrival, state, spoken)

    def steady(self, meant: Meant | None) -> Meant | None:
        """What a message means, without another language than the one its customer asked for."""
        if meant is None or not meant.understanding.language_sure or meant.understanding.language == self.standing.language:
            return meant
        if not self._wanted().latest(LANGUAGE):
            return meant
        return replace(meant, understanding=replace(meant.understanding, language_sure=False))

    def _wanted(self) -> Wanted:
        return wanted_of(self.connection, (self.standing.id,))[self.standing.id]

    def _word(self, arrival: Arrival, state: DialogueState, spoken: Spoken) -> Heard | None:
        wanted, language = self._wanted(), state.language
        refused = (said := wanted.contact(arrival.channel, SERVICE)) is not None and not said.value
        match spoken.word:
            case "stop" if not refused and state.stack and state.owner == "bot" and arrival.channel not in A_WORD_IS_MEANT:
                hint = Reply(wish_answers.line("how_to_stop", language), "system")
                return replace(self._stop_this(arrival, state), then=(hint,))
            case "stop":
                self._record(arrival, Said(CONTACT, False, arrival.channel))
                line = wish_answers.confirmed(CONTACT, False, arrival.channel, "", language, ())
                return _answered(arrival, CONTACT, "" if refused else line)  # said once, however often it is asked
            case "stop_marketing":
                return self._wants(arrival, state, Said(CONTACT, False, "", MARKETING))
            case "undo":
                return self._undo(arrival, wanted, language)
            case "start" | "yes" if refused and (spoken.word == "start" or not (state.stack or state.asked)):
                self._record(arrival, Said(CONTACT, True, arrival.channel))
                line = wish_answers.line("started", language, by=wish_answers.by(arrival.channel, language))
                return _answered(arrival, CONTACT, line)
        return None

    def _wants(self, arrival: Arrival, state: DialogueState, said: Said) -> Heard:
        said = replace(said, channel=arrival.channel) if said.channel == HERE else said
        if not self._may(arrival, said):
            return _answered(arrival, CONTACT, wish_answers.line("said_there", state.language))
        self._record(arrival, said)
        spoken = self.house.domain.languages
        line = wish_answers.confirmed(said.kind, said.value, said.channel, said.purpose, state.language, spoken)
        speaks = said.value if said.kind == LANGUAGE and said.value in spoken else ""
        return replace(_answered(arrival, said.kind, line), language=speaks)

    def _undo(self, arrival: Arrival, wanted: Wanted, language: str) -> Heard | None:
        last = next((one for one in reversed(wanted.wishes) if one.by == "customer"), None)
        if last is None or self.now - last.at > UNDONE_WITHIN:
            return None
        before = Said(last.kind, restored(wanted, last), last.channel, last.purpose)
        if not self._may(arrival, before):
            return _answered(arrival, CONTACT, wish_answers.line("said_there", language))
        self._record(arrival, before)
        speaks = restored(wanted, last) if last.kind == LANGUAGE else ""
        line = wish_answers.line("undone", speaks or language)
        return replace(_answered(arrival, last.kind, line), language=speaks)

    def _may(self, arrival: Arrival, said: Said) -> bool:
        """Whether this is theirs to say: a refusal may be said by anybody in the thread, and lifted by those it is of."""
        if said.kind != CONTACT or not said.value or arrival.identity is None:
            return True
        return wishes.may_permit(
            self.connection,
            self._wanted(),
            channel=said.channel,
            purpose=said.purpose,
            identity=arrival.identity,
            here=arrival.channel,
            profile_id=self.standing.profile_id,
            now=self.now,
        )

    def _by_platform(self, arrival: Arrival) -> None:
        """The platform acts on a word by itself, and says so: it is the customer's word all the same."""
        if arrival.channel in STOPPED_BY_A_WORD:
            stopped = arrival.kind == "blocked"
            said = self._wanted().contact(arrival.channel, SERVICE)
            if stopped or (said is not None and not said.value):
                self._record(arrival, Said(CONTACT, not stopped, arrival.channel))

    def _record(self, arrival: Arrival, said: Said) -> None:
        wishes.record(
            self.connection,
            self.standing.id,
            kind=said.kind,
            value=said.value,
            channel=said.channel,
            purpose=said.purpose,
            identity=arrival.identity,
            now=self.now,
            by="customer",
            proof={"message": arrival.id},
        )
        contacting.obey(self.connection, self.standing.id, self.house.manners, self.now)

    def _stop_this(self, arrival: Arrival, state: DialogueState) -> Heard:
        sure = (IntentGuess("cancel", 1.0),)
        meaning = Understanding(text=arrival.text, language=state.language, ranking=sure, engine="a word alone")
        heard = meanings_of(meaning, now=arrival.at, zone=self.house.brand.time_zone)
        return Heard(arrival.id, heard, trace_of(meaning, heard[0], ms=0.0))


def _is_written(arrival: Arrival) -> bool:
    """Whether these are the customer's words, or those of a button a platform puts under its templates: "Stop promotions"."""
    token = str(arrival.data.get("token", ""))
    return arrival.kind == "text" or (arrival.kind == "press" and not token.partition(".")[0].isdecimal())


def _answered(arrival: Arrival, kind: str, line: str) -> Heard:
    trace: dict[str, Any] = {"wish": kind}
    return Heard(arrival.id, (), trace, answers=(Reply(line, "system", trace=trace, purpose=NOTED),) if line else ())
