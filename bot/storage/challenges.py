"""Codes under way: asked for, sent to an address on file through the ordinary outbox, typed, and gone.

The code is nowhere. It follows from its row's seed when the message leaves and when an answer is checked; a row that has come to
its end has no seed any more. Where nobody is known, the same is written and taken away again: neither the time it takes nor the
numbers of the messages tell whether there is such a person.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, insert, select, update

from bot.customers.challenge import (
    A_DAY,
    BY_CLAIM,
    BY_IDENTITY,
    BY_PROFILE,
    LIFETIME,
    PLACE,
    TRIES,
    Asked,
    Claim,
    Reason,
    UnderWay,
    judge,
)
from bot.customers.profile import Profile
from bot.customers.recognise import Known, Level, Unknown
from bot.storage import challenge_rows as rows
from bot.storage import code_messages, evidence, recognition
from bot.storage.code_messages import Written
from bot.storage.conversations import Standing
from bot.storage.merging import Joined, are_apart, join
from bot.storage.profiles import profile_from
from bot.storage.proof_addresses import Address, addresses_of, nowhere, person, ways
from bot.storage.schema import challenge, conversation, identity, message, profile
from bot.storage.windows import Served

Write = Callable[[str, Mapping[str, Any], str, str], str]
"""A response of the brand, its values, the language and the channel to the words."""
SHARES_CONTACT = frozenset({"telegram"})
MESSAGE = "utter_proof_message_"
"""`utter_proof_message_<reason>`: the message that carries a code."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a typed code was worth."""

    verdict: Literal["right", "wrong", "spent", "expired", "refused"]
    """`refused`: it was right, but other evidence says that somebody else writes here."""
    known: Known | None = None


