"""Somebody uses a code that was used, that is too old, or that is another's."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.customers.recognise import Level
from bot.storage.database import Database
from bot.storage.schema import challenge, evidence
from tests.fakes.codes import Codes, running_codes

MAIL = "camille@courriel.example"


@pytest.fixture
async def codes(sqlite: Database) -> AsyncIterator[Codes]:
    async with running_codes(sqlite) as running:
        yield running


async def proofs(codes: Codes) -> list[tuple[str, int]]:
    query = select(evidence.c.kind, evidence.c.identity_id).where(evidence.c.level > Level.CLAIMED)
    return [tuple(row) for row in await codes.house.database.read(lambda connection: connection.execute(query).all())]


async def asks(codes: Codes, sender: str, claim: str = MAIL, *, channel: str = "webchat") -> str:
    await codes.says(sender, "mes rendez-vous ?", channel=channel)
    return await codes.heard(sender, claim, channel=channel)


async def test_a_code_is_good_once(codes: Codes) -> None:
    await asks(codes, "owner")
    code = await codes.code(MAIL)
    assert "C’est bon" in await codes.heard("owner", code)
    await asks(codes, "thief")
    later = await codes.code(MAIL)
    if code != later:
        assert "Ce n’est pas ce code" in await codes.heard("thief", code)
    assert len(await proofs(codes)) == 1
    seeds = select(challenge.c.seed).where(challenge.c.outcome == "right")
    assert await codes.house.database.read(lambda connection: connection.execute(seeds).scalar_one()) is None


async def test_a_code_read_over_somebodys_shoulder_is_no_good_elsewhere(codes: Codes) -> None:
    await asks(codes, "owner")
    code = await codes.code(MAIL)
    assert "C’est bon" not in await codes.heard("thief", code)
    await codes.says("thief", "mes rendez-vous ?")
    assert "C’est bon" not in await codes.heard("thief", code)
    await codes.says("thief", "lina@courriel.example")
    assert "Ce n’est pas ce code" in await codes.heard("thief", code)
    assert await proofs(codes) == []
    assert "C’est bon" in await codes.heard("owner", code), "and the owner's is none the worse for it"


async def test_a_code_typed_on_another_channel_of_the_same_thread_proves_nothing_there(codes: Codes) -> None:
    from functools import partial

    from bot.storage import links

    here = await codes.says("owner", "bonjour")
    make = partial(links.make, conversation_id=here.conversation, channel="telegram", now=codes.house.clock.now())
    token = await codes.house.database.write(make)
    await codes.says("42", "", channel="telegram", kind="link", data={"token": token})
    await asks(codes, "owner")
    code = await codes.code(MAIL)
    await codes.says("42", code, channel="telegram")
    assert await proofs(codes) == []


async def test_a_code_typed_into_the_mailbox_it_came_to_does_nothing(codes: Codes) -> None:
    await asks(codes, "owner")
    code = await codes.code(MAIL)
    assert "C’est bon" not in await codes.heard(MAIL, code, channel="email")
    assert await proofs(codes) == []


async def test_an_old_code_is_told_to_be_too_old(codes: Codes) -> None:
    await asks(codes, "owner")
    code = await codes.code(MAIL)
    codes.house.clock.advance(minutes=10)
    assert "n’est plus valable" in await codes.heard("owner", code)
    assert await proofs(codes) == []


async def test_what_a_code_proved_in_a_browser_ends_by_itself(codes: Codes) -> None:
    await asks(codes, "owner")
    await codes.says("owner", await codes.code(MAIL))
    assert "code" not in await codes.heard("owner", "mes rendez-vous ?")
    codes.house.clock.advance(hours=13)
    assert "à votre nom." not in await codes.heard("owner", "mes rendez-vous ?")
