"""Somebody has codes sent, again and again, to a person who has said that they want no messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from bot.errors import TryLater
from bot.storage.database import Database
from bot.storage.wishes import record
from tests.fakes.codes import Codes, running_codes

HERS = "camille@courriel.example"
CLAIMS = (HERS, "+33639980101", "MO7294631")


@pytest.fixture
async def codes(database: Database) -> AsyncIterator[Codes]:
    async with running_codes(database) as running:
        yield running


async def camille(codes: Codes, *words: str) -> int:
    """Camille is known on WhatsApp, and says there what she wants."""
    for said in ("bonjour", *words):
        await codes.says("33639980101", said, channel="whatsapp", data={"aliases": {"phone": "+33639980101"}})
    return await codes.conversation("33639980101", "whatsapp")


@pytest.mark.parametrize("claim", CLAIMS)
async def test_no_code_reaches_who_wants_nothing_and_nobody_is_told(codes: Codes, claim: str) -> None:
    await camille(codes, "ne m'écrivez plus sur aucun canal")
    heard = {}
    unknown = {"@": "nobody@courriel.example", "+": "+33639980999", "M": "MO7777777"}["@" if "@" in claim else claim[0]]
    for sender, said in (("thief", claim), ("other", unknown)):
        await codes.says(sender, "mes rendez-vous ?")
        heard[sender] = await codes.heard(sender, said)
    await codes.carried()
    assert codes.email.sent + codes.sms.sent == []
    assert heard["thief"] == heard["other"]


async def test_of_two_ways_the_other_is_taken(codes: Codes) -> None:
    await camille(codes, "ne m'écrivez plus par e-mail")
    await codes.says("thief", "mes rendez-vous ?")
    await codes.says("thief", "MO7294631")
    await codes.carried()
    assert codes.email.sent == []
    assert [message.recipient for message in codes.sms.sent] == ["+33639980101"]


async def test_what_she_says_before_it_leaves_still_counts(codes: Codes) -> None:
    home = await camille(codes)
    codes.email.fails = [TryLater("the mail server is busy", wait=60)]
    await codes.says("thief", "mes rendez-vous ?")
    refuse = partial(
        record, conversation_id=home, kind="contact", value=False, now=codes.house.clock.now(), by="customer", channel="email"
    )
    await codes.says("thief", HERS)
    for _ in range(400):  # it is tried at once, and put off
        if not codes.email.fails:
            break
        await asyncio.sleep(0.01)
    await codes.house.database.write(refuse)
    codes.house.clock.advance(minutes=2)
    await codes.carried()
    assert codes.email.sent == []
