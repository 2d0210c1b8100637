"""What an operator types to hand somebody's data over, to erase them, and to see what goes by itself."""

from __future__ import annotations

import asyncio
import shutil
import stat
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import privacy_commands
from bot.errors import PersonRefused, SettingsError
from bot.storage import erasing
from bot.storage.database import Database, open_database
from bot.storage.schema import appointment, audit, conversation
from bot.wiring import DEMO_BRAND
from bot.workers.erasing import keeps_of
from tests.fakes.house import demo_house
from tests.fakes.somebody import JEANNE, NOON, PAUL, everything, mentions, moves_in

Terminal = Callable[..., str]


@pytest.fixture
def brand(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO_BRAND, tmp_path / "brand"))


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """Run a command as an operator would; returns what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILROUGE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("FILROUGE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("LOGNAME", "op")

    def run(command: Callable[..., None], *words: str, **options: Any) -> str:
        command(*words, **options)
        return capsys.readouterr().out

    def fill() -> None:
        asyncio.run(with_database(sqlite_url, both))

    fill()
    return run


async def with_database(url: str, work: Callable[[Database], Any]) -> Any:
    database = open_database(url)
    try:
        return await work(database)
    finally:
        await database.close()


async def both(database: Database) -> None:
    for somebody in (PAUL, JEANNE):
        await moves_in(database, somebody)
    plain = update(conversation).values(state="")
    await database.write(lambda connection: connection.execute(plain) and None)


def looked_up(url: str, query: Any) -> list[Any]:
    async def work(database: Database) -> list[Any]:
        return [tuple(row) for row in await database.read(lambda connection: connection.execute(query).all())]

    found: list[Any] = asyncio.run(with_database(url, work))
    return found


def test_an_archive_is_written_for_the_owner_of_the_folder_alone(
    terminal: Terminal, sqlite_url: str, tmp_path: Path, brand: Path
) -> None:
    told = terminal(privacy_commands.export, "whatsapp", JEANNE.number, to=tmp_path / "out", by="lea", brand=brand)
    (path,) = (tmp_path / "out").iterdir()
    assert str(path) in told.replace("\n", "")
    assert JEANNE.number not in path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert zipfile.ZipFile(path).namelist()[:2] == ["person.json", "index.html"]
    terminal(privacy_commands.export, profile=JEANNE.profile, to=tmp_path / "again", brand=brand)
    acts = looked_up(sqlite_url, select(audit.c.by, audit.c.conversation_id).where(audit.c.act == "person_exported"))
    assert acts == [("lea", JEANNE.conversation), ("op", JEANNE.conversation)]


def test_nobody_is_erased_without_saying_so(terminal: Terminal, brand: Path) -> None:
    with pytest.raises(PersonRefused, match="--yes"):
        terminal(privacy_commands.erase, "whatsapp", JEANNE.number, brand=brand)
    with pytest.raises(SettingsError, match="either by a channel"):
        terminal(privacy_commands.erase, "whatsapp", yes=True, brand=brand)
    with pytest.raises(SettingsError, match="either by a channel"):
        terminal(privacy_commands.erase, "whatsapp", JEANNE.number, profile=JEANNE.profile, yes=True, brand=brand)
    with pytest.raises(PersonRefused, match="we keep nothing"):
        terminal(privacy_commands.erase, "sms", JEANNE.number, yes=True, brand=brand)


def test_the_receipt_is_printed_and_kept_and_names_nobody(terminal: Terminal, sqlite_url: str, brand: Path) -> None:
    coming = update(appointment).values(starts_at=NOON.replace(year=2999))

    async def later(database: Database) -> None:
        await database.write(lambda connection: connection.execute(coming) and None)

    asyncio.run(with_database(sqlite_url, later))
    with pytest.raises(PersonRefused, match="2 appointments are still to come"):
        terminal(privacy_commands.erase, "whatsapp", JEANNE.number, yes=True, brand=brand)
    options: dict[str, Any] = {"yes": True, "cancel_appointments": True, "by": "lea", "brand": brand}
    told = terminal(privacy_commands.erase, "whatsapp", JEANNE.number, **options)
    for words in ("UTC by lea.", "3 messages", "2 appointments cancelled", "backups may hold them until", "filrouge train"):
        assert words in told, words
    assert mentions({"printed": [told]}, JEANNE.telling) == []
    number = told.partition("Receipt ")[2].partition(":")[0]
    assert number
    assert number in terminal(privacy_commands.receipts)
    with pytest.raises(PersonRefused, match="we keep nothing"):
        terminal(privacy_commands.erase, "whatsapp", JEANNE.number, **options)
    assert mentions(asyncio.run(with_database(sqlite_url, everything)), JEANNE.telling) == []


def test_what_a_kill_left_is_finished_by_typing_it_again(terminal: Terminal, sqlite_url: str, brand: Path) -> None:
    begin = partial(
        erasing.begin,
        conversation_id=JEANNE.conversation,
        by="lea",
        now=NOON,
        keeps=keeps_of(demo_house().brand),
        cancel_appointments=True,
    )

    async def killed(database: Database) -> None:
        await database.write(begin)

    asyncio.run(with_database(sqlite_url, killed))
    assert "no: run" in terminal(privacy_commands.receipts)
    told = terminal(privacy_commands.erase, "whatsapp", JEANNE.number, yes=True, brand=brand)
    assert "3 messages" in told
    assert "no: run" not in terminal(privacy_commands.receipts)


def test_a_profile_is_let_back_by_name(terminal: Terminal, sqlite_url: str, brand: Path) -> None:
    terminal(privacy_commands.erase, profile=JEANNE.profile, yes=True, cancel_appointments=True, brand=brand)
    with pytest.raises(PersonRefused, match="letter by letter"):
        terminal(privacy_commands.let_back, JEANNE.profile.upper())
    assert "brings it in" in terminal(privacy_commands.let_back, JEANNE.profile, by="lea")
    acts = looked_up(sqlite_url, select(audit.c.by, audit.c.details).where(audit.c.act == "person_let_back"))
    assert acts == [("lea", {"profile": JEANNE.profile})]


def test_retention_is_told_before_it_is_done(terminal: Terminal, sqlite_url: str, brand: Path) -> None:
    told = (brand / "brand.yml").read_text(encoding="utf-8")
    (brand / "brand.yml").write_text(told + "\nretention:\n  audit_days: 1\n", encoding="utf-8")
    old = update(audit).values(at=NOON.replace(year=2020))

    async def long_ago(database: Database) -> None:
        await database.write(lambda connection: connection.execute(old) and None)

    asyncio.run(with_database(sqlite_url, long_ago))
    dry = terminal(privacy_commands.retention, dry_run=True, brand=brand)
    assert next(line.split() for line in dry.splitlines() if "audit" in line)[1::2] == ["audit", "1", "4"]
    assert len(looked_up(sqlite_url, select(audit.c.id))) == 4
    assert "Gone" in terminal(privacy_commands.retention, brand=brand)
    assert looked_up(sqlite_url, select(audit.c.by, audit.c.act)) == [("op", "retention")]
