"""An old value is confirmed, and a store proposed, only where the person has proved enough to be told them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import select

from bot.customers.profile import Profile
from bot.storage import links, profiles
from bot.storage.database import Database
from bot.storage.schema import message
from nlu.understanding import Entity
from tests.fakes.house import RunningHouse, running_house

CAMILLE = Profile(id="c1", first_name="Camille", last_name="Fournier", phones=("+33639980101",), home_store="bordeaux")
FITTING = "un essayage"


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    """Camille is known on Telegram, and has gone on by a link in a browser, which proves nothing of whoever sits there."""
    await database.write(partial(profiles.import_profiles, profiles=[CAMILLE]))
    async with running_house(database) as house:
        house.understander.meanings |= {"rappelez-moi": "callback_request", FITTING: "book_appointment", "laissez": "cancel"}
        house.understander.entities[FITTING] = (Entity("service", "fitting", "essayage", 3, 11),)
        browser = await house.says("session", "bonjour", channel="webchat")
        make = partial(links.make, conversation_id=browser.conversation, channel="telegram", now=house.clock.now())
        token = await database.write(make)
        await house.says("42", kind="link", data={"token": token})
        await house.says("42", kind="contact", data={"phone": "+33639980101", "own": True})
        yield house


async def told(house: RunningHouse, channel: str) -> list[str]:
    """What the last message of the customer was answered on that channel."""
    query = select(message.c.direction, message.c.channel, message.c.text).order_by(message.c.id)
    rows = await house.database.read(lambda connection: connection.execute(query).all())
    last = max(place for place, row in enumerate(rows) if row.direction == "in")
    assert all(row.channel == channel for row in rows[last:])
    return [row.text.replace("\u00a0", " ") for row in rows[last + 1 :]]


async def test_an_old_number_is_said_where_it_may_be_and_asked_for_where_not(house: RunningHouse) -> None:
    house.clock.advance(days=100)
    await house.says("session", "rappelez-moi", channel="webchat")
    assert await told(house, "webchat") == ["À quel numéro peut-on vous rappeler ?"]
    await house.says("session", "laissez", channel="webchat")
    await house.says("42", "rappelez-moi")
    assert await told(house, "telegram") == ["Toujours au 06 39 98 01 01 ?"]


async def test_a_confirmation_is_not_repeated_where_it_would_tell_the_number(house: RunningHouse) -> None:
    house.clock.advance(days=100)
    await house.says("42", "rappelez-moi")
    assert await told(house, "telegram") == ["Toujours au 06 39 98 01 01 ?"]
    await house.says("session", "bonjour", channel="webchat")
    answers = await told(house, "webchat")
    assert "06 39 98" not in " ".join(answers)
    assert "rappeler" not in answers[-1], "nor what is under way where somebody has proved who they are"
    await house.says("42", "oui")
    assert await told(house, "telegram"), "where it goes on"


async def test_the_home_store_is_proposed_where_it_may_be_told(house: RunningHouse) -> None:
    await house.says("session", FITTING, channel="webchat")
    assert await told(house, "webchat") == ["Dans quelle boutique ?"]
    await house.says("session", "laissez", channel="webchat")
    await house.says("42", FITTING)
    assert await told(house, "telegram") == ["À Bordeaux Sainte-Catherine, comme d’habitude ?"]
