"""Somebody is called like a template or a statement: it is their name, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import func, select

from bot.customers.challenge import PLACE
from bot.storage import profiles
from bot.storage.database import Database
from bot.storage.schema import message, profile
from tests.fakes.codes import CAMILLE, Codes, running_codes

MAIL = "camille@courriel.example"
NAMES = [
    "{{7*7}}",
    "{customer_phone}",
    "{code}",
    "${jndi:ldap://x}",
    "'; drop table message; --",
    '"); delete from profile; --',
    "%s%n",
    "<script>alert(1)</script>",
    PLACE,
    "{first_name}",
]


@pytest.fixture
async def codes(sqlite: Database) -> AsyncIterator[Codes]:
    async with running_codes(sqlite) as running:
        running.house.understander.meanings |= {"appelez-moi": "give_name"}
        yield running


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_on_file_is_said_as_it_is_written(codes: Codes, name: str) -> None:
    injected = replace(CAMILLE, first_name=name, last_name=name)
    await codes.house.database.write(partial(profiles.import_profiles, profiles=[injected]))
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", MAIL)
    code = await codes.code(MAIL)
    told = await codes.heard("visitor", code)
    assert told.startswith(f"C’est bon, {name}.")
    assert "49" not in told.replace(name, "")
    assert "+33639980101" not in told
    assert code not in told
    assert await there_are(codes) == (2, True)


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_is_typed_is_said_as_it_is_written(codes: Codes, name: str) -> None:
    await codes.says("visitor", "un essayage demain à Lyon")
    await codes.says("visitor", "le premier")
    told = await codes.heard("visitor", name)
    assert "49" not in told.replace(name, "")
    assert "+33639980101" not in told
    assert await there_are(codes) == (2, True)


@pytest.mark.parametrize("claim", ["'; drop table profile; --@x.example", "x' or '1'='1@courriel.example", "%@courriel.example"])
async def test_a_claim_is_compared_and_nothing_else(codes: Codes, claim: str) -> None:
    await codes.says("visitor", "mes rendez-vous ?")
    await codes.says("visitor", claim)
    await codes.carried()
    assert not codes.email.sent
    assert await there_are(codes) == (2, True)


@pytest.mark.parametrize("name", NAMES)
async def test_a_senders_own_name_gets_into_no_message_with_a_code(codes: Codes, name: str) -> None:
    await codes.says("visitor", "mes rendez-vous ?", sender_name=name)
    await codes.says("visitor", MAIL, sender_name=name)
    code = await codes.code(MAIL)
    (mail,) = codes.email.sent
    assert name not in mail.text or name == "%s%n"
    assert mail.text.count(code) == 1


async def there_are(codes: Codes) -> tuple[int, bool]:
    """How many profiles, and whether there are messages."""

    def count(connection) -> tuple[int, bool]:  # type: ignore[no-untyped-def]
        people = connection.execute(select(func.count()).select_from(profile)).scalar_one()
        return people, connection.execute(select(func.count()).select_from(message)).scalar_one() > 0

    return await codes.house.database.read(count)
