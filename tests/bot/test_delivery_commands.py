"""`filrouge undelivered` and `filrouge unreadable`, beside a server that has the file, on both databases."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.commands import app
from bot.errors import SettingsError
from bot.storage import unreadable
from bot.storage.database import Database, open_database
from bot.wiring import alone
from tests.bot.storage.test_outbox import NOON
from tests.bot.storage.test_undelivered import ends

SAID = '{"why": "no such kind", "raw": {"text": "Bonjour, je suis Camille"}}'
Command = Callable[..., str]


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Type a command; returns what it printed."""
    monkeypatch.setenv("FILROUGE_DATABASE_URL", database_url)
    monkeypatch.setenv("FILROUGE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("bot.logs.set_up_logs", lambda _level: None)

    def run(*words: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app(list(words))
        assert not ended.value.code
        return capsys.readouterr().out

    return run


def on(database_url: str, work: Callable[[Database], Any]) -> Any:
    async def do() -> Any:
        database = open_database(database_url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(do())


def test_what_did_not_arrive_is_listed_and_sent_again(command: Command, database_url: str) -> None:
    assert "Everything has reached" in command("undelivered", "list")
    failed = on(database_url, partial(ends, state="failed", sender="1", why="error 131026 [not on WhatsApp]"))
    held = on(database_url, partial(ends, state="held", sender="2", why="24 hours are over"))
    shown = command("undelivered", "list")
    assert "error 131026 [not on WhatsApp]" in shown
    assert "24 hours are over" in shown
    told = json.loads(command("undelivered", "list", "--state", "failed", "--json"))
    assert [(one["message"], one["channel"], one["conversation"]) for one in told] == [
        (failed, "telegram", told[0]["conversation"])
    ]
    assert command("undelivered", "replay", str(failed)).strip() == f"Message {failed} is to be sent again."
    assert [one["message"] for one in json.loads(command("undelivered", "list", "--json"))] == [held]


def test_a_whole_channel_is_sent_again(command: Command, database_url: str) -> None:
    numbers = [on(database_url, partial(ends, state="failed", sender=str(number))) for number in range(3)]
    assert command("undelivered", "replay", "--channel", "sms").strip() == "0 to be sent again."
    told = json.loads(command("undelivered", "replay", "--channel", "telegram", "--json"))
    assert [one["message"] for one in told] == numbers


def test_it_works_while_a_server_has_the_database(command: Command, database_url: str) -> None:
    number = on(database_url, partial(ends, state="failed", sender="1"))
    file = database_url.removeprefix("sqlite:///")
    with alone(Path(file)) if file != database_url else nullcontext():
        assert str(number) in command("undelivered", "list")
        assert "is to be sent again" in command("undelivered", "replay", str(number))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("undelivered", "replay"), "name one message"),
        (("undelivered", "replay", "3", "--channel", "sms"), "name one message"),
        (("undelivered", "replay", "12345"), "message 12345 did not fail"),
        (("undelivered", "list", "--limit", "0"), "--limit"),
        (("unreadable", "list", "--show", "abc"), "nothing is kept under 'abc'"),
        (("unreadable", "list", "--show", ""), "nothing is kept"),
        (("unreadable", "list", "--show", "%"), "nothing is kept"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(command: Command, words: tuple[str, ...], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        command(*words)


def test_without_a_database_nothing_is_made(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILROUGE_DATABASE_URL", f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(SettingsError, match="there is no database yet"):
        command("undelivered", "list")
    assert not (tmp_path / "none.db").exists()


def test_what_could_not_be_read_is_listed_without_its_words_and_shown_on_demand(command: Command, database_url: str) -> None:
    assert "could be read" in command("unreadable", "list")

    async def keep(database: Database) -> None:
        unit = partial(unreadable.keep, channel="whatsapp", account="fr", bodies=[SAID, "[]"], now=NOON)
        await database.write(unit)

    on(database_url, keep)
    shown = command("unreadable", "list")
    assert "whatsapp/fr" in shown
    assert "2026-11-26 12:00" in shown
    assert "Camille" not in shown
    rows = json.loads(command("unreadable", "list", "--json"))
    assert {row["length"] for row in rows} == {len(SAID), 2}
    digest = next(row["digest"] for row in rows if row["length"] == len(SAID))
    assert command("unreadable", "list", "--show", digest[:12]).strip() == SAID
