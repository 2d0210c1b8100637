"""Somebody tries addresses, numbers and loyalty cards to learn which of them are known."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, event, select

from bot.channels.phones import variants
from bot.customers.challenge import BY_IDENTITY, claim_of
from bot.messages import Limits
from bot.storage.challenges import StoreProofs
from bot.storage.conversations import Standing
from bot.storage.database import Database
from bot.storage.schema import conversation, delivery, identity, message
from tests.fakes.codes import Codes, running_codes

PAIRS = [
    ("camille@courriel.example", "nobody@courriel.example"),
    ("+33639980101", "+33639980999"),
    ("MO7294631", "MO7777777"),
]


STRANGER: dict[str, Any] = {
    "state": "",
    "owner": "bot",
    "epoch": 0,
    "language": "fr",
    "due_at": None,
    "timer_at": None,
    "handled_at": None,
    "profile_id": None,
    "level": 0,
    "facts": None,
    "channel": "webchat",
    "account": "",
    "merged_into": None,
    "proven": 0,
}


@pytest.fixture
async def codes(sqlite: Database) -> AsyncIterator[Codes]:
    async with running_codes(sqlite) as running:
        yield running


async def conversation_of(codes: Codes, sender: str, claim: str) -> list[str]:
    """Everything somebody reads who claims something, guesses twice, asks again and gives up."""
    said = ("mes rendez-vous ?", claim, "000001", "000002", "renvoyez le code", "000003", "plus tard")
    return [await codes.heard(sender, words) for words in said]


@pytest.mark.parametrize(("known", "unknown"), PAIRS)
async def test_the_answers_are_the_same(codes: Codes, known: str, unknown: str) -> None:
    one, other = await conversation_of(codes, "one", known), await conversation_of(codes, "two", unknown)
    assert one == other
    await codes.carried()
    assert {message.recipient for message in codes.email.sent + codes.sms.sent} <= {"camille@courriel.example", "+33639980101"}


@pytest.mark.parametrize(("known", "unknown"), PAIRS)
async def test_they_are_the_same_when_too_many_were_asked_for(codes: Codes, known: str, unknown: str) -> None:
    heard: dict[str, list[str]] = {}
    for sender, claim in (("one", known), ("two", unknown)):
        await codes.says(sender, "mes rendez-vous ?")
        await codes.says(sender, claim)
        heard[sender] = [await codes.heard(sender, "renvoyez le code") for _ in range(BY_IDENTITY.hour + 1)]
    assert heard["one"] == heard["two"]
    assert "Trop de codes" in heard["one"][-2]


@pytest.mark.parametrize(("known", "unknown"), PAIRS)
async def test_the_numbers_of_the_messages_tell_nothing(codes: Codes, known: str, unknown: str) -> None:
    steps = []
    for sender, claim in (("one", known), ("two", unknown)):
        await codes.says(sender, "mes rendez-vous ?")
        said = await codes.says(sender, claim)
        ids = select(message.c.id).where(message.c.conversation_id == said.conversation, message.c.id > said.message)
        found = await codes.house.database.read(lambda connection, ids=ids: list(connection.execute(ids).scalars()))
        after = await codes.says(sender, "000001")
        steps.append([number - said.message for number in (*found, after.message)])
    assert steps[0] == steps[1]


async def test_nothing_is_left_of_a_message_to_nobody(codes: Codes) -> None:
    await codes.says("two", "mes rendez-vous ?")
    await codes.says("two", "nobody@courriel.example")
    await codes.carried()
    assert not codes.email.sent
    for table, count in ((identity, 1), (conversation, 1), (delivery, 0)):
        found = await codes.house.database.read(lambda connection, table=table: connection.execute(select(table)).all())
        assert len(found) == count, table.name


@pytest.mark.parametrize(("known", "unknown"), PAIRS)
async def test_the_same_is_asked_of_the_database(codes: Codes, known: str, unknown: str) -> None:
    work = [await asked_of_the_database(codes, sender, claim) for sender, claim in (("one", known), ("two", unknown))]
    assert work[0] == work[1]
    assert len(work[0]) > 10


@pytest.mark.parametrize(("known", "unknown"), PAIRS)
async def test_it_is_so_the_second_time_too(codes: Codes, known: str, unknown: str) -> None:
    for nth in range(3):
        work = [await asked_of_the_database(codes, f"{who}-{nth}", claim) for who, claim in (("k", known), ("u", unknown))]
        assert work[0] == work[1], nth
        (left,) = await codes.house.database.read(
            lambda connection: connection.execute(select(identity.c.sender).where(identity.c.channel.in_(("email", "sms")))).all()
        )
        assert left.sender in ("camille@courriel.example", "+33639980101")


async def test_it_is_so_of_somebody_who_wrote_on_every_channel(codes: Codes) -> None:
    await codes.says("33639980101", "bonjour", channel="whatsapp", data={"aliases": {"phone": "+33639980101"}})
    work = [await asked_of_the_database(codes, sender, claim) for sender, claim in (("one", "MO7294631"), ("two", "MO7777777"))]
    assert work[0] == work[1]


async def asked_of_the_database(codes: Codes, sender: str, claim: str) -> list[str]:
    """What is done for a claim, statement by statement."""
    said = await codes.says(sender, "bonjour")
    now, served = codes.house.clock.now(), {(name, ""): Limits(text=1000, buttons=0) for name in ("email", "sms")}
    standing = STRANGER | {"id": said.conversation, "identity_id": said.identity, "sender": sender}
    done: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        done.append(re.sub(r" IN \(.*?\)+", " IN", " ".join(statement.split())))

    def ask(connection: Connection) -> None:
        proofs = StoreProofs(connection, Standing(**standing), served, lambda *_: "words", ("fr",), now, forms=variants)
        event.listen(connection, "before_cursor_execute", note)
        assert proofs.send(claim_of(claim), "appointments")
        proofs.finish()
        event.remove(connection, "before_cursor_execute", note)

    await codes.house.database.write(ask)
    return done
