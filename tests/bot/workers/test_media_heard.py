"""What the bot makes of pictures, voice notes, albums, captions and thumbs: a fitting answer, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.storage.albums import BREATH
from bot.storage.database import Database
from tests.fakes.house import RunningHouse, running_house


@pytest.fixture
async def house(sqlite: Database) -> AsyncIterator[RunningHouse]:
    async with running_house(sqlite) as running:
        yield running


async def responses(house: RunningHouse, conversation: int) -> list[str]:
    """What the bot said, by name."""
    thread = await house.thread(conversation)
    return [one.trace.response for one in thread.messages if one.author == "bot" and one.trace]


async def sent(house: RunningHouse, sort: str, text: str = "", *, sender: str = "camille", **data: Any) -> int:
    said = await house.says(sender, text, kind="media", data={"type": sort, **data})
    return said.conversation


@pytest.mark.parametrize(
    ("sort", "answer"),
    [
        ("photo", "photo"),
        ("image", "photo"),
        ("voice", "voice"),
        ("audio", "voice"),
        ("video", "video"),
        ("video_note", "video"),
        ("document", "document"),
        ("sticker", "sticker"),
        ("animation", "sticker"),
        ("contact", "contact"),
        ("story_mention", "story_mention"),
        ("ig_reel", "share"),
        ("order", "order"),
        ("form", "form"),
        ("unsupported", "unsupported"),
    ],
)
async def test_everything_gets_a_fitting_answer_in_both_languages(house: RunningHouse, sort: str, answer: str) -> None:
    wanted = f"utter_cannot_read_{answer}"
    assert await responses(house, await sent(house, sort)) == [wanted]
    (response,) = house.house.domain.responses[wanted]
    assert response.texts["fr"] != response.texts["en"]


async def test_what_nobody_thought_of_is_answered_too(house: RunningHouse) -> None:
    assert await responses(house, await sent(house, "hologram")) == ["utter_cannot_read"]


async def test_a_place_is_answered_as_a_place(house: RunningHouse) -> None:
    said = await house.says("camille", "Bellecour", kind="location", data={"latitude": 45.75, "longitude": 4.83})
    assert await responses(house, said.conversation) == ["utter_cannot_read_location"]


async def test_the_words_under_a_picture_are_heard(house: RunningHouse) -> None:
    house.understander.meanings["ma veste est déchirée, un conseiller ?"] = "talk_to_human"
    conversation = await sent(house, "photo", "ma veste est déchirée, un conseiller ?")
    assert "utter_cannot_read_photo" not in await responses(house, conversation)
    assert [row.case.context.reason for row in await house.ports.desk.open_cases()] == ["asked"]
    (picture,) = [one for one in (await house.thread(conversation)).messages if one.author == "customer"]
    assert picture.meaning.intent == "talk_to_human"


async def test_words_under_a_picture_that_mean_nothing_do_not_count(house: RunningHouse) -> None:
    assert await responses(house, await sent(house, "photo", "tadaa")) == ["utter_cannot_read_photo"]
    assert (await house.ports.desk.counts()).not_understood == 0


async def test_five_pictures_of_an_album_are_answered_once(house: RunningHouse) -> None:
    conversation = await sent(house, "photo", album="A1")
    for number in range(4):
        house.clock.advance(minutes=number)
        await sent(house, "photo" if number else "video", album="A1")
    assert await responses(house, conversation) == ["utter_cannot_read_photo"]
    house.clock.advance(minutes=5)
    await sent(house, "photo", album="A2")
    assert await responses(house, conversation) == ["utter_cannot_read_photo"] * 2


async def test_five_pictures_in_a_row_are_answered_once_whatever_the_turns(house: RunningHouse) -> None:
    conversation = await sent(house, "photo")
    await asyncio.gather(*(sent(house, "photo") for _ in range(4)))
    assert await responses(house, conversation) == ["utter_cannot_read_photo"]
    await sent(house, "voice")
    assert (await responses(house, conversation))[-1] == "utter_cannot_read_voice"
    house.clock.advance(seconds=BREATH.total_seconds() + 1)
    await sent(house, "voice")
    assert (await responses(house, conversation))[-2:] == ["utter_cannot_read_voice"] * 2


async def test_the_words_of_an_album_are_heard_wherever_they_stand(house: RunningHouse) -> None:
    conversation = await sent(house, "photo", album="A1")
    await sent(house, "photo", "un conseiller svp", album="A1")
    assert (await responses(house, conversation))[0] == "utter_cannot_read_photo"
    assert len(await house.ports.desk.open_cases()) == 1


async def test_a_mail_with_attachments_is_answered_by_its_words(house: RunningHouse) -> None:
    told = await house.says("camille@example.org", "bonjour", channel="email", data={"album": "<1@example.org>"})
    before = await responses(house, told.conversation)
    for part in (2, 3):
        data = {"type": "image", "album": "<1@example.org>", "part": part, "filename": "coat.jpg"}
        await house.says("camille@example.org", kind="media", channel="email", data=data)
    assert await responses(house, told.conversation) == before


@pytest.mark.parametrize(
    ("data", "heard"),
    [
        ({"type": "sticker", "like": True, "sticker": "369239263222822"}, "👍"),
        ({"type": "sticker", "emoji": "👍🏽"}, "👍"),
        ({"type": "sticker", "emoji": "👎"}, "👎"),
        ({"type": "sticker", "emoji": "😂"}, None),
        ({"type": "dice", "emoji": "👍"}, None),
    ],
)
async def test_a_thumb_is_heard_as_the_thumb_it_stands_for(house: RunningHouse, data: dict[str, Any], heard: str | None) -> None:
    asked: list[str] = []
    understand = house.understander.understand

    async def listening(text: str, *, language: str) -> Any:
        asked.append(text)
        return await understand(text, language=language)

    house.understander.understand = listening  # type: ignore[method-assign]
    await house.says("camille", kind="media", data=data)
    assert asked == ([heard] if heard else [])
