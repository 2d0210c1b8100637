"""A code that is typed when nobody waits for it opens something still: it is not kept either."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.schema import challenge, conversation, message
from tests.fakes.codes import Codes, another, running_codes

HERS = "camille@courriel.example"


@pytest.fixture
async def codes(database: Database) -> AsyncIterator[Codes]:
    async with running_codes(database) as running:
        yield running


async def kept(codes: Codes) -> str:
    queries = (select(message.c.text, message.c.data, message.c.trace), select(conversation.c.state))
    return await codes.house.database.read(
        lambda connection: "\n".join(str(row) for query in queries for row in connection.execute(query))
    )


async def sent(codes: Codes) -> str:
    await codes.says("camille", "mes rendez-vous ?")
    await codes.says("camille", HERS)
    return await codes.code(HERS)


@pytest.mark.parametrize("words", ["ah voilà mon code : {} merci", "j'ai reçu {} et {other}, lequel ?", "{}, et les horaires ?"])
@pytest.mark.parametrize("given_up", [True, False])
async def test_no_code_is_kept_that_is_said_in_passing(codes: Codes, words: str, given_up: bool) -> None:
    code = await sent(codes)
    if given_up:
        await codes.says("camille", "laissez tomber")
    await codes.says("camille", words.format(code, other=another(code)))
    told = await kept(codes)
    assert code not in told
    assert another(code) not in told
    assert "••••••" in told


async def test_with_none_under_way_a_number_stays_what_it_is(codes: Codes) -> None:
    await codes.says("camille", "j'ai lu 482913 quelque part")
    assert "482913" in await kept(codes)


async def test_the_code_is_as_good_afterwards(codes: Codes) -> None:
    code = await sent(codes)
    await codes.says("camille", "laissez tomber")
    await codes.says("camille", f"ah voilà mon code : {code} merci")
    await codes.says("camille", code)
    outcomes = await codes.house.database.read(lambda connection: list(connection.execute(select(challenge.c.outcome)).scalars()))
    assert outcomes == ["right"]
