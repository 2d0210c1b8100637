"""The message that carries a code: in the thread of its address and in the outbox, with a place where the code will be."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, insert

from bot.customers.wishes import CODE
from bot.storage.proof_addresses import Address, nobody_on
from bot.storage.schema import conversation, delivery, evidence, identity, message


@dataclass(frozen=True, slots=True)
class Written:
    """The numbers of what was written for one code."""

    message: int
    identity: int
    """The one that was opened."""
    conversation: int
    """The one that was opened."""
    evidence: int = 0
    """That somebody said to be this person, which proves nothing."""
    new: bool = True
    """Whether it was said in the thread that was opened; else that was for nothing."""

    def but_for_what_is_needed(self) -> Written:
        """Of a message to somebody who exists, what is to be taken away."""
        return NOTHING if self.new else replace(self, message=0, evidence=0)


NOTHING = Written(0, 0, 0)


def put(connection: Connection, to: Address, text: str, *, challenge_id: int, language: str, now: datetime) -> Written:
    """Say `text` to an address. Nobody having written from there yet, it gets a conversation of its own: what is said there is no
    part of the asker's thread before the proof.

    Where somebody has, one is opened all the same, to be taken away again: it takes as much work as for nobody.
    """
    opened = _open(connection, nobody_on(to.channel, to.account) if to.identity else to, language, now)
    identity_id, there = (to.identity, to.conversation) if to.identity else opened
    said = {
        "conversation_id": there,
        "identity_id": identity_id,
        "channel": to.channel,
        "direction": "out",
        "author": "system",
        "kind": "text",
        "text": text,
        "data": {"challenge": challenge_id},
        "purpose": CODE,
        "at": now,
        "received_at": now,
        "handled_at": now,
        "failures": 0,
    }
    carried = int(connection.execute(insert(message).returning(message.c.id), said).scalar_one())
    way = {
        "message_id": carried,
        "conversation_id": there,
        "identity_id": identity_id,
        "channel": to.channel,
        "account": to.account,
        "recipient": to.recipient,
        "key": uuid.uuid4().hex,
        "state": "pending",
        "attempts": 0,
        "repeats": 0,
        "next_at": now,
    }
    connection.execute(insert(delivery), way)
    return Written(carried, *opened, new=not to.identity)


def _open(connection: Connection, to: Address, language: str, now: datetime) -> tuple[int, int]:
    fresh = {
        "state": "",
        "owner": "bot",
        "epoch": 0,
        "language": language,
        "fence": 0,
        "level": 0,
        "unsure": False,
        "created_at": now,
        "touched_at": now,
    }
    opened = int(connection.execute(insert(conversation).returning(conversation.c.id), fresh).scalar_one())
    who = {
        "channel": to.channel,
        "account": to.account,
        "sender": to.recipient,
        "conversation_id": opened,
        "created_at": now,
    }
    return int(connection.execute(insert(identity).returning(identity.c.id), who).scalar_one()), opened


def take_away(connection: Connection, written: Written) -> None:
    """Leave no trace of it; as much work for `NOTHING`."""
    connection.execute(delete(delivery).where(delivery.c.message_id == written.message))
    connection.execute(delete(message).where(message.c.id == written.message))
    connection.execute(delete(identity).where(identity.c.id == written.identity))
    connection.execute(delete(conversation).where(conversation.c.id == written.conversation))
    connection.execute(delete(evidence).where(evidence.c.id == written.evidence))
