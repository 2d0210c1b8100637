"""What the reader finds in a message comes through the inbox, the turn and the trace."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.storage.database import Database
from bot.storage.schema import message
from nlu.reader import Reader
from tests.fakes.house import FakeUnderstander, RunningHouse, running_house

MEANINGS = {
    "vous livrez où ?": "delivery_options",
    "et comment je retourne un article ?": "return_policy",
    "vous livrez où ? et comment je retourne un article ?": "return_policy",
    "comment je retourne un article ?": "return_policy",
    "je n'en peux plus, je veux mourir": "complaint",
    "où est ma commande, bande de nuls !": "order_status",
}


async def traces(house: RunningHouse) -> list[dict[str, Any]]:
    rows = await house.database.read(lambda c: c.execute(select(message.c.trace).order_by(message.c.id)).all())
    return [row.trace for row in rows if row.trace]


@pytest.fixture
async def house(sqlite: Database) -> Any:
    async with running_house(sqlite) as running:
        running.worker.understander = Reader(FakeUnderstander(MEANINGS))
        yield running


async def test_two_wishes_of_one_message_are_both_answered(house: RunningHouse) -> None:
    accepted = await house.says("ana", "vous livrez où ? et comment je retourne un article ?")
    said = [text for author, text in await house.said(accepted.conversation) if author == "bot"]
    assert [text[:9] for text in said] == ["En France", "Vous avez"]
    assert (await traces(house))[0]["wishes"] == ["delivery_options", "return_policy"]


async def test_danger_reaches_a_person_first(house: RunningHouse) -> None:
    await house.says("ben", "où est ma commande, bande de nuls !")
    accepted = await house.says("ana", "je n'en peux plus, je veux mourir")
    said = await house.said(accepted.conversation)
    assert any("3114" in text for _, text in said)
    trace = [one for one in await traces(house) if one.get("distress")]
    assert trace[0]["distress"] == "danger"