@dataclass(slots=True)
class StoreProofs:
    """`bot.customers.challenge.Proofs` of one conversation, in the transaction of its turn."""

    connection: Connection
    standing: Standing
    served: Served
    write: Write
    languages: Sequence[str]
    now: datetime
    forms: Callable[[str], Sequence[str]] = lambda number: (number,)
    """The forms in which one telephone number is written, the usual one first."""
    _written: list[Written] = field(default_factory=list)
    """What is to be taken away again."""

    @property
    def shares_contact(self) -> bool:
        return self.standing.channel in SHARES_CONTACT

    def channels(self, claim: Claim | None) -> tuple[str, ...]:
        if claim is not None:
            return ways(claim, self.served)
        known = self._known()
        found = addresses_of(self.connection, known, None, self.served, self.now, self.forms) if known else ()
        return tuple(dict.fromkeys(one.channel for one in found))

    @property
    def any_under_way(self) -> bool:
        """Whether whoever writes was sent a code and may still type it, whatever it was for."""
        return self._live() is not None

    def under_way(self, claim: Claim | None) -> UnderWay | None:
        one = self._live()
        if one is None or one.claim_hash != self._fingerprint(claim) or self.now >= one.expires_at:
            return None
        return UnderWay(self.channels(claim), TRIES - one.tries)

    def send(self, claim: Claim | None, reason: Reason) -> bool:
        by_claim = challenge.c.claim_hash == self._fingerprint(claim)
        asked_here = self._asked(challenge.c.identity_id == self.standing.identity_id)
        if BY_IDENTITY.reached(asked_here) or BY_CLAIM.reached(self._asked(by_claim)):
            return False
        one = self._live()
        if one is not None:
            rows.end(self.connection, one.id, "replaced", self.now)
        who = self._known() if claim is None else person(self.connection, claim, self.forms)
        # Locked, so that two who ask for one person's code at once are counted one after the other.
        id_ = who.id if who is not None else ""
        self.connection.execute(select(profile.c.id).where(profile.c.id == id_).with_for_update())
        if BY_PROFILE.reached(self._asked(challenge.c.profile_id == id_)):
            who = None
        to = next(iter(addresses_of(self.connection, who, claim, self.served, self.now, self.forms)), None)
        if who is None or to is None:
            who, to = None, nowhere(claim, self.served)
        self._write_down(who, to, claim, reason)
        return True

    def _write_down(self, who: Profile | None, to: Address, claim: Claim | None, reason: Reason) -> None:
        row = {
            "conversation_id": self.standing.id,
            "identity_id": self.standing.identity_id,
            "profile_id": who.id if who else None,
            "kind": to.channel,
            "reason": reason,
            "claim_hash": self._fingerprint(claim),
            "seed": secrets.token_hex(32),
            "tries": 0,
            "created_at": self.now,
            "expires_at": self.now + LIFETIME,
        }
        number = int(self.connection.execute(insert(challenge).returning(challenge.c.id), row).scalar_one())
        language = who.language if who and who.language in self.languages else self.standing.language
        asked_on = self.write(f"utter_proof_from_{self.standing.channel}", {}, language, to.channel)
        asked_on = asked_on or str(self.standing.channel)
        text = self.write(MESSAGE + reason, {"asked_on": asked_on, "code": PLACE}, language, to.channel)
        written = code_messages.put(self.connection, to, text, challenge_id=number, language=language, now=self.now)
        noted = self._note_claim(who, claim)
        carried = written.message if who else None
        self.connection.execute(update(challenge).where(challenge.c.id == number).values(message_id=carried))
        self._written.append(written.but_for_what_is_needed() if who else replace(written, evidence=noted))

    def _note_claim(self, who: Profile | None, claim: Claim | None) -> int:
        """Keep, for whoever looks into it later, that somebody said to be this person. It proves nothing."""
        if claim is None:
            return 0
        return evidence.give(
            self.connection,
            conversation_id=self.standing.id,
            identity_id=self.standing.identity_id,
            profile_id=who.id if who else "",
            kind=f"{claim.kind}_claim",
            level=Level.CLAIMED,
            now=self.now,
            expires_at=self.now + A_DAY,
        )

    def finish(self) -> None:
        """Take away what was written to nobody. To be called once the turn's own answers are written."""
        for written in self._written:
            code_messages.take_away(self.connection, written)
        self._written.clear()

    def answer(self, typed: str, *, lasts: timedelta) -> Answer | Joined:
        """Try a code that was typed. `lasts`: how long what it proves counts here.

        `Joined` when what waits is to be heard again in the thread it is now a part of: the code is as good there.
        """
        one = self._live()
        verdict = judge(rows.read(one), typed, self.now)
        if one is None:
            return Answer(verdict)
        if verdict != "right":
            rows.not_right(self.connection, one.id, verdict, self.now)
            return Answer(verdict)
        who = self._profile(one.profile_id)
        if who is None:
            rows.end(self.connection, one.id, "expired", self.now)
            return Answer("expired")
        if self.standing.profile_id != who.id or self.standing.proven < Level.CHALLENGE_VERIFIED:
            proof = recognition.Proof(
                kind=f"{one.kind}_code",
                level=Level.CHALLENGE_VERIFIED,
                detail={"challenge": one.id},
                expires_at=self.now + lasts,
            )
            known = recognition.recognise(self.connection, self.standing, who, proof, self.now)
            if isinstance(known, Joined):
                return known
            if isinstance(known, Unknown):
                rows.end(self.connection, one.id, "right", self.now)
                return Answer("refused")
        evidence.end_claims(self.connection, self.standing.identity_id, who.id, self.now)
        joined = self._join_mailbox(one, who.id)
        if joined is not None:
            return joined
        rows.end(self.connection, one.id, "right", self.now)
        return Answer("right", Known(who, Level(max(self.standing.proven, Level.CHALLENGE_VERIFIED))))

    def _join_mailbox(self, one: Any, profile_id: str) -> Joined | None:
        """The address the code went to is theirs, and so is what was said there, unless that is somebody's already."""
        row = self.connection.execute(
            select(identity.c.conversation_id, conversation.c.profile_id)
            .join_from(message, identity, identity.c.id == message.c.identity_id)
            .join(conversation, conversation.c.id == identity.c.conversation_id)
            .where(message.c.id == one.message_id)
        ).first()
        here = self.standing.id
        if row is None or row.conversation_id == here or row.profile_id is not None:
            return None
        if are_apart(self.connection, here, row.conversation_id):
            return None
        why: dict[str, Any] = {
            "kind": f"{one.kind}_code",
            "channel": self.standing.channel,
            "profile": profile_id,
            "at": self.now.isoformat(),
        }
        why["identity"] = self.standing.identity_id
        join(self.connection, winner=here, loser=row.conversation_id, live=here, why=why, now=self.now)
        return Joined(here)

    def _live(self) -> Any:
        return rows.live(self.connection, self.standing.identity_id)

    def _asked(self, by: ColumnElement[bool]) -> Asked:
        return rows.asked(self.connection, by, self.now)

    def _known(self) -> Profile | None:
        """The person known here, for whom no claim is needed."""
        return self._profile(self.standing.profile_id) if self.standing.proven >= Level.LINKED else None

    def _profile(self, id_: str | None) -> Profile | None:
        facts = self.connection.execute(select(profile.c.facts).where(profile.c.id == id_)).scalar() if id_ else None
        return profile_from(facts) if facts is not None else None

    def _fingerprint(self, claim: Claim | None) -> str:
        known = Claim("loyalty", f"profile {self.standing.profile_id}")  # no card's number has a space in it
        return (claim or known).fingerprint
