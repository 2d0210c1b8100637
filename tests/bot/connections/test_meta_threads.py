"""What customers of WhatsApp, Messenger and Instagram do besides writing, and what becomes of it in their thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.channels.files import FileRefused
from bot.connections.line import named
from bot.storage import links
from bot.storage.database import Database, open_database
from tests.fakes.open_lines import MAKERS, OpenLines, open_lines

PAYLOADS = Path(__file__).parents[2] / "payloads"
SENDER = "24601"
PHOTO = b"\xff\xd8\xff\xe0 a sole that comes off " * 50
SECRET_WORDS = "ma carte fidélité se termine par quatre mille deux"


@pytest.fixture(params=sorted(MAKERS))
async def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def lines(sqlite: Database, channel: str) -> AsyncIterator[OpenLines]:
    async with open_lines(sqlite, channel) as opened:
        yield opened


def event(lines: OpenLines, channel: str, **said: Any) -> dict[str, Any]:
    """An event of the customer's; on WhatsApp a message of its own kind."""
    fake: Any = lines.fakes[channel]
    return dict(fake._brought(SENDER, said) if channel == "whatsapp" else fake._told(SENDER, **said))


def external_id(body: dict[str, Any]) -> str:
    entry = body["entry"][0]
    if "changes" in entry:
        return str(entry["changes"][0]["value"]["messages"][0]["id"])
    return str(entry["messaging"][0]["message"]["mid"])


def taken_back(lines: OpenLines, channel: str, mid: str) -> dict[str, Any]:
    if channel == "whatsapp":
        return event(lines, channel, type="revoke", revoke={"original_message_id": mid})
    return event(lines, channel, message={"mid": mid, "is_deleted": True})


def edited(lines: OpenLines, channel: str, mid: str, text: str) -> dict[str, Any]:
    if channel == "whatsapp":
        new = {"type": "text", "text": {"body": text}}
        return event(lines, channel, type="edit", edit={"original_message_id": mid, "message": new})
    return event(lines, channel, message_edit={"mid": mid, "text": text, "num_edit": 1})


def picture(lines: OpenLines, channel: str, caption: str) -> dict[str, Any]:
    fake = lines.fakes[channel]
    fake.files["900700"] = (PHOTO, "image/jpeg")
    if channel == "whatsapp":
        return event(lines, channel, type="image", image={"id": "900700", "mime_type": "image/jpeg", "caption": caption})
    attachment = {"type": "image", "payload": {"url": f"{fake.root}/files/900700"}}
    return event(lines, channel, message={"mid": fake.next_id("m_in"), "text": caption, "attachments": [attachment]})


def by_a_person(lines: OpenLines, channel: str, text: str, mid: str = "") -> dict[str, Any]:
    """What somebody of the brand wrote in the platform's own application."""
    fake = lines.fakes[channel]
    mid = mid or fake.next_id("wamid.ECHO" if channel == "whatsapp" else "m_echo")
    at = fake.next_moment()
    if channel == "whatsapp":
        said = {"from": "33639980000", "to": SENDER, "id": mid, "timestamp": str(at), "type": "text", "text": {"body": text}}
        body: dict[str, Any] = fake._told({"message_echoes": [said]})  # type: ignore[attr-defined]
        body["entry"][0]["changes"][0]["field"] = "smb_message_echoes"
        return body
    told = {"sender": {"id": fake.id}, "recipient": {"id": SENDER}, "timestamp": at * 1000}
    told["message"] = {"mid": mid, "is_echo": True, "text": text}  # type: ignore[assignment]
    return {"object": fake.kind, "entry": [{"id": fake.id, "time": at * 1000, "messaging": [told]}]}  # type: ignore[attr-defined]


