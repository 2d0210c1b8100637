"""An address may be here only because a stranger asked for a code in its owner's name: it is the owner's all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.customers.profile import Profile
from bot.storage import erasing, person, person_data
from bot.storage.database import Database
from bot.storage.erasing import Keeps
from bot.storage.profiles import import_profiles
from bot.storage.schema import challenge, contact_point, delivery, identity, message
from tests.fakes.codes import Codes, running_codes

HERS = "camille@courriel.example"


@pytest.fixture
async def codes(database: Database) -> AsyncIterator[Codes]:
    async with running_codes(database) as running:
        yield running


async def asks_in_her_name(codes: Codes) -> None:
    await codes.says("thief", "mes rendez-vous ?")
    await codes.says("thief", HERS)
    await codes.carried()


async def erase_her(codes: Codes) -> None:
    database, keeps = codes.house.database, Keeps(backups=timedelta(1), unreadable=timedelta(1))
    begun = await database.write(partial(erasing.begin, profile_id="c1", by="admin", now=codes.house.clock.now(), keeps=keeps))
    while await database.write(partial(erasing.step, number=begun.number)):
        pass
    await database.write(partial(erasing.end, number=begun.number))


async def kept(codes: Codes, query: Any) -> list[Any]:
    return await codes.house.database.read(lambda connection: list(connection.execute(query).scalars()))


@pytest.mark.parametrize("forgotten", [False, True])
async def test_it_goes_with_her(codes: Codes, forgotten: bool) -> None:
    await asks_in_her_name(codes)
    if forgotten:  # what was asked for is past its retention, or its asker was erased
        await codes.house.database.write(lambda connection: connection.execute(challenge.delete()) and None)
    assert HERS in await kept(codes, select(identity.c.sender))
    await erase_her(codes)
    assert HERS not in await kept(codes, select(identity.c.sender))
    assert HERS not in await kept(codes, select(contact_point.c.value))
    assert HERS not in await kept(codes, select(delivery.c.recipient))
    assert await kept(codes, select(message.c.id).where(message.c.channel == "email", message.c.text != "")) == []
    assert "thief" in await kept(codes, select(identity.c.sender))


async def test_it_is_handed_to_her(codes: Codes) -> None:
    await asks_in_her_name(codes)
    who = await codes.house.database.read(partial(person.of_profile, profile_id="c1"))
    assert who is not None
    told = await codes.house.database.read(partial(person_data.about, who=who))
    assert [row["sender"] for row in told["identities"]] == [HERS]
    assert [row["reason"] for row in told["codes"]] == ["appointments"]
    said = await codes.house.database.read(partial(person_data.messages, who=who, after=0, until=10**6, limit=9))
    assert [row["channel"] for row in said] == ["email"]


async def test_an_address_of_two_people_stays_the_others(codes: Codes) -> None:
    await asks_in_her_name(codes)
    sister = Profile(id="c9", first_name="Anne", last_name="Fournier", emails=(HERS,))
    await codes.house.database.write(partial(import_profiles, profiles=[sister]))
    await codes.house.database.write(lambda connection: connection.execute(update(challenge).values(profile_id="c9")) and None)
    await erase_her(codes)
    assert HERS in await kept(codes, select(identity.c.sender))


async def test_where_somebody_wrote_it_is_their_own_thread(codes: Codes) -> None:
    await asks_in_her_name(codes)
    await codes.says(HERS, "bonjour", channel="email")  # anybody can write a sender's name on an envelope
    who = await codes.house.database.read(partial(person.of_profile, profile_id="c1"))
    assert who is not None
    assert await codes.conversation(HERS, "email") not in who.conversations
