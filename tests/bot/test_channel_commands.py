"""`filrouge channels check`: each thing that can be wrong with an account is found, and nothing secret is told."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot import channel_commands
from bot.channels.instagram.translate import FIELDS as INSTAGRAM_FIELDS
from bot.channels.messenger.translate import FIELDS as MESSENGER_FIELDS
from bot.wiring import DEMO_BRAND
from tests.fakes.meta_server import FakeGraph
from tests.fakes.open_lines import MAKERS, meta_settings, settings_from
from tests.fakes.telegram_server import FakeTelegram


@pytest.fixture(params=sorted(MAKERS))
async def channel(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def fake(channel: str) -> AsyncIterator[FakeGraph]:
    async with MAKERS[channel]() as platform:
        if channel != "whatsapp":
            platform.subscribed = list(MESSENGER_FIELDS if channel == "messenger" else INSTAGRAM_FIELDS)  # type: ignore[attr-defined]
        yield platform


async def found(channel: str, fake: FakeGraph, **changed: str) -> dict[str, tuple[str, str]]:
    """What is wrong, by what it is about, and what to do."""
    prefix = f"FILROUGE_{channel.upper()}"
    environment = meta_settings(channel, fake) | {f"{prefix}_{name}": value for name, value in changed.items()}
    [account] = await channel_commands._check(settings_from(environment), DEMO_BRAND)
    assert (account.channel, account.name) == (channel, "")
    shown = json.dumps(channel_commands._plain(account))
    for secret in (fake.token, fake.secret, "a word of our own", *changed.values()):
        assert not secret or len(secret) < 8 or secret not in shown
    return {finding.about: (finding.wrong, finding.do) for finding in account.findings if finding.wrong}


async def test_an_account_that_is_right_is_told_so(channel: str, fake: FakeGraph) -> None:
    assert await found(channel, fake) == {}


async def test_a_wrong_token(channel: str, fake: FakeGraph) -> None:
    [(about, (wrong, do))] = (await found(channel, fake, TOKEN="EAAAnotherTokenAltogether")).items()
    assert about == "token"
    assert "OAuth" in wrong
    assert f"FILROUGE_{channel.upper()}_TOKEN" in do


async def test_an_id_that_is_not_the_tokens(channel: str, fake: FakeGraph) -> None:
    id_name = "PHONE_NUMBER_ID" if channel == "whatsapp" else "PAGE_ID"
    [(about, (_, do))] = (await found(channel, fake, **{id_name: "999"})).items()
    assert about == "token"
    assert f"FILROUGE_{channel.upper()}_{id_name}" in do


async def test_a_wrong_or_missing_secret(channel: str, fake: FakeGraph) -> None:
    for given in ("somebody else's secret", ""):
        [(about, (_, do))] = (await found(channel, fake, APP_SECRET=given)).items()
        assert about == "signature secret"
        assert f"FILROUGE_{channel.upper()}_APP_SECRET" in do


async def test_no_verify_token(channel: str, fake: FakeGraph) -> None:
    [(about, (_, do))] = (await found(channel, fake, VERIFY_TOKEN="")).items()
    assert about == "verify token"
    assert f"FILROUGE_{channel.upper()}_VERIFY_TOKEN" in do


async def test_a_webhook_that_is_not_subscribed(channel: str, fake: Any) -> None:
    if channel == "whatsapp":
        fake.configured = {}
    else:
        fake.subscribed = ["messages"]
    [(about, (wrong, _))] = (await found(channel, fake)).items()
    assert about == "webhook"
    assert channel == "whatsapp" or "standby" in wrong


async def test_a_token_that_may_not_do_enough_or_does_not_last(channel: str, fake: FakeGraph) -> None:
    fake.scopes, fake.token_ends = ["public_profile"], 1_795_251_600
    [(about, (wrong, do))] = (await found(channel, fake)).items()
    assert (about, wrong) == ("permissions", "the token ends on 2026-11-21")
    assert f"FILROUGE_{channel.upper()}_TOKEN" in do
    fake.token_ends = 0
    [(about, (wrong, _))] = (await found(channel, fake)).items()
    assert about == "permissions"
    assert {"whatsapp": "whatsapp_business_messaging", "messenger": "pages_messaging"}.get(channel, "instagram_manage") in wrong


async def test_a_platform_that_is_away(channel: str, fake: FakeGraph) -> None:
    await fake.close()
    [(about, (wrong, do))] = (await found(channel, fake)).items()
    assert about == "token"
    assert wrong
    assert "again" in do


async def test_accounts_of_the_brands_folder_name_their_own_variables(
    tmp_path: Path, channel: str, fake: FakeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    brand = Path(shutil.copytree(DEMO_BRAND, tmp_path / "brand"))
    id_name = "phone_number_id" if channel == "whatsapp" else "page_id"
    (brand / "channels.yml").write_text(
        f"{channel}:\n  accounts:\n    - name: quebec\n      {id_name}: '{fake.id}'\n      base_url: {fake.root}\n"
        "      token: QUEBEC_TOKEN\n      app_secret: QUEBEC_SECRET\n      verify_token: QUEBEC_WORD\n"
    )
    for name, value in {"QUEBEC_TOKEN": fake.token, "QUEBEC_SECRET": "not this one", "QUEBEC_WORD": "word"}.items():
        monkeypatch.setenv(name, value)
    [account] = await channel_commands._check(settings_from({}), brand)
    assert account.title == f"{channel} / quebec"
    [wrong] = [finding for finding in account.findings if finding.wrong]
    assert "QUEBEC_SECRET" in wrong.do


@pytest.mark.parametrize("as_json", [False, True])
async def test_the_command_itself(
    channel: str, fake: FakeGraph, as_json: bool, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILROUGE_DATA_DIR", str(tmp_path))
    for name, value in (meta_settings(channel, fake) | {f"FILROUGE_{channel.upper()}_VERIFY_TOKEN": ""}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(channel_commands.check, json=as_json)
    assert ended.value.code == 1
    printed = capfdbinary.readouterr().out.decode()
    assert fake.token not in printed
    if as_json:
        [account] = json.loads(printed)
        assert (account["channel"], account["right"]) == (channel, False)
    else:
        assert "VERIFY_TOKEN" in printed.replace("\n", "")
    monkeypatch.setenv(f"FILROUGE_{channel.upper()}_VERIFY_TOKEN", "word")
    await asyncio.to_thread(channel_commands.check, json=as_json)  # no SystemExit: all is right
    assert as_json or b"Everything is right." in capfdbinary.readouterr().out


async def test_telegram_is_asked_too() -> None:
    async with FakeTelegram() as telegram:
        told = {"FILROUGE_TELEGRAM_TOKEN": telegram.token, "FILROUGE_TELEGRAM_BASE_URL": telegram.root}
        [account] = await channel_commands._check(settings_from(told), DEMO_BRAND)
        assert [finding.wrong for finding in account.findings] == ["", ""]
        told["FILROUGE_TELEGRAM_TOKEN"] = "123456:another-token-altogether"
        [account] = await channel_commands._check(settings_from(told), DEMO_BRAND)
        [finding] = account.findings
        assert "@BotFather" in finding.do
        assert "another-token" not in finding.wrong


async def test_with_no_channel_there_is_nothing_to_check(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: Any, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILROUGE_DATA_DIR", str(tmp_path))
    await asyncio.to_thread(channel_commands.check)
    assert b"docs/channels" in capfdbinary.readouterr().out


async def test_an_account_that_surprises_us_does_not_hide_the_others() -> None:
    class Surprising:
        async def check(self) -> list[Any]:
            raise KeyError("data")

    [finding] = await channel_commands._ask(Surprising())  # type: ignore[arg-type]
    assert "KeyError" in finding.wrong
