"""Files that come with messages: none is forgotten, none is fetched twice at once, and what is taken back is really gone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select

from bot.messages import InboundMessage, Kind
from bot.storage import fetching, inbox, media, news
from bot.storage.carried import FLEETING, MOST_FILES
from bot.storage.database import Database
from bot.storage.fetching import Waiting
from bot.storage.housekeeping import tidy
from bot.storage.media import File
from bot.storage.merging import join
from bot.storage.schema import media as media_table
from bot.storage.schema import media_content

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0" + b"camille's coat" * 10


def sent(data: dict[str, Any], *, kind: Kind = "media", number: int = 1, **more: Any) -> InboundMessage:
    given: dict[str, Any] = {"channel": "whatsapp", "sender": "+33639980101", "text": "", "sent_at": NOON} | more
    return InboundMessage(external_id=f"wamid.{number}", kind=kind, data=data, **given)


async def accept(database: Database, inbound: InboundMessage, files: dict[int, bytes] | None = None) -> inbox.Accepted:
    return await database.write(partial(inbox.accept, inbound=inbound, now=NOON, files=files))


async def claim(database: Database, now: datetime = NOON, *, seconds: float = 60, **more: Any) -> list[Waiting]:
    wanted: dict[str, Any] = {"channel": "whatsapp", "account": "", "limit": 10} | more
    return await database.write(partial(fetching.claim_waiting, now=now, until=now + timedelta(seconds=seconds), **wanted))


async def files_of(database: Database, conversation: int) -> list[File]:
    found = await database.read(partial(media.of_conversation, conversation_id=conversation))
    return [file for files in found.values() for file in files]


async def rows(database: Database) -> tuple[int, int]:
    """How many files there are, and how many with bytes."""

    def count(connection: Connection) -> tuple[int, int]:
        first, second = (
            connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (media_table, media_content)
        )
        return first, second

    return await database.read(count)


async def test_a_picture_waits_is_fetched_and_kept(database: Database) -> None:
    accepted = await accept(database, sent({"type": "photo", "file_id": "77", "mime_type": "image/jpeg", "name": "coat.jpg"}))
    (waiting,) = await claim(database)
    assert waiting.reference == {"type": "photo", "file_id": "77", "mime_type": "image/jpeg", "name": "coat.jpg"}
    assert (waiting.message, waiting.conversation, waiting.attempts) == (accepted.message, accepted.conversation, 1)
    (file,) = await files_of(database, accepted.conversation)
    assert (file.state, file.type, file.mime_type, file.name) == ("waiting", "photo", "image/jpeg", "coat.jpg")
    assert await database.read(partial(media.open, media_id=file.id)) is None

    soon = NOON + timedelta(seconds=2)
    told = await database.write(partial(fetching.keep, now=soon, media_id=file.id, content=JPEG, mime_type="image/jpeg"))
    assert told == accepted.conversation
    (file,) = await files_of(database, accepted.conversation)
    assert (file.state, file.size) == ("kept", len(JPEG))
    assert await database.read(partial(news.touched_since, at=soon)) == [(accepted.conversation, soon)], "pages see it by looking"
    opened = await database.read(partial(media.open, media_id=file.id))
    assert opened == media.Opened(JPEG, "image/jpeg", "coat.jpg", accepted.conversation)
    assert await claim(database, NOON + timedelta(hours=1)) == []


async def test_the_same_message_again_expects_nothing_more(database: Database) -> None:
    inbound = sent({"type": "voice", "file_id": "78"})
    first = await accept(database, inbound)
    await asyncio.gather(*(accept(database, inbound) for _ in range(5)))
    again = partial(media.expect, message_id=first.message, conversation_id=first.conversation, inbound=inbound, now=NOON)
    assert await database.write(again) == 0
    assert await rows(database) == (1, 0)


@pytest.mark.parametrize(
    "data",
    [
        {"type": "unsupported"},
        {"type": "sticker", "url": "https://x.fbcdn.net/like.png", "like": True},
        {"type": "order", "products": ["a"]},
        {"type": "form", "form": "{}"},
        {"type": "contact", "name": "Noé"},
        {"type": "link", "url": "https://example.org/page"},
        {"type": "poll"},
        {"type": "photo", "file_id": ""},
        {"type": "story_mention", "url": "https://x.fbcdn.net/s", "fleeting": True},
    ],
)
async def test_what_has_no_file_makes_no_row(sqlite: Database, data: dict[str, Any]) -> None:
    await accept(sqlite, sent(data, sent_at=NOON - FLEETING if data.get("fleeting") else NOON))
    assert await rows(sqlite) == (0, 0)


@pytest.mark.parametrize("kind", ["text", "edit", "press", "location", "reaction"])
async def test_only_messages_that_carry_files_are_looked_at(sqlite: Database, kind: Kind) -> None:
    await accept(sqlite, sent({"type": "photo", "url": "https://x", "of": "9", "token": ""}, kind=kind))
    assert await rows(sqlite) == (0, 0)


@pytest.mark.parametrize("kind", ["media", "echo", "standby"])
async def test_files_of_colleagues_and_of_other_applications_are_kept_too(sqlite: Database, kind: Kind) -> None:
    await accept(sqlite, sent({"type": "photo", "url": "https://x.fbcdn.net/1", "what": "media"}, kind=kind))
    assert await rows(sqlite) == (1, 0)


async def test_several_files_of_one_message_come_in_order_and_no_more_than_are_kept(sqlite: Database) -> None:
    more = [{"type": "photo", "url": f"https://x.fbcdn.net/{n}"} for n in range(1, 40)]
    accepted = await accept(
        sqlite, sent({"type": "photo", "url": "https://x.fbcdn.net/0", "more": [*more[:2], "odd", *more[2:]]})
    )
    assert len(await files_of(sqlite, accepted.conversation)) == MOST_FILES - 1
    first, second, *_ = await claim(sqlite)
    assert (first.reference["url"], second.reference["url"]) == ("https://x.fbcdn.net/0", "https://x.fbcdn.net/1")


async def test_files_of_a_mail_are_there_with_the_message(database: Database) -> None:
    def attached(part: int, mime_type: str) -> InboundMessage:
        data = {"type": "image", "mime_type": mime_type, "size": 9, "filename": "coat.jpg", "part": part}
        return sent(data, channel="email", number=part, sender="camille@example.org")

    accepted = await accept(database, attached(2, "application/octet-stream"), {2: JPEG, 3: b"other"})
    await accept(database, attached(3, "image/png"), {3: b"<html><script>alert(1)</script>"})
    await accept(database, attached(4, "application/zip"), {})
    photo, page, zipped = await files_of(database, accepted.conversation)
    assert (photo.state, photo.mime_type, photo.size) == ("kept", "image/jpeg", len(JPEG))
    assert (page.state, page.mime_type) == ("kept", ""), "a page that calls itself a picture is none"
    assert (zipped.state, zipped.why) == ("refused", "unknown_type")
    assert await claim(database, channel="email") == []


async def test_two_workers_never_hold_the_same_file(database: Database) -> None:
    for number in range(12):
        await accept(database, sent({"type": "photo", "file_id": str(number)}, number=number))
    claims = await asyncio.gather(*(claim(database, limit=3) for _ in range(6)))
    ids = [waiting.id for found in claims for waiting in found]
    assert len(ids) == len(set(ids)) == 12


async def test_a_claim_that_ran_out_is_anothers_and_the_slow_one_changes_nothing(database: Database) -> None:
    accepted = await accept(database, sent({"type": "photo", "file_id": "1"}))
    (slow,) = await claim(database, seconds=60)
    assert await claim(database, NOON + timedelta(seconds=59)) == []
    (again,) = await claim(database, NOON + timedelta(seconds=60))
    assert (again.id, again.attempts) == (slow.id, 2)
    assert (
        await database.write(partial(fetching.keep, now=NOON, media_id=again.id, content=JPEG, mime_type="image/jpeg"))
        is not None
    )
    assert await database.write(partial(fetching.keep, now=NOON, media_id=slow.id, content=b"x", mime_type="image/png")) is None
    assert await database.write(partial(fetching.refuse, now=NOON, media_id=slow.id, why="gone")) is None
    await database.write(partial(fetching.later, media_id=slow.id, next_at=NOON))
    (file,) = await files_of(database, accepted.conversation)
    assert (file.state, file.mime_type) == ("kept", "image/jpeg")


async def test_a_film_is_written_piece_by_piece_and_read_as_one(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "PIECE", 100)
    accepted = await accept(database, sent({"type": "video", "file_id": "1"}))
    film = bytes(range(250)) * 3
    (begun,) = await claim(database)
    for place, piece in enumerate((b"of a worker", b"that was", b"stopped")):
        assert await database.write(partial(fetching.put, media_id=begun.id, piece=piece, place=place))
    (again,) = await claim(database, NOON + timedelta(hours=1))
    pieces = media.pieces_of(film)
    assert [len(piece) for piece in pieces] == [100] * 7 + [50]
    for place, piece in enumerate(pieces[:-1]):
        assert await database.write(partial(fetching.put, media_id=again.id, piece=piece, place=place))
    assert await database.read(partial(media.open, media_id=again.id)) is None, "half a film is none"
    finish = partial(fetching.keep, media_id=again.id, content=film, mime_type="video/mp4", now=NOON, written=7)
    assert await database.write(finish) == accepted.conversation
    opened = await database.read(partial(media.open, media_id=again.id))
    assert opened is not None
    assert opened.content == film
    assert await rows(database) == (1, 8)
    assert not await database.write(partial(fetching.put, media_id=again.id, piece=b"late", place=0))
    await database.write(partial(media.forget, message_ids=[accepted.message]))
    assert await rows(database) == (0, 0)


async def test_pieces_of_a_file_that_is_refused_are_let_go(database: Database) -> None:
    await accept(database, sent({"type": "video", "file_id": "1"}))
    (waiting,) = await claim(database)
    await database.write(partial(fetching.put, media_id=waiting.id, piece=b"half", place=0))
    await database.write(partial(fetching.refuse, media_id=waiting.id, why="gone", now=NOON))
    assert await rows(database) == (1, 0)


async def test_a_process_that_is_alone_takes_over_at_once_what_the_last_one_left(database: Database) -> None:
    await accept(database, sent({"type": "photo", "file_id": "1"}))
    (lost,) = await claim(database, seconds=600)
    assert await claim(database, NOON + timedelta(seconds=5)) == []
    assert await database.write(partial(fetching.release_all, now=NOON + timedelta(seconds=5))) == 1
    assert [one.id for one in await claim(database, NOON + timedelta(seconds=5))] == [lost.id]


async def test_other_accounts_files_are_left_to_their_workers(sqlite: Database) -> None:
    await accept(sqlite, sent({"type": "photo", "file_id": "1"}, account="paris"))
    assert await claim(sqlite) == []
    assert await claim(sqlite, channel="telegram", account="paris") == []
    assert len(await claim(sqlite, account="paris")) == 1


async def test_a_file_refused_says_why_and_one_put_off_comes_back(database: Database) -> None:
    accepted = await accept(database, sent({"type": "photo", "file_id": "1"}))
    await accept(database, sent({"type": "video", "file_id": "2"}, number=2))
    first, second = await claim(database)
    assert await database.write(partial(fetching.refuse, now=NOON, media_id=first.id, why="too_large")) == accepted.conversation
    await database.write(partial(fetching.later, media_id=second.id, next_at=NOON + timedelta(seconds=8)))
    assert await claim(database, NOON + timedelta(seconds=7)) == []
    assert [one.id for one in await claim(database, NOON + timedelta(seconds=8))] == [second.id]
    refused, waiting = await files_of(database, accepted.conversation)
    assert (refused.state, refused.why, waiting.state) == ("refused", "too_large", "waiting")


async def test_a_sender_who_never_stops_gets_no_further(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MOST_BYTES", 2 * len(JPEG))
    accepted = await accept(database, sent({"type": "photo", "file_id": "0"}))
    for number in range(1, 4):
        await accept(database, sent({"type": "photo", "file_id": str(number)}, number=number + 10))
    for waiting in await claim(database):
        await database.write(partial(fetching.keep, now=NOON, media_id=waiting.id, content=JPEG, mime_type="image/jpeg"))
    states = [(file.state, file.why) for file in await files_of(database, accepted.conversation)]
    assert states == [("kept", ""), ("kept", ""), ("refused", "too_many"), ("refused", "too_many")]
    other = await accept(database, sent({"type": "photo", "file_id": "9"}, sender="+33639980102", number=99))
    (waiting,) = await claim(database)
    await database.write(partial(fetching.keep, now=NOON, media_id=waiting.id, content=JPEG, mime_type="image/jpeg"))
    assert [file.state for file in await files_of(database, other.conversation)] == ["kept"]


async def test_a_story_is_kept_no_longer_than_it_lasts(database: Database) -> None:
    story = {"type": "story_mention", "url": "https://x.fbcdn.net/s", "fleeting": True}
    accepted = await accept(database, sent(story, sent_at=NOON - timedelta(hours=20)))
    await accept(database, sent({"type": "photo", "file_id": "2"}, number=2))
    for waiting in await claim(database):
        await database.write(partial(fetching.keep, now=NOON, media_id=waiting.id, content=JPEG, mime_type="image/jpeg"))
    first, second = await files_of(database, accepted.conversation)
    assert (first.state, second.state) == ("kept", "kept")
    assert await database.read(partial(media.about, media_id=first.id)) is not None
    clear_up = partial(tidy, most=10)
    assert (await database.write(partial(clear_up, now=NOON + timedelta(hours=3))))["media"] == 0
    assert (await database.write(partial(clear_up, now=NOON + timedelta(hours=4))))["media"] == 1
    first, second = await files_of(database, accepted.conversation)
    assert (first.state, first.why, first.size, second.state) == ("refused", "over", None, "kept")
    assert await database.read(partial(media.open, media_id=first.id)) is None
    assert await rows(database) == (2, 1)


@pytest.mark.parametrize("asked", ["claim", "vanish"])
async def test_what_is_to_be_done_about_files_is_found_by_its_index(sqlite: Database, asked: str) -> None:
    said: list[tuple[str, Any]] = []

    def heard(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        said.append((statement, values))

    event.listen(Engine, "before_cursor_execute", heard)
    try:
        await (claim(sqlite) if asked == "claim" else sqlite.write(partial(media.let_vanish, now=NOON, most=5)))
    finally:
        event.remove(Engine, "before_cursor_execute", heard)
    (statement, values), *_ = said
    plan = await sqlite.read(lambda one: one.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
    told = "\n".join(row[3] for row in plan)
    assert ("ix_media_waiting" if asked == "claim" else "ix_media_fleeting") in told
    assert "SCAN media\n" not in f"{told}\n"


async def test_a_message_taken_back_takes_its_file_along(database: Database) -> None:
    accepted = await accept(database, sent({"type": "photo", "file_id": "1"}))
    await accept(database, sent({"type": "photo", "file_id": "2"}, number=2))
    first, second = await claim(database)
    await database.write(partial(fetching.keep, now=NOON, media_id=first.id, content=JPEG, mime_type="image/jpeg"))
    await database.write(partial(fetching.keep, now=NOON, media_id=second.id, content=JPEG, mime_type="image/jpeg"))
    assert await database.write(partial(media.forget, message_ids=[accepted.message])) == 1
    assert await rows(database) == (1, 1)
    assert await database.read(partial(media.open, media_id=first.id)) is None
    left = await database.read(partial(media.about, media_id=second.id))
    assert left == media.About(accepted.conversation, "", len(JPEG))


async def test_a_file_taken_back_while_it_is_fetched_is_not_kept(database: Database) -> None:
    accepted = await accept(database, sent({"type": "photo", "file_id": "1"}))
    (waiting,) = await claim(database)
    await database.write(partial(media.forget, message_ids=[accepted.message]))
    assert (
        await database.write(partial(fetching.keep, now=NOON, media_id=waiting.id, content=JPEG, mime_type="image/jpeg")) is None
    )
    assert await rows(database) == (0, 0)


async def test_files_go_along_when_two_conversations_turn_out_to_be_one(database: Database) -> None:
    here = await accept(database, sent({"type": "photo", "file_id": "1"}))
    there = await accept(database, sent({"type": "photo", "file_id": "2"}, sender="+33639980102", number=2))
    unite = partial(join, winner=here.conversation, loser=there.conversation, live=there.conversation, why={}, now=NOON)
    await database.write(unite)
    assert len(await files_of(database, here.conversation)) == 2
    assert {waiting.conversation for waiting in await claim(database)} == {here.conversation}
