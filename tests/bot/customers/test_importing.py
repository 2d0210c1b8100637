"""Bringing a customer file in: every line has an outcome, a dry run changes nothing, a repeated run neither."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import bot
from tests.servers import Server

DEMO = Path(bot.__file__).parent / "demo"

HEADER = "id,first_name,last_name,phones,emails\n"
FILE = HEADER + (
    "n1,Inès,Kermadec,+33639980151,ines@courriel.example\n"
    "n2,Paul,,+33639980152,\n"
    "n3,Léa,Morvan,0639980153,\n"
    "n1,Inès,Kermadec,,\n"
    "n4,Aïcha,Benali,,aicha@courriel.example\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> Server:
    return Server(tmp_path / "data")


def outcomes(shop: Server, file: Path, *options: str) -> tuple[int, list[tuple[str, str, str]], str]:
    """The exit code; line, outcome and changed fields of each line; what was said."""
    report = file.with_suffix(".report.csv")
    done = shop.run("customers", "import", str(file), "--report", str(report), *options, check=False)
    with report.open(encoding="utf-8", newline="") as rows:
        return done.returncode, [(row["line"], row["outcome"], row["fields"]) for row in csv.DictReader(rows)], done.stdout


def test_right_lines_are_taken_and_wrong_ones_are_told_with_what_to_write(shop: Server, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text(FILE, encoding="utf-8")
    code, lines, said = outcomes(shop, file)
    assert code == 1
    assert lines == [("2", "new", ""), ("3", "wrong", ""), ("4", "wrong", ""), ("5", "wrong", ""), ("6", "new", "")]
    assert "2 new, 0 changed, 0 the same, 3 wrong." in said
    assert "shop.csv:4: '0639980153' is no telephone number; write it with its country code" in said.replace("\n", "")


def test_a_dry_run_tells_the_same_and_changes_nothing(shop: Server, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text(FILE, encoding="utf-8")
    _, would, said = outcomes(shop, file, "--dry-run")
    assert "2 would be new" in said
    _, then, _ = outcomes(shop, file)
    assert then == would


def test_repeated_it_changes_nothing_and_a_changed_line_names_its_fields(shop: Server, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text(HEADER + "n1,Inès,Kermadec,+33639980151,\nn4,Aïcha,Benali,,aicha@courriel.example\n", encoding="utf-8")
    assert outcomes(shop, file)[:2] == (0, [("2", "new", ""), ("3", "new", "")])
    assert outcomes(shop, file)[1] == [("2", "same", ""), ("3", "same", "")]
    file.write_text(HEADER + "n1,Inès,Kermadec,+33639980199,ines@courriel.example\nn4,Aïcha,Benali,,aicha@courriel.example\n")
    assert outcomes(shop, file)[1] == [("2", "changed", "phones emails"), ("3", "same", "")]


def test_a_file_that_cannot_be_read_is_told_before_anything_is_written(shop: Server, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text("id,first name,last_name\n1,A,B\n")
    done = shop.run("customers", "import", str(file), check=False)
    assert done.returncode != 0
    assert "did you mean 'first_name'?" in done.stderr.replace("\n", " ")
    assert "missing" in shop.run("customers", "import", str(tmp_path / "none.csv"), check=False).stderr


def test_sources_are_checked_by_a_command_which_fails_when_one_does_not_answer(shop: Server, tmp_path: Path) -> None:
    brand = tmp_path / "brand"
    shutil.copytree(DEMO, brand)
    (brand / "sources.yml").write_text(
        "sources:\n  shop: {kind: sql, url: SHOP_URL, table: clients, columns: {id: no, emails: mail}, look_up: {email: mail}}\n"
        "order:\n  default: [file, shop]\n"
    )
    shop.environment["SHOP_URL"] = f"sqlite:///{tmp_path / 'shop.db'}"
    away = shop.run("customers", "sources", "check", "--brand", str(brand), check=False)
    assert (away.returncode, "shop: there is no connection" in away.stdout) == (1, True), away.stdout + away.stderr
    with closing(sqlite3.connect(tmp_path / "shop.db")) as file:
        file.executescript(
            "CREATE TABLE clients (no TEXT, mail TEXT); INSERT INTO clients VALUES ('1', 'camille@courriel.example')"
        )
    there = shop.run("customers", "sources", "check", "--brand", str(brand))
    assert "shop: answers; found by email; one of its profiles has emails" in there.stdout
    assert "camille" not in there.stdout
