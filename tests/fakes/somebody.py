"""Somebody of whom every table knows something, beside somebody else who must not lose a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from bot.storage.database import Database
from bot.storage.schema import metadata

NOON = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)

NOT_OF_PEOPLE: Mapping[str, str] = {
    "account": "people who work here",
    "session": "people who work here",
    "login_attempt": "people who work here",
    "lease": "which process does what",
    "taken_whole": "digests of whole files",
    "doubling_run": "figures of a search over all profiles",
    "spent_token": "digests of a platform's signatures, for a day",
    "unreadable": "nobody can say whose it is; goes by its date, and the receipt says so",
    "erasure": "what is left of an erasure",
    "erased_profile": "what is left of an erasure",
}
"""Tables an erasure does not touch, and why. A new table is either here or filled by `Somebody`, or the tests fail."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with a thread over three channels, made of a few telling words."""

    conversation: int
    name: str
    number: str
    profile: str
    word: str
    """Stands in everything they said and everything written of them."""

    @property
    def telling(self) -> tuple[str, ...]:
        """What must not be found anywhere once they are erased."""
        return (self.name, self.number, self.profile, self.word)

    @property
    def former(self) -> int:
        """A conversation of theirs that became part of this one."""
        return self.conversation + 1

    def message(self, number: int) -> int:
        return self.conversation * 1000 + number

    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """At least one row of every table that knows people."""
        return {**self._threads(), **self._known(), **self._served(), **self._beside()}

    def _threads(self) -> dict[str, list[dict[str, Any]]]:
        c, first = self.conversation, self.message(1)
        thread = {
            "state": f'{{"slots": {{"name": {{"value": "{self.name}", "source": "said"}}}}}}',
            "owner": "bot",
            "epoch": 0,
            "language": "fr",
            "fence": 3,
            "level": 20,
            "unsure": False,
            "created_at": NOON,
            "touched_at": NOON,
        }
        said = {
            "conversation_id": c,
            "identity_id": c,
            "channel": "whatsapp",
            "direction": "in",
            "author": "customer",
            "author_name": self.name,
            "kind": "text",
            "text": f"bonjour {self.word}",
            "at": NOON,
            "received_at": NOON,
            "handled_at": NOON,
            "failures": 0,
        }
        meaning = {"understood": True, "intent": "greet", "confidence": 0.93, "entities": [], "heard": self.word}
        return {
            "conversation": [
                {**thread, "id": c, "identity_id": c, "profile_id": self.profile},
                {**thread, "id": self.former, "merged_into": c},
            ],
            "identity": [
                {"id": c, "channel": "whatsapp", "account": "", "sender": self.number, "conversation_id": c, "name": self.name}
                | {"created_at": NOON}
            ],
            "identity_alias": [{"channel": "whatsapp", "account": "", "alias": f"old-{self.number}", "identity_id": c}],
            "message": [
                {**said, "id": first, "external_key": f"whatsapp//{self.number}-1", "provider_id": self.number, "trace": meaning},
                {**said, "id": first + 1, "direction": "out", "author": "bot", "author_name": None, "text": f"{self.name} !"}
                | {"data": {"choices": [{"title": self.word}]}},
                {**said, "id": first + 2, "kind": "media", "text": "", "data": {"files": [{"name": self.word}]}},
            ],
            "delivery": [
                {"message_id": first + 1, "conversation_id": c, "identity_id": c, "channel": "whatsapp", "account": ""}
                | {"recipient": self.number, "key": f"k{c}", "state": "sending", "attempts": 1, "repeats": 0, "next_at": NOON}
                | {"claimed_by": "w", "claimed_until": NOON + timedelta(seconds=30), "why": self.word}
            ],
            "timer": [{"conversation_id": c, "kind": "resume", "data": {"word": self.word}, "due_at": NOON}],
            "media": [
                {"id": first, "message_id": first + 2, "place": 0, "conversation_id": c, "channel": "whatsapp", "account": ""}
                | {"reference": {"url": self.number}, "state": "kept", "type": "photo", "mime_type": "image/png"}
                | {"name": f"{self.word}.png", "size": 40, "attempts": 1, "next_at": NOON}
            ],
            "media_content": [
                {"media_id": first, "place": place, "content": f"PNG {self.word} {place}".encode()} for place in range(40)
            ],
        }

    def _known(self) -> dict[str, list[dict[str, Any]]]:
        c = self.conversation
        facts = {"id": self.profile, "first_name": self.name, "last_name": self.word, "phones": [self.number], "emails": []}
        before = {"state": self.word, "owner": "bot", "profile_id": self.profile}
        proof = {"conversation_id": c, "identity_id": c, "profile_id": self.profile, "at": NOON}
        pair = sorted((self.profile, f"double-of-{self.profile}"))
        return {
            "profile": [
                {"id": self.profile, "facts": facts, "changed_at": NOON},
                {"id": f"dropped-{self.profile}", "facts": facts, "merged_into": self.profile, "changed_at": NOON},
            ],
            "profile_source": [{"profile_id": self.profile, "source": "file", "facts": facts, "at": NOON}],
            "contact_point": [{"kind": "phone", "value": self.number, "profile_id": self.profile}],
            "evidence": [{**proof, "kind": "whatsapp_sender", "level": 20, "detail": {"phone": self.number}}],
            "challenge": [
                {"conversation_id": c, "identity_id": c, "profile_id": self.profile, "kind": "email", "reason": "orders"}
                | {"claim_hash": "h", "seed": "the-seed", "tries": 0, "created_at": NOON, "expires_at": NOON}
            ],
            "wish": [
                {"conversation_id": c, "identity_id": c, "kind": "contact", "channel": "", "purpose": "marketing"}
                | {"value": False, "at": NOON, "by": "customer", "proof": {"words": self.word}}
            ],
            "link": [
                {"token_hash": f"the-token-{c}", "conversation_id": c, "identity_id": c, "channel": "telegram"}
                | {"created_at": NOON, "expires_at": NOON}
            ],
            "merge": [
                {"winner_id": c, "loser_id": self.former, "why": {"kind": "whatsapp_sender", "phone": self.number}, "at": NOON}
                | {"moved": {"before": {"winner": before, "loser": before}, "identities": [c]}}
            ],
            "profile_merge": [
                {"kept_id": self.profile, "dropped_id": f"dropped-{self.profile}", "why": {"kind": "double"}, "by": "lea"}
                | {"moved": {"points": {"all": [["phone", self.number]]}}, "at": NOON}
            ],
            "apart": [{"first_id": c, "second_id": c + 7, "at": NOON, "by": "lea"}],
            "likely_double": [
                {"first_id": pair[0], "second_id": pair[1], "probability": 0.9, "reasons": [["phone", self.number]]}
                | {"state": "open", "found_at": NOON}
            ],
        }

    def _served(self) -> dict[str, list[dict[str, Any]]]:
        c = self.conversation
        booked = {"conversation_id": c, "identity_id": c, "store": "lyon", "service": "fitting", "place": 0, "fold": 0}
        booked |= {"zone": "Europe/Paris", "minutes": 30, "name": self.name, "phone": self.number, "note": self.word}
        coming, past = NOON + timedelta(days=2), NOON - timedelta(hours=2)
        return {
            "case": [
                {"id": c, "conversation_id": c, "identity_id": c, "queue": "client_service", "status": "closed"}
                | {"context": {"reason": "asked", "summary": self.word, "language": "fr", "transcript": []}}
                | {"opened_at": NOON, "note": f"rappeler {self.name}", "ended_at": NOON}
            ],
            "appointment": [
                {**booked, "id": c, "local_start": "2026-11-29T12:00", "starts_at": coming, "status": "booked"}
                | {"created_at": NOON},
                {**booked, "id": c + 1, "local_start": "2026-11-27T10:00", "starts_at": past, "status": "booked"}
                | {"created_at": past},
            ],
            "appointment_cell": [
                {"store": "lyon", "service": "fitting", "place": c, "starts_at": coming, "appointment_id": c},
            ],
            "note": [{"conversation_id": c, "message_id": self.message(1), "author": "ines", "text": self.word, "at": NOON}],
        }

    def _beside(self) -> dict[str, list[dict[str, Any]]]:
        c = self.conversation
        return {
            "public_message": [
                {"channel": "whatsapp", "account": "", "external_id": f"p{c}", "author": self.number, "author_name": self.name}
                | {"text": self.word, "post": "p", "parent": "p", "at": NOON, "changed_at": NOON, "received_at": NOON}
            ],
            "audit": [
                {"by": "lea", "act": "look", "conversation_id": c, "details": {"word": self.word}, "at": NOON},
                {"by": "lea", "act": "double_rejected", "details": {"first": self.profile}, "at": NOON},
            ],
            "correction": [
                {"message_id": self.message(1), "line": f"bonjour {self.word}", "language": "fr", "intent": "greet", "by": "lea"}
                | {"at": NOON}
            ],
        }


JEANNE = Somebody(conversation=400, name="Jeanne", number="+33639981234", profile="crm-jeanne", word="tournesol")
PAUL = Somebody(conversation=200, name="Paul", number="+33639985678", profile="crm-paul", word="capucine")
"""The one who stays."""


async def moves_in(database: Database, person: Somebody) -> None:
    """Write every row of theirs."""

    def fill(connection: Connection) -> None:
        rows = person.rows()
        for name, some in rows.items():
            for row in some:
                connection.execute(insert(metadata.tables[name]), row)

    await database.write(fill)


async def everything(database: Database) -> dict[str, list[str]]:
    """Every row of every table, as text."""

    def read(connection: Connection) -> dict[str, list[str]]:
        return {name: _rows(connection, table) for name, table in metadata.tables.items()}

    return await database.read(read)


def _rows(connection: Connection, table: Table) -> list[str]:
    found: Sequence[Any] = connection.execute(select(table)).all()
    return sorted(" | ".join(map(str, row)) for row in found)


def mentions(tables: Mapping[str, Sequence[str]], words: Sequence[str]) -> list[str]:
    """The rows in which any of these words stands."""
    return [f"{name}: {row}" for name, rows in tables.items() for row in rows if any(word in row for word in words)]
