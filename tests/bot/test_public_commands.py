"""Comments and mentions: kept apart from private threads, listed, and answered once in private."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot import public_commands
from bot.errors import SettingsError
from bot.messages import InboundMessage
from bot.storage import inbox, wishes
from bot.storage.database import open_database
from bot.storage.schema import public_message
from tests.bodies import PayloadFolder
from tests.fakes.open_lines import BEGINS, MAKERS, OpenLines, meta_settings, open_lines

PAYLOADS = Path(__file__).parents[1] / "payloads"


@pytest.fixture(params=["messenger", "instagram"])
def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def kept(lines: OpenLines) -> list[tuple[Any, ...]]:
    return await lines.rows("SELECT external_id, text, removed_at IS NOT NULL FROM public_message ORDER BY id")


@pytest.mark.parametrize(
    "order", [("comment", "comment_edited", "comment_removed"), ("comment_removed", "comment_edited", "comment")]
)
async def test_what_was_removed_has_no_words_whatever_the_order(sqlite_url: str, order: tuple[str, ...]) -> None:
    database, folder = open_database(sqlite_url), PayloadFolder(PAYLOADS / "messenger")
    async with open_lines(database, "messenger") as lines:
        for name in order:
            assert await lines.fakes["messenger"].push(folder.body(name)) == 200
        assert await kept(lines) == [("55_901", "", 1)]
        assert await lines.rows("SELECT count(*) FROM message") == [(0,)], "never in a thread"
    await database.close()


async def test_a_comment_is_listed_and_answered_once(
    sqlite_url: str, channel: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    async with MAKERS[channel](begins=BEGINS) as fake:
        environment = meta_settings(channel, fake) | {"FILROUGE_DATABASE_URL": sqlite_url, "FILROUGE_DATA_DIR": str(tmp_path)}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        database = open_database(sqlite_url)
        async with open_lines(database, channel) as lines:
            assert await lines.fakes[channel].push(PayloadFolder(PAYLOADS / channel).body("comment")) == 200
        await database.close()

        await asyncio.to_thread(public_commands.list_them, json=True)
        [row] = json.loads(capfdbinary.readouterr().out)
        assert (row["channel"], row["text"], row["replied_by"]) == (channel, "Existe-t-elle en noir ?", None)

        fake.fail(code=190, status=401, message="token")
        with pytest.raises(SettingsError, match="did not take"):
            await asyncio.to_thread(public_commands.reply, row["id"], "Oui, en noir aussi.", at_night=True)
        await asyncio.to_thread(public_commands.reply, row["id"], "Oui, en noir aussi.", by="noemie", at_night=True)
        [sent] = fake.sent
        assert sent.text == "Oui, en noir aussi."
        assert sent.body["recipient"] == {"comment_id": row["external_id"]}
        with pytest.raises(SettingsError, match="answered already"):
            await asyncio.to_thread(public_commands.reply, row["id"], "Encore", at_night=True)
        assert len(fake.sent) == 1
        with pytest.raises(SettingsError, match="public list"):
            await asyncio.to_thread(public_commands.reply, 999, "Bonjour")
        capfdbinary.readouterr()
        await asyncio.to_thread(public_commands.list_them)
        assert b"noemie" in capfdbinary.readouterr().out


async def test_who_refused_to_be_written_to_gets_no_private_answer(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with MAKERS["messenger"](begins=BEGINS) as fake:
        environment = meta_settings("messenger", fake) | {"FILROUGE_DATABASE_URL": sqlite_url, "FILROUGE_DATA_DIR": str(tmp_path)}
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        database = open_database(sqlite_url)
        async with open_lines(database, "messenger") as lines:
            assert await lines.fakes["messenger"].push(PayloadFolder(PAYLOADS / "messenger").body("comment")) == 200
        number = await database.write(refuses_by_message)
        await database.close()
        with pytest.raises(SettingsError, match="does not want to be written to"):
            await asyncio.to_thread(public_commands.reply, number, "Oui, en noir aussi.", at_night=True)
        assert fake.sent == []


def refuses_by_message(connection: Connection) -> int:
    """The author of the only comment has since stopped us in private."""
    comment = connection.execute(select(public_message)).one()
    written = InboundMessage(
        channel="messenger", account=comment.account, external_id="m-1", sender=comment.author, text="STOP", sent_at=comment.at
    )
    accepted = inbox.accept(connection, written, comment.at)
    later = comment.at + timedelta(minutes=1)
    wishes.record(connection, accepted.conversation, kind="contact", value=False, channel="messenger", now=later, by="customer")
    return int(comment.id)


async def test_the_words_of_a_mention_are_asked_for(sqlite_url: str) -> None:
    """Instagram tells only that somebody mentioned the account."""
    database = open_database(sqlite_url)
    async with open_lines(database, "instagram") as lines:
        fake: Any = lines.fakes["instagram"]
        fake.mentions["17950000000000007"] = {
            "id": "17950000000000007",
            "text": "@orvelle vous réparez les semelles ?",
            "username": "nadia.b",
            "timestamp": "2026-11-27T11:00:00+0000",
        }
        assert await fake.push(PayloadFolder(PAYLOADS / "instagram").body("mention_in_a_comment")) == 200
        await lines.eventually(
            lambda: lines.rows("SELECT text, author_name FROM public_message"),
            lambda rows: rows == [("@orvelle vous réparez les semelles ?", "nadia.b")],
            "the words are there",
        )
    await database.close()
