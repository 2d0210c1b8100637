"""What comes with a message besides its words, as a thread shows it and an advisor is told of it. On both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from bot.storage import fetching, threads
from bot.storage.cases import case_from
from bot.storage.database import Database
from bot.storage.schema import case, delivery
from bot.storage.wordless import as_line
from handoff.console.attached import ContactCard, Place, Remark
from handoff.console.views import ConversationFilter, MessageView
from tests.fakes.house import NOON, RunningHouse, running_house

JPEG = b"\xff\xd8\xff\xe0" + b"camille's coat" * 10


@pytest.fixture
async def house(database: Database) -> AsyncIterator[RunningHouse]:
    async with running_house(database) as running:
        yield running


async def customers(house: RunningHouse, conversation: int) -> list[MessageView]:
    return [one for one in (await house.thread(conversation)).messages if one.author == "customer"]


async def keep_all(house: RunningHouse) -> None:
    """Everything that waits is fetched."""

    def fetched(connection: Connection) -> None:
        for channel in ("telegram", "messenger"):
            found = fetching.claim_waiting(connection, channel=channel, account="", now=house.clock.now(), until=NOON, limit=9)
            for one in found:
                fetching.keep(connection, one.id, JPEG, "image/jpeg", name="coat.jpg", now=NOON)

    await house.database.write(fetched)


async def test_files_stand_at_their_message_and_open_for_the_console(house: RunningHouse) -> None:
    data = {"type": "photo", "file_id": "77", "more": [{"type": "video", "file_id": "78"}]}
    said = await house.says("camille", "ma veste", kind="media", data=data)
    (message,) = await customers(house, said.conversation)
    assert (message.sort, [(file.sort, file.state) for file in message.files]) == (
        "photo",
        [("photo", "waiting"), ("video", "waiting")],
    )
    await keep_all(house)
    (message,) = await customers(house, said.conversation)
    first = message.files[0]
    assert (first.state, first.mime_type, first.name, first.size) == ("kept", "image/jpeg", "coat.jpg", len(JPEG))
    found = await house.ports.desk.file(first.id)
    assert found is not None
    assert (found.conversation, found.name, found.size) == (said.conversation, "coat.jpg", len(JPEG))
    content = await house.ports.desk.content(found)
    assert content is not None
    assert (content.content, content.mime_type) == (JPEG, "image/jpeg")
    assert await house.ports.desk.file(999) is None


async def test_bytes_are_looked_at_again_before_they_leave(house: RunningHouse) -> None:
    said = await house.says("camille", kind="media", data={"type": "photo", "file_id": "77"})

    def wrongly(connection: Connection) -> None:
        claim = partial(fetching.claim_waiting, channel="telegram", account="", limit=9)
        (one,) = claim(connection, now=house.clock.now(), until=house.clock.now())
        fetching.keep(connection, one.id, b"<html><script>", "image/jpeg", now=NOON)

    await house.database.write(wrongly)
    (message,) = await customers(house, said.conversation)
    found = await house.ports.desk.file(message.files[0].id)
    assert found is not None
    content = await house.ports.desk.content(found)
    assert content is not None
    assert content.mime_type == ""


async def test_a_reaction_stands_small_at_its_message(house: RunningHouse) -> None:
    said = await house.says("camille", "bonjour")
    sent = {"conversation_id": said.conversation, "provider_id": "tg-55"}
    await house.database.write(lambda connection: connection.execute(update(delivery).values(**sent)) and None)

    async def reacts(of: str, emoji: str) -> None:
        await house.says("camille", kind="reaction", data={"of": of, "emoji": emoji})

    await reacts("tg-55", "❤️")
    await reacts("camille-1", "😂")
    await reacts("camille-1", "😮")
    await reacts("tg-gone", "👍")
    thread = (await house.thread(said.conversation)).messages
    assert [(one.author, one.reactions) for one in thread[:2]] == [("customer", ("😮",)), ("bot", ("❤️",))]
    (apart,) = [one for one in thread if one.kind == "reaction"]
    assert (apart.text, apart.remarks) == ("👍", (Remark(name="reacted"),))
    await reacts("camille-1", "")
    assert (await house.thread(said.conversation)).messages[0].reactions == ()


async def test_a_message_taken_back_shows_that_and_nothing_else(house: RunningHouse) -> None:
    said = await house.says("camille", "mon secret", kind="media", data={"type": "photo", "file_id": "77"})
    await keep_all(house)
    (file,) = (await customers(house, said.conversation))[0].files
    await house.says("camille", kind="unsend", data={"of": "camille-1"})
    (message,) = await customers(house, said.conversation)
    assert (message.kind, message.text, message.files, message.sort) == ("unsent", "", (), "")
    assert await house.ports.desk.file(file.id) is None
    shown = await house.database.read(partial(threads.thread, conversation_id=said.conversation))
    assert "secret" not in str(shown)


async def test_an_edit_marks_what_it_replaces(house: RunningHouse) -> None:
    said = await house.says("camille", "samedi 14h")
    await house.says("camille", "samedi 15h", kind="edit", data={"of": "camille-1"})
    first, second = await customers(house, said.conversation)
    assert (first.remarks, second.kind, second.text) == ((Remark(name="edited"),), "edit", "samedi 15h")


@pytest.mark.parametrize(
    ("more", "remarks"),
    [
        ({"data": {"story": {"id": "s1"}}}, [Remark(name="story_reply")]),
        ({"data": {"forwarded": True}}, [Remark(name="forwarded")]),
        ({"data": {"referral": {"ref": "", "source": "ad", "headline": "Soldes"}}}, [Remark(name="referral", text="Soldes")]),
        ({"kind": "referral", "data": {"ref": "vitrine", "source": "SHORTLINK"}}, [Remark(name="referral", text="vitrine")]),
        ({"kind": "moved", "data": {"was": "33639980101"}}, [Remark(name="moved", text="33639980101")]),
        ({"kind": "standby", "data": {"automatic": "bulk"}}, [Remark(name="automatic")]),
        ({"channel": "email", "data": {"subject": "Ma veste"}}, [Remark(name="subject", text="Ma veste")]),
    ],
)
async def test_what_is_to_be_known_of_a_message(house: RunningHouse, more: dict[str, Any], remarks: list[Remark]) -> None:
    said = await house.says("camille", "bonjour", **more)
    (message,) = await customers(house, said.conversation)
    assert list(message.remarks) == remarks


async def test_an_answer_names_what_it_answers(house: RunningHouse) -> None:
    said = await house.says("camille", "où est ma commande " + "s’il vous plaît " * 20)
    await house.says("camille", "alors ?", data={"reply_to": "camille-1"})
    *_, second = await customers(house, said.conversation)
    (remark,) = second.remarks
    assert remark.message == said.message
    assert remark.text.startswith("où est ma commande")
    assert len(remark.text) <= 91


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (
            {"latitude": 45.7578137, "longitude": 4.8320114, "address": "Lyon"},
            Place(latitude=45.757814, longitude=4.832011, address="Lyon"),
        ),
        ({"latitude": 99.0, "longitude": 4.0}, None),
        ({"latitude": "?", "longitude": 4.0}, None),
        ({}, None),
    ],
)
async def test_a_place_is_a_point_on_earth(house: RunningHouse, data: dict[str, Any], place: Place | None) -> None:
    said = await house.says("camille", "Bellecour", kind="location", data=data)
    (message,) = await customers(house, said.conversation)
    assert (message.place, message.text) == (place, "Bellecour")


async def test_cards_are_shown_with_whose_they_are(house: RunningHouse) -> None:
    data = {"phone": "+33639980101", "own": True, "name": None, "more": [{"phone": "", "own": False, "name": "Noé"}, "odd"]}
    said = await house.says("camille", kind="contact", data=data)
    (message,) = await customers(house, said.conversation)
    assert message.cards == (ContactCard(name="", phone="+33639980101", own=True), ContactCard(name="Noé", phone=""))


@pytest.mark.parametrize(("by", "author"), [("person", "advisor"), ("app", "system"), ("unknown", "advisor")])
async def test_an_echo_is_the_brands_own_voice(house: RunningHouse, by: str, author: str) -> None:
    said = await house.says("camille", "bonjour")
    data = {"by": by, "what": "media", "type": "photo", "url": "https://x.fbcdn.net/1"}
    await house.says("camille", "Voilà", kind="echo", data=data, sender_name="Camille")
    echo = (await house.thread(said.conversation)).messages[-1]
    assert (echo.author, echo.by, echo.sort, len(echo.files)) == (author, "", "photo", 1)


async def test_the_thread_as_data_names_files(house: RunningHouse) -> None:
    said = await house.says("camille", kind="media", data={"type": "photo", "file_id": "77"})
    await keep_all(house)
    shown = await house.database.read(partial(threads.thread, conversation_id=said.conversation))
    first, *others = shown["messages"]
    (file,) = first["files"]
    assert file == {
        "id": file["id"],
        "type": "photo",
        "mime": "image/jpeg",
        "name": "coat.jpg",
        "size": len(JPEG),
        "state": "kept",
    }
    assert not any("files" in one for one in others)


async def test_whoever_takes_over_reads_that_there_was_a_picture(house: RunningHouse) -> None:
    await house.says("camille", kind="media", data={"type": "photo", "file_id": "77"})
    await house.says("camille", "un conseiller svp")
    await house.says("camille", "la voici", kind="media", data={"type": "voice", "file_id": "78"})

    def lines(connection: Connection) -> list[str]:
        found = case_from(connection.execute(select(case)).one())
        return [line.text for line in found.context.transcript if line.author == "customer"]

    assert (await house.database.read(lines))[:2] == ["[photo]", "un conseiller svp"]
    (row,) = await house.ports.desk.open_cases()
    assert row.last_text == "[message vocal] la voici"
    (listed,) = (await house.ports.desk.conversations(ConversationFilter())).rows
    assert listed.last_text


async def test_words_taken_back_leave_the_line_of_a_case_too(house: RunningHouse) -> None:
    await house.says("camille", "mon secret", kind="media", data={"type": "photo", "file_id": "77"})
    await house.says("camille", "un conseiller svp")
    await house.says("camille", kind="unsend", data={"of": "camille-1"})
    kept = await house.database.read(lambda connection: str(connection.execute(select(case.c.context)).scalar_one()))
    assert "secret" not in kept
    assert "conseiller" in kept


@pytest.mark.parametrize(
    ("kind", "text", "data", "language", "line"),
    [
        ("text", "bonjour", {"type": "photo"}, "fr", "bonjour"),
        ("media", "", {"type": "voice"}, "fr", "[message vocal]"),
        ("media", "ma veste", {"type": "photo", "more": [{}, {}]}, "en", "[photo +2] ma veste"),
        ("media", "", {"type": "some_new_kind"}, "fr", "[some new kind]"),
        ("media", "", None, "en", "[media]"),
        ("location", "Bellecour", {}, "en", "[place] Bellecour"),
        ("contact", "", {"type": "x"}, "fr", "[contact]"),
        ("unsent", "", None, "fr", ""),
    ],
)
def test_a_message_as_one_line(kind: str, text: str, data: dict[str, Any] | None, language: str, line: str) -> None:
    assert as_line(kind, text, data, language) == line