async def test_a_person_answers_in_the_platforms_own_application(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    await fake.says(SENDER, "bonjour")
    await lines.quiet()
    assert len(fake.shown(SENDER)) == 1
    assert await fake.push(by_a_person(lines, channel, "Je regarde cela tout de suite.")) == 200
    await lines.quiet()
    await fake.says(SENDER, "bonjour")
    await lines.quiet()
    assert len(fake.shown(SENDER)) == 1, "somebody answers; the bot is quiet"
    said = await lines.said(channel, SENDER)
    assert ("advisor", "Je regarde cela tout de suite.") in said

    lines.house.clock.advance(minutes=lines.house.house.brand.handoff.step_back_minutes + 1)
    await lines.eventually(lambda: lines.rows("SELECT count(*) FROM timer"), lambda rows: rows == [(0,)], "the time is over")
    await fake.says(SENDER, "bonjour")
    await lines.quiet()
    assert len(fake.shown(SENDER)) == 2, "the bot is back by itself"


async def test_our_own_words_that_come_back_are_nobodys(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    for _ in range(3):
        await fake.says(SENDER, "bonjour")
        await lines.quiet()
    await asyncio.sleep(0.1)  # echoes and receipts come by themselves
    await lines.handled()
    assert [author for author, _ in await lines.said(channel, SENDER)] == ["customer", "bot"] * 3


async def test_an_echo_before_the_answer_to_our_call_proves_that_it_arrived(sqlite: Database) -> None:
    """Instagram took it, our call hangs, and the echo comes: it is sent, and never sent again."""
    async with open_lines(sqlite, "instagram") as lines:
        fake = lines.fakes["instagram"]
        fake.fail(how="silence", when="after")
        await fake.says(SENDER, "bonjour")
        asked = "SELECT state, attempts, provider_id IS NOT NULL FROM delivery"
        await lines.eventually(lambda: lines.rows(asked), lambda rows: rows == [("sent", 1, 1)], "known by its echo")
        assert len(fake.shown(SENDER)) == 1
        assert [author for author, _ in await lines.said("instagram", SENDER)] == ["customer", "bot"]


@pytest.mark.parametrize("first", ["the words", "the taking back"])
async def test_words_taken_back_are_gone(sqlite_url: str, channel: str, first: str) -> None:
    database = open_database(sqlite_url)
    async with open_lines(database, channel) as lines:
        fake = lines.fakes[channel]
        if first == "the words":
            await fake.says(SENDER, "un conseiller svp")  # a case is opened, and has the lines before it
        words = fake.customer_says(SENDER, SECRET_WORDS)
        shown = picture(lines, channel, SECRET_WORDS)
        told = [words, shown, edited(lines, channel, external_id(words), SECRET_WORDS + " et trois")]
        back = [taken_back(lines, channel, external_id(words)), taken_back(lines, channel, external_id(shown))]
        for body in [*told, *back] if first == "the words" else [*back, *told]:
            assert await fake.push(body) == 200
            await lines.handled()
        await lines.quiet()
        assert await lines.rows("SELECT count(*) FROM media") == [(0,)]
        assert await lines.rows("SELECT count(*) FROM media_content") == [(0,)]
        assert all(SECRET_WORDS not in text for _, text in await lines.said(channel, SENDER))
    await database.close()
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    kept = b"".join(path.read_bytes() for path in file.parent.iterdir() if path.name.startswith(file.name))
    assert SENDER.encode() in kept
    assert SECRET_WORDS[:20].encode() not in kept
    assert b"quatre mille deux" not in kept
    assert PHOTO[:40] not in kept


async def test_a_case_forgets_what_was_taken_back(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    words = fake.customer_says(SENDER, SECRET_WORDS)
    await fake.push(words)
    await fake.says(SENDER, "un conseiller svp")
    await lines.quiet()
    assert "quatre mille" in str(await lines.rows('SELECT context FROM "case"'))
    await fake.push(taken_back(lines, channel, external_id(words)))
    await lines.quiet()
    ((context,),) = await lines.rows('SELECT context FROM "case"')
    assert "quatre mille" not in context
    assert "un conseiller svp" in context


async def test_words_taken_back_while_the_bot_thinks_are_never_answered(lines: OpenLines, channel: str) -> None:
    fake, understander = lines.fakes[channel], lines.house.understander
    thinking, go_on = asyncio.Event(), asyncio.Event()
    real = understander.understand

    async def slow(text: str, *, language: str) -> Any:
        thinking.set()
        await go_on.wait()
        return await real(text, language=language)

    understander.understand = slow  # type: ignore[method-assign]
    words = fake.customer_says(SENDER, SECRET_WORDS)
    await fake.push(words)
    await thinking.wait()
    assert await fake.push(taken_back(lines, channel, external_id(words))) == 200
    go_on.set()
    await lines.quiet()
    assert fake.shown(SENDER) == []
    traces = await lines.rows("SELECT text, coalesce(trace, ''), coalesce(data, '') FROM message WHERE direction = 'in'")
    assert SECRET_WORDS not in str(traces)


async def test_new_words_for_old_ones_are_heard(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    words = fake.customer_says(SENDER, "bnojour")
    await fake.push(words)
    await lines.quiet()
    await fake.push(edited(lines, channel, external_id(words), "bonjour"))
    await lines.quiet()
    assert len(fake.shown(SENDER)) == 2
    ((trace,),) = await lines.rows("SELECT trace FROM message WHERE kind = 'edit'")
    assert '"intent":"greet"' in trace.replace(" ", "")


async def test_an_emoji_under_a_message_says_nothing(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    await fake.says(SENDER, "bonjour")
    await lines.quiet()
    of = fake.sent[-1].id
    if channel == "whatsapp":
        body = event(lines, channel, type="reaction", reaction={"message_id": of, "emoji": "❤️"})
    else:
        body = event(lines, channel, reaction={"mid": of, "action": "react", "reaction": "love", "emoji": "❤️"})
    assert await fake.push(body) == 200
    await lines.quiet()
    assert len(fake.shown(SENDER)) == 1


async def test_a_picture_is_kept_and_answered(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    assert await fake.push(picture(lines, channel, "")) == 200
    await lines.quiet()
    rows = await lines.rows("SELECT m.state, m.mime_type, c.content FROM media m JOIN media_content c ON c.media_id = m.id")
    assert rows == [("kept", "image/jpeg", PHOTO)]
    [answer] = fake.shown(SENDER)
    assert "photo" in answer.lower() or "image" in answer.lower()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/etc", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd", "x"])
@pytest.mark.parametrize("where", ["messenger", "instagram"])
async def test_a_file_that_is_not_at_metas_is_not_asked_for(sqlite: Database, where: str, url: str) -> None:
    async with open_lines(sqlite, where) as lines:
        attachment = {"type": "image", "payload": {"url": url}}
        message = {"mid": "m_in1", "attachments": [attachment]}
        assert await lines.fakes[where].push(event(lines, where, message=message)) == 200
        await lines.quiet()
        assert await lines.rows("SELECT state, why FROM media") == [("refused", "elsewhere")]


@pytest.mark.parametrize("where", ["messenger", "instagram"])
async def test_one_of_our_links_goes_on_with_the_conversation(sqlite: Database, where: str) -> None:
    async with open_lines(sqlite, where) as lines:
        begun = await lines.house.says("visitor", "bonjour", channel="webchat")
        make = partial(links.make, conversation_id=begun.conversation, channel=where, now=lines.house.clock.now())
        token = await lines.house.database.write(make)
        fake = lines.fakes[where]
        body = event(lines, where, referral={"ref": token, "source": "SHORTLINK", "type": "OPEN_THREAD"})
        assert await fake.push(body) == 200
        await lines.eventually(
            lambda: lines.rows("SELECT DISTINCT conversation_id FROM identity"), lambda rows: len(rows) == 1, "one conversation"
        )
        await lines.quiet()
        assert fake.shown(SENDER), "the bot says that it goes on"
        strange = event(lines, where, referral={"ref": "vitrine-lyon", "source": "SHORTLINK", "type": "OPEN_THREAD"})
        before = len(fake.shown(SENDER))
        await fake.push(strange)
        await lines.quiet()
        assert len(fake.shown(SENDER)) == before, "any other link says nothing"


async def test_what_is_said_to_another_application_is_kept_and_not_answered(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    body = fake.customer_says(SENDER, "il y a quelqu’un ?")
    entry = body["entry"][0]
    if channel == "whatsapp":
        entry["changes"][0]["field"] = "standby"
    else:
        entry["standby"] = entry.pop("messaging")
    assert await fake.push(body) == 200
    await lines.quiet()
    assert fake.shown(SENDER) == []
    assert await lines.said(channel, SENDER) == [("customer", "il y a quelqu’un ?")]


async def test_a_conversation_is_taken_and_answered_by_an_advisor(lines: OpenLines, channel: str) -> None:
    fake = lines.fakes[channel]
    await fake.says(SENDER, "un conseiller svp")
    await lines.quiet()
    await lines.house.staff()
    ((conversation,),) = await lines.rows("SELECT id FROM conversation")
    await lines.house.does("ines", "take", conversation)
    await lines.house.does("ines", "answer", conversation, "Bonjour, ici Inès.")
    await lines.quiet()
    assert fake.shown(SENDER)[-1] == "Bonjour, ici Inès."
    await asyncio.sleep(0.1)
    await lines.handled()
    assert (await lines.said(channel, SENDER))[-1] == ("advisor", "Bonjour, ici Inès."), "her echo is not said twice"


@pytest.mark.parametrize("name", ["file_id", "url"])
def test_a_file_the_platform_does_not_name_is_told_and_not_tried_for_ever(name: str) -> None:
    assert named({name: "1"}, name) == "1"
    for reference in ({}, {name: ""}, {name: None}):
        with pytest.raises(FileRefused, match="send it again"):
            named(reference, name)
