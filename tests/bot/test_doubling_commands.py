"""`filrouge customers doubles`, on both databases: searched for, listed, judged, and who judged is written down."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.commands import app
from bot.customers.profile import Profile
from bot.errors import MergeRefused, SettingsError
from bot.storage import leases
from bot.storage.database import Database, open_database
from bot.storage.joining_by_hand import follow_profile
from bot.storage.profiles import import_profiles
from bot.storage.schema import audit
from tests.fakes.house import NOON

Command = Callable[..., str]
CAMILLE = Profile(
    id="a",
    first_name="Camille [b]",
    last_name="Rosterand",
    phones=("+33639980101",),
    birthday=date(1984, 3, 12),
    postcode="69002",
)
THOSE = (
    CAMILLE,
    replace(CAMILLE, id="b", emails=("camille@boite.example",)),
    replace(CAMILLE, id="c", first_name="Antoine", birthday=date(1980, 5, 9)),
)


@pytest.fixture
def command(database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Command:
    """Type a command; returns what it printed."""
    monkeypatch.setenv("FILROUGE_DATABASE_URL", database_url)
    monkeypatch.setenv("FILROUGE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("bot.doubling_commands.out.width", 240)
    monkeypatch.setattr("bot.logs.set_up_logs", lambda _level: None)

    def run(*words: str) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app(["customers", "doubles", *words])
        assert not ended.value.code
        return capsys.readouterr().out

    on(database_url, lambda database: database.write(partial(import_profiles, profiles=THOSE, now=NOON)))
    return run


def on(database_url: str, work: Callable[[Database], Any]) -> Any:
    async def do() -> Any:
        database = open_database(database_url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(do())


def acts(connection: Connection) -> list[tuple[str, str]]:
    return [(row.by, row.act) for row in connection.execute(select(audit.c.by, audit.c.act).order_by(audit.c.id))]


def test_doubles_are_searched_for_listed_and_joined(command: Command, database_url: str) -> None:
    assert "--find searches now" in command()
    shown = command("--find", "--language", "fr")
    assert "Camille [b] Rosterand" in shown
    assert "même téléphone" in shown
    assert "Antoine" not in shown  # of the same number and address, and somebody else
    (double,) = json.loads(command("--json"))
    assert (double["first"]["id"], double["second"]["id"], double["state"]) == ("a", "b", "open")
    assert "Joined" in command("accept", str(double["id"]), "--by", "ines", "--keep", "b")
    assert on(database_url, lambda database: database.read(partial(follow_profile, profile_id="a"))) == "b"
    assert on(database_url, lambda database: database.read(acts)) == [("ines", "double_accepted")]
    assert "None to be judged" in command("--find")
    assert [one["decided_by"] for one in json.loads(command("--state", "accepted", "--json"))] == ["ines"]


def test_what_is_rejected_stays_so(command: Command, database_url: str) -> None:
    command("--find")
    (double,) = json.loads(command("--json"))
    assert "stays so" in command("reject", str(double["id"]), "--by", "hugo")
    assert "None to be judged" in command("--find", "--whole")
    assert json.loads(command("--json")) == []
    assert on(database_url, lambda database: database.read(acts)) == [("hugo", "double_rejected")]


def test_what_cannot_be_done_is_told_and_not_written_down(command: Command, database_url: str) -> None:
    with pytest.raises(MergeRefused, match="reload the list"):
        app(["customers", "doubles", "accept", "99", "--by", "ines"])
    with pytest.raises(SettingsError, match="--by takes the name"):
        app(["customers", "doubles", "reject", "99", "--by", " "])
    with pytest.raises(SettingsError, match="above 0"):
        app(["customers", "doubles", "--limit", "0"])
    assert on(database_url, lambda database: database.read(acts)) == []


def test_while_another_process_searches_it_says_so(command: Command, database_url: str) -> None:
    later = NOON.replace(year=2126)
    hold = partial(leases.hold, name="doubling", holder="server", now=NOON, until=later)
    on(database_url, lambda database: database.write(hold))
    with pytest.raises(SettingsError, match="another process is searching"):
        app(["customers", "doubles", "--find"])
