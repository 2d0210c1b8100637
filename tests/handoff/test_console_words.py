"""The console speaks French and English, and the two say the same."""

from __future__ import annotations

import re
from dataclasses import replace
from string import Formatter

import pytest

from handoff.console.catalogue import CATALOGUE
from handoff.console.pages import HERE
from handoff.console.ports import ActOutcome
from handoff.console.words import say
from tests.handoff.conftest import Visit
from tests.handoff.fake_house import FakeHouse


def test_both_languages_have_the_same_blanks() -> None:
    for key, texts in CATALOGUE.items():
        blanks = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in texts]
        assert blanks[0] == blanks[1], key
        assert all(texts), key


def test_every_text_the_console_asks_for_exists() -> None:
    sources = [*(HERE / "templates").rglob("*.html"), *HERE.glob("*.py")]
    asked = {
        key
        for file in sources
        for key in re.findall(r"(?:\bt\(|say\([^\"']+|_form\(.*error=)[\"']([a-z_]+\.[a-z_]+)[\"'][,)]", file.read_text())
    }
    assert len(asked) > 80
    missing = {key for key in asked if key not in CATALOGUE and f"{key}.one" not in CATALOGUE}
    assert missing == set()


def test_every_refusal_of_an_act_has_its_sentence() -> None:
    for reason in ActOutcome.__dataclass_fields__["reason"].type.split('"')[1::2]:
        assert not reason or f"refused.{reason}" in CATALOGUE


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("fr", 0, "0 personne attend"),
        ("fr", 1, "1 personne attend"),
        ("fr", 2, "2 personnes attendent"),
        ("en", 0, "0 people waiting"),
        ("en", 1, "1 person waiting"),
    ],
)
def test_numbers_agree(language: str, count: int, text: str) -> None:
    assert say(language, "queue.people", count=count) == text


async def test_the_browser_is_believed_until_somebody_chooses(visit: Visit, house: FakeHouse) -> None:
    ines = await visit()
    french = {"Accept-Language": "de, fr-CA;q=0.9, en;q=0.5, *;q=broken"}
    assert "Mot de passe" in await (await ines.get("/login", headers=french)).text()
    assert "Password" in await (await ines.get("/login")).text()
    assert "Mot de passe" in await (await ines.get("/login", headers={"Accept-Language": "de"})).text()

    await ines.sign_in("ines")
    assert "Queue" in await ines.read("")
    assert "File d’attente" in await ines.read("?lang=fr")
    assert "File d’attente" in await ines.read("")  # remembered
    assert "File d’attente" in await ines.read("?lang=klingon")


async def test_an_accounts_own_language_comes_before_the_browsers(visit: Visit, house: FakeHouse) -> None:
    house.accounts.people["ines"] = replace(house.accounts.people["ines"], language="fr")
    assert 'lang="fr"' in await (await visit("ines")).read("")
