"""Promise 13: a person is handed everything we keep of them, readable, and nothing that opens anything or is another's."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
import zipfile
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.archive.page import in_plain_words
from bot.archive.zipped import place_of
from bot.brand import Brand
from bot.brand.keeping import PrivacyRules
from bot.storage import person
from bot.storage.database import Database
from bot.storage.person import Person
from bot.storage.schema import audit, conversation, identity, media, media_content, message
from bot.workers.exporting import archive
from tests.fakes.house import demo_house
from tests.fakes.somebody import JEANNE, NOON, PAUL, moves_in


async def jeanne(database: Database) -> Person:
    found = await database.read(partial(person.of_sender, channel="whatsapp", sender=JEANNE.number))
    assert found is not None
    return found


async def handed(database: Database, who: Person, *, brand: Brand | None = None, language: str = "fr") -> zipfile.ZipFile:
    pieces = archive(database, brand or demo_house().brand, who, by="operator", now=NOON, language=language)
    return zipfile.ZipFile(io.BytesIO(b"".join([piece async for piece in pieces])))


async def both(database: Database) -> None:
    for somebody in (PAUL, JEANNE):
        await moves_in(database, somebody)
    # A real dialogue's state, that can be read.
    plain = update(conversation).values(state="")
    await database.write(lambda connection: connection.execute(plain) and None)


async def test_it_holds_everything_in_both_forms_and_the_files(database: Database) -> None:
    await both(database)
    found = await handed(database, await jeanne(database))
    assert found.testzip() is None
    place = place_of(JEANNE.message(1), "tournesol.png", "image/png")
    assert found.namelist() == ["person.json", "index.html", place]
    assert found.read(place).startswith(b"PNG tournesol 0PNG tournesol 1")
    data = json.loads(found.read("person.json"))
    assert data["format"] == "filrouge-person-1"
    told = {name: len(rows) for name, rows in data.items() if isinstance(rows, list)}
    assert told == {
        "profile": 2, "sources": 1, "contact_points": 1, "identities": 1, "slots": 0, "wishes": 1, "proofs": 1, "codes": 1,
        "links": 1, "cases": 1, "notes": 1, "appointments": 2, "merges": 1, "public": 1, "audit": 2, "files": 1, "messages": 3,
    }  # fmt: skip
    assert [one["text"] for one in data["messages"]] == ["bonjour tournesol", "Jeanne !", ""]
    assert data["messages"][0]["trace"]["intent"] == "greet"
    page = found.read("index.html").decode()
    for words in ("Vos données chez", "bonjour tournesol", JEANNE.number, "rappeler Jeanne", f'href="{place}"', "sûr à 93 %"):
        assert words in page, words
    assert page.startswith('<!doctype html>\n<html lang="fr">')
    assert page.endswith("</html>\n")


async def test_nothing_in_it_opens_anything_or_is_about_anybody_else(database: Database) -> None:
    await both(database)
    found = await handed(database, await jeanne(database))
    whole = "".join(found.read(name).decode(errors="replace") for name in found.namelist())
    for words in ("the-seed", "the-token", "claim_hash", *PAUL.telling):
        assert words not in whole, words


async def test_the_page_reads_in_english_too_and_loads_nothing(database: Database) -> None:
    await both(database)
    page = (await handed(database, await jeanne(database), language="en")).read("index.html").decode()
    assert "Your data at" in page
    assert "Understood as “greet”, 93% sure." in page
    assert 'content="width=device-width' in page
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<img|https?://|@import|url\(", page)


async def test_what_they_wrote_is_words_and_never_markup(database: Database) -> None:
    await both(database)
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{7*7}}'

    def write(connection: Connection) -> None:
        connection.execute(
            update(message).where(message.c.conversation_id == JEANNE.conversation).values(text=evil, author_name=evil)
        )
        connection.execute(update(identity).where(identity.c.conversation_id == JEANNE.conversation).values(name=evil[:200]))
        connection.execute(
            update(media).where(media.c.conversation_id == JEANNE.conversation).values(name=f"../../etc/{evil}.exe")
        )

    await database.write(write)
    found = await handed(database, await jeanne(database))
    page = found.read("index.html").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "{{7*7}}" in page
    assert json.loads(found.read("person.json"))["messages"][0]["text"] == evil
    (place,) = found.namelist()[2:]
    assert re.fullmatch(r"media/\d+-[A-Za-z0-9_-]+\.png", place)


async def test_a_brand_may_keep_its_notes_to_itself(database: Database) -> None:
    await both(database)
    brand = demo_house().brand.model_copy(update={"privacy": PrivacyRules(export_notes=False)})
    found = await handed(database, await jeanne(database), brand=brand)
    data = json.loads(found.read("person.json"))
    assert data["notes"] == []
    assert "note" not in data["cases"][0]
    page = found.read("index.html").decode()
    assert "rappeler Jeanne" not in page
    assert "Notes de nos conseillers" not in page


async def test_that_it_was_handed_out_is_in_the_record_before_anything_leaves(database: Database) -> None:
    await both(database)
    who = await jeanne(database)
    pieces = archive(database, demo_house().brand, who, by="lea", now=NOON, language="fr")
    await anext(pieces)
    await pieces.aclose()  # whoever carried it away was cut off
    query = select(audit.c.by, audit.c.conversation_id).where(audit.c.act == "person_exported")
    rows = await database.read(lambda connection: connection.execute(query).all())
    assert [tuple(row) for row in rows] == [("lea", JEANNE.conversation)]


async def test_a_profile_nobody_writes_as_has_an_archive_too(database: Database) -> None:
    await both(database)

    def alone(connection: Connection) -> Any:
        connection.execute(update(conversation).values(profile_id=None))

    await database.write(alone)
    who = await database.read(partial(person.of_profile, profile_id=f"dropped-{JEANNE.profile}"))
    assert who is not None
    assert who.conversation is None
    data = json.loads((await handed(database, who)).read("person.json"))
    assert [one["first_name"] for one in data["profile"]] == ["Jeanne", "Jeanne"]
    assert data["messages"] == []


@pytest.mark.parametrize(("channel", "sender"), [("whatsapp", "33639981234"), ("whatsapp", "old-+33639981234")])
async def test_somebody_is_found_by_what_one_types(database: Database, channel: str, sender: str) -> None:
    await both(database)
    found = await database.read(partial(person.of_sender, channel=channel, sender=sender))
    assert found is not None
    assert (found.conversation, found.conversations) == (JEANNE.conversation, (JEANNE.conversation, JEANNE.former))
    assert (found.profile, found.profiles) == (JEANNE.profile, (JEANNE.profile, f"dropped-{JEANNE.profile}"))
    assert await database.read(partial(person.of_sender, channel="telegram", sender=sender)) is None


async def test_ten_thousand_messages_and_a_film_pass_through_a_few_megabytes(sqlite: Database) -> None:
    await both(sqlite)
    piece = bytes(range(256)) * 4096

    def much(connection: Connection) -> None:
        said = {
            "conversation_id": JEANNE.conversation, "identity_id": JEANNE.conversation, "channel": "whatsapp", "direction": "in",
            "author": "customer", "kind": "text", "text": "un mot après l’autre " * 10, "at": NOON, "received_at": NOON,
            "handled_at": NOON, "failures": 0,
        }  # fmt: skip
        connection.execute(insert(message), [said] * 10_000)
        for place in range(40, 100):
            connection.execute(insert(media_content), {"media_id": JEANNE.message(1), "place": place, "content": piece})

    await sqlite.write(much)
    who = await jeanne(sqlite)
    size = 0
    tracemalloc.start()
    try:
        async for part in archive(sqlite, demo_house().brand, who, by="lea", now=NOON, language="fr"):
            size += len(part)
            assert len(part) < 3_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 60_000_000
    assert peak < 16_000_000, peak


def test_a_trace_in_plain_words() -> None:
    trace = {"understood": True, "intent": "track_order", "confidence": 0.874, "entities": [{"entity": "order", "text": "A12"}]}
    assert in_plain_words(trace, "fr") == "Compris comme « track order », sûr à 87 %. Relevé : order 'A12'."
    assert in_plain_words({"understood": False}, "en") == "We were not sure to understand."
    assert in_plain_words({"response": "greet"}, "en") == "Answer “greet”."
    assert in_plain_words({}, "fr") == ""
