"""Several accounts of one channel, as `channels.yml` names them: each its own customers, its own secret, its own pace."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.brand import Brand, load_brand
from bot.connections.accounts import meta_accounts
from bot.errors import BrandError, SettingsError
from bot.storage.database import Database
from bot.wiring import DEMO_BRAND
from tests.fakes.house import demo_house
from tests.fakes.messenger_server import FakeMessenger
from tests.fakes.open_lines import BEGINS, OpenLines, open_lines, settings_from, with_channels

SECRETS = {"QUEBEC_TOKEN": "EAAQuebecToken", "QUEBEC_SECRET": "the secret of another application", "QUEBEC_WORD": "bonjour"}
QUEBEC = {
    "name": "quebec",
    "page_id": "555",
    "token": "QUEBEC_TOKEN",
    "app_secret": "QUEBEC_SECRET",
    "verify_token": "QUEBEC_WORD",
}


@dataclass
class TwoPages:
    lines: OpenLines
    here: Any
    quebec: FakeMessenger


@pytest.fixture
async def pages(sqlite: Database) -> AsyncIterator[TwoPages]:
    async with FakeMessenger("555", token=SECRETS["QUEBEC_TOKEN"], secret=SECRETS["QUEBEC_SECRET"], begins=BEGINS) as quebec:
        house = with_channels(demo_house(), {"messenger": {"accounts": [QUEBEC | {"base_url": quebec.root}]}})
        async with open_lines(sqlite, "messenger", house=house, environment=SECRETS) as lines:
            quebec.webhook = lines.url("messenger")
            yield TwoPages(lines, lines.fakes["messenger"], quebec)


async def test_each_page_answers_its_own_customers(pages: TwoPages) -> None:
    await pages.here.says("24601", "bonjour")
    await pages.quebec.says("24601", "bonjour")  # ids are a page's own: this is somebody else
    await pages.lines.quiet()
    assert len(pages.here.shown("24601")) == len(pages.quebec.shown("24601")) == 1
    rows = await pages.lines.rows(
        "SELECT account, count(DISTINCT conversation_id) FROM identity GROUP BY account ORDER BY account"
    )
    assert rows == [("", 1), ("quebec", 1)]


async def test_one_application_cannot_speak_for_the_page_of_another(pages: TwoPages) -> None:
    body = json.dumps(pages.here.customer_says("24601", "bonjour")).encode()
    signature = hmac.new(SECRETS["QUEBEC_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}"}
    async with aiohttp.ClientSession() as http, http.post(pages.lines.url("messenger"), data=body, headers=headers) as answer:
        assert answer.status == 200  # it is signed, and nothing in it is ours
    await pages.lines.quiet()
    assert await pages.lines.rows("SELECT count(*) FROM message") == [(0,)]
    assert await pages.lines.rows("SELECT count(*) FROM unreadable") == [(1,)]


async def test_a_page_nobody_configured_is_kept_unread(pages: TwoPages) -> None:
    body = pages.here.customer_says("24601", "bonjour")
    body["entry"][0]["id"] = "999"
    assert await pages.here.push(body) == 200
    assert await pages.lines.rows("SELECT count(*) FROM message") == [(0,)]
    ((kept,),) = await pages.lines.rows("SELECT body FROM unreadable")
    assert "channels" in kept, "it says what to do"


async def test_a_number_nobody_configured_is_not_answered_from_ours(sqlite: Database) -> None:
    """One application of Meta's often serves several numbers."""
    async with open_lines(sqlite, "whatsapp") as lines:
        body = lines.fakes["whatsapp"].customer_says("33639980777", "bonjour")
        body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "999"
        assert await lines.fakes["whatsapp"].push(body) == 200
        assert await lines.rows("SELECT count(*) FROM message") == [(0,)]


async def test_the_handshake_knows_every_pages_word(pages: TwoPages) -> None:
    for word, status in (("bonjour", 200), ("a word of our own", 200), ("other", 403)):
        query = {"hub.mode": "subscribe", "hub.verify_token": word, "hub.challenge": "17"}
        async with aiohttp.ClientSession() as http, http.get(pages.lines.url("messenger"), params=query) as answer:
            assert answer.status == status


def brand_with(folder: Path, text: str) -> Brand:
    brand = Path(shutil.copytree(DEMO_BRAND, folder / "brand"))
    (brand / "channels.yml").write_text(text, encoding="utf-8")
    return load_brand(brand)


ACCOUNT = """\
whatsapp:
  limits: {per_second: 40}
  templates:
    fr: {name: reprise, language: fr, parameters: ["{brand}"]}
  accounts:
    - name: quebec
      phone_number_id: "106540352242999"
      token: QUEBEC_TOKEN
      app_secret: QUEBEC_SECRET
      verify_token: QUEBEC_WORD
"""


def test_accounts_limits_and_templates_are_read(tmp_path: Path) -> None:
    rules = brand_with(tmp_path, ACCOUNT).channels.whatsapp
    assert rules.limits == {"per_second": 40}
    assert rules.templates["fr"].name == "reprise"
    [account] = meta_accounts("whatsapp", settings_from({}), rules.accounts, SECRETS)
    assert (account.name, account.id, account.token) == ("quebec", "106540352242999", "EAAQuebecToken")
    assert "EAAQuebecToken" not in repr(account)


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        ("whatsapp:", "whatsap:", 1, "whatsapp"),
        ("      token: QUEBEC_TOKEN\n", "", 6, "token"),
        ("token: QUEBEC_TOKEN", "token: EAAG17sdf98", 8, "token"),  # a secret itself: it is not to stand here
        ("phone_number_id", "phone_number", 7, "phone_number_id"),
        ("name: quebec", "name: Québec !", 6, "name"),
    ],
)
def test_a_mistake_is_shown_with_its_line(tmp_path: Path, before: str, after: str, line: int, told: str) -> None:
    with pytest.raises(BrandError) as refused:
        brand_with(tmp_path, ACCOUNT.replace(before, after, 1))
    assert Path(refused.value.file).name == "channels.yml"
    assert abs(refused.value.line - line) <= 1
    assert told in str(refused.value)
    assert "EAAG17sdf98" not in str(refused.value)


def test_the_same_account_twice_and_a_missing_secret_are_told(tmp_path: Path) -> None:
    rules = brand_with(tmp_path, ACCOUNT).channels.whatsapp
    with pytest.raises(SettingsError, match="QUEBEC_TOKEN"):
        meta_accounts("whatsapp", settings_from({}), rules.accounts, {})
    beside = settings_from({"FILROUGE_WHATSAPP_TOKEN": "t", "FILROUGE_WHATSAPP_PHONE_NUMBER_ID": "106540352242999"})
    with pytest.raises(SettingsError, match="twice"):
        meta_accounts("whatsapp", beside, rules.accounts, SECRETS)
    with pytest.raises(SettingsError, match="FILROUGE_WHATSAPP_PHONE_NUMBER_ID"):
        meta_accounts("whatsapp", settings_from({"FILROUGE_WHATSAPP_TOKEN": "t"}), (), {})


def test_two_accounts_of_one_name_are_told(tmp_path: Path) -> None:
    twice = ACCOUNT + ACCOUNT[ACCOUNT.index("    - name") :].replace("106540352242999", "106540352242888")
    with pytest.raises(BrandError, match="quebec"):
        brand_with(tmp_path, twice)
